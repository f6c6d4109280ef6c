//! Correcting what a system was registered with.

use crate::audit::Entry;
use crate::error::same_version;
use crate::relation::locate;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::SystemRef;
use domain::policy::Action;
use domain::system::{Registration, Stage};

/// Changes name, purpose, unit, owner and stage, on the version that the editor saw. Another owner is a transfer, and
/// retiring is a verb of its own.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`] when somebody else changed the system since.
pub async fn edit(store: &Store, actor: &Actor, reference: SystemRef, version: i32, new: &Registration) -> Result<()> {
    change(store, actor, reference, version, None, |_| new.clone()).await
}

/// The same, from what it says now; `why` goes into the audit trail.
pub(crate) async fn change(
    store: &Store,
    actor: &Actor,
    reference: SystemRef,
    version: i32,
    why: Option<&str>,
    new: impl FnOnce(Registration) -> Registration,
) -> Result<()> {
    let mut tx = store.begin().await?;
    let located = locate(tx.conn(), actor, reference, true).await?;
    located.allow_change(actor, Action::SystemEdit)?;
    same_version(located.version, version)?;
    let old =
        sqlx::query!("select name, purpose, business_unit_id, owner_id, stage from system where id = $1", located.id.0)
            .fetch_one(tx.conn())
            .await?;
    let old = Registration {
        name: old.name,
        purpose: old.purpose,
        unit: old.business_unit_id.into(),
        owner: old.owner_id.into(),
        stage: old.stage.parse()?,
    };
    let new = &new(old.clone());
    if old == *new {
        return Ok(());
    }
    if (old.stage == Stage::Retired) != (new.stage == Stage::Retired) {
        return Err(Refusal::field("stage", "Retiring and reopening have a page of their own").into());
    }
    if old.owner != new.owner {
        located.allow_change(actor, Action::SystemTransfer)?;
        super::people::may_hold(tx.conn(), new.owner, "owner").await?;
    }
    let now = tx.now();
    sqlx::query!(
        "update system set name = $2, purpose = $3, business_unit_id = $4, owner_id = $5, stage = $6,
           version = version + 1, changed_at = $7, changed_by = $8 where id = $1",
        located.id.0,
        new.name,
        new.purpose,
        new.unit.0,
        new.owner.0,
        new.stage.as_str(),
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await
    .map_err(super::register::unknown_choice)?;
    let entry = Entry::new("system.edit", "system", located.id.0, reference).changed(&old, new).reason(why);
    tx.commit_content(actor, located.id, entry).await
}
