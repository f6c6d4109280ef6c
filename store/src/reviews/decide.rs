//! A chair closes a review: the votes amount to an outcome, which nobody chooses.

use super::Found;
use crate::people::sign_in::verify_password;
use crate::{Once, Result, Store, Tx};
use chrono::{DateTime, Months, NaiveDate, Utc};
use domain::actor::Actor;
use domain::canonical::hex;
use domain::error::Refusal;
use domain::ids::{DecisionRef, MitigationRef, ReviewRef};
use domain::policy::Action;
use domain::review::dossier::Dossier;
use domain::review::quorum::{Ballot, Tally, tally};
use domain::review::vote::Condition;
use domain::review::{Outcome, State, Verb, advance, closing_meaning};
use domain::triage::Tier;
use serde_json::json;
use uuid::Uuid;

/// What a chair writes when closing.
#[derive(Debug, Clone)]
pub struct Closing {
    /// SHA-256 of the dossier whose votes are counted.
    pub dossier: [u8; 32],
    /// What the outcome was when the chair read it: one more vote may have changed it.
    pub outcome: Outcome,
    /// A sentence for the minutes.
    pub statement: Option<String>,
    /// Last day of an approval, if it is to end sooner than the tier allows.
    pub valid_until: Option<NaiveDate>,
}

/// The last day that an approval of this tier may have.
pub fn latest_day(tier: Tier, today: NaiveDate) -> NaiveDate {
    today.checked_add_months(Months::new(tier.demands().validity_months)).unwrap_or(today)
}

/// Closes the review, signed with the chair's password.
///
/// # Errors
/// A refusal: wrong password, a part in the system, no quorum, another dossier or outcome than the chair read.
pub async fn decide(
    store: &Store,
    actor: &Actor,
    reference: ReviewRef,
    closing: &Closing,
    password: &str,
    once: Option<Once>,
) -> Result<DecisionRef> {
    verify_password(store, actor, password).await?;
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let mut review = super::find(tx.conn(), actor, reference, true).await?;
    review.system.allow(actor, Action::ReviewDecide)?;
    review.same_dossier(&closing.dossier)?;
    let count = count(&mut tx, &review).await?;
    let outcome = outcome(&review, &count.tally, closing)?;
    let now = tx.now();
    let valid_until = validity(count.tier, outcome, closing.valid_until, now)?;
    let meaning = closing_meaning(outcome, &review.system.reference.to_string(), &hex(&review.sha256));
    let id = tx.new_id();
    let number = sqlx::query_scalar!(
        "insert into decision (id, review_id, system_id, dossier_id, dossier_sha256, outcome, tier, quorum,
           above_appetite, statement, meaning, decided_by, decided_by_name, decided_at, valid_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning number",
        id,
        review.id.0,
        review.system.id.0,
        review.dossier_id.0,
        review.sha256.as_slice(),
        outcome.as_str(),
        count.tier.as_str(),
        i16::from(count.tier.demands().quorum),
        count.above_appetite,
        closing.statement,
        meaning,
        actor.id.0,
        actor.name,
        now,
        valid_until
    )
    .fetch_one(tx.conn())
    .await?;
    let decision = DecisionRef(number);
    let conditions = if outcome == Outcome::ApprovedWithConditions { count.conditions } else { Vec::new() };
    let made = write_conditions(&mut tx, &review, id, &conditions, now).await?;
    let before = review.state;
    let after = review.advance(&mut tx, Some(actor), outcome.verb(), None).await?;
    let superseded = supersede(&mut tx, actor, &review, decision).await?;
    tx.receipt(actor, once, &format!("/decisions/{decision}")).await?;
    let entry = review.entry(Action::ReviewDecide).related(id).before(json!({ "state": before })).after(json!({
        "state": after,
        "decision": decision,
        "dossier_sha256": hex(&review.sha256),
        "valid_until": valid_until,
        "statement": closing.statement,
        "conditions": conditions,
        "mitigations": made.iter().map(|(_, reference)| reference).collect::<Vec<_>>(),
        "supersedes": superseded,
        "meaning": meaning,
    }));
    // A condition's own history begins with the decision that made it.
    let entry = made.iter().fold(entry, |entry, (mitigation, _)| entry.related(*mitigation));
    tx.commit(actor, entry).await?;
    Ok(decision)
}

/// What the votes on the dossier under review amount to.
struct Count {
    tier: Tier,
    above_appetite: bool,
    tally: Tally,
    conditions: Vec<Condition>,
}

async fn count(tx: &mut Tx, review: &Found) -> Result<Count> {
    let body =
        sqlx::query_scalar!("select body from dossier where id = $1", review.dossier_id.0).fetch_one(tx.conn()).await?;
    let dossier: Dossier = serde_json::from_str(&body)?;
    let votes = sqlx::query!(
        "select voter_chair, choice, conditions from vote where dossier_id = $1 order by signed_at, id",
        review.dossier_id.0
    )
    .fetch_all(tx.conn())
    .await?;
    let (mut ballots, mut conditions) = (Vec::new(), Vec::new());
    for vote in votes {
        ballots.push(Ballot { chair: vote.voter_chair, choice: vote.choice.parse()? });
        conditions.extend(serde_json::from_value::<Vec<Condition>>(vote.conditions)?);
    }
    let above_appetite = dossier.above_appetite();
    let tally = tally(dossier.triage.tier, above_appetite, &ballots);
    Ok(Count { tier: dossier.triage.tier, above_appetite, tally, conditions })
}

fn outcome(review: &Found, tally: &Tally, closing: &Closing) -> Result<Outcome> {
    if review.state != State::InReview {
        // The state's own words: it may be closed, withdrawn, or not yet begun.
        advance(review.state, Verb::Approve)?;
    }
    let outcome = tally.outcome.ok_or_else(|| {
        let chair = if tally.chair_needed && !tally.chair_voted { ", among them a chair\u{2019}s" } else { "" };
        Refusal::not_now(format!("Not enough votes: {} of {}{chair}", tally.cast, tally.needed))
    })?;
    if outcome != closing.outcome {
        return Err(Refusal::not_now(format!(
            "A vote came in since you opened this page: the votes now amount to “{}”. Read it, then sign again",
            outcome.label().to_lowercase()
        ))
        .into());
    }
    Ok(outcome)
}

fn validity(tier: Tier, outcome: Outcome, asked: Option<NaiveDate>, now: DateTime<Utc>) -> Result<Option<NaiveDate>> {
    if outcome == Outcome::Rejected {
        return Ok(None);
    }
    let today = now.date_naive();
    let latest = latest_day(tier, today);
    let last = asked.unwrap_or(latest);
    if last <= today || last > latest {
        let message = format!("Choose a day after today, {latest} at the latest");
        return Err(Refusal::field("valid_until", message).into());
    }
    Ok(Some(last))
}

/// Conditions become mitigations of the system, with owner and date: one statement for all of them. Gives their ids.
async fn write_conditions(
    tx: &mut Tx,
    review: &Found,
    decision: Uuid,
    conditions: &[Condition],
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, MitigationRef)>> {
    if conditions.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = conditions.iter().map(|_| tx.new_id()).collect();
    let titles: Vec<String> = conditions.iter().map(Condition::title).collect();
    let texts: Vec<String> = conditions.iter().map(|c| c.text.clone()).collect();
    let owners: Vec<Uuid> = conditions.iter().map(|c| c.owner_id.0).collect();
    let dues: Vec<NaiveDate> = conditions.iter().map(|c| c.due_on).collect();
    let numbers = sqlx::query_scalar!(
        "insert into mitigation (id, system_id, title, kind, description, assignee_id, due_on, status, decision_id,
           created_at, changed_at)
         select c.id, $6, c.title, 'preventive', c.text, c.owner, c.due, 'planned', $7, $8, $8
         from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::date[])
           with ordinality as c (id, title, text, owner, due, place)
         order by c.place returning number",
        &ids,
        &titles,
        &texts,
        &owners,
        &dues,
        review.system.id.0,
        decision,
        now
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().zip(numbers.into_iter().map(MitigationRef)).collect())
}

/// The newer decision takes the place of the older approval, expired or not.
async fn supersede(tx: &mut Tx, actor: &Actor, review: &Found, decision: DecisionRef) -> Result<Option<DecisionRef>> {
    let older = sqlx::query!(
        "select d.id, d.number, d.review_id, r.state from decision d join review r on r.id = d.review_id
         where d.system_id = $1 and d.review_id <> $2 and d.outcome <> 'rejected'
           and not exists (select from decision_end e where e.decision_id = d.id)
         order by d.decided_at desc limit 1 for update of r",
        review.system.id.0,
        review.id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(older) = older else { return Ok(None) };
    let to = advance(older.state.parse()?, Verb::Supersede)?;
    let now = tx.now();
    sqlx::query!(
        "insert into decision_end (decision_id, kind, reason, ended_by, ended_at) values ($1, 'superseded', $2, $3, $4)",
        older.id,
        format!("Superseded by {decision}"),
        actor.id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update review set state = $2, state_since = $3, state_by = $4, state_reason = $5, version = version + 1
         where id = $1",
        older.review_id,
        to.as_str(),
        now,
        actor.id.0,
        format!("Superseded by {decision}")
    )
    .execute(tx.conn())
    .await?;
    Ok(Some(DecisionRef(older.number)))
}
