//! The TEVV scorecard: what the newest evidence says to every acceptance criterion, by characteristic.
//!
//! The rules are made so that nothing passes by chance or by neglect: of several values the worst counts, a run that did
//! not end never passes, an old result is no result, and a value whose interval reaches beyond the limit only warns.

mod proposal;
mod weigh;

pub use proposal::{Proposal, proposal};

use super::criterion::Criterion;
use super::stats::Interval;
use super::vocabulary::{Reading, Vocabulary, readings};
use crate::evidence::findings::{Findings, RunState, Unit};
use crate::ids::EvidenceRef;
use crate::risk::Characteristic;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// Most points of a trend.
pub const TREND_MAX: usize = 24;

crate::words! {
    /// What the evidence comes to; the later in this list, the worse.
    Verdict {
        Pass = "pass", "Pass";
        Warn = "warn", "Warning";
        NotMeasured = "not_measured", "Not measured";
        Stale = "stale", "Out of date";
        Fail = "fail", "Fail";
    }
}

/// A piece of evidence as the scorecard needs it. Withdrawn evidence is not given.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Its reference.
    pub reference: EvidenceRef,
    /// Its title.
    pub title: &'a str,
    /// The file's SHA-256, as hexadecimal digits.
    pub sha256: &'a str,
    /// The day that it speaks of.
    pub speaks_of: NaiveDate,
    /// The last day on which it counts.
    pub valid_until: Option<NaiveDate>,
    /// What was evaluated; if nothing is given, what the file names.
    pub targets: &'a [String],
    /// What the file says.
    pub findings: &'a Findings,
}

/// The scorecard of one system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scorecard<Id> {
    /// All characteristics, in their order.
    pub characteristics: Vec<Row<Id>>,
}

/// What stands in the scorecard of one characteristic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row<Id> {
    /// Which one.
    pub characteristic: Characteristic,
    /// The worst of its results.
    pub verdict: Verdict,
    /// Why, where the results do not say it: that there is no criterion.
    pub because: Vec<String>,
    /// Its criteria's results, in the order in which the criteria were given.
    pub results: Vec<CriterionResult<Id>>,
}

/// What the evidence says to one criterion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriterionResult<Id> {
    /// The criterion's id.
    pub id: Id,
    /// What is asked.
    pub criterion: Criterion,
    /// The criterion in one line.
    pub said: String,
    /// What it comes to.
    pub verdict: Verdict,
    /// Why, in plain sentences without a full stop; the one that matters most first.
    pub because: Vec<String>,
    /// The value that decided.
    pub deciding: Option<Measured>,
    /// The value of every run, oldest first, the newest [`TREND_MAX`] of them.
    pub trend: Vec<Point>,
}

/// One value, with everything that is needed to find it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The evidence that it is from.
    pub evidence: EvidenceRef,
    /// Its title.
    pub title: String,
    /// Its file's SHA-256, as hexadecimal digits.
    pub sha256: String,
    /// The tool, as it calls itself; else the format.
    pub tool: String,
    /// Its version.
    pub tool_version: Option<String>,
    /// What was evaluated.
    pub target: Option<String>,
    /// The metric, as the tool calls it.
    pub metric: String,
    /// The task, probe or scorer; empty for the whole run.
    pub scope: String,
    /// The group; none for all together.
    pub slice: Option<String>,
    /// The value, in `unit`.
    pub value: f64,
    /// The term's unit.
    pub unit: Unit,
    /// Its 95 % interval.
    pub interval: Option<Interval>,
    /// Samples that it rests on.
    pub samples: Option<u64>,
    /// The day that the evidence speaks of.
    pub speaks_of: NaiveDate,
    /// The day of the run, where the file gives one (UTC).
    pub ran_on: Option<NaiveDate>,
    /// How the run ended.
    pub state: RunState,
}

/// One point of a trend.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The day of the run, or else the day that the evidence speaks of.
    pub on: NaiveDate,
    /// The value that the criterion looks at; of several the worst.
    pub value: f64,
    /// The evidence that it is from.
    pub evidence: EvidenceRef,
}

/// A piece as it is weighed: its day, and what it measured.
struct Read<'a> {
    piece: &'a Piece<'a>,
    on: NaiveDate,
    readings: Vec<Reading>,
}

impl Piece<'_> {
    /// The day of the run, if the file gives one that is not in the future (a day ahead may be another time zone), else the
    /// day that the evidence speaks of.
    #[must_use]
    pub fn on(&self, today: NaiveDate) -> NaiveDate {
        if self.dated_ahead(today) { self.speaks_of } else { self.ran_on().unwrap_or(self.speaks_of) }
    }

    fn ran_on(&self) -> Option<NaiveDate> {
        self.findings.ran_at.map(|at| at.date_naive())
    }

    fn dated_ahead(&self, today: NaiveDate) -> bool {
        let latest = today.checked_add_days(Days::new(1)).unwrap_or(today);
        self.ran_on().is_some_and(|on| on > latest)
    }
}

/// Holds every criterion against the evidence, as of a day. The order of the pieces does not matter.
#[must_use]
pub fn scorecard<Id: Clone>(
    criteria: &[(Id, Criterion)],
    pieces: &[Piece<'_>],
    vocabulary: &Vocabulary,
    today: NaiveDate,
) -> Scorecard<Id> {
    let read = |piece| Read { piece, on: Piece::on(piece, today), readings: readings(piece.findings, vocabulary) };
    let mut pieces: Vec<Read<'_>> = pieces.iter().map(read).collect();
    pieces.sort_by_key(|read| (read.on, read.piece.reference, read.piece.sha256));
    let row = |characteristic: &Characteristic| {
        let of = criteria.iter().filter(|(_, criterion)| criterion.characteristic == *characteristic);
        let results: Vec<_> =
            of.map(|(id, criterion)| weigh::weigh(id.clone(), criterion, &pieces, vocabulary, today)).collect();
        let worst = results.iter().map(|result| result.verdict).max();
        let because = if worst.is_none() { vec!["no criterion".to_owned()] } else { Vec::new() };
        let verdict = worst.unwrap_or(Verdict::NotMeasured);
        Row { characteristic: *characteristic, verdict, because, results }
    };
    Scorecard { characteristics: Characteristic::ALL.iter().map(row).collect() }
}

impl<Id> Scorecard<Id> {
    /// All results, characteristic by characteristic.
    pub fn results(&self) -> impl Iterator<Item = &CriterionResult<Id>> {
        self.characteristics.iter().flat_map(|row| &row.results)
    }

    /// How many criteria came to a verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.results().filter(|result| result.verdict == verdict).count()
    }
}

#[cfg(test)]
#[path = "scorecard/tests.rs"]
mod tests;

#[cfg(test)]
#[path = "scorecard/properties.rs"]
mod properties;
