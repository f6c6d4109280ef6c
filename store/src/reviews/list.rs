//! The committee's queue, oldest first, and what it decided, newest first.

use crate::{Result, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::ids::{DecisionRef, ReviewRef, SystemRef, UnitId};
use domain::page::{PAGE_ROWS, Page};
use domain::policy::{self, Action, Relation};
use domain::review::{Choice, Outcome, State};
use domain::triage::Tier;

/// One review that waits for the committee.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The review.
    pub reference: ReviewRef,
    /// Submitted, or in review.
    pub state: State,
    /// The system.
    pub system: SystemRef,
    /// Its name.
    pub name: String,
    /// Its business unit.
    pub unit: String,
    /// Its tier; locked while under review.
    pub tier: Tier,
    /// Whether a residual risk lies above appetite.
    pub above_appetite: bool,
    /// Since when it waits.
    pub submitted_at: DateTime<Utc>,
    /// Days that it waits.
    pub days: i64,
    /// Submissions so far.
    pub revision: i32,
    /// Votes on the dossier under review.
    pub votes: i64,
    /// Votes that the tier asks for.
    pub needed: i64,
    /// This person's vote on it.
    pub my_vote: Option<Choice>,
    /// Whether this person may vote and has not.
    pub my_turn: bool,
    /// Whether the quorum stands and a chair may close it.
    pub may_close: bool,
}

/// Reviews that wait, oldest first, of all business units or of one. `after` is the cursor of the page before: the last
/// row's number.
///
/// # Errors
/// A refusal for people who don't read the committee's papers.
pub async fn queue(
    store: &Store,
    actor: &Actor,
    unit: Option<UnitId>,
    after: Option<ReviewRef>,
) -> Result<Page<Waiting>> {
    waiting(store, actor, unit, after, PAGE_ROWS).await
}

/// The same with so many reviews on a page.
///
/// # Errors
/// A refusal for people who don't read the committee's papers.
pub async fn waiting(
    store: &Store,
    actor: &Actor,
    unit: Option<UnitId>,
    after: Option<ReviewRef>,
    limit: usize,
) -> Result<Page<Waiting>> {
    policy::allow(actor, Action::CommitteeRead, Relation::default())?;
    let rows = sqlx::query!(
        r#"select r.number, r.state, s.number as system, s.name, u.name as unit, s.tier as "tier!",
             r.submitted_at as "submitted_at!", d.revision,
             exists (select from risk k where k.system_id = s.id and k.residual_above and k.status <> 'closed')
               as "above!",
             v.votes as "votes!", v.chairs as "chairs!", v.mine as "mine?",
             exists (select from involvement i where i.system_id = s.id and i.person_id = $1)
               or exists (select from recusal c where c.review_id = r.id and c.person_id = $1) as "barred!"
           from review r
           join system s on s.id = r.system_id
           join business_unit u on u.id = s.business_unit_id
           join lateral (select id, revision from dossier where review_id = r.id order by revision desc limit 1) d on true
           join lateral (select count(*) as votes, count(*) filter (where voter_chair) as chairs,
                           min(choice) filter (where voter_id = $1) as mine
                         from vote where dossier_id = d.id) v on true
           where r.state in ('submitted', 'in_review')
             and ($2::bigint is null or (r.submitted_at, r.number) >
                  (select a.submitted_at, a.number from review a where a.number = $2))
             and ($4::uuid is null or s.business_unit_id = $4)
           order by r.submitted_at, r.number limit $3"#,
        actor.id.0,
        after.map(|a| a.0),
        limit as i64 + 1,
        unit.map(|u| u.0)
    )
    .fetch_all(store.pool())
    .await?;
    let now = store.now();
    let rows = rows
        .into_iter()
        .map(|r| {
            let tier: Tier = r.tier.parse()?;
            let demands = tier.demands();
            let my_vote = r.mine.map(|c| c.parse()).transpose()?;
            let judge = actor.votes() && !r.barred;
            let met = r.votes >= i64::from(demands.quorum) && (r.chairs > 0 || !(demands.chair || r.above));
            Ok(Waiting {
                reference: ReviewRef(r.number),
                state: r.state.parse()?,
                system: SystemRef(r.system),
                name: r.name,
                unit: r.unit,
                tier,
                above_appetite: r.above,
                submitted_at: r.submitted_at,
                days: (now - r.submitted_at).num_days(),
                revision: r.revision,
                votes: r.votes,
                needed: i64::from(demands.quorum),
                my_turn: judge && my_vote.is_none(),
                may_close: judge && met && actor.has(domain::actor::Role::Chair),
                my_vote,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(rows, limit, |row| row.reference.to_string()))
}

/// A decision in short.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The decision.
    pub reference: DecisionRef,
    /// The review that it closed.
    pub review: ReviewRef,
    /// The system.
    pub system: SystemRef,
    /// Its name.
    pub name: String,
    /// Its business unit, today.
    pub unit: String,
    /// The tier then.
    pub tier: Tier,
    /// What was decided.
    pub outcome: Outcome,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom it was closed.
    pub by: String,
    /// Last day of an approval.
    pub valid_until: Option<NaiveDate>,
    /// Since when the system differs in substance from what was decided on.
    pub stale_since: Option<DateTime<Utc>>,
    /// Where its review stands now: an approval may have expired, or been revoked or superseded.
    pub state: State,
}

/// Which decisions; all filters together.
#[derive(Debug, Clone, Default)]
pub struct DecidedFilter {
    /// Of systems of one business unit.
    pub unit: Option<UnitId>,
    /// With one outcome.
    pub outcome: Option<Outcome>,
    /// The cursor of the page before: the last row's reference.
    pub after: Option<DecisionRef>,
}

/// Every decision ever, the newest first.
///
/// # Errors
/// A refusal for people who don't read the committee's papers.
pub async fn decided(store: &Store, actor: &Actor, filter: &DecidedFilter, limit: usize) -> Result<Page<Decided>> {
    policy::allow(actor, Action::CommitteeRead, Relation::default())?;
    let rows = sqlx::query!(
        r#"select d.number, r.number as review, s.number as system, s.name, u.name as unit, d.tier, d.outcome,
             d.decided_at, d.decided_by_name, d.valid_until, r.state,
             case when s.decision_id = d.id then s.stale_since end as stale_since
           from decision d
           join review r on r.id = d.review_id
           join system s on s.id = d.system_id
           join business_unit u on u.id = s.business_unit_id
           where ($1::bigint is null or (d.decided_at, d.number) <
                  (select a.decided_at, a.number from decision a where a.number = $1))
             and ($2::uuid is null or s.business_unit_id = $2)
             and ($3::text is null or d.outcome = $3)
           order by d.decided_at desc, d.number desc limit $4"#,
        filter.after.map(|a| a.0),
        filter.unit.map(|u| u.0),
        filter.outcome.map(|o| o.as_str()),
        limit as i64 + 1
    )
    .fetch_all(store.pool())
    .await?;
    let rows = rows
        .into_iter()
        .map(|r| {
            Ok(Decided {
                reference: DecisionRef(r.number),
                review: ReviewRef(r.review),
                system: SystemRef(r.system),
                name: r.name,
                unit: r.unit,
                tier: r.tier.parse()?,
                outcome: r.outcome.parse()?,
                at: r.decided_at,
                by: r.decided_by_name,
                valid_until: r.valid_until,
                stale_since: r.stale_since,
                state: r.state.parse()?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(rows, limit, |row| row.reference.to_string()))
}
