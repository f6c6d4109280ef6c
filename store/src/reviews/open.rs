//! A member takes a submission up.

use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::ReviewRef;
use domain::policy::Action;
use domain::review::Verb;
use serde_json::json;

/// Starts the review: from now on the owner sees that the committee reads.
pub async fn open(store: &Store, actor: &Actor, reference: ReviewRef) -> Result<()> {
    let mut tx = store.begin().await?;
    let mut review = super::find(tx.conn(), actor, reference, true).await?;
    review.system.allow(actor, Action::ReviewOpen)?;
    let before = review.state;
    let after = review.advance(&mut tx, Some(actor), Verb::Open, None).await?;
    let entry = review.entry(Action::ReviewOpen);
    tx.commit(actor, entry.before(json!({ "state": before })).after(json!({ "state": after }))).await
}
