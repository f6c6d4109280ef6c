//! Risks of all systems or of one: filtered, sorted, page by page, in one statement whatever the rows.

use crate::views::View;
use crate::{Error, Result, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::ids::{PersonId, RiskRef, SystemRef, UnitId};
use domain::page::{COUNT_MAX, Page};
use domain::risk::matrix::{Matrix, Point};
use domain::risk::{Characteristic, RatingKind, Status, Treatment};
use sqlx::{Postgres, QueryBuilder};
use std::collections::BTreeMap;
use uuid::Uuid;

domain::words! {
    /// What a list of risks is sorted by.
    RiskSort {
        Residual = "residual", "Residual";
        Inherent = "inherent", "Inherent";
        Reference = "ref", "Reference";
        Changed = "changed", "Last change";
    }
}

/// Which risks. Closed ones, and those of retired systems, are left out unless asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RiskFilter {
    /// Words in the texts, part of the title, or a reference.
    pub text: Option<String>,
    /// Of one system.
    pub system: Option<SystemRef>,
    /// Of the systems of one unit.
    pub unit: Option<UnitId>,
    /// Whom somebody answers for; `Some(None)`: nobody.
    pub owner: Option<Option<PersonId>>,
    /// By characteristic.
    pub characteristic: Option<Characteristic>,
    /// By treatment; `Some(None)`: none chosen.
    pub treatment: Option<Option<Treatment>>,
    /// By status.
    pub status: Option<Status>,
    /// Closed ones too.
    pub with_closed: bool,
    /// The rating that level and cell speak of; residual unless it is inherent.
    pub kind: Option<RatingKind>,
    /// A level (index); `Some(None)`: not rated.
    pub level: Option<Option<i16>>,
    /// A cell of the matrix.
    pub cell: Option<Point>,
    /// Residual above appetite.
    pub above_appetite: bool,
}

/// A rating of a row: where, and on which version of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowRating {
    /// Where.
    pub at: Point,
    /// Version of the matrix.
    pub matrix: i32,
}

/// A row of a list of risks.
#[derive(Debug, Clone)]
pub struct RiskRow {
    /// R-340.
    pub reference: RiskRef,
    /// Short name.
    pub title: String,
    /// Its system.
    pub system: SystemRef,
    /// The system's name.
    pub system_name: String,
    /// Characteristic of trustworthy AI.
    pub characteristic: Characteristic,
    /// What is done about it.
    pub treatment: Option<Treatment>,
    /// Where it stands.
    pub status: Status,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Before mitigations.
    pub inherent: Option<RowRating>,
    /// With those in place.
    pub residual: Option<RowRating>,
    /// Whether residual lies above appetite.
    pub above: bool,
    /// Mitigations that are not dropped.
    pub mitigations: i64,
    /// Of those, overdue.
    pub overdue: i64,
    /// Last change of its texts or handling.
    pub changed_at: DateTime<Utc>,
}

/// A page of risks, and how many there are in all.
#[derive(Debug, Clone)]
pub struct RiskList {
    /// The rows.
    pub page: Page<RiskRow>,
    /// Rows on all pages, counted up to one more than [`COUNT_MAX`].
    pub total: i64,
}

/// What the filters choose from, and the matrices that ratings were made on: one statement.
#[derive(Debug, Clone, Default)]
pub struct RiskChoices {
    /// Business units in use.
    pub units: Vec<(UnitId, String)>,
    /// People who answer for a risk.
    pub owners: Vec<(PersonId, String)>,
    /// Active people who may answer for one.
    pub people: Vec<(PersonId, String)>,
    /// Every version of the matrix.
    pub matrices: BTreeMap<i32, Matrix>,
    /// Views of the list that the person saved or others share.
    pub views: Vec<View>,
}

impl RiskChoices {
    /// The matrix in force and its version.
    pub fn current(&self) -> Option<(i32, &Matrix)> {
        self.matrices.iter().next_back().map(|(version, matrix)| (*version, matrix))
    }
}

/// Loads what the filters choose from, and the person's views.
pub async fn choices(store: &Store, actor: &Actor) -> Result<RiskChoices> {
    let rows = sqlx::query!(
        r#"select 1 as "kind!", id, name as "name!", null::integer as version, null::jsonb as body
             from business_unit where archived_at is null
           union all
           select 2, p.id, p.name, null, null from person p where exists (select from risk k where k.owner_id = p.id)
           union all
           select 4, id, name, null, null from person
             where deactivated_at is null and kind = 'human' and not roles && array['executive', 'auditor']
           union all
           select 3, null, '', version, body from matrix_version
           union all
           (select 5, v.id, v.name, null,
              jsonb_build_object('query', v.query, 'shared', v.shared, 'own', v.person_id = $1, 'by', p.name)
            from saved_view v join person p on p.id = v.person_id
            where v.list = 'risks' and (v.person_id = $1 or v.shared)
            order by v.person_id = $1 desc, lower(v.name), v.id limit 200)
           order by 1, 3"#,
        actor.id.0
    )
    .fetch_all(store.pool())
    .await?;
    let mut choices = RiskChoices::default();
    for row in rows {
        match (row.kind, row.id, row.version, row.body) {
            (1, Some(id), ..) => choices.units.push((id.into(), row.name)),
            (2, Some(id), ..) => choices.owners.push((id.into(), row.name)),
            (4, Some(id), ..) => choices.people.push((id.into(), row.name)),
            (5, Some(id), _, Some(body)) => choices.views.push(View::read(id, row.name, body)?),
            (_, _, Some(version), Some(body)) => {
                choices.matrices.insert(version, serde_json::from_value(body)?);
            }
            _ => {}
        }
    }
    choices.views.sort_by_key(|view| (!view.own, view.name.to_lowercase()));
    Ok(choices)
}

#[derive(sqlx::FromRow)]
struct Raw {
    number: i64,
    title: String,
    system_number: i64,
    system_name: String,
    characteristic: String,
    treatment: Option<String>,
    status: String,
    owner: Option<String>,
    inherent_likelihood: Option<i16>,
    inherent_impact: Option<i16>,
    inherent_matrix: Option<i32>,
    residual_likelihood: Option<i16>,
    residual_impact: Option<i16>,
    residual_matrix: Option<i32>,
    residual_above: bool,
    mitigations: i64,
    overdue: i64,
    changed_at: DateTime<Utc>,
    total: i64,
}

impl TryFrom<Raw> for RiskRow {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let rated = |likelihood: Option<i16>, impact: Option<i16>, matrix: Option<i32>| {
            Some(RowRating { at: Point { likelihood: likelihood?, impact: impact? }, matrix: matrix? })
        };
        Ok(Self {
            reference: RiskRef(raw.number),
            title: raw.title,
            system: SystemRef(raw.system_number),
            system_name: raw.system_name,
            characteristic: raw.characteristic.parse()?,
            treatment: raw.treatment.map(|t| t.parse()).transpose()?,
            status: raw.status.parse()?,
            owner: raw.owner,
            inherent: rated(raw.inherent_likelihood, raw.inherent_impact, raw.inherent_matrix),
            residual: rated(raw.residual_likelihood, raw.residual_impact, raw.residual_matrix),
            above: raw.residual_above,
            mitigations: raw.mitigations,
            overdue: raw.overdue,
            changed_at: raw.changed_at,
        })
    }
}

/// The risks that this person may see, sorted by `sort` (`descending` or not), after the cursor.
///
/// # Errors
/// [`Error::NotFound`] for a cursor that is none.
pub async fn list(
    store: &Store,
    actor: &Actor,
    filter: &RiskFilter,
    (sort, descending): (RiskSort, bool),
    after: Option<&str>,
    limit: usize,
) -> Result<RiskList> {
    let mut sql = query(actor, filter, (sort, descending), after, limit, store.today())?;
    let raws: Vec<Raw> = sql.build_query_as().fetch_all(store.pool()).await?;
    let total = match raws.first() {
        Some(raw) => raw.total,
        None => 0,
    };
    let rows = raws.into_iter().map(RiskRow::try_from).collect::<Result<Vec<_>>>()?;
    Ok(RiskList { page: Page::cut(rows, limit, |row| cursor(row, sort)), total })
}

fn cursor(row: &RiskRow, sort: RiskSort) -> String {
    let score = |rating: Option<RowRating>| rating.map_or(0, |r| i64::from(r.at.likelihood) * i64::from(r.at.impact));
    let value = match sort {
        RiskSort::Residual => score(row.residual),
        RiskSort::Inherent => score(row.inherent),
        RiskSort::Reference => 0,
        RiskSort::Changed => row.changed_at.timestamp_micros(),
    };
    format!("{value}.{}", row.reference.0)
}

/// The sort's expression; an index holds each, with the number behind it. In one cell all scores are the same.
fn key(sort: RiskSort, filter: &RiskFilter) -> Option<&'static str> {
    let inherent = filter.kind == Some(RatingKind::Inherent);
    match sort {
        RiskSort::Residual if filter.cell.is_some() && !inherent => None,
        RiskSort::Inherent if filter.cell.is_some() && inherent => None,
        RiskSort::Residual => Some("coalesce(k.residual_score, 0)"),
        RiskSort::Inherent => Some("coalesce(k.inherent_score, 0)"),
        RiskSort::Reference => None,
        RiskSort::Changed => Some("k.changed_at"),
    }
}

fn query(
    actor: &Actor,
    filter: &RiskFilter,
    (sort, descending): (RiskSort, bool),
    after: Option<&str>,
    limit: usize,
    today: NaiveDate,
) -> Result<QueryBuilder<Postgres>> {
    let key = key(sort, filter);
    let mut sql = QueryBuilder::new(
        "with page as (select k.id, k.number, k.title, k.system_id, k.characteristic, k.treatment, k.status, k.owner_id,
           k.inherent_likelihood, k.inherent_impact, k.residual_likelihood, k.residual_impact, k.residual_above,
           k.changed_at, row_number() over (",
    );
    order(&mut sql, key, descending);
    sql.push(") as place from risk k where true");
    conditions(&mut sql, actor, filter);
    if let Some(after) = after {
        keyset(&mut sql, (sort, key), descending, after)?;
    }
    sql.push(" ");
    order(&mut sql, key, descending);
    sql.push(" limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1));
    sql.push(
        ") select page.number, page.title, s.number as system_number, s.name as system_name, page.characteristic,
             page.treatment, page.status, o.name as owner, page.inherent_likelihood, page.inherent_impact,
             (select r.matrix_version from rating r where r.risk_id = page.id and r.kind = 'inherent'
              order by r.rated_at desc limit 1) as inherent_matrix,
             page.residual_likelihood, page.residual_impact,
             (select r.matrix_version from rating r where r.risk_id = page.id and r.kind = 'residual'
              order by r.rated_at desc limit 1) as residual_matrix,
             page.residual_above, m.mitigations, m.overdue, page.changed_at,
             (select count(*) from (select from risk k where true",
    );
    conditions(&mut sql, actor, filter);
    sql.push(" limit ").push_bind(COUNT_MAX + 1);
    sql.push(
        ") c) as total from page join system s on s.id = page.system_id left join person o on o.id = page.owner_id
         cross join lateral (select count(*) as mitigations,
           count(*) filter (where x.status in ('planned', 'in_progress') and x.due_on < ",
    );
    sql.push_bind(today);
    sql.push(
        ") as overdue from mitigation_risk y join mitigation x on x.id = y.mitigation_id
         where y.risk_id = page.id and x.status <> 'dropped') m order by page.place",
    );
    Ok(sql)
}

fn order(sql: &mut QueryBuilder<Postgres>, key: Option<&str>, descending: bool) {
    let way = if descending { "desc" } else { "asc" };
    sql.push("order by ");
    if let Some(key) = key {
        sql.push(format!("{key} {way}, "));
    }
    sql.push(format!("k.number {way}"));
}

fn keyset(
    sql: &mut QueryBuilder<Postgres>,
    (sort, key): (RiskSort, Option<&str>),
    descending: bool,
    after: &str,
) -> Result<()> {
    let (value, number) = after.split_once('.').ok_or(Error::NotFound)?;
    let value: i64 = value.parse().map_err(|_| Error::NotFound)?;
    let number: i64 = number.parse().map_err(|_| Error::NotFound)?;
    let beyond = if descending { " < " } else { " > " };
    match key {
        None => sql.push(" and k.number").push(beyond).push_bind(number),
        Some(key) => {
            sql.push(format!(" and ({key}, k.number){beyond}("));
            match sort {
                RiskSort::Changed => {
                    sql.push_bind(DateTime::<Utc>::from_timestamp_micros(value).ok_or(Error::NotFound)?)
                }
                _ => sql.push_bind(i32::try_from(value).map_err(|_| Error::NotFound)?),
            };
            sql.push(", ").push_bind(number).push(")")
        }
    };
    Ok(())
}

fn conditions(sql: &mut QueryBuilder<Postgres>, actor: &Actor, filter: &RiskFilter) {
    if !actor.reads_all() {
        sql.push(" and k.system_id in (select id from system where owner_id = ").push_bind(actor.id.0);
        sql.push(" union all select system_id from system_contributor where person_id = ").push_bind(actor.id.0);
        sql.push(")");
    }
    if let Some(system) = filter.system {
        sql.push(" and k.system_id = (select id from system where number = ").push_bind(system.0).push(")");
    }
    if let Some(unit) = filter.unit {
        sql.push(" and k.unit_id = ").push_bind(unit.0);
    }
    match filter.owner {
        Some(Some(owner)) => drop(sql.push(" and k.owner_id = ").push_bind(owner.0)),
        Some(None) => drop(sql.push(" and k.owner_id is null")),
        None => {}
    }
    if let Some(characteristic) = filter.characteristic {
        sql.push(" and k.characteristic = ").push_bind(characteristic.as_str());
    }
    match filter.treatment {
        Some(Some(treatment)) => drop(sql.push(" and k.treatment = ").push_bind(treatment.as_str())),
        Some(None) => drop(sql.push(" and k.treatment is null")),
        None => {}
    }
    match filter.status {
        Some(status) => drop(sql.push(" and k.status = ").push_bind(status.as_str())),
        // As the portfolio counts: open risks of systems that are not retired.
        None if filter.with_closed => {}
        None if filter.system.is_some() => drop(sql.push(" and k.status <> 'closed'")),
        None => drop(sql.push(" and k.live")),
    }
    let kind = if filter.kind == Some(RatingKind::Inherent) { "inherent" } else { "residual" };
    match filter.level {
        Some(Some(level)) => drop(sql.push(format!(" and k.{kind}_level = ")).push_bind(level)),
        Some(None) => drop(sql.push(format!(" and k.{kind}_level is null"))),
        None => {}
    }
    if let Some(cell) = filter.cell {
        sql.push(format!(" and k.{kind}_likelihood = ")).push_bind(cell.likelihood);
        sql.push(format!(" and k.{kind}_impact = ")).push_bind(cell.impact);
    }
    if filter.above_appetite {
        sql.push(" and k.residual_above");
    }
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        words(sql, text);
    }
}

/// A reference names one risk; anything else is looked for in the texts, and as a part of the title.
fn words(sql: &mut QueryBuilder<Postgres>, text: &str) {
    if let Ok(reference) = text.to_uppercase().parse::<RiskRef>() {
        sql.push(" and k.number = ").push_bind(reference.0);
        return;
    }
    let part: String = text.to_lowercase().chars().take(200).collect();
    let part = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    sql.push(" and (k.search @@ websearch_to_tsquery('english', ").push_bind(text.to_owned());
    sql.push(") or lower(k.title) like ").push_bind(format!("%{part}%")).push(")");
}

/// Ids by reference, of risks of one system: for links from mitigations and evidence.
pub(crate) async fn ids_of(
    conn: &mut sqlx::PgConnection,
    system: Uuid,
    references: &[RiskRef],
) -> Result<Vec<(RiskRef, Uuid)>> {
    let numbers: Vec<i64> = references.iter().map(|r| r.0).collect();
    let rows = sqlx::query!("select number, id from risk where system_id = $1 and number = any ($2)", system, &numbers)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|r| (RiskRef(r.number), r.id)).collect())
}
