//! Movement over the last twelve months, from the tally by month, which follows what is append-only: ratings, decisions,
//! registrations. A risk counts until it is closed or its system retired, as in the lists; the present month is what the
//! lists hold now.

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
        r#"with clock as (
             select date_trunc('month', $2::timestamptz at time zone 'UTC') as now
           ), months as (
             select m::date as month from clock, generate_series(now - interval '11 months', now, interval '1 month') m
           ), changes as (
             select month, figure, sum(n) as n from tally_month where $1::uuid is null or unit_id = $1 group by 1, 2
           )
           select m.month as "month!",
             coalesce(sum(c.n) filter (where c.figure = 'systems'), 0)::bigint as "systems!",
             coalesce(sum(c.n) filter (where c.figure = 'risks'), 0)::bigint as "risks!",
             -- An appetite that changed since counts for today's figure, as in the list; earlier months keep theirs.
             case when m.month = (select now::date from clock)
               then (select coalesce(sum(n), 0)::bigint from tally_risk where above and ($1::uuid is null or unit_id = $1))
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
