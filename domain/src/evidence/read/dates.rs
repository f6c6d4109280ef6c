//! The time of a run, from what `when` reads.

use super::when;
use crate::evidence::findings::Findings;
use chrono::{DateTime, NaiveDate, Utc};

/// Sets the time of the run, if none is known yet or this one is earlier. One without a zone is read as UTC, with a note.
pub fn ran_at(findings: &mut Findings, text: &str) {
    let text = text.trim();
    let zoned = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text)).ok();
    let at = zoned.map(|at| at.with_timezone(&Utc)).or_else(|| {
        let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0).map(|at| at.and_utc());
        let at = when::from_text(text).or_else(day)?;
        findings.note("The time of the run has no time zone; it is read as UTC");
        Some(at)
    });
    earliest(findings, at);
}

/// The same, from seconds since 1970.
pub fn ran_at_seconds(findings: &mut Findings, seconds: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "saturates; chrono refuses what is out of range")]
    earliest(findings, DateTime::from_timestamp_millis((seconds * 1000.0) as i64));
}

fn earliest(findings: &mut Findings, at: Option<DateTime<Utc>>) {
    if let Some(at) = at.filter(|at| findings.ran_at.is_none_or(|known| *at < known)) {
        findings.ran_at = Some(at);
    }
}
