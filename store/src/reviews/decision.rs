//! A decision, as its page shows it, and as a bundle that can be verified years later without this program.

use super::get::{Vote, votes};
use super::{dossier, find};
use crate::relation::Located;
use crate::{Error, Result, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::ids::{DecisionRef, MitigationRef, ReviewRef};
use domain::mitigation;
use domain::policy::{self, Action};
use domain::review::dossier::{Change, Dossier, material_changes};
use domain::review::{Outcome, State};
use domain::triage::Tier;
use serde_json::{Value, json};

/// A decision with all that its page shows.
#[derive(Debug)]
pub struct Decision {
    /// Its reference.
    pub reference: DecisionRef,
    /// The review that it closed.
    pub review: ReviewRef,
    /// Where that review stands now.
    pub state: State,
    /// The system, as it is now.
    pub system: Located,
    /// What was decided.
    pub outcome: Outcome,
    /// The tier then.
    pub tier: Tier,
    /// Votes that the tier asked for.
    pub quorum: i16,
    /// Whether a residual risk lay above appetite.
    pub above_appetite: bool,
    /// The chair's words.
    pub statement: Option<String>,
    /// What the closing signature means.
    pub meaning: String,
    /// Who closed it.
    pub decided_by: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// Last day of an approval.
    pub valid_until: Option<NaiveDate>,
    /// How it ended before its time: "revoked" or "superseded", why, by whom, when.
    pub ended: Option<Ended>,
    /// Whether this is the system's newest decision.
    pub newest: bool,
    /// Since when the system differs in substance.
    pub stale_since: Option<DateTime<Utc>>,
    /// How it differs; empty where it doesn't, or where the decision is no longer in force.
    pub differences: Vec<Change>,
    /// Conditions, and how far they are.
    pub conditions: Vec<ConditionNow>,
    /// The votes that counted.
    pub votes: Vec<Vote>,
    /// What was decided on.
    pub dossier: Dossier,
    /// Its canonical text.
    pub text: String,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// Whether this person may revoke it now.
    pub may_revoke: bool,
}

/// How an approval ended before its time.
#[derive(Debug, Clone)]
pub struct Ended {
    /// "revoked" or "superseded".
    pub kind: String,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A condition as it stands now.
#[derive(Debug, Clone)]
pub struct ConditionNow {
    /// The mitigation.
    pub reference: MitigationRef,
    /// Its title.
    pub title: String,
    /// Who takes care of it.
    pub assignee: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// How far it is.
    pub status: mitigation::Status,
}

/// Loads a decision.
///
/// # Errors
/// [`Error::NotFound`] for people who don't read the system's reviews.
pub async fn get(store: &Store, actor: &Actor, reference: DecisionRef) -> Result<Decision> {
    let mut tx = store.begin().await?;
    sqlx::query!("set transaction isolation level repeatable read read only").execute(tx.conn()).await?;
    let row = sqlx::query!(
        r#"select d.id, d.system_id, d.outcome, d.tier, d.quorum, d.above_appetite, d.statement, d.meaning,
             d.decided_by_name, d.decided_at, d.valid_until, d.dossier_sha256, r.number as review, b.body, b.revision,
             e.kind as "ended?", e.reason as "ended_why?", p.name as "ended_by?", e.ended_at as "ended_at?",
             s.decision_id = d.id as newest, s.stale_since
           from decision d
           join review r on r.id = d.review_id
           join dossier b on b.id = d.dossier_id
           join system s on s.id = d.system_id
           left join decision_end e on e.decision_id = d.id
           left join person p on p.id = e.ended_by
           where d.number = $1"#,
        reference.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let found = find(tx.conn(), actor, ReviewRef(row.review), false).await?;
    let decided: Dossier = serde_json::from_str(&row.body)?;
    let newest = row.newest.unwrap_or(false);
    let in_force = newest && row.ended.is_none() && found.state.is_approval();
    let differences = match in_force {
        true => match dossier::load(tx.conn(), found.system.id).await? {
            Some(now) => material_changes(&decided, &now),
            None => Vec::new(),
        },
        false => Vec::new(),
    };
    let votes = votes(tx.conn(), &found).await?.into_iter().filter(|v| v.revision == row.revision).collect();
    let conditions = conditions(tx.conn(), row.id).await?;
    let mut relation = found.system.relation;
    relation.recused |= found.recused;
    let ended = match (row.ended, row.ended_why, row.ended_by, row.ended_at) {
        (Some(kind), Some(reason), Some(by), Some(at)) => Some(Ended { kind, reason, by, at }),
        _ => None,
    };
    Ok(Decision {
        reference,
        review: found.reference,
        state: found.state,
        outcome: row.outcome.parse()?,
        tier: row.tier.parse()?,
        quorum: row.quorum,
        above_appetite: row.above_appetite,
        statement: row.statement,
        meaning: row.meaning,
        decided_by: row.decided_by_name,
        decided_at: row.decided_at,
        valid_until: row.valid_until,
        ended,
        newest,
        stale_since: row.stale_since.filter(|_| newest),
        differences,
        conditions,
        votes,
        dossier: decided,
        text: row.body,
        sha256: domain::canonical::hex(&row.dossier_sha256),
        may_revoke: found.state.is_approval() && policy::allow(actor, Action::DecisionRevoke, relation).is_ok(),
        system: found.system,
    })
}

async fn conditions(conn: &mut sqlx::PgConnection, decision: uuid::Uuid) -> Result<Vec<ConditionNow>> {
    let rows = sqlx::query!(
        r#"select m.number, m.title, p.name as "assignee?", m.due_on, m.status
           from mitigation m left join person p on p.id = m.assignee_id where m.decision_id = $1 order by m.number"#,
        decision
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(ConditionNow {
                reference: MitigationRef(r.number),
                title: r.title,
                assignee: r.assignee,
                due_on: r.due_on,
                status: r.status.parse()?,
            })
        })
        .collect()
}

impl Decision {
    /// Everything that was signed, in one file, and how to check it with tools that every machine has.
    pub fn bundle(&self) -> Value {
        let votes: Vec<Value> = self
            .votes
            .iter()
            .map(|v| {
                json!({
                    "voter": v.voter,
                    "voter_id": v.voter_id,
                    "chair": v.chair,
                    "choice": v.choice,
                    "reason": v.reason,
                    "conditions": v.conditions,
                    "meaning": v.meaning,
                    "signed_at": v.signed_at,
                    "dossier_sha256": v.dossier_sha256,
                })
            })
            .collect();
        json!({
            "format": "countersign-decision/1",
            "decision": {
                "reference": self.reference,
                "review": self.review,
                "system": self.system.reference,
                "outcome": self.outcome,
                "tier": self.tier,
                "quorum": self.quorum,
                "above_appetite": self.above_appetite,
                "statement": self.statement,
                "meaning": self.meaning,
                "decided_by": self.decided_by,
                "decided_at": self.decided_at,
                "valid_until": self.valid_until,
                "dossier_sha256": self.sha256,
            },
            "votes": votes,
            "dossier": { "sha256": self.sha256, "text": self.text },
            "verify": [
                format!("jq -j .dossier.text {}.json | sha256sum", self.reference),
                "The sum must equal decision.dossier_sha256 and every vote's dossier_sha256.",
                "dossier.text lists each evidence file with its sha256: sha256sum FILE must equal it.",
            ],
        })
    }
}
