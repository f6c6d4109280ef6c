//! Closing a risk that no longer exists, and opening it again.

use super::hold;
use crate::audit::Entry;
use crate::error::same_version;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::RiskRef;
use domain::policy::Action;
use domain::risk::Status;
use serde_json::json;

/// Closes a risk; `why` goes into the audit trail.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`] when somebody else saved first.
pub async fn close(store: &Store, actor: &Actor, risk: RiskRef, version: i32, why: &str) -> Result<()> {
    set(store, actor, risk, version, Status::Closed, Some(why)).await
}

/// Opens a closed risk again.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`] when somebody else saved first.
pub async fn reopen(store: &Store, actor: &Actor, risk: RiskRef, version: i32) -> Result<()> {
    set(store, actor, risk, version, Status::Open, None).await
}

async fn set(store: &Store, actor: &Actor, risk: RiskRef, version: i32, to: Status, why: Option<&str>) -> Result<()> {
    let mut tx = store.begin().await?;
    let held = hold(tx.conn(), actor, risk).await?;
    held.located.allow_change(actor, Action::RiskWrite)?;
    let from = held.handling.status;
    match (from, to) {
        (Status::Closed, Status::Closed) => return Err(Refusal::not_now("This risk is closed already").into()),
        (Status::Open | Status::Treating | Status::Accepted, Status::Open) => {
            return Err(Refusal::not_now("This risk is not closed").into());
        }
        _ => {}
    }
    same_version(held.version, version)?;
    let now = tx.now();
    sqlx::query!(
        "update risk set status = $2, version = version + 1, changed_at = $3, changed_by = $4 where id = $1",
        held.id.0,
        to.as_str(),
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    let action = if to == Status::Closed { "risk.close" } else { "risk.reopen" };
    let entry = Entry::new(action, "risk", held.id.0, risk)
        .related(held.located.id)
        .before(json!({ "status": from }))
        .after(json!({ "status": to, "reason": why }));
    tx.commit_content(actor, held.located.id, entry).await
}
