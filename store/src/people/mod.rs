//! People: who they are, how they prove it, what they may be.

pub mod accept;
mod attempts;
pub mod bootstrap;
mod common;
pub mod deactivate;
pub mod get;
pub(crate) mod hasher;
pub mod invite;
pub mod list;
pub mod operator;
pub mod password;
pub mod roles;
pub mod sessions;
pub mod sign_in;

pub use list::{Choice, choices};

use crate::Result;
use domain::actor::Role;
use domain::ids::PersonId;
use sqlx::PgConnection;

/// A person, as administrators see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person.
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// Sign-in address.
    pub email: String,
    /// Roles held.
    pub roles: Vec<Role>,
    /// Whether they took up their invitation.
    pub joined: bool,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether it is a service account, that a pipeline works as.
    pub service: bool,
    /// Version that an edit is made on.
    pub version: i32,
}

/// Reads stored roles.
pub(crate) fn roles_of(words: &[String]) -> Result<Vec<Role>> {
    words.iter().map(|word| Ok(word.parse()?)).collect()
}

/// Roles as they are stored.
pub(crate) fn role_words(roles: &[Role]) -> Vec<String> {
    let mut words: Vec<String> =
        Role::ALL.iter().filter(|r| roles.contains(r)).map(|r| r.as_str().to_owned()).collect();
    words.dedup();
    words
}

/// Ends sessions of a person at once, but for one.
async fn end_sessions(
    conn: &mut PgConnection,
    person: PersonId,
    but: Option<uuid::Uuid>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<u64> {
    let done = sqlx::query!(
        "update session set revoked_at = $3 where person_id = $1 and revoked_at is null and id is distinct from $2",
        person.0,
        but,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
