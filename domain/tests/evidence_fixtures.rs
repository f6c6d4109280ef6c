//! Readers of standards and scanners against small files of our own, each trap once.

use domain::evidence::findings::{Better, Counts, Findings, Format, RunState};
use domain::evidence::read::table::{Mapping, guess, read_with};
use domain::evidence::read::{Unreadable, read};
use std::io::Cursor;

fn of(name: &str) -> Result<Findings, Unreadable> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/evidence").join(name);
    read(&mut std::fs::File::open(file).unwrap())
}

fn ok(name: &str) -> Findings {
    of(name).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn text(content: &str) -> Result<Findings, Unreadable> {
    read(&mut Cursor::new(content.as_bytes()))
}

fn counts(passed: u64, failed: u64, errors: u64, skipped: u64) -> Option<Counts> {
    Some(Counts { passed, failed, errors, skipped })
}

#[track_caller]
fn value(findings: &Findings, name: &str, scope: &str) -> f64 {
    let found = findings.metrics.iter().find(|m| m.name == name && m.scope == scope && m.slice.is_none());
    found.unwrap_or_else(|| panic!("no {name} of {scope:?} in {:#?}", findings.metrics)).value
}

#[track_caller]
fn noted(findings: &Findings, words: &str) {
    assert!(findings.notes.iter().any(|n| n.contains(words)), "no note of {words:?}: {:#?}", findings.notes);
}

#[test]
fn junit_counts_cases_and_not_attributes() {
    let f = ok("junit_traps.xml");
    assert_eq!((f.counts, f.state), (counts(3, 1, 2, 2), RunState::Complete));
    let failures: Vec<_> = f.failures.iter().map(|f| (f.name.as_str(), f.message.as_str())).collect();
    assert_eq!(
        failures,
        [
            ("refusals › no names", "named a customer & her age"),
            ("stays broken", "third try: log of the third try"),
            ("crash", "no <answer> in 30 s"),
        ]
    );
    noted(&f, "(tests 9, failures and errors 1, skipped 0) differ from its cases (8, 3, 2)");
    noted(&f, "1 test cases carry several results");
    noted(&f, "2 test cases were repeated");
    assert_eq!(f.facts, [("model".to_owned(), "loan-bot 3".to_owned())]);
    assert_eq!(format!("{:?}", f.ran_at.unwrap()), "2026-03-01T08:00:00Z");
}

#[test]
fn junit_that_shows_nothing_says_so() {
    let f = ok("junit_empty.xml");
    assert_eq!(f.state, RunState::Unknown);
    noted(&f, "no test case");
    let f = ok("junit_suite_error.xml");
    assert_eq!((f.counts, f.state), (counts(1, 0, 1, 0), RunState::Failed));
    noted(&f, "part of it did not run");
    let f = text("<testsuite><testcase name='a'><skipped/></testcase></testsuite>").unwrap();
    noted(&f, "Every test case was skipped");
}

#[test]
fn hostile_and_foreign_xml_is_refused() {
    assert!(ok_is_broken("junit_laughs.xml").contains("line 4: a document type definition"));
    assert!(matches!(text("<rss><channel/></rss>"), Err(Unreadable::Unknown(_))));
    assert!(matches!(text("<!DOCTYPE html><html></html>"), Err(Unreadable::Unknown(_))));
    assert!(matches!(text("<testsuite><testcase></testsuite>"), Err(Unreadable::Broken { .. })));
}

fn ok_is_broken(name: &str) -> String {
    match of(name) {
        Err(Unreadable::Broken { what, .. }) => what,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn sarif_levels_kinds_suppressions_and_runs_without_results() {
    let f = ok("sarif_traps.sarif");
    assert_eq!(["error", "warning", "note"].map(|l| value(&f, l, "prompt-lint")), [1.0, 1.0, 1.0]);
    assert_eq!(f.counts, counts(1, 3, 1, 1));
    assert_eq!(f.failures[2].message, "level of the rule (prompts/a.txt:7)");
    assert_eq!(f.state, RunState::Unfinished);
    noted(&f, "1 results are suppressed");
    noted(&f, "1 results are gone");
    noted(&f, "1 runs have no list of results");
    assert_eq!(f.metrics[0].better, Some(Better::Lower));

    let f = ok("sarif_failed.sarif");
    assert_eq!(f.state, RunState::Failed);
    noted(&f, "did not succeed: model not found");
    noted(&f, "no such file");
    noted(&text(r#"{"version": "2.1.0", "runs": [], "$schema": "sarif"}"#).unwrap(), "no run");
    assert!(
        text(r#"{"version": "1.0.0", "runs": [{"tool": {"name": "x"}}]}"#).unwrap_err().to_string().contains("1.0.0")
    );
}

#[test]
fn scans_with_errors_or_skipped_files_are_not_clean() {
    let f = ok("modelscan.json");
    assert_eq!((f.counts, f.state), (counts(1, 1, 0, 1), RunState::Unfinished));
    assert_eq!((value(&f, "total_issues", ""), value(&f, "CRITICAL", ""), value(&f, "LOW", "")), (1.0, 1.0, 0.0));
    assert_eq!(f.failures[0].name, "os.system");
    noted(&f, "Skipped: c.bin");
    noted(&f, "differ from the lists");
    let f = ok("modelscan_nothing.json");
    assert_eq!(f.state, RunState::Unfinished);
    noted(&f, "No file was scanned");

    let f = ok("modelaudit.json");
    assert_eq!((f.counts, f.state, f.failures_total), (counts(2, 0, 0, 0), RunState::Failed, 1));
    noted(&f, "ran into errors");
}

#[track_caller]
fn fact<'a>(findings: &'a Findings, name: &str) -> &'a str {
    let found = findings.facts.iter().find(|(known, _)| known == name);
    &found.unwrap_or_else(|| panic!("no fact {name:?} in {:#?}", findings.facts)).1
}

#[test]
fn bills_of_materials_in_both_notations() {
    let f = ok("cyclonedx.json");
    assert_eq!((f.targets.as_slice(), f.tool.as_deref()), (&["scorer 2".to_owned()][..], Some("cdxgen")));
    assert_eq!(f.data, ["applications 2024", "gone"]);
    assert_eq!(fact(&f, "scorer 2: licence"), "MIT, Apache-2.0 OR MIT");
    assert_eq!((value(&f, "recall", "scorer 2"), f.metrics.len()), (83.5, 2));
    assert_eq!((f.metrics[0].slice.as_deref(), f.metrics[0].interval), (Some("women"), Some((0.88, 0.94))));
    noted(&f, "\"f1\" of scorer 2 has no number");
    noted(&f, "\"mse\" of scorer 2 has no number");
    noted(&f, "1 components are neither");

    let x = ok("cyclonedx.xml");
    assert_eq!((x.metrics.as_slice(), x.tool.as_deref()), (&f.metrics[..1], Some("old tool")));
    assert_eq!((x.ran_at, x.targets.as_slice(), x.data.as_slice()), (f.ran_at, f.targets.as_slice(), &f.data[..1]));
    assert_eq!(fact(&x, "scorer 2: licence"), fact(&f, "scorer 2: licence"));
    assert_eq!(fact(&x, "scorer 2: SHA-256"), "ab12");
    assert!(matches!(text("<bom><components/></bom>"), Err(Unreadable::Unknown(_))));
    noted(&text(r#"{"bomFormat":"CycloneDX","specVersion":"1.4","components":null}"#).unwrap(), "software only");
}

#[test]
fn graphs_and_data_sets() {
    let f = ok("spdx.json");
    assert_eq!((value(&f, "auc", "scorer"), fact(&f, "scorer: trainedOn")), (0.81, "applications"));
    assert_eq!((fact(&f, "scorer: hasDeclaredLicense"), fact(&f, "scorer: sha256")), ("MIT", "cd34"));
    assert_eq!(fact(&f, "applications: knownBias"), "few women");
    assert_eq!(format!("{:?}", f.ran_at.unwrap()), "2026-01-01T00:00:00Z");
    noted(&f, "\"per epoch\" of scorer has no number");

    let f = ok("croissant.json");
    assert_eq!((fact(&f, "rai:dataBiases"), fact(&f, "record sets")), ("only adults", "1 with 2 fields"));
    noted(&f, "names no licence");
    noted(&f, "1 files of the data set have no SHA-256");
}

#[test]
fn cards_with_all_that_cards_have() {
    let f = ok("card.md");
    assert_eq!((fact(&f, "license_name"), fact(&f, "language")), ("my-own", "no"));
    assert_eq!((value(&f, "wer", "D (test)"), value(&f, "acc", "t2"), f.metrics.len()), (12.5, 0.5, 2));
    noted(&f, "\"cer\" on D (test) has no number");
    noted(&f, "\"f1\" on D (test) has no number");
    noted(&f, "a result of \"m\" (t2) names no data set");
    noted(&f, "2 values are the author's own word; 1 carry a token");
    assert!(ok_is_broken("card_bomb.md").starts_with("front matter: "), "aliases that unfold to millions");
    assert!(matches!(text("---\nlicense: mit\n"), Err(Unreadable::Unknown(_))));
    assert!(matches!(text("---\ntitle: a post\n---\n"), Err(Unreadable::Unknown(_))));
    assert!(matches!(text("---\nlicense: [\n---\n"), Err(Unreadable::Broken { .. })));
}

#[test]
fn groups_by_metric_and_runs_that_failed() {
    let f = ok("fairlearn_by_metric.json");
    let women = f.metrics.iter().find(|m| m.slice.as_deref() == Some("women")).unwrap();
    assert_eq!(
        (women.name.as_str(), women.value, women.samples, women.hits),
        ("selection_rate", 0.25, Some(8), Some(2))
    );
    assert_eq!((value(&f, "selection_rate_ratio", ""), value(&f, "demographic_parity_difference", "")), (0.5, 0.25));
    assert!(!f.metrics.iter().any(|m| m.name.contains("count")));
    noted(&f, "women (8)");
    noted(&f, "recall of women has no finite value");
    noted(&text(r#"{"overall": 0.5, "by_group": {"a": 0.4}}"#).unwrap(), "does not say how many samples");

    let f = ok("mlflow.json");
    assert_eq!((f.state, f.metrics.len()), (RunState::Failed, 1));
    noted(&f, "The run r (a2) did not finish (FAILED)");
    noted(&f, "acc of r (a2) has no finite value");
    noted(&f, "further pages");
}

#[test]
fn tables_are_guessed_by_their_columns() {
    let f = ok("ragas.csv");
    let faith = &f.metrics[0];
    assert_eq!(
        (f.format.as_str(), faith.name.as_str(), faith.samples, faith.unit.as_str()),
        ("ragas", "faithfulness", Some(3), "proportion")
    );
    assert!(
        (faith.value - 0.7).abs() < 1e-12 && (faith.stderr.unwrap() - 0.1 / 3_f64.sqrt()).abs() < 1e-12,
        "{faith:?}"
    );
    let passed = f.metrics.iter().find(|m| m.name == "passed").unwrap();
    assert_eq!((passed.value, passed.samples, passed.hits), (0.75, Some(4), Some(3)));
    noted(&f, "faithfulness: 1 of 4 rows have no number");
    noted(&f, "answer_relevancy: 1 of 4 rows");

    let f = ok("long.csv");
    let said: Vec<_> = f.metrics.iter().map(|m| (m.value, m.unit.as_str(), m.samples, m.slice.as_deref())).collect();
    assert_eq!(said, [(0.91, "other", Some(200), Some("women")), (85.0, "percent", Some(300), Some("men"))]);
    noted(&f, "\"latency\" has no number");

    let f = ok("promptfoo.csv");
    assert_eq!(
        (f.counts, f.targets.as_slice()),
        (counts(1, 0, 1, 0), &["[p] one".to_owned(), "[p] one (2)".to_owned()][..])
    );
    assert_eq!((f.failures[0].message.as_str(), f.failures[0].severity.as_deref()), ("timeout", Some("error")));

    let f = ok("groups.tsv");
    assert_eq!((f.metrics.len(), f.metrics[0].slice.as_deref()), (3, Some("f, b")));
    noted(&f, "f, b (12)");

    let f = ok("scores.json");
    assert_eq!((value(&f, "accuracy", ""), f.metrics.len(), f.metrics[1].stderr), (0.9, 2, Some(0.01)));
    noted(&f, "\"targets\" is not read");
    let f = ok("metrics.json");
    assert_eq!((f.metrics.len(), f.metrics[0].samples), (1, Some(500)));
    noted(&f, "\"refusals\" has no number");
    noted(&text("metric,value\n").unwrap_or_else(|_| text("metric,value\n,\n").unwrap()), "has no number");
}

#[test]
fn what_is_no_table_is_unknown() {
    for content in [
        "# Notes\n\nSome text, with a comma.\n",
        "name,place\nAda,London\nBo,Oslo\n",
        "plain",
        "a,b\n",
        "\u{1}\u{2},\u{3}\n\u{4},\n",
        "{\"name\": \"x\", \"list\": [1]}",
        "[]",
        "[1,2,3]",
        "{}",
        "[{\"id\": 1, \"age\": 3}]",
        "",
        "   ",
        "{\"a\": {\"b\": 1}}",
    ] {
        let read = text(content);
        assert!(matches!(read, Err(Unreadable::Unknown(_))), "{content:?}: {read:?}");
    }
}

#[test]
fn a_mapping_says_what_the_columns_mean_and_is_kept_as_json() {
    let with = |content: &str, mapping: &Mapping| read_with(&mut Cursor::new(content.as_bytes().to_vec()), mapping);
    let kept = r#"{"rows":"metrics","metric":"Kennzahl","value":"Wert","samples":"Anzahl"}"#;
    let mapping: Mapping = serde_json::from_str(kept).unwrap();
    assert_eq!(serde_json::to_string(&mapping).unwrap(), kept);
    let f = with("Kennzahl;Wert;Anzahl\nGenauigkeit;0,93;120\n", &mapping).unwrap();
    assert_eq!(
        (f.metrics[0].name.as_str(), f.metrics[0].value, f.metrics[0].samples),
        ("Genauigkeit", 0.93, Some(120))
    );
    let e = with("a;b\nc;1\n", &mapping).unwrap_err().to_string();
    assert!(e.contains("no column \"Kennzahl\" (columns: a, b)"), "{e}");

    let slices = Mapping::Samples { metrics: vec!["ok".to_owned()], slice: Some("lang".to_owned()) };
    let f = with("lang,ok\nde,1\nde,0\nfr,1\n", &slices).unwrap();
    let said: Vec<_> = f.metrics.iter().map(|m| (m.slice.as_deref(), m.value, m.hits, m.samples)).collect();
    assert_eq!(
        said,
        [(None, 2.0 / 3.0, Some(2), Some(3)), (Some("de"), 0.5, Some(1), Some(2)), (Some("fr"), 1.0, Some(1), Some(1))]
    );
    let list = with(r#"[{"lang": "de", "ok": true}, {"ok": false, "lang": "de"}]"#, &slices).unwrap();
    assert_eq!(list.metrics[0].value, 0.5);

    let keys = Mapping::Keys { metrics: vec!["out.acc".to_owned()], samples: Some("out.n".to_owned()) };
    let f = with(r#"{"out": {"acc": "91.5%", "n": 40}}"#, &keys).unwrap();
    assert_eq!((f.metrics[0].value, f.metrics[0].unit.as_str(), f.metrics[0].samples), (91.5, "percent", Some(40)));
    assert!(with("{}", &keys).unwrap_err().to_string().contains("no key"));
    assert!(with("a,b\n1,2\n", &keys).is_err() && with("{\"a\": 1}", &slices).is_err());
    let guessed = guess(&mut Cursor::new(b"metric,value\na,1\n".to_vec())).unwrap();
    assert!(matches!(guessed, Some(Mapping::Metrics { .. })));
}

#[test]
fn units_follow_the_definition_and_the_value() {
    let f = text("category,accuracy,n\na,0.5,10\nb,0.75,40\n").unwrap();
    assert_eq!((f.format.as_str(), f.metrics[1].hits, f.metrics[1].slice.as_deref()), ("table", Some(30), Some("b")));
    noted(&f, "a (10)");
    let f = text(r#"{"accuracy": 91.3, "compression_ratio": 0.4, "recall_difference": 0.1}"#).unwrap();
    let said: Vec<_> = f.metrics.iter().map(|m| (m.unit.as_str(), m.better.map(Better::as_str))).collect();
    assert_eq!(said, [("other", Some("higher")), ("other", None), ("proportion", Some("lower"))]);
    let keys = guess(&mut Cursor::new(br#"{"scores": {"a": 1}, "b": 2, "c": "3", "version": 4}"#.to_vec())).unwrap();
    assert_eq!(keys, Some(Mapping::Keys { metrics: vec!["scores.a".to_owned(), "b".to_owned()], samples: None }));
}

#[test]
fn judges_that_failed_and_names_with_points() {
    let f =
        text("question,faithfulness,context_recall,note\nq,nan,0.5,x\nr,,error,y\ns,,1,z\nt,,1,z\nu,,1,z\n").unwrap();
    assert_eq!((f.metrics.len(), value(&f, "context_recall", "")), (1, 0.875));
    noted(&f, "faithfulness: 5 of 5 rows have no number");
    noted(&f, "context_recall: 1 of 5 rows");
    let json = r#"{"rouge.l": 0.5, "scores": {"bleu.4": 0.25}}"#;
    let mapping = guess(&mut Cursor::new(json.as_bytes().to_vec())).unwrap().unwrap();
    let f = read_with(&mut Cursor::new(json.as_bytes().to_vec()), &mapping).unwrap();
    assert_eq!((value(&f, "rouge.l", ""), value(&f, "scores.bleu.4", "")), (0.5, 0.25));
}

#[test]
fn a_table_by_group_is_no_table_of_samples() {
    let csv = "group,cases,errors,error_rate\n18-29,2413,91,0.0377\n75 and older,23,2,0.0870\n";
    let f = read(&mut std::io::Cursor::new(csv)).unwrap();
    let rate = f.metrics.iter().find(|m| m.name == "error_rate" && m.slice.as_deref() == Some("75 and older")).unwrap();
    assert_eq!((rate.value, rate.samples, rate.stderr), (0.087, Some(23), None));
    assert!(f.notes.iter().any(|note| note.contains("30")), "few people prove nothing: {:?}", f.notes);
}

#[test]
fn a_series_without_names_is_read_only_where_its_rows_are_metrics() {
    let found = text(",0\naccuracy,0.75\nrecall,\ncount,20\n").unwrap();
    assert_eq!((found.format, found.metrics.len()), (Format::Table, 1));
    assert_eq!((found.metrics[0].samples, found.metrics[0].hits), (Some(20), Some(15)));
    noted(&found, "recall has no finite value");
    for other in [
        ",0\nq1,0.75\nq2,0.5\n",
        ",0\n0,0.75\n1,0.5\n",
        ",0\naccuracy,0.75\naccuracy,0.5\n",
        ",0\naccuracy,good\nrecall,0.5\n",
    ] {
        let Err(Unreadable::Unknown(why)) = text(other) else { panic!("{other}") };
        assert!(why.contains("has to be mapped"), "{why}");
        assert_eq!(guess(&mut Cursor::new(other)).unwrap(), None);
    }
    let mapping = guess(&mut Cursor::new(",0\naccuracy,0.75\nrecall,0.5\n")).unwrap().unwrap();
    let Mapping::Metrics { metric, .. } = &mapping else { panic!("{mapping:?}") };
    assert_eq!(metric, "(no name)", "a form cannot choose an empty name");
    let found = read_with(&mut Cursor::new(",0\nq1,0.75\nq2,0.5\n"), &mapping).unwrap();
    assert_eq!(value(&found, "q1", ""), 0.75, "somebody may say that they are metrics all the same");
}
