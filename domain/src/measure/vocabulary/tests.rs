use super::*;
use crate::evidence::findings::{Counts, Findings};
use std::collections::BTreeSet;

fn resolved(format: Format, name: &str, value: f64, unit: Unit, better: Option<Better>) -> Option<(String, f64)> {
    let metric = Metric { better, ..Metric::new(name, "", value, unit) };
    Vocabulary::default().resolve(format, &metric).map(|(term, metric)| (term.key.clone(), metric.value))
}

#[test]
fn the_terms_that_come_with_the_program_are_sound() {
    let (mut keys, mut labels, mut names) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for term in builtin() {
        assert!(is_key(&term.key) && keys.insert(&term.key), "{}", term.key);
        assert!(labels.insert(&term.label), "{} twice", term.label);
        let sentence = (20..=160).contains(&term.meaning.len()) && term.meaning.ends_with('.');
        assert!(sentence, "{}: {}", term.key, term.meaning);
        assert!(!term.share || term.unit == Unit::Proportion, "{} is no share", term.key);
        for alias in &term.aliases {
            // The same name for one tool may mean a thing and its opposite, but never two things.
            assert!(names.insert((&alias.format, &alias.name, alias.transform)), "{alias} twice");
            let others = builtin().iter().filter(|other| other.key != term.key).flat_map(|other| &other.aliases);
            let clash = others.into_iter().find(|o| o.format == alias.format && o.name == alias.name);
            assert!(clash.is_none(), "{alias} is of two terms");
        }
    }
    assert!(builtin().len() >= 40);
    for characteristic in crate::risk::Characteristic::ALL {
        assert!(builtin().iter().any(|term| term.characteristic == *characteristic), "nothing for {characteristic}");
    }
}

#[test]
fn what_tools_call_a_metric_is_found() {
    use Better::{Higher, Lower};
    use Unit::{Count, Milliseconds, Other, Percent, Proportion, Seconds};
    for (format, name, value, unit, better, expected) in [
        (Format::LmEval, "acc", 0.5, Proportion, Some(Higher), Some(("accuracy", 0.5))),
        (Format::LmEval, "acc_norm", 0.5, Proportion, Some(Higher), Some(("accuracy_normalized", 0.5))),
        (Format::LmEval, "word_perplexity", 31.5, Other, Some(Lower), Some(("perplexity", 31.5))),
        (Format::Mlflow, "acc", 0.5, Other, None, Some(("accuracy", 0.5))),
        (Format::Mlflow, "acc", 91.3, Other, None, None),
        (Format::Moonshot, "accuracy", 50.0, Percent, Some(Higher), Some(("accuracy", 0.5))),
        (Format::Moonshot, "toxicity.mean", 0.125, Other, None, Some(("toxicity_rate", 0.125))),
        (Format::Garak, "attack_success_rate", 0.25, Proportion, Some(Lower), Some(("attack_success_rate", 0.25))),
        (Format::DeepEval, "Answer Relevancy", 0.375, Proportion, Some(Higher), Some(("answer_relevancy", 0.375))),
        (Format::DeepEval, "Toxicity", 0.5, Proportion, Some(Lower), Some(("toxicity_rate", 0.5))),
        // DeepEval turned this one round; its verdicts say which way it is meant.
        (Format::DeepEval, "PII Leakage", 0.75, Proportion, Some(Higher), Some(("pii_leak_rate", 0.25))),
        (Format::DeepEval, "PII Leakage", 0.75, Proportion, Some(Lower), Some(("pii_leak_rate", 0.75))),
        // promptfoo's named scores are of assertions that hold.
        (Format::Promptfoo, "Toxicity", 1.0, Proportion, Some(Higher), Some(("toxicity_rate", 0.0))),
        (Format::Promptfoo, "latencyMs", 250.0, Milliseconds, Some(Lower), Some(("latency_mean", 0.25))),
        (Format::Helm, "inference_runtime", 1.5, Seconds, Some(Lower), Some(("latency_mean", 1.5))),
        (Format::Fairlearn, "recall", 0.75, Proportion, Some(Higher), Some(("recall", 0.75))),
        (
            Format::Fairlearn,
            "selection_rate_ratio",
            0.5,
            Proportion,
            Some(Higher),
            Some(("demographic_parity_ratio", 0.5)),
        ),
        (
            Format::Table,
            "statistical_parity_difference",
            -0.3,
            Other,
            None,
            Some(("demographic_parity_difference", 0.3)),
        ),
        (Format::Table, "false_positive_rate", -0.3, Other, None, None),
        (Format::ModelScan, "CRITICAL", 1.0, Count, Some(Lower), Some(("critical_findings", 1.0))),
        (Format::Table, "CRITICAL", 1.0, Count, Some(Lower), None),
        // A bias for which more is better is another one.
        (Format::Table, "bias", 0.9, Proportion, Some(Higher), None),
        (Format::Table, "house_style", 0.9, Proportion, None, None),
    ] {
        let found = resolved(format, name, value, unit, better);
        let expected = expected.map(|(key, value)| (key.to_owned(), value));
        assert_eq!(found, expected, "{format} {name}");
    }
}

fn added(key: &str, better: &str, aliases: &str) -> Term {
    let meaning = "Something that this organisation counts.";
    Term::parse(Typed { key, label: key, meaning, unit: "proportion", better, characteristic: "safe", aliases })
        .unwrap()
}

#[test]
fn what_an_administrator_adds_comes_first() {
    let metric = Metric { better: Some(Better::Higher), ..Metric::new("acc", "", 0.9, Unit::Proportion) };
    let found =
        |words: &Vocabulary| words.resolve(Format::LmEval, &metric).map(|(term, m)| (term.key.clone(), m.value));
    let ours = Vocabulary::new(vec![added("our_share", "higher", "lm_eval: acc*")]);
    assert_eq!(found(&ours), Some(("our_share".into(), 0.9)));
    assert_eq!(ours.label("our_share"), "our_share");
    let turned = Vocabulary::new(vec![added("our_share", "lower", "*: acc = 1 - x")]);
    assert_eq!(found(&turned).map(|(key, value)| (key, (value - 0.1).abs() < 1e-9)), Some(("our_share".into(), true)));
    // For any tool, a name alone does not overrule what the file says; for one tool it does.
    let against = Vocabulary::new(vec![added("our_share", "lower", "*: acc")]);
    assert_eq!(found(&against).unwrap().0, "accuracy");
    let sure = Vocabulary::new(vec![added("our_share", "lower", "lm_eval: acc")]);
    assert_eq!(found(&sure), Some(("our_share".into(), 0.9)));
    // Even for any tool it comes before what the program knows of this one.
    let mean = Metric::new("toxicity.mean", "", 0.1, Unit::Proportion);
    let wide = Vocabulary::new(vec![added("our_share", "lower", "*: toxicity.*")]);
    assert_eq!(wide.resolve(Format::Moonshot, &mean).unwrap().0.key, "our_share");
    // A full name comes before a pattern, in whatever order they were added.
    let both = Vocabulary::new(vec![added("wide", "higher", "lm_eval: acc*"), added("full", "higher", "lm_eval: acc")]);
    assert_eq!(found(&both).unwrap().0, "full");
    // A term of the same key takes its place, and its aliases stay.
    let renamed = Vocabulary::new(vec![added("accuracy", "higher", "")]);
    assert_eq!((found(&renamed).unwrap().0.as_str(), renamed.label("accuracy")), ("accuracy", "accuracy"));
    assert_eq!(renamed.terms().len(), builtin().len());
    assert!(renamed.get("accuracy").unwrap().share, "it means the same");
}

fn read(findings: &Findings) -> Vec<(String, f64)> {
    readings(findings, &Vocabulary::default()).into_iter().map(|r| (r.term, r.metric.value)).collect()
}

fn pairs(expected: &[(&str, f64)]) -> Vec<(String, f64)> {
    expected.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect()
}

#[test]
fn counts_are_read_too() {
    let mut found = Findings::new(Format::Junit);
    assert_eq!(read(&found), []);
    found.counts = Some(Counts { skipped: 9, ..Counts::default() });
    assert_eq!(read(&found), [], "what was skipped shows nothing");
    found.counts = Some(Counts { passed: 6, failed: 1, errors: 1, skipped: 2 });
    assert_eq!(read(&found), pairs(&[("pass_rate", 0.75), ("check_failures", 2.0)]));
    let rate = readings(&found, &Vocabulary::default())[0].metric.clone();
    assert_eq!((rate.hits, rate.samples), (Some(6), Some(8)));
    found.metric(Metric::new("pass_rate", "", 0.6, Unit::Proportion));
    assert_eq!(read(&found), pairs(&[("pass_rate", 0.6), ("check_failures", 2.0)]), "the file gives its own rate");
}

#[test]
fn a_scanner_counts_what_it_found_but_only_if_it_ran() {
    let mut found = Findings::new(Format::Sarif);
    found.counts = Some(Counts::default());
    assert_eq!(read(&found), [], "a log without a run");
    found.metric(Metric { better: Some(Better::Lower), ..Metric::new("error", "lint", 1.0, Unit::Count) });
    found.failure("rule", "bad", Some("error"));
    found.failure("rule", "odd", Some("warning"));
    assert_eq!(read(&found), pairs(&[("critical_findings", 1.0), ("open_findings", 2.0)]));
    let mut clean = Findings::new(Format::ModelScan);
    clean.metric(Metric::new("total_scanned", "", 3.0, Unit::Count));
    assert_eq!(read(&clean), pairs(&[("open_findings", 0.0), ("critical_findings", 0.0)]));
}

#[test]
fn amounts_are_said_with_their_unit() {
    for (value, unit, said) in [
        (0.05, Unit::Proportion, "5 %"),
        (0.07, Unit::Proportion, "7 %"),
        (0.125, Unit::Proportion, "12.5 %"),
        (1.0, Unit::Proportion, "100 %"),
        (99.5, Unit::Percent, "99.5 %"),
        (0.25, Unit::Seconds, "0.25 s"),
        (1_500.0, Unit::Milliseconds, "1500 ms"),
        (0.01, Unit::Dollars, "0.01 USD"),
        (3.0, Unit::Count, "3"),
        (0.000_02, Unit::Other, "2e-5"),
    ] {
        assert_eq!(amount(value, unit), said);
    }
    for (value, unit, said) in [
        (0.99995, Unit::Proportion, "99.995 %"),
        (0.07, Unit::Proportion, "7 %"),
        (100.0, Unit::Count, "100"),
        (0.0, Unit::Count, "0"),
        (1.5, Unit::Seconds, "1.5 s"),
        (1234.5678, Unit::Other, "1234.5678"),
    ] {
        assert_eq!(exact(value, unit), said);
    }
}
