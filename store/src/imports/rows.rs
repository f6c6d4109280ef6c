//! The rows of a plan as Postgres takes them: one JSON document for all, so that two thousand systems are two
//! statements. A field that is null is one that the row does not say.

use super::known::Lookup;
use crate::{Error, Result};
use domain::import::{Field, Outcome, Plan, SystemDraft};
use serde::Serialize;
use uuid::Uuid;

/// One system to be created or updated.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    /// Line of the file: the order in which new systems get their numbers.
    pub line: i64,
    /// For a new system.
    pub id: Uuid,
    pub source_key: String,
    pub source_hash: String,
    pub source_row: serde_json::Value,
    #[serde(flatten)]
    pub content: Content,
}

/// What the row says about the system.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Content {
    pub name: String,
    pub purpose: Option<String>,
    pub business_unit_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    pub stage: Option<&'static str>,
    pub kind: Option<&'static str>,
    pub sourcing: Option<&'static str>,
    pub vendor: Option<String>,
    pub intended_users: Option<String>,
    pub affected_groups: Option<String>,
    pub data_categories: Option<Vec<&'static str>>,
    pub autonomy: Option<&'static str>,
    pub oversight: Option<String>,
    pub runs_where: Option<String>,
}

/// The rows of a plan that are written.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub create: Vec<Row>,
    pub update: Vec<Row>,
}

impl Rows {
    /// Resolves names to ids. The units that are new must have been added to `lookup` before.
    pub(super) fn of(plan: &Plan, lookup: &Lookup, mut new_id: impl FnMut() -> Uuid) -> Result<Self> {
        let mut rows = Self::default();
        for verdict in &plan.rows {
            let Some(draft) = &verdict.draft else { continue };
            let line = i64::try_from(verdict.line).unwrap_or(i64::MAX);
            match verdict.outcome {
                // A new system has nothing that a default could spoil; an existing one keeps what the row leaves out.
                Outcome::Create => rows.create.push(row(line, new_id(), draft, lookup, true)?),
                Outcome::Update => rows.update.push(row(line, Uuid::nil(), draft, lookup, false)?),
                _ => {}
            }
        }
        Ok(rows)
    }
}

fn row(line: i64, id: Uuid, draft: &SystemDraft, lookup: &Lookup, with_defaults: bool) -> Result<Row> {
    let said = |field: Field| with_defaults || !draft.from_default.contains(&field);
    let unit = lookup.units.get(&draft.business_unit).copied();
    let owner = lookup.people.get(&draft.owner).copied();
    let missing = |what: &str| Error::Stored(format!("line {line}: the plan names {what} that the register lacks"));
    let context = &draft.context;
    let categories: Vec<&'static str> = context.data_categories.iter().map(|c| c.as_str()).collect();
    Ok(Row {
        line,
        id,
        source_key: draft.source_key.clone(),
        source_hash: draft.content_hash.clone(),
        source_row: serde_json::to_value(&draft.source)?,
        content: Content {
            name: draft.name.clone(),
            purpose: said(Field::Purpose).then(|| draft.purpose.clone()),
            business_unit_id: said(Field::BusinessUnit)
                .then(|| unit.ok_or_else(|| missing("a business unit")))
                .transpose()?,
            owner_id: said(Field::Owner).then(|| owner.ok_or_else(|| missing("an owner"))).transpose()?,
            stage: said(Field::Stage).then(|| draft.stage.as_str()),
            kind: context.kind.filter(|_| said(Field::Kind)).map(|k| k.as_str()),
            sourcing: context.sourcing.filter(|_| said(Field::Sourcing)).map(|s| s.as_str()),
            vendor: context.vendor.clone().filter(|_| said(Field::Vendor)),
            intended_users: context.intended_users.clone().filter(|_| said(Field::IntendedUsers)),
            affected_groups: context.affected_groups.clone().filter(|_| said(Field::AffectedGroups)),
            data_categories: (said(Field::DataCategories) && !categories.is_empty()).then_some(categories),
            autonomy: context.autonomy.filter(|_| said(Field::Autonomy)).map(|a| a.as_str()),
            oversight: context.oversight.clone().filter(|_| said(Field::Oversight)),
            runs_where: context.runs_where.clone().filter(|_| said(Field::Location)),
        },
    })
}
