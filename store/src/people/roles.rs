//! Giving and taking roles.

use super::{end_sessions, role_words, roles_of};
use crate::audit::Entry;
use crate::error::same_version;
use crate::{Error, Result, Store, Tx};
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::ids::PersonId;
use domain::policy::{self, Action, Relation};
use domain::token;

/// Changes the roles of somebody else, and ends their sessions: what is signed in again has the new ones.
///
/// # Errors
/// A refusal (one's own roles, the last administrator, reading roles mixed with others); [`Error::Stale`].
pub async fn change(store: &Store, actor: &Actor, person: PersonId, version: i32, roles: &[Role]) -> Result<()> {
    policy::allow(actor, Action::PeopleManage, Relation::default())?;
    let mut tx = store.begin().await?;
    let row = sqlx::query!(
        r#"select name, roles, version, kind = 'service' as "service!" from person where id = $1 for update"#,
        person.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    if row.service {
        token::service_roles(roles)?;
    }
    policy::change_roles(actor, person, roles, other_admins(&mut tx, person).await?)?;
    same_version(row.version, version)?;
    let words = role_words(roles);
    if words == role_words(&roles_of(&row.roles)?) {
        return Ok(());
    }
    write(&mut tx, person, &words).await?;
    let now = tx.now();
    end_sessions(tx.conn(), person, None, now).await?;
    let entry = Entry::new("person.roles", "person", person.0, row.name)
        .before(serde_json::json!({ "roles": row.roles }))
        .after(serde_json::json!({ "roles": words }));
    tx.commit(actor, entry).await
}

pub(super) async fn write(tx: &mut Tx, person: PersonId, words: &[String]) -> Result<()> {
    sqlx::query!("update person set roles = $2, version = version + 1 where id = $1", person.0, words)
        .execute(tx.conn())
        .await
        .map_err(|error| match &error {
            sqlx::Error::Database(db) if db.constraint() == Some("reading_roles_stay_apart") => Refusal::field(
                "roles",
                "Executives and auditors change nothing: their roles can't be combined with ones that do",
            )
            .into(),
            _ => Error::from(error),
        })?;
    Ok(())
}

/// Administrators who can sign in, but for one person. A trigger in Postgres asks the same, under a lock.
pub(super) async fn other_admins(tx: &mut Tx, person: PersonId) -> Result<usize> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "n!" from person
           where 'admin' = any (roles) and deactivated_at is null and password_hash is not null and id <> $1"#,
        person.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(usize::try_from(count).unwrap_or_default())
}
