//! The owner takes a submission back before a decision.

use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::ReviewRef;
use domain::policy::Action;
use domain::review::Verb;
use serde_json::json;

/// Withdraws the review. An earlier decision on the system stays as it is.
pub async fn withdraw(store: &Store, actor: &Actor, reference: ReviewRef, reason: &str) -> Result<()> {
    let mut tx = store.begin().await?;
    let mut review = super::find(tx.conn(), actor, reference, true).await?;
    review.system.allow(actor, Action::ReviewWithdraw)?;
    let before = review.state;
    let after = review.advance(&mut tx, Some(actor), Verb::Withdraw, Some(reason)).await?;
    let entry = review
        .entry(Action::ReviewWithdraw)
        .before(json!({ "state": before }))
        .after(json!({ "state": after, "reason": reason }));
    tx.commit(actor, entry).await
}
