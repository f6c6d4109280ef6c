//! The committee sends a dossier back: the owner edits and submits again.

use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::ReviewRef;
use domain::policy::Action;
use domain::review::Verb;
use serde_json::json;

/// Sends the dossier that the member read back, with what has to change. Votes on it count no longer.
///
/// # Errors
/// A refusal; another dossier than the one under review.
pub async fn request_changes(
    store: &Store,
    actor: &Actor,
    reference: ReviewRef,
    read: &[u8; 32],
    reason: &str,
) -> Result<()> {
    let mut tx = store.begin().await?;
    let mut review = super::find(tx.conn(), actor, reference, true).await?;
    review.system.allow(actor, Action::ReviewRequestChanges)?;
    review.same_dossier(read)?;
    let before = review.state;
    review.start(&mut tx, actor).await?;
    let after = review.advance(&mut tx, Some(actor), Verb::RequestChanges, Some(reason)).await?;
    let entry = review
        .entry(Action::ReviewRequestChanges)
        .before(json!({ "state": before }))
        .after(json!({ "state": after, "reason": reason }));
    tx.commit(actor, entry).await
}
