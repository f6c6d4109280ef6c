//! ModelAudit: checks of model files. A scan that says it did not succeed shows nothing about what it did not look at.

use super::dates::ran_at_seconds;
use super::json::Shape;
use super::pick::{all, pick, some};
use super::slim::Slim;
use super::{Source, Unreadable};
use crate::evidence::findings::{Better, Counts, Findings, Format, Metric, RunState, Unit};
use std::collections::BTreeMap;

/// Whether it is a report of ModelAudit.
pub fn fits(shape: &Shape) -> bool {
    shape.has(&["files_scanned", "issues", "has_errors"]) || shape.has(&["files_scanned", "total_checks", "issues"])
}

/// Reads a report.
///
/// # Errors
/// Broken JSON.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::ModelAudit);
    findings.tool = Some("modelaudit".to_owned());
    let picks = [
        all("success"),
        all("has_errors"),
        all("files_scanned"),
        all("passed_checks"),
        all("failed_checks"),
        all("start_time"),
        all("duration"),
        some("assets.[]", &["path"]),
        some("issues.[]", &["severity", "message", "location", "rule_code", "type"]),
        some("checks.[]", &["status"]),
    ];
    let mut report = Report::default();
    pick(file, Format::ModelAudit.label(), &picks, &mut findings, &mut |f, at, _, piece| report.piece(f, at, &piece))?;
    report.finish(&mut findings);
    Ok(findings)
}

#[derive(Default)]
struct Report {
    success: Option<bool>,
    errors: Option<bool>,
    files: Option<u64>,
    /// What the file says of itself.
    claimed: (Option<u64>, Option<u64>),
    checks: Counts,
    severities: BTreeMap<String, u64>,
}

impl Report {
    fn piece(&mut self, findings: &mut Findings, at: usize, piece: &Slim) {
        match at {
            0 => self.success = piece.flag(),
            1 => self.errors = piece.flag(),
            2 => self.files = piece.count(),
            3 => self.claimed.0 = piece.count(),
            4 => self.claimed.1 = piece.count(),
            5 => {
                if let Some(seconds) = piece.num() {
                    ran_at_seconds(findings, seconds);
                }
            }
            6 => {
                if let Some(seconds) = piece.num() {
                    findings.metric(Metric::new("duration", "", seconds, Unit::Seconds));
                }
            }
            7 => findings.target(piece.text("path")),
            8 => self.issue(findings, piece),
            _ => {
                let count = match piece.text("status") {
                    "passed" => &mut self.checks.passed,
                    "failed" => &mut self.checks.failed,
                    "skipped" => &mut self.checks.skipped,
                    _ => &mut self.checks.errors,
                };
                *count = count.saturating_add(1);
            }
        }
    }

    fn issue(&mut self, findings: &mut Findings, issue: &Slim) {
        let severity = Some(issue.text("severity")).filter(|s| !s.is_empty()).unwrap_or("unknown");
        if self.severities.len() < 100 || self.severities.contains_key(severity) {
            let n = self.severities.entry(severity.to_owned()).or_default();
            *n = n.saturating_add(1);
        }
        // What only informs is no failure.
        if !matches!(severity, "info" | "debug") {
            let name = [issue.text("rule_code"), issue.text("type")].into_iter().find(|name| !name.is_empty());
            let message = format!("{} ({})", issue.text("message"), issue.text("location"));
            findings.failure(name.unwrap_or("issue"), &message, Some(severity));
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "no file has that many")]
    fn finish(mut self, findings: &mut Findings) {
        for severity in ["critical", "warning"] {
            self.severities.entry(severity.to_owned()).or_default();
        }
        for (severity, n) in &self.severities {
            let better = (severity != "info" && severity != "debug").then_some(Better::Lower);
            findings.metric(Metric { better, ..Metric::new(severity, "", *n as f64, Unit::Count) });
        }
        if let Some(files) = self.files {
            findings.metric(Metric::new("files_scanned", "", files as f64, Unit::Count));
        }
        let (checks, (passed, failed)) = (self.checks, self.claimed);
        if checks.total() == 0 {
            // Older reports have issues and counts, but no list of checks.
            let counts = Counts { passed: passed.unwrap_or(0), failed: failed.unwrap_or(0), ..checks };
            findings.counts = Some(counts).filter(|counts| counts.total() > 0);
        } else {
            findings.counts = Some(checks);
            if passed.is_some_and(|n| n != checks.passed) || failed.is_some_and(|n| n != checks.failed) {
                let said = |n: Option<u64>| n.map_or("unsaid".to_owned(), |n| n.to_string());
                findings.note(format!(
                    "The file's own counts ({} passed, {} failed) differ from its checks ({} and {}); the checks count",
                    said(passed),
                    said(failed),
                    checks.passed,
                    checks.failed
                ));
            }
        }
        if checks.skipped > 0 {
            findings.note(format!("{} checks were skipped; what they look at is not clean", checks.skipped));
        }
        findings.state = self.state(findings);
    }

    fn state(&self, findings: &mut Findings) -> RunState {
        if self.errors == Some(true) {
            findings.note("The tool reports that it ran into errors, so the scan does not show that a file is clean");
            return RunState::Failed;
        }
        if self.files == Some(0) {
            findings.note("No file was scanned, so nothing was shown");
            return RunState::Unfinished;
        }
        match self.success {
            Some(true) if self.checks.skipped == 0 => RunState::Complete,
            Some(true) => RunState::Unfinished,
            Some(false) => {
                findings
                    .note("The tool says that the scan did not succeed: it ran into errors, or did not see everything");
                RunState::Unfinished
            }
            None => RunState::Unknown,
        }
    }
}
