//! Changing a mitigation, on the version that was read. The committee's words and dates stay.

use super::{Held, hold, risks_of, unknown_assignee};
use crate::audit::Entry;
use crate::error::same_version;
use crate::risks::people_words;
use crate::{Result, Store};
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{MitigationRef, PersonId, RiskRef};
use domain::mitigation::Kind;
use domain::policy::Action;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A mitigation as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MitigationText {
    /// Short name.
    pub title: String,
    /// How it acts.
    pub kind: Kind,
    /// What is done; may be empty.
    pub description: String,
    /// Who does it.
    pub assignee: Option<PersonId>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// The risks that it acts on.
    pub risks: Vec<RiskRef>,
}

/// Saves it. A condition keeps its title, kind, description and date; who does it may change.
///
/// # Errors
/// A refusal; [`crate::Error::Stale`] when somebody else saved first.
pub async fn edit(
    store: &Store,
    actor: &Actor,
    mitigation: MitigationRef,
    version: i32,
    new: &MitigationText,
) -> Result<()> {
    change(store, actor, mitigation, version, None, |_| new.clone()).await
}

/// The same, from what it says now; `why` goes into the audit trail.
pub(crate) async fn change(
    store: &Store,
    actor: &Actor,
    mitigation: MitigationRef,
    version: i32,
    why: Option<&str>,
    new: impl FnOnce(MitigationText) -> MitigationText,
) -> Result<()> {
    let mut tx = store.begin().await?;
    let held = hold(tx.conn(), actor, mitigation).await?;
    held.located.allow_change(actor, Action::MitigationWrite)?;
    same_version(held.version, version)?;
    let new = &new(present(&held));
    keeps_condition(&held, new)?;
    let risks = risks_of(tx.conn(), held.located.id, &new.risks).await?;
    if risks.is_empty() && !held.condition {
        return Err(Refusal::field("risks", "Choose at least one risk that it acts on").into());
    }
    super::plausible(new.due_on)?;
    let ids: Vec<Uuid> = risks.iter().map(|(_, id)| *id).collect();
    let now = tx.now();
    sqlx::query!(
        "update mitigation set title = $2, kind = $3, description = $4, assignee_id = $5, due_on = $6,
           version = version + 1, changed_at = $7, changed_by = $8 where id = $1",
        held.id.0,
        new.title,
        new.kind.as_str(),
        new.description,
        new.assignee.map(|a| a.0),
        new.due_on,
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await
    .map_err(verified_by_assignee)?;
    sqlx::query!("delete from mitigation_risk where mitigation_id = $1 and risk_id <> all ($2)", held.id.0, &ids)
        .execute(tx.conn())
        .await?;
    sqlx::query!(
        "insert into mitigation_risk (mitigation_id, risk_id) select $1, unnest($2::uuid[]) on conflict do nothing",
        held.id.0,
        &ids
    )
    .execute(tx.conn())
    .await?;
    let names = people_words(tx.conn(), [held.assignee, new.assignee]).await?;
    let mut entry = Entry::new(Action::MitigationWrite.as_str(), "mitigation", held.id.0, mitigation)
        .related(held.located.id)
        .before(before(&held, &names))
        .after(after(new, &names))
        .reason(why);
    for risk in ids {
        entry = entry.related(risk);
    }
    tx.commit_content(actor, held.located.id, entry).await
}

/// What it says now.
fn present(held: &Held) -> MitigationText {
    MitigationText {
        title: held.title.clone(),
        kind: held.kind,
        description: held.description.clone(),
        assignee: held.assignee,
        due_on: held.due_on,
        risks: held.risks.clone(),
    }
}

/// Whoever verified it can't become its assignee afterwards.
fn verified_by_assignee(error: sqlx::Error) -> crate::Error {
    match &error {
        sqlx::Error::Database(db) if db.constraint() == Some("verified_by_somebody_else") => {
            Refusal::field("assignee", "This person verified it: somebody else has to do it").into()
        }
        _ => unknown_assignee(error),
    }
}

fn keeps_condition(held: &Held, new: &MitigationText) -> Result<()> {
    let same = (&held.title, held.kind, &held.description, held.due_on)
        == (&new.title, new.kind, &new.description, new.due_on);
    if held.condition && !same {
        return Err(Refusal::not_now("A condition keeps the committee's words and date").into());
    }
    Ok(())
}

type Names = BTreeMap<PersonId, String>;

fn before(held: &Held, names: &Names) -> Value {
    json!({ "title": held.title, "kind": held.kind, "description": held.description,
            "assignee": held.assignee.and_then(|a| names.get(&a)), "due_on": held.due_on, "risks": held.risks })
}

fn after(new: &MitigationText, names: &Names) -> Value {
    json!({ "title": new.title, "kind": new.kind, "description": new.description,
            "assignee": new.assignee.and_then(|a| names.get(&a)), "due_on": new.due_on, "risks": new.risks })
}
