//! A chair ends an approval before its time.

use crate::people::sign_in::verify_password;
use crate::{Error, Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{DecisionRef, ReviewRef};
use domain::policy::Action;
use domain::review::Verb;
use serde_json::json;

/// Revokes an approval, signed with the chair's password. It can't be taken back: a new review may follow.
///
/// # Errors
/// A refusal when there is nothing to revoke; [`Error::NotFound`].
pub async fn revoke(store: &Store, actor: &Actor, reference: DecisionRef, reason: &str, password: &str) -> Result<()> {
    verify_password(store, actor, password).await?;
    let mut tx = store.begin().await?;
    let row = sqlx::query!(
        "select d.id, r.number from decision d join review r on r.id = d.review_id where d.number = $1",
        reference.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let mut review = super::find(tx.conn(), actor, ReviewRef(row.number), true).await?;
    review.system.allow(actor, Action::DecisionRevoke)?;
    if review.recused {
        return Err(Refusal::forbidden("You recused yourself from this review").into());
    }
    domain::review::advance(review.state, Verb::Revoke)?;
    let now = tx.now();
    sqlx::query!(
        "insert into decision_end (decision_id, kind, reason, ended_by, ended_at) values ($1, 'revoked', $2, $3, $4)",
        row.id,
        reason,
        actor.id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    let before = review.state;
    let after = review.advance(&mut tx, Some(actor), Verb::Revoke, Some(reason)).await?;
    let entry = crate::audit::Entry::new(Action::DecisionRevoke.as_str(), "decision", row.id, reference)
        .related(review.system.id)
        .related(review.id)
        .before(json!({ "state": before }))
        .after(json!({ "state": after, "reason": reason }));
    tx.commit(actor, entry).await
}
