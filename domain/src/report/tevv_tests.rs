use super::*;
use crate::evidence::findings::{Format, Metric, Unit};
use crate::measure::criterion::{Criterion, Typed};
use crate::measure::scorecard::{Piece, scorecard};
use crate::measure::vocabulary::Vocabulary;
use crate::report::to_markdown;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn findings(right: f64) -> Findings {
    let mut found = Findings::new(Format::LmEval);
    found.tool = Some("lm-evaluation-harness".into());
    found.tool_version = Some("0.4.9".into());
    found.state = RunState::Complete;
    found.target("gbm-3");
    for set in ["loans", "cards", "mortgages", "leases"] {
        found.data_set(set);
    }
    found.note("The file names no seed");
    found.metric(Metric { samples: Some(1000), ..Metric::new("acc", "loans", right, Unit::Proportion) });
    found
}

fn criteria() -> Vec<(CriterionRef, Criterion)> {
    let vocabulary = Vocabulary::default();
    let parse = |typed| Criterion::parse(typed, &vocabulary).unwrap();
    let accuracy = Typed { metric: "accuracy", fail: "90 %", ..Typed::default() };
    let attacks = Typed { metric: "attack_success_rate", fail: "5 %", ..Typed::default() };
    vec![(CriterionRef(1), parse(accuracy)), (CriterionRef(2), parse(attacks))]
}

/// The report on one result, judged or not, beside a document that no reader reads.
fn report(right: f64, judged: bool) -> (Document, String) {
    let (found, vocabulary, today) = (findings(right), Vocabulary::default(), day("2026-11-01"));
    let hash = "ab".repeat(32);
    let piece = Piece {
        reference: EvidenceRef(9),
        title: "Held-out loans",
        sha256: &hash,
        speaks_of: day("2026-10-01"),
        valid_until: None,
        targets: &[],
        findings: &found,
    };
    let asked = if judged { criteria() } else { Vec::new() };
    let card = scorecard(&asked, &[piece], &vocabulary, today);
    let source = |reference: i64, kind, findings| Source {
        reference: EvidenceRef(reference),
        title: "Held-out loans",
        kind,
        file_name: "results.json",
        sha256: &hash,
        speaks_of: day("2026-10-01"),
        valid_until: None,
        uploaded_by: "Maya Lindqvist",
        findings,
    };
    let document = tevv(&Facts {
        reference: "AIS-5".into(),
        name: "Loan scoring",
        purpose: "Scores loans.",
        about: vec![("Owner".into(), "Maya Lindqvist".into())],
        scorecard: &card,
        risks: vec![(CriterionRef(1), vec![RiskRef(3), RiskRef(4)])],
        sources: vec![source(9, "Evaluation", Some(&found)), source(10, "Document", None)],
        sign_offs: Vec::new(),
        today,
    });
    let text = to_markdown(&document);
    (document, text)
}

/// The text below a heading.
fn under<'a>(text: &'a str, heading: &str) -> &'a str {
    let after = text.split(&format!("## {heading}\n")).nth(1).unwrap_or_else(|| panic!("no {heading}"));
    after.split("\n## ").next().unwrap_or(after)
}

#[test]
fn what_failed_is_told_with_the_reason_and_the_risks_and_what_nobody_tested_too() {
    let (_, text) = report(0.6, true);
    assert!(under(&text, "In short").contains("2 criteria: 1 fail, 1 not measured."), "{text}");
    let short = under(&text, "What falls short, and why");
    assert!(short.contains("Fail. 60 % ") && short.contains("It measures R-3, R-4."), "{short}");
    let untested = under(&text, "What was not tested");
    for said in [
        "Safe: no criterion is set",
        "C-2 Attack success rate at most 5 %: not measured",
        "E-10 Held-out loans (document)",
    ] {
        assert!(untested.contains(said), "{said}: {untested}");
    }
    assert!(!untested.contains("Valid and reliable"), "{untested}");
    let tested = under(&text, "What was tested");
    for said in ["lm-evaluation-harness 0.4.9", "gbm-3", "loans, cards, mortgages and 1 more", "Maya Lindqvist"] {
        assert!(tested.contains(said), "{said}: {tested}");
    }
    assert!(under(&text, "Limits").contains("E-9: The file names no seed"));
    assert!(under(&text, "Sign-offs").contains(SignOff::EMPTY));
    assert_eq!(under(&text, "Files").matches(&"ab".repeat(32)).count(), 2, "every file, read or not");
}

#[test]
fn a_pass_is_one_line_and_evidence_without_criteria_is_judged_by_nobody() {
    let (_, text) = report(0.99, true);
    assert!(!under(&text, "What falls short, and why").contains("C-1"), "{text}");
    let (_, text) = report(0.99, false);
    assert!(under(&text, "In short").contains("judged by nobody"));
    assert!(!text.contains("Every criterion passes") && !text.contains("every criterion a result"), "{text}");
}

#[test]
fn the_same_facts_give_the_same_report() {
    assert_eq!(report(0.6, true), report(0.6, true));
    assert_ne!(report(0.6, true).1, report(0.61, true).1);
}
