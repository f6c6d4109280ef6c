//! Taking up a one-time link: name and password are set, the person is in.

use super::invite::{self, Invited, Newcomer, Opened, Purpose};
use super::{common, end_sessions};
use crate::audit::Entry;
use crate::tx::Tx;
use crate::{Error, Result, Store};
use domain::actor::{Actor, Role};
use domain::canonical;
use std::net::IpAddr;

/// What somebody typed on a link's page.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Sign-in address; asked of the first administrator only.
    pub email: String,
    /// Display name; not asked when only the password is set anew.
    pub name: String,
    /// The new password.
    pub password: String,
}

/// Uses a link. The caller begins the session.
///
/// # Errors
/// [`Error::NotFound`] when the link does not work (any more); refusals by field; [`Error::Busy`].
pub async fn accept(store: &Store, secret: &str, answer: &Answer, address: Option<IpAddr>) -> Result<Actor> {
    let opened = invite::open(store, secret).await?;
    let (email, name) = match (&opened.invited, opened.purpose) {
        (Some(person), Purpose::Reset) => (person.email.clone(), person.name.clone()),
        (Some(person), _) => (person.email.clone(), invite::check_name(&answer.name)?),
        (None, _) => (invite::check_email(&answer.email)?, invite::check_name(&answer.name)?),
    };
    common::check("password", &answer.password, &name, &email)?;
    let hash = store.hash_password(&answer.password).await?;

    let mut tx = store.begin().await?;
    let opened = take(&mut tx, secret).await?;
    let (actor, action) = match opened.invited {
        Some(person) => (welcome(&mut tx, person, name, &hash, address).await?, opened.purpose),
        None => (first(&mut tx, email, name, &hash, address).await?, Purpose::Bootstrap),
    };
    let action = match action {
        Purpose::Invite => "person.join",
        Purpose::Reset => "person.reset",
        Purpose::Bootstrap => "person.first",
    };
    let entry = Entry::new(action, "person", actor.id.0, &actor.name)
        .after(serde_json::json!({ "name": actor.name, "email": actor.email, "roles": actor.roles }));
    tx.commit(&actor, entry).await?;
    Ok(actor)
}

/// Marks the link as used: of two who try at once, one gets it.
async fn take(tx: &mut Tx, secret: &str) -> Result<Opened> {
    // The first administrator is one: those who would become it wait for each other here.
    sqlx::query!("select pg_advisory_xact_lock(4712)").execute(tx.conn()).await?;
    let now = tx.now();
    let opened = invite::find(tx.conn(), secret, now).await?;
    let hash = canonical::sha256(&canonical::unhex32(secret).ok_or(Error::NotFound)?);
    let taken = sqlx::query!(
        "update invite set used_at = $2 where secret_sha256 = $1 and used_at is null and expires_at > $2",
        &hash[..],
        now
    )
    .execute(tx.conn())
    .await?;
    if taken.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    invite::end_links(tx, opened.invited.as_ref().map(|p| p.id)).await?;
    Ok(opened)
}

async fn welcome(tx: &mut Tx, person: Invited, name: String, hash: &str, address: Option<IpAddr>) -> Result<Actor> {
    let now = tx.now();
    let done = sqlx::query!(
        "update person set name = $2, password_hash = $3, version = version + 1
         where id = $1 and deactivated_at is null",
        person.id.0,
        name,
        hash
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    end_sessions(tx.conn(), person.id, None, now).await?;
    Ok(Actor { id: person.id, name, email: person.email, roles: person.roles, address, token: None })
}

async fn first(tx: &mut Tx, email: String, name: String, hash: &str, address: Option<IpAddr>) -> Result<Actor> {
    let roles = vec![Role::Admin];
    let new = Newcomer { email: email.clone(), name: name.clone(), roles: roles.clone() };
    let id = invite::add(tx, &new, Some(hash)).await?;
    Ok(Actor { id, name, email, roles, address, token: None })
}
