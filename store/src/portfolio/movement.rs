//! Movement over the last twelve months, counted back from what is append-only: ratings, decisions, registrations. A risk
//! counts until it is closed or its system retired, as in the lists; the present month is what the lists hold now.

use crate::{Result, Store};
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::ids::UnitId;
use domain::policy::{self, Action, Relation};
use serde::Serialize;

/// The state at the end of one month (the present month: now).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Month {
    /// First day of the month.
    pub month: NaiveDate,
    /// Systems registered until then.
    pub systems: i64,
    /// Risks open then, of systems in use.
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
        // Each figure is summed per month first, then added up along the months: one pass over the ratings.
        r#"with clock as (
             select date_trunc('month', $2::timestamptz at time zone 'UTC') as now
           ), months as (
             select m as month from clock, generate_series(now - interval '11 months', now, interval '1 month') m
           ), scope as (
             -- A retired system stands still: its last change is its retirement.
             select id, created_at, case when stage = 'retired' then changed_at end as gone
             from system where $1::uuid is null or business_unit_id = $1
           ), known as (
             -- So does a closed risk.
             select k.id, k.created_at, k.residual_above, least(case when k.status = 'closed' then k.changed_at end, s.gone) as gone
             from risk k join scope s on s.id = k.system_id
           ),
           scales as materialized (select version, (body->>'appetite')::int as appetite from matrix_version),
           spans as (
             select r.rated_at as since, r.level > v.appetite as above,
               least(lead(r.rated_at) over (partition by r.risk_id order by r.rated_at, r.id), k.gone) as until
             from rating r join known k on k.id = r.risk_id
             join scales v on v.version = r.matrix_version
             where r.kind = 'residual'
           ), changes as (
             select date_trunc('month', since at time zone 'UTC') as month, 'above' as figure, count(*) as n
             from spans where above group by 1
             union all
             select date_trunc('month', until at time zone 'UTC'), 'above', -count(*)
             from spans where above and until is not null group by 1
             union all
             select date_trunc('month', created_at at time zone 'UTC'), 'systems', count(*) from scope group by 1
             union all
             select date_trunc('month', created_at at time zone 'UTC'), 'risks', count(*) from known group by 1
             union all
             select date_trunc('month', gone at time zone 'UTC'), 'risks', -count(*) from known where gone is not null group by 1
             union all
             select date_trunc('month', d.decided_at at time zone 'UTC'), 'decisions', count(*)
             from decision d join scope s on s.id = d.system_id group by 1
             union all
             select date_trunc('month', i.implemented_at at time zone 'UTC'), 'implemented', count(*)
             from mitigation i join scope s on s.id = i.system_id where i.implemented_at is not null group by 1
           )
           select m.month::date as "month!",
             coalesce(sum(c.n) filter (where c.figure = 'systems'), 0)::bigint as "systems!",
             coalesce(sum(c.n) filter (where c.figure = 'risks'), 0)::bigint as "risks!",
             -- An appetite that changed since counts for today's figure, as in the list; earlier months keep theirs.
             case when m.month = (select now from clock)
               then (select count(*) from known where residual_above and gone is null)
               else coalesce(sum(c.n) filter (where c.figure = 'above'), 0)::bigint end as "above!",
             coalesce(sum(c.n) filter (where c.figure = 'decisions' and c.month = m.month), 0)::bigint as "decisions!",
             coalesce(sum(c.n) filter (where c.figure = 'implemented' and c.month = m.month), 0)::bigint
               as "implemented!"
           from months m left join changes c on c.month <= m.month
           group by m.month order by m.month"#,
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
