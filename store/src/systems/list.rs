//! The list of systems: filters, order, keyset paging; one statement.

use crate::{Result, Store};
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{PersonId, SystemRef, UnitId};
use domain::page::{COUNT_MAX, PAGE_ROWS, Page};
use domain::system::{Kind, Stage, Status};
use domain::triage::Tier;
use sqlx::{Postgres, QueryBuilder, Row};

/// Which systems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words of name, vendor or purpose, a part of the name, or a reference.
    pub text: Option<String>,
    /// Business unit.
    pub unit: Option<UnitId>,
    /// Owner.
    pub owner: Option<PersonId>,
    /// Lifecycle stage.
    pub stage: Option<Stage>,
    /// Tier; `Some(None)` for systems without one.
    pub tier: Option<Option<Tier>>,
    /// Where they stand: any of these; none for all.
    pub status: Vec<Status>,
    /// Kind of AI.
    pub kind: Option<Kind>,
    /// Only those that the person owns or contributes to.
    pub mine: bool,
    /// Only those whose approval ends within so many days.
    pub expiring: Option<u32>,
}

domain::words! {
    /// What the list is ordered by.
    Sort {
        Name = "name", "Name";
        Changed = "changed", "Last change";
        Tier = "tier", "Tier";
        Risk = "risk", "Risks above appetite";
        Reference = "reference", "Reference";
    }
}

impl Sort {
    /// The expression (never null) and its type.
    const fn key(self) -> (&'static str, &'static str) {
        match self {
            Sort::Name => ("lower(s.name)", "text"),
            Sort::Changed => ("s.changed_at", "timestamptz"),
            Sort::Tier => (
                "coalesce(array_position(array['minimal','limited','high','critical','prohibited'], s.tier), 0)",
                "int",
            ),
            Sort::Risk => ("s.risks_above", "int"),
            Sort::Reference => ("s.number", "bigint"),
        }
    }
}

/// Order and place of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// Ordered by.
    pub sort: Sort,
    /// The other way round.
    pub descending: bool,
    /// After this cursor.
    pub after: Option<String>,
    /// Rows of a page.
    pub rows: usize,
}

impl Default for Paging {
    fn default() -> Self {
        Self { sort: Sort::Changed, descending: true, after: None, rows: PAGE_ROWS }
    }
}

/// One system of the list.
#[derive(Debug, Clone)]
pub struct SystemRow {
    /// Its reference.
    pub reference: SystemRef,
    /// Its name.
    pub name: String,
    /// Business unit.
    pub unit: String,
    /// Who answers for it.
    pub owner: String,
    /// Lifecycle stage.
    pub stage: Stage,
    /// Kind of AI.
    pub kind: Option<Kind>,
    /// The tier in force.
    pub tier: Option<Tier>,
    /// Where it stands.
    pub status: Status,
    /// Last day of its approval.
    pub valid_until: Option<NaiveDate>,
    /// Risks that are not closed.
    pub risks: i64,
    /// Of those, with residual risk above appetite.
    pub above: i64,
    /// Last change.
    pub changed_at: DateTime<Utc>,
    cursor: String,
}

/// A page of the list, and how many systems the filter leaves (counted on the first page only).
#[derive(Debug, Clone)]
pub struct Systems {
    /// The page.
    pub page: Page<SystemRow>,
    /// All rows of the filter, counted up to one more than [`COUNT_MAX`].
    pub total: Option<i64>,
}

/// From the columns that triggers keep: as `system_standing` says, without its joins.
const STATUS: &str = "system_status(s.stage, s.tier, s.standing_state, s.standing_outcome, s.standing_ended,
    s.standing_until, s.standing_condition, s.stale_since, ";

/// Lists the systems that the person may see.
///
/// # Errors
/// A refusal for a cursor that this list did not give.
pub async fn list(store: &Store, actor: &Actor, filter: &Filter, paging: &Paging) -> Result<Systems> {
    let today = store.today();
    let (key, kind) = paging.sort.key();
    let mut q = QueryBuilder::<Postgres>::new("with page as (select s.id, s.number, ");
    q.push(STATUS)
        .push_bind(today)
        .push(format!(") as status, s.standing_until as valid_until, ({key})::text as key from system s where true"));
    narrow(&mut q, actor, filter, today);
    if let Some(after) = &paging.after {
        let (number, value) = after
            .split_once('~')
            .and_then(|(n, v)| Some((n.parse::<i64>().ok()?, v)))
            .filter(|(_, v)| is_a(kind, v))
            .ok_or_else(|| Refusal::not_now("This page of the list does not exist: begin with the first one"))?;
        q.push(format!(" and ({key}, s.number) {} (", if paging.descending { "<" } else { ">" }));
        q.push_bind(value.to_owned()).push(format!("::{kind}, ")).push_bind(number).push(")");
    }
    let order = if paging.descending { "desc" } else { "asc" };
    q.push(format!(" order by {key} {order}, s.number {order} limit "));
    q.push_bind(i64::try_from(paging.rows + 1).unwrap_or(i64::MAX));
    q.push(
        ") select s.number, s.name, u.name as unit, o.name as owner, s.stage, s.kind, s.tier, s.changed_at, p.status,
             p.valid_until, p.key, k.risks, k.above, ",
    );
    match paging.after {
        Some(_) => drop(q.push("null::bigint")),
        None => {
            q.push("(select count(*) from (select from system s where true");
            narrow(&mut q, actor, filter, today);
            q.push(" limit ").push_bind(COUNT_MAX + 1).push(") c)");
        }
    }
    q.push(
        " as total from page p join system s on s.id = p.id join business_unit u on u.id = s.business_unit_id
           join person o on o.id = s.owner_id
           cross join lateral (select count(*) as risks, count(*) filter (where r.residual_above) as above
             from risk r where r.system_id = s.id and r.status <> 'closed') k ",
    );
    q.push(format!("order by {key} {order}, s.number {order}"));
    let found = q.build().fetch_all(store.pool()).await?;
    let total = match paging.after {
        None => Some(found.first().map(|r| r.try_get("total")).transpose()?.unwrap_or(0)),
        Some(_) => None,
    };
    let rows = found.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Systems { page: Page::cut(rows, paging.rows, |r| r.cursor.clone()), total })
}

/// A cursor travels through the address: it must read as the column's type before Postgres sees it.
fn is_a(kind: &str, value: &str) -> bool {
    match kind {
        "int" => value.parse::<i32>().is_ok(),
        "bigint" => value.parse::<i64>().is_ok(),
        "timestamptz" => DateTime::parse_from_str(value, "%Y-%m-%d %H:%M:%S%.f%#z").is_ok(),
        _ => !value.contains('\0'),
    }
}

fn narrow(q: &mut QueryBuilder<Postgres>, actor: &Actor, filter: &Filter, today: NaiveDate) {
    if !actor.reads_all() || filter.mine {
        q.push(" and s.id in (select id from system where owner_id = ").push_bind(actor.id.0);
        q.push(" union all select system_id from system_contributor where person_id = ");
        q.push_bind(actor.id.0).push(")");
    }
    if let Some(text) = filter.text.as_deref().filter(|t| !t.contains('\0')) {
        let number = text.trim().to_uppercase().parse::<SystemRef>().map_or(-1, |r| r.0);
        let part: String = text
            .to_lowercase()
            .chars()
            .flat_map(|c| match c {
                '%' | '_' | '\\' => vec!['\\', c],
                c => vec![c],
            })
            .collect();
        q.push(" and (s.search @@ websearch_to_tsquery('english', ").push_bind(text.to_owned());
        q.push(") or lower(s.name) like ").push_bind(format!("%{part}%"));
        q.push(" or s.number = ").push_bind(number).push(")");
    }
    if let Some(unit) = filter.unit {
        q.push(" and s.business_unit_id = ").push_bind(unit.0);
    }
    if let Some(owner) = filter.owner {
        q.push(" and s.owner_id = ").push_bind(owner.0);
    }
    if let Some(stage) = filter.stage {
        q.push(" and s.stage = ").push_bind(stage.as_str());
    }
    if let Some(tier) = filter.tier {
        q.push(" and s.tier is not distinct from ").push_bind(tier.map(|t| t.as_str()));
    }
    if let Some(kind) = filter.kind {
        q.push(" and s.kind = ").push_bind(kind.as_str());
    }
    if !filter.status.is_empty() {
        let words: Vec<String> = filter.status.iter().map(ToString::to_string).collect();
        q.push(" and ").push(STATUS).push_bind(today).push(") = any(").push_bind(words).push(")");
    }
    if let Some(days) = filter.expiring {
        // The same condition as the portfolio's "approvals that end soon".
        q.push(" and s.standing_outcome <> 'rejected' and s.standing_ended is null and s.stage <> 'retired'");
        q.push(" and s.standing_until between ");
        q.push_bind(today).push(" and ").push_bind(today + Days::new(days.into()));
    }
}

fn read(row: &sqlx::postgres::PgRow) -> Result<SystemRow> {
    let number: i64 = row.try_get("number")?;
    let word = |name: &str| row.try_get::<Option<String>, _>(name);
    Ok(SystemRow {
        reference: SystemRef(number),
        name: row.try_get("name")?,
        unit: row.try_get("unit")?,
        owner: row.try_get("owner")?,
        stage: row.try_get::<String, _>("stage")?.parse()?,
        kind: word("kind")?.map(|w| w.parse()).transpose()?,
        tier: word("tier")?.map(|w| w.parse()).transpose()?,
        status: row.try_get::<String, _>("status")?.parse()?,
        valid_until: row.try_get("valid_until")?,
        risks: row.try_get("risks")?,
        above: row.try_get("above")?,
        changed_at: row.try_get("changed_at")?,
        cursor: format!("{number}~{}", row.try_get::<String, _>("key")?),
    })
}
