//! From result files, as tools write them, to the scorecard.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside the test functions themselves")]

use chrono::NaiveDate;
use domain::evidence::findings::Findings;
use domain::evidence::read::read;
use domain::ids::EvidenceRef;
use domain::measure::compare::{Change, compare};
use domain::measure::criterion::{Criterion, Typed};
use domain::measure::scorecard::{CriterionResult, Piece, Verdict, scorecard};
use domain::measure::vocabulary::{Vocabulary, readings};

fn file(name: &str) -> Findings {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/evidence").join(name);
    read(&mut std::fs::File::open(file).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn against(typed: Typed<'_>, name: &str) -> CriterionResult<u8> {
    let words = Vocabulary::default();
    let criterion = Criterion::parse(typed, &words).unwrap();
    let findings = file(name);
    let piece = Piece {
        reference: EvidenceRef(1),
        title: name,
        sha256: "00",
        speaks_of: day("2026-06-01"),
        valid_until: None,
        targets: &[],
        findings: &findings,
    };
    scorecard(&[(1, criterion)], &[piece], &words, day("2026-06-30")).results().next().unwrap().clone()
}

#[test]
fn what_tools_write_is_read_in_one_vocabulary() {
    for (name, expected) in [
        (
            "garak.report.jsonl",
            // 11 of 21: 4 hits, and 6 outputs that could not be judged.
            "attack_success_rate 0.3333333333333333, attack_success_rate 0.25, pass_rate 0.5238095238095238, check_failures 10",
        ),
        ("garak.hitlog.jsonl", "attack_hits 2"),
        ("ragas_targets.json", "answer_relevancy 0.5, faithfulness 0.875, pass_rate 0.5, check_failures 1"),
        ("inspect_error.json", "pass_rate 0, check_failures 1"),
        ("modelscan.json", "critical_findings 1, open_findings 1"),
        ("modelaudit.json", "critical_findings 1, open_findings 1"),
        ("junit_traps.xml", "pass_rate 0.5, check_failures 3"),
        ("junit_empty.xml", ""),
        ("mlflow.json", "accuracy 0.5"),
        ("spdx.json", "auc 0.81"),
        ("cyclonedx.json", "accuracy 0.91, recall 0.835"),
    ] {
        let found = readings(&file(name), &Vocabulary::default());
        let said: Vec<String> = found.iter().map(|r| format!("{} {}", r.term, r.metric.value)).collect();
        assert_eq!(said.join(", "), expected, "{name}");
    }
}

#[test]
fn a_few_attacks_show_nothing_but_a_failure() {
    let attacks = Typed { metric: "attack_success_rate", fail: "30 %", ..Typed::default() };
    let found = against(attacks, "garak.report.jsonl");
    assert_eq!(found.verdict, Verdict::Fail);
    let deciding = found.deciding.unwrap();
    assert_eq!((deciding.scope.as_str(), deciding.samples), ("dan.Toy / mitigation.Toy", Some(3)));
    let encoding = Typed { scope: "encoding.*", min_samples: "100", ..attacks };
    let few = against(encoding, "garak.report.jsonl");
    assert_eq!(few.verdict, Verdict::NotMeasured);
    assert!(few.because.iter().any(|why| why == "it rests on 12 samples; 100 are asked for"), "{:?}", few.because);
}

#[test]
fn a_report_without_its_end_never_passes() {
    let lenient = Typed { metric: "attack_success_rate", fail: "100 %", ..Typed::default() };
    let found = against(lenient, "garak_unfinished.report.jsonl");
    assert_eq!(found.verdict, Verdict::Warn);
    assert!(found.because.contains(&"the run did not finish".to_owned()), "{:?}", found.because);
}

#[test]
fn the_worst_group_of_a_table_decides() {
    // 85 percent of 300 men, 0.91 of 200 women: one unit for both.
    let groups = Typed { metric: "accuracy", slice: "worst_group", fail: "80 %", ..Typed::default() };
    let found = against(groups, "long.csv");
    let deciding = found.deciding.clone().unwrap();
    assert_eq!((found.verdict, deciding.slice.as_deref(), deciding.value), (Verdict::Pass, Some("men"), 0.85));
    let narrow = against(Typed { fail: "84 %", ..groups }, "long.csv");
    assert_eq!(narrow.verdict, Verdict::Warn, "the interval of 300 samples reaches below: {:?}", narrow.because);
    let women = against(Typed { min_samples: "201", ..groups }, "long.csv");
    assert!(women.because.iter().any(|why| why.starts_with("1 group with fewer than 201")), "{:?}", women.because);
}

#[test]
fn what_rests_on_part_of_a_group_has_no_interval() {
    let groups = Typed { metric: "recall", slice: "worst_group", fail: "0.7", ..Typed::default() };
    let found = against(groups, "fairlearn_by_metric.json");
    assert_eq!((found.verdict, found.deciding.unwrap().interval), (Verdict::Pass, None));
    assert!(found.because.contains(&"no interval could be computed".to_owned()), "{:?}", found.because);
}

#[test]
fn a_file_compared_with_itself_is_the_same() {
    for name in ["garak.report.jsonl", "promptfoo.json", "helm_stats.json", "lm_eval_0.4_groups.json"] {
        let found = compare(&file(name), &file(name), &Vocabulary::default());
        assert!(found.only_a.is_empty() && found.only_b.is_empty() && !found.rows.is_empty(), "{name}");
        assert_eq!(found.count(Change::Same), found.rows.len(), "{name}");
    }
}
