//! Files that the tools wrote, and the same with other outcomes put in.

use crate::{as_without, both, row, side_by_side};
use domain::measure::compare::Change;
use domain::measure::paired::Test;

fn made(name: &str) -> Vec<u8> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/evidence/made").join(name);
    std::fs::read(file).unwrap()
}

#[test]
fn every_made_file_comes_to_what_its_findings_say() {
    for (name, expected) in [
        ("lm-eval-0.4.13/samples.jsonl", "acc  12 of 12"),
        ("inspect-0.3.285/success.eval", "accuracy includes 8 of 8"),
        ("inspect-0.3.285/tolerant.eval", "accuracy includes 7 of 7"),
        ("inspect-0.3.285/cancelled.eval", "accuracy includes 3 of 3"),
        ("inspect-0.3.285/epochs.json", "accuracy includes 2 of 2, accuracy match 2 of 2"),
        ("inspect-0.3.285/error.json", ""),
        ("promptfoo-0.121.20/results.jsonl", "latencyMs  7 of 7, pass_rate  6 of 7"),
        ("promptfoo-0.121.20/results.json", "latencyMs  7 of 7, pass_rate  6 of 7"),
        ("deepeval-4.3.1/test_run.json", "Short  3 of 4, pass_rate Short 3 of 4"),
        ("pytest-9.2.0/junit.xml", "pass_rate  3 of 5"),
        ("fairlearn-0.15.0/overall.csv", ""),
    ] {
        let (findings, outcomes) = both(&made(name));
        let plain = |name: &str| matches!(name, "acc" | "accuracy" | "pass_rate" | "latencyMs" | "Short");
        let said = outcomes.all().filter(|(name, scope, _)| plain(name) && !scope.contains(" / "));
        let said: Vec<String> = said
            .map(|(name, scope, series)| format!("{name} {scope} {} of {}", series.len(), series.samples()))
            .collect();
        assert_eq!(said.join(", "), expected, "{name}");
        assert_eq!(outcomes.missing.is_some(), expected.is_empty(), "{name}");
        for metric in findings.metrics.iter().filter(|m| m.slice.is_none()) {
            if let Some(series) = outcomes.get(&metric.name, &metric.scope) {
                assert!(series.comes_to(metric.value), "{name}: {} of {}", metric.name, metric.scope);
            }
        }
    }
}

#[test]
fn a_model_that_got_better_on_the_same_documents() {
    let a = made("lm-eval-0.4.13/samples.jsonl");
    let text = String::from_utf8(a.clone()).unwrap();
    // The tool's model had 3 of 12 right: in the variant all but the last.
    let (all, last) = text.trim_end().rsplit_once('\n').unwrap();
    let b = format!("{}\n{last}\n", all.replace("\"acc\": 0.0", "\"acc\": 1.0"));
    let found = side_by_side(&a, b.as_bytes());
    let acc = row(&found, "acc", "");
    let paired = acc.paired.as_ref().unwrap();
    assert_eq!((paired.test, paired.pairs, paired.fell), (Test::McNemarExact, 12, 0));
    assert_eq!((acc.change, acc.difference), (Change::Better, Some(paired.difference)));
    assert!(paired.rose >= 8 && acc.interval == Some(paired.interval));
    let back = side_by_side(b.as_bytes(), &a);
    assert_eq!(row(&back, "acc", "").change, Change::Worse);
    let same = side_by_side(&a, &a);
    let acc = row(&same, "acc", "");
    assert_eq!((acc.change, acc.paired.as_ref().unwrap().p), (Change::Same, Some(1.0)));
}

/// The file sums named scores up by the provider's label, its rows name the provider by its id too.
#[test]
fn named_scores_are_found_under_either_name() {
    let scope = |provider: &str| format!("{provider} / plain: prompt.txt: Answer: {{{{question}}}}");
    for (name, provider) in [("results.json", "echo bot"), ("results.jsonl", "echo")] {
        let (findings, outcomes) = both(&made(&format!("promptfoo-0.121.20/{name}")));
        let found = findings.metrics.iter().find(|m| m.name == "on topic").unwrap();
        assert_eq!(found.scope, scope(provider));
        let series = outcomes.get("on topic", &found.scope).unwrap();
        assert!(series.len() == 3 && series.comes_to(found.value), "{name}");
    }
}

#[test]
fn too_few_samples_are_as_without_pairs() {
    for (a, b) in [
        ("inspect-0.3.285/success.eval", "inspect-0.3.285/tolerant.eval"),
        ("promptfoo-0.121.20/results.json", "promptfoo-0.121.20/results.jsonl"),
        ("deepeval-4.3.1/test_run.json", "deepeval-4.3.1/latest_test_run.json"),
        ("pytest-9.2.0/junit.xml", "pytest-9.2.0/junit.xml"),
        ("lm-eval-0.4.13/results.json", "lm-eval-0.4.13/results.json"),
    ] {
        let (a, b) = (made(a), made(b));
        let found = side_by_side(&a, &b);
        assert!(found.rows.iter().all(|row| row.paired.is_none()));
        as_without(&a, &b, &found);
    }
    let found = side_by_side(&made("inspect-0.3.285/success.eval"), &made("inspect-0.3.285/tolerant.eval"));
    let why = row(&found, "accuracy", "includes").unpaired.as_deref();
    assert_eq!(why, Some("Not paired: only 7 samples are in both runs, and 10 are needed."));
}
