//! A member steps aside: they can't vote on this review or close it any more.

use crate::{Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::ReviewRef;
use domain::policy::Action;
use serde_json::json;

/// Notes that a member steps aside, and why. It can't be taken back.
///
/// # Errors
/// A refusal when the review is decided, or the member has voted on this dossier.
pub async fn recuse(store: &Store, actor: &Actor, reference: ReviewRef, reason: &str) -> Result<()> {
    let mut tx = store.begin().await?;
    let review = super::find(tx.conn(), actor, reference, true).await?;
    review.system.allow(actor, Action::ReviewRecuse)?;
    if !review.state.is_open() {
        return Err(Refusal::not_now("The review is closed").into());
    }
    if review.recused {
        return Err(Refusal::not_now("You stepped aside from this review already").into());
    }
    let voted = sqlx::query_scalar!(
        r#"select exists (select from vote where dossier_id = $1 and voter_id = $2) as "voted!""#,
        review.dossier_id.0,
        actor.id.0
    )
    .fetch_one(tx.conn())
    .await?;
    if voted {
        return Err(Refusal::not_now("You have voted on this dossier: a signed vote stays").into());
    }
    let now = tx.now();
    sqlx::query!(
        "insert into recusal (review_id, person_id, reason, at) values ($1, $2, $3, $4)",
        review.id.0,
        actor.id.0,
        reason,
        now
    )
    .execute(tx.conn())
    .await?;
    let entry = review.entry(Action::ReviewRecuse).after(json!({ "reason": reason }));
    tx.commit(actor, entry).await
}
