use std::collections::BTreeSet;

use super::*;

const NIST_600_1: [&str; 12] = [
    "CBRN Information or Capabilities",
    "Confabulation",
    "Dangerous, Violent, or Hateful Content",
    "Data Privacy",
    "Environmental Impacts",
    "Harmful Bias and Homogenization",
    "Human-AI Configuration",
    "Information Integrity",
    "Information Security",
    "Intellectual Property",
    "Obscene, Degrading, and/or Abusive Content",
    "Value Chain and Component Integration",
];

/// Subdomains per domain of the MIT taxonomy, V3.
const MIT_SUBDOMAINS: [u8; 7] = [3, 2, 2, 3, 2, 6, 6];

fn cited(of: fn(&Taxonomies) -> &Vec<String>) -> BTreeSet<&'static str> {
    all().iter().flat_map(|risk| of(&risk.taxonomies)).map(String::as_str).collect()
}

fn is_sentence(text: &str) -> bool {
    let length = text.chars().count();
    (15..=240).contains(&length)
        && text.ends_with('.')
        && text.trim() == text
        && !text.contains("  ")
        && text.starts_with(|c: char| c.is_uppercase())
}

fn is_technique(id: &str) -> bool {
    let digits = |text: &str, n: usize| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    match id.strip_prefix("AML.T").map(|rest| rest.split_once('.').unwrap_or((rest, "000"))) {
        Some((technique, sub)) => digits(technique, 4) && digits(sub, 3),
        None => false,
    }
}

#[test]
fn holds_at_least_sixty_risks_with_unique_keys_and_titles() {
    assert!(all().len() >= 60, "{}", all().len());
    let keys: BTreeSet<_> = all().iter().map(|risk| &risk.key).collect();
    let titles: BTreeSet<_> = all().iter().map(|risk| risk.title.to_lowercase()).collect();
    assert_eq!((keys.len(), titles.len()), (all().len(), all().len()));
}

#[test]
fn stands_in_the_order_of_its_groups() {
    assert_eq!(FILES.len(), Group::ALL.len());
    for (file, group) in FILES.iter().zip(Group::ALL) {
        let risks: Vec<LibraryRisk> = parsed(file);
        assert!(!risks.is_empty() && risks.iter().all(|risk| risk.group == *group), "{group}");
    }
}

#[test]
fn every_entry_is_complete_and_short() {
    for risk in all() {
        let key = &risk.key;
        assert!(key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && key.len() <= 40, "{key}");
        assert!((5..=80).contains(&risk.title.chars().count()) && !risk.title.ends_with('.'), "{key}: title");
        for text in [&risk.cause, &risk.event, &risk.consequence].into_iter().chain(&risk.measures) {
            assert!(is_sentence(text), "{key}: {text}");
        }
        assert!((1..=3).contains(&risk.measures.len()), "{key}: measures");
        assert!((2..=4).contains(&risk.mitigations.len()), "{key}: mitigations");
        for mitigation in &risk.mitigations {
            assert!((5..=80).contains(&mitigation.title.chars().count()), "{key}: {}", mitigation.title);
            assert!(is_sentence(&mitigation.description), "{key}: {}", mitigation.description);
        }
        let kinds: BTreeSet<_> = risk.kinds.iter().collect();
        assert!(!kinds.is_empty() && kinds.len() == risk.kinds.len(), "{key}: kinds");
        assert!(risk.aliases.iter().all(|alias| !alias.trim().is_empty() && alias.len() <= 60), "{key}: aliases");
        assert!(!risk.taxonomies.references().is_empty(), "{key}: taxonomies");
    }
}

#[test]
fn entries_are_accepted_as_a_register_s_own_risk() {
    for risk in all() {
        let parsed = super::super::RiskText::parse(
            &risk.title,
            &risk.cause,
            &risk.event,
            &risk.consequence,
            risk.characteristic.as_str(),
        );
        assert_eq!(parsed.map(|text| text.title).as_ref(), Ok(&risk.title), "{}", risk.key);
    }
}

#[test]
fn covers_nist_600_1_and_both_owasp_lists_entirely() {
    assert_eq!(cited(|t| &t.nist_600_1), BTreeSet::from(NIST_600_1));
    let owasp_llm: BTreeSet<String> = (1..=10).map(|n| format!("LLM{n:02}:2025")).collect();
    assert_eq!(cited(|t| &t.owasp_llm), owasp_llm.iter().map(String::as_str).collect());
    let owasp_agentic: BTreeSet<String> = (1..=10).map(|n| format!("ASI{n:02}")).collect();
    assert_eq!(cited(|t| &t.owasp_agentic), owasp_agentic.iter().map(String::as_str).collect());
}

#[test]
fn covers_every_mit_subdomain_but_the_welfare_of_ai() {
    let subdomains = MIT_SUBDOMAINS.iter().zip(1..).flat_map(|(&count, domain)| (1..=count).map(move |n| (domain, n)));
    let expected: BTreeSet<String> =
        subdomains.filter(|&at| at != (7, 5)).map(|(domain, n)| format!("{domain}.{n}")).collect();
    assert_eq!(cited(|t| &t.mit), expected.iter().map(String::as_str).collect());
}

#[test]
fn cites_techniques_by_well_formed_identifiers_and_nothing_twice() {
    assert!(is_technique("AML.T0051") && is_technique("AML.T0051.001"));
    assert!(!is_technique("AML.TA0002") && !is_technique("AML.T51") && !is_technique("T0051"));
    for id in cited(|t| &t.mitre_atlas) {
        assert!(is_technique(id), "{id}");
    }
    for risk in all() {
        for (taxonomy, ids) in risk.taxonomies.references() {
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{}: {taxonomy}", risk.key);
        }
    }
}

#[test]
fn covers_every_characteristic_and_every_kind_of_system() {
    for characteristic in Characteristic::ALL {
        assert!(all().iter().any(|risk| risk.characteristic == *characteristic), "{characteristic}");
    }
    for kind in system::Kind::ALL {
        assert!(search("", Some(*kind)).len() >= 30, "{kind}");
    }
}

#[test]
fn suggests_ten_distinct_risks_of_the_kind() {
    assert_eq!(SUGGESTED.len(), system::Kind::ALL.len());
    for kind in system::Kind::ALL {
        let risks = suggested(*kind);
        let keys: BTreeSet<_> = risks.iter().map(|risk| &risk.key).collect();
        assert_eq!((risks.len(), keys.len(), SUGGESTED[kind].len()), (10, 10, 10), "{kind}");
        assert!(risks.iter().all(|risk| risk.kinds.contains(kind)), "{kind}");
    }
}

#[test]
fn finds_the_risks_that_people_ask_for_by_their_usual_names() {
    for (query, key) in [
        ("hallucination", "hallucination"),
        ("Prompt Injection", "indirect-prompt-injection"),
        ("injection direct", "direct-prompt-injection"),
        ("bias", "biased-training-data"),
        ("unequal error", "unequal-error-rates"),
        ("toxicity", "toxic-output"),
        ("memorised personal data", "memorised-personal-data"),
        ("right to be forgotten", "erasure-from-trained-models"),
        ("shadow ai", "shadow-ai"),
        ("overreach", "excessive-agency"),
        ("payment", "unintended-transaction"),
        ("drift", "performance-drift"),
        ("data poisoning", "training-data-poisoning"),
        ("stolen model", "model-theft"),
        ("supply chain", "unknown-data-provenance"),
        ("copyright", "infringing-output"),
        ("automation bias", "over-reliance"),
        ("black box", "opacity"),
        ("carbon", "environmental-cost"),
        ("lock-in", "vendor-concentration"),
        ("sovereignty", "sovereignty"),
        ("ASI07", "insecure-agent-messages"),
        ("aml.t0024.002", "model-extraction"),
    ] {
        let found = search(query, None);
        assert!(
            found.iter().any(|risk| risk.key == key),
            "{query}: {:?}",
            found.iter().map(|r| &r.key).collect::<Vec<_>>()
        );
    }
}

#[test]
fn search_puts_names_before_mentions_and_keeps_to_the_kind() {
    let found = search("drift", None);
    assert_eq!(found.first().map(|risk| risk.key.as_str()), Some("performance-drift"));
    assert_eq!(search("  ", None).len(), all().len());
    assert!(search("no such thing as this", None).is_empty());
    let predictive = search("prompt injection", Some(system::Kind::Predictive));
    assert!(predictive.is_empty(), "{:?}", predictive.iter().map(|r| &r.key).collect::<Vec<_>>());
}

#[test]
fn knows_its_keys() {
    assert_eq!(get("shadow-ai").map(|risk| risk.group), Some(Group::Governance));
    assert_eq!(get("Shadow-AI"), None);
}
