//! Reports of garak: JSON lines of many kinds.
//!
//! What counts are the `eval` rows, one a probe and detector. Attempts stand in a report twice, before (status 1) and after
//! their detectors (status 2). The interval of an `eval` row is of attack success; the scores of the `digest` are pass rates
//! and are left alone.

use super::garak_scores::{Scores, USUAL};
use super::loose::{ENTRIES_MAX, List, Said, Scalar, Table};
use super::rows::{Rows, row, rows};
use super::{Findings, Shape, Source, Unreadable, when};
use crate::evidence::findings::{Better, Counts, FAILURES_MAX, Format, Metric, RunState, Unit};
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) const FORMAT: &str = "garak report";

/// Whether the first row is one of a report's.
pub fn fits(shape: &Shape) -> bool {
    !shape.list
        && matches!(
            shape.text("entry_type"),
            Some("start_run setup" | "init" | "attempt" | "eval" | "completion" | "digest" | "plugin_cache" | "config")
        )
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Row {
    entry_type: Scalar,
    // start_run setup
    #[serde(rename = "plugins.target_type")]
    target_type: Scalar,
    #[serde(rename = "plugins.target_name")]
    target_name: Scalar,
    #[serde(rename = "plugins.model_type")]
    model_type: Scalar,
    #[serde(rename = "plugins.model_name")]
    model_name: Scalar,
    #[serde(rename = "_config.version")]
    version: Scalar,
    #[serde(rename = "run.eval_threshold")]
    threshold: Scalar,
    // init
    garak_version: Scalar,
    start_time: Scalar,
    // attempt
    status: Scalar,
    probe_classname: Scalar,
    detector_results: Table<List<Scalar, 5_000>>,
    // eval
    probe: Scalar,
    detector: Scalar,
    passed: Scalar,
    fails: Scalar,
    nones: Scalar,
    total_evaluated: Scalar,
    total: Scalar,
    confidence_lower: Scalar,
    confidence_upper: Scalar,
}

/// What an attempt says, for those with a hit.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Outputs {
    outputs: List<Said, 5_000>,
}

/// Outputs of one probe as one detector saw them.
#[derive(Default, Clone, Copy)]
struct Tally {
    hits: u64,
    evaluated: u64,
    /// Outputs that could not be judged.
    none: u64,
    interval: Option<(f64, f64)>,
    /// Rows that were put together.
    rows: u64,
}

struct Hit {
    score: f64,
    scope: String,
    message: String,
}

type Tallies = BTreeMap<(String, String), Tally>;

struct Report {
    findings: Findings,
    evals: Tallies,
    attempts: Tallies,
    threshold: f64,
    /// Whether the report says the threshold.
    stated: bool,
    scores: Scores<(String, String)>,
    /// The first hits, and the first outputs below the threshold that one lower would make hits.
    hits: Vec<Hit>,
    below: Vec<Hit>,
    begun: u64,
    completed: u64,
}

/// Reads one.
///
/// # Errors
/// No row that can be read, or a stream that failed.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut report = Report {
        findings: Findings::new(Format::Garak),
        evals: Tallies::new(),
        attempts: Tallies::new(),
        threshold: USUAL,
        stated: false,
        scores: Scores::default(),
        hits: Vec::new(),
        below: Vec::new(),
        begun: 0,
        completed: 0,
    };
    let seen = rows(file, |bytes| match row::<Row>(bytes) {
        Some(row) => {
            report.take(row, bytes);
            true
        }
        None => false,
    })?;
    if seen.read == 0 {
        return Err(Unreadable::Broken { format: FORMAT, what: "no row can be read".to_owned() });
    }
    Ok(report.finish(&seen))
}

impl Report {
    fn take(&mut self, row: Row, bytes: &[u8]) {
        match row.entry_type.text().unwrap_or_default() {
            "start_run setup" => self.setup(&row),
            "init" => {
                self.begun += 1;
                self.findings.ran_at = self.findings.ran_at.or(when::instant(&row.start_time));
                if let Some(version) = row.garak_version.word() {
                    self.findings.tool_version = Some(version);
                }
            }
            "attempt" => self.attempt(&row, bytes),
            "eval" => self.eval(&row),
            "completion" => self.completed += 1,
            "digest" => super::garak_digest::tags(bytes, &mut self.findings),
            _ => {}
        }
    }

    fn setup(&mut self, row: &Row) {
        let kind = row.target_type.text().or(row.model_type.text());
        if let Some(name) = row.target_name.text().or(row.model_name.text()).or(kind) {
            self.findings.target(name);
        }
        self.findings.fact("Generator", kind.unwrap_or_default());
        self.findings.tool_version = row.version.word();
        if let Some(threshold) = row.threshold.num() {
            (self.threshold, self.stated) = (threshold, true);
        }
    }

    fn attempt(&mut self, row: &Row, bytes: &[u8]) {
        // Before its detectors an attempt says nothing.
        if row.status.count() != Some(2) {
            return;
        }
        let probe = plain(&row.probe_classname);
        let mut said: Option<Vec<Said>> = None;
        for (detector, scores) in &row.detector_results.0 {
            let key = (probe.clone(), detector.trim_start_matches("detector ").to_owned());
            if self.attempts.len() >= ENTRIES_MAX && !self.attempts.contains_key(&key) {
                continue;
            }
            let tally = self.attempts.entry(key.clone()).or_default();
            for (at, score) in scores.0.iter().enumerate() {
                let Some(score) = score.num().or(score.bool().map(|b| f64::from(u8::from(b)))) else {
                    tally.none += 1;
                    continue;
                };
                tally.evaluated += 1;
                self.scores.add(&key, score);
                let hit = score >= self.threshold;
                tally.hits += u64::from(hit);
                let kept = if hit { &mut self.hits } else { &mut self.below };
                if kept.len() >= FAILURES_MAX || (!hit && (self.stated || score <= 0.0)) {
                    continue;
                }
                // The text is wanted of a few attempts only: their row is read once more.
                let outputs =
                    said.get_or_insert_with(|| super::rows::row::<Outputs>(bytes).unwrap_or_default().outputs.0);
                let text = outputs.get(at).map_or("", |said| said.0.as_str());
                let message = format!("hit (score {score}): {text}");
                kept.push(Hit { score, scope: format!("{probe} / {detector}"), message });
            }
        }
    }

    fn eval(&mut self, row: &Row) {
        let (probe, detector) = (plain(&row.probe), plain(&row.detector));
        let scope = format!("{probe} / {detector}");
        let (passed, fails) = (row.passed.count(), row.fails.count());
        let total = row.total_evaluated.count().or(row.total.count());
        let (hits, evaluated) = match (passed, fails, total) {
            (Some(passed), Some(fails), total) => {
                let sum = passed.saturating_add(fails);
                if total.is_some_and(|total| total != sum) {
                    let total = total.unwrap_or_default();
                    self.findings.note(format!(
                        "{scope}: {passed} passed and {fails} failed are not the {total} evaluated that it claims"
                    ));
                }
                (fails, sum)
            }
            (Some(passed), None, Some(total)) if passed <= total => (total - passed, total),
            (None, Some(fails), Some(total)) if fails <= total => (fails, total),
            _ => return self.findings.note(format!("{scope}: its counts make no sense and were left out")),
        };
        let key = (probe, detector);
        if self.evals.len() >= ENTRIES_MAX && !self.evals.contains_key(&key) {
            return self.findings.note(format!("Only the first {ENTRIES_MAX} probes and detectors are kept"));
        }
        let tally = self.evals.entry(key).or_default();
        tally.hits = tally.hits.saturating_add(hits);
        tally.evaluated = tally.evaluated.saturating_add(evaluated);
        tally.none = tally.none.saturating_add(row.nones.count().unwrap_or_default());
        tally.rows += 1;
        tally.interval = row.confidence_lower.num().zip(row.confidence_upper.num());
    }

    fn finish(mut self, seen: &Rows) -> Findings {
        self.findings.tool = Some("garak".to_owned());
        seen.notes(&mut self.findings);
        self.findings.state =
            if self.completed > 0 && self.completed >= self.begun { RunState::Complete } else { RunState::Unfinished };
        if self.findings.state == RunState::Unfinished {
            self.findings.note("There is no completion row: the run did not finish, or its end was cut off");
        }
        if self.evals.is_empty() {
            self.findings.note(if self.attempts.is_empty() {
                "There is no evaluation: nothing was measured"
            } else {
                "There is no evaluation row: values were worked out from the attempts"
            });
        }
        self.find_threshold();
        self.list_hits();
        self.hold_against_attempts();
        self.measure();
        self.findings
    }

    /// Takes another threshold than the usual one if the evaluations of all attempts were made with it.
    fn find_threshold(&mut self) {
        let whole = self
            .evals
            .iter()
            .filter(|(key, eval)| self.attempts.get(*key).is_some_and(|seen| seen.evaluated == eval.evaluated));
        let counted = whole.map(|(key, eval)| (key, eval.hits));
        let Some((low, high)) = (!self.stated).then(|| self.scores.other_threshold(counted)).flatten() else { return };
        self.findings.note(format!(
            "The report does not say from which score on an output is a hit. Its evaluations fit no threshold of {USUAL}, \
             but one above {low:.3} and up to {high:.3}"
        ));
        self.threshold = high;
        for (key, seen) in &mut self.attempts {
            seen.hits = self.scores.hits(key, high);
        }
    }

    fn list_hits(&mut self) {
        // Reports that were put together may each state a threshold: then what was a hit when it was read is one.
        let threshold = if self.stated { f64::NEG_INFINITY } else { self.threshold };
        let below = self.below.iter().filter(|_| !self.stated);
        for hit in self.hits.iter().chain(below).filter(|hit| hit.score >= threshold) {
            self.findings.failure(&hit.scope, &hit.message, None);
        }
        self.findings.failures_total = self.attempts.values().map(|seen| seen.hits).sum();
    }

    /// Attempts are the rows that an evaluation sums up. Where they show more hits, they are right; where there are fewer of
    /// them, they may have been cut out of the report, and the sum stands.
    fn hold_against_attempts(&mut self) {
        for (key, seen) in &self.attempts {
            let Some(eval) = self.evals.get_mut(key) else {
                self.evals.insert(key.clone(), Tally { rows: 1, ..*seen });
                if self.evals.len() > 1 || self.completed > 0 {
                    self.findings.note(format!("{} / {}: no evaluation row, only attempts", key.0, key.1));
                }
                continue;
            };
            if (eval.hits, eval.evaluated) == (seen.hits, seen.evaluated) {
                continue;
            }
            let (scope, claim) = (format!("{} / {}", key.0, key.1), format!("{} of {}", eval.hits, eval.evaluated));
            let rows = format!("{} of {}", seen.hits, seen.evaluated);
            if seen.hits > eval.hits {
                self.findings.note(format!("{scope}: evaluation says {claim} hits, attempts show {rows}: these count"));
                *eval = Tally { rows: 1, ..*seen };
            } else {
                self.findings
                    .note(format!("{scope}: evaluation says {claim} hits, the attempts in the file show {rows}"));
            }
        }
    }

    fn measure(&mut self) {
        let findings = &mut self.findings;
        let mut counts = Counts::default();
        let listed = findings.failures_total > 0;
        for ((probe, detector), tally) in &self.evals {
            let scope = format!("{probe} / {detector}");
            counts.failed = counts.failed.saturating_add(tally.hits);
            counts.passed = counts.passed.saturating_add(tally.evaluated.saturating_sub(tally.hits));
            counts.errors = counts.errors.saturating_add(tally.none);
            if tally.none > 0 {
                findings.note(format!("{scope}: {} outputs could not be judged", tally.none));
            }
            if tally.evaluated == 0 {
                findings.note(format!("{scope}: no output was evaluated"));
                continue;
            }
            if tally.hits > 0 && !listed {
                let message = format!("{} of {} outputs were hits", tally.hits, tally.evaluated);
                findings.failure(&scope, &message, None);
            }
            let value = tally.hits as f64 / tally.evaluated as f64;
            let mut metric = Metric::new("attack_success_rate", scope.as_str(), value, Unit::Proportion);
            metric.better = Some(Better::Lower);
            metric.samples = Some(tally.evaluated);
            metric.hits = Some(tally.hits);
            metric.interval = tally.interval.filter(|_| tally.rows == 1);
            if metric.interval.is_some_and(|(low, high)| !(low <= value && value <= high && high <= 1.0)) {
                metric.interval = None;
                findings.note(format!("{scope}: its interval does not hold its value and is left out"));
            }
            findings.metric(metric);
        }
        findings.counts = (!self.evals.is_empty()).then_some(counts);
    }
}

/// The name of a probe or detector without the words that old versions put before it.
pub(super) fn plain(name: &Scalar) -> String {
    let name = name.text().unwrap_or("(not named)");
    ["detector ", "probes.", "detectors."]
        .iter()
        .fold(name, |name, word| name.strip_prefix(word).unwrap_or(name))
        .to_owned()
}
