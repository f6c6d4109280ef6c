//! Acceptance criteria of a system: written, changed on the version that was read, dropped with a reason.

use crate::audit::Entry;
use crate::error::same_version;
use crate::relation::{Located, locate, locate_id};
use crate::{Error, Once, Result, Store};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{CriterionId, CriterionRef, RiskRef, SystemId, SystemRef};
use domain::measure::criterion::Criterion;
use domain::policy::Action;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Most criteria in force of one system.
pub const CRITERIA_MAX: i64 = 200;
/// Most risks that one criterion tells of.
pub const RISKS_MAX: usize = 50;

/// A criterion as it stands.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: CriterionId,
    /// C-4
    pub reference: CriterionRef,
    /// What it asks.
    pub criterion: Criterion,
    /// Risks whose likelihood it tells of.
    pub risks: Vec<RiskRef>,
    /// Who wrote it last.
    pub changed_by: String,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// When, by whom and why it was dropped.
    pub dropped: Option<(DateTime<Utc>, String, String)>,
    /// Its version.
    pub version: i32,
}

/// One criterion with the system that it belongs to.
#[derive(Debug, Clone)]
pub struct Detail {
    /// Its system.
    pub located: Located,
    /// Itself.
    pub row: Row,
}

/// Those of a system that are in force, oldest first; the caller has located it.
pub(crate) async fn of(conn: &mut PgConnection, system: SystemId) -> Result<Vec<Row>> {
    rows(conn, Some(system.0), None).await
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist or the person may not see its system.
pub async fn get(store: &Store, actor: &Actor, reference: CriterionRef) -> Result<Detail> {
    let mut conn = store.pool().acquire().await?;
    find(&mut conn, actor, reference, false).await
}

async fn find(conn: &mut PgConnection, actor: &Actor, reference: CriterionRef, lock: bool) -> Result<Detail> {
    let system = sqlx::query_scalar!("select system_id from criterion where number = $1", reference.0)
        .fetch_optional(&mut *conn)
        .await?
        .ok_or(Error::NotFound)?;
    let located = locate_id(conn, actor, SystemId(system), lock).await?;
    // Whoever sees a system only for a mitigation of theirs sees that mitigation.
    if !located.sees_content(actor) {
        return Err(Error::NotFound);
    }
    let row = rows(conn, None, Some(reference.0)).await?.pop().ok_or(Error::NotFound)?;
    Ok(Detail { located, row })
}

async fn rows(conn: &mut PgConnection, system: Option<Uuid>, number: Option<i64>) -> Result<Vec<Row>> {
    let rows = sqlx::query!(
        r#"select c.id, c.number, c.metric, c.unit, c.scope, c.slice, c.comparison, c.warn, c.fail, c.characteristic,
             c.max_age_days, c.min_samples, c.note, c.version, c.changed_at, p.name as changed_by, c.dropped_at,
             d.name as "dropped_by?", c.dropped_why,
             array(select k.number from criterion_risk l join risk k on k.id = l.risk_id
                   where l.criterion_id = c.id order by 1) as "risks!"
           from criterion c join person p on p.id = c.changed_by left join person d on d.id = c.dropped_by
           where (c.system_id = $1 and c.dropped_at is null) or c.number = $2 order by c.number"#,
        system,
        number
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Row {
                id: CriterionId(r.id),
                reference: CriterionRef(r.number),
                criterion: Criterion {
                    metric: r.metric,
                    unit: r.unit.parse()?,
                    scope: r.scope,
                    slice: r.slice.parse()?,
                    comparison: r.comparison.parse()?,
                    warn: r.warn,
                    fail: r.fail,
                    characteristic: r.characteristic.parse()?,
                    max_age_days: r.max_age_days.map(i32::unsigned_abs),
                    min_samples: r.min_samples.map(i64::unsigned_abs),
                    note: r.note,
                },
                risks: r.risks.into_iter().map(RiskRef).collect(),
                changed_by: r.changed_by,
                changed_at: r.changed_at,
                dropped: match (r.dropped_at, r.dropped_by, r.dropped_why) {
                    (Some(at), Some(by), Some(why)) => Some((at, by, why)),
                    _ => None,
                },
                version: r.version,
            })
        })
        .collect()
}

/// Adds one. `once` makes a repeated request count once.
///
/// # Errors
/// A refusal; [`Error::Replayed`].
pub async fn add(
    store: &Store,
    actor: &Actor,
    system: SystemRef,
    new: &Criterion,
    risks: &[RiskRef],
    once: Option<Once>,
) -> Result<CriterionRef> {
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let located = locate(tx.conn(), actor, system, true).await?;
    located.allow_change(actor, Action::CriterionWrite)?;
    known(tx.conn(), new).await?;
    let held = sqlx::query_scalar!(
        r#"select count(*) as "n!" from criterion where system_id = $1 and dropped_at is null"#,
        located.id.0
    )
    .fetch_one(tx.conn())
    .await?;
    if held >= CRITERIA_MAX {
        return Err(Refusal::not_now(format!("A system has at most {CRITERIA_MAX} criteria: drop one first")).into());
    }
    let risks = risks_of(tx.conn(), located.id, risks).await?;
    let (id, now) = (tx.new_id(), tx.now());
    let number = sqlx::query_scalar!(
        "insert into criterion (id, system_id, metric, unit, scope, slice, comparison, warn, fail, characteristic,
           max_age_days, min_samples, note, created_at, created_by, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $14, $15) returning number",
        id,
        located.id.0,
        new.metric,
        new.unit.as_str(),
        new.scope,
        new.slice.as_str(),
        new.comparison.as_str(),
        new.warn,
        new.fail,
        new.characteristic.as_str(),
        new.max_age_days.map(u32::cast_signed),
        new.min_samples.map(u64::cast_signed),
        new.note,
        now,
        actor.id.0
    )
    .fetch_one(tx.conn())
    .await?;
    let reference = CriterionRef(number);
    link(tx.conn(), id, &risks).await?;
    tx.receipt(actor, once, &format!("/criteria/{reference}")).await?;
    let mut entry = Entry::new("criterion.add", "criterion", id, reference).related(located.id);
    for (_, risk) in &risks {
        entry = entry.related(*risk);
    }
    let names: Vec<RiskRef> = risks.iter().map(|(name, _)| *name).collect();
    tx.commit_content(actor, located.id, entry.after(words(new, &names))).await?;
    Ok(reference)
}

/// Changes it, on the version that was read.
///
/// # Errors
/// A refusal; [`Error::Stale`] when somebody else saved first.
pub async fn edit(
    store: &Store,
    actor: &Actor,
    reference: CriterionRef,
    version: i32,
    new: &Criterion,
    risks: &[RiskRef],
) -> Result<()> {
    let mut tx = store.begin().await?;
    let Detail { located, row } = find(tx.conn(), actor, reference, true).await?;
    located.allow_change(actor, Action::CriterionWrite)?;
    in_force(&row)?;
    same_version(row.version, version)?;
    known(tx.conn(), new).await?;
    let risks = risks_of(tx.conn(), located.id, risks).await?;
    let now = tx.now();
    sqlx::query!(
        "update criterion set metric = $2, unit = $3, scope = $4, slice = $5, comparison = $6, warn = $7, fail = $8,
           characteristic = $9, max_age_days = $10, min_samples = $11, note = $12, version = version + 1,
           changed_at = $13, changed_by = $14 where id = $1",
        row.id.0,
        new.metric,
        new.unit.as_str(),
        new.scope,
        new.slice.as_str(),
        new.comparison.as_str(),
        new.warn,
        new.fail,
        new.characteristic.as_str(),
        new.max_age_days.map(u32::cast_signed),
        new.min_samples.map(u64::cast_signed),
        new.note,
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    let ids: Vec<Uuid> = risks.iter().map(|(_, id)| *id).collect();
    sqlx::query!("delete from criterion_risk where criterion_id = $1 and risk_id <> all ($2)", row.id.0, &ids)
        .execute(tx.conn())
        .await?;
    link(tx.conn(), row.id.0, &risks).await?;
    let names: Vec<RiskRef> = risks.iter().map(|(name, _)| *name).collect();
    let mut entry = Entry::new(Action::CriterionWrite.as_str(), "criterion", row.id.0, reference)
        .related(located.id)
        .before(words(&row.criterion, &row.risks))
        .after(words(new, &names));
    for id in ids {
        entry = entry.related(id);
    }
    tx.commit_content(actor, located.id, entry).await
}

/// Drops it: it judges nothing any more, and stays readable.
///
/// # Errors
/// A refusal; [`Error::Stale`].
pub async fn drop(store: &Store, actor: &Actor, reference: CriterionRef, version: i32, why: &str) -> Result<SystemRef> {
    let mut tx = store.begin().await?;
    let Detail { located, row } = find(tx.conn(), actor, reference, true).await?;
    located.allow_change(actor, Action::CriterionWrite)?;
    in_force(&row)?;
    same_version(row.version, version)?;
    let why = match domain::text::prose(why) {
        Ok(Some(why)) => why,
        Ok(None) => return Err(Refusal::field("why", "Say why it is dropped").into()),
        Err(message) => return Err(Refusal::field("why", message).into()),
    };
    let now = tx.now();
    sqlx::query!(
        "update criterion set dropped_at = $2, dropped_by = $3, dropped_why = $4, version = version + 1,
           changed_at = $2, changed_by = $3 where id = $1",
        row.id.0,
        now,
        actor.id.0,
        why
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::new("criterion.drop", "criterion", row.id.0, reference).related(located.id);
    let entry = entry.before(words(&row.criterion, &row.risks)).after(json!({ "dropped_why": why }));
    tx.commit_content(actor, located.id, entry).await?;
    Ok(located.reference)
}

fn in_force(row: &Row) -> Result<()> {
    match row.dropped {
        Some(_) => Err(Refusal::not_now("This criterion was dropped: write a new one").into()),
        None => Ok(()),
    }
}

/// The metric is a term of the vocabulary as it stands.
async fn known(conn: &mut PgConnection, new: &Criterion) -> Result<()> {
    let vocabulary = super::vocabulary::load(conn).await?;
    match vocabulary.get(&new.metric) {
        Some(_) => Ok(()),
        None => Err(Refusal::field("metric", "Choose a metric of the vocabulary").into()),
    }
}

async fn risks_of(conn: &mut PgConnection, system: SystemId, risks: &[RiskRef]) -> Result<Vec<(RiskRef, Uuid)>> {
    if risks.len() > RISKS_MAX {
        return Err(Refusal::field("risks", "Choose fewer risks").into());
    }
    crate::mitigations::risks_of(conn, system, risks).await
}

async fn link(conn: &mut PgConnection, criterion: Uuid, risks: &[(RiskRef, Uuid)]) -> Result<()> {
    let ids: Vec<Uuid> = risks.iter().map(|(_, id)| *id).collect();
    sqlx::query!(
        "insert into criterion_risk (criterion_id, risk_id) select $1, unnest($2::uuid[]) on conflict do nothing",
        criterion,
        &ids
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// For the audit trail: thresholds as text, for canonical JSON has no floating-point numbers.
fn words(c: &Criterion, risks: &[RiskRef]) -> Value {
    json!({
        "metric": c.metric, "scope": c.scope, "unit": c.unit, "slice": c.slice, "comparison": c.comparison,
        "warn": c.warn.map(|n| n.to_string()), "fail": c.fail.to_string(), "characteristic": c.characteristic,
        "max_age_days": c.max_age_days, "min_samples": c.min_samples, "note": c.note, "risks": risks,
    })
}
