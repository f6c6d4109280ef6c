//! Movement over the last twelve months, counted back from what is append-only: ratings, decisions, registrations.

use crate::{Result, Store};
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::ids::UnitId;
use domain::policy::{self, Action, Relation};

/// The state at the end of one month (the present month: now).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// First day of the month.
    pub month: NaiveDate,
    /// Systems registered until then.
    pub systems: i64,
    /// Risks known then.
    pub risks: i64,
    /// Of those, whose last residual rating then lay above the appetite that its matrix had.
    pub above_appetite: i64,
    /// Decisions made in the month.
    pub decisions: i64,
    /// Mitigations implemented in the month.
    pub implemented: i64,
}

/// Twelve months, oldest first, the present one last. One statement.
///
/// # Errors
/// A refusal for those who may not see it.
pub async fn movement(store: &Store, actor: &Actor, unit: Option<UnitId>) -> Result<Vec<Month>> {
    policy::allow(actor, Action::PortfolioRead, Relation::default())?;
    let rows = sqlx::query!(
        r#"with months as (
             select m::date as month, (m + interval '1 month') as until
             from generate_series(date_trunc('month', $2::timestamptz at time zone 'UTC') - interval '11 months',
                                  date_trunc('month', $2::timestamptz at time zone 'UTC'), interval '1 month') m
           ), scope as (select id, created_at from system where $1::uuid is null or business_unit_id = $1),
           -- From one residual rating to the next, a risk stands at one level.
           spans as (
             select r.risk_id, r.rated_at as since,
               lead(r.rated_at) over (partition by r.risk_id order by r.rated_at, r.id) as until,
               r.level > (v.body->>'appetite')::int as above
             from rating r join risk k on k.id = r.risk_id join scope s on s.id = k.system_id
             join matrix_version v on v.version = r.matrix_version
             where r.kind = 'residual'
           ), above as (
             select m.month, count(*) as n from months m
             join spans p on p.above and p.since at time zone 'UTC' < m.until
               and (p.until is null or p.until at time zone 'UTC' >= m.until)
             group by 1
           ), systems as (
             select m.month, count(*) as n from months m join scope s on s.created_at at time zone 'UTC' < m.until group by 1
           ), risks as (
             select m.month, count(*) as n from months m
             join risk k on k.created_at at time zone 'UTC' < m.until join scope s on s.id = k.system_id group by 1
           ), decided as (
             select date_trunc('month', d.decided_at at time zone 'UTC')::date as month, count(*) as n
             from decision d join scope s on s.id = d.system_id group by 1
           ), done as (
             select date_trunc('month', i.implemented_at at time zone 'UTC')::date as month, count(*) as n
             from mitigation i join scope s on s.id = i.system_id where i.implemented_at is not null group by 1
           )
           select m.month as "month!", coalesce(s.n, 0) as "systems!", coalesce(k.n, 0) as "risks!",
             coalesce(a.n, 0) as "above!", coalesce(d.n, 0) as "decisions!", coalesce(i.n, 0) as "implemented!"
           from months m
           left join systems s using (month) left join risks k using (month) left join above a using (month)
           left join decided d using (month) left join done i using (month)
           order by 1"#,
        unit.map(|u| u.0),
        store.now()
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Month {
            month: r.month,
            systems: r.systems,
            risks: r.risks,
            above_appetite: r.above,
            decisions: r.decisions,
            implemented: r.implemented,
        })
        .collect())
}
