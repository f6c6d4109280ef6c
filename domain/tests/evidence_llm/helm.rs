//! The folder of a HELM run, as an archive; its files alone.

use crate::archive::archive;
use crate::{bytes, metric, noted, text};
use domain::evidence::findings::{Findings, Format, RunState};
use domain::evidence::outcomes;
use domain::evidence::read::Unreadable;
use domain::measure::compare::{Change, with_pairs};
use domain::measure::vocabulary::Vocabulary;
use std::io::Cursor;
use zip::CompressionMethod::Deflated;

const SPEC: &str = r#"{"name": "toy:subject=a,model=example_toy", "groups": ["toy"],
    "scenario_spec": {"class_name": "helm.scenarios.ToyScenario", "args": {"subject": "a"}},
    "adapter_spec": {"method": "multiple_choice_joint", "model": "example/toy", "model_deployment": "local/toy",
        "max_eval_instances": 20}, "metric_specs": []}"#;
const SCENARIO: &str = r#"{"name": "toy", "description": "Toy questions", "tags": [], "definition_path": "https://x"}"#;

/// Instances that are right where a letter is `+`; every second one is perturbed too, and always wrong then.
pub fn instances(right: &str) -> String {
    let one = |(id, sign): (usize, char)| {
        let value = u8::from(sign == '+');
        let stats = |value: u8| {
            format!(
                r#"[{{"name": {{"name": "exact_match", "split": "test"}}, "count": 1, "sum": {value}, "mean": {value}}},
                    {{"name": {{"name": "training_co2_cost", "split": "test"}}, "count": 0, "sum": 0}}]"#
            )
        };
        let plain = format!(r#"{{"instance_id": "id{id}", "train_trial_index": 0, "stats": {}}}"#, stats(value));
        let changed = format!(
            r#"{{"instance_id": "id{id}", "perturbation": {{"name": "robustness"}}, "train_trial_index": 0, "stats": {}}}"#,
            stats(0)
        );
        if id % 2 == 0 { format!("{plain}, {changed}") } else { plain }
    };
    format!("[{}]", right.chars().enumerate().map(one).collect::<Vec<_>>().join(","))
}

/// Statistics of so many right of so many instances.
fn stats(right: usize, n: usize) -> String {
    let value = right as f64 / n as f64;
    format!(
        r#"[{{"name": {{"name": "exact_match", "split": "test"}}, "count": 1, "sum": {value}, "sum_squared": 0, "mean": {value}}},
            {{"name": {{"name": "exact_match", "split": "valid"}}, "count": 1, "sum": 1, "sum_squared": 1, "mean": 1.0}},
            {{"name": {{"name": "exact_match", "split": "test", "perturbation": {{"name": "robustness", "computed_on": "worst"}}}},
              "count": 1, "sum": 0, "sum_squared": 0, "mean": 0.0}},
            {{"name": {{"name": "num_instances", "split": "test"}}, "count": 1, "sum": {n}, "sum_squared": 0, "mean": {n}}}]"#
    )
}

/// A run's folder, in a folder of its own.
pub fn run(right: &str) -> Vec<u8> {
    let stats = stats(right.matches('+').count(), right.len());
    let instances = instances(right);
    archive(
        &[
            ("runs/toy/scenario_state.json", br#"{"adapter_spec": {}, "request_states": [{"instance": {}}]}"#),
            ("runs/toy/run_spec.json", SPEC.as_bytes()),
            ("runs/toy/scenario.json", SCENARIO.as_bytes()),
            ("runs/toy/stats.json", stats.as_bytes()),
            ("runs/toy/per_instance_stats.json", instances.as_bytes()),
            ("__MACOSX/runs/toy/stats.json", b"not JSON"),
            ("runs/toy/notes.txt", b"[]"),
        ],
        Deflated,
    )
}

fn refused(members: &[(&str, &[u8])]) -> String {
    match bytes(&archive(members, Deflated)) {
        Err(Unreadable::Broken { format: "HELM run", what }) => what,
        other => panic!("{other:?}"),
    }
}

fn checked(found: &Findings) {
    assert_eq!((found.format, found.state), (Format::Helm, RunState::Complete));
    let exact: Vec<_> = found.metrics.iter().filter(|m| m.name == "exact_match").collect();
    assert_eq!((exact[0].value, exact[0].samples, exact[0].hits), (0.75, Some(4), Some(3)));
    assert_eq!((exact[1].slice.as_deref(), exact[1].value), (Some("robustness (worst)"), 0.0));
}

#[test]
fn a_run_names_its_model_and_scenario() {
    let found = bytes(&run("++-+")).unwrap();
    checked(&found);
    assert_eq!(
        (found.targets.as_slice(), found.data.as_slice()),
        (&["example/toy".to_owned()][..], &["toy (subject=a)".to_owned()][..])
    );
    for fact in [("Run", "toy:subject=a,model=example_toy"), ("Deployment", "local/toy"), ("Instances at most", "20")] {
        assert!(found.facts.contains(&(fact.0.to_owned(), fact.1.to_owned())), "{fact:?} in {:?}", found.facts);
    }
    assert!(!noted(&found, "name neither model") && noted(&found, "1 statistics of splits other than test"));
}

#[test]
fn members_are_known_by_what_they_hold() {
    let (stats, instances) = (stats(3, 4), instances("++-+"));
    let members: &[(&str, &[u8])] =
        &[("a.json", instances.as_bytes()), ("b.JSON", stats.as_bytes()), ("c/d.json", SPEC.as_bytes())];
    let found = bytes(&archive(members, Deflated)).unwrap();
    checked(&found);
    // Without its own name, a scenario has that of its class.
    assert_eq!(found.data, ["ToyScenario (subject=a)"]);
    let alone = bytes(&archive(&[("stats.json", stats.as_bytes())], Deflated)).unwrap();
    checked(&alone);
    assert!(noted(&alone, "no run_spec.json: neither model nor scenario is named") && alone.targets.is_empty());
    assert!(noted(&text(&stats), "run_spec.json of the same run does"));
}

#[test]
fn what_a_run_lacks_is_said() {
    let said = refused(&[("run_spec.json", SPEC.as_bytes()), ("scenario.json", SCENARIO.as_bytes())]);
    assert_eq!(said, "the archive has run_spec.json, scenario.json, but not stats.json, which says what came out");
    let stats = stats(3, 4);
    let said = refused(&[("a/stats.json", stats.as_bytes()), ("b/stats.json", stats.as_bytes())]);
    assert!(said.contains("more than one run (a/stats.json and b/stats.json)"), "{said}");
    let instances = instances("++-+");
    for (alone, words) in [
        (SPEC, "run_spec.json says what was run"),
        (SCENARIO, "scenario.json says what the scenario is"),
        (instances.as_str(), "per_instance_stats.json has what was measured on each instance"),
        (r#"{"adapter_spec": {}, "request_states": []}"#, "scenario_state.json has what was asked"),
    ] {
        let said = bytes(alone.as_bytes()).unwrap_err().to_string();
        assert!(said.starts_with(&format!("HELM run: {words}")) && said.contains("that stands in"), "{said}");
    }
    let other = bytes(&archive(&[("package.json", br#"{"name": "x"}"#)], Deflated)).unwrap_err();
    assert!(matches!(other, Unreadable::Unknown(_)), "{other}");
}

#[test]
fn a_run_that_unpacks_to_far_too_much_is_refused() {
    let entry = r#"{"name": {"name": "a", "split": "test"}, "count": 1, "sum": 1, "sum_squared": 1}"#;
    let bomb = format!(r#"[{entry}, {{"name": "{}"}}]"#, "0".repeat(8 << 20));
    let refused = bytes(&archive(&[("stats.json", bomb.as_bytes())], Deflated)).unwrap_err().to_string();
    assert!(refused.contains("unpacks to far more"), "{refused}");
}

#[test]
fn two_runs_are_paired_instance_by_instance() {
    let side = |right: &str| {
        let packed = run(right);
        (bytes(&packed).unwrap(), outcomes::read(&mut Cursor::new(packed)).unwrap())
    };
    let ((a, in_a), (b, in_b)) = (side("+--+------+-"), side("+++++++++-+-"));
    let found = with_pairs(&a, &b, &in_a, &in_b, &Vocabulary::default());
    let exact = found.rows.iter().find(|row| row.a.name == "exact_match" && row.a.slice.is_none()).unwrap();
    let paired = exact.paired.as_ref().unwrap();
    assert_eq!((paired.pairs, paired.fell, paired.rose, exact.change), (12, 0, 7, Change::Better));
    // Perturbed instances are another matter, and so are counts.
    assert!(found.rows.iter().filter(|row| row.paired.is_some()).count() == 1);

    let (_, mut other) = side("+++++++++-+-");
    other.of = Some("toy (subject=b)".to_owned());
    let found = with_pairs(&a, &b, &in_a, &other, &Vocabulary::default());
    let why = found.rows[0].unpaired.as_ref().unwrap();
    assert!(why.contains("is of toy (subject=a), the second of toy (subject=b)"), "{why}");
    let alone = outcomes::read(&mut Cursor::new(stats(3, 4))).unwrap();
    assert!(alone.missing.unwrap().contains("an archive of the run's whole folder"));
    let bare = archive(&[("stats.json", stats(3, 4).as_bytes())], Deflated);
    let bare = outcomes::read(&mut Cursor::new(bare)).unwrap();
    assert!(bare.missing.unwrap().contains("no per_instance_stats.json"));
    let (stats, instances) = (stats(3, 4), instances("++-+"));
    let bare = archive(&[("stats.json", stats.as_bytes()), ("i.json", instances.as_bytes())], Deflated);
    let bare = outcomes::read(&mut Cursor::new(bare)).unwrap();
    assert!(bare.missing.unwrap().contains("names the scenario"));
}

#[test]
fn a_real_folder() {
    let Some(folder) = std::env::var_os("COUNTERSIGN_EVIDENCE") else {
        return println!("skipped: COUNTERSIGN_EVIDENCE is not set");
    };
    let folder = std::path::Path::new(&folder).join("helm/mmlu_philosophy_gpt2");
    let names = ["per_instance_stats.json", "run_spec.json", "scenario.json", "scenario_state.json", "stats.json"];
    let files = names.map(|name| (name, std::fs::read(folder.join(name)).unwrap()));
    let members: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (*name, content.as_slice())).collect();
    let packed = archive(&members, Deflated);
    let found = bytes(&packed).unwrap();
    assert_eq!((found.targets[0].as_str(), found.data[0].as_str()), ("openai/gpt2", "mmlu (subject=philosophy)"));
    let alone = bytes(&files[4].1).unwrap();
    assert_eq!(found.metrics, alone.metrics);
    let outcomes = outcomes::read(&mut Cursor::new(packed)).unwrap();
    assert_eq!(outcomes.of.as_deref(), Some("mmlu (subject=philosophy)"));
    let exact = outcomes.get("exact_match", "test").unwrap();
    assert_eq!((exact.len(), exact.comes_to(metric_of(&alone))), (9, true));
}

fn metric_of(found: &Findings) -> f64 {
    let mut plain = found.clone();
    plain.metrics.retain(|m| m.slice.is_none());
    metric(&plain, "exact_match", "test").value
}
