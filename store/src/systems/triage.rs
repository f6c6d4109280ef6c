//! Answering the triage. Answers are kept for good; the newest ones count.

use crate::audit::Entry;
use crate::relation::locate;
use crate::{Once, Result, Store};
use domain::actor::Actor;
use domain::ids::SystemRef;
use domain::policy::Action;
use domain::triage::{self, Answers, Outcome};
use serde_json::json;

/// Writes the answers and the tier that they lead to. `once` is the form's token.
///
/// # Errors
/// A refusal; [`crate::Error::Replayed`].
pub async fn answer(
    store: &Store,
    actor: &Actor,
    reference: SystemRef,
    answers: &Answers,
    once: Option<Once>,
) -> Result<Outcome> {
    let outcome = triage::tier(answers);
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let located = locate(tx.conn(), actor, reference, true).await?;
    located.allow_change(actor, Action::TriageAnswer)?;
    let before = sqlx::query_scalar!(
        "select tier from triage_result where system_id = $1 order by answered_at desc, id desc limit 1",
        located.id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let (id, now) = (tx.new_id(), tx.now());
    let because: Vec<String> = outcome.because.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into triage_result (id, system_id, answers, tier, because, rules_version, answered_by, answered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        located.id.0,
        serde_json::to_value(answers)?,
        outcome.tier.as_str(),
        &because,
        outcome.rules_version,
        actor.id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("update system set changed_at = $2, changed_by = $3 where id = $1", located.id.0, now, actor.id.0)
        .execute(tx.conn())
        .await?;
    tx.receipt(actor, once, &format!("/systems/{reference}/triage")).await?;
    let entry = Entry::new("triage.answer", "system", located.id.0, reference)
        .before(json!({ "tier": before }))
        .after(json!({ "tier": outcome.tier, "answers": answers, "because": outcome.because }));
    tx.commit_content(actor, located.id, entry).await?;
    Ok(outcome)
}
