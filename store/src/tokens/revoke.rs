//! Ending a token: it stops at its next request.

use crate::audit::Entry;
use crate::{Error, Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::token;
use uuid::Uuid;

/// Revokes a token.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's; a refusal where it has ended already.
pub async fn revoke(store: &Store, actor: &Actor, id: Uuid) -> Result<()> {
    let mut tx = store.begin().await?;
    let row = sqlx::query!("select person_id, owner_id, name, revoked_at from api_token where id = $1 for update", id)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound)?;
    if !token::may_revoke(actor, row.person_id.into(), row.owner_id.into()) {
        return Err(Error::NotFound);
    }
    if row.revoked_at.is_some() {
        return Err(Refusal::not_now("This token was revoked before").into());
    }
    let now = tx.now();
    sqlx::query!("update api_token set revoked_at = $2, revoked_by = $3 where id = $1", id, now, actor.id.0)
        .execute(tx.conn())
        .await?;
    tx.commit(actor, Entry::new("token.revoke", "token", id, row.name).related(row.person_id)).await
}
