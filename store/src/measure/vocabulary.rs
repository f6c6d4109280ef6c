//! The vocabulary of metrics: ours, and what administrators added or put in the place of ours.

use crate::audit::Entry;
use crate::error::same_version;
use crate::{Result, Store};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::measure::vocabulary::{Term, Vocabulary};
use domain::policy::{self, Action, Relation};
use sqlx::PgConnection;

/// Most terms of an organisation's own.
pub const TERMS_MAX: i64 = 500;

/// A term of the organisation.
#[derive(Debug, Clone)]
pub struct Own {
    /// The term.
    pub term: Term,
    /// Its version.
    pub version: i32,
    /// Who wrote it.
    pub changed_by: String,
    /// When.
    pub changed_at: DateTime<Utc>,
}

/// The vocabulary as it stands.
pub(crate) async fn load(conn: &mut PgConnection) -> Result<Vocabulary> {
    let bodies = sqlx::query_scalar!("select body from metric_term where removed_at is null order by key")
        .fetch_all(conn)
        .await?;
    let own = bodies.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    Ok(Vocabulary::new(own))
}

/// The same for whoever is signed in.
///
/// # Errors
/// A database that can't be reached.
pub async fn all(store: &Store) -> Result<Vocabulary> {
    let mut conn = store.pool().acquire().await?;
    load(&mut conn).await
}

/// What the organisation added, by key.
///
/// # Errors
/// A database that can't be reached.
pub async fn own(store: &Store) -> Result<Vec<Own>> {
    let rows = sqlx::query!(
        "select t.body, t.version, t.changed_at, p.name from metric_term t join person p on p.id = t.changed_by
         where t.removed_at is null order by t.key"
    )
    .fetch_all(store.pool())
    .await?;
    rows.into_iter()
        .map(|r| {
            let term = serde_json::from_value(r.body)?;
            Ok(Own { term, version: r.version, changed_by: r.name, changed_at: r.changed_at })
        })
        .collect()
}

/// Writes a term: a new one (`version` none), or one that was read. A term under one of our keys stands in its place.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`] when somebody else saved first.
pub async fn put(store: &Store, actor: &Actor, term: &Term, version: Option<i32>) -> Result<()> {
    policy::allow(actor, Action::VocabularyManage, Relation::default())?;
    let mut tx = store.begin().await?;
    let held = sqlx::query!("select body, version, removed_at from metric_term where key = $1 for update", term.key)
        .fetch_optional(tx.conn())
        .await?;
    let live = held.as_ref().filter(|row| row.removed_at.is_none());
    match (live, version) {
        (Some(row), Some(version)) => same_version(row.version, version)?,
        (Some(_), None) => return Err(Refusal::field("key", "There is a term of this name: change that one").into()),
        (None, Some(_)) => return Err(Refusal::not_now("This term was removed").into()),
        (None, None) => {
            let many = sqlx::query_scalar!(r#"select count(*) as "n!" from metric_term where removed_at is null"#)
                .fetch_one(tx.conn())
                .await?;
            if many >= TERMS_MAX {
                return Err(Refusal::not_now(format!("There are {TERMS_MAX} terms of your own already")).into());
            }
        }
    }
    let before: Option<Term> = live.map(|row| serde_json::from_value(row.body.clone())).transpose()?;
    let (body, now) = (serde_json::to_value(term)?, tx.now());
    sqlx::query!(
        "insert into metric_term (key, body, changed_at, changed_by) values ($1, $2, $3, $4)
         on conflict (key) do update set body = excluded.body, removed_at = null, version = metric_term.version + 1,
           changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        term.key,
        body,
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    let mut entry = Entry::new(Action::VocabularyManage.as_str(), "metric_term", None, &term.key).after(term);
    if let Some(before) = before {
        entry = entry.before(before);
    }
    tx.commit(actor, entry).await
}

/// Takes a term of the organisation away; one of ours that it stood for is back. Criteria on it stay, and say that nothing
/// measures them.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`]; [`crate::Error::NotFound`].
pub async fn remove(store: &Store, actor: &Actor, key: &str, version: i32) -> Result<()> {
    policy::allow(actor, Action::VocabularyManage, Relation::default())?;
    let mut tx = store.begin().await?;
    let held =
        sqlx::query!("select body, version from metric_term where key = $1 and removed_at is null for update", key)
            .fetch_optional(tx.conn())
            .await?
            .ok_or(crate::Error::NotFound)?;
    same_version(held.version, version)?;
    let (now, before): (_, Term) = (tx.now(), serde_json::from_value(held.body)?);
    sqlx::query!(
        "update metric_term set removed_at = $2, version = version + 1, changed_at = $2, changed_by = $3 where key = $1",
        key,
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::new("vocabulary.remove", "metric_term", None, key).before(before);
    tx.commit(actor, entry).await
}
