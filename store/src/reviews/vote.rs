//! A member votes: on the dossier that they read, signed with their password.

use crate::people::sign_in::verify_password;
use crate::{Once, Result, Store};
use domain::actor::{Actor, Role};
use domain::canonical::hex;
use domain::error::Refusal;
use domain::ids::ReviewRef;
use domain::policy::Action;
use domain::review::vote::{Ballot, Condition};
use domain::review::{Choice, State, meaning};
use serde_json::json;
use uuid::Uuid;

/// Casts a vote. A submission that nobody has taken up is in review from then on.
///
/// # Errors
/// A refusal: wrong password, a part in the system, another dossier than the one under review, voted already.
pub async fn vote(
    store: &Store,
    actor: &Actor,
    reference: ReviewRef,
    ballot: &Ballot,
    password: &str,
    once: Option<Once>,
) -> Result<()> {
    ballot.check(store.today())?;
    verify_password(store, actor, password).await?;
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let mut review = super::find(tx.conn(), actor, reference, true).await?;
    review.system.allow(actor, Action::ReviewVote)?;
    review.same_dossier(&ballot.dossier)?;
    if !review.state.is_under_review() {
        return Err(Refusal::not_now("The review is not open for votes").into());
    }
    let conditions = conditions(&mut tx, ballot).await?;
    let before = review.state;
    review.start(&mut tx, actor).await?;
    debug_assert_eq!(review.state, State::InReview);
    let meaning = meaning(ballot.choice, &review.system.reference.to_string(), &hex(&review.sha256));
    let (id, now) = (tx.new_id(), tx.now());
    sqlx::query!(
        "insert into vote (id, review_id, dossier_id, dossier_sha256, voter_id, voter_name, voter_chair, choice, reason,
           conditions, meaning, signed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        id,
        review.id.0,
        review.dossier_id.0,
        ballot.dossier.as_slice(),
        actor.id.0,
        actor.name,
        actor.has(Role::Chair),
        ballot.choice.as_str(),
        ballot.reason,
        serde_json::to_value(&conditions)?,
        meaning,
        now
    )
    .execute(tx.conn())
    .await
    .map_err(voted_already)?;
    tx.receipt(actor, once, &format!("/reviews/{reference}")).await?;
    let entry = review.entry(Action::ReviewVote).before(json!({ "state": before })).after(json!({
        "state": review.state,
        "vote": id,
        "choice": ballot.choice,
        "reason": ballot.reason,
        "conditions": conditions,
        "dossier_sha256": hex(&review.sha256),
        "meaning": meaning,
    }));
    tx.commit(actor, entry).await
}

/// The conditions with their owners' names as they are now; every owner must be somebody who can act.
async fn conditions(tx: &mut crate::Tx, ballot: &Ballot) -> Result<Vec<Condition>> {
    if ballot.choice != Choice::ApproveWithConditions {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = ballot.conditions.iter().map(|c| c.owner_id.0).collect();
    let people = sqlx::query!(
        "select id, name from person where id = any ($1) and kind = 'human' and deactivated_at is null
           and not roles && array['executive', 'auditor']",
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    let mut named = ballot.conditions.clone();
    for (i, condition) in named.iter_mut().enumerate() {
        let owner = people.iter().find(|p| p.id == condition.owner_id.0);
        let owner = owner
            .ok_or_else(|| Refusal::field(&domain::review::vote::field("owner", i), "Choose who takes care of it"))?;
        condition.owner.clone_from(&owner.name);
    }
    Ok(named)
}

fn voted_already(error: sqlx::Error) -> crate::Error {
    match &error {
        sqlx::Error::Database(db) if db.constraint() == Some("vote_dossier_id_voter_id_key") => {
            Refusal::not_now("You have voted on this dossier: a signed vote stays").into()
        }
        _ => error.into(),
    }
}
