//! Correcting what is said about a file. The file stays.

use super::{Label, find, get, links};
use crate::audit::Entry;
use crate::{Result, Store, error::same_version};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::EvidenceRef;
use domain::policy::Action;

/// Changes the label that was read at `version`.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`] when somebody else was quicker.
pub async fn edit(store: &Store, actor: &Actor, reference: EvidenceRef, version: i32, label: &Label) -> Result<()> {
    // What is compared and written to the trail; the version is checked again under the lock.
    let before = get::get(store, actor, reference).await?;
    let mut tx = store.begin().await?;
    let found = find(tx.conn(), actor, reference, true).await?;
    found.system.allow_change(actor, Action::EvidenceWrite)?;
    label.check(store.today())?;
    links::check(tx.conn(), found.system.id.0, label).await?;
    let row = sqlx::query!("select version, withdrawn_at from evidence where id = $1 for update", found.id)
        .fetch_one(tx.conn())
        .await?;
    same_version(row.version, version)?;
    same_version(row.version, before.version)?;
    if row.withdrawn_at.is_some() {
        return Err(Refusal::not_now("The evidence was withdrawn: it stays as it was").into());
    }
    let now = tx.now();
    sqlx::query!(
        "update evidence set title = $2, kind = $3, speaks_of = $4, valid_until = $5, note = $6, version = version + 1,
           changed_at = $7, changed_by = $8 where id = $1",
        found.id,
        label.title,
        label.kind.as_str(),
        label.speaks_of,
        label.valid_until,
        label.note,
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    links::set(tx.conn(), found.id, label).await?;
    let (before, after) = crate::audit::changed(&before.label, label)?;
    let entry = Entry::new("evidence.edit", "evidence", found.id, reference).related(found.system.id);
    tx.commit_content(actor, found.system.id, entry.before(before).after(after)).await
}
