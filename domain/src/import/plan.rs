//! What an import would do: one verdict per row.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::context::Context;
use super::draft::{Identity, Judged, Note, Reason, SystemDraft, judge};
use super::mapping::{Field, Mapping};
use super::table::{Row, Table};
use super::{digest, keys};
use crate::system::Stage;

/// Someone in the register who can own a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub email: String,
    pub name: String,
}

/// What the register has, as far as an import must know it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Names of the business units.
    pub units: Vec<String>,
    /// The people who can own a system.
    pub people: Vec<Person>,
    /// Source key → content hash of every system that was imported.
    pub imported: BTreeMap<String, String>,
    /// Source keys of systems whose content stands still because the committee has their dossier.
    pub under_review: BTreeSet<String>,
    /// Source keys of systems that are retired: only a row that says they are in use again changes them.
    pub retired: BTreeSet<String>,
}

/// What happens to a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// A new system.
    Create,
    /// The system with the row's source key changes.
    Update,
    /// The system with the row's source key already says this.
    Unchanged,
    /// Cell for cell the same as the row on line `of`.
    Duplicate {
        of: u64,
    },
    Rejected {
        reasons: Vec<Reason>,
    },
}

/// One row's verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowVerdict {
    /// The line of the file on which the row starts.
    pub line: u64,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The system, for a row that is created, updated or unchanged.
    pub draft: Option<SystemDraft>,
    /// The row's source key, where it has enough to make one; a rejected row keeps it for when it is mended.
    pub source_key: Option<String>,
    pub notes: Vec<Note>,
}

/// How many rows have which outcome. The sum of all but `blank` is the number of the file's rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub rows: usize,
    pub create: usize,
    pub update: usize,
    pub unchanged: usize,
    pub duplicate: usize,
    pub rejected: usize,
    /// Rows without any content; they are no rows of the inventory.
    pub blank: usize,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// In the order of the file, one per row.
    pub rows: Vec<RowVerdict>,
    pub counts: Counts,
    /// Business units that the import creates, in the spelling that they get.
    pub new_units: Vec<String>,
    /// What concerns the file as a whole.
    pub warnings: Vec<String>,
}

/// Rejected rows that share a column and a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonGroup {
    pub column: Option<String>,
    pub fix: String,
    /// The problem of the first of them.
    pub example: String,
    pub lines: Vec<u64>,
}

impl Plan {
    /// The reasons for rejection grouped by what mends them, the most frequent first.
    pub fn reason_groups(&self) -> Vec<ReasonGroup> {
        let mut groups: BTreeMap<(&Option<String>, &str), ReasonGroup> = BTreeMap::new();
        for row in &self.rows {
            let Outcome::Rejected { reasons } = &row.outcome else { continue };
            for Reason { column, problem, fix } in reasons {
                let new = || ReasonGroup {
                    column: column.clone(),
                    fix: fix.clone(),
                    example: problem.clone(),
                    lines: vec![],
                };
                groups.entry((column, fix)).or_insert_with(new).lines.push(row.line);
            }
        }
        let mut groups: Vec<ReasonGroup> = groups.into_values().collect();
        groups.sort_by_key(|g| std::cmp::Reverse(g.lines.len()));
        groups
    }
}

/// Works out what importing `table` through `mapping` would do. Changes nothing; the same input gives the same plan.
pub fn plan(table: &Table, mapping: &Mapping, known: &Known) -> Plan {
    let mut context = Context::new(table, mapping, known);
    let mut judged: Vec<Judged> = table.rows.iter().map(|row| judge(&mut context, row)).collect();
    for row in &mut judged {
        if let Ok(draft) = &mut row.draft {
            draft.content_hash = content_hash(draft);
        }
    }
    let duplicates = find_duplicates(&table.rows, &judged);
    reject_repeated_ids(&table.rows, &mut judged, &duplicates);
    let keys = assign_keys(&judged, &duplicates, known);
    let shared = shared_bases(&judged, &duplicates);

    let mut counts = Counts { rows: table.rows.len(), blank: table.blank_rows, ..Counts::default() };
    let verdicts = table.rows.iter().zip(judged).enumerate().map(|(i, (row, judged))| {
        let alone = judged.identity.as_ref().is_none_or(|id| !shared.contains(id));
        let key = keys.get(&i).cloned();
        let verdict = verdict(row.line, judged, duplicates.get(&i).copied(), key, alone, known);
        *counts.of(&verdict.outcome) += 1;
        verdict
    });
    let rows: Vec<RowVerdict> = verdicts.collect();
    // A unit may have come with a row that was turned down after all.
    let used: BTreeSet<&str> = rows.iter().filter_map(|r| r.draft.as_ref()).map(|d| d.business_unit.as_str()).collect();
    let mut new_units = context.new_units;
    new_units.retain(|unit| used.contains(unit.as_str()));
    Plan { rows, counts, new_units, warnings: warnings(table, mapping) }
}

impl Counts {
    pub(super) fn of(&mut self, outcome: &Outcome) -> &mut usize {
        match outcome {
            Outcome::Create => &mut self.create,
            Outcome::Update => &mut self.update,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Duplicate { .. } => &mut self.duplicate,
            Outcome::Rejected { .. } => &mut self.rejected,
        }
    }
}

/// Row → line of the earlier row that is the same cell for cell. Rejected rows are no one's duplicates: each stands in
/// the report for itself.
fn find_duplicates(rows: &[Row], judged: &[Judged]) -> HashMap<usize, u64> {
    let mut first: HashMap<Vec<&str>, u64> = HashMap::new();
    let mut duplicates = HashMap::new();
    for (i, (row, _)) in rows.iter().zip(judged).enumerate().filter(|(_, (_, j))| j.draft.is_ok()) {
        let cells: Vec<&str> = row.cells.iter().map(|c| c.trim()).collect();
        match first.entry(cells) {
            std::collections::hash_map::Entry::Occupied(entry) => {
                duplicates.insert(i, *entry.get());
            }
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(row.line);
            }
        }
    }
    duplicates
}

/// Two different rows cannot have one identifier: the first goes in, the others are reported.
fn reject_repeated_ids(rows: &[Row], judged: &mut [Judged], duplicates: &HashMap<usize, u64>) {
    let mut first: HashMap<Identity, u64> = HashMap::new();
    for (i, (row, judged)) in rows.iter().zip(judged).enumerate() {
        let Some(id @ (Identity::Id(_) | Identity::Given(_))) = judged.identity.clone() else { continue };
        if judged.draft.is_err() || duplicates.contains_key(&i) {
            continue;
        }
        let line = *first.entry(id).or_insert(row.line);
        if line != row.line {
            let problem = format!("The row has the same identifier as the row on line {line}, but other contents.");
            let fix = "Give each system its own identifier, or remove the row that is out of date.".to_owned();
            judged.draft = Err(vec![Reason { column: None, problem, fix }]);
        }
    }
}

/// The source key of each row that has an identity and is no duplicate.
fn assign_keys(judged: &[Judged], duplicates: &HashMap<usize, u64>, known: &Known) -> HashMap<usize, String> {
    let mut bases: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut keys = HashMap::new();
    for (i, row) in judged.iter().enumerate().filter(|(i, _)| !duplicates.contains_key(i)) {
        match &row.identity {
            Some(Identity::Given(key) | Identity::Id(key)) => {
                keys.insert(i, key.clone());
            }
            Some(Identity::Name(base)) => bases.entry(base).or_default().push(i),
            None => {}
        }
    }
    let reserved: BTreeSet<String> = keys.values().cloned().collect();
    for (base, rows) in bases {
        let hash = |&i: &usize| judged.get(i).and_then(|j| j.draft.as_ref().ok()).map(|d| d.content_hash.as_str());
        let hashes: Vec<Option<&str>> = rows.iter().map(hash).collect();
        keys.extend(rows.iter().copied().zip(keys::assign(base, &hashes, &known.imported, &reserved)));
    }
    keys
}

/// Identities that several rows have.
fn shared_bases(judged: &[Judged], duplicates: &HashMap<usize, u64>) -> BTreeSet<Identity> {
    let mut seen = BTreeSet::new();
    let ids =
        judged.iter().enumerate().filter(|(i, _)| !duplicates.contains_key(i)).filter_map(|(_, j)| j.identity.clone());
    ids.filter(|id| !seen.insert(id.clone())).collect()
}

fn verdict(
    line: u64,
    judged: Judged,
    duplicate: Option<u64>,
    key: Option<String>,
    alone: bool,
    known: &Known,
) -> RowVerdict {
    let mut notes = judged.notes;
    let (outcome, draft) = match (judged.draft, duplicate, &key) {
        (Err(reasons), _, _) => (Outcome::Rejected { reasons }, None),
        (Ok(_), Some(of), _) => (Outcome::Duplicate { of }, None),
        (Ok(_), None, None) => {
            // An accepted row has a name, and with it a key; should that ever change, the row is reported, not lost.
            let reason =
                Reason { column: None, problem: "The row has no key.".into(), fix: "Give the system a name.".into() };
            (Outcome::Rejected { reasons: vec![reason] }, None)
        }
        (Ok(mut draft), None, Some(key)) => {
            draft.source_key.clone_from(key);
            let outcome = match known.imported.get(key) {
                None => Outcome::Create,
                Some(hash) if *hash == draft.content_hash => Outcome::Unchanged,
                Some(_) if known.under_review.contains(key) => Outcome::Rejected { reasons: vec![stands_still()] },
                Some(_) if known.retired.contains(key) && !reopens(&draft) => {
                    Outcome::Rejected { reasons: vec![retired()] }
                }
                Some(_) => Outcome::Update,
            };
            let rejected = matches!(outcome, Outcome::Rejected { .. });
            (outcome, (!rejected).then_some(draft))
        }
    };
    if !alone && matches!(outcome, Outcome::Create | Outcome::Update) {
        let text = match outcome {
            Outcome::Update => {
                "Several rows have this name and business unit. This one was matched by its place among them; check it."
            }
            _ => "Several rows have this name and business unit, with other contents. Each becomes a system.",
        };
        notes.push(Note { field: Some(Field::Name), text: text.into() });
    }
    let source_key = if matches!(outcome, Outcome::Duplicate { .. }) { None } else { key };
    RowVerdict { line, outcome, draft, source_key, notes }
}

/// Whether the row itself says that the system is in use.
fn reopens(draft: &SystemDraft) -> bool {
    draft.stage != Stage::Retired && !draft.from_default.contains(&Field::Stage)
}

fn retired() -> Reason {
    Reason {
        column: None,
        problem: "The system is retired: what the register has of it stands still.".into(),
        fix: "Reopen the system, or say in the row at which stage it is in use again.".into(),
    }
}

fn stands_still() -> Reason {
    Reason {
        column: None,
        problem: "The system is under review: its content stands still until the committee is done.".into(),
        fix: "Import this row again after the decision, or have the submission withdrawn first.".into(),
    }
}

/// SHA-256 of what the row itself says: neither key nor defaults, so that another default is no change.
fn content_hash(draft: &SystemDraft) -> String {
    let said = |field: Field, text: &str| (!draft.from_default.contains(&field)).then(|| text.to_owned());
    let said = (
        &draft.name,
        said(Field::Purpose, &draft.purpose),
        said(Field::BusinessUnit, &draft.business_unit),
        &draft.sub_unit,
        said(Field::Owner, &draft.owner),
        said(Field::Stage, draft.stage.as_str()),
        &draft.context,
        &draft.external_id,
    );
    // Plain texts, lists and options: always representable as JSON.
    digest([serde_json::to_string(&said).unwrap_or_default().as_str()])
}

fn warnings(table: &Table, mapping: &Mapping) -> Vec<String> {
    let mut warnings = Vec::new();
    for (field, key) in mapping.columns.iter().filter(|(_, key)| table.column(key).is_none()) {
        warnings.push(format!("The file has no column “{key}”, from which “{}” was to be read.", field.label()));
    }
    if table.blank_rows > 0 {
        warnings.push(format!("{} blank rows were skipped.", table.blank_rows));
    }
    warnings
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
