//! All of a system that is not in its header: one statement.

use crate::{Error, Result, Store};
use chrono::{DateTime, Utc};
use domain::ids::{PersonId, SystemId, UnitId};
use domain::system::{Context, Model};
use domain::triage::{Answers, Question, Tier};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// A system's own fields, its people, its triage.
#[derive(Debug, Clone)]
pub struct Details {
    /// What it is for.
    pub purpose: String,
    /// Where it belongs.
    pub unit: UnitId,
    /// What MAP asks.
    pub context: Context,
    /// Who contributes, by name.
    pub contributors: Vec<Contributor>,
    /// The newest answers to the triage.
    pub triage: Option<Triage>,
    /// The committee's tier, if it set one.
    pub tier_override: Option<TierOverride>,
    /// The row of the inventory that it came from: header and text of each filled cell; empty where it was registered.
    pub source_row: Vec<(String, String)>,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub changed_at: DateTime<Utc>,
    /// By whom.
    pub changed_by: String,
}

/// Somebody who works on a system.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Contributor {
    /// The person.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Whether they can still sign in.
    pub active: bool,
}

/// Answers and what they led to, by the rules of their time.
#[derive(Debug, Clone)]
pub struct Triage {
    /// The answers.
    pub answers: Answers,
    /// The tier that they lead to.
    pub tier: Tier,
    /// Which of them decided.
    pub because: Vec<Question>,
    /// Who answered.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The committee's tier.
#[derive(Debug, Clone)]
pub struct TierOverride {
    /// The tier.
    pub tier: Tier,
    /// Why.
    pub reason: String,
    /// Who set it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Reads the details. Whether this person may see them is asked by [`super::header()`], which every page calls first.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn details(store: &Store, system: SystemId) -> Result<Details> {
    details_of(&mut *store.pool().acquire().await?, system).await
}

/// The same inside a transaction.
pub(crate) async fn details_of(conn: &mut PgConnection, system: SystemId) -> Result<Details> {
    let row = sqlx::query!(
        r#"select s.purpose, s.business_unit_id, s.kind, s.sourcing, s.vendor, s.intended_users, s.affected_groups,
             s.data_categories, s.autonomy, s.oversight, s.runs_where, s.source_row, s.created_at, s.changed_at,
             p.name as changed_by,
             (select coalesce(jsonb_agg(jsonb_build_object('provider', m.provider, 'name', m.name, 'version', m.version)
                order by m.provider, m.name, m.version), '[]') from system_model m where m.system_id = s.id) as "models!",
             (select coalesce(jsonb_agg(jsonb_build_object('id', c.person_id, 'name', q.name,
                'active', q.deactivated_at is null) order by lower(q.name), q.id), '[]')
              from system_contributor c join person q on q.id = c.person_id where c.system_id = s.id) as "contributors!",
             t.answers as "answers?", t.tier as "derived?", t.because as "because?", tp.name as "triage_by?",
             t.answered_at as "answered_at?",
             o.tier as "override_tier?", o.reason as "override_reason?", op.name as "override_by?",
             o.set_at as "override_at?"
           from system s
           join person p on p.id = s.changed_by
           left join lateral (select * from triage_result x where x.system_id = s.id
             order by x.answered_at desc, x.id desc limit 1) t on true
           left join person tp on tp.id = t.answered_by
           left join lateral (select * from tier_override x where x.system_id = s.id
             order by x.set_at desc, x.id desc limit 1) o on true
           left join person op on op.id = o.set_by
           where s.id = $1"#,
        system.0
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)?;
    let models: Vec<Model> = serde_json::from_value(row.models)?;
    let triage = match (row.answers, row.derived, row.because, row.triage_by, row.answered_at) {
        (Some(answers), Some(tier), Some(because), Some(by), Some(at)) => Some(Triage {
            answers: read_answers(answers)?,
            tier: tier.parse()?,
            because: because.iter().map(|w| w.parse()).collect::<Result<_, _>>()?,
            by,
            at,
        }),
        _ => None,
    };
    let tier_override = match (row.override_tier, row.override_reason, row.override_by, row.override_at) {
        (Some(tier), Some(reason), Some(by), Some(at)) => Some(TierOverride { tier: tier.parse()?, reason, by, at }),
        _ => None,
    };
    Ok(Details {
        purpose: row.purpose,
        unit: UnitId(row.business_unit_id),
        context: Context {
            kind: row.kind.map(|w| w.parse()).transpose()?,
            sourcing: row.sourcing.map(|w| w.parse()).transpose()?,
            vendor: row.vendor,
            intended_users: row.intended_users,
            affected_groups: row.affected_groups,
            data_categories: row.data_categories.iter().map(|w| w.parse()).collect::<Result<_, _>>()?,
            autonomy: row.autonomy.map(|w| w.parse()).transpose()?,
            oversight: row.oversight,
            runs_where: row.runs_where,
            models,
        },
        contributors: serde_json::from_value(row.contributors)?,
        triage,
        tier_override,
        source_row: row.source_row.map(serde_json::from_value).transpose()?.unwrap_or_default(),
        created_at: row.created_at,
        changed_at: row.changed_at,
        changed_by: row.changed_by,
    })
}

/// Stored answers; a question that was not asked then counts as "no".
fn read_answers(stored: serde_json::Value) -> Result<Answers> {
    let given: BTreeMap<Question, bool> = serde_json::from_value(stored)?;
    let all = Question::ALL.iter().map(|q| (*q, given.get(q).copied().unwrap_or(false))).collect();
    Answers::new(all).map_err(|e| Error::Stored(e.to_string()))
}
