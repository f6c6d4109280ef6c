//! Files that are cut off or damaged at random: refused or read, never a panic.

use crate::archive::packed_log;
use crate::{bytes, fixture, metric, noted, text};
use proptest::prelude::*;

const FIXTURES: &[&str] = &[
    "lm_eval_0.3.json",
    "lm_eval_0.4_groups.json",
    "lm_eval_samples.jsonl",
    "garak.report.jsonl",
    "garak.hitlog.jsonl",
    "inspect_success.json",
    "promptfoo.json",
    "promptfoo.jsonl",
    "helm_stats.json",
    "deepeval.json",
    "ragas_targets.json",
    "ragas_rows.jsonl",
    "moonshot_cookbook.json",
];

/// A fixture, or a packed log.
fn content(file: usize) -> Vec<u8> {
    match FIXTURES.get(file) {
        Some(name) => fixture(name).into_bytes(),
        None => packed_log(file.is_multiple_of(2)),
    }
}

#[test]
fn rows_and_texts_that_are_too_long_are_left_out() {
    let row = |score: &str, doc: &str| {
        format!("{{\"doc_id\": 0, \"doc\": \"{doc}\", \"resps\": [], \"metrics\": [\"acc\"], \"acc\": {score}}}\n")
    };
    let found = text(&format!("{}{}{}", row("1.0", "a"), row("0.0", &"b".repeat(17 << 20)), row("1.0", "c")));
    assert_eq!(metric(&found, "acc", "").samples, Some(2));
    assert!(noted(&found, "1 rows are longer than 16 MB"));

    let log = fixture("inspect_success.json").replace("It helped.", &"\\u4f60".repeat(1_000_000));
    let found = text(&log);
    assert_eq!(found.failures[0].message.chars().count(), 500);
}

#[test]
fn deep_nesting_and_what_is_no_json_is_refused() {
    let lists = "[".repeat(100_000);
    assert!(bytes(lists.as_bytes()).is_err());
    let deep = format!(
        "{{\"results\": {{\"t\": {}1{}}}, \"versions\": {{}}, \"config\": {{}}}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let _ = bytes(deep.as_bytes());
    let deeper = format!(
        "{{\"results\": {}1{}, \"versions\": {{}}, \"config\": {{}}}}",
        "{\"a\":".repeat(5_000),
        "}".repeat(5_000)
    );
    let _ = bytes(deeper.as_bytes());
    let rows = format!("{{\"entry_type\": \"init\"}}\n{lists}\n");
    assert!(noted(&text(&rows), "1 rows are not JSON"));
    for nothing in ["", "  ", "\u{feff}", "{", "hello", "PK\u{3}\u{4}"] {
        assert!(bytes(nothing.as_bytes()).is_err(), "{nothing:?}");
    }
    // A wrong type where a list or an object is expected reads as nothing.
    for (name, from, to) in [
        ("promptfoo.json", "\"namedScores\": {\"Tone\": 0.75}", "\"namedScores\": [1, {}]"),
        ("inspect_success.json", "\"scores\": null", "\"scores\": \"none\""),
        ("deepeval.json", "\"conversationalTestCases\": []", "\"conversationalTestCases\": 7"),
        ("lm_eval_0.3.json", "\"limit\": null", "\"limit\": {\"a\": [1]}"),
    ] {
        let changed = fixture(name).replace(from, to);
        assert_ne!(changed, fixture(name));
        text(&changed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(
        file in 0..FIXTURES.len() + 2,
        cut in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        whole in any::<bool>(),
    ) {
        let mut content = content(file);
        for (at, byte) in changes {
            let at = at.index(content.len());
            // Signs that JSON is made of hit more often than chance would have it.
            content[at] = *b"{}[]\",:0-9eNnul\n".get(usize::from(byte) % 32).unwrap_or(&byte);
        }
        if !whole {
            content.truncate(cut.index(content.len()));
        }
        let _ = bytes(&content);
    }
}
