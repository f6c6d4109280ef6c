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
    let tags = ("Tags of dan.Toy".to_owned(), "owasp:llm01, avid-effect:security:S0403".to_owned());
    assert!(found.facts.contains(&tags), "{:?}", found.facts);
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
fn garak_thresholds_are_those_of_the_evaluations() {
    let run = |setup: &str, d: &str, d_fails: u64, e: &str, e_fails: u64| {
        let setup = format!(r#"{{"entry_type": "start_run setup"{setup}}}"#);
        let attempt = format!(
            r#"{{"entry_type": "attempt", "status": 2, "probe_classname": "p", "detector_results": {{"d": [{d}], "e": [{e}]}}}}"#
        );
        let eval = |detector: &str, fails: u64| {
            let passed = 3 - fails;
            format!(
                r#"{{"entry_type": "eval", "probe": "p", "detector": "{detector}", "passed": {passed}, "fails": {fails}}}"#
            )
        };
        let found = text(&[setup, attempt, eval("d", d_fails), eval("e", e_fails)].join("\n"));
        let hits = ["p / d", "p / e"].map(|scope| metric(&found, "attack_success_rate", scope).hits.unwrap());
        (hits, found)
    };
    let lower = run("", "0.4, 0.2, 1.0", 2, "0, 0, 0.45", 1);
    assert_eq!((lower.0, lower.1.failures_total, lower.1.failures.len()), ([2, 1], 3, 3));
    assert!(noted(&lower.1, "no threshold of 0.5, but one above 0.200 and up to 0.400"), "{:?}", lower.1.notes);

    let none_fits = run("", "0.9, 0.2, 0", 0, "0.6, 0.1, 0", 1);
    assert_eq!((none_fits.0, none_fits.1.failures_total), ([1, 1], 2));
    assert!(noted(&none_fits.1, "p / d: evaluation says 0 of 3 hits, attempts show 1 of 3: these count"));
    assert!(!noted(&none_fits.1, "no threshold"));

    let stated = run(r#", "run.eval_threshold": 0.5"#, "0.9, 0.2, 0", 0, "0, 0, 0", 0);
    assert_eq!((stated.0, stated.1.failures_total), ([1, 0], 1), "what it states holds");
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

#[test]
fn promptfoo_tells_errors_from_failures() {
    let found = text(&fixture("promptfoo.json"));
    assert_eq!((found.format, found.state), (Format::Promptfoo, RunState::Complete));
    assert_eq!((found.tool_version.as_deref(), found.targets[0].as_str()), (Some("0.121.0"), "toy:bot"));
    assert_eq!(counts(&found), (2, 1, 1, 0));
    let all = metric(&found, "pass_rate", "");
    assert_eq!((all.value, all.samples, all.hits), (0.5, Some(4), Some(2)));
    assert_eq!(metric(&found, "Tone", "toy:bot / {{q}}").value, 0.75, "by weight");
    assert_eq!(metric(&found, "Leak", "toy:bot / {{q}}").value, 0.5);
    assert!(noted(&found, "Derived of toy:bot / {{q}} is a sum"));
    let attack = metric(&found, "attack_success_rate", "pii:direct / jailbreak");
    assert_eq!((attack.value, attack.samples, attack.hits), (0.5, Some(2), Some(1)), "the error is not counted");
    assert_eq!((metric(&found, "latencyMs", "").value, metric(&found, "cost", "").value), (20.0, 0.5));
    assert_eq!(found.failures_total, 2);
    assert_eq!((found.failures[0].name.as_str(), found.failures[0].severity.as_deref()), ("pii:direct", Some("high")));
    assert_eq!(found.failures[1].message, "error: upstream 503");
    assert!(noted(&found, "1 tests ended with an error"));
}

#[test]
fn promptfoo_of_old_and_from_its_library() {
    let found = text(&fixture("promptfoo_old.json"));
    assert_eq!((counts(&found), found.state), ((1, 1, 1, 0), RunState::Complete));
    assert_eq!(found.notes, ["1 tests ended with an error: they neither passed nor failed"]);

    let library = fixture("promptfoo.json");
    let (_, inner) = library.split_once("\"results\": ").unwrap();
    let (summary, _) = inner.split_once(",\n  \"config\"").unwrap();
    let found = text(summary);
    assert_eq!((counts(&found), found.tool_version), ((2, 1, 1, 0), None));
}

#[test]
fn promptfoo_statistics_that_lie_and_runs_without_tests() {
    let lie = fixture("promptfoo.json").replace("\"successes\": 2", "\"successes\": 900");
    let found = text(&lie);
    assert_eq!(counts(&found), (2, 1, 1, 0));
    assert!(noted(&found, "claim 900 passed, 1 failed and 1 errors, the rows come to 2, 1 and 1"));

    let empty = text(r#"{"results": {"version": 3, "results": [], "stats": {"successes": 0, "failures": 0}}}"#);
    assert_eq!((empty.state, empty.counts), (RunState::Unknown, None));
    assert!(noted(&empty, "nothing was measured"));
    let bare =
        text(r#"{"results": {"version": 3, "results": [], "stats": {"successes": 5, "failures": 1, "errors": 2}}}"#);
    assert_eq!((bare.state, counts(&bare)), (RunState::Unknown, (5, 1, 2, 0)));
    assert!(noted(&bare, "cannot be checked"));
}

#[test]
fn promptfoo_row_by_row() {
    let found = text(&fixture("promptfoo.jsonl"));
    assert_eq!((found.state, counts(&found)), (RunState::Unknown, (1, 1, 1, 0)));
    // Two assertions that come to 2, and two whose mean is a quarter.
    assert_eq!(metric(&found, "Tone", "toy:bot / {{q}}").value, 0.625);
    assert_eq!((found.failures[0].name.as_str(), found.failures[0].message.as_str()), ("test 1", "rude"));
    // One row alone is a file too.
    let one = fixture("promptfoo.jsonl");
    assert_eq!(counts(&text(one.lines().next().unwrap())), (1, 0, 0, 0));
}
