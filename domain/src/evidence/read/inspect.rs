//! Eval logs of Inspect (UK AISI): `.json`, and the parts of a packed `.eval`.
//!
//! Counts and metrics are those of `results`: the samples in the file may be cut or left out. Where all samples are kept
//! and contradict the results, the samples count.

use super::lm_eval::whole;
use super::loose::{Each, List, Object, Said, Scalar, Table, Walk, Walked, document, skip};
use super::{Findings, Shape, Source, Unreadable, when};
use crate::evidence::findings::{Better, Counts, Format, Metric, RunState, Unit};
use serde::Deserialize;
use serde::de::{DeserializeSeed, MapAccess};
use std::collections::BTreeMap;
use std::io::Read;

pub(super) const FORMAT: &str = "Inspect eval log";

/// Whether a document is one.
pub fn fits(shape: &Shape) -> bool {
    !shape.list && shape.has(&["eval", "eval.task", "eval.model"]) && (shape.has(&["status"]) || shape.has(&["plan"]))
}

/// Reads one that is a single JSON document.
///
/// # Errors
/// Broken JSON, or a stream that failed.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut log = Log::new();
    log.header(file)?;
    Ok(log.finish())
}

/// A log while it is read.
pub(super) struct Log {
    findings: Findings,
    status: Scalar,
    invalidated: Scalar,
    eval: Object<Eval>,
    results: Object<Results>,
    stats: Object<Stats>,
    error: Said,
    kept: Kept,
}

/// The samples that the file holds.
#[derive(Default)]
struct Kept {
    samples: u64,
    errors: u64,
    /// By scorer: correct, incorrect, and anything else.
    grades: BTreeMap<String, [u64; 3]>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Eval {
    created: Scalar,
    task: Scalar,
    task_version: Scalar,
    model: Scalar,
    dataset: Object<Dataset>,
    config: Object<Config>,
    packages: Table<Scalar>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Dataset {
    name: Scalar,
    location: Scalar,
    samples: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Config {
    epochs: Scalar,
    limit: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Results {
    total_samples: Scalar,
    completed_samples: Scalar,
    scores: List<Object<Score>>,
    // Version 1 had one scorer.
    scorer: Object<Named>,
    metrics: Table<Object<Value>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Named {
    name: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Score {
    name: Scalar,
    scorer: Scalar,
    reducer: Scalar,
    scored_samples: Scalar,
    unscored_samples: Scalar,
    metrics: Table<Object<Value>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Value {
    value: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Stats {
    started_at: Scalar,
    model_usage: Table<Object<Usage>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Usage {
    total_tokens: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sample {
    id: Scalar,
    epoch: Scalar,
    scores: Table<Object<Graded>>,
    error: Said,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Graded {
    value: Scalar,
    answer: Scalar,
    explanation: Scalar,
}

impl Walk for Log {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "status" => self.status = map.next_value()?,
            "invalidated" => self.invalidated = map.next_value()?,
            "eval" => self.eval = map.next_value()?,
            "results" => self.results = map.next_value()?,
            "stats" => self.stats = map.next_value()?,
            "error" => self.error = map.next_value()?,
            "samples" => {
                let (kept, findings) = (&mut self.kept, &mut self.findings);
                map.next_value_seed(Each::new(|sample: Object<Sample>| kept.add(sample, findings)))?;
            }
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// A document that is a list of samples.
struct Samples<'a>(&'a mut Log);

impl<'de> DeserializeSeed<'de> for Samples<'_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        let (kept, findings) = (&mut self.0.kept, &mut self.0.findings);
        Each::new(|sample: Object<Sample>| kept.add(sample, findings)).deserialize(from)
    }
}

impl Kept {
    fn add(&mut self, sample: Object<Sample>, findings: &mut Findings) {
        let Some(sample) = sample.0 else { return };
        self.samples += 1;
        let id = sample.id.word().unwrap_or_default();
        let name = match sample.epoch.count() {
            Some(epoch) if epoch > 1 => format!("{id} (epoch {epoch})"),
            _ => id,
        };
        if !sample.error.0.is_empty() {
            self.errors += 1;
            findings.failure(&name, &format!("error: {}", sample.error.0), Some("error"));
        }
        let (mut scorers, mut said) = (Vec::new(), "");
        for (scorer, graded) in &sample.scores.0 {
            let Some(graded) = &graded.0 else { continue };
            let grade = match &graded.value {
                Scalar::Text(text) => text.as_str(),
                _ => "",
            };
            if self.grades.len() < 1000 || self.grades.contains_key(scorer) {
                let [correct, incorrect, other] = self.grades.entry(scorer.clone()).or_default();
                *match grade {
                    "C" => correct,
                    "I" => incorrect,
                    _ => other,
                } += 1;
            }
            if matches!(grade, "I" | "N") {
                scorers.push(format!("{scorer} {}", if grade == "I" { "incorrect" } else { "no answer" }));
                said = graded.explanation.text().or(graded.answer.text()).unwrap_or(said);
            }
        }
        if !scorers.is_empty() {
            findings.failure(&name, &format!("{}: {said}", scorers.join(", ")), None);
        }
    }
}

impl Log {
    pub(super) fn new() -> Log {
        Log {
            findings: Findings::new(Format::Inspect),
            status: Scalar::None,
            invalidated: Scalar::None,
            eval: Object(None),
            results: Object(None),
            stats: Object(None),
            error: Said::default(),
            kept: Kept::default(),
        }
    }

    /// Reads the log itself, with or without its samples.
    pub(super) fn header(&mut self, stream: impl Read) -> Result<(), Unreadable> {
        document(stream, FORMAT, Walked(self))
    }

    /// Reads a list of samples.
    pub(super) fn samples(&mut self, stream: impl Read) -> Result<(), Unreadable> {
        document(stream, FORMAT, Samples(self))
    }

    /// Says something about the file.
    pub(super) fn note(&mut self, note: &str) {
        self.findings.note(note);
    }

    pub(super) fn finish(mut self) -> Findings {
        let eval = self.eval.0.take().unwrap_or_default();
        let results = self.results.0.take();
        self.describe(&eval);
        self.state();
        let epochs = eval.config.0.as_ref().and_then(|config| config.epochs.count()).unwrap_or(1).max(1);
        match &results {
            Some(results) => {
                self.say_what_ran(&eval, results, epochs);
                self.measure(results, epochs);
            }
            None => {
                self.findings.note("There are no results: nothing was measured");
                if self.kept.errors > 0 {
                    self.findings.counts = Some(Counts { errors: self.kept.errors, ..Counts::default() });
                }
            }
        }
        for (model, usage) in self.stats.0.take().unwrap_or_default().model_usage.0 {
            if let Some(tokens) = usage.0.and_then(|usage| usage.total_tokens.num()) {
                let mut metric = Metric::new("total_tokens", model, tokens, Unit::Tokens);
                metric.better = Some(Better::Lower);
                self.findings.metric(metric);
            }
        }
        self.findings
    }

    fn describe(&mut self, eval: &Eval) {
        let findings = &mut self.findings;
        findings.tool = Some("inspect_ai".to_owned());
        findings.tool_version = eval.packages.0.get("inspect_ai").and_then(Scalar::word);
        findings.target(eval.model.text().unwrap_or_default());
        let started = self.stats.0.as_ref().and_then(|stats| when::instant(&stats.started_at));
        findings.ran_at = started.or(when::instant(&eval.created));
        findings.fact("Task", eval.task.text().unwrap_or_default());
        findings.fact("Task version", &eval.task_version.word().unwrap_or_default());
        if let Some(data) = &eval.dataset.0 {
            findings.data_set(data.name.text().or(data.location.text()).unwrap_or_default());
        }
        if let Some(limit) = eval.config.0.as_ref().and_then(|config| config.limit.word()) {
            findings.fact("Limit", &limit);
        }
    }

    fn state(&mut self) {
        let (state, note) = match self.status.text() {
            Some("success") => (RunState::Complete, None),
            Some("cancelled") => (RunState::Cancelled, Some("The run was cancelled".to_owned())),
            Some("error") => (RunState::Failed, Some(format!("The run failed: {}", self.error.0))),
            Some("started") => (RunState::Unfinished, Some("The run was still going on, or broke off".to_owned())),
            _ => (RunState::Unknown, Some("The log does not say how the run ended".to_owned())),
        };
        self.findings.state = state;
        if let Some(note) = note {
            self.findings.note(note);
        }
        if self.invalidated.bool() == Some(true) {
            self.findings.state = RunState::Failed;
            self.findings.note("The log was marked as invalid: its results do not count");
        }
    }

    fn say_what_ran(&mut self, eval: &Eval, results: &Results, epochs: u64) {
        let findings = &mut self.findings;
        let (total, done) = (results.total_samples.count(), results.completed_samples.count());
        match (total, done) {
            (_, Some(0)) | (Some(0), _) => findings.note("No sample was completed: nothing was measured"),
            (Some(total), Some(done)) if done < total => {
                findings.note(format!("{done} of {total} samples were completed: the others failed"));
            }
            (Some(total), Some(done)) if done > total => {
                findings.note(format!("The results claim {done} completed of {total} samples"));
            }
            _ => {}
        }
        let total = total.or(done).unwrap_or_default();
        let data = eval.dataset.0.as_ref().and_then(|data| data.samples.count()).unwrap_or_default();
        if total / epochs < data {
            findings.note(format!("{} of the data set's {data} samples were run", total / epochs));
        }
        if epochs > 1 {
            findings.note(format!("{total} runs are {epochs} epochs of {} samples", total / epochs));
        }
        if self.kept.samples < total {
            findings.note(format!(
                "The file keeps {} of {total} samples; counts are those of the results",
                self.kept.samples
            ));
        } else if self.kept.samples > total {
            findings.note(format!("The file holds {} samples, its results claim {total}", self.kept.samples));
        }
        if self.kept.errors > 0 && self.findings.state == RunState::Complete {
            let errors = self.kept.errors;
            self.findings.note(format!("{errors} samples ended with an error"));
        }
    }

    fn measure(&mut self, results: &Results, epochs: u64) {
        let total = results.total_samples.count();
        let done = results.completed_samples.count();
        if let (true, Some(named)) = (results.scores.0.is_empty(), &results.scorer.0) {
            let name = named.name.text().unwrap_or_default();
            self.score(name, &results.metrics, done.or(total), epochs == 1);
        }
        for score in results.scores.0.iter().filter_map(|score| score.0.as_ref()) {
            let name = score.name.text().or(score.scorer.text()).unwrap_or_default();
            let scope = match score.reducer.text() {
                Some(reducer) if epochs > 1 => format!("{name} ({reducer})"),
                _ => name.to_owned(),
            };
            if let Some(left @ 1..) = score.unscored_samples.count() {
                self.findings.note(format!("{scope} has no score for {left} samples"));
            }
            // Scores are reduced over epochs: what they rest on are samples, however often each was run.
            let samples = score.scored_samples.count().or(done.or(total).map(|n| n / epochs));
            self.score(&scope, &score.metrics, samples, epochs == 1);
        }
        if self.findings.metrics.is_empty() {
            self.findings.note("The results hold no score: nothing was measured");
        }
        if let (Some(counts), Some(total), Some(done)) = (&mut self.findings.counts, total, done) {
            counts.errors = total.saturating_sub(done);
            counts.skipped = done.saturating_sub(counts.passed.saturating_add(counts.failed));
        }
    }

    fn score(&mut self, scope: &str, metrics: &Table<Object<Value>>, samples: Option<u64>, once: bool) {
        let value = |name: &str| metrics.0.get(name).and_then(|v| v.0.as_ref()).and_then(|v| v.value.num());
        let of = if value("accuracy").is_some() { "accuracy" } else { "mean" };
        for (name, measured) in &metrics.0 {
            let Some(number) = measured.0.as_ref().and_then(|v| v.value.num()) else {
                self.findings.note(format!("{name} of {scope} has no value and is left out"));
                continue;
            };
            if matches!(name.as_str(), "stderr" | "bootstrap_stderr") && value(of).is_some() {
                continue;
            }
            let mut metric = Metric::new(name, scope, number, Unit::Other);
            metric.samples = samples;
            if name == of {
                metric.stderr = value("stderr").or(value("bootstrap_stderr"));
            }
            if name == "accuracy" {
                metric.better = Some(Better::Higher);
                if (0.0..=1.0).contains(&number) {
                    metric.unit = Unit::Proportion;
                    metric.hits = samples.and_then(|n| whole(number * n as f64));
                }
                if once {
                    self.hold_against_samples(scope, &mut metric);
                    self.count(&metric);
                }
            }
            self.findings.metric(metric);
        }
    }

    /// Where every sample is kept and graded right or wrong, their count is the accuracy.
    fn hold_against_samples(&mut self, scope: &str, metric: &mut Metric) {
        let Some([correct, incorrect, 0]) = self.kept.grades.get(scope).copied() else { return };
        let graded = correct.saturating_add(incorrect);
        if graded == 0 || metric.samples != Some(graded) || metric.hits == Some(correct) {
            return;
        }
        let claim = metric.value;
        self.findings
            .note(format!("{scope}: accuracy claims {claim}, the samples come to {correct} of {graded}: these count"));
        metric.value = correct as f64 / graded as f64;
        metric.hits = Some(correct);
        metric.stderr = None;
    }

    /// The first scorer that grades right or wrong says how the samples ended.
    fn count(&mut self, metric: &Metric) {
        if let (None, Some(hits), Some(samples)) = (self.findings.counts, metric.hits, metric.samples) {
            let failed = samples.saturating_sub(hits);
            self.findings.counts = Some(Counts { passed: hits, failed, ..Counts::default() });
        }
    }
}
