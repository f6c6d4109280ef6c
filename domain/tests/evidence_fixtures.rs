//! Readers of standards and scanners against small files of our own, each trap once.

use domain::evidence::findings::{Better, Counts, Findings, RunState};
use domain::evidence::read::{Unreadable, read};
use std::io::Cursor;

fn of(name: &str) -> Result<Findings, Unreadable> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/evidence").join(name);
    read(&mut std::fs::File::open(file).unwrap())
}

fn ok(name: &str) -> Findings {
    of(name).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn text(content: &str) -> Result<Findings, Unreadable> {
    read(&mut Cursor::new(content.as_bytes()))
}

fn counts(passed: u64, failed: u64, errors: u64, skipped: u64) -> Option<Counts> {
    Some(Counts { passed, failed, errors, skipped })
}

#[track_caller]
fn value(findings: &Findings, name: &str, scope: &str) -> f64 {
    let found = findings.metrics.iter().find(|m| m.name == name && m.scope == scope && m.slice.is_none());
    found.unwrap_or_else(|| panic!("no {name} of {scope:?} in {:#?}", findings.metrics)).value
}

#[track_caller]
fn noted(findings: &Findings, words: &str) {
    assert!(findings.notes.iter().any(|n| n.contains(words)), "no note of {words:?}: {:#?}", findings.notes);
}

#[test]
fn junit_counts_cases_and_not_attributes() {
    let f = ok("junit_traps.xml");
    assert_eq!((f.counts, f.state), (counts(3, 1, 2, 2), RunState::Complete));
    let failures: Vec<_> = f.failures.iter().map(|f| (f.name.as_str(), f.message.as_str())).collect();
    assert_eq!(
        failures,
        [
            ("refusals › no names", "named a customer & her age"),
            ("stays broken", "third try: log of the third try"),
            ("crash", "no <answer> in 30 s"),
        ]
    );
    noted(&f, "(tests 9, failures and errors 1, skipped 0) differ from its cases (8, 3, 2)");
    noted(&f, "1 test cases carry several results");
    noted(&f, "2 test cases were repeated");
    assert_eq!(f.facts, [("model".to_owned(), "loan-bot 3".to_owned())]);
    assert_eq!(format!("{:?}", f.ran_at.unwrap()), "2026-03-01T08:00:00Z");
}

#[test]
fn junit_that_shows_nothing_says_so() {
    let f = ok("junit_empty.xml");
    assert_eq!(f.state, RunState::Unknown);
    noted(&f, "no test case");
    let f = ok("junit_suite_error.xml");
    assert_eq!((f.counts, f.state), (counts(1, 0, 1, 0), RunState::Failed));
    noted(&f, "part of it did not run");
    let f = text("<testsuite><testcase name='a'><skipped/></testcase></testsuite>").unwrap();
    noted(&f, "Every test case was skipped");
}

#[test]
fn hostile_and_foreign_xml_is_refused() {
    assert!(ok_is_broken("junit_laughs.xml").contains("line 4: a document type definition"));
    assert!(matches!(text("<rss><channel/></rss>"), Err(Unreadable::Unknown(_))));
    assert!(matches!(text("<!DOCTYPE html><html></html>"), Err(Unreadable::Unknown(_))));
    assert!(matches!(text("<testsuite><testcase></testsuite>"), Err(Unreadable::Broken { .. })));
}

fn ok_is_broken(name: &str) -> String {
    match of(name) {
        Err(Unreadable::Broken { what, .. }) => what,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn sarif_levels_kinds_suppressions_and_runs_without_results() {
    let f = ok("sarif_traps.sarif");
    assert_eq!(["error", "warning", "note"].map(|l| value(&f, l, "prompt-lint")), [1.0, 1.0, 1.0]);
    assert_eq!(f.counts, counts(1, 3, 1, 1));
    assert_eq!(f.failures[2].message, "level of the rule (prompts/a.txt:7)");
    assert_eq!(f.state, RunState::Unfinished);
    noted(&f, "1 results are suppressed");
    noted(&f, "1 results are gone");
    noted(&f, "1 runs have no list of results");
    assert_eq!(f.metrics[0].better, Some(Better::Lower));

    let f = ok("sarif_failed.sarif");
    assert_eq!(f.state, RunState::Failed);
    noted(&f, "did not succeed: model not found");
    noted(&f, "no such file");
    noted(&text(r#"{"version": "2.1.0", "runs": [], "$schema": "sarif"}"#).unwrap(), "no run");
    assert!(
        text(r#"{"version": "1.0.0", "runs": [{"tool": {"name": "x"}}]}"#).unwrap_err().to_string().contains("1.0.0")
    );
}

#[test]
fn scans_with_errors_or_skipped_files_are_not_clean() {
    let f = ok("modelscan.json");
    assert_eq!((f.counts, f.state), (counts(1, 1, 0, 1), RunState::Unfinished));
    assert_eq!((value(&f, "total_issues", ""), value(&f, "CRITICAL", ""), value(&f, "LOW", "")), (1.0, 1.0, 0.0));
    assert_eq!(f.failures[0].name, "os.system");
    noted(&f, "Skipped: c.bin");
    noted(&f, "differ from the lists");
    let f = ok("modelscan_nothing.json");
    assert_eq!(f.state, RunState::Unfinished);
    noted(&f, "No file was scanned");

    let f = ok("modelaudit.json");
    assert_eq!((f.counts, f.state, f.failures_total), (counts(2, 0, 0, 0), RunState::Failed, 1));
    noted(&f, "ran into errors");
}

#[track_caller]
fn fact<'a>(findings: &'a Findings, name: &str) -> &'a str {
    let found = findings.facts.iter().find(|(known, _)| known == name);
    &found.unwrap_or_else(|| panic!("no fact {name:?} in {:#?}", findings.facts)).1
}

#[test]
fn bills_of_materials_in_both_notations() {
    let f = ok("cyclonedx.json");
    assert_eq!((f.targets.as_slice(), f.tool.as_deref()), (&["scorer 2".to_owned()][..], Some("cdxgen")));
    assert_eq!(f.data, ["applications 2024", "gone"]);
    assert_eq!(fact(&f, "scorer 2: licence"), "MIT, Apache-2.0 OR MIT");
    assert_eq!((value(&f, "recall", "scorer 2"), f.metrics.len()), (83.5, 2));
    assert_eq!((f.metrics[0].slice.as_deref(), f.metrics[0].interval), (Some("women"), Some((0.88, 0.94))));
    noted(&f, "\"f1\" of scorer 2 has no number");
    noted(&f, "\"mse\" of scorer 2 has no number");
    noted(&f, "1 components are neither");

    let x = ok("cyclonedx.xml");
    assert_eq!((x.metrics.as_slice(), x.tool.as_deref()), (&f.metrics[..1], Some("old tool")));
    assert_eq!((x.ran_at, x.targets.as_slice(), x.data.as_slice()), (f.ran_at, f.targets.as_slice(), &f.data[..1]));
    assert_eq!(fact(&x, "scorer 2: licence"), fact(&f, "scorer 2: licence"));
    assert_eq!(fact(&x, "scorer 2: SHA-256"), "ab12");
    assert!(matches!(text("<bom><components/></bom>"), Err(Unreadable::Unknown(_))));
    noted(&text(r#"{"bomFormat":"CycloneDX","specVersion":"1.4","components":null}"#).unwrap(), "software only");
}

#[test]
fn graphs_and_data_sets() {
    let f = ok("spdx.json");
    assert_eq!((value(&f, "auc", "scorer"), fact(&f, "scorer: trainedOn")), (0.81, "applications"));
    assert_eq!((fact(&f, "scorer: hasDeclaredLicense"), fact(&f, "scorer: sha256")), ("MIT", "cd34"));
    assert_eq!(fact(&f, "applications: knownBias"), "few women");
    assert_eq!(format!("{:?}", f.ran_at.unwrap()), "2026-01-01T00:00:00Z");
    noted(&f, "\"per epoch\" of scorer has no number");

    let f = ok("croissant.json");
    assert_eq!((fact(&f, "rai:dataBiases"), fact(&f, "record sets")), ("only adults", "1 with 2 fields"));
    noted(&f, "names no licence");
    noted(&f, "1 files of the data set have no SHA-256");
}
