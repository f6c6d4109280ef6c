//! Seeing where one is signed in, and ending it; administrators may for others.

use super::end_sessions;
use crate::audit::Entry;
use crate::{Error, Result, Store};
use chrono::{DateTime, Duration, Utc};
use domain::actor::Actor;
use domain::ids::PersonId;
use domain::policy::{self, Action, Relation};
use uuid::Uuid;

/// A session in force. Its id says nothing about the secret.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Names it when it is ended.
    pub id: Uuid,
    /// Signed in.
    pub created_at: DateTime<Utc>,
    /// Last used, to the minute.
    pub last_used_at: DateTime<Utc>,
    /// From where.
    pub address: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
}

fn may(actor: &Actor, person: PersonId) -> Result<()> {
    if actor.id != person {
        policy::allow(actor, Action::PeopleManage, Relation::default())?;
    }
    Ok(())
}

/// Sessions of a person that are in force, last used first. `idle` is the limit without use.
///
/// # Errors
/// A refusal for somebody else's, unless one manages people.
pub async fn list(store: &Store, actor: &Actor, person: PersonId, idle: Duration) -> Result<Vec<Listed>> {
    may(actor, person)?;
    let now = store.now();
    let rows = sqlx::query_as!(
        Listed,
        "select id, created_at, last_used_at, address, user_agent from session
         where person_id = $1 and revoked_at is null and expires_at > $2 and last_used_at > $3
         order by last_used_at desc limit 100",
        person.0,
        now,
        now - idle
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows)
}

/// Ends one session of a person.
///
/// # Errors
/// [`Error::NotFound`] when the person has no such session in force; a refusal.
pub async fn end(store: &Store, actor: &Actor, person: PersonId, session: Uuid) -> Result<()> {
    may(actor, person)?;
    let mut tx = store.begin().await?;
    let now = tx.now();
    let done = sqlx::query!(
        "update session set revoked_at = $3 where id = $1 and person_id = $2 and revoked_at is null",
        session,
        person.0,
        now
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    note(tx, actor, person, 1).await
}

/// Ends all sessions of a person but one; how many.
///
/// # Errors
/// A refusal.
pub async fn end_others(store: &Store, actor: &Actor, person: PersonId, but: Option<Uuid>) -> Result<u64> {
    may(actor, person)?;
    let mut tx = store.begin().await?;
    let now = tx.now();
    let ended = end_sessions(tx.conn(), person, but, now).await?;
    if ended > 0 {
        note(tx, actor, person, ended).await?;
    }
    Ok(ended)
}

async fn note(mut tx: crate::Tx, actor: &Actor, person: PersonId, ended: u64) -> Result<()> {
    let name = sqlx::query_scalar!("select name from person where id = $1", person.0).fetch_one(tx.conn()).await?;
    let entry =
        Entry::new("session.end", "person", person.0, name).after(serde_json::json!({ "sessions_ended": ended }));
    tx.commit(actor, entry).await
}
