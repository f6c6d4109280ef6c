//! Mitigations of all systems or of one: open ones first, the longest overdue on top.

use crate::{Error, Result, Store};
use chrono::{Days, NaiveDate};
use domain::actor::Actor;
use domain::ids::{MitigationRef, PersonId, SystemRef, UnitId};
use domain::mitigation::{Kind, Status};
use domain::page::{COUNT_MAX, Page};
use sqlx::{Postgres, QueryBuilder};

/// Days ahead that count as soon.
pub const SOON_DAYS: u64 = 30;
/// A date behind every other, where there is none; cursors need one.
const NO_DATE: &str = "9999-12-31";

domain::words! {
    /// When a mitigation is due; only open ones are.
    Due {
        Overdue = "overdue", "Overdue";
        Soon = "soon", "In the next 30 days";
        Undated = "none", "No date";
    }
}

domain::words! {
    /// What a list of mitigations is sorted by.
    MitigationSort {
        Due = "due", "Due";
        Reference = "ref", "Reference";
    }
}

/// Which mitigations. Dropped ones, and those of retired systems, are left out unless asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MitigationFilter {
    /// Words in title and description, or a reference.
    pub text: Option<String>,
    /// Of one system.
    pub system: Option<SystemRef>,
    /// Of the systems of one unit.
    pub unit: Option<UnitId>,
    /// Assigned to somebody; `Some(None)`: to nobody.
    pub assignee: Option<Option<PersonId>>,
    /// By status.
    pub status: Option<Status>,
    /// By kind.
    pub kind: Option<Kind>,
    /// By date.
    pub due: Option<Due>,
    /// Conditions of the committee only.
    pub conditions: bool,
}

/// A row of a list of mitigations.
#[derive(Debug, Clone)]
pub struct MitigationRow {
    /// M-7.
    pub reference: MitigationRef,
    /// Short name.
    pub title: String,
    /// Its system.
    pub system: SystemRef,
    /// The system's name.
    pub system_name: String,
    /// How it acts.
    pub kind: Kind,
    /// How far it is.
    pub status: Status,
    /// Who does it.
    pub assignee: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// Whether the committee asked for it.
    pub condition: bool,
    /// Risks that it acts on.
    pub risks: i64,
}

/// A page of mitigations, and how many there are in all.
#[derive(Debug, Clone)]
pub struct MitigationList {
    /// The rows.
    pub page: Page<MitigationRow>,
    /// Rows on all pages, counted up to one more than [`COUNT_MAX`].
    pub total: i64,
}

#[derive(sqlx::FromRow)]
struct Raw {
    number: i64,
    title: String,
    system_number: i64,
    system_name: String,
    kind: String,
    status: String,
    assignee: Option<String>,
    due_on: Option<NaiveDate>,
    condition: bool,
    risks: i64,
    total: i64,
}

impl TryFrom<Raw> for MitigationRow {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        Ok(Self {
            reference: MitigationRef(raw.number),
            title: raw.title,
            system: SystemRef(raw.system_number),
            system_name: raw.system_name,
            kind: raw.kind.parse()?,
            status: raw.status.parse()?,
            assignee: raw.assignee,
            due_on: raw.due_on,
            condition: raw.condition,
            risks: raw.risks,
        })
    }
}

/// The mitigations that this person may see, after the cursor.
///
/// # Errors
/// [`Error::NotFound`] for a cursor that is none.
pub async fn list(
    store: &Store,
    actor: &Actor,
    filter: &MitigationFilter,
    (sort, descending): (MitigationSort, bool),
    after: Option<&str>,
    limit: usize,
) -> Result<MitigationList> {
    let way = if descending { "desc" } else { "asc" };
    let keys = match sort {
        MitigationSort::Due => vec![
            "(m.status not in ('planned', 'in_progress'))::integer".to_owned(),
            format!("coalesce(m.due_on, '{NO_DATE}')"),
            "m.number".to_owned(),
        ],
        MitigationSort::Reference => vec!["m.number".to_owned()],
    };
    let order = keys.iter().map(|key| format!("{key} {way}")).collect::<Vec<_>>().join(", ");
    let mut sql = QueryBuilder::<Postgres>::new("with page as (select m.*, row_number() over (order by ");
    sql.push(&order).push(") as place from mitigation m where true");
    conditions(&mut sql, actor, filter, store.today());
    if let Some(after) = after {
        keyset(&mut sql, sort, &keys.join(", "), descending, after)?;
    }
    sql.push(" order by ").push(&order);
    sql.push(" limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1));
    sql.push(
        ") select page.number, page.title, s.number as system_number, s.name as system_name, page.kind, page.status,
             a.name as assignee, page.due_on, page.decision_id is not null as condition,
             (select count(*) from mitigation_risk r where r.mitigation_id = page.id) as risks,
             (select count(*) from (select from mitigation m where true",
    );
    conditions(&mut sql, actor, filter, store.today());
    sql.push(" limit ").push_bind(COUNT_MAX + 1);
    sql.push(
        ") c) as total from page join system s on s.id = page.system_id left join person a on a.id = page.assignee_id
         order by page.place",
    );
    let raws: Vec<Raw> = sql.build_query_as().fetch_all(store.pool()).await?;
    let total = raws.first().map_or(0, |raw| raw.total);
    let rows = raws.into_iter().map(MitigationRow::try_from).collect::<Result<Vec<_>>>()?;
    Ok(MitigationList { page: Page::cut(rows, limit, cursor), total })
}

/// Done or not, date, number: whatever the sort needs of it.
fn cursor(row: &MitigationRow) -> String {
    let date = row.due_on.map_or(NO_DATE.to_owned(), |d| d.to_string());
    format!("{}.{date}.{}", u8::from(!row.status.is_open()), row.reference.0)
}

fn keyset(
    sql: &mut QueryBuilder<Postgres>,
    sort: MitigationSort,
    keys: &str,
    descending: bool,
    after: &str,
) -> Result<()> {
    let [done, date, number] = after.split('.').collect::<Vec<_>>()[..] else { return Err(Error::NotFound) };
    let done: i32 = done.parse().map_err(|_| Error::NotFound)?;
    let date: NaiveDate = date.parse().map_err(|_| Error::NotFound)?;
    let number: i64 = number.parse().map_err(|_| Error::NotFound)?;
    sql.push(format!(" and ({keys}) {} (", if descending { '<' } else { '>' }));
    if sort == MitigationSort::Due {
        sql.push_bind(done).push(", ").push_bind(date).push(", ");
    }
    sql.push_bind(number).push(")");
    Ok(())
}

fn conditions(sql: &mut QueryBuilder<Postgres>, actor: &Actor, filter: &MitigationFilter, today: NaiveDate) {
    if !actor.reads_all() {
        sql.push(" and (m.assignee_id = ").push_bind(actor.id.0);
        sql.push(" or m.system_id in (select id from system where owner_id = ").push_bind(actor.id.0);
        sql.push(" union all select system_id from system_contributor where person_id = ").push_bind(actor.id.0);
        sql.push("))");
    }
    match (filter.system, filter.status) {
        (Some(system), _) => {
            sql.push(" and m.system_id = (select id from system where number = ").push_bind(system.0).push(")");
        }
        (None, Some(Status::Dropped)) => {
            sql.push(" and m.system_id not in (select id from system where stage = 'retired')");
        }
        (None, _) => drop(sql.push(" and m.live")),
    }
    if let Some(unit) = filter.unit {
        sql.push(" and m.unit_id = ").push_bind(unit.0);
    }
    match filter.assignee {
        Some(Some(person)) => drop(sql.push(" and m.assignee_id = ").push_bind(person.0)),
        Some(None) => drop(sql.push(" and m.assignee_id is null")),
        None => {}
    }
    match filter.status {
        Some(status) => drop(sql.push(" and m.status = ").push_bind(status.as_str())),
        None => drop(sql.push(" and m.status <> 'dropped'")),
    }
    if let Some(kind) = filter.kind {
        sql.push(" and m.kind = ").push_bind(kind.as_str());
    }
    if filter.conditions {
        sql.push(" and m.decision_id is not null");
    }
    if let Some(due) = filter.due {
        sql.push(" and m.status in ('planned', 'in_progress')");
        match due {
            Due::Overdue => drop(sql.push(" and m.due_on < ").push_bind(today)),
            Due::Soon => {
                sql.push(" and m.due_on >= ").push_bind(today);
                sql.push(" and m.due_on <= ").push_bind(today + Days::new(SOON_DAYS));
            }
            Due::Undated => drop(sql.push(" and m.due_on is null")),
        }
    }
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        words(sql, text);
    }
}

fn words(sql: &mut QueryBuilder<Postgres>, text: &str) {
    if let Ok(reference) = text.to_uppercase().parse::<MitigationRef>() {
        sql.push(" and m.number = ").push_bind(reference.0);
        return;
    }
    let part: String = text.to_lowercase().chars().take(200).collect();
    let part = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    sql.push(" and (m.search @@ websearch_to_tsquery('english', ").push_bind(text.to_owned());
    sql.push(") or lower(m.title) like ").push_bind(format!("%{part}%")).push(")");
}
