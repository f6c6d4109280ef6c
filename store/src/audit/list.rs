//! The whole trail, filtered.

use super::Event;
use crate::{Result, Store};
use chrono::{Days, NaiveDate};
use domain::actor::Actor;
use domain::page::{PAGE_ROWS, Page};
use domain::policy::{self, Action, Relation};
use serde::Deserialize;
use uuid::Uuid;

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Done by this person.
    pub actor: Option<Uuid>,
    /// This action ("risk.rate").
    pub action: Option<String>,
    /// On things of this kind ("risk").
    pub subject_kind: Option<String>,
    /// Words anywhere in the event.
    pub text: Option<String>,
    /// From this day on (UTC).
    pub from: Option<NaiveDate>,
    /// Up to this day, with it (UTC).
    pub until: Option<NaiveDate>,
    /// Cursor of an earlier page.
    pub after: Option<String>,
}

/// A page of the trail, newest first.
///
/// # Errors
/// A refusal for those who may not read the whole trail.
pub async fn list(store: &Store, actor: &Actor, filter: &Filter) -> Result<Page<Event>> {
    events(store, actor, filter, PAGE_ROWS).await
}

/// The same with so many events on a page.
///
/// # Errors
/// A refusal for those who may not read the whole trail.
pub async fn events(store: &Store, actor: &Actor, filter: &Filter, limit: usize) -> Result<Page<Event>> {
    policy::allow(actor, Action::AuditRead, Relation::default())?;
    let start = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    let rows = sqlx::query_scalar!(
        "select body from audit_event
         where ($1::uuid is null or actor_id = $1)
           and ($2::text is null or action = $2)
           and ($3::text is null or subject_kind = $3)
           and ($4::text is null or strpos(lower(body), lower($4)) > 0)
           and ($5::timestamptz is null or at >= $5)
           and ($6::timestamptz is null or at < $6)
           and ($7::bigint is null or seq < $7)
         order by seq desc limit $8",
        filter.actor,
        filter.action,
        filter.subject_kind,
        filter.text.as_deref().map(str::trim).filter(|t| !t.is_empty()),
        filter.from.map(start),
        filter.until.and_then(|day| day.checked_add_days(Days::new(1))).map(start),
        filter.after.as_deref().and_then(|cursor| cursor.parse::<i64>().ok()),
        limit as i64 + 1,
    )
    .fetch_all(store.pool())
    .await?;
    let events = rows.iter().map(|body| Event::read(body)).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(events, limit, |event| event.seq.to_string()))
}

/// What the trail can be filtered by.
#[derive(Debug, Clone)]
pub struct Choices {
    /// People who did something.
    pub people: Vec<Person>,
    /// Actions that occur.
    pub actions: Vec<String>,
}

/// A person who did something.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    /// Their id.
    pub id: Uuid,
    /// Their name now.
    pub name: String,
}

/// Reads the choices; actions are read from the index, one step for each, not from every event.
///
/// # Errors
/// A refusal for those who may not read the whole trail.
pub async fn choices(store: &Store, actor: &Actor) -> Result<Choices> {
    policy::allow(actor, Action::AuditRead, Relation::default())?;
    let row = sqlx::query!(
        r#"with recursive step as (
             (select action from audit_event order by action limit 1)
             union all
             select (select e.action from audit_event e where e.action > s.action order by e.action limit 1)
             from step s where s.action is not null
           )
           select array(select action from step where action is not null) as "actions!",
             (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) order by lower(p.name)), '[]')
              from person p where exists (select from audit_event e where e.actor_id = p.id)) as "people!""#
    )
    .fetch_one(store.pool())
    .await?;
    Ok(Choices { people: serde_json::from_value(row.people)?, actions: row.actions })
}
