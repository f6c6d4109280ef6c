//! The figures of one moment.

use crate::matrix::MatrixVersion;
use crate::units::Unit;
use crate::{Result, Store};
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::actor::Actor;
use domain::ids::{DecisionRef, MitigationRef, ReviewRef, RiskRef, SystemRef, UnitId};
use domain::policy::{self, Action, Relation};
use domain::risk::matrix::Point;
use domain::system::Status;
use domain::triage::Tier;
use serde::Serialize;

/// How far ahead approvals are listed as expiring, in days.
pub const EXPIRING_DAYS: u64 = 90;
/// Rows that each short list shows.
const TOP: i64 = 8;

/// Systems of one tier and status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SystemCount {
    /// None before triage.
    pub tier: Option<Tier>,
    /// Where they stand.
    pub status: Status,
    /// How many.
    pub systems: i64,
}

/// Risks that share their inherent and residual point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Movement {
    /// Before mitigations.
    pub inherent: Option<Point>,
    /// With those in place.
    pub residual: Option<Point>,
    /// How many.
    pub risks: i64,
}

/// A risk above appetite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopRisk {
    /// R-340
    pub reference: RiskRef,
    /// Its title.
    pub title: String,
    /// Its system.
    pub system: SystemRef,
    /// The system's name.
    pub system_name: String,
    /// Residual point.
    pub residual: Point,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// An overdue mitigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overdue {
    /// M-7
    pub reference: MitigationRef,
    /// Its title.
    pub title: String,
    /// Its system.
    pub system: SystemRef,
    /// Since when.
    pub due_on: NaiveDate,
    /// Who does it.
    pub assignee: Option<String>,
}

/// A review that waits for the committee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// RV-3
    pub reference: ReviewRef,
    /// The system's name.
    pub system: String,
    /// Its tier.
    pub tier: Option<Tier>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// An approval that ends soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expiring {
    /// D-3
    pub reference: DecisionRef,
    /// Its system.
    pub system: SystemRef,
    /// The system's name.
    pub system_name: String,
    /// Last day.
    pub valid_until: NaiveDate,
}

/// All of it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Portfolio {
    /// By tier and status.
    pub systems: Vec<SystemCount>,
    /// Open risks by inherent and residual point.
    pub heat: Vec<Movement>,
    /// Open risks above appetite.
    pub above_appetite: i64,
    /// The worst of them.
    pub top_risks: Vec<TopRisk>,
    /// Overdue mitigations.
    pub overdue: i64,
    /// The longest overdue.
    pub top_overdue: Vec<Overdue>,
    /// Reviews that wait.
    pub waiting: i64,
    /// The oldest of them.
    pub top_waiting: Vec<Waiting>,
    /// Approvals that end within [`EXPIRING_DAYS`].
    pub expiring: i64,
    /// The next of them.
    pub top_expiring: Vec<Expiring>,
}

/// Reads the portfolio, of one business unit or of all.
///
/// # Errors
/// A refusal for those who may not see it.
pub async fn portfolio(store: &Store, actor: &Actor, unit: Option<UnitId>) -> Result<Portfolio> {
    policy::allow(actor, Action::PortfolioRead, Relation::default())?;
    let today = store.today();
    let unit = unit.map(|u| u.0);
    let systems = systems(store, unit, today).await?;
    let (heat, above_appetite) = heat(store, unit).await?;
    let top_risks = above(store, unit).await?;
    let mut portfolio = Portfolio { systems, heat, above_appetite, top_risks, ..Portfolio::default() };
    deadlines(store, unit, today, &mut portfolio).await?;
    Ok(portfolio)
}

async fn systems(store: &Store, unit: Option<uuid::Uuid>, today: NaiveDate) -> Result<Vec<SystemCount>> {
    let rows = sqlx::query!(
        r#"select tier as "tier!", status as "status!", sum(n) as "systems!"
           from tally_system where since <= $2 and ($1::uuid is null or unit_id = $1)
           group by 1, 2 having sum(n) <> 0"#,
        unit,
        today
    )
    .fetch_all(store.pool())
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(SystemCount {
                tier: Some(r.tier).filter(|t| !t.is_empty()).map(|t| t.parse()).transpose()?,
                status: r.status.parse()?,
                systems: r.systems,
            })
        })
        .collect()
}

/// A point of the tally: 0 where nothing is rated.
fn point(likelihood: i16, impact: i16) -> Option<Point> {
    (likelihood > 0).then_some(Point { likelihood, impact })
}

/// Open risks by their points, and how many of them lie above appetite.
async fn heat(store: &Store, unit: Option<uuid::Uuid>) -> Result<(Vec<Movement>, i64)> {
    let rows = sqlx::query!(
        r#"select inherent_likelihood, inherent_impact, residual_likelihood, residual_impact, sum(n) as "risks!",
             coalesce(sum(n) filter (where above), 0) as "above!"
           from tally_risk where $1::uuid is null or unit_id = $1
           group by 1, 2, 3, 4 having sum(n) <> 0"#,
        unit
    )
    .fetch_all(store.pool())
    .await?;
    let above = rows.iter().map(|r| r.above).sum();
    let heat = rows
        .into_iter()
        .map(|r| Movement {
            inherent: point(r.inherent_likelihood, r.inherent_impact),
            residual: point(r.residual_likelihood, r.residual_impact),
            risks: r.risks,
        })
        .collect();
    Ok((heat, above))
}

/// The worst risks: those of each unit from its index, then the worst among them.
async fn above(store: &Store, unit: Option<uuid::Uuid>) -> Result<Vec<TopRisk>> {
    let rows = sqlx::query!(
        r#"select k.number, k.title, s.number as system, s.name, p.name as "owner?",
             k.residual_likelihood as "likelihood!", k.residual_impact as "impact!"
           from (
             select w.* from business_unit u cross join lateral (
               select r.number, r.title, r.system_id, r.owner_id, r.residual_likelihood, r.residual_impact,
                 r.residual_level, r.residual_score
               from risk r where r.unit_id = u.id and r.live and r.residual_above
               order by r.residual_level desc, r.residual_score desc, r.number limit $2) w
             where $1::uuid is null or u.id = $1
             order by w.residual_level desc, w.residual_score desc, w.number limit $2) k
           join system s on s.id = k.system_id left join person p on p.id = k.owner_id
           order by k.residual_level desc, k.residual_score desc, k.number"#,
        unit,
        TOP
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| TopRisk {
            reference: RiskRef(r.number),
            title: r.title,
            system: SystemRef(r.system),
            system_name: r.name,
            residual: Point { likelihood: r.likelihood, impact: r.impact },
            owner: r.owner,
        })
        .collect())
}

/// Overdue mitigations, reviews that wait and approvals that end soon: three short lists with their counts in one
/// statement. The lists of mitigations and systems filter by the same conditions.
async fn deadlines(store: &Store, unit: Option<uuid::Uuid>, today: NaiveDate, into: &mut Portfolio) -> Result<()> {
    let until = today + Days::new(EXPIRING_DAYS);
    let rows = sqlx::query!(
        r#"(select 'overdue' as "kind!", m.number as "number!", m.title as "title!", s.number as "system!",
              s.name as "system_name!", s.tier, m.due_on as "day?: NaiveDate", null::timestamptz as "since?",
              p.name as "person?", (
                select coalesce(sum(n), 0) from tally_due where due_on < $2 and ($1::uuid is null or unit_id = $1)
              ) as "all!"
            from business_unit u cross join lateral (
              select i.number, i.title, i.due_on, i.system_id, i.assignee_id from mitigation i
              where i.unit_id = u.id and i.live and i.status in ('planned', 'in_progress') and i.due_on < $2
              order by i.due_on, i.number limit $4) m
            join system s on s.id = m.system_id left join person p on p.id = m.assignee_id
            where $1::uuid is null or u.id = $1
            order by m.due_on, m.number limit $4)
           union all
           (select 'waiting', r.number, s.name, s.number, s.name, s.tier, null, r.submitted_at, null, count(*) over ()
            from review r join system s on s.id = r.system_id
            where r.state in ('submitted', 'in_review') and ($1::uuid is null or s.business_unit_id = $1)
            order by r.submitted_at, r.number limit $4)
           union all
           (select 'expiring', d.number, s.name, s.number, s.name, s.tier, s.standing_until, null, null, s.total
            from (
              select decision_id, number, name, tier, standing_until, count(*) over () as total from system
              where stage <> 'retired' and standing_outcome <> 'rejected' and standing_ended is null
                and standing_until between $2 and $3 and ($1::uuid is null or business_unit_id = $1)
              order by standing_until, number limit $4) s
            join decision d on d.id = s.decision_id order by s.standing_until, s.number)"#,
        unit,
        today,
        until,
        TOP
    )
    .fetch_all(store.pool())
    .await?;
    for r in rows {
        match (r.kind.as_str(), r.day, r.since) {
            ("overdue", Some(due_on), _) => {
                into.overdue = r.all;
                into.top_overdue.push(Overdue {
                    reference: MitigationRef(r.number),
                    title: r.title,
                    system: SystemRef(r.system),
                    due_on,
                    assignee: r.person,
                });
            }
            ("waiting", _, Some(since)) => {
                into.waiting = r.all;
                into.top_waiting.push(Waiting {
                    reference: ReviewRef(r.number),
                    system: r.system_name,
                    tier: r.tier.map(|t| t.parse()).transpose()?,
                    since,
                });
            }
            ("expiring", Some(valid_until), _) => {
                into.expiring = r.all;
                into.top_expiring.push(Expiring {
                    reference: DecisionRef(r.number),
                    system: SystemRef(r.system),
                    system_name: r.system_name,
                    valid_until,
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// What the page needs besides: the matrix in force and the units to choose from, in one statement.
///
/// # Errors
/// Those of the database.
pub async fn setting(store: &Store) -> Result<(MatrixVersion, Vec<Unit>)> {
    let row = sqlx::query!(
        r#"select v.version, v.body,
             (select coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) order by lower(u.name)), '[]')
              from business_unit u where u.archived_at is null) as "units!"
           from matrix_version v order by v.version desc limit 1"#
    )
    .fetch_one(store.pool())
    .await?;
    let matrix = MatrixVersion { version: row.version, matrix: serde_json::from_value(row.body)? };
    Ok((matrix, serde_json::from_value(row.units)?))
}
