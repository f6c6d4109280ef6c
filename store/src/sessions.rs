//! Sessions. The register knows the hash of a session's secret, never the secret.
//!
//! A session that was ended stays ended: saving touches only rows that are not revoked, so that a request which was
//! under way during the sign-out cannot bring it back.

use crate::{Result, Store};
use chrono::Duration;
use domain::actor::{Actor, Role};
use domain::ids::PersonId;
use serde_json::Value;
use uuid::Uuid;

/// SHA-256 of a session's secret.
pub type Hash = [u8; 32];

/// Use is noted at most this often, so that reading a page seldom writes.
const NOTE_USE_AFTER: Duration = Duration::seconds(60);

/// A session in force and the person whose it is.
#[derive(Debug, Clone)]
pub struct Session {
    /// Shown in the list of sessions; not the secret.
    pub id: Uuid,
    /// The person, with today's roles; the address is the caller's to add.
    pub actor: Actor,
    /// What the program keeps with the session.
    pub data: Value,
}

/// A new session.
#[derive(Debug, Clone)]
pub struct Begin {
    /// Of the secret.
    pub hash: Hash,
    /// Whose it is.
    pub person: PersonId,
    /// Absolute limit from now.
    pub lifetime: Duration,
    /// Where it was begun from.
    pub address: Option<String>,
    /// What the browser calls itself; cut to 300 characters.
    pub user_agent: Option<String>,
    /// What the program keeps with the session.
    pub data: Value,
}

/// The session with this hash, if it is in force: not ended, used within `idle`, within its lifetime, of an active
/// person. One statement: it also notes the use.
pub async fn load(store: &Store, hash: &Hash, idle: Duration) -> Result<Option<Session>> {
    let now = store.now();
    let row = sqlx::query!(
        r#"with used as (
             update session set last_used_at = $2
             where id_sha256 = $1 and revoked_at is null and expires_at > $2
               and last_used_at > $3 and last_used_at < $4
           )
           select s.id, s.data, p.id as person_id, p.name, p.email, p.roles
           from session s join person p on p.id = s.person_id
           where s.id_sha256 = $1 and s.revoked_at is null and s.expires_at > $2 and s.last_used_at > $3
             and p.deactivated_at is null"#,
        &hash[..],
        now,
        now - idle,
        now - NOTE_USE_AFTER
    )
    .fetch_optional(store.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let roles = row.roles.iter().map(|role| Ok(role.parse::<Role>()?)).collect::<Result<Vec<_>>>()?;
    let actor = Actor { id: row.person_id.into(), name: row.name, email: row.email, roles, address: None, token: None };
    Ok(Some(Session { id: row.id, actor, data: row.data }))
}

/// Begins a session. False when the person is gone or deactivated since they proved who they are.
pub async fn begin(store: &Store, new: &Begin) -> Result<bool> {
    let now = store.now();
    let agent = new.user_agent.as_deref().map(|agent| agent.chars().take(300).collect::<String>());
    let done = sqlx::query!(
        "insert into session (id_sha256, id, person_id, created_at, last_used_at, expires_at, address, user_agent, data)
         select $1, $2, p.id, $4, $4, $5, $6, $7, $8 from person p where p.id = $3 and p.deactivated_at is null",
        &new.hash[..],
        store.new_id(),
        new.person.0,
        now,
        now + new.lifetime,
        new.address,
        agent,
        new.data
    )
    .execute(store.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps `data` with a session that is still in force; an ended one stays as it is.
pub async fn save(store: &Store, hash: &Hash, data: &Value) -> Result<()> {
    sqlx::query!("update session set data = $2 where id_sha256 = $1 and revoked_at is null", &hash[..], data)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Ends a session for good.
pub async fn end(store: &Store, hash: &Hash) -> Result<()> {
    let now = store.now();
    sqlx::query!("update session set revoked_at = $2 where id_sha256 = $1 and revoked_at is null", &hash[..], now)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Deletes sessions that ended more than 30 days ago; how many.
pub async fn sweep(store: &Store) -> Result<u64> {
    let before = store.now() - Duration::days(30);
    let done = sqlx::query!("delete from session where coalesce(revoked_at, expires_at) < $1", before)
        .execute(store.pool())
        .await?;
    Ok(done.rows_affected())
}
