//! What an owner vouches for by submitting: what the tier asks of the AI RMF, nobody answered and the register shows.
//!
//! It becomes an answer of theirs with the submission, so that the dossier holds it and the committee reads it.

use super::NIST;
use super::load::Row;
use crate::{Result, Tx};
use domain::actor::Actor;
use domain::framework::State;
use domain::framework::derive::Derived;
use domain::framework::required::{is_required, takes_derived};
use domain::ids::SystemId;
use domain::readiness::Facts;

/// What the facts show of what the tier asks and these answers leave open.
pub(crate) fn vouched(facts: &Facts, answers: &[Row]) -> Vec<Derived> {
    let Some(tier) = facts.tier.filter(|tier| takes_derived(*tier)) else { return Vec::new() };
    let open = |id: &str| {
        let row = answers.iter().find(|row| row.control == id);
        row.is_none_or(|row| row.answer.state() == State::NotStarted)
    };
    let mut found = crate::systems::readiness::shown(facts);
    found.retain(|found| is_required(tier, found.subcategory) && open(found.subcategory));
    // Words that somebody typed without saying where it stands stay, before what the register shows.
    for found in &mut found {
        let row = answers.iter().find(|row| row.control == found.subcategory);
        found.sentence = found.after(row.and_then(|row| row.answer.draft.text.as_deref()));
    }
    found
}

/// Writes them as answers of the person who submits, in the submission's transaction and event.
pub(crate) async fn vouch(tx: &mut Tx, actor: &Actor, system: SystemId, found: &[Derived]) -> Result<()> {
    let ids: Vec<_> = found.iter().map(|_| tx.new_id()).collect();
    let now = tx.now();
    let controls: Vec<String> = found.iter().map(|d| d.subcategory.to_owned()).collect();
    let states: Vec<String> = found.iter().map(|d| d.state.to_string()).collect();
    let texts: Vec<String> = found.iter().map(|d| d.sentence.clone()).collect();
    sqlx::query!(
        "insert into profile_answer (id, system_id, framework, control, state, text, answered_by, answered_at, created_at,
           changed_at, changed_by)
         select x.id, $1, $2, x.control, x.state, x.text, $3, $4, $4, $4, $3
         from unnest($5::uuid[], $6::text[], $7::text[], $8::text[]) as x (id, control, state, text)
         on conflict (system_id, framework, control) where system_id is not null do update
           set state = excluded.state, text = excluded.text, answered_by = excluded.answered_by,
             answered_at = excluded.answered_at, version = profile_answer.version + 1, changed_by = excluded.changed_by,
             changed_at = excluded.changed_at",
        system.0,
        NIST,
        actor.id.0,
        now,
        &ids,
        &controls,
        &states,
        &texts
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
