//! Results of EleutherAI's lm-evaluation-harness: 0.3 (plain metric names), 0.4 (`metric,filter`), groups included.
//!
//! The tool writes this file once, when every task is done.

use super::loose::{Object, Scalar, Table, Walk, Walked, document, skip};
use super::{Findings, Shape, Source, Unreadable, when};
use crate::evidence::findings::{Better, Format, Metric, RunState, Unit};
use serde::Deserialize;
use serde::de::MapAccess;

const FORMAT: &str = "lm-evaluation-harness results";

/// Whether a document is one: results by task, with their tasks' versions.
pub fn fits(shape: &Shape) -> bool {
    !shape.list && shape.has(&["results", "versions"]) && (shape.has(&["config"]) || shape.has(&["configs"]))
}

#[derive(Default)]
struct Document {
    results: Table<Table<Scalar>>,
    groups: Table<Table<Scalar>>,
    subtasks: Table<super::loose::List<Scalar>>,
    better: Table<Table<Scalar>>,
    samples: Table<Object<Samples>>,
    configs: Table<Object<TaskConfig>>,
    config: Object<Config>,
    model_name: Scalar,
    date: Scalar,
    version: Scalar,
    seconds: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Samples {
    original: Scalar,
    effective: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TaskConfig {
    dataset_path: Scalar,
    dataset_name: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Config {
    model: Scalar,
    model_args: Scalar,
    limit: Scalar,
}

impl Walk for Document {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "results" => self.results = map.next_value()?,
            "groups" => self.groups = map.next_value()?,
            "group_subtasks" => self.subtasks = map.next_value()?,
            "higher_is_better" => self.better = map.next_value()?,
            "n-samples" => self.samples = map.next_value()?,
            "configs" => self.configs = map.next_value()?,
            "config" => self.config = map.next_value()?,
            "model_name" => self.model_name = map.next_value()?,
            "date" => self.date = map.next_value()?,
            "lm_eval_version" => self.version = map.next_value()?,
            "total_evaluation_time_seconds" => self.seconds = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// Reads one.
///
/// # Errors
/// Broken JSON, or a stream that failed.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut document_read = Document::default();
    document(file, FORMAT, Walked(&mut document_read))?;
    let mut findings = Findings::new(Format::LmEval);
    document_read.describe(&mut findings);
    document_read.measure(&mut findings);
    if findings.metrics.is_empty() {
        findings.note("No task has a result: nothing was measured");
    } else {
        findings.state = RunState::Complete;
    }
    Ok(findings)
}

impl Document {
    fn describe(&self, findings: &mut Findings) {
        findings.tool = Some("lm-evaluation-harness".to_owned());
        findings.tool_version = self.version.word();
        findings.ran_at = when::instant(&self.date);
        if let Some(config) = &self.config.0 {
            let args = config.model_args.text().unwrap_or_default();
            match self.model_name.text().or_else(|| pretrained(args)).or(config.model.text()) {
                Some(model) => findings.target(model),
                None => findings.note("The file does not name the model"),
            }
            findings.fact("Model type", config.model.text().unwrap_or_default());
            findings.fact("Model arguments", args);
            findings.fact("Limit", &config.limit.word().unwrap_or_default());
        } else if let Some(model) = self.model_name.text() {
            findings.target(model);
        }
        if let Some(seconds) = self.seconds.num() {
            findings.fact("Evaluation time (seconds)", &format!("{seconds:.0}"));
        }
        for config in self.configs.0.values().filter_map(|config| config.0.as_ref()) {
            let path = config.dataset_path.text().unwrap_or_default();
            match config.dataset_name.text() {
                Some(name) => findings.data_set(&format!("{path} ({name})")),
                None => findings.data_set(path),
            }
        }
        for (group, tasks) in self.subtasks.0.iter().filter(|(_, tasks)| !tasks.0.is_empty()) {
            let tasks: Vec<&str> = tasks.0.iter().filter_map(Scalar::text).collect();
            findings.fact(&format!("Group {group}"), &tasks.join(", "));
        }
        self.note_limits(findings);
    }

    fn note_limits(&self, findings: &mut Findings) {
        let limited: Vec<String> = (self.samples.0.iter())
            .filter_map(|(task, samples)| {
                let samples = samples.0.as_ref()?;
                let (all, used) = (samples.original.count()?, samples.effective.count()?);
                (used < all).then(|| format!("{task} {used} of {all}"))
            })
            .collect();
        if !limited.is_empty() {
            let first: Vec<&str> = limited.iter().take(5).map(String::as_str).collect();
            let n = limited.len();
            findings.note(format!("A limit left out documents of {n} tasks: {}", first.join(", ")));
        }
    }

    fn measure(&self, findings: &mut Findings) {
        // A group's row sits in `results` too: it counts once.
        let groups = self.groups.0.iter().filter(|(name, _)| !self.results.0.contains_key(*name));
        let modern = self.version != Scalar::None
            || self.results.0.values().any(|row| row.0.keys().any(|key| key.contains(',')));
        for (task, row) in self.results.0.iter().chain(groups) {
            for (key, value) in &row.0 {
                let (name, filter) = key.split_once(',').unwrap_or((key, ""));
                // Beside the metrics, a row of 0.4 has the alias and counts, without a filter.
                let metric = if modern { key.contains(',') } else { !matches!(name, "alias" | "name" | " ") };
                if metric && !name.ends_with("_stderr") {
                    self.one(findings, task, row, (name, filter), value);
                }
            }
        }
    }

    fn one(
        &self,
        findings: &mut Findings,
        task: &str,
        row: &Table<Scalar>,
        (name, filter): (&str, &str),
        value: &Scalar,
    ) {
        let scope = if matches!(filter, "" | "none") { task.to_owned() } else { format!("{task},{filter}") };
        let Some(value) = value.num() else {
            return findings.note(format!("{name} of {scope} has no value and is left out"));
        };
        let stderr = if filter.is_empty() { format!("{name}_stderr") } else { format!("{name}_stderr,{filter}") };
        let mut metric = Metric::new(name, scope, value, unit(name, value));
        metric.stderr = row.0.get(&stderr).and_then(Scalar::num);
        metric.samples = self.samples_of(task, 0).or_else(|| row.0.get("sample_len").and_then(Scalar::count));
        metric.better = match self.better.0.get(task).and_then(|better| better.0.get(name)).and_then(Scalar::bool) {
            Some(true) => Some(Better::Higher),
            Some(false) => Some(Better::Lower),
            None => better(name),
        };
        // A group's value may weigh its tasks alike: only a task's own documents can be counted.
        if is_share(name) && self.samples.0.contains_key(task) {
            metric.hits =
                metric.samples.and_then(|n| whole(value * n as f64)).filter(|hits| Some(*hits) <= metric.samples);
        }
        findings.metric(metric);
    }

    /// Documents of a task, or of all tasks of a group.
    fn samples_of(&self, task: &str, depth: u8) -> Option<u64> {
        if let Some(samples) = self.samples.0.get(task) {
            return samples.0.as_ref()?.effective.count();
        }
        let tasks =
            self.subtasks.0.get(task).filter(|tasks| !tasks.0.is_empty() && depth < 8 && tasks.0.len() <= 500)?;
        let each = tasks.0.iter().map(|task| self.samples_of(task.text()?, depth + 1));
        each.sum::<Option<u64>>()
    }
}

/// The model's name within `pretrained=NAME,dtype=…`.
fn pretrained(args: &str) -> Option<&str> {
    let named = |part: &'_ str| -> bool { part.starts_with("pretrained=") || part.starts_with("model=") };
    args.split(',').find(|part| named(part.trim())).and_then(|part| part.split_once('=')).map(|(_, name)| name)
}

/// A whole number that a share of a count comes down to.
pub fn whole(n: f64) -> Option<u64> {
    ((n - n.round()).abs() < 1e-6 * n.abs().max(1.0) && (0.0..9e15).contains(&n.round())).then(|| n.round() as u64)
}

/// Whether a metric is the share of documents that are right.
pub fn is_share(name: &str) -> bool {
    matches!(name, "acc" | "acc_norm" | "acc_bytes" | "acc_mutual_info" | "exact_match" | "em" | "contains")
        || name.starts_with("pass@")
        || name.ends_with("_acc")
}

/// The unit of a metric of this name.
pub fn unit(name: &str, value: f64) -> Unit {
    let share = is_share(name) || matches!(name, "f1" | "mcc" | "pct_stereotype" | "mrr" | "recall" | "precision");
    if share && (0.0..=1.0).contains(&value) { Unit::Proportion } else { Unit::Other }
}

/// Where better lies, for metrics whose definition in the tool leaves no doubt.
pub fn better(name: &str) -> Option<Better> {
    match name {
        _ if is_share(name) => Some(Better::Higher),
        "f1" | "mcc" | "bleu" | "chrf" | "rouge1" | "rouge2" | "rougeL" | "mrr" => Some(Better::Higher),
        "perplexity" | "word_perplexity" | "byte_perplexity" | "bits_per_byte" | "ter" | "brier_score" => {
            Some(Better::Lower)
        }
        _ => None,
    }
}
