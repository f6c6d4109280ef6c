//! Readers of evaluations of language models: lm-evaluation-harness, Inspect, garak, promptfoo, HELM, DeepEval, Ragas and
//! Moonshot; against our own fixtures, and against real files where their folder is at hand.

#[path = "evidence_llm/archive.rs"]
mod archive;
#[path = "evidence_llm/attacks.rs"]
mod attacks;
#[path = "evidence_llm/broken.rs"]
mod broken;
#[path = "evidence_llm/evaluations.rs"]
mod evaluations;
#[path = "evidence_llm/helm.rs"]
mod helm;
#[path = "evidence_llm/real.rs"]
mod real;
#[path = "evidence_llm/scores.rs"]
mod scores;

use domain::evidence::findings::{Findings, Metric};
use domain::evidence::read::{Unreadable, read};
use std::io::Cursor;

/// What bytes say.
fn bytes(bytes: &[u8]) -> Result<Findings, Unreadable> {
    read(&mut Cursor::new(bytes))
}

/// What a text says.
fn text(text: &str) -> Findings {
    bytes(text.as_bytes()).unwrap()
}

/// A fixture.
fn fixture(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/evidence/");
    std::fs::read_to_string(format!("{folder}{name}")).unwrap()
}

/// The one metric of this name and scope.
fn metric<'a>(findings: &'a Findings, name: &str, scope: &str) -> &'a Metric {
    let found: Vec<&Metric> = findings.metrics.iter().filter(|m| m.name == name && m.scope == scope).collect();
    assert_eq!(found.len(), 1, "{name} of {scope} in {:#?}", findings.metrics);
    found[0]
}

/// Whether a note has these words.
fn noted(findings: &Findings, words: &str) -> bool {
    findings.notes.iter().any(|note| note.contains(words))
}

/// Passed, failed, errors, skipped.
fn counts(findings: &Findings) -> (u64, u64, u64, u64) {
    let counts = findings.counts.unwrap();
    (counts.passed, counts.failed, counts.errors, counts.skipped)
}
