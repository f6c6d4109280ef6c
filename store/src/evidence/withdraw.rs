//! Withdrawing evidence: it stops counting, and stays readable.

use super::find;
use crate::audit::Entry;
use crate::{Result, Store, error::same_version};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::EvidenceRef;
use domain::policy::Action;

/// Withdraws it, with a reason.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`] when somebody else was quicker.
pub async fn withdraw(store: &Store, actor: &Actor, reference: EvidenceRef, version: i32, why: &str) -> Result<()> {
    let mut tx = store.begin().await?;
    let found = find(tx.conn(), actor, reference, true).await?;
    found.system.allow_change(actor, Action::EvidenceWrite)?;
    let why = match domain::text::prose(why) {
        Ok(Some(why)) => why,
        Ok(None) => return Err(Refusal::field("why", "Say why it is withdrawn").into()),
        Err(message) => return Err(Refusal::field("why", message).into()),
    };
    let row = sqlx::query!("select version, withdrawn_at from evidence where id = $1 for update", found.id)
        .fetch_one(tx.conn())
        .await?;
    if row.withdrawn_at.is_some() {
        return Err(Refusal::not_now("It was withdrawn before").into());
    }
    same_version(row.version, version)?;
    let now = tx.now();
    sqlx::query!(
        "update evidence set withdrawn_at = $2, withdrawn_by = $3, withdrawn_why = $4, version = version + 1,
           changed_at = $2, changed_by = $3 where id = $1",
        found.id,
        now,
        actor.id.0,
        why
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::new("evidence.withdraw", "evidence", found.id, reference).related(found.system.id);
    let entry = entry.after(serde_json::json!({ "withdrawn_why": why }));
    tx.commit_content(actor, found.system.id, entry).await
}
