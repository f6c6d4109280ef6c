//! Files that are cut off, changed or cut together: read or refused, never a panic, and never without an end.

use domain::evidence::findings::{FAILURES_MAX, Findings, METRICS_MAX, NOTES_MAX};
use domain::evidence::outcomes;
use domain::evidence::read::read;
use domain::evidence::read::table::{Mapping, guess, read_with};
use proptest::prelude::*;
use std::io::Cursor;
use std::path::Path;

/// All fixtures of our own, and pieces that mean something to a reader.
fn fixtures() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/evidence");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut files: Vec<_> = files.collect();
    files.sort();
    files.into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

const PIECES: &[&str] = &[
    "null",
    "[]",
    "{}",
    "\"\"",
    "-1",
    "1e999",
    "NaN",
    "99999999999999999999",
    "\u{0}",
    "<",
    "&#0;",
    "&lt;",
    "]]>",
    "\n---\n",
    ",,,",
    ";",
    "\"",
    "\\ud800",
    "*a",
    "&a ",
    "- ",
    "\t",
    "%",
    "0.5",
    "\u{feff}",
];

fn sane(findings: &Findings) {
    assert!(findings.metrics.len() <= METRICS_MAX && findings.metrics.iter().all(|m| m.value.is_finite()));
    assert!(findings.failures.len() <= FAILURES_MAX && findings.notes.len() <= NOTES_MAX);
    assert!(findings.failures.len() as u64 <= findings.failures_total);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..6, any::<prop::sample::Index>(), any::<u8>()), 0..8),
        end in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let all = fixtures();
        let mut bytes = which.get(&all).clone();
        for (at, edit, piece, byte) in edits {
            let at = if bytes.is_empty() { 0 } else { at.index(bytes.len()) };
            match edit {
                0 if !bytes.is_empty() => bytes[at] = byte,
                1 if !bytes.is_empty() => drop(bytes.remove(at)),
                2 => { bytes.splice(at..at, piece.get(PIECES).bytes()); }
                3 => { let end = (at + usize::from(byte)).min(bytes.len()); bytes.drain(at..end); }
                4 => { let end = (at + usize::from(byte)).min(bytes.len()); let again = bytes[at..end].to_vec(); bytes.splice(at..at, again); }
                _ => { let other = piece.get(&all); bytes.truncate(at); bytes.extend(other.iter().skip(at)); }
            }
        }
        if let Some(end) = end && !bytes.is_empty() {
            bytes.truncate(end.index(bytes.len()));
        }
        let mut file = Cursor::new(bytes);
        if let Ok(findings) = read(&mut file) {
            sane(&findings);
        }
        let _ = guess(&mut file);
        let _ = outcomes::read(&mut file);
        let mapping = Mapping::Samples { metrics: vec!["faithfulness".to_owned()], slice: Some("user_input".to_owned()) };
        if let Ok(findings) = read_with(&mut file, &mapping) {
            sane(&findings);
        }
    }
}
