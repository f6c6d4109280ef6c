//! Changing one's password.

use super::{common, end_sessions, sign_in};
use crate::audit::Entry;
use crate::{Error, Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use uuid::Uuid;

impl Store {
    /// A new password's hash, with today's parameters.
    pub(crate) async fn hash_password(&self, password: &str) -> Result<String> {
        self.hasher().hash(self.env(), password).await
    }
}

/// Changes it, and ends every other session of the person.
///
/// # Errors
/// Refusals at the fields `password` (the present one) and `new`; [`Error::TooMany`]; [`Error::Busy`].
pub async fn change(store: &Store, actor: &Actor, here: Option<Uuid>, present: &str, new: &str) -> Result<()> {
    common::check("new", new, &actor.name, &actor.email)?;
    sign_in::verify_password(store, actor, present).await?;
    if present == new {
        return Err(Refusal::field("new", "This is the password that you have now").into());
    }
    let hash = store.hash_password(new).await?;
    let mut tx = store.begin().await?;
    let now = tx.now();
    let done = sqlx::query!(
        "update person set password_hash = $2, version = version + 1 where id = $1 and deactivated_at is null",
        actor.id.0,
        hash
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let ended = end_sessions(tx.conn(), actor.id, here, now).await?;
    let entry = Entry::new("person.password", "person", actor.id.0, &actor.name)
        .after(serde_json::json!({ "sessions_ended": ended }));
    tx.commit(actor, entry).await
}
