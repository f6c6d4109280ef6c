//! The scorecard of a system: its criteria against its evidence as of a day, in five statements whatever its size.

use super::criteria::{self, Row};
use super::proposals::{self, Open};
use super::vocabulary;
use crate::relation::{Located, locate};
use crate::{Error, Result, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::canonical::hex;
use domain::evidence::findings::Findings;
use domain::ids::{CriterionRef, EvidenceId, EvidenceRef, SystemId, SystemRef};
use domain::measure::scorecard::{Piece, Scorecard, scorecard};
use domain::measure::vocabulary::Vocabulary;
use sqlx::PgConnection;

/// Pieces of evidence that are weighed: the newest of a system.
pub const PIECES_MAX: i64 = 500;

/// A piece of evidence that was read.
#[derive(Debug, Clone)]
pub struct Read {
    /// Its id.
    pub id: EvidenceId,
    /// Its reference.
    pub reference: EvidenceRef,
    /// Its title.
    pub title: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// The day that it speaks of.
    pub speaks_of: NaiveDate,
    /// The last day on which it counts.
    pub valid_until: Option<NaiveDate>,
    /// Who brought it.
    pub uploaded_by: String,
    /// When.
    pub uploaded_at: DateTime<Utc>,
    /// What it says.
    pub findings: Findings,
}

impl Read {
    /// As the scorecard weighs it.
    pub(crate) fn piece(&self) -> Piece<'_> {
        Piece {
            reference: self.reference,
            title: &self.title,
            sha256: &self.sha256,
            speaks_of: self.speaks_of,
            valid_until: self.valid_until,
            targets: &[],
            findings: &self.findings,
        }
    }
}

/// What a system's measurements come to.
#[derive(Debug, Clone)]
pub struct Board {
    /// The system.
    pub located: Located,
    /// Its criteria in force, by reference.
    pub criteria: Vec<Row>,
    /// Verdicts by characteristic.
    pub scorecard: Scorecard<CriterionRef>,
    /// What failing criteria propose for risks, and nobody has answered.
    pub proposals: Vec<Open>,
    /// The evidence that was weighed, newest first.
    pub evidence: Vec<Read>,
    /// The vocabulary that it was read with.
    pub vocabulary: Vocabulary,
    /// The day.
    pub today: NaiveDate,
}

/// The board of a system today.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist or the person may not see its content.
pub async fn board(store: &Store, actor: &Actor, reference: SystemRef) -> Result<Board> {
    let mut conn = store.pool().acquire().await?;
    let located = locate(&mut conn, actor, reference, false).await?;
    if !located.sees_content(actor) {
        return Err(Error::NotFound);
    }
    of(&mut conn, located, store.today()).await
}

/// The same for a system that was located.
pub(crate) async fn of(conn: &mut PgConnection, located: Located, today: NaiveDate) -> Result<Board> {
    let criteria = criteria::of(conn, located.id).await?;
    let vocabulary = vocabulary::load(conn).await?;
    let evidence = read(conn, located.id).await?;
    let asked: Vec<_> = criteria.iter().map(|row| (row.reference, row.criterion.clone())).collect();
    let pieces: Vec<_> = evidence.iter().map(Read::piece).collect();
    let scorecard = scorecard(&asked, &pieces, &vocabulary, today);
    let proposals = proposals::open(conn, located.id, &criteria, &scorecard, &evidence).await?;
    Ok(Board { located, criteria, scorecard, proposals, evidence, vocabulary, today })
}

/// What the result files of a system say, newest first: each as the newest readers read it.
pub(crate) async fn read(conn: &mut PgConnection, system: SystemId) -> Result<Vec<Read>> {
    let rows = sqlx::query!(
        r#"select e.id, e.number, e.title, e.sha256, e.speaks_of, e.valid_until, p.name as uploaded_by, e.uploaded_at,
             f.body as "body!"
           from evidence e
           join person p on p.id = e.uploaded_by
           join evidence_reading f on f.evidence_id = e.id and f.body is not null
           where e.system_id = $1 and e.withdrawn_at is null
           order by e.speaks_of desc, e.number desc limit $2"#,
        system.0,
        PIECES_MAX
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Read {
                id: EvidenceId(r.id),
                reference: EvidenceRef(r.number),
                title: r.title,
                sha256: hex(&r.sha256),
                speaks_of: r.speaks_of,
                valid_until: r.valid_until,
                uploaded_by: r.uploaded_by,
                uploaded_at: r.uploaded_at,
                findings: serde_json::from_value(r.body)?,
            })
        })
        .collect()
}
