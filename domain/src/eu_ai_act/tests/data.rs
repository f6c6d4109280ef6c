//! The files of `data/eu_ai_act/`, held to their form and to the Regulation.

use super::*;
use std::path::{Path, PathBuf};

#[test]
fn every_key_has_its_question_in_order() {
    let keys: Vec<_> = questions().iter().map(|question| question.key).collect();
    assert_eq!(keys, Key::ALL);
    for key in Key::ALL {
        assert_eq!(question(*key).key, *key);
    }
}

#[test]
fn questions_have_the_options_of_their_kind() {
    for question in questions() {
        let key = question.key;
        let picks = matches!(question.kind, Kind::OneOf | Kind::Several);
        assert_eq!(picks, question.options.len() > 1, "{key}");
        assert!(question.title.ends_with('?') && question.title.len() < 130, "{key}: {}", question.title);
        assert!(question.help.ends_with('.') && question.help.len() < 330, "{key}: {}", question.help);
        assert!(question.at_least <= question.options.len(), "{key}");
        assert!(question.kind == Kind::Compute || !question.may_be_unknown, "{key}");
        let words: BTreeSet<_> = question.options.iter().map(|option| &option.key).collect();
        assert_eq!(words.len(), question.options.len(), "{key}: a word twice");
        assert!(question.options.iter().all(|option| !option.label.ends_with('.')), "{key}");
    }
}

#[test]
fn the_lists_of_the_act_are_complete() {
    let words = |key| question(key).options.iter().map(|option| option.key.as_str()).collect::<Vec<_>>();
    // Art. 5(1)(a) to (h), and (ba), (bb).
    assert_eq!(words(Key::Practices).len(), 10);
    // Annex III: 3 + 1 + 4 + 2 + 4 + 5 + 4 + 2 points.
    let points = [
        "1a", "1b", "1c", "2", "3a", "3b", "3c", "3d", "4a", "4b", "5a", "5b", "5c", "5d", "6a", "6b", "6c", "6d",
        "6e", "7a", "7b", "7c", "7d", "8a", "8b",
    ];
    assert_eq!(words(Key::Areas), points);
    // Annex I as amended: A.2 to A.12, B.13 to B.21.
    let acts = &question(Key::ProductActs).options;
    let articles: Vec<_> = acts.iter().map(|act| act.article.clone()).collect();
    let expected: Vec<_> =
        (2..=12).map(|n| format!("Annex I, A.{n}")).chain((13..=21).map(|n| format!("Annex I, B.{n}"))).collect();
    assert_eq!(articles, expected);
    for act in acts {
        let section = if act.article.contains("A.") { "a" } else { "b" };
        assert_eq!(act.group.as_deref(), Some(section), "{}", act.key);
    }
    assert_eq!(words(Key::Exceptions).len(), 4, "Art. 6(3)(a) to (d)");
    let roles: Vec<_> = Role::ALL.iter().filter(|role| **role != Role::ModelProvider).map(|r| r.as_str()).collect();
    assert_eq!(words(Key::Roles), roles);
}

#[test]
fn the_law_has_its_days_and_numbers() {
    let law = law();
    let keys: Vec<_> = law.dates.iter().map(|date| date.key).collect();
    assert_eq!(keys, DateKey::ALL);
    assert!(law.dates.is_sorted_by_key(|date| date.date));
    // Art. 113 and 111 as amended.
    let days = [
        "2025-02-02",
        "2025-08-02",
        "2026-08-02",
        "2026-12-02",
        "2026-12-02",
        "2027-08-02",
        "2027-08-02",
        "2027-12-02",
        "2028-08-02",
        "2030-08-02",
        "2030-12-31",
    ];
    assert_eq!(law.dates.iter().map(|date| date.date).collect::<Vec<_>>(), days.map(day));
    let limits = &law.thresholds;
    let numbers = [limits.systemic_flop.value, limits.indicative_flop.value, limits.modification_divisor.value];
    assert_eq!(numbers, [1e25, 1e23, 3.0]);
    assert_eq!(law.version, "2026-07-27");
}

#[test]
fn obligations_are_named_once_and_can_be_owed() {
    let keys: BTreeSet<_> = obligations().iter().map(|known| &known.key).collect();
    assert_eq!(keys.len(), obligations().len());
    for known in obligations() {
        assert!(!known.roles.is_empty() && !known.when.is_empty(), "{}", known.key);
        assert!(known.action.ends_with('.') && !known.work.ends_with('.'), "{}", known.key);
        assert!(known.notes.iter().all(|note| !note.when.is_empty() && note.text.ends_with('.')), "{}", known.key);
    }
    assert!(findings().iter().all(|finding| finding.text.ends_with('.') && !finding.when.is_empty()));
}

/// Numbers of articles ("Art. 26(8), 49(3)" has 26 and 49) and annexes ("Annex XI") that a reference names.
fn named(reference: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut kind = "";
    for word in reference.split([' ', ',']) {
        match word {
            "Art." | "Annex" | "Recital" => kind = word,
            word if kind == "Art." => {
                let number: String = word.chars().take_while(char::is_ascii_digit).collect();
                let letter = word.chars().nth(number.len()).filter(|c| c.is_ascii_lowercase());
                if !number.is_empty() {
                    found.insert(format!("Article {number}{}", letter.map(String::from).unwrap_or_default()));
                }
            }
            word if kind == "Annex" && !word.is_empty() => {
                found.insert(format!("Annex {word}"));
                kind = "";
            }
            _ => {}
        }
    }
    found
}

fn references() -> Vec<&'static str> {
    let asked = questions().iter().flat_map(|question| {
        std::iter::once(question.article.as_str()).chain(question.options.iter().map(|option| option.article.as_str()))
    });
    let owed = obligations().iter().map(|known| known.article.as_str());
    let said = findings().iter().map(|finding| finding.article.as_str());
    let dates = law().dates.iter().map(|date| date.article.as_str());
    let incidents = law().incidents.iter().map(|rule| rule.article.as_str());
    asked.chain(owed).chain(said).chain(dates).chain(incidents).collect()
}

#[test]
fn every_reference_names_an_article_or_an_annex() {
    assert_eq!(named("Art. 26(8), 49(3)"), ["Article 26", "Article 49"].map(String::from).into());
    assert_eq!(named("Art. 10, 4a"), ["Article 10", "Article 4a"].map(String::from).into());
    assert_eq!(named("Annex III, 5(b)"), ["Annex III".to_owned()].into());
    for reference in references() {
        let others = ["Recital", "C(2025) 7719"].iter().any(|start| reference.starts_with(start));
        assert!(others || !named(reference).is_empty(), "{reference}");
    }
}

fn shared(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("COUNTERSIGN_SHARED_DATA").map_or_else(beside, PathBuf::from);
    let file = folder.join("catalogues/eu_ai_act").join(name);
    if !file.exists() {
        println!("skipped: {} does not exist", file.display());
    }
    file.exists().then_some(file)
}

/// The Regulation's own headings, where its text is at hand. Article 4a and 60a came with the amendment.
#[test]
fn every_article_exists_in_the_regulation() {
    let Some(file) = shared("ai_act_full_content.json") else { return };
    let act: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let heading = |value: &Value| value.as_str().unwrap().split(':').next().unwrap().to_owned();
    let mut known: BTreeSet<String> = ["Article 4a", "Article 60a"].map(String::from).into();
    for chapter in act["chapters"].as_array().unwrap() {
        known.extend(chapter["articles"].as_array().unwrap().iter().map(|article| heading(&article["article"])));
    }
    known.extend(act["annexes"].as_array().unwrap().iter().map(|annex| heading(&annex["annex"])));
    for reference in references() {
        for name in named(reference) {
            assert!(known.contains(&name), "{reference}: {name}");
        }
    }
}

/// Our days against the list of dates that the sources were checked into.
#[test]
fn the_days_agree_with_the_key_dates() {
    let Some(file) = shared("eu_ai_act_key_dates.json") else { return };
    let list: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let pairs = [
        (DateKey::Prohibitions, "prohibitions"),
        (DateKey::Models, "gpai_governance_penalties"),
        (DateKey::General, "general_application"),
        (DateKey::NewProhibitions, "prohibitions_ncii_csam"),
        (DateKey::MarkingOfExisting, "art_50_2_existing_systems"),
        (DateKey::ModelsOfBefore, "gpai_legacy_models"),
        (DateKey::HighRiskArea, "high_risk_annex_iii"),
        (DateKey::HighRiskProduct, "high_risk_annex_i"),
        (DateKey::PublicAuthorities, "public_authorities_legacy_high_risk"),
        (DateKey::LargeIt, "large_scale_it_systems"),
    ];
    for (key, id) in pairs {
        let entry = list["dates"].as_array().unwrap().iter().find(|entry| entry["id"] == id).unwrap();
        assert_eq!(entry["amended"], law().date(key).to_string(), "{id}");
    }
}

/// Our sentences are ours: none repeats twelve words of the Regulation.
#[test]
fn no_sentence_is_taken_from_the_regulation() {
    let Some(file) = shared("ai_act_full_content.json") else { return };
    let plain = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>()
    };
    let act: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut texts: Vec<&str> = act["annexes"].as_array().unwrap().iter().filter_map(|a| a["text"].as_str()).collect();
    for chapter in act["chapters"].as_array().unwrap() {
        texts.extend(chapter["articles"].as_array().unwrap().iter().filter_map(|a| a["text"].as_str()));
    }
    let act = texts.iter().map(|text| plain(text).join(" ")).collect::<Vec<_>>().join(" | ");
    let asked = questions().iter().flat_map(|q| {
        [q.title.as_str(), q.help.as_str()].into_iter().chain(q.options.iter().map(|option| option.label.as_str()))
    });
    let owed = obligations().iter().flat_map(|known| [known.action.as_str(), known.work.as_str()]);
    for sentence in asked.chain(owed).chain(findings().iter().map(|finding| finding.text.as_str())) {
        let words = plain(sentence);
        let taken = words.windows(12).find(|run| act.contains(&run.join(" ")));
        assert_eq!(taken, None, "{sentence}");
    }
}
