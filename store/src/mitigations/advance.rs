//! Reporting progress. It goes on while the committee has the dossier; only dropping is a change of content.

use super::hold;
use crate::audit::Entry;
use crate::error::same_version;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::MitigationRef;
use domain::mitigation::{self, Status};
use domain::policy::Action;
use serde_json::json;

/// Moves a mitigation to another status. Who verifies does not become involved in the system: the version's author
/// (`changed_by`) stays, only `verified_by` is set.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`] when somebody else saved first.
pub async fn advance(
    store: &Store,
    actor: &Actor,
    mitigation: MitigationRef,
    version: i32,
    to: Status,
    note: Option<&str>,
) -> Result<()> {
    let mut tx = store.begin().await?;
    let held = hold(tx.conn(), actor, mitigation).await?;
    let from = held.status;
    if from == Status::Dropped || to == Status::Dropped {
        held.located.allow_change(actor, Action::MitigationWrite)?;
    } else {
        held.located.allow_in_use(actor, Action::MitigationAdvance)?;
    }
    same_version(held.version, version)?;
    mitigation::may_report(from, to, held.located.relation)?;
    mitigation::advance(from, to, actor.id, held.assignee, held.implemented_by, held.condition)?;
    let now = tx.now();
    let done = matches!(to, Status::Implemented | Status::Verified);
    sqlx::query!(
        "update mitigation set status = $2, version = version + 1,
           implemented_by = case when $2 = 'implemented' then $3 when $4 then implemented_by end,
           implemented_at = case when $2 = 'implemented' then $5 when $4 then implemented_at end,
           verified_by = case when $2 = 'verified' then $3 end,
           verified_at = case when $2 = 'verified' then $5 end
         where id = $1",
        held.id.0,
        to.as_str(),
        actor.id.0,
        done,
        now
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::new(Action::MitigationAdvance.as_str(), "mitigation", held.id.0, mitigation)
        .related(held.located.id)
        .before(json!({ "status": from }))
        .after(json!({ "status": to, "note": note }));
    tx.commit_content(actor, held.located.id, entry).await
}
