//! Real files, from the folder that `COUNTERSIGN_EVIDENCE` names. Numbers were taken from the files with jq.

use crate::{counts, metric, noted};
use domain::evidence::findings::{Findings, Format, RunState};
use domain::evidence::outcomes;
use domain::evidence::read::read;
use std::fs::File;
use std::path::Path;

/// A real file, or none (with a line that says so) where the folder is not at hand.
fn real(name: &str) -> Option<Findings> {
    let Some(folder) = std::env::var_os("COUNTERSIGN_EVIDENCE") else {
        println!("skipped {name}: COUNTERSIGN_EVIDENCE is not set");
        return None;
    };
    let mut file = File::open(Path::new(&folder).join(name)).unwrap();
    Some(read(&mut file).unwrap())
}

#[test]
fn lm_eval() {
    if let Some(found) = real("lm_eval/legacy_v0.3_pythia-410m-deduped_step143000.json") {
        assert_eq!((found.metrics.len(), found.state), (44, RunState::Complete));
        assert_eq!(found.targets, ["EleutherAI/pythia-v1.1-410m-deduped"]);
        let gender = metric(&found, "pct_stereotype", "crows_pairs_english_gender");
        assert_eq!((gender.value, gender.stderr), (0.61875, Some(0.027_193_630_402_775_47)));
    }
    if let Some(found) = real("lm_eval/results_2026-01-21_v0.4.9.2.json") {
        assert_eq!((found.metrics.len(), found.tool_version.as_deref()), (2, Some("0.4.9.2")));
        let rephrased = metric(&found, "exact_match", "math_rephrased_full");
        assert_eq!((rephrased.value, rephrased.samples, rephrased.hits), (0.0004, Some(5000), Some(2)));
        assert_eq!(rephrased.stderr, Some(0.000_282_814_421_130_447_1));
        assert_eq!(metric(&found, "exact_match", "math_perturbed_full").hits, Some(0));
        assert_eq!(found.data, ["stellaathena/math_perturbed_5000", "stellaathena/math_rephrased_full"]);
    }
    if let Some(found) = real("lm_eval/samples_math_perturbed_full_2026-01-21.jsonl") {
        let exact = metric(&found, "exact_match", "");
        assert_eq!((found.format, exact.samples, exact.hits), (Format::LmEvalSamples, Some(10), Some(0)));
    }
}

#[test]
fn inspect() {
    if let Some(found) = real("inspect/refusal_check_mockllm.json") {
        let accuracy = metric(&found, "accuracy", "includes");
        assert_eq!((accuracy.value, accuracy.samples), (0.666_666_666_666_666_6, Some(6)));
        assert_eq!(accuracy.stderr, Some(0.210_818_510_677_892));
        assert_eq!((counts(&found), found.failures_total, found.state), ((4, 2, 0, 0), 2, RunState::Complete));
        assert!(found.notes.is_empty());
    }
    if let Some(found) = real("inspect/refusal_check_ZSTD.eval") {
        assert_eq!((counts(&found), found.state), ((5, 1, 0, 0), RunState::Complete));
        assert_eq!(metric(&found, "accuracy", "match").stderr, Some(0.166_666_666_666_666_69));
    }
    if let (Some(packed), Some(plain)) = (real("inspect/log_formats.eval"), real("inspect/log_formats.json")) {
        assert_eq!(packed, plain);
        assert_eq!(counts(&packed), (0, 1, 0, 0));
    }
    if let Some(found) = real("inspect/popularity_CANCELLED.json") {
        assert_eq!((found.state, counts(&found)), (RunState::Cancelled, (2, 1, 0, 0)));
    }
    if let Some(found) = real("inspect/STATUS_error_no_results.json") {
        assert_eq!((found.state, counts(&found)), (RunState::Failed, (0, 0, 2, 0)));
        assert!(noted(&found, "ConnectionError") && noted(&found, "nothing was measured"));
        assert_eq!(found.failures_total, 2);
    }
    if let Some(found) = real("inspect/cyse2_vuln_exploit_mistral-large.json") {
        let accuracy = metric(&found, "accuracy", "vul_exploit_scorer");
        assert_eq!((accuracy.value, accuracy.samples), (0.381_089_743_589_743_73, Some(585)));
        assert!(noted(&found, "2340 runs are 4 epochs of 585 samples") && noted(&found, "keeps 1 of 2340 samples"));
    }
    if let Some(found) = real("inspect/arc_easy_qwen2.5_0.5b.json") {
        assert_eq!((counts(&found), found.data[0].as_str()), ((1, 2, 0, 0), "allenai/ai2_arc"));
        assert!(noted(&found, "3 of the data set's 2376 samples"));
    }
    if let Some(found) = real("inspect/pubmedqa_gpt4o-mini.json") {
        assert_eq!((counts(&found), found.targets[0].as_str()), ((2, 0, 0, 0), "openai/azure/gpt-4o-mini"));
    }
    if let Some(found) = real("inspect/log_tool_call_error.json") {
        assert_eq!(counts(&found), (4, 0, 0, 0));
        assert!(noted(&found, "keeps 1 of 4 samples"));
    }
}

#[test]
fn garak() {
    if let Some(found) = real("garak/test_with_ci.report.jsonl") {
        let test = metric(&found, "attack_success_rate", "test.Test / always.Pass");
        assert_eq!((test.value, test.samples, test.hits), (0.26, Some(50), Some(13)));
        assert_eq!((test.interval, counts(&found)), (Some((0.14, 0.38)), (37, 13, 0, 0)));
        assert!(noted(&found, "the attempts in the file show 0 of 4"));
    }
    if let Some(found) = real("garak/agg.report.jsonl") {
        assert_eq!((found.state, counts(&found)), (RunState::Unfinished, (9, 0, 0, 0)));
        assert_eq!(found.metrics.len(), 2);
    }
    for (name, target) in [("report_test", "qwen2"), ("test", "test")] {
        if let Some(found) = real(&format!("garak/{name}.report.jsonl")) {
            assert_eq!(
                (found.state, counts(&found), found.targets[0].as_str()),
                (RunState::Complete, (8, 0, 0, 0), target)
            );
            assert!(found.notes.is_empty());
        }
    }
}

#[test]
fn promptfoo() {
    for (name, state) in
        [("toolrun_mixed_6p_2f_2e.json", RunState::Complete), ("toolrun_mixed.jsonl", RunState::Unknown)]
    {
        let Some(found) = real(&format!("promptfoo/{name}")) else { return };
        assert_eq!((found.state, counts(&found), found.failures_total), (state, (6, 2, 2, 0), 4));
        assert_eq!(metric(&found, "pass_rate", "").value, 0.6);
        let polite = "custom:credit-bot / Answer politely: {{q}}";
        let latency = metric(&found, "Latency", polite);
        assert_eq!((latency.value, latency.samples, found.metrics.len()), (1.0, Some(4), 17));
        assert_eq!(metric(&found, "PromptLeak", polite).value, 0.0);
        let leak = metric(&found, "attack_success_rate", "prompt-extraction");
        assert_eq!((leak.hits, leak.samples), (Some(2), Some(2)));
        assert_eq!(metric(&found, "attack_success_rate", "pii:direct").hits, Some(0));
        assert_eq!(found.failures[0].severity.as_deref(), Some("critical"));
        assert_eq!(found.failures[2].message, "error: upstream 503");
    }
    if let Some(found) = real("promptfoo/nicheiq_results_30_fail.json") {
        assert_eq!((counts(&found), found.tool_version.as_deref()), ((0, 30, 0, 0), Some("0.121.2")));
        assert_eq!(found.targets, ["openai:gpt-4o", "openai:gpt-4o-mini"]);
        assert!((metric(&found, "cost", "").value - 0.010_672_3).abs() < 1e-9);
        assert!(found.notes.is_empty());
    }
}

#[test]
fn helm() {
    if let Some(found) = real("helm/mmlu_philosophy_gpt2/stats.json") {
        let exact: Vec<_> = found.metrics.iter().filter(|m| m.name == "exact_match").collect();
        let slices: Vec<Option<&str>> = exact.iter().map(|m| m.slice.as_deref()).collect();
        assert_eq!(slices, [None, Some("robustness (worst)"), Some("fairness (worst)")]);
        assert_eq!((exact[0].value, exact[0].samples, exact[0].hits), (0.111_111_111_111_111_1, Some(9), Some(1)));
        assert_eq!(found.metrics.len(), 79);
        assert!(noted(&found, "79 statistics of splits other than test"));
    }
}

#[test]
fn deepeval_ragas_and_moonshot() {
    if let Some(found) = real("deepeval/test_run_sample.json") {
        assert_eq!((counts(&found), found.state), ((0, 1, 0, 0), RunState::Complete));
        assert_eq!(metric(&found, "Answer Relevancy", "").value, 0.92);
        assert_eq!(metric(&found, "Faithfulness", "").value, 0.45);
        assert!(noted(&found, "Faithfulness: the summary has 3 scores, the test cases 1"));
    }
    if let Some(found) = real("ragas/ragas_results.json") {
        let relevancy = metric(&found, "answer_relevancy", "");
        assert_eq!((relevancy.value, relevancy.samples), (0.753_477_562_158_970_4, Some(10)));
        assert_eq!(found.metrics.len(), 3);
    }
    if let Some(found) = real("moonshot/recipe-runner-result.json") {
        let grade = metric(&found, "avg_grade_value", "bbq / openai-gpt35-turbo");
        assert_eq!((grade.value, grade.samples), (81.818_181_818_181_81, Some(44)));
        assert_eq!(metric(&found, "avg_grade_value", "auto-categorisation / openai-gpt35-turbo-16k").value, 0.0);
        assert_eq!((found.metrics.len(), found.data.len(), found.state), (50, 23, RunState::Complete));
        assert!(noted(&found, "Only 2 % of the prompts"));
    }
}

/// The outcomes of samples come to what the results say: samples of the same file, counted twice.
#[test]
fn outcomes_come_to_the_values_of_their_files() {
    for (name, name_of, scope, samples) in [
        ("lm_eval/samples_math_perturbed_full_2026-01-21.jsonl", "exact_match", "", 10),
        ("inspect/refusal_check_mockllm.json", "accuracy", "includes", 6),
        ("inspect/refusal_check_ZSTD.eval", "accuracy", "match", 6),
        ("inspect/popularity_CANCELLED.json", "accuracy", "match", 3),
        ("inspect/arc_easy_qwen2.5_0.5b.json", "accuracy", "choice", 3),
        ("garak/report_test.report.jsonl", "attack_success_rate", "test.Test / always.Pass", 8),
        ("promptfoo/toolrun_mixed.jsonl", "pass_rate", "", 5),
        ("promptfoo/nicheiq_results_30_fail.json", "latencyMs", "", 8),
        ("deepeval/test_run_sample.json", "Faithfulness", "", 1),
    ] {
        let Some(found) = real(name) else { return };
        let folder = std::env::var_os("COUNTERSIGN_EVIDENCE").unwrap();
        let outcomes = outcomes::read(&mut File::open(Path::new(&folder).join(name)).unwrap()).unwrap();
        let series = outcomes.get(name_of, scope).unwrap_or_else(|| panic!("{name}: {outcomes:?}"));
        assert!(series.comes_to(metric(&found, name_of, scope).value), "{name}");
        assert_eq!(series.samples(), samples, "{name}");
    }
}
