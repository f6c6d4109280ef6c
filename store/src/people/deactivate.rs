//! Deactivating somebody, and taking it back. People are never deleted: what they did keeps their name.

use super::{end_sessions, invite, roles};
use crate::audit::Entry;
use crate::error::same_version;
use crate::tx::Who;
use crate::{Error, Result, Store};
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::ids::PersonId;
use domain::policy::{self, Action, Relation};

/// Deactivates: the person's sessions and links end at once.
///
/// # Errors
/// A refusal (oneself, the last administrator); [`Error::Stale`].
pub async fn deactivate(store: &Store, actor: &Actor, person: PersonId, version: i32) -> Result<()> {
    switch(store, actor, person, version, false).await
}

/// Lets them sign in again, with the password that they had.
pub async fn reactivate(store: &Store, actor: &Actor, person: PersonId, version: i32) -> Result<()> {
    switch(store, actor, person, version, true).await
}

async fn switch(store: &Store, actor: &Actor, person: PersonId, version: i32, active: bool) -> Result<()> {
    policy::allow(actor, Action::PeopleManage, Relation::default())?;
    if actor.id == person {
        return Err(Refusal::forbidden("Nobody deactivates themself; ask another administrator").into());
    }
    switch_as(store, actor.into(), person, Some(version), active).await
}

/// The same, done by whoever may; without a version it counts for the one that is stored.
pub(super) async fn switch_as(
    store: &Store,
    who: Who<'_>,
    person: PersonId,
    version: Option<i32>,
    active: bool,
) -> Result<()> {
    let mut tx = store.begin().await?;
    let row = sqlx::query!(
        r#"select name, roles, version, deactivated_at is null as "active!" from person where id = $1 for update"#,
        person.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let admin = row.roles.iter().any(|r| r == Role::Admin.as_str());
    if !active && admin && roles::other_admins(&mut tx, person).await? == 0 {
        return Err(Refusal::not_now("There must be an administrator left").into());
    }
    same_version(row.version, version.unwrap_or(row.version))?;
    if row.active == active {
        return Ok(());
    }
    let now = tx.now();
    sqlx::query!(
        "update person set deactivated_at = $2, version = version + 1 where id = $1",
        person.0,
        (!active).then_some(now)
    )
    .execute(tx.conn())
    .await?;
    end_sessions(tx.conn(), person, None, now).await?;
    invite::end_links(&mut tx, Some(person)).await?;
    let action = if active { "person.reactivate" } else { "person.deactivate" };
    tx.commit(who, Entry::new(action, "person", person.0, row.name)).await
}
