//! A system with all that belongs to it, for a file: what the committee would read, and what came of earlier passages.

use super::get::details_of;
use super::header;
use crate::reviews::passages::passages;
use crate::{Result, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::ids::{DecisionRef, PersonId, ReviewRef, SystemRef};
use domain::review::dossier::{EvidencePart, MitigationPart, Named, RiskPart};
use domain::review::{Outcome, State};
use domain::system::{Context, Stage, Status};
use domain::triage::{Question, Tier};
use serde::Serialize;
use std::collections::BTreeMap;

/// Version of the file's form.
pub const FORMAT: u32 = 1;

/// The whole of a system.
#[derive(Debug, Clone, Serialize)]
pub struct Whole {
    /// [`FORMAT`].
    pub format: u32,
    /// When it was read.
    pub exported_at: DateTime<Utc>,
    /// AIS-12
    pub reference: SystemRef,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Business unit.
    pub unit: String,
    /// Who answers for it.
    pub owner: Named,
    /// Who else works on it.
    pub contributors: Vec<Named>,
    /// Lifecycle stage.
    pub stage: Stage,
    /// Where it stands in the workflow.
    pub status: Status,
    /// The tier in force; none before triage.
    pub tier: Option<Tier>,
    /// What led to it.
    pub triage: Option<Triage>,
    /// What MAP asks.
    #[serde(flatten)]
    pub context: Context,
    /// The row of the inventory that it came from.
    pub source_row: Vec<(String, String)>,
    /// Its risks, by reference.
    pub risks: Vec<RiskPart>,
    /// Its mitigations that are not dropped, by reference.
    pub mitigations: Vec<MitigationPart>,
    /// Its evidence that is not withdrawn, by reference.
    pub evidence: Vec<EvidencePart>,
    /// Its passages through the committee, newest first.
    pub reviews: Vec<Passage>,
    /// Registration and last change.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub changed_at: DateTime<Utc>,
    /// By whom.
    pub changed_by: String,
}

/// Answers and what they led to.
#[derive(Debug, Clone, Serialize)]
pub struct Triage {
    /// The answers.
    pub answers: BTreeMap<Question, bool>,
    /// The tier that they lead to.
    pub derived: Tier,
    /// Which of them decided.
    pub because: Vec<Question>,
    /// Why the committee set another tier, if it did.
    pub override_reason: Option<String>,
}

/// One passage through the committee. Its dossier and its decision's verification file have addresses of their own.
#[derive(Debug, Clone, Serialize)]
pub struct Passage {
    /// RV-3
    pub review: ReviewRef,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it last came to the committee.
    pub submitted_at: Option<DateTime<Utc>>,
    /// D-3
    pub decision: Option<DecisionRef>,
    /// What was decided.
    pub outcome: Option<Outcome>,
    /// Last day of an approval.
    pub valid_until: Option<NaiveDate>,
}

/// Reads it: a fixed number of statements, whatever its size.
///
/// # Errors
/// [`crate::Error::NotFound`] for those who may not read its reviews: the file holds what they hold.
pub async fn whole(store: &Store, actor: &Actor, reference: SystemRef) -> Result<Whole> {
    let (_, reviews) = passages(store, actor, reference).await?;
    let header = header(store, actor, reference).await?;
    let mut conn = store.pool().acquire().await?;
    let details = details_of(&mut conn, header.located.id).await?;
    let (risks, mitigations, evidence) = crate::reviews::dossier::parts(&mut conn, header.located.id).await?;
    let named = |id: PersonId, name: String| Named { id, name };
    let overridden = details.tier_override.map(|o| o.reason);
    Ok(Whole {
        format: FORMAT,
        exported_at: store.now(),
        reference,
        name: header.located.name,
        purpose: details.purpose,
        unit: header.unit,
        owner: named(header.owner_id, header.owner),
        contributors: details.contributors.into_iter().map(|c| named(c.id, c.name)).collect(),
        stage: header.stage,
        status: header.status,
        tier: header.tier,
        triage: details.triage.map(|t| Triage {
            answers: Question::ALL.iter().map(|q| (*q, t.answers.yes(*q))).collect(),
            derived: t.tier,
            because: t.because,
            override_reason: overridden.filter(|_| header.tier_overridden),
        }),
        context: details.context,
        source_row: details.source_row,
        risks,
        mitigations,
        evidence,
        reviews: reviews.into_iter().map(passage).collect(),
        created_at: details.created_at,
        changed_at: details.changed_at,
        changed_by: details.changed_by,
    })
}

fn passage(p: crate::reviews::passages::Passage) -> Passage {
    let (decision, outcome, valid_until) = match p.decision {
        Some((decision, outcome, valid_until)) => (Some(decision), Some(outcome), valid_until),
        None => (None, None, None),
    };
    Passage {
        review: p.reference,
        state: p.state,
        since: p.state_since,
        submitted_at: p.submitted_at,
        decision,
        outcome,
        valid_until,
    }
}
