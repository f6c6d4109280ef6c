//! What became of each row, kept with the run. The audit event carries the SHA-256 of this text, so that it can't be
//! changed later either.

use super::known::Lookup;
use crate::Result;
use domain::ids::SystemRef;
use domain::import::lists::Details;
use domain::import::{Field, Outcome, Plan, RowVerdict, SystemDraft};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::PgConnection;
use std::collections::HashMap;

domain::words! {
    /// What happened to a row.
    RowOutcome {
        Created = "created", "Created";
        Updated = "updated", "Updated";
        Unchanged = "unchanged", "Unchanged";
        Duplicate = "duplicate", "Same as another row";
        Rejected = "rejected", "Rejected";
    }
}

impl From<&Outcome> for RowOutcome {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Create => Self::Created,
            Outcome::Update => Self::Updated,
            Outcome::Unchanged => Self::Unchanged,
            Outcome::Duplicate { .. } => Self::Duplicate,
            Outcome::Rejected { .. } => Self::Rejected,
        }
    }
}

/// One row of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowReport {
    /// The line of the file on which it starts.
    pub line: u64,
    /// What happened to it.
    pub outcome: RowOutcome,
    /// Its record: AIS-12, R-340, M-7.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The record's name or title.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What the import replaced, by field.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub before: Map<String, Value>,
    /// By what, or what a new system began with.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub after: Map<String, Value>,
    /// What was decided about the row, or why it is rejected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<String>,
}

/// Fields as the register had them, by source key.
pub(super) type Before = HashMap<String, Map<String, Value>>;

/// Reads what the register says about the systems that a plan updates.
pub(super) async fn before(conn: &mut PgConnection, plan: &Plan) -> Result<Before> {
    let updated = plan.rows.iter().filter(|r| r.outcome == Outcome::Update);
    let keys: Vec<String> = updated.filter_map(|r| r.source_key.clone()).collect();
    if keys.is_empty() {
        return Ok(Before::new());
    }
    let rows = sqlx::query!(
        r#"select s.source_key as "key!", jsonb_strip_nulls(jsonb_build_object(
             'name', s.name, 'purpose', s.purpose, 'business_unit', u.name, 'owner', p.email, 'stage', s.stage,
             'kind', s.kind, 'sourcing', s.sourcing, 'vendor', s.vendor, 'intended_users', s.intended_users,
             'affected_groups', s.affected_groups, 'data_categories', to_jsonb(s.data_categories),
             'autonomy', s.autonomy, 'oversight', s.oversight, 'location', s.runs_where)) as "fields!"
           from system s join business_unit u on u.id = s.business_unit_id join person p on p.id = s.owner_id
           where s.source_key = any ($1)"#,
        &keys
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|r| (r.key, r.fields.as_object().cloned().unwrap_or_default())).collect())
}

/// The report on a plan that was carried out. `references` has each system's number by source key.
pub(super) fn of(plan: &Plan, before: &Before, references: &HashMap<String, i64>) -> Vec<RowReport> {
    plan.rows
        .iter()
        .map(|verdict| {
            let key = verdict.source_key.as_deref().unwrap_or_default();
            let mut row = RowReport {
                line: verdict.line,
                outcome: (&verdict.outcome).into(),
                reference: references.get(key).map(|n| SystemRef(*n).to_string()),
                name: verdict.draft.as_ref().map(|d| d.name.clone()).unwrap_or_default(),
                before: Map::new(),
                after: Map::new(),
                texts: verdict.notes.iter().map(|n| n.text.clone()).collect(),
            };
            match (&verdict.outcome, &verdict.draft) {
                (Outcome::Create, Some(draft)) => row.after = said(draft, true),
                (Outcome::Update, Some(draft)) => {
                    let old = before.get(key);
                    row.after = said(draft, false);
                    row.after.retain(|field, new| old.and_then(|o| o.get(field)) != Some(new));
                    let fields = row.after.keys();
                    row.before = fields.filter_map(|f| Some((f.clone(), old?.get(f)?.clone()))).collect();
                }
                (Outcome::Duplicate { of }, _) => row.texts = vec![format!("Cell for cell the same as line {of}.")],
                (Outcome::Rejected { reasons }, _) => {
                    row.texts = reasons.iter().map(|r| format!("{} {}", r.problem, r.fix)).collect();
                }
                _ => {}
            }
            row
        })
        .collect()
}

/// The report on one row of a list of risks or mitigations.
pub(super) fn of_list(verdict: &RowVerdict, details: &Details) -> RowReport {
    let texts = match &verdict.outcome {
        Outcome::Duplicate { of } => vec![format!("Says the same as line {of}.")],
        Outcome::Rejected { reasons } => reasons.iter().map(|r| format!("{} {}", r.problem, r.fix)).collect(),
        _ => verdict.notes.iter().map(|n| n.text.clone()).collect(),
    };
    RowReport {
        line: verdict.line,
        outcome: (&verdict.outcome).into(),
        reference: details.reference.clone(),
        name: details.name.clone(),
        before: details.before.clone(),
        after: details.after.clone(),
        texts,
    }
}

/// What a row says about its system, by field; what a default filled only where `with_defaults`.
fn said(draft: &SystemDraft, with_defaults: bool) -> Map<String, Value> {
    let context = &draft.context;
    let text = |text: &str| Some(Value::from(text));
    let some = |text: &Option<String>| text.as_deref().map(Value::from);
    let categories: Vec<&str> = context.data_categories.iter().map(|c| c.as_str()).collect();
    let all = [
        (Field::Name, text(&draft.name)),
        (Field::Purpose, text(&draft.purpose)),
        (Field::BusinessUnit, text(&draft.business_unit)),
        (Field::Owner, text(&draft.owner)),
        (Field::Stage, text(draft.stage.as_str())),
        (Field::Kind, context.kind.map(|k| k.as_str().into())),
        (Field::Sourcing, context.sourcing.map(|s| s.as_str().into())),
        (Field::Vendor, some(&context.vendor)),
        (Field::IntendedUsers, some(&context.intended_users)),
        (Field::AffectedGroups, some(&context.affected_groups)),
        (Field::DataCategories, (!categories.is_empty()).then(|| categories.into())),
        (Field::Autonomy, context.autonomy.map(|a| a.as_str().into())),
        (Field::Oversight, some(&context.oversight)),
        (Field::Location, some(&context.runs_where)),
    ];
    let kept = all.into_iter().filter(|(field, _)| with_defaults || !draft.from_default.contains(field));
    kept.filter_map(|(field, value)| Some((field.as_str().to_owned(), value?))).collect()
}

/// New business units, in the spelling that they get.
pub(super) fn new_units(plan: &Plan, lookup: &Lookup) -> Vec<String> {
    plan.new_units.iter().filter(|name| !lookup.units.contains_key(*name)).cloned().collect()
}

/// References as ranges, "AIS-3 to AIS-9", so that an audit event on thousands of systems stays readable.
pub(super) fn ranges(mut numbers: Vec<i64>) -> Vec<String> {
    numbers.sort_unstable();
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for n in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            _ => ranges.push((n, n)),
        }
    }
    let words = |(first, last): (i64, i64)| match first == last {
        true => SystemRef(first).to_string(),
        false => format!("{} to {}", SystemRef(first), SystemRef(last)),
    };
    ranges.into_iter().map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn references_are_told_as_ranges() {
        assert_eq!(ranges(vec![9, 3, 4, 5]), ["AIS-3 to AIS-5", "AIS-9"]);
        assert!(ranges(Vec::new()).is_empty());
    }
}
