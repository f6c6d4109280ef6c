//! How each format tells its samples apart, on small files of our own.

use crate::{both, row, side_by_side};
use domain::evidence::outcomes::read;
use domain::measure::compare::Change;
use domain::measure::paired::Test;
use std::io::Cursor;

/// Twelve samples that the first run gets right up to here, the second from here on.
const N: usize = 12;

fn list(each: impl Fn(usize) -> String) -> String {
    (0..N).map(each).collect::<Vec<_>>().join(",")
}

#[test]
fn promptfoo_tests_are_known_by_variables_and_assertions() {
    let rows = |right: &dyn Fn(usize) -> bool, provider: &str, at: &dyn Fn(usize) -> usize| {
        let row = |n: usize| {
            let (n, success) = (at(n), right(at(n)));
            format!(
                r#"{{"success": {success}, "score": 1, "failureReason": {}, "provider": {{"id": "{provider}"}}, "testIdx": 0,
                    "latencyMs": {}, "prompt": {{"label": "{{{{q}}}}", "raw": "x"}}, "vars": {{"q": "Question {n}"}},
                    "namedScores": {{"tone": {success}}}, "testCase": {{"assert": [{{"type": "contains", "value": "{n}"}}]}}}}"#,
                u8::from(!success),
                100 + n
            )
            .replace('\n', " ")
        };
        (0..N).map(row).collect::<Vec<_>>().join("\n")
    };
    // Another model, and the tests the other way round: what pairs is the question.
    let a = rows(&|n| n < 6, "old", &|n| n);
    let b = rows(&|n| n >= 3, "new", &|n| N - 1 - n);
    let found = side_by_side(a.as_bytes(), b.as_bytes());
    let rate = row(&found, "pass_rate", "");
    let paired = rate.paired.as_ref().unwrap();
    assert_eq!((paired.pairs, paired.fell, paired.rose, rate.change), (12, 3, 6, Change::WithinNoise));
    assert_eq!(rate.unpaired, None);
    let latency = row(&found, "latencyMs", "");
    assert_eq!((latency.change, latency.paired.as_ref().unwrap().test), (Change::Same, Test::PairedT));

    // A document with the same rows says the same.
    let document = |rows: &str| {
        let rows = rows.replace('\n', ",");
        format!(r#"{{"results": {{"results": [{rows}], "stats": {{"successes": 6, "failures": 6}}}}}}"#)
    };
    assert_eq!(both(document(&a).as_bytes()).1, both(a.as_bytes()).1);

    // An assertion that changed makes another test of it, and a test that occurs twice is none.
    let other = b.replace("contains", "icontains");
    let found = side_by_side(a.as_bytes(), other.as_bytes());
    assert!(row(&found, "pass_rate", "").unpaired.as_ref().unwrap().contains("only 0 samples"));
    let twice = format!("{a}\n{a}");
    let series = read(&mut Cursor::new(twice)).unwrap();
    let series = series.get("pass_rate", "").unwrap();
    assert_eq!((series.len(), series.samples()), (0, 12));
}

#[test]
fn promptfoo_prompts_of_one_test_are_one_outcome() {
    let rows = (0..N).flat_map(|n| ["a", "b"].map(|prompt| {
        let success = prompt == "a";
        format!(
            r#"{{"success": {success}, "score": 1, "failureReason": 1, "provider": "p", "prompt": {{"label": "{prompt}"}}, "vars": {{"q": {n}}}, "namedScores": {{}}}}"#
        )
    }));
    let found = read(&mut Cursor::new(rows.collect::<Vec<_>>().join("\n"))).unwrap();
    let all = found.get("pass_rate", "").unwrap();
    assert_eq!((all.len(), all.comes_to(0.5)), (N, true));
    assert!(all.pairs(all).all(|pair| pair == (0.5, 0.5)));
    assert!(
        found.get("pass_rate", "p / a").unwrap().comes_to(1.0)
            && found.get("pass_rate", "p / b").unwrap().comes_to(0.0)
    );
}

#[test]
fn inspect_epochs_are_one_outcome_and_texts_tell_tasks_apart() {
    let log = |text: &str, right: &dyn Fn(usize) -> bool| {
        let sample = |n: usize| {
            let grade = |epoch: u8| {
                let value = if right(n) {
                    "C"
                } else if epoch == 1 {
                    "P"
                } else {
                    "I"
                };
                format!(
                    r#"{{"id": {n}, "epoch": {epoch}, "input": "{text} {n}", "scores": {{"match": {{"value": "{value}"}},
                        "judge": {{"value": {{"tone": {n}, "tact": true}}}}}}}}"#
                )
            };
            format!("{},{}", grade(1), grade(2))
        };
        let sure = (0..N).filter(|n| right(*n)).count() as f64;
        let accuracy = (sure + (N as f64 - sure) * 0.25) / N as f64;
        format!(
            r#"{{"status": "success", "eval": {{"task": "t", "model": "m", "config": {{"epochs": 2}}}}, "plan": {{}},
                "results": {{"total_samples": 24, "completed_samples": 24, "scores": [
                    {{"name": "match", "scorer": "match", "reducer": "mean", "metrics": {{"accuracy": {{"value": {accuracy}}}}}}},
                    {{"name": "match", "scorer": "match", "reducer": "max", "metrics": {{"accuracy": {{"value": 1}}}}}},
                    {{"name": "tone", "scorer": "judge", "metrics": {{"mean": {{"value": 5.5}}}}}}]}},
                "samples": [{}]}}"#,
            list(sample)
        )
    };
    let (a, b) = (log("Question", &|n| n < 2), log("Question", &|n| n < 11));
    let found = side_by_side(a.as_bytes(), b.as_bytes());
    let accuracy = row(&found, "accuracy", "match (mean)");
    let paired = accuracy.paired.as_ref().unwrap();
    assert_eq!((paired.test, paired.pairs, paired.rose, accuracy.change), (Test::PairedT, 12, 9, Change::Better));
    assert!(row(&found, "accuracy", "match (max)").unpaired.as_ref().unwrap().contains("for this metric"));
    assert_eq!(row(&found, "mean", "judge / tone").paired.as_ref().unwrap().pairs, 12);

    let other = log("Another question", &|n| n < 11);
    assert!(row(&side_by_side(a.as_bytes(), other.as_bytes()), "accuracy", "match (mean)").paired.is_none());
    // Without a text, the task has to be the same.
    let bare = |task: &str| b.replace("\"input\": \"Question", "\"text\": \"").replace("\"task\": \"t\"", task);
    let (one, same, other) = (bare("\"task\": \"t\""), bare("\"task\": \"suite/t\""), bare("\"task\": \"u\""));
    let paired = |a: &str, b: &str| row(&side_by_side(a.as_bytes(), b.as_bytes()), "accuracy", "match (mean)").clone();
    assert!(paired(&one, &same).paired.is_some());
    assert!(paired(&one, &other).unpaired.unwrap().contains("the first run is of t, the second of u"));
    let invalid = a.replace("\"plan\"", "\"invalidated\": true, \"plan\"");
    assert!(paired(&invalid, &b).unpaired.unwrap().contains("marked as invalid"));
}

#[test]
fn garak_prompts_pair_and_generations_are_one_outcome() {
    let report = |hit: &dyn Fn(usize) -> bool, order: &dyn Fn(usize) -> usize| {
        let attempt = |n: usize| {
            let (n, score) = (order(n), f64::from(u8::from(hit(order(n)))));
            format!(
                r#"{{"entry_type": "attempt", "uuid": "{n}", "seq": 0, "status": 2, "probe_classname": "probes.dan.Toy", "prompt": {{"turns": [{{"content": {{"text": "Prompt {n}"}}}}]}}, "outputs": [], "detector_results": {{"toy.Toy": [{score}, 0.0]}}}}"#
            )
        };
        let setup = r#"{"entry_type": "start_run setup", "plugins.target_name": "m"}"#;
        let unseen = attempt(0).replace("\"status\": 2", "\"status\": 1");
        format!("{setup}\n{unseen}\n{}", (0..N).map(attempt).collect::<Vec<_>>().join("\n"))
    };
    let (a, b) = (report(&|n| n < 10, &|n| n), report(&|n| n < 1, &|n| N - 1 - n));
    let found = side_by_side(a.as_bytes(), b.as_bytes());
    let rate = row(&found, "attack_success_rate", "dan.Toy / toy.Toy");
    let paired = rate.paired.as_ref().unwrap();
    assert_eq!((paired.test, paired.pairs, paired.fell), (Test::PairedT, 12, 9), "twelve prompts, not 24 outputs");
    assert_eq!(rate.change, Change::Better, "fewer hits are better");
}

#[test]
fn deepeval_cases_are_known_by_name_and_input() {
    let run = |names: &dyn Fn(usize) -> String, score: &dyn Fn(usize) -> Option<f64>| {
        let case = |n: usize| {
            let judged = match score(n) {
                Some(score) => format!(r#""score": {score}, "threshold": 0.5, "success": {}"#, score >= 0.5),
                None => r#""error": "rate limit""#.to_owned(),
            };
            format!(
                r#"{{"name": "{}", "input": "Question {n}", "success": true, "metricsData": [{{"name": "Tact", {judged}}}]}}"#,
                names(n)
            )
        };
        format!(r#"{{"testCases": [{}], "metricsScores": [], "testPassed": 0, "testFailed": 12}}"#, list(case))
    };
    let a = run(&|n| format!("test_case_{n}"), &|n| (n > 0).then_some(0.25));
    // DeepEval numbers cases by their place.
    let b = run(&|n| format!("test_case_{}", N - n), &|_| Some(0.75));
    let found = side_by_side(a.as_bytes(), b.as_bytes());
    let rate = row(&found, "pass_rate", "Tact");
    let paired = rate.paired.as_ref().unwrap();
    assert_eq!((paired.pairs, paired.rose, paired.unpaired_a, paired.unpaired_b), (11, 11, 1, 1));
    assert_eq!(rate.change, Change::Better);
    assert!(row(&found, "Tact", "").unpaired.as_ref().unwrap().contains("by the same amount"));
    let named = run(&|n| format!("other {n}"), &|_| Some(0.75));
    assert!(row(&side_by_side(a.as_bytes(), named.as_bytes()), "pass_rate", "Tact").paired.is_none());
}

#[test]
fn junit_cases_share_no_metric_and_are_compared_in_pairs() {
    let report = |result: &dyn Fn(usize) -> &'static str| {
        let case = |n: usize| format!("<testcase classname='c' name='t{n}'>{}</testcase>", result(n));
        format!("<testsuite>{}</testsuite>", (0..N).map(case).collect::<String>())
    };
    let a = report(&|n| match n {
        0 => "<error/>",
        1 => "<skipped/>",
        2.. => "<failure/>",
    });
    let b = report(&|_| "");
    let found = side_by_side(a.as_bytes(), b.as_bytes());
    let rate = row(&found, "pass_rate", "");
    let paired = rate.paired.as_ref().unwrap();
    assert_eq!((paired.pairs, paired.rose, rate.a.value, rate.b.value), (10, 10, 0.0, 1.0));
    assert_eq!((rate.change, rate.term.as_deref()), (Change::Better, Some("pass_rate")));
    assert!(side_by_side(a.as_bytes(), a.replace("name='t", "name='u").as_bytes()).rows.is_empty());
}

#[test]
fn lm_eval_documents_are_known_by_their_hash() {
    let rows = |hash: bool, right: &dyn Fn(usize) -> bool| {
        let row = |n: usize| {
            let hash = if hash { format!(r#""doc_hash": "h{n}", "#) } else { String::new() };
            format!(
                r#"{{"doc_id": {n}, "doc": {{}}, "target": "t{n}", "resps": [], {hash}"filter": "none", "metrics": ["acc"], "acc": {}}}"#,
                u8::from(right(n))
            )
        };
        (0..N).map(row).collect::<Vec<_>>().join("\n")
    };
    for hash in [true, false] {
        let (a, b) = (rows(hash, &|n| n < 2), rows(hash, &|n| n < 9));
        let found = side_by_side(a.as_bytes(), b.as_bytes());
        let acc = row(&found, "acc", "");
        assert_eq!((acc.change, acc.paired.as_ref().unwrap().rose), (Change::Better, 7));
        // Another task, whose targets happen to be the same.
        let other = b.replace("\"h", "\"g").replace("\"doc\": {}", "\"doc\": {\"q\": \"other\"}");
        assert!(row(&side_by_side(a.as_bytes(), other.as_bytes()), "acc", "").paired.is_none());
    }
}

#[test]
fn a_file_without_samples_says_so() {
    for other in [r#"{"accuracy": 0.5}"#, "a,b\n1,2\n3,4\n", "<bom/>", "", "---\nlicense: mit\n---\n"] {
        let found = read(&mut Cursor::new(other)).unwrap();
        assert!(found.missing.unwrap().contains("keeps no outcome"), "{other}");
    }
    assert!(read(&mut Cursor::new("{")).is_err());
}
