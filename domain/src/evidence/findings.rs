//! What a result file says, whichever tool wrote it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Failures worth reading that are kept of one file.
pub const FAILURES_MAX: usize = 50;
/// Metrics that are kept of one file.
pub const METRICS_MAX: usize = 5_000;
/// Characters that are kept of one text.
pub const TEXT_MAX: usize = 500;
/// Notes that are kept of one file.
pub const NOTES_MAX: usize = 50;

crate::words! {
    /// The formats that are read. The name is stable: it stands in the register and in answers of the API.
    Format {
        LmEval = "lm_eval", "lm-evaluation-harness results";
        LmEvalSamples = "lm_eval_samples", "lm-evaluation-harness samples";
        Inspect = "inspect", "Inspect eval log";
        Garak = "garak", "garak report";
        GarakHits = "garak_hits", "garak hit log";
        Promptfoo = "promptfoo", "promptfoo results";
        Helm = "helm", "HELM statistics";
        DeepEval = "deepeval", "DeepEval test run";
        Ragas = "ragas", "Ragas scores";
        Moonshot = "moonshot", "AI Verify Moonshot result";
        Fairlearn = "fairlearn", "Fairlearn metric frame";
        Mlflow = "mlflow", "MLflow export";
        ModelScan = "modelscan", "ModelScan report";
        ModelAudit = "modelaudit", "ModelAudit report";
        ModelCard = "model_card", "Hugging Face model card";
        Junit = "junit", "JUnit XML";
        Sarif = "sarif", "SARIF log";
        CycloneDx = "cyclonedx", "CycloneDX ML-BOM";
        Spdx = "spdx", "SPDX 3 AI document";
        Croissant = "croissant", "Croissant dataset";
        Table = "table", "Table of metrics";
    }
}

crate::words! {
    /// How the run ended, by the file's own word. Only a complete run can show that something holds.
    RunState {
        Complete = "complete", "Complete";
        Cancelled = "cancelled", "Cancelled";
        Failed = "failed", "Failed";
        Unfinished = "unfinished", "Unfinished";
        Unknown = "unknown", "Not said";
    }
}

crate::words! {
    /// What a value counts.
    Unit {
        Proportion = "proportion", "Proportion (0 to 1)";
        Percent = "percent", "Percent (0 to 100)";
        Count = "count", "Count";
        Seconds = "seconds", "Seconds";
        Milliseconds = "milliseconds", "Milliseconds";
        Dollars = "usd", "US dollars";
        Tokens = "tokens", "Tokens";
        Other = "other", "No unit said";
    }
}

crate::words! {
    /// Where better lies.
    Better {
        Higher = "higher", "Higher is better";
        Lower = "lower", "Lower is better";
    }
}

/// One value that was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// The tool's own name: "acc", "attack_success_rate".
    pub name: String,
    /// What it was measured on, within the file: a task, a probe and detector, a scorer; empty for the whole run.
    pub scope: String,
    /// The group of people (or slice of data) that the value is of; none for all of them together.
    pub slice: Option<String>,
    /// The value; finite.
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
    /// Where better lies, if the file or the tool's definition says so.
    pub better: Option<Better>,
    /// Samples that it rests on.
    pub samples: Option<u64>,
    /// Of those, how many counted for it, where the value is their share (value = hits / samples).
    pub hits: Option<u64>,
    /// Standard error, in the unit of the value.
    pub stderr: Option<f64>,
    /// The interval that the tool gives, low and high, in the unit of the value.
    pub interval: Option<(f64, f64)>,
}

impl Metric {
    /// A value alone.
    #[must_use]
    pub fn new(name: impl Into<String>, scope: impl Into<String>, value: f64, unit: Unit) -> Self {
        Metric {
            name: clip(&name.into()),
            scope: clip(&scope.into()),
            slice: None,
            value,
            unit,
            better: None,
            samples: None,
            hits: None,
            stderr: None,
            interval: None,
        }
    }
}

/// How many checks ended how. An error is no pass; neither is what was left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Held.
    pub passed: u64,
    /// Did not hold.
    pub failed: u64,
    /// Could not be decided: the tool, the judge or the target failed.
    pub errors: u64,
    /// Left out.
    pub skipped: u64,
}

impl Counts {
    /// "6 passed, 0 failed, 2 errors".
    #[must_use]
    pub fn said(&self) -> String {
        let errors = if self.errors == 1 { "error" } else { "errors" };
        let parts =
            [(self.passed, "passed"), (self.failed, "failed"), (self.errors, errors), (self.skipped, "skipped")];
        let said = parts.iter().filter(|(n, word)| *n > 0 || matches!(*word, "passed" | "failed"));
        said.map(|(n, word)| format!("{n} {word}")).collect::<Vec<_>>().join(", ")
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.passed.saturating_add(self.failed).saturating_add(self.errors).saturating_add(self.skipped)
    }
}

/// One thing that failed, short enough to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The test, rule, probe or sample.
    pub name: String,
    /// What was found, in the tool's words.
    pub message: String,
    /// The tool's own grade ("error", "CRITICAL"), if it has one.
    pub severity: Option<String>,
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// What it is.
    pub format: Format,
    /// The tool's name, as it calls itself.
    pub tool: Option<String>,
    /// Its version.
    pub tool_version: Option<String>,
    /// Models, endpoints or files that were evaluated.
    pub targets: Vec<String>,
    /// Data sets, tasks' sources.
    pub data: Vec<String>,
    /// When the run began, or else when it ended or was written.
    pub ran_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub state: RunState,
    /// What was measured.
    pub metrics: Vec<Metric>,
    /// How the checks ended, where the file holds checks.
    pub counts: Option<Counts>,
    /// The first failures, at most [`FAILURES_MAX`].
    pub failures: Vec<Failure>,
    /// All failures.
    pub failures_total: u64,
    /// Statements of a document (licence, intended use, limits), each under a name.
    pub facts: Vec<(String, String)>,
    /// What could not be read, and what a reader should know; in our words.
    pub notes: Vec<String>,
}

impl Findings {
    /// Nothing yet.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Findings {
            format,
            tool: None,
            tool_version: None,
            targets: Vec::new(),
            data: Vec::new(),
            ran_at: None,
            state: RunState::Unknown,
            metrics: Vec::new(),
            counts: None,
            failures: Vec::new(),
            failures_total: 0,
            facts: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a metric; one that is not finite becomes a note, and so do those beyond [`METRICS_MAX`].
    pub fn metric(&mut self, mut metric: Metric) {
        if !metric.value.is_finite() {
            let of = if metric.scope.is_empty() { String::new() } else { format!(" of {}", metric.scope) };
            return self.note(format!("{}{of} has no finite value and is left out", metric.name));
        }
        if self.metrics.len() == METRICS_MAX {
            return self.note(format!("Only the first {METRICS_MAX} metrics are kept"));
        }
        metric.stderr = metric.stderr.filter(|s| s.is_finite() && *s >= 0.0);
        metric.interval = metric.interval.filter(|(low, high)| low.is_finite() && high.is_finite() && low <= high);
        self.metrics.push(metric);
    }

    /// Counts a failure, and keeps it if there is room.
    pub fn failure(&mut self, name: &str, message: &str, severity: Option<&str>) {
        self.failures_total += 1;
        if self.failures.len() < FAILURES_MAX {
            let failure = Failure { name: clip(name), message: clip(message), severity: severity.map(clip) };
            self.failures.push(failure);
        }
    }

    /// Adds a note once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = clip(&note.into());
        if self.notes.len() < NOTES_MAX && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// One line for lists: how the checks ended, or the first metric; before it, a run that did not come to its end.
    #[must_use]
    pub fn summary(&self) -> String {
        let what = match (self.counts, self.metrics.first()) {
            (Some(counts), _) if counts.total() > 0 => counts.said(),
            (_, Some(first)) => {
                let samples = first.samples.map(|n| format!(" (n = {n})")).unwrap_or_default();
                let more = self.metrics.len() - 1;
                let more = if more > 0 { format!(", {more} more") } else { String::new() };
                format!("{} {}{samples}{more}", first.name, significant(first.value))
            }
            (Some(_), None) => "nothing was checked".to_owned(),
            (None, None) => self.format.label().to_owned(),
        };
        match self.state {
            RunState::Complete | RunState::Unknown => clip(&what),
            state => clip(&format!("{}: {what}", state.label())),
        }
    }

    /// Adds a target once.
    pub fn target(&mut self, target: &str) {
        once(&mut self.targets, target);
    }

    /// Adds a data set once.
    pub fn data_set(&mut self, name: &str) {
        once(&mut self.data, name);
    }

    /// Adds a statement, if it says anything.
    pub fn fact(&mut self, name: &str, text: &str) {
        let text = clip(text);
        if !text.is_empty() && self.facts.len() < 200 {
            self.facts.push((clip(name), text));
        }
    }
}

/// About four significant digits.
#[must_use]
pub fn significant(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 1000.0 || v == v.trunc() => 0,
        v if v >= 100.0 => 1,
        v if v >= 10.0 => 2,
        v if v >= 0.001 => 4,
        _ => return format!("{value:.1e}"),
    };
    format!("{value:.digits$}")
}

fn once(list: &mut Vec<String>, value: &str) {
    let value = clip(value);
    if !value.is_empty() && list.len() < 200 && !list.contains(&value) {
        list.push(value);
    }
}

/// One line of at most [`TEXT_MAX`] characters, without control characters.
#[must_use]
pub fn clip(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    out.extend(chars.by_ref().take(TEXT_MAX));
    if chars.next().is_some() {
        out.pop();
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_say_something() {
        for (value, said) in [
            (0.612_345, "0.6123"),
            (1.0, "1"),
            (97.25, "97.25"),
            (12_345.678, "12346"),
            (0.000_012, "1.2e-5"),
            (0.0, "0"),
        ] {
            assert_eq!(significant(value), said);
        }
    }

    #[test]
    fn a_summary_says_first_that_a_run_did_not_end() {
        let mut found = Findings::new(Format::Promptfoo);
        assert_eq!(found.summary(), "promptfoo results");
        found.metric(Metric { samples: Some(600), ..Metric::new("acc", "arc", 0.61, Unit::Proportion) });
        found.metric(Metric::new("f1", "arc", f64::NAN, Unit::Proportion));
        assert_eq!(found.summary(), "acc 0.6100 (n = 600)");
        assert_eq!(found.notes, ["f1 of arc has no finite value and is left out"]);
        found.counts = Some(Counts { passed: 6, failed: 0, errors: 2, skipped: 0 });
        found.state = RunState::Cancelled;
        assert_eq!(found.summary(), "Cancelled: 6 passed, 0 failed, 2 errors");
        found.counts = Some(Counts::default());
        found.metrics.clear();
        assert_eq!(found.summary(), "Cancelled: nothing was checked");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut found = Findings::new(Format::Garak);
        for n in 0..10_000 {
            found.failure(&format!("probe {n}"), &"x".repeat(2_000), None);
            found.metric(Metric::new("m", n.to_string(), 1.0, Unit::Count));
            found.note(format!("note {n}"));
        }
        assert_eq!((found.failures.len(), found.failures_total), (FAILURES_MAX, 10_000));
        assert_eq!((found.metrics.len(), found.notes.len()), (METRICS_MAX, NOTES_MAX));
        assert_eq!(found.failures[0].message.chars().count(), TEXT_MAX);
        assert_eq!(clip(" a\u{0}b\n"), "a b");
    }
}
