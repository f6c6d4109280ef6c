//! Changing a risk's texts, on the version that was read.

use super::{hold, still_open};
use crate::audit::Entry;
use crate::error::same_version;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::RiskRef;
use domain::policy::Action;
use domain::risk::RiskText;
use serde_json::{Map, Value};

/// Saves the texts.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`] when somebody else saved first.
pub async fn edit(store: &Store, actor: &Actor, risk: RiskRef, version: i32, text: &RiskText) -> Result<()> {
    let mut tx = store.begin().await?;
    let held = hold(tx.conn(), actor, risk).await?;
    held.located.allow_change(actor, Action::RiskWrite)?;
    still_open(held.handling.status)?;
    same_version(held.version, version)?;
    let (before, after) = differences(&held.text, text);
    if after.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    sqlx::query!(
        "update risk set title = $2, cause = $3, event = $4, consequence = $5, characteristic = $6,
           version = version + 1, changed_at = $7, changed_by = $8 where id = $1",
        held.id.0,
        text.title,
        text.cause,
        text.event,
        text.consequence,
        text.characteristic.as_str(),
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::new(Action::RiskWrite.as_str(), "risk", held.id.0, risk).related(held.located.id);
    tx.commit_content(actor, held.located.id, entry.before(before).after(after)).await
}

/// The fields that changed: before and after.
fn differences(old: &RiskText, new: &RiskText) -> (Map<String, Value>, Map<String, Value>) {
    let fields = [
        ("title", &old.title[..], &new.title[..]),
        ("cause", &old.cause, &new.cause),
        ("event", &old.event, &new.event),
        ("consequence", &old.consequence, &new.consequence),
        ("characteristic", old.characteristic.as_str(), new.characteristic.as_str()),
    ];
    let changed = fields.into_iter().filter(|(_, before, after)| before != after);
    changed.map(|(name, b, a)| ((name.to_owned(), b.into()), (name.to_owned(), a.into()))).unzip()
}
