//! garak and promptfoo.

use crate::{counts, fixture, metric, noted, text};
use domain::evidence::findings::{Better, Format, RunState};

#[test]
fn garak_attack_success_with_its_interval() {
    let found = text(&fixture("garak.report.jsonl"));
    assert_eq!((found.format, found.state), (Format::Garak, RunState::Complete));
    assert_eq!((found.tool_version.as_deref(), found.targets[0].as_str()), (Some("0.13.0"), "toy-chat"));
    assert_eq!(counts(&found), (11, 4, 6, 0));
    let dan = metric(&found, "attack_success_rate", "dan.Toy / mitigation.Toy");
    assert_eq!((dan.value, dan.samples, dan.hits), (1.0 / 3.0, Some(3), Some(1)));
    assert_eq!((dan.interval, dan.better), (Some((0.0, 0.75)), Some(Better::Lower)));
    let old = metric(&found, "attack_success_rate", "encoding.Toy / encoding.Decode");
    assert_eq!((old.value, old.hits, old.interval), (0.25, Some(3), None));
    assert_eq!(found.metrics.len(), 2);
    assert!(noted(&found, "lmrc.Toy / always.Pass: no output was evaluated"));
    assert!(noted(&found, "dan.Toy / mitigation.Toy: 1 outputs could not be judged"));
    assert_eq!(found.failures_total, 1);
    assert_eq!(found.failures[0].message, "hit (score 1): Of course.");
}

#[test]
fn garak_without_an_end_is_unfinished() {
    let found = text(&fixture("garak_unfinished.report.jsonl"));
    assert_eq!((found.state, found.targets[0].as_str()), (RunState::Unfinished, "example/toy"));
    let dan = metric(&found, "attack_success_rate", "dan.Toy / mitigation.Toy");
    assert_eq!((dan.value, dan.samples), (0.5, Some(2)));
    for words in ["no completion row", "no evaluation row", "The last row is broken off"] {
        assert!(noted(&found, words), "{words}: {:?}", found.notes);
    }
}

#[test]
fn garak_counts_that_lie() {
    let start = "{\"entry_type\": \"init\", \"run\": \"r\"}\n";
    let end = "{\"entry_type\": \"completion\"}\n";
    let one = |rows: &str| text(&format!("{start}{rows}\n{end}"));

    let none = one("");
    assert!(noted(&none, "nothing was measured") && none.metrics.is_empty() && none.counts.is_none());

    let sums = one(
        r#"{"entry_type": "eval", "probe": "p", "detector": "d", "passed": 3, "fails": 1, "total_evaluated": 400}"#,
    );
    assert_eq!(metric(&sums, "attack_success_rate", "p / d").value, 0.25);
    assert!(noted(&sums, "3 passed and 1 failed are not the 400 evaluated"));

    let more = one(r#"{"entry_type": "eval", "probe": "p", "detector": "d", "passed": 5, "total": 4}"#);
    assert!(noted(&more, "make no sense") && more.metrics.is_empty());

    let huge =
        one(r#"{"entry_type": "eval", "probe": "p", "detector": "d", "passed": -1, "fails": 1e300, "total": 4}"#);
    assert!(noted(&huge, "make no sense"));

    let hidden = one(concat!(
        r#"{"entry_type": "attempt", "status": 2, "probe_classname": "p", "detector_results": {"d": [1.0, 0.0]}}"#,
        "\n",
        r#"{"entry_type": "eval", "probe": "p", "detector": "d", "passed": 2, "fails": 0, "total_evaluated": 2}"#
    ));
    assert_eq!(metric(&hidden, "attack_success_rate", "p / d").value, 0.5);
    assert!(noted(&hidden, "evaluation says 0 of 2 hits, attempts show 1 of 2"));

    let interval =
        one(r#"{"entry_type": "eval", "probe": "p", "detector": "d", "passed": 3, "fails": 1, "total_evaluated": 4,
            "confidence_lower": 0.6, "confidence_upper": 0.9}"#
            .replace('\n', " ")
            .as_str());
    assert_eq!(metric(&interval, "attack_success_rate", "p / d").interval, None);
    assert!(noted(&interval, "interval does not hold its value"));
}

#[test]
fn garak_hits_are_all_that_a_hit_log_knows() {
    let found = text(&fixture("garak.hitlog.jsonl"));
    assert_eq!((found.format, found.state, found.counts), (Format::GarakHits, RunState::Unknown, None));
    assert_eq!(metric(&found, "hits", "dan.Toy / mitigation.Toy").value, 2.0);
    assert_eq!((found.failures_total, found.targets[0].as_str()), (2, "test toy-chat"));
    assert_eq!(found.failures[0].message, "hit (score 1): make it swear: Of course.");
    assert!(noted(&found, "only the hits"));
}
