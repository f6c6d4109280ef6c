//! MLflow: runs with their metrics as the REST interface gives them, and the history of a metric.

use super::dates::ran_at_seconds;
use super::json::Shape;
use super::pick::{all, pick};
use super::slim::Slim;
use super::{Source, Unreadable};
use crate::evidence::findings::{Findings, Format, Metric, RunState, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// Metrics whose history is followed; runs whose names are told apart.
const KEYS: usize = 5_000;

/// Whether it is an answer of MLflow.
pub fn fits(shape: &Shape) -> bool {
    shape.has(&["runs.info", "runs.data"])
        || shape.has(&["run.info", "run.data"])
        || shape.has(&["metrics.key", "metrics.value"])
}

/// Reads an export.
///
/// # Errors
/// Broken JSON.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::Mlflow);
    findings.tool = Some("MLflow".to_owned());
    let picks = [all("runs.[]"), all("run"), all("metrics.[]"), all("next_page_token")];
    let mut export = Export::default();
    pick(file, Format::Mlflow.label(), &picks, &mut findings, &mut |f, at, _, piece| match at {
        0 | 1 => export.run(f, &piece),
        2 => export.history(f, &piece),
        _ if piece.str().is_some() => f.note("The export has further pages; this file holds only one of them"),
        _ => {}
    })?;
    export.finish(&mut findings);
    Ok(findings)
}

#[derive(Default)]
struct Export {
    names: BTreeSet<String>,
    states: BTreeSet<RunState>,
    /// The last value of a metric: step, time, value; and how many there were.
    last: BTreeMap<String, ((f64, f64), f64, u64)>,
}

impl Export {
    fn run(&mut self, findings: &mut Findings, run: &Slim) {
        let info = run.at("info");
        let id = [info.text("run_id"), info.text("run_uuid")].into_iter().find(|id| !id.is_empty()).unwrap_or("run");
        let tag = |key: &str| run.at("data.tags").items().iter().find(|tag| tag.text("key") == key);
        let named = [info.text("run_name"), tag("mlflow.runName").map_or("", |tag| tag.text("value"))];
        let mut name = named.into_iter().find(|name| !name.is_empty()).unwrap_or(id).to_owned();
        if self.names.contains(&name) {
            name = format!("{name} ({id})");
        }
        if self.names.len() < KEYS {
            self.names.insert(name.clone());
        }
        let state = state(info);
        self.states.insert(state);
        if state != RunState::Complete {
            findings.note(format!("The run {name} did not finish ({})", info.at("status").words()));
        }
        if info.text("lifecycle_stage") == "deleted" {
            findings.note(format!("The run {name} was deleted in MLflow"));
        }
        if let Some(ms) = info.at("start_time").num() {
            ran_at_seconds(findings, ms / 1000.0);
        }
        for metric in run.at("data.metrics").items() {
            let key = metric.text("key");
            match metric.at("value").num() {
                Some(value) => findings.metric(Metric::new(key, name.as_str(), value, Unit::Other)),
                None => findings.note(format!("{key} of {name} has no finite value and is left out")),
            }
        }
        for param in run.at("data.params").items() {
            findings.fact(&format!("{name}: {}", param.text("key")), &param.at("value").words());
        }
        for tag in run.at("data.tags").items().iter().filter(|tag| !tag.text("key").starts_with("mlflow.")) {
            findings.fact(&format!("{name}: {}", tag.text("key")), &tag.at("value").words());
        }
        for input in run.at("inputs.dataset_inputs").items() {
            findings.data_set(input.text("dataset.name"));
        }
    }

    fn history(&mut self, findings: &mut Findings, point: &Slim) {
        let key = point.text("key");
        if self.last.len() >= KEYS && !self.last.contains_key(key) {
            return findings.note(format!("Only the first {KEYS} metrics are followed"));
        }
        let Some(value) = point.at("value").num() else {
            return findings.note(format!("{key} has values that are not finite; they are left out"));
        };
        let time = point.at("timestamp").num().unwrap_or(0.0);
        let at = (point.at("step").num().unwrap_or(0.0), time);
        if time > 0.0 {
            ran_at_seconds(findings, time / 1000.0);
        }
        let (known, last, n) = self.last.entry(key.to_owned()).or_insert((at, value, 0));
        *n = n.saturating_add(1);
        if at >= *known {
            (*known, *last) = (at, value);
        }
    }

    fn finish(self, findings: &mut Findings) {
        for (key, ((step, _), value, n)) in self.last {
            findings.metric(Metric::new(key.as_str(), "", value, Unit::Other));
            if n > 1 {
                findings.note(format!("{key} was recorded {n} times; its last value counts (step {step})"));
            }
        }
        // The worst of the runs is the state of the file.
        let worst =
            [RunState::Failed, RunState::Cancelled, RunState::Unfinished, RunState::Unknown, RunState::Complete];
        findings.state = worst.into_iter().find(|state| self.states.contains(state)).unwrap_or(RunState::Unknown);
        if findings.metrics.is_empty() {
            findings.note("The export holds no metric, so it shows nothing");
        }
    }
}

fn state(info: &Slim) -> RunState {
    // Old servers write the number of the state.
    match info.at("status").words().as_str() {
        "FINISHED" | "3" => RunState::Complete,
        "FAILED" | "4" => RunState::Failed,
        "KILLED" | "5" => RunState::Cancelled,
        "RUNNING" | "SCHEDULED" | "1" | "2" => RunState::Unfinished,
        _ => RunState::Unknown,
    }
}
