//! MAP: describing a system's context. It may be saved half done; what is missing is asked for before a submission.

use crate::audit::Entry;
use crate::error::same_version;
use crate::relation::locate;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::SystemRef;
use domain::policy::Action;
use domain::system::Context;

/// Writes the context, on the version that the editor saw.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`] when somebody else changed the system since.
pub async fn describe(store: &Store, actor: &Actor, reference: SystemRef, version: i32, new: &Context) -> Result<()> {
    let new = new.clone().checked()?;
    let mut tx = store.begin().await?;
    let located = locate(tx.conn(), actor, reference, true).await?;
    located.allow_change(actor, Action::SystemEdit)?;
    same_version(located.version, version)?;
    let old = super::get::details_of(tx.conn(), located.id).await?.context;
    if old == new {
        return Ok(());
    }
    let (id, now) = (located.id.0, tx.now());
    let data: Vec<String> = new.data_categories.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "update system set kind = $2, sourcing = $3, vendor = $4, intended_users = $5, affected_groups = $6,
           data_categories = $7, autonomy = $8, oversight = $9, runs_where = $10, version = version + 1,
           changed_at = $11, changed_by = $12 where id = $1",
        id,
        new.kind.map(|w| w.as_str()),
        new.sourcing.map(|w| w.as_str()),
        new.vendor,
        new.intended_users,
        new.affected_groups,
        &data,
        new.autonomy.map(|w| w.as_str()),
        new.oversight,
        new.runs_where,
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    if old.models != new.models {
        sqlx::query!("delete from system_model where system_id = $1", id).execute(tx.conn()).await?;
        let column =
            |pick: fn(&domain::system::Model) -> &String| new.models.iter().map(pick).cloned().collect::<Vec<_>>();
        sqlx::query!(
            "insert into system_model (system_id, provider, name, version)
             select $1, * from unnest($2::text[], $3::text[], $4::text[])",
            id,
            &column(|m| &m.provider),
            &column(|m| &m.name),
            &column(|m| &m.version)
        )
        .execute(tx.conn())
        .await?;
    }
    let entry = Entry::new("system.edit", "system", id, reference).changed(&old, &new);
    tx.commit_content(actor, located.id, entry).await
}
