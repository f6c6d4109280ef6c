//! Eval logs of Inspect (UK AISI): `.json`, and the parts of a packed `.eval`.
//!
//! Counts and metrics are those of `results`: the samples in the file may be cut or left out. Where all samples are kept
//! and contradict the results, the samples count.

use super::inspect_parts::{Eval, INTERRUPTED, Kept, Results, Sample, Stats, Value};
use super::inspect_ran::Ran;
use super::lm_eval_names::whole;
use super::loose::{Object, Said, Scalar, Table};
use super::packed::Parts;
use super::walk::{Each, Walk, Walked, document, skip};
use super::{Findings, Shape, Source, Unreadable, when};
use crate::evidence::findings::{Better, Counts, Format, Metric, RunState, Unit};
use serde::de::{DeserializeSeed, MapAccess};
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
    document(file, FORMAT, Walked(&mut log))?;
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

impl Parts for Log {
    fn header(&mut self, stream: &mut dyn Read) -> Result<(), Unreadable> {
        document(stream, FORMAT, Walked(self))
    }
    fn samples(&mut self, stream: &mut dyn Read) -> Result<(), Unreadable> {
        document(stream, FORMAT, Samples(self))
    }
    fn note(&mut self, note: &str) {
        self.findings.note(note);
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

    pub(super) fn finish(mut self) -> Findings {
        let eval = self.eval.0.take().unwrap_or_default();
        let results = self.results.0.take();
        self.describe(&eval);
        self.state();
        self.leave_out_interrupted();
        let epochs = eval.config.0.as_ref().and_then(|config| config.epochs.count()).unwrap_or(1).max(1);
        match &results {
            Some(results) => {
                self.say_what_ran(&eval, results, epochs);
                self.measure(results, epochs);
            }
            None => {
                self.findings.note("There are no results: nothing was measured");
                if self.kept.errors > 0 {
                    let skipped = self.kept.interrupted;
                    let errors = self.kept.errors.saturating_sub(skipped);
                    self.findings.counts = Some(Counts { errors, skipped, ..Counts::default() });
                }
            }
        }
        for (model, usage) in self.stats.0.take().unwrap_or_default().model_usage.0 {
            if let Some(tokens) = usage.0.and_then(|usage| usage.total_tokens.0) {
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

    /// A sample that was running when somebody cancelled the run failed at nothing.
    fn leave_out_interrupted(&mut self) {
        if self.status.text() == Some("cancelled") {
            self.findings.failures.retain(|failure| !failure.message.starts_with(INTERRUPTED));
            self.findings.failures_total = self.findings.failures_total.saturating_sub(self.kept.interrupted);
        } else {
            self.kept.interrupted = 0;
        }
    }

    fn say_what_ran(&mut self, eval: &Eval, results: &Results, epochs: u64) {
        let ran = Ran::of(&self.status, results, &self.kept);
        let findings = &mut self.findings;
        ran.note(findings);
        let (total, done) = (ran.total, ran.done);
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
            let (_, scope) = score.scopes(epochs);
            if let Some(left @ 1..) = score.unscored_samples.count() {
                self.findings.note(format!("{scope} has no score for {left} samples"));
            }
            // Scores are reduced over epochs: what they rest on are samples, however often each was run.
            let each = done.or(total).map(|n| n.div_ceil(epochs));
            let samples = match (score.scored_samples.count(), each) {
                (Some(scored), Some(each)) if epochs > 1 => Some(scored.min(each)),
                (scored, each) => scored.or(each),
            };
            self.score(&scope, &score.metrics, samples, epochs == 1);
        }
        if self.findings.metrics.is_empty() {
            self.findings.note("The results hold no score: nothing was measured");
        }
        if let Some(counts) = &mut self.findings.counts {
            Ran::of(&self.status, results, &self.kept).count(counts);
        }
    }

    fn score(&mut self, scope: &str, metrics: &Table<Object<Value>, 100>, samples: Option<u64>, once: bool) {
        let value = |name: &str| metrics.0.get(name).and_then(|v| v.0.as_ref()).and_then(|v| v.value.0);
        let of = if value("accuracy").is_some() { "accuracy" } else { "mean" };
        for (name, measured) in &metrics.0 {
            let Some(number) = measured.0.as_ref().and_then(|v| v.value.0) else {
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
                    // A sample that is half right makes half a hit: then there is no telling.
                    let partly = self.kept.grades.get(scope).is_some_and(|[_, _, other]| *other > 0);
                    metric.hits = samples.filter(|_| !partly).and_then(|n| whole(number * n as f64));
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
