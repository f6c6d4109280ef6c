//! One risk with all that belongs to it, in a fixed number of statements.

use crate::relation::{Located, locate_id};
use crate::{Error, Result, Store, matrix};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::evidence;
use domain::ids::{EvidenceRef, MitigationRef, PersonId, RiskId, RiskRef, SystemId};
use domain::mitigation;
use domain::policy;
use domain::risk::hints::{Facts, Hint, hints};
use domain::risk::matrix::{Matrix, Point};
use domain::risk::{Characteristic, Handling, RatingKind, RiskText, Status};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Newest ratings that a page shows.
const RATINGS_SHOWN: i64 = 500;

/// A risk's page.
#[derive(Debug, Clone)]
pub struct RiskPage {
    /// Its system, and how the person stands to it.
    pub located: Located,
    /// The risk.
    pub id: RiskId,
    /// R-340.
    pub reference: RiskRef,
    /// Its texts.
    pub text: RiskText,
    /// Treatment, owner, status.
    pub handling: Handling,
    /// The owner's name.
    pub owner: Option<String>,
    /// The library's entry that it was taken from.
    pub library_key: Option<String>,
    /// Version of texts and handling.
    pub version: i32,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// Whether residual lies above the appetite in force.
    pub above: bool,
    /// The ratings, newest first.
    pub ratings: Vec<Rating>,
    /// What is done about it.
    pub mitigations: Vec<LinkedMitigation>,
    /// What was found out about it.
    pub evidence: Vec<LinkedEvidence>,
    /// What looks wrong.
    pub hints: Vec<Hint>,
    /// The matrix in force.
    pub matrix: matrix::MatrixVersion,
    /// Matrices that its ratings were made on.
    pub matrices: BTreeMap<i32, Matrix>,
}

/// One rating that was given.
#[derive(Debug, Clone)]
pub struct Rating {
    /// Which one.
    pub kind: RatingKind,
    /// Where.
    pub at: Point,
    /// The matrix that it was made on.
    pub matrix_version: i32,
    /// Why.
    pub rationale: Option<String>,
    /// By whom.
    pub by: String,
    /// When.
    pub rated_at: DateTime<Utc>,
}

/// A mitigation that acts on the risk.
#[derive(Debug, Clone)]
pub struct LinkedMitigation {
    /// M-7.
    pub reference: MitigationRef,
    /// Short name.
    pub title: String,
    /// How it acts.
    pub kind: mitigation::Kind,
    /// How far it is.
    pub status: mitigation::Status,
    /// Who does it.
    pub assignee: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// Whether the committee asked for it.
    pub condition: bool,
}

/// Evidence that speaks of the risk.
#[derive(Debug, Clone)]
pub struct LinkedEvidence {
    /// E-9.
    pub reference: EvidenceRef,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub kind: evidence::Kind,
    /// The date that it speaks of.
    pub speaks_of: NaiveDate,
    /// Until when it counts.
    pub valid_until: Option<NaiveDate>,
}

impl RiskPage {
    /// Whether this person sees the system, not only this risk as an assignee.
    pub fn sees_system(&self, actor: &Actor) -> bool {
        policy::sees(actor, policy::Relation { assignee: false, ..self.located.relation })
    }

    /// The newest rating of a kind.
    pub fn current(&self, kind: RatingKind) -> Option<&Rating> {
        self.ratings.iter().find(|r| r.kind == kind)
    }

    /// The level (index) of the newest rating of a kind, on its own matrix.
    pub fn level(&self, kind: RatingKind) -> Option<u8> {
        let rating = self.current(kind)?;
        self.matrices.get(&rating.matrix_version)?.level(rating.at)
    }
}

/// Loads a risk for somebody who may see it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(store: &Store, actor: &Actor, reference: RiskRef) -> Result<RiskPage> {
    let mut conn = store.pool().acquire().await?;
    let row = sqlx::query!(
        r#"select k.id, k.system_id, k.library_key, k.title, k.cause, k.event, k.consequence, k.characteristic,
             k.treatment, k.owner_id, k.status, k.version, k.changed_at, k.residual_above, c.name as changed_by,
             o.name as "owner?",
             exists (select from mitigation m join mitigation_risk r on r.mitigation_id = m.id
                     where r.risk_id = k.id and m.assignee_id = $2) as "assigned!",
             k.status = 'accepted' and exists (
               select from system s join system_standing t on t.system_id = s.id
               join decision d on d.id = s.decision_id join dossier f on f.id = d.dossier_id
               where s.id = k.system_id
                 and system_status(s.stage, s.tier, t.open_state, t.outcome, t.ended, t.valid_until, t.condition_due,
                       s.stale_since, $3) in ('approved', 'conditional')
                 and f.body::jsonb->'risks' @> jsonb_build_array(jsonb_build_object('reference', 'R-' || k.number))
             ) as "covered!"
           from risk k join person c on c.id = k.changed_by left join person o on o.id = k.owner_id
           where k.number = $1"#,
        reference.0,
        actor.id.0,
        store.today()
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Error::NotFound)?;
    let located = locate_id(&mut conn, actor, SystemId(row.system_id), false).await?;
    // Somebody assigned to another mitigation of the system has no business with this risk.
    if !policy::sees(actor, policy::Relation { assignee: row.assigned, ..located.relation }) {
        return Err(Error::NotFound);
    }
    let (ratings, matrices) = ratings(&mut conn, row.id).await?;
    let mut page = RiskPage {
        located,
        id: RiskId(row.id),
        reference,
        text: RiskText {
            title: row.title,
            cause: row.cause,
            event: row.event,
            consequence: row.consequence,
            characteristic: row.characteristic.parse::<Characteristic>()?,
        },
        handling: Handling {
            treatment: row.treatment.map(|t| t.parse()).transpose()?,
            owner: row.owner_id.map(PersonId),
            status: row.status.parse::<Status>()?,
        },
        owner: row.owner,
        library_key: row.library_key,
        version: row.version,
        changed_by: row.changed_by,
        changed_at: row.changed_at,
        above: row.residual_above,
        ratings,
        matrices,
        mitigations: mitigations(&mut conn, row.id).await?,
        evidence: linked_evidence(&mut conn, row.id).await?,
        hints: Vec::new(),
        matrix: matrix::current(&mut conn).await?,
    };
    page.hints = hints(&facts(&page, row.covered, store.today()));
    Ok(page)
}

fn facts(page: &RiskPage, covered: bool, today: NaiveDate) -> Facts {
    use mitigation::Status as S;
    let live = || page.mitigations.iter().filter(|m| m.status != S::Dropped);
    Facts {
        inherent: page.level(RatingKind::Inherent),
        residual: page.level(RatingKind::Residual),
        target: page.level(RatingKind::Target),
        above_appetite: page.above,
        treatment: page.handling.treatment,
        status: Some(page.handling.status),
        covered_by_decision: covered,
        has_owner: page.handling.owner.is_some(),
        mitigations: live().count(),
        unassigned: live().filter(|m| m.assignee.is_none()).count(),
        in_place: live().filter(|m| matches!(m.status, S::Implemented | S::Verified)).count(),
        overdue: live().filter(|m| m.status.is_open() && m.due_on.is_some_and(|d| d < today)).count(),
    }
}

async fn ratings(conn: &mut PgConnection, risk: uuid::Uuid) -> Result<(Vec<Rating>, BTreeMap<i32, Matrix>)> {
    let rows = sqlx::query!(
        r#"select r.kind, r.likelihood, r.impact, r.matrix_version, r.rationale, r.rated_at, p.name,
             case when row_number() over (partition by r.matrix_version order by r.id) = 1 then v.body end as body
           from rating r join person p on p.id = r.rated_by join matrix_version v on v.version = r.matrix_version
           where r.risk_id = $1 order by r.rated_at desc, r.id desc limit $2"#,
        risk,
        RATINGS_SHOWN
    )
    .fetch_all(conn)
    .await?;
    let mut matrices = BTreeMap::new();
    let mut ratings = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(body) = row.body {
            matrices.insert(row.matrix_version, serde_json::from_value(body)?);
        }
        ratings.push(Rating {
            kind: row.kind.parse()?,
            at: Point { likelihood: row.likelihood, impact: row.impact },
            matrix_version: row.matrix_version,
            rationale: row.rationale,
            by: row.name,
            rated_at: row.rated_at,
        });
    }
    Ok((ratings, matrices))
}

async fn mitigations(conn: &mut PgConnection, risk: uuid::Uuid) -> Result<Vec<LinkedMitigation>> {
    let rows = sqlx::query!(
        r#"select m.number, m.title, m.kind, m.status, m.due_on, m.decision_id, p.name as "assignee?"
           from mitigation_risk r join mitigation m on m.id = r.mitigation_id
           left join person p on p.id = m.assignee_id
           where r.risk_id = $1 order by m.status = 'dropped', m.due_on nulls last, m.number"#,
        risk
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(LinkedMitigation {
                reference: MitigationRef(row.number),
                title: row.title,
                kind: row.kind.parse()?,
                status: row.status.parse()?,
                assignee: row.assignee,
                due_on: row.due_on,
                condition: row.decision_id.is_some(),
            })
        })
        .collect()
}

async fn linked_evidence(conn: &mut PgConnection, risk: uuid::Uuid) -> Result<Vec<LinkedEvidence>> {
    let rows = sqlx::query!(
        "select e.number, e.title, e.kind, e.speaks_of, e.valid_until
         from evidence_risk r join evidence e on e.id = r.evidence_id
         where r.risk_id = $1 and e.withdrawn_at is null order by e.speaks_of desc, e.number",
        risk
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(LinkedEvidence {
                reference: EvidenceRef(row.number),
                title: row.title,
                kind: row.kind.parse()?,
                speaks_of: row.speaks_of,
                valid_until: row.valid_until,
            })
        })
        .collect()
}
