//! Importing risks and mitigations of systems that the register has. Columns are known by their headers (those of our own
//! exports among them); each row finds its record by reference, or by system and title, so that the same list read again
//! changes what changed and doubles nothing. What a row does not say stays as it is.

mod cells;
mod columns;
mod mitigations;
mod risks;

pub use columns::{Column, columns, missing};
pub use mitigations::{KnownMitigation, MitigationDraft, mitigations};
pub use risks::{KnownRisk, RiskDraft, risks};

use super::draft::Reason;
use super::plan::{Counts, Outcome, Plan, RowVerdict};
use super::table::Table;
use crate::risk::matrix::Matrix;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

crate::words! {
    /// What a file holds.
    Kind {
        Systems = "systems", "AI systems";
        Risks = "risks", "Risks";
        Mitigations = "mitigations", "Mitigations";
    }
}

/// A system that rows may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSystem {
    /// The number of its reference.
    pub number: i64,
    /// Its name.
    pub name: String,
    /// Whether the committee has its dossier, so that its content stands still.
    pub under_review: bool,
}

/// What the register has, as far as these imports must know it.
#[derive(Debug, Clone, Default)]
pub struct Register {
    /// Every system.
    pub systems: Vec<KnownSystem>,
    /// Addresses of the people who may answer for something, in lower case.
    pub people: Vec<String>,
    /// Every risk.
    pub risks: Vec<KnownRisk>,
    /// Every mitigation, where those are imported.
    pub mitigations: Vec<KnownMitigation>,
    /// The matrix in force.
    pub matrix: Matrix,
}

/// What would become of a row, beyond its verdict.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Details {
    /// Its title.
    pub name: String,
    /// The record that it changes or repeats.
    pub reference: Option<String>,
    /// What it replaces, by field.
    pub before: Map<String, Value>,
    /// By what, or what a new record begins with.
    pub after: Map<String, Value>,
}

/// A plan with a draft for each row that goes in.
#[derive(Debug, Clone)]
pub struct ListPlan<D> {
    /// The verdicts; they have no drafts of their own.
    pub plan: Plan,
    /// For each row.
    pub details: Vec<Details>,
    /// For each row that is created or updated.
    pub drafts: Vec<Option<D>>,
}

/// A row that was read: its identity, what it says, what the register says.
struct Judged<D> {
    draft: D,
    identity: String,
    details: Details,
    exists: bool,
    notes: Vec<String>,
}

/// Collects the verdicts. Of two rows about one record the first counts; the second is its copy, or in its way.
fn collect<D: Clone + PartialEq>(
    table: &Table,
    warnings: Vec<String>,
    mut judge: impl FnMut(usize) -> Result<Judged<D>, Vec<Reason>>,
) -> ListPlan<D> {
    let mut counts = Counts { rows: table.rows.len(), blank: table.blank_rows, ..Counts::default() };
    let (mut rows, mut all, mut drafts) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen: BTreeMap<String, (u64, D)> = BTreeMap::new();
    for (place, row) in table.rows.iter().enumerate() {
        let (outcome, notes, details, draft) = match judge(place) {
            Err(reasons) => (Outcome::Rejected { reasons }, Vec::new(), Details::default(), None),
            Ok(judged) => match seen.get(&judged.identity) {
                Some((of, first)) if *first == judged.draft => {
                    (Outcome::Duplicate { of: *of }, Vec::new(), judged.details, None)
                }
                Some((of, _)) => {
                    let problem =
                        format!("The row is about the same record as the row on line {of}, but says something else.");
                    let fix = "Keep one of the two rows, or give them different titles.".to_owned();
                    let reasons = vec![Reason { column: None, problem, fix }];
                    (Outcome::Rejected { reasons }, Vec::new(), judged.details, None)
                }
                None => {
                    seen.insert(judged.identity, (row.line, judged.draft.clone()));
                    let outcome = match (judged.exists, judged.details.after.is_empty()) {
                        (false, _) => Outcome::Create,
                        (true, true) => Outcome::Unchanged,
                        (true, false) => Outcome::Update,
                    };
                    let draft = (outcome != Outcome::Unchanged).then_some(judged.draft);
                    (outcome, judged.notes, judged.details, draft)
                }
            },
        };
        *counts.of(&outcome) += 1;
        let notes = notes.into_iter().map(|text| super::Note { field: None, text }).collect();
        rows.push(RowVerdict { line: row.line, outcome, draft: None, source_key: None, notes });
        all.push(details);
        drafts.push(draft);
    }
    ListPlan { plan: Plan { rows, counts, new_units: Vec::new(), warnings }, details: all, drafts }
}

/// The fields of two records that differ.
fn differing(before: Map<String, Value>, after: Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let changed: Vec<String> =
        after.iter().filter(|(k, v)| before.get(*k) != Some(*v)).map(|(k, _)| k.clone()).collect();
    let only = |map: Map<String, Value>| map.into_iter().filter(|(k, _)| changed.contains(k)).collect();
    (only(before), only(after))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
