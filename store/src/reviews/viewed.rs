//! What a member has read of the dossier under review: ticks of their own, gone with the next dossier.
//!
//! No audit event is written: a tick is an aid to reading, shown to nobody else, and no vote or decision rests on it.

use crate::{Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::ReviewRef;
use domain::policy::Action;
use domain::review::Reading;

/// Ticks one thing as viewed, or takes the tick back. `dossier` is the hash of what the person has before them.
///
/// # Errors
/// A refusal when the committee does not have it, or has another dossier by now; [`crate::Error::NotFound`].
pub async fn tick(
    store: &Store,
    actor: &Actor,
    reference: ReviewRef,
    dossier: &[u8; 32],
    reading: Reading,
    viewed: bool,
) -> Result<()> {
    let mut tx = store.pool().begin().await?;
    let review = super::find(&mut tx, actor, reference, false).await?;
    review.system.allow(actor, Action::ReviewTick)?;
    if !review.state.is_under_review() {
        return Err(Refusal::not_now("The committee does not have this dossier now").into());
    }
    if *dossier != review.sha256 {
        return Err(Refusal::not_now("The dossier changed since you opened it. Read the new one").into());
    }
    let (dossier, now) = (review.dossier_id.0, store.now());
    if viewed {
        sqlx::query!(
            "insert into dossier_viewed (dossier_id, person_id, reading, at) values ($1, $2, $3, $4)
             on conflict do nothing",
            dossier,
            actor.id.0,
            reading.as_str(),
            now
        )
        .execute(&mut *tx)
        .await?;
    } else {
        sqlx::query!(
            "delete from dossier_viewed where dossier_id = $1 and person_id = $2 and reading = $3",
            dossier,
            actor.id.0,
            reading.as_str()
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(tx.commit().await?)
}
