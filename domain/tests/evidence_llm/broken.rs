//! Files that are cut off or damaged at random: refused or read, never a panic.

use crate::{bytes, fixture};
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(
        file in 0..FIXTURES.len(),
        cut in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        whole in any::<bool>(),
    ) {
        let mut content = fixture(FIXTURES[file]).into_bytes();
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
