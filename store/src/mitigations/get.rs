//! One mitigation with its risks and its evidence, in a fixed number of statements.

use crate::relation::{Located, locate_id};
use crate::{Error, Result, Store, matrix};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::ids::{DecisionRef, EvidenceRef, MitigationId, MitigationRef, PersonId, RiskRef, SystemId};
use domain::mitigation::{Kind, Status};
use domain::policy::{self, Relation};
use domain::risk::matrix::{Matrix, Point};
use std::collections::BTreeMap;

/// A mitigation's page.
#[derive(Debug, Clone)]
pub struct MitigationPage {
    /// Its system, and how the person stands to it (`assignee`: to this mitigation).
    pub located: Located,
    /// The mitigation.
    pub id: MitigationId,
    /// M-7.
    pub reference: MitigationRef,
    /// Short name.
    pub title: String,
    /// How it acts.
    pub kind: Kind,
    /// What is done.
    pub description: String,
    /// Who does it.
    pub assignee: Option<(PersonId, String)>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// How far it is.
    pub status: Status,
    /// Who reported it implemented, and when.
    pub implemented: Option<(PersonId, String, DateTime<Utc>)>,
    /// Who verified it, and when.
    pub verified: Option<(PersonId, String, DateTime<Utc>)>,
    /// The decision whose condition it is.
    pub condition_of: Option<DecisionRef>,
    /// Version of all of it.
    pub version: i32,
    /// Who wrote it last; none where the committee did.
    pub changed_by: Option<String>,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// The risks that it acts on; empty for somebody who may not see them.
    pub risks: Vec<ActsOn>,
    /// Evidence of its implementation.
    pub evidence: Vec<(EvidenceRef, String, NaiveDate)>,
}

/// A risk that a mitigation acts on.
#[derive(Debug, Clone)]
pub struct ActsOn {
    /// R-340.
    pub reference: RiskRef,
    /// Short name.
    pub title: String,
    /// Its inherent and residual ratings.
    pub inherent: Option<(Point, i32)>,
    /// With the mitigations in place.
    pub residual: Option<(Point, i32)>,
}

impl MitigationPage {
    /// Whether this person sees the system, not only this mitigation.
    pub fn sees_system(&self, actor: &Actor) -> bool {
        policy::sees(actor, Relation { assignee: false, ..self.located.relation })
    }
}

/// Loads a mitigation for somebody who may see it: whoever sees the system, and its assignee.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(store: &Store, actor: &Actor, reference: MitigationRef) -> Result<MitigationPage> {
    let mut conn = store.pool().acquire().await?;
    let row = sqlx::query!(
        r#"select m.id, m.system_id, m.title, m.kind, m.description, m.assignee_id, m.due_on, m.status, m.version,
             m.implemented_by, m.implemented_at, m.verified_by, m.verified_at, m.changed_at,
             a.name as "assignee?", i.name as "implementer?", v.name as "verifier?", c.name as "changer?",
             d.number as "decision?"
           from mitigation m
           left join person a on a.id = m.assignee_id left join person i on i.id = m.implemented_by
           left join person v on v.id = m.verified_by left join person c on c.id = m.changed_by
           left join decision d on d.id = m.decision_id
           where m.number = $1"#,
        reference.0
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Error::NotFound)?;
    let mut located = locate_id(&mut conn, actor, SystemId(row.system_id), false).await?;
    located.relation.assignee = row.assignee_id == Some(actor.id.0);
    if !policy::sees(actor, located.relation) {
        return Err(Error::NotFound);
    }
    let named = |id: Option<uuid::Uuid>, name: Option<String>| Some((PersonId(id?), name?));
    let with_time =
        |id: Option<uuid::Uuid>, name: Option<String>, at: Option<DateTime<Utc>>| Some((PersonId(id?), name?, at?));
    Ok(MitigationPage {
        located,
        id: MitigationId(row.id),
        reference,
        title: row.title,
        kind: row.kind.parse()?,
        description: row.description,
        assignee: named(row.assignee_id, row.assignee),
        due_on: row.due_on,
        status: row.status.parse()?,
        implemented: with_time(row.implemented_by, row.implementer, row.implemented_at),
        verified: with_time(row.verified_by, row.verifier, row.verified_at),
        condition_of: row.decision.map(DecisionRef),
        version: row.version,
        changed_by: row.changer,
        changed_at: row.changed_at,
        risks: acts_on(&mut conn, row.id).await?,
        evidence: evidence(&mut conn, row.id).await?,
    })
}

async fn acts_on(conn: &mut sqlx::PgConnection, mitigation: uuid::Uuid) -> Result<Vec<ActsOn>> {
    let rows = sqlx::query!(
        r#"select k.number, k.title, k.inherent_likelihood, k.inherent_impact, k.residual_likelihood, k.residual_impact,
             (select r.matrix_version from rating r where r.risk_id = k.id and r.kind = 'inherent'
              order by r.rated_at desc limit 1) as inherent_matrix,
             (select r.matrix_version from rating r where r.risk_id = k.id and r.kind = 'residual'
              order by r.rated_at desc limit 1) as residual_matrix
           from mitigation_risk x join risk k on k.id = x.risk_id where x.mitigation_id = $1 order by k.number"#,
        mitigation
    )
    .fetch_all(conn)
    .await?;
    let rated = |l: Option<i16>, i: Option<i16>, m: Option<i32>| Some((Point { likelihood: l?, impact: i? }, m?));
    Ok(rows
        .into_iter()
        .map(|row| ActsOn {
            reference: RiskRef(row.number),
            title: row.title,
            inherent: rated(row.inherent_likelihood, row.inherent_impact, row.inherent_matrix),
            residual: rated(row.residual_likelihood, row.residual_impact, row.residual_matrix),
        })
        .collect())
}

async fn evidence(
    conn: &mut sqlx::PgConnection,
    mitigation: uuid::Uuid,
) -> Result<Vec<(EvidenceRef, String, NaiveDate)>> {
    let rows = sqlx::query!(
        "select e.number, e.title, e.speaks_of from evidence_mitigation x join evidence e on e.id = x.evidence_id
         where x.mitigation_id = $1 and e.withdrawn_at is null order by e.speaks_of desc, e.number",
        mitigation
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|r| (EvidenceRef(r.number), r.title, r.speaks_of)).collect())
}

/// Every version of the matrix: ratings are shown as they were meant.
pub async fn matrices(store: &Store) -> Result<BTreeMap<i32, Matrix>> {
    let mut conn = store.pool().acquire().await?;
    matrix::all(&mut conn).await
}
