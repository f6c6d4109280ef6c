//! Signing in, signing out, and proving again who one is.

use super::attempts::{self, Attempt};
use super::hasher::Verdict;
use super::roles_of;
use crate::audit::Entry;
use crate::{Error, Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use std::net::IpAddr;

/// The answer to a wrong address, a wrong password, an invitation not taken up and a deactivated account alike.
pub const WRONG: &str = "The address or the password is wrong";

struct Account {
    id: uuid::Uuid,
    name: String,
    email: String,
    roles: Vec<String>,
    password_hash: Option<String>,
}

/// Checks address and password. The caller begins the session.
///
/// # Errors
/// A refusal with [`WRONG`], in the same time whether the account exists or not; [`Error::TooMany`]; [`Error::Busy`].
pub async fn sign_in(store: &Store, email: &str, password: &str, address: Option<IpAddr>) -> Result<Actor> {
    let email = email.trim().to_lowercase();
    let account = prove(store, &email, password, address).await?.ok_or_else(|| Refusal::field("", WRONG))?;
    let roles = roles_of(&account.roles)?;
    let actor = Actor { id: account.id.into(), name: account.name, email: account.email, roles, address, token: None };
    let entry = Entry::new("session.sign_in", "person", actor.id.0, &actor.name);
    store.begin().await?.commit(&actor, entry).await?;
    Ok(actor)
}

/// Notes that somebody signed out. The caller ends the session.
pub async fn sign_out(store: &Store, actor: &Actor) -> Result<()> {
    let entry = Entry::new("session.sign_out", "person", actor.id.0, &actor.name);
    store.begin().await?.commit(actor, entry).await
}

/// Whether this is the person's password: asked again before a vote is signed. Limited as signing in is.
///
/// # Errors
/// A refusal at the field `password`; [`Error::TooMany`]; [`Error::Busy`].
pub async fn verify_password(store: &Store, actor: &Actor, password: &str) -> Result<()> {
    match prove(store, &actor.email, password, actor.address).await? {
        Some(account) if account.id == actor.id.0 => Ok(()),
        _ => Err(Refusal::field("password", "This is not your password").into()),
    }
}

/// The account, if it is active and this is its password.
async fn prove(store: &Store, email: &str, password: &str, address: Option<IpAddr>) -> Result<Option<Account>> {
    // First of all: a crowd must not wait for connections that the rest of the register needs, only to be sent away then.
    let place = store.hasher().place()?;
    let attempt = attempts::begin(store, email, address).await?;
    let account = sqlx::query_as!(
        Account,
        "select id, name, email, roles, password_hash from person where email = $1 and deactivated_at is null",
        email
    )
    .fetch_optional(store.pool())
    .await?;
    let Ok(place) = attempt.slow_down(store, place).await else {
        attempt.forget(store).await?;
        return Err(Error::Busy);
    };
    let stored = account.as_ref().and_then(|a| a.password_hash.as_deref());
    let verdict = store.hasher().verify(place, stored, password).await?;
    let Some(account) = account.filter(|_| verdict != Verdict::Wrong) else { return Ok(None) };
    passed(store, attempt, &account, verdict, password).await?;
    Ok(Some(account))
}

async fn passed(store: &Store, attempt: Attempt, account: &Account, verdict: Verdict, password: &str) -> Result<()> {
    attempt.succeeded(store).await?;
    if verdict == Verdict::Outdated {
        let hash = store.hash_password(password).await?;
        let mut tx = store.begin().await?;
        sqlx::query!(
            "update person set password_hash = $3 where id = $1 and password_hash = $2",
            account.id,
            account.password_hash,
            hash
        )
        .execute(tx.conn())
        .await?;
        let entry = Entry::new("person.rehash", "person", account.id, &account.name);
        tx.commit(crate::tx::Who::Program("sign-in"), entry).await?;
    }
    Ok(())
}

/// Deletes failed and successful tries that no longer count; how many. A job calls it now and then.
pub async fn sweep(store: &Store) -> Result<u64> {
    attempts::sweep(store).await
}
