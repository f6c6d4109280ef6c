//! What every page of a system shows on top: one statement, and the question whether this person may see it at all.

use crate::relation::Located;
use crate::{Error, Result, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::ids::{DecisionRef, PersonId, ReviewRef, SystemId, SystemRef};
use domain::policy::{self, Relation};
use domain::review::{Outcome, State};
use domain::system::{Stage, Status};
use domain::triage::Tier;

/// The top of a system's pages.
#[derive(Debug, Clone)]
pub struct SystemHeader {
    /// The system, and how this person stands to it.
    pub located: Located,
    /// Business unit.
    pub unit: String,
    /// Who answers for it.
    pub owner_id: PersonId,
    /// Their name.
    pub owner: String,
    /// Where it stands in its life.
    pub stage: Stage,
    /// The tier in force; none before triage.
    pub tier: Option<Tier>,
    /// Whether the committee set it against the answers.
    pub tier_overridden: bool,
    /// Where it stands in the workflow.
    pub status: Status,
    /// The review that is open, if any.
    pub open_review: Option<OpenReview>,
    /// The last decision, if any.
    pub decision: Option<LastDecision>,
    /// Rows behind the tabs.
    pub counts: Counts,
}

/// A review that no decision has ended yet.
#[derive(Debug, Clone)]
pub struct OpenReview {
    /// Its reference.
    pub reference: ReviewRef,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why changes were requested.
    pub reason: Option<String>,
}

/// What the committee decided last, and what became of it.
#[derive(Debug, Clone)]
pub struct LastDecision {
    /// Its reference.
    pub reference: DecisionRef,
    /// What it says.
    pub outcome: Outcome,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// Last day of an approval.
    pub valid_until: Option<NaiveDate>,
    /// Since when the content differs in substance.
    pub stale_since: Option<DateTime<Utc>>,
    /// The first day on which a condition is due that is still open.
    pub condition_due: Option<NaiveDate>,
}

/// Rows behind the tabs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Risks that are not closed.
    pub risks: i64,
    /// Mitigations that are not dropped.
    pub mitigations: i64,
    /// Evidence that is not withdrawn.
    pub evidence: i64,
    /// Reviews, past ones too.
    pub reviews: i64,
}

/// The top of a system's pages, for somebody who may see it.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist or the person may not see it.
pub async fn header(store: &Store, actor: &Actor, reference: SystemRef) -> Result<SystemHeader> {
    let row = sqlx::query!(
        r#"select s.id, s.name, s.version, s.stage, s.tier, s.owner_id, s.stale_since, u.name as unit, p.name as owner,
             exists (select from system_contributor c where c.system_id = s.id and c.person_id = $2) as "contributor!",
             exists (select from involvement i where i.system_id = s.id and i.person_id = $2) as "involved!",
             exists (select from mitigation m where m.system_id = s.id and m.assignee_id = $2) as "assignee!",
             exists (select from recusal c where c.review_id = s.open_review_id and c.person_id = $2) as "recused!",
             (select o.tier is not null from tier_override o where o.system_id = s.id
              order by o.set_at desc, o.id desc limit 1) as overridden,
             system_status(s.stage, s.tier, t.open_state, t.outcome, t.ended, t.valid_until, t.condition_due,
               s.stale_since, $3) as "status!",
             r.number as "review_number?", r.state as "review_state?", r.state_since as "review_since?",
             r.state_reason as "review_reason?",
             d.number as "decision_number?", d.outcome as "outcome?", d.decided_at as "decided_at?",
             d.valid_until as "valid_until?", t.condition_due as "condition_due?",
             (select count(*) from risk k where k.system_id = s.id and k.status <> 'closed') as "risks!",
             (select count(*) from mitigation m where m.system_id = s.id and m.status <> 'dropped') as "mitigations!",
             (select count(*) from evidence e where e.system_id = s.id and e.withdrawn_at is null) as "evidence!",
             (select count(*) from review v where v.system_id = s.id) as "reviews!"
           from system s
           join business_unit u on u.id = s.business_unit_id
           join person p on p.id = s.owner_id
           join system_standing t on t.system_id = s.id
           left join review r on r.id = s.open_review_id
           left join decision d on d.id = s.decision_id
           where s.number = $1"#,
        reference.0,
        actor.id.0,
        store.today(),
    )
    .fetch_optional(store.pool())
    .await?
    .ok_or(Error::NotFound)?;
    let relation = Relation {
        owner: row.owner_id == actor.id.0,
        contributor: row.contributor,
        involved: row.involved,
        assignee: row.assignee,
        recused: row.recused,
    };
    if !policy::sees(actor, relation) {
        return Err(Error::NotFound);
    }
    let open_review = match (row.review_number, row.review_state, row.review_since) {
        (Some(number), Some(state), Some(since)) => {
            Some(OpenReview { reference: ReviewRef(number), state: state.parse()?, since, reason: row.review_reason })
        }
        _ => None,
    };
    let decision = match (row.decision_number, row.outcome, row.decided_at) {
        (Some(number), Some(outcome), Some(decided_at)) => Some(LastDecision {
            reference: DecisionRef(number),
            outcome: outcome.parse()?,
            decided_at,
            valid_until: row.valid_until,
            stale_since: row.stale_since,
            condition_due: row.condition_due,
        }),
        _ => None,
    };
    let stage: Stage = row.stage.parse()?;
    let tier: Option<Tier> = row.tier.map(|t| t.parse()).transpose()?;
    Ok(SystemHeader {
        located: Located {
            id: SystemId(row.id),
            reference,
            name: row.name,
            version: row.version,
            relation,
            under_review: open_review.as_ref().is_some_and(|r| r.state.is_under_review()),
            retired: stage == Stage::Retired,
        },
        unit: row.unit,
        owner_id: PersonId(row.owner_id),
        owner: row.owner,
        stage,
        tier,
        tier_overridden: row.overridden.unwrap_or(false) && tier != Some(Tier::Prohibited),
        status: row.status.parse()?,
        open_review,
        decision,
        counts: Counts { risks: row.risks, mitigations: row.mitigations, evidence: row.evidence, reviews: row.reviews },
    })
}

impl SystemHeader {
    /// Whether this person may change the system's content now: asked before a page offers it.
    pub fn may_change(&self, actor: &Actor, action: policy::Action) -> bool {
        self.located.allow_change(actor, action).is_ok()
    }

    /// Whether this person may do something that does not touch the content.
    pub fn may(&self, actor: &Actor, action: policy::Action) -> bool {
        self.located.allow(actor, action).is_ok()
    }
}
