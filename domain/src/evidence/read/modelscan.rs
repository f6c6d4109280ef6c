//! ModelScan: unsafe code in model files. Counted are files; one that was skipped or could not be opened is not clean.

use super::dates::ran_at;
use super::json::Shape;
use super::pick::{all, pick};
use super::slim::Slim;
use super::{Source, Unreadable};
use crate::evidence::findings::{Better, Counts, Findings, Format, Metric, RunState, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// Files with issues that are told apart.
const FILES: usize = 10_000;

/// Whether it is a report of ModelScan.
pub fn fits(shape: &Shape) -> bool {
    shape.has(&["summary.modelscan_version"]) || shape.has(&["issues", "summary.total_issues_by_severity"])
}

/// Reads a report.
///
/// # Errors
/// Broken JSON.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::ModelScan);
    findings.tool = Some("modelscan".to_owned());
    let picks = [
        all("summary.modelscan_version"),
        all("summary.timestamp"),
        all("summary.input_path"),
        all("summary.total_issues"),
        all("summary.total_issues_by_severity"),
        all("summary.scanned.total_scanned"),
        all("summary.scanned.scanned_files.[]"),
        all("summary.skipped.total_skipped"),
        all("summary.skipped.skipped_files.[]"),
        all("issues.[]"),
        all("errors.[]"),
    ];
    let mut report = Report::default();
    pick(file, Format::ModelScan.label(), &picks, &mut findings, &mut |f, at, _, piece| report.piece(f, at, &piece))?;
    report.finish(&mut findings);
    Ok(findings)
}

#[derive(Default)]
struct Report {
    claimed: Option<u64>,
    scanned: u64,
    listed: u64,
    skipped: u64,
    skipped_listed: u64,
    issues: u64,
    errors: u64,
    unsafe_files: BTreeSet<String>,
    severities: BTreeMap<String, u64>,
}

impl Report {
    fn piece(&mut self, findings: &mut Findings, at: usize, piece: &Slim) {
        match at {
            0 => findings.tool_version = Some(piece.words()).filter(|version| !version.is_empty()),
            1 => ran_at(findings, &piece.words()),
            2 => findings.target(&piece.words()),
            3 => self.claimed = piece.count(),
            4 => piece.entries().iter().take(100).for_each(|(name, _)| {
                self.severities.entry(name.clone()).or_default();
            }),
            5 => self.scanned = piece.count().unwrap_or(0),
            6 => {
                self.listed = self.listed.saturating_add(1);
                findings.target(&piece.words());
            }
            7 => self.skipped = piece.count().unwrap_or(0),
            8 => {
                self.skipped_listed = self.skipped_listed.saturating_add(1);
                findings.note(format!("Skipped: {} ({})", source(piece), piece.text("description")));
            }
            9 => self.issue(findings, piece),
            _ => {
                self.errors = self.errors.saturating_add(1);
                findings.note(format!("Not scanned: {} ({})", source(piece), piece.text("description")));
            }
        }
    }

    fn issue(&mut self, findings: &mut Findings, issue: &Slim) {
        self.issues = self.issues.saturating_add(1);
        let severity = Some(issue.text("severity")).filter(|s| !s.is_empty()).unwrap_or("UNKNOWN");
        if self.severities.len() < 100 || self.severities.contains_key(severity) {
            let n = self.severities.entry(severity.to_owned()).or_default();
            *n = n.saturating_add(1);
        }
        let source = source(issue);
        let name = format!("{}.{}", issue.text("module"), issue.text("operator"));
        findings.failure(&name, &format!("{} ({source})", issue.text("description")), Some(severity));
        if self.unsafe_files.len() < FILES {
            self.unsafe_files.insert(source);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "no file has that many")]
    fn finish(self, findings: &mut Findings) {
        let count = |name: &str, n: u64, better| Metric { better, ..Metric::new(name, "", n as f64, Unit::Count) };
        let scanned = if self.listed > 0 { self.listed } else { self.scanned };
        let skipped = self.skipped.max(self.skipped_listed);
        let failed = (self.unsafe_files.len() as u64).min(scanned.max(1));
        if self.unsafe_files.len() >= FILES {
            findings
                .note(format!("Only the first {FILES} files with issues are told apart; more than that are unsafe"));
        }
        findings.metric(count("total_issues", self.issues, Some(Better::Lower)));
        for (severity, n) in &self.severities {
            findings.metric(count(severity, *n, Some(Better::Lower)));
        }
        findings.metric(count("total_scanned", scanned, None));
        findings.counts = Some(Counts { passed: scanned.saturating_sub(failed), failed, errors: self.errors, skipped });
        if self.claimed.is_some_and(|claimed| claimed != self.issues) || self.listed > 0 && self.listed != self.scanned
        {
            findings.note("The summary's counts differ from the lists of issues and files; the lists count");
        }
        if self.errors > 0 || skipped > 0 {
            findings.note(format!(
                "{} files could not be scanned and {skipped} were skipped; they are not clean",
                self.errors
            ));
        }
        findings.state = match scanned {
            0 => {
                findings.note("No file was scanned, so nothing was shown");
                RunState::Unfinished
            }
            _ if self.errors > 0 || skipped > 0 => RunState::Unfinished,
            _ => RunState::Complete,
        };
    }
}

fn source(piece: &Slim) -> String {
    Some(piece.text("source")).filter(|source| !source.is_empty()).map_or_else(|| piece.words(), str::to_owned)
}
