//! Taking a system out of use, and bringing it back. Nothing of it is deleted.

use crate::audit::Entry;
use crate::relation::locate;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::SystemRef;
use domain::policy::Action;
use domain::system::Stage;
use domain::text;
use serde_json::json;

/// Retires a system.
pub async fn retire(store: &Store, actor: &Actor, reference: SystemRef, reason: &str) -> Result<()> {
    let reason = text::prose(reason)
        .map_err(|why| Refusal::field("reason", format!("This {why}")))?
        .ok_or_else(|| Refusal::field("reason", "Say why the system is retired"))?;
    set_stage(store, actor, reference, Stage::Retired, Some(reason)).await
}

/// Brings a retired system back, at the stage where it stands now.
pub async fn reopen(store: &Store, actor: &Actor, reference: SystemRef, stage: Stage) -> Result<()> {
    if stage == Stage::Retired {
        return Err(Refusal::field("stage", "Choose where the system stands now").into());
    }
    set_stage(store, actor, reference, stage, None).await
}

async fn set_stage(
    store: &Store,
    actor: &Actor,
    reference: SystemRef,
    stage: Stage,
    reason: Option<String>,
) -> Result<()> {
    let mut tx = store.begin().await?;
    let located = locate(tx.conn(), actor, reference, true).await?;
    located.allow_change(actor, Action::SystemRetire)?;
    let old: Stage = sqlx::query_scalar!("select stage from system where id = $1", located.id.0)
        .fetch_one(tx.conn())
        .await?
        .parse()?;
    match (old, stage) {
        (Stage::Retired, Stage::Retired) => return Err(Refusal::not_now("The system is retired already").into()),
        (Stage::Retired, _) | (_, Stage::Retired) => {}
        _ => return Err(Refusal::not_now("The system is not retired").into()),
    }
    let now = tx.now();
    sqlx::query!(
        "update system set stage = $2, version = version + 1, changed_at = $3, changed_by = $4 where id = $1",
        located.id.0,
        stage.as_str(),
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::new("system.retire", "system", located.id.0, reference)
        .before(json!({ "stage": old }))
        .after(json!({ "stage": stage, "reason": reason }));
    tx.commit_content(actor, located.id, entry).await
}
