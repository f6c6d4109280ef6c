//! lm-evaluation-harness and Inspect.

use crate::{counts, fixture, metric, noted, text};
use domain::evidence::findings::{Better, Format, RunState, Unit};

#[test]
fn lm_eval_of_the_old_kind() {
    let found = text(&fixture("lm_eval_0.3.json"));
    assert_eq!((found.format, found.state), (Format::LmEval, RunState::Complete));
    assert_eq!((found.targets, found.tool_version), (vec!["example/toy-60m".to_owned()], None));
    assert_eq!(found.metrics.len(), 4);
    let found = text(&fixture("lm_eval_0.3.json"));
    let acc = metric(&found, "acc", "toy_arithmetic");
    assert_eq!((acc.value, acc.stderr, acc.samples, acc.better), (0.75, Some(0.25), None, Some(Better::Higher)));
    assert_eq!(metric(&found, "word_perplexity", "toy_story").better, Some(Better::Lower));
}

#[test]
fn lm_eval_with_groups_filters_and_a_limit() {
    let found = text(&fixture("lm_eval_0.4_groups.json"));
    assert_eq!(found.tool_version.as_deref(), Some("0.4.13"));
    assert_eq!(found.ran_at.unwrap().to_string(), "2025-11-24 16:00:00.250 UTC");
    assert_eq!(found.targets, ["example/toy-60m"]);
    assert_eq!(found.data, ["example/toy (a)", "example/math"]);

    let group = metric(&found, "acc", "toy_group");
    assert_eq!((group.value, group.stderr, group.samples, group.hits), (0.7, None, Some(30), None));
    assert_eq!(metric(&found, "f1", "toy_group").samples, Some(20), "by metric");
    let b = metric(&found, "acc", "toy_b");
    assert_eq!((b.samples, b.hits, b.unit), (Some(20), Some(12), Unit::Proportion));
    assert_eq!(b.stderr, Some(0.112_390_297_389_803_27));
    assert_eq!(metric(&found, "acc", "lonely_group").value, 0.5);

    let strict = metric(&found, "exact_match", "toy_math,strict-match");
    assert_eq!((strict.samples, strict.hits, strict.better), (Some(4), Some(1), Some(Better::Higher)));
    assert_eq!(metric(&found, "toxicity", "toy_math").better, Some(Better::Lower));
    assert_eq!(found.metrics.len(), 7, "neither sample_len nor the metric that is NaN");
    assert!(noted(&found, "exact_match of toy_math,flexible-extract has no value"));
    assert!(noted(&found, "toy_b 20 of 500"));
    assert!(found.facts.contains(&("Group toy_group".to_owned(), "toy_a, toy_b".to_owned())));
}

#[test]
fn lm_eval_without_results_is_not_complete() {
    let found = text(r#"{"results": {}, "versions": {}, "config": {"model": "dummy"}}"#);
    assert_eq!(found.state, RunState::Unknown);
    assert!(noted(&found, "nothing was measured"));
}

#[test]
fn lm_eval_blots_out_secrets_among_the_arguments() {
    for args in [
        r#""model=toy-chat,api_key=sk-123,tokenizer_backend=none""#,
        r#"{"model": "toy-chat", "api_key": "sk-123", "tokenizer_backend": "none"}"#,
    ] {
        let found = text(&format!(
            r#"{{"results": {{"t": {{"acc,none": 0.5}}}}, "versions": {{}}, "config": {{"model": "api", "model_args": {args}}}}}"#
        ));
        assert_eq!(found.targets, ["toy-chat"]);
        let facts = &found.facts;
        let expected = "model=toy-chat,api_key=***,tokenizer_backend=none";
        assert!(facts.contains(&("Model arguments".to_owned(), expected.to_owned())), "{facts:?}");
    }
}

#[test]
fn lm_eval_samples_row_by_row() {
    let found = text(&fixture("lm_eval_samples.jsonl"));
    assert_eq!((found.format, found.state), (Format::LmEvalSamples, RunState::Unknown));
    let exact = metric(&found, "exact_match", "strict-match");
    assert_eq!((exact.value, exact.samples, exact.hits), (0.5, Some(2), Some(1)));
    let f1 = metric(&found, "f1", "");
    assert_eq!((f1.value, f1.samples, f1.hits), (0.5, Some(1), None));
    assert!(noted(&found, "2 rows have no number for loglik"));
    assert!(noted(&found, "1 rows are not JSON and were left out (the first is row 5)"));
    assert!(noted(&found, "The last row is broken off"));
}

#[test]
fn inspect_counts_by_its_results() {
    let found = text(&fixture("inspect_success.json"));
    assert_eq!((found.format, found.state), (Format::Inspect, RunState::Complete));
    assert_eq!((found.tool_version.as_deref(), found.data[0].as_str()), (Some("0.3.200"), "toy"));
    assert_eq!(counts(&found), (3, 1, 1, 0));
    let accuracy = metric(&found, "accuracy", "includes");
    assert_eq!((accuracy.samples, accuracy.hits, accuracy.stderr), (Some(4), Some(3), Some(0.25)));
    let mean = metric(&found, "mean", "rating");
    assert_eq!((mean.value, mean.samples, mean.stderr, mean.unit), (6.5, Some(3), Some(0.5), Unit::Other));
    assert_eq!(metric(&found, "total_tokens", "mockllm/model").value, 100.0);
    for words in [
        "4 of 5 samples were completed",
        "5 of the data set's 100 samples",
        "keeps 3 of 5 samples",
        "1 samples ended with an error",
        "rating has no score for 1 samples",
        "std of rating has no value",
    ] {
        assert!(noted(&found, words), "{words}: {:?}", found.notes);
    }
    assert_eq!(found.failures_total, 2);
    assert_eq!(found.failures[0].message, "includes incorrect: It helped.");
    assert_eq!((found.failures[1].name.as_str(), found.failures[1].message.as_str()), ("3", "error: RateLimitError()"));
}

#[test]
fn inspect_says_how_a_run_ended() {
    let found = text(&fixture("inspect_error.json"));
    assert_eq!((found.state, counts(&found)), (RunState::Failed, (0, 0, 1, 0)));
    assert!(noted(&found, "The run failed: ConnectionError") && noted(&found, "nothing was measured"));
    let done = fixture("inspect_success.json");
    for (status, state) in [
        ("cancelled", RunState::Cancelled),
        ("started", RunState::Unfinished),
        ("error", RunState::Failed),
        ("?", RunState::Unknown),
    ] {
        let found = text(&done.replace("\"success\"", &format!("\"{status}\"")));
        assert_eq!(found.state, state);
        assert!(!found.notes.is_empty());
    }
    let found = text(&done.replace("\"invalidated\": false", "\"invalidated\": true"));
    assert_eq!(found.state, RunState::Failed);
    let found = text(&done.replace("\"completed_samples\": 4", "\"completed_samples\": 0"));
    assert!(noted(&found, "No sample was completed"));
}

#[test]
fn inspect_samples_that_contradict_the_results_count() {
    let log = |accuracy: &str| {
        text(&format!(
            r#"{{"status": "success", "eval": {{"task": "t", "model": "m", "config": {{"epochs": 1}}}}, "plan": {{}},
                "results": {{"total_samples": 2, "completed_samples": 2, "scores": [{{"name": "match", "scorer": "match",
                    "metrics": {{"accuracy": {{"value": {accuracy}}}}}}}]}},
                "samples": [{{"id": 1, "scores": {{"match": {{"value": "I"}}}}}},
                            {{"id": 2, "scores": {{"match": {{"value": "C"}}}}}}]}}"#
        ))
    };
    let found = log("1.0");
    assert!(noted(&found, "accuracy claims 1, the samples come to 1 of 2"));
    assert_eq!((metric(&found, "accuracy", "match").value, counts(&found)), (0.5, (1, 1, 0, 0)));
    assert!(log("0.5").notes.is_empty());
}

#[test]
fn inspect_partly_right_is_neither_passed_nor_failed() {
    let found = text(
        r#"{"status": "success", "eval": {"task": "t", "model": "m", "config": {}}, "plan": {},
            "results": {"total_samples": 2, "completed_samples": 2, "scores": [{"name": "match", "scorer": "match",
                "metrics": {"accuracy": {"value": 0.5}}}]},
            "samples": [{"id": 1, "scores": {"match": {"value": "P"}}}, {"id": 2, "scores": {"match": {"value": "P"}}}]}"#,
    );
    assert_eq!((metric(&found, "accuracy", "match").hits, found.counts), (None, None));
}

#[test]
fn inspect_scores_of_several_epochs_rest_on_samples() {
    let found = text(
        r#"{"status": "success", "eval": {"task": "t", "model": "m", "config": {"epochs": 4}}, "plan": {},
            "results": {"total_samples": 40, "completed_samples": 40, "scores": [
                {"name": "match", "scorer": "match", "reducer": "mean", "metrics": {"accuracy": {"value": 0.625}}},
                {"name": "tone", "scorer": "judge", "scored_samples": 40, "metrics": {"mean": {"value": 3}}}]}}"#,
    );
    assert_eq!(metric(&found, "mean", "judge / tone").samples, Some(10));
    let accuracy = metric(&found, "accuracy", "match (mean)");
    assert_eq!((accuracy.samples, accuracy.hits, found.counts), (Some(10), None, None));
    assert!(noted(&found, "40 runs are 4 epochs of 10 samples"));
}

#[test]
fn lm_eval_names_the_adapter_and_no_name_that_was_drawn() {
    let of = |rest: &str| {
        text(&format!(r#"{{"results": {{"t": {{"acc,none": 0.5}}}}, "versions": {{}}, {rest}}}"#)).targets.join(" ")
    };
    for (rest, target) in [
        (r#""config": {"model": "hf", "model_args": "pretrained=base,peft=mine"}"#, "mine"),
        (r#""config": {"model": "dummy", "model_args": {}}, "model_name": "qdpvxrsu""#, "dummy"),
        (r#""config": {"model": "hf", "model_args": null}, "model_name": "qdpv68r5""#, "hf"),
        // A word of eight letters may be a name, and so is whatever an argument says.
        (r#""config": {"model": "hf", "model_args": null}, "model_name": "deepseek""#, "deepseek"),
        (r#""config": {"model": "hf", "model_args": "pretrained=abcd1234"}, "model_name": "abcd1234""#, "abcd1234"),
        (r#""config": {"model": "hf"}, "model_name": "org/model-7b""#, "org/model-7b"),
    ] {
        assert_eq!(of(rest), target, "{rest}");
    }
}

#[test]
fn inspect_samples_that_a_broken_off_run_never_came_to_did_not_fail() {
    let log = |status: &str, samples: &str| {
        text(&format!(
            r#"{{"status": "{status}", "eval": {{"task": "t", "model": "m", "config": {{}}}}, "plan": {{}},
                "results": {{"total_samples": 9, "completed_samples": 2, "scores": [{{"name": "match", "scorer": "match",
                    "metrics": {{"accuracy": {{"value": 0.5}}}}}}]}},
                "samples": [{{"id": 1, "scores": {{"match": {{"value": "I"}}}}}},
                            {{"id": 2, "scores": {{"match": {{"value": "C"}}}}}}{samples}]}}"#
        ))
    };
    let (error, stopped) =
        (r#", {"id": 3, "error": {"message": "boom"}}"#, r#", {"id": 4, "error": {"message": "CancelledError('x')"}}"#);
    let found = log("cancelled", &format!("{error}{stopped}"));
    assert_eq!((found.state, counts(&found), found.failures_total), (RunState::Cancelled, (1, 1, 1, 6), 2));
    assert!(noted(&found, "2 of 9 samples were completed: 1 failed, 6 were not run to their end"));
    assert!(found.failures.iter().all(|failure| !failure.message.contains("CancelledError")));
    // Where another failure tore it down, the file does not say that anybody stopped it.
    let found = log("error", &format!("{error}{stopped}"));
    assert_eq!((found.state, counts(&found), found.failures_total), (RunState::Failed, (1, 1, 2, 5), 3));
    let found = log("success", error);
    assert_eq!(counts(&found), (1, 1, 7, 0), "a run that went on to its end came to all of them");
}
