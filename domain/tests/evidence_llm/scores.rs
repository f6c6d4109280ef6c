//! HELM, DeepEval, Ragas and Moonshot.

use crate::{counts, fixture, metric, noted, text};
use domain::evidence::findings::{Better, Format, Metric, RunState, Unit};

#[test]
fn helm_rests_on_instances_and_keeps_perturbed_values_apart() {
    let found = text(&fixture("helm_stats.json"));
    assert_eq!((found.format, found.state), (Format::Helm, RunState::Complete));
    let exact: Vec<&Metric> = found.metrics.iter().filter(|m| m.name == "exact_match").collect();
    assert_eq!(exact.len(), 2, "the valid split is left out");
    assert_eq!((exact[0].value, exact[0].samples, exact[0].hits), (0.25, Some(8), Some(2)));
    assert_eq!((exact[1].value, exact[1].slice.as_deref()), (0.125, Some("robustness (worst)")));
    let runtime = metric(&found, "inference_runtime", "test");
    assert_eq!((runtime.value, runtime.unit, runtime.better), (1.5, Unit::Seconds, Some(Better::Lower)));
    for words in ["1 statistics rest on nothing", "2 statistics of splits other than test", "means over 2 trials"] {
        assert!(noted(&found, words), "{words}: {:?}", found.notes);
    }
    let empty = text(r#"[{"name": {"name": "exact_match", "split": "test"}, "count": 0, "sum": 0, "sum_squared": 0}]"#);
    assert_eq!(empty.state, RunState::Unknown);
    assert!(noted(&empty, "nothing was measured"));
}

#[test]
fn deepeval_tells_failures_from_judges_that_failed() {
    let found = text(&fixture("deepeval.json"));
    assert_eq!((found.format, found.state), (Format::DeepEval, RunState::Complete));
    assert_eq!(counts(&found), (1, 2, 1, 0));
    let relevancy = metric(&found, "Answer Relevancy", "");
    assert_eq!((relevancy.value, relevancy.samples, relevancy.better), (0.375, Some(3), Some(Better::Higher)));
    let toxicity = metric(&found, "Toxicity", "");
    assert_eq!((toxicity.value, toxicity.better), (0.5, Some(Better::Lower)), "its verdicts say so");
    let rate = metric(&found, "pass_rate", "Answer Relevancy");
    assert_eq!((rate.samples, rate.hits), (Some(3), Some(1)));
    for words in [
        "liar is called a success",
        "claims 2 passed and 2 failed, its test cases come to 1 and 3",
        "Answer Relevancy could not judge 1 test cases",
        "Toxicity: the summary has 3 scores, the test cases 2",
    ] {
        assert!(noted(&found, words), "{words}: {:?}", found.notes);
    }
    assert_eq!(found.failures_total, 4);
    assert_eq!(found.failures[0].message, "Answer Relevancy (0.25): beside the point");

    let old = text(
        r#"{"testCases": [{"name": "x", "success": true, "metricsMetadata": [{"metric": "Bias", "score": 0.25,
            "minimumScore": 0.5, "success": true}]}], "metricsScores": [], "testPassed": 1, "testFailed": 0}"#,
    );
    assert_eq!(counts(&old), (1, 0, 0, 0));
    assert_eq!(metric(&old, "Bias", "").better, Some(Better::Lower));

    let going = text(r#"{"testCases": [], "metricsScores": [], "testPassed": null}"#);
    assert_eq!(going.state, RunState::Unfinished);
    assert!(noted(&going, "There is no test case"));
    let empty = text(r#"{"testCases": [], "metricsScores": [], "testPassed": 0, "testFailed": 0}"#);
    assert_eq!((empty.state, empty.counts), (RunState::Unknown, None));
    let unjudged =
        text(r#"{"testCases": [{"name": "x", "success": true, "metricsData": []}], "testPassed": 1, "testFailed": 0}"#);
    assert_eq!(counts(&unjudged), (0, 0, 0, 1));
}

#[test]
fn ragas_flat_with_targets_and_by_question() {
    let flat =
        text(r#"{"faithfulness": 0.75, "context_recall": null, "num_questions": 4, "evaluator_model": "judge-1"}"#);
    assert_eq!((flat.format, flat.state, flat.counts), (Format::Ragas, RunState::Unknown, None));
    assert_eq!(metric(&flat, "faithfulness", "").samples, Some(4));
    assert!(noted(&flat, "context_recall has no value"));
    assert!(flat.facts.contains(&("evaluator_model".to_owned(), "judge-1".to_owned())));

    let found = text(&fixture("ragas_targets.json"));
    assert_eq!(counts(&found), (1, 1, 0, 0));
    let style = metric(&found, "house_style", "");
    assert_eq!((style.value, style.unit, style.better), (3.5, Unit::Other, None));
    assert!(noted(&found, "answer_relevancy is said to have passed, but its target is not reached"));
    assert_eq!(found.failures[0].message, "0.5000 (target 0.75)");

    let rows = fixture("ragas_rows.jsonl");
    let found = text(&rows);
    let faithfulness = metric(&found, "faithfulness", "");
    assert_eq!((faithfulness.value, faithfulness.samples), (0.75, Some(2)));
    assert!(noted(&found, "faithfulness: 1 of 3 questions have no score"));
    let list = format!("[{}]", rows.trim().replace('\n', ","));
    assert_eq!(text(&list).metrics, found.metrics);
    let nested = format!("{{\"scores\": {list}, \"passed\": true}}");
    assert_eq!(text(&nested).metrics, found.metrics);
}

#[test]
fn moonshot_recipes_within_a_cookbook() {
    let found = text(&fixture("moonshot_cookbook.json"));
    assert_eq!((found.format, found.state), (Format::Moonshot, RunState::Complete));
    assert_eq!(found.ran_at.unwrap().to_string(), "2026-07-01 10:00:00 UTC");
    let scope = "toy-book / toy-recipe / toy-data / plain / toy-endpoint";
    let accuracy = metric(&found, "accuracy", scope);
    assert_eq!((accuracy.value, accuracy.unit, accuracy.samples), (50.0, Unit::Percent, Some(2)));
    assert_eq!(metric(&found, "toxicity.mean", scope).value, 0.125);
    let grade = metric(&found, "avg_grade_value", "toy-book / toy-recipe / toy-endpoint");
    assert_eq!((grade.value, grade.samples), (50.0, Some(2)));
    assert_eq!(found.metrics.len(), 3);
    assert!(noted(&found, "claims 20 prompts, the details hold 2"));

    for (status, state) in
        [("running", RunState::Unfinished), ("cancelled", RunState::Cancelled), ("errors", RunState::Failed)]
    {
        let other = fixture("moonshot_cookbook.json").replace("\"completed\"", &format!("\"{status}\""));
        assert_eq!(text(&other).state, state);
    }
    let empty = text(r#"{"metadata": {"endpoints": [], "status": "completed"}, "results": {"recipes": []}}"#);
    assert!(noted(&empty, "nothing was measured"));
}
