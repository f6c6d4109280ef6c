//! What a result file says, as the API shows it.

use chrono::{DateTime, Utc};
use domain::evidence::findings::{Better, Counts, Failure, Findings, Format, Metric, RunState, Unit};
use serde::Serialize;
use store::evidence::Reading;
use utoipa::ToSchema;

use crate::api::words::Word;

// The document's macros want names without parameters.
type FormatWord = Word<Format>;
type RunStateWord = Word<RunState>;
type UnitWord = Word<Unit>;
type BetterWord = Word<Better>;

/// What was read from a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingsView {
    /// What the file is.
    pub format: FormatWord,
    /// The tool that wrote it.
    pub tool: Option<String>,
    /// Its version.
    pub tool_version: Option<String>,
    /// Models, endpoints or files that were evaluated.
    pub targets: Vec<String>,
    /// Data sets.
    pub data: Vec<String>,
    /// When it ran.
    pub ran_at: Option<DateTime<Utc>>,
    /// How the run ended.
    pub state: RunStateWord,
    /// What was measured.
    pub metrics: Vec<MetricView>,
    /// How the checks ended.
    pub counts: Option<CountsView>,
    /// The first failures.
    pub failures: Vec<FailureView>,
    /// All failures.
    #[schema(minimum = 0)]
    pub failures_total: u64,
    /// What a document states: name and text.
    pub facts: Vec<FactView>,
    /// What could not be read, and what a reader should know.
    pub notes: Vec<String>,
}

/// A value that was measured.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetricView {
    /// The tool's own name.
    pub name: String,
    /// Task, probe or scorer; empty for the whole run.
    pub scope: String,
    /// The group or slice that it is of.
    pub slice: Option<String>,
    /// The value.
    pub value: f64,
    /// What it counts.
    pub unit: UnitWord,
    /// Where better lies.
    pub better: Option<BetterWord>,
    /// Samples that it rests on.
    pub samples: Option<u64>,
    /// Of those, how many counted for it.
    pub hits: Option<u64>,
    /// Standard error, in the value's unit.
    pub stderr: Option<f64>,
    /// Low end of the tool's own interval.
    pub low: Option<f64>,
    /// High end of it.
    pub high: Option<f64>,
}

/// How the checks ended. An error is no pass.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountsView {
    /// Held.
    pub passed: u64,
    /// Did not hold.
    pub failed: u64,
    /// Could not be decided.
    pub errors: u64,
    /// Left out.
    pub skipped: u64,
}

/// One thing that failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureView {
    /// The test, rule, probe or sample.
    pub name: String,
    /// What was found.
    pub message: String,
    /// The tool's own grade.
    pub severity: Option<String>,
}

/// A statement of a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct FactView {
    /// What it is about.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// The findings, or why there are none; neither while the file has not been read.
pub fn of(reading: Option<Reading>) -> (Option<FindingsView>, Option<String>) {
    match reading {
        Some(Reading::Says(findings)) => (Some(FindingsView::from(*findings)), None),
        Some(Reading::Nothing(why)) => (None, Some(why)),
        None => (None, None),
    }
}

impl From<Findings> for FindingsView {
    fn from(found: Findings) -> Self {
        Self {
            format: Word(found.format),
            tool: found.tool,
            tool_version: found.tool_version,
            targets: found.targets,
            data: found.data,
            ran_at: found.ran_at,
            state: Word(found.state),
            metrics: found.metrics.into_iter().map(MetricView::from).collect(),
            counts: found.counts.map(CountsView::from),
            failures: found.failures.into_iter().map(FailureView::from).collect(),
            failures_total: found.failures_total,
            facts: found.facts.into_iter().map(|(name, text)| FactView { name, text }).collect(),
            notes: found.notes,
        }
    }
}

impl From<Metric> for MetricView {
    fn from(metric: Metric) -> Self {
        Self {
            name: metric.name,
            scope: metric.scope,
            slice: metric.slice,
            value: metric.value,
            unit: Word(metric.unit),
            better: metric.better.map(Word),
            samples: metric.samples,
            hits: metric.hits,
            stderr: metric.stderr,
            low: metric.interval.map(|(low, _)| low),
            high: metric.interval.map(|(_, high)| high),
        }
    }
}

impl From<Counts> for CountsView {
    fn from(counts: Counts) -> Self {
        Self { passed: counts.passed, failed: counts.failed, errors: counts.errors, skipped: counts.skipped }
    }
}

impl From<Failure> for FailureView {
    fn from(failure: Failure) -> Self {
        Self { name: failure.name, message: failure.message, severity: failure.severity }
    }
}
