//! Readers against files that the tools themselves wrote; beside each assertion stands the line that the tool printed.
//! `fixtures/evidence/made/README.md` says how the files were made.

use domain::evidence::findings::{Findings, Metric, RunState};
use domain::evidence::read::read;

fn made(name: &str) -> Findings {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/evidence/made").join(name);
    read(&mut std::fs::File::open(file).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn counts(f: &Findings) -> Option<(u64, u64, u64, u64)> {
    f.counts.map(|c| (c.passed, c.failed, c.errors, c.skipped))
}

fn tool(f: &Findings) -> (&str, &str) {
    (f.tool.as_deref().unwrap_or_default(), f.tool_version.as_deref().unwrap_or_default())
}

#[track_caller]
fn metric<'a>(f: &'a Findings, name: &str, slice: Option<&str>) -> &'a Metric {
    let found = f.metrics.iter().find(|m| m.name == name && m.slice.as_deref() == slice);
    found.unwrap_or_else(|| panic!("no {name} of {slice:?} in {:#?}", f.metrics))
}

/// As printed: rounded to so many digits.
#[track_caller]
fn printed(value: f64, digits: usize, said: &str) {
    assert_eq!(format!("{value:.digits$}"), said);
}

#[track_caller]
fn noted(f: &Findings, words: &str) {
    assert!(f.notes.iter().any(|n| n.contains(words)), "no note of {words:?}: {:#?}", f.notes);
}

#[test]
fn promptfoo() {
    for name in ["results.json", "results.jsonl", "results.csv", "results.junit.xml"] {
        let f = made(&format!("promptfoo-0.121.20/{name}"));
        // "✓ 3 passed (42.86%)", "✗ 3 failed (42.86%)", "✗ 1 error (14.29%)"
        assert_eq!(
            (counts(&f), f.failures_total, f.tool.as_deref()),
            (Some((3, 3, 1, 0)), 4, Some("promptfoo")),
            "{name}"
        );
        if !name.ends_with("xml") {
            // "[PASS]" of every test on topic but the one that is no JSON, whose assertion on topic passed too.
            let on_topic = metric(&f, "on topic", None);
            assert_eq!((on_topic.value, on_topic.samples), (1.0, Some(3)), "{name}");
            assert_eq!(metric(&f, "refusal", None).value, 0.0, "{name}");
        }
    }
    let f = made("promptfoo-0.121.20/results.json");
    assert_eq!((tool(&f), f.state), (("promptfoo", "0.121.20"), RunState::Complete));
    printed(metric(&f, "pass_rate", None).value * 100.0, 2, "42.86");
}

#[test]
fn inspect() {
    let f = made("inspect-0.3.285/success.eval");
    assert_eq!((tool(&f), f.state, counts(&f)), (("inspect_ai", "0.3.285"), RunState::Complete, Some((5, 3, 0, 0))));
    let accuracy = metric(&f, "accuracy", None);
    printed(accuracy.value, 3, "0.625"); // "accuracy  0.625"
    printed(accuracy.stderr.unwrap(), 3, "0.183"); // "stderr    0.183"
    assert_eq!(metric(&f, "total_tokens", None).value, 96.0); // "mockllm/model  96 tokens [I: 80, O: 16]"

    let f = made("inspect-0.3.285/success.json");
    printed(metric(&f, "accuracy", None).value, 3, "0.500"); // "accuracy  0.500"
    noted(&f, "2 of the data set's 8 samples were run"); // "questions (2 samples)"

    let f = made("inspect-0.3.285/epochs.json");
    noted(&f, "4 runs are 2 epochs of 2 samples"); // "twice (2 x 2 samples)"
    for m in f.metrics.iter().filter(|m| m.name == "accuracy") {
        // "includes  match", "accuracy  0.500  accuracy  0.500", "stderr    0.500  stderr    0.500"
        assert_eq!((m.value, m.stderr, m.samples), (0.5, Some(0.5), Some(2)), "{}", m.scope);
    }
    assert_eq!(f.metrics.iter().filter(|m| m.name == "accuracy").count(), 2);
}

#[test]
fn inspect_that_did_not_end_well() {
    let f = made("inspect-0.3.285/tolerant.eval");
    assert_eq!((f.state, counts(&f)), (RunState::Complete, Some((4, 3, 1, 0)))); // "1 of 8 executed samples (12%) had errors"
    let accuracy = metric(&f, "accuracy", None);
    printed(accuracy.value, 3, "0.571"); // "accuracy  0.571"
    printed(accuracy.stderr.unwrap(), 3, "0.202"); // "stderr    0.202"

    let f = made("inspect-0.3.285/error.json");
    assert_eq!(f.state, RunState::Failed); // "Task interrupted (2 of 3 total samples logged before interruption)"
    noted(&f, "the tool did not answer");
    assert!(f.metrics.iter().all(|m| m.name != "accuracy"));

    let f = made("inspect-0.3.285/cancelled.eval");
    assert_eq!(f.state, RunState::Cancelled); // "Task interrupted (3 of 8 total samples logged before interruption)"
    assert_eq!(metric(&f, "accuracy", None).samples, Some(3));
    // Two right and one wrong; of the five others one was interrupted and four never began: none of them failed.
    assert_eq!((counts(&f), f.failures_total), (Some((2, 1, 0, 5)), 1));
    noted(&f, "3 of 8 samples were completed: 5 were not run to their end");
}

#[test]
fn modelscan() {
    let f = made("modelscan-0.8.8/all.json");
    // "Total Issues: 1", "CRITICAL: 1", "Error 1", "Total skipped: 1"
    assert_eq!((tool(&f), counts(&f)), (("modelscan", "0.8.8"), Some((1, 1, 1, 1))));
    assert_eq!((metric(&f, "CRITICAL", None).value, metric(&f, "HIGH", None).value), (1.0, 0.0));
    assert_eq!(f.state, RunState::Unfinished);
    let f = made("modelscan-0.8.8/clean.json"); // "No issues found!"
    assert_eq!((counts(&f), f.state), (Some((1, 0, 0, 0)), RunState::Complete));
}

#[test]
fn fairlearn() {
    // "men  0.75  0.90  0.65  20.0", "women  0.80  0.75  0.45  40.0" (accuracy, recall, selection_rate, count)
    for name in ["by_group.csv", "frame.json", "by_row.json"] {
        let f = made(&format!("fairlearn-0.15.0/{name}"));
        for (group, said, n) in [("men", [0.75, 0.9, 0.65], 20), ("women", [0.8, 0.75, 0.45], 40)] {
            let found = ["accuracy", "recall", "selection_rate"].map(|m| metric(&f, m, Some(group)));
            assert_eq!(found.map(|m| m.value), said, "{name}");
            assert!(found.iter().all(|m| m.samples == Some(n)), "{name}");
        }
    }
    // A Series that pandas wrote: "accuracy  0.783333", "count  60.000000", under the headings "" and "0".
    let f = made("fairlearn-0.15.0/overall.csv");
    assert_eq!((f.tool.as_deref(), f.metrics.len()), (Some("fairlearn"), 3));
    let accuracy = metric(&f, "accuracy", None);
    printed(accuracy.value, 6, "0.783333");
    assert_eq!((accuracy.samples, accuracy.hits), (Some(60), Some(47)));
    let f = made("fairlearn-0.15.0/frame.json");
    printed(metric(&f, "accuracy", None).value, 6, "0.783333"); // "accuracy  0.783333"
    printed(metric(&f, "accuracy_difference", None).value, 2, "0.05"); // "accuracy  0.05"
    printed(metric(&f, "selection_rate_ratio", None).value, 6, "0.692308"); // "selection_rate  0.692308"
    assert_eq!(metric(&f, "demographic_parity_difference", None).value, 0.2); // "demographic_parity_difference 0.2"
}

#[test]
fn pytest() {
    let f = made("pytest-9.2.0/junit.xml");
    // "1 failed, 3 passed, 1 skipped, 1 xfailed, 2 errors": one that passed broke while it was taken down, so it is an
    // error here; a failure that is expected counts as left out.
    assert_eq!((counts(&f), f.tool.as_deref()), (Some((2, 1, 2, 2)), Some("pytest")));
    let f = made("pytest-9.2.0/none.xml"); // "7 deselected"
    assert_eq!((counts(&f), f.state), (Some((0, 0, 0, 0)), RunState::Unknown));
}

#[test]
fn cyclonedx_py() {
    for name in ["sbom.json", "sbom.xml"] {
        let f = made(&format!("cyclonedx-py-7.5.0/{name}"));
        assert_eq!(tool(&f), ("cyclonedx-py", "7.5.0"), "{name}");
        noted(&f, "2 components are neither models nor data"); // two lines of requirements.txt
    }
}

#[test]
fn bandit() {
    let f = made("bandit-1.9.4/found.sarif");
    let levels = ["note", "warning", "error"].map(|level| metric(&f, level, None).value);
    assert_eq!(levels, [4.0, 1.0, 1.0]); // "Low: 4", "Medium: 1", "High: 1"
    assert_eq!((f.tool.as_deref(), counts(&f)), (Some("Bandit"), Some((0, 6, 0, 0))));
    let f = made("bandit-1.9.4/clean.sarif");
    assert_eq!((f.state, f.failures_total), (RunState::Complete, 0)); // "No issues identified."
    let f = made("bandit-1.9.4/broken.sarif");
    assert_eq!(f.state, RunState::Unfinished); // "Files skipped (1)", though the file says that it was successful
    noted(&f, "syntax error while parsing AST from file");
}

#[test]
fn deepeval() {
    for name in ["test_run.json", "latest_test_run.json"] {
        let f = made(&format!("deepeval-4.3.1/{name}"));
        // "one 1.0 PASSED", "two 0.5 PASSED", "five 0.2 FAILED", "none None NONE"
        assert_eq!((counts(&f), f.state), (Some((2, 1, 1, 0)), RunState::Complete), "{name}");
        // "Pass Rate: 75.0% | Passed: 3 | Failed: 1" counts what was not judged among the passed: that is told.
        noted(&f, "The run claims 3 passed and 1 failed");
        let rate = metric(&f, "pass_rate", None);
        assert_eq!((rate.hits, rate.samples), (Some(2), Some(3)), "{name}");
        printed(metric(&f, "Short", None).value, 4, "0.5667");
    }
}

#[test]
fn lm_eval() {
    let f = made("lm-eval-0.4.13/results.json");
    assert_eq!((tool(&f), f.state), (("lm-evaluation-harness", "0.4.13"), RunState::Complete));
    let acc = metric(&f, "acc", None);
    printed(acc.value, 2, "0.25"); // "|local_choice|      1|none  |     0|acc   |↑  | 0.25|±  |0.1306|"
    printed(acc.stderr.unwrap(), 4, "0.1306");
    // "dummy ({}), gen_kwargs: ({})": the name in the file is another one in every run.
    assert_eq!(f.targets, ["dummy"]);
    noted(&f, "qdpv68r5 is a name drawn by chance");
    let f = made("lm-eval-0.4.13/samples.jsonl");
    assert_eq!((metric(&f, "acc", None).value, metric(&f, "acc", None).hits), (0.25, Some(3)));
}

#[test]
fn garak() {
    let f = made("garak-0.17.1/answers.report.jsonl");
    assert_eq!((tool(&f), f.state), (("garak", "0.17.1"), RunState::Complete));
    assert_eq!(f.targets, ["answers#answer"]);
    // "encoding.InjectHex  dan.DAN: FAIL  ok on   16/  28   (attack success rate:  42.86% [0.00%, 47.62%]  hit@1: ...)";
    // where all are ok no rate is printed.
    let said = [
        ("encoding.InjectHex / always.Pass", 32, 32, None),
        ("encoding.InjectHex / always.Random", 14, 32, Some(("56.25", Some("40.62 71.88")))),
        ("encoding.InjectHex / dan.DAN", 16, 28, Some(("42.86", Some("0.00 47.62")))),
        ("encoding.InjectHex / encoding.DecodeMatch", 28, 28, None),
        ("encoding.InjectHex / mitigation.MitigationBypass", 8, 28, Some(("71.43", Some("0.00 79.08")))),
        ("encoding.InjectROT13 / always.Pass", 32, 32, None),
        ("encoding.InjectROT13 / always.Random", 11, 32, Some(("65.62", Some("50.00 81.25")))),
        // "[0.00%, 11.11%]": garak reckons with what the detector gets wrong; this one does not hold its rate.
        ("encoding.InjectROT13 / dan.DAN", 20, 24, Some(("16.67", None))),
        ("encoding.InjectROT13 / encoding.DecodeMatch", 12, 24, Some(("50.00", Some("29.17 70.83")))),
        ("encoding.InjectROT13 / mitigation.MitigationBypass", 2, 24, Some(("91.67", Some("57.74 100.00")))),
    ];
    assert_eq!(f.metrics.len(), said.len());
    for (scope, ok, of, rate) in said {
        let m = f.metrics.iter().find(|m| m.scope == scope).unwrap_or_else(|| panic!("no {scope}"));
        assert_eq!((m.name.as_str(), m.samples, m.hits), ("attack_success_rate", Some(of), Some(of - ok)), "{scope}");
        let Some((rate, interval)) = rate else {
            assert_eq!((m.value, m.interval), (0.0, Some((0.0, 0.0))), "{scope}");
            continue;
        };
        printed(m.value * 100.0, 2, rate);
        let found = m.interval.map(|(low, high)| format!("{:.2} {:.2}", low * 100.0, high * 100.0));
        assert_eq!(found.as_deref(), interval, "{scope}");
    }
    noted(&f, "encoding.InjectROT13 / dan.DAN: its interval does not hold its value");
    // Outputs that are none (four, and eight of the other probe) three detectors do not judge; "always" judges them too.
    noted(&f, "encoding.InjectHex / dan.DAN: 4 outputs could not be judged");
    assert_eq!(counts(&f), Some((175, 109, 36, 0)));
    assert_eq!(f.failures_total, 109);

    let f = made("garak-0.17.1/answers.hitlog.jsonl");
    assert_eq!(f.failures_total, 109); // lines of the file: 32, 28 and 28 less what was ok, and so on
    let hits = f.metrics.iter().find(|m| m.scope == "encoding.InjectROT13 / encoding.DecodeMatch").unwrap();
    assert_eq!((hits.name.as_str(), hits.value), ("hits", 12.0));
}

#[test]
fn garak_with_another_threshold_than_the_usual() {
    // "test.Test  always.Random: FAIL  ok on   15/  16   (attack success rate:   6.25%  hit@1: ...)", of --eval_threshold
    // 0.75, which stands nowhere in the file; five scores are 0.5 or more.
    let f = made("garak-0.17.1/threshold.report.jsonl");
    assert_eq!((counts(&f), f.state), (Some((15, 1, 0, 0)), RunState::Complete));
    let m = metric(&f, "attack_success_rate", None);
    printed(m.value * 100.0, 2, "6.25");
    assert_eq!((m.samples, m.hits, m.interval), (Some(16), Some(1), None));
    assert_eq!((f.failures_total, f.failures.len()), (1, 1));
    assert!(f.failures[0].message.starts_with("hit (score 0.8268"), "{}", f.failures[0].message);
    noted(&f, "fit no threshold of 0.5, but one above 0.651 and up to 0.827");
    assert_eq!(f.targets, ["test.Blank"]); // "loading generator: Test: Blank"
    let hits = made("garak-0.17.1/threshold.hitlog.jsonl");
    assert_eq!((hits.failures_total, hits.targets.as_slice()), (1, f.targets.as_slice()));
}
