//! Any bytes as an evidence file: read or refused, within the bounds that findings promise.
#![no_main]

use domain::evidence::findings::{FAILURES_MAX, Findings, METRICS_MAX, NOTES_MAX};
use domain::evidence::read::read;
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

fuzz_target!(|bytes: &[u8]| {
    let Ok(findings) = read(&mut Cursor::new(bytes)) else { return };
    assert!(findings.metrics.len() <= METRICS_MAX && findings.metrics.iter().all(|m| m.value.is_finite()));
    assert!(findings.failures.len() <= FAILURES_MAX && findings.notes.len() <= NOTES_MAX);
    assert!(findings.failures.len() as u64 <= findings.failures_total);
    // What was found is kept as JSON and read back; serde_json may read the last digit of a long number otherwise.
    let kept = serde_json::to_vec(&findings).expect("findings are JSON");
    let back: Findings = serde_json::from_slice(&kept).expect("and back");
    assert_eq!((findings.metrics.len(), findings.counts), (back.metrics.len(), back.counts));
    for (a, b) in findings.metrics.iter().zip(&back.metrics) {
        assert_eq!((&a.name, &a.scope, &a.slice, a.samples), (&b.name, &b.scope, &b.slice, b.samples));
        assert!((a.value - b.value).abs() <= 1e-12 * a.value.abs(), "{} became {}", a.value, b.value);
    }
});
