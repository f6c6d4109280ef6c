//! `countersign classify`: what a pipeline asks of a file of answers, without a register.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

use serde_json::Value;
use std::process::{Command, Output};

const ANSWERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/domain/tests/fixtures/eu_ai_act");

fn classify(file: &str, more: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_countersign"));
    program.arg("classify").arg(file).args(more).env_remove("DATABASE_URL").output().unwrap()
}

#[test]
fn a_candidate_screener_is_high_risk_and_owes_it_from_december_2027() {
    let file = format!("{ANSWERS}/cv_screener.json");
    let text = classify(&file, &["--on", "2027-12-02"]);
    let said = String::from_utf8(text.stdout).unwrap();
    assert!(text.status.success(), "{}", String::from_utf8_lossy(&text.stderr));
    assert!(said.contains("High-risk by area of use") && said.contains("Annex III"), "{said}");
    let in_force = |on: &str| -> usize {
        let answer = classify(&file, &["--format", "json", "--on", on]);
        let answer: Value = serde_json::from_slice(&answer.stdout).unwrap();
        assert_eq!((answer["class"].as_str(), answer["on"].as_str()), (Some("high_risk_area"), Some(on)));
        answer["obligations"].as_array().unwrap().iter().filter(|due| due["in_force"] == true).count()
    };
    // Annex III applies from 2 December 2027 (Art. 113 as amended).
    assert!(in_force("2027-12-01") < in_force("2027-12-02"));
}

#[test]
fn answers_that_can_not_be_classified_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.json");
    for (body, why) in [
        (r#"{"subject": "system"}"#, "not answered yet"),
        (r#"{"subjekt": "system"}"#, "\"subjekt\" is not a question"),
        (r#"{"subject": "maybe"}"#, "\"maybe\" is not an option"),
        ("[]", "must be a JSON object"),
        ("{", "must be a JSON object"),
    ] {
        std::fs::write(&file, body).unwrap();
        let told = classify(file.to_str().unwrap(), &[]);
        let said = String::from_utf8(told.stderr).unwrap();
        assert_eq!(told.status.code(), Some(2), "{body}: {said}");
        assert!(said.contains(why) && told.stdout.is_empty(), "{body}: {said}");
    }
    let missing = classify(folder.path().join("none.json").to_str().unwrap(), &[]);
    assert_eq!(missing.status.code(), Some(2));
}
