//! Results of EleutherAI's lm-evaluation-harness: 0.3 (plain metric names), 0.4 (`metric,filter`), groups included.
//!
//! The tool writes this file once, when every task is done.

use super::lm_eval_names::{Args, better, is_drawn, is_share, unit, whole};
use super::loose::{Figure, KEY_MAX, Object, Scalar, Table};
use super::walk::{Each, Walk, Walked, document, skip};
use super::{Findings, Shape, Source, Unreadable, when};
use crate::evidence::findings::{Better, Format, Metric, RunState};
use serde::Deserialize;
use serde::de::{DeserializeOwned, MapAccess};
use std::collections::BTreeMap;

const FORMAT: &str = "lm-evaluation-harness results";

/// Whether a document is one: results by task, with their tasks' versions.
pub fn fits(shape: &Shape) -> bool {
    !shape.list && shape.has(&["results", "versions"]) && (shape.has(&["config"]) || shape.has(&["configs"]))
}

#[derive(Default)]
struct Document {
    results: Rows<Figure>,
    groups: Rows<Figure>,
    subtasks: Groups,
    better: Rows<Scalar>,
    samples: Table<Object<Samples>, 10_000>,
    configs: Table<Object<TaskConfig>, 10_000>,
    config: Object<Config>,
    model_name: Scalar,
    date: Scalar,
    version: Scalar,
    seconds: Scalar,
}

/// Entries that are kept of an object of objects, all of them together.
const KEPT_MAX: usize = 50_000;

/// Rows by task.
#[derive(Default)]
struct Rows<T> {
    by: BTreeMap<String, BTreeMap<String, T>>,
    kept: usize,
}

impl<T: DeserializeOwned> Walk for Rows<T> {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        if self.kept >= KEPT_MAX || key.len() > KEY_MAX {
            return skip(map);
        }
        self.kept += 1;
        let row = self.by.entry(key).or_default();
        map.next_value_seed(Walked(&mut Row { row, kept: &mut self.kept, prefix: "" })).map(drop)
    }
}

/// One row, on the count of all.
struct Row<'a, T> {
    row: &'a mut BTreeMap<String, T>,
    kept: &'a mut usize,
    /// Put before the keys.
    prefix: &'static str,
}

/// The one object within a row: samples by metric, since 0.4.13.
const COUNT: &str = "sample_count";
const COUNT_OF: &str = "sample_count of ";

impl<T: DeserializeOwned> Walk for Row<'_, T> {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        if *self.kept >= KEPT_MAX || key.len() > KEY_MAX {
            return skip(map);
        }
        if key == COUNT && self.prefix.is_empty() {
            let mut counts = Row { row: &mut *self.row, kept: &mut *self.kept, prefix: COUNT_OF };
            return map.next_value_seed(Walked(&mut counts)).map(drop);
        }
        *self.kept += 1;
        self.row.insert(format!("{}{key}", self.prefix), map.next_value()?);
        Ok(())
    }
}

/// Tasks by group.
#[derive(Default)]
struct Groups {
    by: BTreeMap<String, Vec<String>>,
    kept: usize,
}

impl Walk for Groups {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        let (mut tasks, kept) = (Vec::new(), &mut self.kept);
        map.next_value_seed(Each::new(|task: Scalar| {
            if *kept < KEPT_MAX {
                *kept += 1;
                tasks.extend(task.text().map(str::to_owned));
            }
        }))?;
        if !tasks.is_empty() && key.len() <= KEY_MAX {
            self.by.insert(key, tasks);
        }
        Ok(())
    }
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
    model_args: Args,
    limit: Scalar,
}

impl Walk for Document {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "results" => drop(map.next_value_seed(Walked(&mut self.results))?),
            "groups" => drop(map.next_value_seed(Walked(&mut self.groups))?),
            "group_subtasks" => drop(map.next_value_seed(Walked(&mut self.subtasks))?),
            "higher_is_better" => drop(map.next_value_seed(Walked(&mut self.better))?),
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
    if document_read.results.kept >= KEPT_MAX {
        findings.note(format!("Only the first {KEPT_MAX} results were read"));
    }
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
            // Where no argument names a model, recent versions draw a name by chance, anew in every run.
            let kind = config.model.text().filter(|_| config.model_args.model().is_none());
            let drawn = |name: &&str| kind.is_some_and(|kind| is_drawn(name, kind));
            let name = self.model_name.text().filter(|name| !drawn(name));
            if let (None, Some(drawn)) = (name, self.model_name.text()) {
                findings.note(format!("{drawn} is a name drawn by chance: the model is given by its type"));
            }
            match name.or(config.model_args.model()).or(config.model.text()) {
                Some(model) => findings.target(model),
                None => findings.note("The file does not name the model"),
            }
            findings.fact("Model type", config.model.text().unwrap_or_default());
            findings.fact("Model arguments", &config.model_args.text());
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
        for (group, tasks) in &self.subtasks.by {
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
        let groups = self.groups.by.iter().filter(|(name, _)| !self.results.by.contains_key(*name));
        let modern =
            self.version != Scalar::None || self.results.by.values().any(|row| row.keys().any(|key| key.contains(',')));
        for (task, row) in self.results.by.iter().chain(groups) {
            for (key, value) in row {
                let (name, filter) = key.split_once(',').unwrap_or((key, ""));
                // Beside the metrics, a row of 0.4 has the alias and counts, without a filter.
                let metric = if modern { key.contains(',') } else { !matches!(name, "alias" | "name" | " ") };
                if metric && !name.ends_with("_stderr") && !name.starts_with(COUNT_OF) {
                    self.one(findings, task, row, (name, filter), *value);
                }
            }
        }
    }

    fn one(
        &self,
        findings: &mut Findings,
        task: &str,
        row: &BTreeMap<String, Figure>,
        (name, filter): (&str, &str),
        value: Figure,
    ) {
        let scope = if matches!(filter, "" | "none") { task.to_owned() } else { format!("{task},{filter}") };
        let Some(value) = value.0 else {
            return findings.note(format!("{name} of {scope} has no value and is left out"));
        };
        let stderr = if filter.is_empty() { format!("{name}_stderr") } else { format!("{name}_stderr,{filter}") };
        let mut metric = Metric::new(name, scope, value, unit(name, value));
        metric.stderr = row.get(&stderr).and_then(|figure| figure.0);
        let figure = |key: &str| row.get(key).and_then(|figure| whole(figure.0?));
        let counted = || figure(&format!("{COUNT_OF}{name},{filter}"));
        metric.samples = match self.samples.0.contains_key(task) {
            true => self.samples_of(task, 0).or_else(counted),
            // Not every task of a group has every metric.
            false => counted().or_else(|| self.samples_of(task, 0)).or_else(|| figure("sample_len")),
        };
        metric.better = match self.better.by.get(task).and_then(|better| better.get(name)).and_then(Scalar::bool) {
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
        let tasks = self.subtasks.by.get(task).filter(|tasks| depth < 3 && tasks.len() <= 500)?;
        let each = tasks.iter().map(|task| self.samples_of(task, depth + 1));
        each.sum::<Option<u64>>()
    }
}
