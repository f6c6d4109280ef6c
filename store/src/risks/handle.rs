//! What is done about a risk, who answers for it, and where it stands.

use super::{hold, people_words, still_open, unknown_owner};
use crate::audit::Entry;
use crate::error::same_version;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::RiskRef;
use domain::policy::Action;
use domain::risk::{Handling, Status};
use serde_json::json;

/// Saves treatment, owner and status. Closing is a verb of its own.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`] when somebody else saved first.
pub async fn handle(store: &Store, actor: &Actor, risk: RiskRef, version: i32, new: Handling) -> Result<()> {
    change(store, actor, risk, version, None, |_| new).await
}

/// The same, from what it is now; `why` goes into the audit trail.
pub(crate) async fn change(
    store: &Store,
    actor: &Actor,
    risk: RiskRef,
    version: i32,
    why: Option<&str>,
    new: impl FnOnce(Handling) -> Handling,
) -> Result<()> {
    let mut tx = store.begin().await?;
    let held = hold(tx.conn(), actor, risk).await?;
    let old = held.handling;
    let new = new(old);
    held.located.allow_change(actor, Action::RiskWrite)?;
    still_open(old.status)?;
    if new.status == Status::Closed {
        return Err(Refusal::field("status", "Close the risk with its own button").into());
    }
    same_version(held.version, version)?;
    if old == new {
        return Ok(());
    }
    let now = tx.now();
    sqlx::query!(
        "update risk set treatment = $2, owner_id = $3, status = $4, version = version + 1, changed_at = $5,
           changed_by = $6 where id = $1",
        held.id.0,
        new.treatment.map(|t| t.as_str()),
        new.owner.map(|o| o.0),
        new.status.as_str(),
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await
    .map_err(unknown_owner)?;
    let entry = Entry::new("risk.handle", "risk", held.id.0, risk).related(held.located.id);
    let names = people_words(tx.conn(), [old.owner, new.owner]).await?;
    let fields = |h: Handling| json!({ "treatment": h.treatment, "owner": h.owner.and_then(|o| names.get(&o)), "status": h.status });
    tx.commit_content(actor, held.located.id, entry.before(fields(old)).after(fields(new)).reason(why)).await
}
