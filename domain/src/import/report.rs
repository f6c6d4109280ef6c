//! The reports on an import as CSV, for spreadsheets. The one of rejected rows can be mended and imported again.

use std::ops::Range;

use super::plan::{Outcome, Plan, RowVerdict};
use super::table::{Header, Row, Table};
use crate::csv_out::CsvOut;

const LINE: &str = "Line";
const PROBLEM: &str = "Problem";
const FIX: &str = "Fix";
const KEY: &str = "Source key";
const EXTRA: &str = "Extra cell ";

/// The columns that [`rejected_csv`] added to a file's own, where the file is one that we wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OwnColumns {
    extra: Range<usize>,
    added: Range<usize>,
}

impl OwnColumns {
    /// They stand at the end, in our order: an inventory may well have a column "Line" itself.
    pub(super) fn of(headers: &[Header]) -> Self {
        let added = [LINE, PROBLEM, FIX, KEY];
        let Some(start) = headers.len().checked_sub(added.len()) else { return Self::default() };
        let ours = |header: &Header, name: &str| header.name == name;
        if !headers.iter().skip(start).zip(added).all(|(h, name)| ours(h, name)) {
            return Self::default();
        }
        let is_extra = |h: &&Header| h.name.strip_prefix(EXTRA).is_some_and(|n| n.parse::<usize>().is_ok());
        let extra = headers.iter().take(start).rev().take_while(is_extra).count();
        Self { extra: start - extra..start, added: start..headers.len() }
    }

    pub(super) fn contains(&self, column: usize) -> bool {
        self.extra.contains(&column) || self.added.contains(&column)
    }

    /// The column that holds a row's source key.
    pub(super) fn key(&self) -> Option<usize> {
        self.added.clone().last()
    }

    /// The columns that hold what stood beyond the last header.
    pub(super) fn extra(&self) -> Range<usize> {
        self.extra.clone()
    }
}

/// The rejected rows with all their cells, then where each stands in the file, what is wrong and what mends it. Reading
/// it back with the same mapping gives the same verdicts until the rows are mended.
pub fn rejected_csv(table: &Table, plan: &Plan) -> String {
    let rejected: Vec<(&Row, &RowVerdict)> =
        table.rows.iter().zip(&plan.rows).filter(|(_, v)| matches!(v.outcome, Outcome::Rejected { .. })).collect();
    let extra = rejected.iter().map(|(row, _)| row.extra.len()).max().unwrap_or(0);
    // Lines, problems and keys that an earlier report added are written anew, not twice.
    let own = OwnColumns::of(&table.headers);
    let kept: Vec<usize> = (0..table.headers.len()).filter(|i| !own.added.contains(i)).collect();

    let mut out = CsvOut::default();
    let headers = kept.iter().filter_map(|&i| table.headers.get(i)).map(|h| h.raw.clone());
    let extras = (1..=extra).map(|n| format!("{EXTRA}{}", n + own.extra.len()));
    out.row(headers.chain(extras).chain([LINE, PROBLEM, FIX, KEY].map(str::to_owned)));
    for (row, verdict) in rejected {
        let cells = kept.iter().map(|&i| row.cells.get(i).cloned().unwrap_or_default());
        let extras = (0..extra).map(|n| row.extra.get(n).cloned().unwrap_or_default());
        let (problem, fix) = texts(verdict);
        let key = verdict.source_key.clone().unwrap_or_default();
        out.row(cells.chain(extras).chain([row.line.to_string(), problem, fix, key]));
    }
    out.finish()
}

/// Every row of the file with its verdict.
pub fn report_csv(plan: &Plan) -> String {
    let mut out = CsvOut::default();
    out.row([LINE, "Outcome", "Name", "Notes", PROBLEM, FIX]);
    for verdict in &plan.rows {
        let outcome = match verdict.outcome {
            Outcome::Create => "created".to_owned(),
            Outcome::Update => "updated".to_owned(),
            Outcome::Unchanged => "unchanged".to_owned(),
            Outcome::Duplicate { of } => format!("same as line {of}"),
            Outcome::Rejected { .. } => "rejected".to_owned(),
        };
        let name = verdict.draft.as_ref().map(|d| d.name.clone()).unwrap_or_default();
        let notes: Vec<&str> = verdict.notes.iter().map(|n| n.text.as_str()).collect();
        let (problem, fix) = texts(verdict);
        out.row([verdict.line.to_string(), outcome, name, notes.join(" "), problem, fix]);
    }
    out.finish()
}

fn texts(verdict: &RowVerdict) -> (String, String) {
    let Outcome::Rejected { reasons } = &verdict.outcome else { return Default::default() };
    let problem: Vec<&str> = reasons.iter().map(|r| r.problem.as_str()).collect();
    let fix: Vec<&str> = reasons.iter().map(|r| r.fix.as_str()).collect();
    (problem.join(" "), fix.join(" "))
}
