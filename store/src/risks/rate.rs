//! Rating a risk: a rating is added, never changed.

use super::{NewRating, hold, ratings, still_open};
use crate::audit::Entry;
use crate::{Once, Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::RiskRef;
use domain::policy::Action;
use serde_json::json;

/// Adds one rating or several (of different kinds) in one transaction.
///
/// # Errors
/// A refusal; [`crate::Error::Replayed`] when the form was sent before.
pub async fn rate(store: &Store, actor: &Actor, risk: RiskRef, new: &[NewRating], once: Option<Once>) -> Result<()> {
    let mut kinds: Vec<_> = new.iter().map(|r| r.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() || kinds.len() < new.len() {
        return Err(Refusal::field("", "Choose likelihood and impact for at least one rating").into());
    }
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let held = hold(tx.conn(), actor, risk).await?;
    held.located.allow_change(actor, Action::RiskRate)?;
    still_open(held.handling.status)?;
    let pairs: Vec<_> = new.iter().map(|rating| (held.id, rating)).collect();
    let written = ratings::insert(&mut tx, actor, &pairs).await?;
    tx.receipt(actor, once, &format!("/risks/{risk}")).await?;
    let entry = Entry::new(Action::RiskRate.as_str(), "risk", held.id.0, risk)
        .related(held.located.id)
        .after(json!({ "ratings": written }));
    tx.commit_content(actor, held.located.id, entry).await
}
