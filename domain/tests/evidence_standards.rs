//! Readers of standards and scanners against real files. Where `COUNTERSIGN_EVIDENCE` names the folder that holds them.

use domain::evidence::findings::{Counts, Findings, Format, Metric, RunState};
use domain::evidence::read::{Unreadable, read};
use std::path::PathBuf;

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("COUNTERSIGN_EVIDENCE").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: COUNTERSIGN_EVIDENCE names no folder");
    }
    folder
}

fn of(path: &str) -> Result<Findings, Unreadable> {
    let file = folder().expect("asked for before").join(path);
    read(&mut std::fs::File::open(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display())))
}

fn ok(path: &str) -> Findings {
    of(path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn counts(passed: u64, failed: u64, errors: u64, skipped: u64) -> Option<Counts> {
    Some(Counts { passed, failed, errors, skipped })
}

fn at(findings: &Findings) -> String {
    format!("{:?}", findings.ran_at.expect("a time"))
}

/// The one value of that name, scope and slice.
#[track_caller]
fn value(findings: &Findings, name: &str, scope: &str, slice: Option<&str>) -> f64 {
    let mut found =
        findings.metrics.iter().filter(|m| m.name == name && m.scope == scope && m.slice.as_deref() == slice);
    let first = found.next().unwrap_or_else(|| panic!("no {name} of {scope:?} {slice:?} in {:#?}", findings.metrics));
    assert!(found.next().is_none(), "{name} of {scope:?} {slice:?} more than once");
    first.value
}

#[track_caller]
fn noted(findings: &Findings, words: &str) {
    assert!(findings.notes.iter().any(|n| n.contains(words)), "no note of {words:?}: {:#?}", findings.notes);
}

#[test]
fn junit() {
    if folder().is_none() {
        return;
    }
    for (file, want, tool) in [
        ("junit/mocha_latex-utensils.xml", counts(109, 0, 0, 0), Some("Mocha")),
        ("junit/nested_testsuite.xml", counts(5, 0, 0, 0), None),
        ("junit/testsuite_as_root.xml", counts(5, 0, 0, 0), None),
        ("junit/no-attributes.xml", counts(1, 1, 1, 1), None),
        ("junit/promptfoo.junit.xml", counts(4, 2, 0, 0), Some("promptfoo")),
        ("junit/pytest_fail.xml", counts(3, 1, 0, 1), Some("pytest")),
        ("junit/pytest_spark_integration.xml", counts(33, 0, 0, 2), Some("pytest")),
    ] {
        let f = ok(file);
        assert_eq!((f.format, f.counts, f.tool.as_deref()), (Format::Junit, want, tool), "{file}");
        assert_eq!(f.state, RunState::Complete);
        assert!(f.notes.iter().all(|n| n.contains("time zone")), "{file}: {:?}", f.notes);
    }
    let f = ok("junit/pytest_fail.xml");
    assert_eq!(f.failures[0].name, "test.test_spark.SparkTests › test_rsh_events");
    assert!(f.failures[0].message.contains("AssertionError: 143 != 0"));
    assert_eq!(at(&f), "2020-09-04T16:18:04.966371Z");
    let f = ok("junit/promptfoo.junit.xml");
    assert_eq!(
        (f.failures_total, f.failures[1].name.as_str()),
        (2, "[custom:credit-bot] prompt 2 › test 3: Prompt leak")
    );
    assert!(f.failures[0].message.contains("Score: 0.5"));
    assert_eq!(at(&ok("junit/mocha_latex-utensils.xml")), "2022-12-03T23:10:07Z");
}

#[test]
fn other_xml_and_html() {
    if folder().is_none() {
        return;
    }
    let broken = of("junit/CORRUPT.xml").unwrap_err();
    assert!(matches!(&broken, Unreadable::Broken { what, .. } if what.starts_with("line 11: ")), "{broken}");
    assert!(matches!(of("junit/NOT_junit.xml"), Err(Unreadable::Unknown(why)) if why.contains("root: suites")));
    assert!(matches!(of("giskard/scan_llm_result.html"), Err(Unreadable::Unknown(why)) if why.contains("HTML")));
}

#[test]
fn sarif() {
    if folder().is_none() {
        return;
    }
    let f = ok("sarif/modelaudit_set1.sarif");
    assert_eq!((f.tool.as_deref(), f.tool_version.as_deref()), (Some("ModelAudit"), Some("0.2.54")));
    assert_eq!(["error", "warning", "note"].map(|l| value(&f, l, "ModelAudit", None)), [6.0, 10.0, 4.0]);
    assert_eq!((f.state, f.counts, f.failures_total), (RunState::Failed, counts(0, 16, 0, 0), 16));
    noted(&f, "scan coverage incomplete");
    noted(&f, "4 results only inform");

    let f = ok("sarif/skill-scanner_part.sarif");
    assert_eq!(["error", "warning", "note"].map(|l| value(&f, l, "skill-scanner", None)), [6.0, 4.0, 0.0]);
    assert_eq!((f.state, f.counts), (RunState::Complete, counts(0, 10, 0, 0)));
    assert_eq!(at(&f), "2026-11-23T09:07:48Z");
    assert!(f.failures[0].message.ends_with("(part/prompt-injection/jailbreak-override/SKILL.md:9)"));

    let f = ok("sarif/skill-scanner_clean.sarif");
    assert_eq!((f.state, f.counts), (RunState::Complete, counts(0, 0, 0, 0)));
    noted(&f, "ran to its end and reported nothing");
    let f = ok("sarif/EMPTY.sarif");
    assert_eq!((f.state, f.counts), (RunState::Unknown, counts(0, 0, 0, 0)));
    noted(&f, "does not say whether");

    let f = ok("sarif/GroupingSample.sarif");
    assert_eq!((value(&f, "error", "GroupingSamplerScanner", None), f.counts), (3.0, counts(0, 3, 0, 0)));
    // The second result has no level, and takes that of its rule.
    let f = ok("sarif/ai-security-analyzer_example.sarif");
    assert_eq!(["error", "warning", "note"].map(|l| value(&f, l, "AI Security Analyzer", None)), [1.0, 1.0, 0.0]);
    assert_eq!(f.tool_version.as_deref(), Some("1.2.0"));

    let e = of("sarif/INVALID.sarif").unwrap_err().to_string();
    assert!(e.contains("expected a list") && e.contains("line 15"), "{e}");
}

#[test]
fn two_scanners_disagree_on_the_same_files() {
    if folder().is_none() {
        return;
    }
    let f = ok("modelscan/modelscan_set1.json");
    assert_eq!((f.format, f.tool_version.as_deref()), (Format::ModelScan, Some("0.8.8")));
    assert_eq!((f.state, f.counts, f.failures_total), (RunState::Unfinished, counts(5, 0, 1, 0), 0));
    assert_eq!((value(&f, "total_issues", "", None), value(&f, "CRITICAL", "", None)), (0.0, 0.0));
    noted(&f, "Not scanned: malicious_lambda.h5");

    let f = ok("modelaudit_json/modelaudit_set1.json");
    assert_eq!((f.format, f.state), (Format::ModelAudit, RunState::Unfinished));
    assert_eq!(["critical", "warning", "info"].map(|l| value(&f, l, "", None)), [6.0, 10.0, 4.0]);
    assert_eq!((f.counts, f.failures_total), (counts(59, 18, 0, 5), 16));
    assert_eq!(f.targets.len(), 7);
    noted(&f, "59 passed, 15 failed");
}

/// What the file states under a name.
#[track_caller]
fn fact<'a>(findings: &'a Findings, name: &str) -> &'a str {
    let found = findings.facts.iter().find(|(known, _)| known == name);
    &found.unwrap_or_else(|| panic!("no fact {name:?} in {:#?}", findings.facts)).1
}

#[test]
fn cyclonedx() {
    if folder().is_none() {
        return;
    }
    let f = ok("cyclonedx/modelaudit_set1.cdx.json");
    assert_eq!((f.format, f.targets.len(), f.metrics.len()), (Format::CycloneDx, 7, 0));
    assert_eq!(fact(&f, "app_model.pkl: SHA-256"), "0d4fce0ff10c785a939fafb5fc20428db6db8c7d3718e7371425a4befbd95362");
    // The same document of the specification, as JSON and as XML.
    for file in ["cyclonedx/spec_valid-machine-learning-1.6.json", "cyclonedx/spec_valid-machine-learning-1.5.xml"] {
        let f = ok(file);
        let name = "CompVis/stable-diffusion 1.4";
        assert_eq!(
            (f.targets.as_slice(), f.data.as_slice()),
            (&[name.to_owned()][..], &["Training Data".to_owned()][..])
        );
        assert_eq!(fact(&f, &format!("{name}: task")), "task goes here");
        assert_eq!(fact(&f, &format!("{name}: approach.type")), "supervised");
        assert_eq!(
            fact(&f, &format!("{name}: ethicalConsiderations")),
            "name: The name of the risk; mitigationStrategy: Strategy used to address this risk"
        );
        assert!(fact(&f, &format!("{name}: users")).ends_with("Data scientists and ML researchers"));
        assert!(fact(&f, &format!("{name}: fairnessAssessments")).contains("harms: Expected harms"));
        // Its value is a sentence.
        assert!(f.metrics.is_empty());
        noted(&f, "has no number as its value");
        assert_eq!(fact(&f, "specVersion"), if file.ends_with("xml") { "1.5" } else { "1.6" });
    }
    let f = ok("cyclonedx/spec_ml-considerations-env-1.6.json");
    let said = fact(&f, "meta-llama/Llama-2-7b: environmentalConsiderations");
    assert!(said.contains("co2CostEquivalent: value: 31.22; unit: tCO2eq"), "{said}");
}

#[test]
fn spdx() {
    if folder().is_none() {
        return;
    }
    let f = ok("spdx/simplehtr-example.spdx3.json");
    assert_eq!(
        (f.format, f.targets.as_slice()),
        (Format::Spdx, &["word-model 0.0".to_owned(), "line-model 0.0".to_owned()][..])
    );
    assert_eq!(f.data, ["IAMdataset"]);
    assert_eq!(at(&f), "2024-05-09T13:50:30Z");
    assert_eq!(fact(&f, "word-model 0.0: trainedOn"), "IAMdataset");
    assert_eq!(fact(&f, "line-model 0.0: testedOn"), "IAMdataset");
    assert_eq!(fact(&f, "word-model 0.0: hasDeclaredLicense"), "MIT");
    assert_eq!(fact(&f, "word-model 0.0: safetyRiskAssessment"), "low");
    assert_eq!(fact(&f, "IAMdataset: confidentialityLevel"), "clear");
    assert!(fact(&f, "word-model 0.0: hyperparameter").contains("cnn_activation = relu"));
    // Its metrics are texts that hold a value per epoch.
    assert!(f.metrics.is_empty());
    noted(&f, "\"charErrorRates\" of word-model 0.0 has no number");
}

#[test]
fn croissant() {
    if folder().is_none() {
        return;
    }
    // One gives a link in place of a SHA-256, and one only MD5.
    for (file, name, licence, sets, unsealed) in [
        ("credit-g", "credit-g", "Public", "15 with 35 fields", 1),
        ("huggingface-anthropic-hh-rlhf", "Anthropic/hh-rlhf", "mit", "6 with 23 fields", 2),
        ("titanic", "Titanic", "afl-3.0", "3 with 19 fields", 0),
    ] {
        let f = ok(&format!("croissant/{file}.json"));
        assert_eq!((f.format, f.data.as_slice()), (Format::Croissant, &[name.to_owned()][..]));
        assert_eq!((fact(&f, "license"), fact(&f, "record sets")), (licence, sets), "{file}");
        let said =
            f.notes.iter().find(|n| n.contains("have no SHA-256")).and_then(|n| n.split(' ').next()?.parse().ok());
        assert_eq!(said.unwrap_or(0), unsealed, "{file}");
    }
    let f = ok("croissant/titanic.json");
    assert!(fact(&f, "passengers.csv: sha256").starts_with("c617db2c7470716250f6f001be51304c"));
    assert_eq!(fact(&ok("croissant/credit-g.json"), "creator"), "Dr. Hans Hofmann");
}

#[test]
fn model_cards() {
    if folder().is_none() {
        return;
    }
    // With CRLF, and with a count of samples and tokens of verification.
    let f = ok("model_cards/deepset_roberta-base-squad2.README.md");
    assert_eq!((f.format, f.targets.as_slice()), (Format::ModelCard, &["deepset/roberta-base-squad2".to_owned()][..]));
    assert_eq!(fact(&f, "license"), "cc-by-4.0");
    assert_eq!(value(&f, "exact_match", "squad_v2 (squad_v2, validation)", None), 79.9309);
    assert_eq!(value(&f, "f1", "squadshifts new_wiki (new_wiki, test)", None), 90.595);
    assert_eq!(value(&f, "total", "squad_v2 (squad_v2, validation)", None), 11869.0);
    noted(&f, "17 values are the author's own word; 3 carry a token");

    let f = ok("model_cards/hub_sample_simple_model_index.md");
    assert_eq!((value(&f, "accuracy", "Beans", None), value(&f, "f1", "Beans (default, test)", None)), (0.9, 0.66));
    let f = ok("model_cards/hub_sample_INVALID_model_index.md");
    assert_eq!(value(&f, "acc", "image-classification", None), 0.9);
    noted(&f, "model-index is not valid");
    let f = ok("model_cards/hub_sample_windows_line_breaks.md");
    assert_eq!((fact(&f, "license"), fact(&f, "language"), f.metrics.len()), ("mit", "eo", 0));
    let f = ok("model_cards/bloom.README.md");
    assert_eq!(fact(&f, "license"), "bigscience-bloom-rail-1.0");
    noted(&f, "no model-index");
    let f = ok("model_cards/distilbert-sst2.README.md");
    assert_eq!(f.data, ["sst-2"]);
    let without = of("model_cards/hub_sample_no_metadata.md");
    assert!(matches!(&without, Err(Unreadable::Unknown(why)) if why.contains("front matter")), "{without:?}");
    // The annotated template has placeholders where values would be.
    let template = of("model_cards/hub_modelcard_spec.md");
    assert!(template.as_ref().unwrap_err().to_string().contains("at line 38"), "{template:?}");
}

#[test]
fn fairlearn() {
    if folder().is_none() {
        return;
    }
    let f = ok("fairness/fairlearn_metricframe_race.json");
    assert_eq!(f.format, Format::Fairlearn);
    assert_eq!(value(&f, "accuracy", "", None), 0.680_885_529_157_667_4);
    assert_eq!(value(&f, "accuracy", "", Some("Native American")), 1.0);
    assert_eq!(value(&f, "accuracy_difference", "", None), 0.34375);
    assert_eq!(value(&f, "selection_rate_ratio", "", None), 0.318_181_818_181_818_23);
    assert_eq!(value(&f, "equalized_odds_difference", "", None), 0.652_173_913_043_478_3);
    assert_eq!(value(&f, "false_positive_rate_group_max", "", None), 0.293_736_501_079_913_6);
    let of = |slice: Option<&str>, name: &str| {
        let m = f.metrics.iter().find(|m| m.name == name && m.slice.as_deref() == slice).unwrap();
        (m.samples, m.hits)
    };
    assert_eq!(of(None, "accuracy"), (Some(1852), Some(1261)));
    assert_eq!(of(Some("Asian"), "selection_rate"), (Some(9), Some(2)));
    assert_eq!(of(Some("Asian"), "recall"), (Some(9), None));
    noted(&f, "prove nothing, nor do differences that rest on them: Asian (9), Native American (5)");
}

#[test]
fn mlflow() {
    if folder().is_none() {
        return;
    }
    let f = ok("mlflow/runs_search.json");
    assert_eq!((f.format, f.state, f.metrics.len()), (Format::Mlflow, RunState::Complete, 12));
    assert_eq!(value(&f, "accuracy", "logreg-C0.01", None), 0.677_105_831_533_477_4);
    assert_eq!((fact(&f, "logreg-C10.0: C"), fact(&f, "logreg-C10.0: ai_system")), ("10.0", "recid-screening"));
    assert_eq!(at(&f), "2026-11-23T08:57:52.465Z");
    let f = ok("mlflow/metric_history.json");
    assert_eq!(value(&f, "loss", "", None), 1.0 / 3.0);
    noted(&f, "loss was recorded 3 times; its last value counts (step 2)");
}

#[test]
fn tables() {
    if folder().is_none() {
        return;
    }
    let f = ok("fairness/fairlearn_by_group_race.csv");
    let json = ok("fairness/fairlearn_metricframe_race.json");
    // The same groups as in the JSON dump, metric by metric.
    assert_eq!((f.format, f.metrics.len()), (Format::Fairlearn, 36));
    for metric in &f.metrics {
        // JSON numbers may be read one step of a double off.
        let alike = |other: &Metric| Metric { value: metric.value, ..other.clone() } == *metric;
        assert!(json.metrics.iter().any(|m| alike(m) && (m.value - metric.value).abs() < 1e-15), "{metric:?}");
    }
    assert_eq!(fact(&f, "groups by"), "race");
    noted(&f, "Asian (9), Native American (5)");

    let f = ok("promptfoo/toolrun_mixed.csv");
    assert_eq!((f.format, f.counts, f.failures_total), (Format::Promptfoo, counts(6, 2, 2, 0), 4));
    assert_eq!(f.targets, ["[custom:credit-bot] {{q}}", "[custom:credit-bot] Answer politely: {{q}}"]);
    assert_eq!(value(&f, "Score", "[custom:credit-bot] {{q}}", None), (1.0 + 1.0 + 0.5 + 0.0 + 0.8) / 5.0);
    assert_eq!(value(&f, "Latency", "[custom:credit-bot] Answer politely: {{q}}", None), 1.0);
    assert_eq!(f.failures[0].name, "Prompt leak › [custom:credit-bot] {{q}}");
    noted(&f, "2 tests ended with an error");

    let f = ok("bias/winobias_pythia-1.4b.json");
    assert_eq!((f.format, f.metrics.len()), (Format::Table, 8));
    let m = &f.metrics[1];
    assert_eq!((m.name.as_str(), m.scope.as_str()), ("em", "wino_bias_type1_pro+refers_to"));
    assert!((m.value - 0.454_545_454_545_454_53).abs() < 1e-15);
    assert!((m.stderr.unwrap() - 0.025_053_557_027_706_792).abs() < 1e-15);

    let f = ok("ragas/ragas_results.json");
    assert_eq!(value(&f, "answer_relevancy", "", None), 0.753_477_562_158_970_4);
    for unknown in ["system_cards/redhat_ask-red-hat.yaml", "system_cards/redhat_system-card.schema"] {
        let e = of(unknown).unwrap_err();
        assert!(matches!(e, Unreadable::Unknown(_)), "{unknown}: {e}");
    }
}
