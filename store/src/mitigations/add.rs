//! Adding a mitigation for one risk or several, with what it will leave of each.

use super::{risks_of, unknown_assignee};
use crate::audit::Entry;
use crate::relation::locate;
use crate::risks::{NewRating, people_words};
use crate::{Once, Result, Store};
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{MitigationRef, PersonId, RiskId, RiskRef, SystemRef};
use domain::mitigation::{Kind, Status};
use domain::policy::Action;
use domain::risk::RatingKind;
use domain::risk::matrix::Point;
use serde_json::json;
use uuid::Uuid;

/// Most risks that one mitigation acts on.
pub const RISKS_MAX: usize = 50;

/// A mitigation to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMitigation {
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
    /// What it leaves of some of them.
    pub residual: Vec<NewResidual>,
}

/// A residual rating given together with a mitigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewResidual {
    /// One of the mitigation's risks.
    pub risk: RiskRef,
    /// Where the risk then lies.
    pub at: Point,
}

/// Adds it, with the residual ratings, in one transaction. `then` is where the form leads.
///
/// # Errors
/// A refusal; [`crate::Error::Replayed`] with the first one's address.
pub async fn add(
    store: &Store,
    actor: &Actor,
    system: SystemRef,
    new: &NewMitigation,
    once: Option<Once>,
) -> Result<MitigationRef> {
    if new.risks.is_empty() || new.risks.len() > RISKS_MAX {
        return Err(Refusal::field("risks", "Choose at least one risk that it acts on").into());
    }
    super::plausible(new.due_on)?;
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let located = locate(tx.conn(), actor, system, true).await?;
    located.allow_change(actor, Action::MitigationWrite)?;
    let risks = risks_of(tx.conn(), located.id, &new.risks).await?;
    let (id, now) = (tx.new_id(), tx.now());
    let number = sqlx::query_scalar!(
        "insert into mitigation (id, system_id, title, kind, description, assignee_id, due_on, status, created_at,
           created_by, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $10) returning number",
        id,
        located.id.0,
        new.title,
        new.kind.as_str(),
        new.description,
        new.assignee.map(|a| a.0),
        new.due_on,
        Status::Planned.as_str(),
        now,
        actor.id.0
    )
    .fetch_one(tx.conn())
    .await
    .map_err(unknown_assignee)?;
    let reference = MitigationRef(number);
    let ids: Vec<Uuid> = risks.iter().map(|(_, id)| *id).collect();
    sqlx::query!("insert into mitigation_risk (mitigation_id, risk_id) select $1, unnest($2::uuid[])", id, &ids)
        .execute(tx.conn())
        .await?;
    let ratings = residuals(new, &risks, reference)?;
    let pairs: Vec<_> = ratings.iter().map(|(risk, rating)| (*risk, rating)).collect();
    let written = crate::risks::ratings::insert(&mut tx, actor, &pairs).await?;
    tx.receipt(actor, once, &format!("/mitigations/{reference}")).await?;
    let mut entry = Entry::new("mitigation.add", "mitigation", id, reference).related(located.id);
    for risk in &ids {
        entry = entry.related(*risk);
    }
    let names = people_words(tx.conn(), [new.assignee]).await?;
    let after = json!({
        "title": new.title, "kind": new.kind, "description": new.description, "assignee": new.assignee.and_then(|a| names.get(&a)),
        "due_on": new.due_on, "risks": new.risks, "ratings": written,
    });
    tx.commit_content(actor, located.id, entry.after(after)).await?;
    Ok(reference)
}

fn residuals(
    new: &NewMitigation,
    risks: &[(RiskRef, Uuid)],
    reference: MitigationRef,
) -> Result<Vec<(RiskId, NewRating)>> {
    let rating = |residual: &NewResidual| {
        let (_, id) = risks
            .iter()
            .find(|(risk, _)| *risk == residual.risk)
            .ok_or_else(|| Refusal::field("risks", "Rate only risks that the mitigation acts on"))?;
        let rationale = Some(format!("With {reference}, {}.", new.title));
        Ok((RiskId(*id), NewRating { kind: RatingKind::Residual, at: residual.at, rationale }))
    };
    new.residual.iter().map(rating).collect()
}
