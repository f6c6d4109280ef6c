//! What a file measured, in the vocabulary's words.

use super::Vocabulary;
use crate::evidence::findings::{Better, Findings, Format, Metric, Unit};
use serde::{Deserialize, Serialize};

/// One value of a file, in the vocabulary's words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The term's key.
    pub term: String,
    /// The value in the term's unit and direction; name, scope and slice are the tool's own.
    pub metric: Metric,
    /// Whether it is by definition a share of its samples, see [`super::Term::share`].
    pub share: bool,
}

/// Everything that a file measured and the vocabulary knows, in the file's order; then what its counts come to:
/// `pass_rate`, `check_failures`, and of scanners `open_findings` and `critical_findings`.
#[must_use]
pub fn readings(findings: &Findings, vocabulary: &Vocabulary) -> Vec<Reading> {
    let resolve = |metric: &Metric| {
        let (term, metric) = vocabulary.resolve(findings.format, metric)?;
        Some(Reading { term: term.key.clone(), metric, share: term.share })
    };
    let mut found: Vec<Reading> = findings.metrics.iter().filter_map(resolve).collect();
    for metric in counted(findings) {
        let whole = |reading: &Reading| reading.metric.scope.is_empty() && reading.metric.slice.is_none();
        // A criticality counts however the tool sorts it; a rate only if the file does not give it itself.
        let given = |reading: &Reading| reading.term == metric.name && (is_scan(findings.format) || whole(reading));
        if !found.iter().any(given)
            && let Some(term) = vocabulary.get(&metric.name)
            && let Some(metric) = super::in_unit(metric, term.unit)
        {
            found.push(Reading { term: term.key.clone(), metric, share: term.share });
        }
    }
    found
}

const fn is_scan(format: Format) -> bool {
    matches!(format, Format::Sarif | Format::ModelScan | Format::ModelAudit)
}

/// What the counts of a file come to. A file in which nothing was checked says nothing.
#[expect(clippy::cast_precision_loss, reason = "no file has that many")]
fn counted(findings: &Findings) -> Vec<Metric> {
    let mut out = Vec::new();
    let better = |better, metric| Metric { better: Some(better), ..metric };
    let count = |name: &str, n: u64| better(Better::Lower, Metric::new(name, "", n as f64, Unit::Count));
    if let Some(counts) = findings.counts {
        let bad = counts.failed.saturating_add(counts.errors);
        let all = counts.passed.saturating_add(bad);
        // A scanner lists what it found, not what it looked at: there is no rate of that.
        if all > 0 && !is_scan(findings.format) {
            let rate = Metric::new("pass_rate", "", counts.passed as f64 / all as f64, Unit::Proportion);
            let rate = Metric { samples: Some(all), hits: Some(counts.passed), ..rate };
            out.extend([better(Better::Higher, rate), count("check_failures", bad)]);
        }
    }
    // A log without any run has no metric either.
    if is_scan(findings.format) && !findings.metrics.is_empty() {
        out.push(count("open_findings", findings.failures_total));
        out.push(count("critical_findings", 0));
    }
    out
}
