//! Test runs of DeepEval (`.latest_test_run.json`): test cases, each with the metrics that judged it.

use super::loose::{Length, List, Object, Said, Scalar};
use super::walk::{Each, Walk, Walked, document, skip};
use super::{Findings, Shape, Source, Unreadable};
use crate::evidence::findings::{Better, Counts, Format, Metric, RunState, Unit};
use serde::Deserialize;
use serde::de::MapAccess;
use std::collections::BTreeMap;

pub(super) const FORMAT: &str = "DeepEval test run";
/// Metrics that are told apart.
const METRICS: usize = 1_000;

/// Whether a document is one: a test run, wrapped or not.
pub fn fits(shape: &Shape) -> bool {
    !shape.list
        && (shape.has(&["testRunData", "testRunData.testCases"])
            || shape.has(&["testCases", "metricsScores"])
            || shape.has(&["testCases", "testPassed"]))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Case {
    pub(super) name: Scalar,
    pub(super) input: Said,
    success: Scalar,
    #[serde(rename = "metricsData")]
    metrics: List<Object<Judged>>,
    /// Its name until 2024.
    #[serde(rename = "metricsMetadata")]
    old_metrics: List<Object<Judged>>,
}

impl Case {
    /// What judged it.
    pub(super) fn judged(&self) -> impl Iterator<Item = &Judged> {
        let metrics = if self.metrics.0.is_empty() { &self.old_metrics.0 } else { &self.metrics.0 };
        metrics.iter().filter_map(|metric| metric.0.as_ref())
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Judged {
    name: Scalar,
    /// Its name until 2024, and the next one's.
    metric: Scalar,
    #[serde(rename = "minimumScore")]
    minimum: Scalar,
    threshold: Scalar,
    pub(super) success: Scalar,
    pub(super) score: Scalar,
    reason: Scalar,
    error: Scalar,
    #[serde(rename = "evaluationModel")]
    model: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Summed {
    metric: Scalar,
    scores: Length,
}

impl Judged {
    /// Its name.
    pub(super) fn called(&self) -> &str {
        self.name.text().or(self.metric.text()).unwrap_or("(not named)")
    }

    /// Why there is no verdict. Where a metric broke, some versions write neither score nor success, and no error.
    pub(super) fn unjudged(&self) -> Option<&str> {
        let silent = self.score.num().is_none() && self.success.bool().is_none();
        self.error.text().or(silent.then_some("it has neither score nor verdict"))
    }
}

/// What one metric came to.
#[derive(Default)]
struct Scores {
    sum: f64,
    scored: u64,
    passed: u64,
    failed: u64,
    errors: u64,
    threshold: Option<f64>,
    /// Verdicts that make sense only if more (or less) is better.
    higher: u64,
    lower: u64,
}

struct Run {
    findings: Findings,
    counts: Counts,
    metrics: BTreeMap<String, Scores>,
    summed: BTreeMap<String, u64>,
    passed: Scalar,
    failed: Scalar,
}

impl Walk for Run {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "testRunData" => drop(map.next_value_seed(Walked(self))?),
            "testCases" | "conversationalTestCases" => {
                map.next_value_seed(Each::new(|case: Object<Case>| self.case(&case.0.unwrap_or_default())))?;
            }
            "metricsScores" => {
                map.next_value_seed(Each::new(|summed: Object<Summed>| {
                    let Some(summed) = summed.0 else { return };
                    if let (Some(metric), true) = (summed.metric.text(), self.summed.len() < METRICS) {
                        self.summed.insert(metric.to_owned(), summed.scores.0);
                    }
                }))?;
            }
            "testPassed" => self.passed = map.next_value()?,
            "testFailed" => self.failed = map.next_value()?,
            "testFile" | "datasetAlias" | "identifier" | "runDuration" | "evaluationCost" => {
                let value: Scalar = map.next_value()?;
                let value = value.word().unwrap_or_default();
                match key.as_str() {
                    "datasetAlias" => self.findings.data_set(&value),
                    "testFile" => self.findings.fact("Test file", &value),
                    "identifier" => self.findings.fact("Identifier", &value),
                    "runDuration" => self.findings.fact("Duration (seconds)", &value),
                    _ => self.findings.fact("Cost of judging (USD)", &value),
                }
            }
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
    let mut run = Run {
        findings: Findings::new(Format::DeepEval),
        counts: Counts::default(),
        metrics: BTreeMap::new(),
        summed: BTreeMap::new(),
        passed: Scalar::None,
        failed: Scalar::None,
    };
    document(file, FORMAT, Walked(&mut run))?;
    Ok(run.finish())
}

impl Run {
    fn case(&mut self, case: &Case) {
        let name = case.name.word().unwrap_or_default();
        let (mut failed, mut errors, mut judged) = (0_u32, 0_u32, 0_u32);
        for metric in case.judged() {
            judged += 1;
            let called = metric.called();
            if let Some(error) = metric.unjudged() {
                errors += 1;
                self.findings.failure(&name, &format!("{called}: error: {error}"), Some("error"));
            } else if metric.success.bool() != Some(true) {
                failed += 1;
                let score = metric.score.num().map(|score| format!(" ({score})")).unwrap_or_default();
                let reason = metric.reason.text().unwrap_or_default();
                self.findings.failure(&name, &format!("{called}{score}: {reason}"), None);
            }
            if self.metrics.len() < METRICS || self.metrics.contains_key(called) {
                self.metrics.entry(called.to_owned()).or_default().add(metric);
            }
            if let Some(model) = metric.model.text() {
                let fact = ("Judge".to_owned(), model.to_owned());
                if !self.findings.facts.contains(&fact) {
                    self.findings.fact("Judge", model);
                }
            }
        }
        match (failed, errors, judged, case.success.bool()) {
            (1.., ..) => {
                self.counts.failed += 1;
                if case.success.bool() == Some(true) {
                    self.findings
                        .note(format!("{name} is called a success, but a metric of it failed: it counts as failed"));
                }
            }
            // No metric said no, but one could not say anything.
            (0, 1.., ..) => self.counts.errors += 1,
            (0, 0, 0, None | Some(true)) => {
                self.counts.skipped += 1;
                self.findings.note("Test cases without any metric were not judged: they count as left out");
            }
            (0, 0, _, Some(false)) => {
                self.counts.failed += 1;
                self.findings.failure(&name, "failed; no metric says why", None);
            }
            (0, 0, ..) => self.counts.passed += 1,
        }
    }

    fn finish(mut self) -> Findings {
        self.findings.tool = Some("deepeval".to_owned());
        self.findings.note("A test run names neither the system that was tested nor its time");
        if self.counts.total() == 0 {
            self.findings.note("There is no test case: nothing was measured");
        } else {
            self.findings.counts = Some(self.counts);
        }
        match (self.passed.count(), self.failed.count()) {
            (Some(passed), Some(failed)) => {
                if self.counts.total() > 0 {
                    self.findings.state = RunState::Complete;
                }
                // DeepEval counts what could not be judged among the failed (4.3 among the passed, which is told).
                let seen = (self.counts.passed, self.counts.failed.saturating_add(self.counts.errors));
                if (passed, failed) != seen && self.counts.skipped == 0 {
                    self.findings.note(format!(
                        "The run claims {passed} passed and {failed} failed, its test cases come to {} and {}: these count",
                        seen.0, seen.1
                    ));
                }
            }
            _ => {
                self.findings.state = RunState::Unfinished;
                self.findings.note("The run does not say how many tests passed: it did not finish");
            }
        }
        for (name, scores) in &self.metrics {
            scores.tell(name, &mut self.findings);
            let summed = self.summed.get(name).copied().unwrap_or(scores.scored);
            if summed != scores.scored {
                let scored = scores.scored;
                self.findings.note(format!(
                    "{name}: the summary has {summed} scores, the test cases {scored}; parts of a trace may be scored too"
                ));
            }
        }
        self.findings
    }
}

impl Scores {
    fn add(&mut self, metric: &Judged) {
        let success = metric.success.bool();
        if metric.unjudged().is_some() {
            self.errors += 1;
            return;
        }
        if success == Some(true) {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        let (score, threshold) = (metric.score.num(), metric.threshold.num().or(metric.minimum.num()));
        if let Some(score) = score {
            self.sum += score;
            self.scored += 1;
        }
        self.threshold = threshold.or(self.threshold);
        if let (Some(score), Some(threshold), Some(success)) = (score, threshold, success)
            && score != threshold
        {
            if success == (score > threshold) {
                self.higher += 1;
            } else {
                self.lower += 1;
            }
        }
    }

    fn tell(&self, name: &str, findings: &mut Findings) {
        // Verdicts say where better lies: for most metrics above the threshold, for bias or toxicity below.
        let better = match (self.higher, self.lower) {
            (1.., 0) => Some(Better::Higher),
            (0, 1..) => Some(Better::Lower),
            _ => None,
        };
        if self.higher > 0 && self.lower > 0 {
            findings.note(format!("{name}: its verdicts fit its threshold neither way"));
        }
        if self.errors > 0 {
            findings.note(format!("{name} could not judge {} test cases", self.errors));
        }
        if self.scored > 0 {
            let mean = self.sum / self.scored as f64;
            let unit = if (0.0..=1.0).contains(&mean) { Unit::Proportion } else { Unit::Other };
            let mut metric = Metric::new(name, "", mean, unit);
            (metric.better, metric.samples) = (better, Some(self.scored));
            findings.metric(metric);
        }
        let judged = self.passed.saturating_add(self.failed);
        if judged > 0 {
            let mut metric = Metric::new("pass_rate", name, self.passed as f64 / judged as f64, Unit::Proportion);
            metric.better = Some(Better::Higher);
            (metric.samples, metric.hits) = (Some(judged), Some(self.passed));
            findings.metric(metric);
        }
        if let Some(threshold) = self.threshold {
            findings.fact(&format!("Threshold of {name}"), &threshold.to_string());
        }
    }
}
