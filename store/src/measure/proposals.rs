//! What a failing criterion says about the risks that it measures: a likelihood one step higher, which a person accepts or
//! rejects. A proposal follows from criterion, evidence and rating each time anew; only the answer is kept.

use super::board::{self, Read};
use super::criteria::Row;
use crate::audit::Entry;
use crate::relation::locate;
use crate::risks::{NewRating, ratings};
use crate::{Once, Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{CriterionRef, EvidenceRef, RiskId, RiskRef, SystemId, SystemRef};
use domain::measure::scorecard::{self, Scorecard};
use domain::policy::Action;
use domain::risk::RatingKind;
use domain::risk::matrix::Point;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

/// A proposal that nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The criterion that fails.
    pub criterion: CriterionRef,
    /// On which evidence.
    pub evidence: EvidenceRef,
    /// The risk.
    pub risk: RiskRef,
    /// Its title.
    pub title: String,
    /// Its residual likelihood and impact now, counted from 1.
    pub now: (i16, i16),
    /// The likelihood that is proposed.
    pub likelihood: i16,
    /// Why.
    pub reason: String,
    ids: (Uuid, Uuid, Uuid),
}

/// Those of a system: for open risks that were rated before the evidence came.
pub(crate) async fn open(
    conn: &mut PgConnection,
    system: SystemId,
    criteria: &[Row],
    card: &Scorecard<CriterionRef>,
    evidence: &[Read],
) -> Result<Vec<Open>> {
    let failing: Vec<_> = card.results().filter(|r| r.verdict == scorecard::Verdict::Fail).collect();
    if failing.is_empty() {
        return Ok(Vec::new());
    }
    let steps = crate::matrix::current(conn).await?.matrix.likelihood.len();
    let steps = i16::try_from(steps).unwrap_or(i16::MAX);
    let ids: Vec<Uuid> =
        criteria.iter().filter(|c| failing.iter().any(|f| f.id == c.reference)).map(|c| c.id.0).collect();
    let rows = sqlx::query!(
        r#"select c.number as criterion, c.id as criterion_id, k.id, k.number, k.title,
             k.residual_likelihood as "likelihood!", k.residual_impact as "impact!",
             (select max(g.rated_at) from rating g where g.risk_id = k.id and g.kind = 'residual') as "rated_at!",
             array(select a.evidence_id from proposal_answer a
                   where a.criterion_id = c.id and a.risk_id = k.id) as "answered!"
           from criterion c join criterion_risk l on l.criterion_id = c.id join risk k on k.id = l.risk_id
           where c.id = any ($2) and k.system_id = $1 and k.status <> 'closed' and k.residual_likelihood is not null
           order by k.number, c.number"#,
        system.0,
        &ids
    )
    .fetch_all(conn)
    .await?;
    let mut all = Vec::new();
    for row in rows {
        let Some(result) = failing.iter().find(|f| f.id.0 == row.criterion) else { continue };
        let of = result.deciding.as_ref().and_then(|m| evidence.iter().find(|e| e.reference == m.evidence));
        let Some(piece) = of.filter(|e| e.uploaded_at > row.rated_at && !row.answered.contains(&e.id.0)) else {
            continue;
        };
        let Some(proposal) = scorecard::proposal(row.likelihood, steps, result) else { continue };
        all.push(Open {
            criterion: result.id,
            evidence: piece.reference,
            risk: RiskRef(row.number),
            title: row.title,
            now: (row.likelihood, row.impact),
            likelihood: proposal.likelihood,
            reason: proposal.reason,
            ids: (row.criterion_id, row.id, piece.id.0),
        });
    }
    Ok(all)
}

/// What somebody makes of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The criterion that fails.
    pub criterion: CriterionRef,
    /// The risk.
    pub risk: RiskRef,
    /// On which evidence.
    pub evidence: EvidenceRef,
    /// Whether the risk is rated so.
    pub accepted: bool,
    /// Why; asked for where it is rejected.
    pub why: Option<String>,
}

/// Answers a proposal: accepted, the risk gets the residual rating, with the reason as its rationale; rejected, the reason
/// is kept. One transaction, one event.
///
/// # Errors
/// A refusal, also where the proposal does not stand any more.
pub async fn answer(store: &Store, actor: &Actor, system: SystemRef, given: &Answer, once: Option<Once>) -> Result<()> {
    if !given.accepted && given.why.is_none() {
        return Err(Refusal::field("why", "Say why the rating stays as it is").into());
    }
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let located = locate(tx.conn(), actor, system, true).await?;
    located.allow_change(actor, Action::RiskRate)?;
    let board = board::of(tx.conn(), located.clone(), store.today()).await?;
    let same = |p: &&Open| (p.criterion, p.risk, p.evidence) == (given.criterion, given.risk, given.evidence);
    let Some(proposal) = board.proposals.iter().find(same) else {
        return Err(Refusal::not_now(
            "This proposal does not stand any more: the evidence, the criterion or the rating changed",
        )
        .into());
    };
    let ((criterion, risk, evidence), now, id) = (proposal.ids, tx.now(), tx.new_id());
    sqlx::query!(
        "insert into proposal_answer (id, criterion_id, risk_id, evidence_id, likelihood, accepted, why, answered_by,
           answered_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        criterion,
        risk,
        evidence,
        proposal.likelihood,
        given.accepted,
        given.why,
        actor.id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    let mut written = Vec::new();
    if given.accepted {
        let rationale = match &given.why {
            Some(why) => format!("{}. {why}", proposal.reason),
            None => format!("{}.", proposal.reason),
        };
        let at = Point { likelihood: proposal.likelihood, impact: proposal.now.1 };
        let rating = NewRating { kind: RatingKind::Residual, at, rationale: Some(rationale) };
        written = ratings::insert(&mut tx, actor, &[(RiskId(risk), &rating)]).await?;
    }
    tx.receipt(actor, once, &format!("/systems/{system}/scorecard")).await?;
    let action = if given.accepted { "proposal.accept" } else { "proposal.reject" };
    let entry = Entry::new(action, "risk", risk, given.risk).related(located.id).related(criterion).related(evidence);
    let entry = entry.after(json!({
        "criterion": given.criterion, "evidence": given.evidence, "proposed_likelihood": proposal.likelihood,
        "reason": proposal.reason, "why": given.why, "ratings": written,
    }));
    tx.commit_content(actor, located.id, entry).await
}
