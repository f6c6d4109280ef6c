//! Reviews: submission, votes, decisions.

pub mod comment;
pub mod decide;
pub mod decision;
pub mod dossier;
pub mod expire;
pub mod get;
pub mod list;
pub mod open;
pub mod passages;
pub mod recuse;
pub mod request_changes;
pub mod revoke;
pub mod staleness;
pub mod submit;
pub mod viewed;
pub mod vote;
pub mod withdraw;

use crate::audit::Entry;
use crate::relation::{self, Located};
use crate::{Error, Result, Tx};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{DossierId, ReviewId, ReviewRef};
use domain::review::{State, Verb, advance};
use sqlx::PgConnection;

/// A review found for somebody who may see it.
#[derive(Debug, Clone)]
pub struct Found {
    /// The review.
    pub id: ReviewId,
    /// Its reference.
    pub reference: ReviewRef,
    /// Where it stands.
    pub state: State,
    /// Its system, and how the person stands to it.
    pub system: Located,
    /// Whether this person stepped aside from it.
    pub recused: bool,
    /// The newest dossier.
    pub dossier_id: DossierId,
    /// Its revision, from 1.
    pub revision: i32,
    /// Its hash.
    pub sha256: [u8; 32],
}

/// Finds a review by reference; with `lock` its system and itself are locked, in this order.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist, or the person neither works on the system nor reads everything.
pub async fn find(conn: &mut PgConnection, actor: &Actor, reference: ReviewRef, lock: bool) -> Result<Found> {
    let system = sqlx::query_scalar!("select system_id from review where number = $1", reference.0)
        .fetch_optional(&mut *conn)
        .await?
        .ok_or(Error::NotFound)?;
    let system = relation::locate_id(conn, actor, system.into(), lock).await?;
    if !reads(actor, &system) {
        return Err(Error::NotFound);
    }
    if lock {
        sqlx::query!("select id from review where number = $1 for update", reference.0).fetch_one(&mut *conn).await?;
    }
    let row = sqlx::query!(
        r#"select r.id, r.state, d.id as dossier_id, d.revision, d.sha256,
             exists (select from recusal u where u.review_id = r.id and u.person_id = $2) as "recused!"
           from review r
           join lateral (select id, revision, sha256 from dossier where review_id = r.id
                         order by revision desc limit 1) d on true
           where r.number = $1"#,
        reference.0,
        actor.id.0
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Found {
        id: row.id.into(),
        reference,
        state: row.state.parse()?,
        system,
        recused: row.recused,
        dossier_id: row.dossier_id.into(),
        revision: row.revision,
        sha256: hash(row.sha256)?,
    })
}

/// Who may read a system's reviews: those who work on it and those who read everything. An assignee of one mitigation
/// sees that mitigation, not the committee's papers.
pub(crate) fn reads(actor: &Actor, system: &Located) -> bool {
    actor.reads_all() || system.relation.owner || system.relation.contributor
}

pub(crate) fn hash(bytes: Vec<u8>) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| Error::Stored("a dossier's hash is no SHA-256".to_owned()))
}

/// What one is told who acts on a dossier that is no longer the one under review.
pub const DOSSIER_CHANGED: &str =
    "The dossier changed since you opened it, so nothing was signed. Read what changed, then sign the new one";

impl Found {
    /// The dossier that the person read must be the one under review.
    ///
    /// # Errors
    /// A refusal that says so.
    pub fn same_dossier(&self, read: &[u8; 32]) -> Result<()> {
        if *read == self.sha256 { Ok(()) } else { Err(Refusal::not_now(DOSSIER_CHANGED).into()) }
    }

    /// An audit entry about this review.
    fn entry(&self, action: domain::policy::Action) -> Entry {
        Entry::new(action.as_str(), "review", self.id.0, self.reference).related(self.system.id)
    }

    /// Moves the review by a verb; the state after it.
    ///
    /// # Errors
    /// A refusal when the verb is not possible in this state.
    async fn advance(&mut self, tx: &mut Tx, by: Option<&Actor>, verb: Verb, reason: Option<&str>) -> Result<State> {
        let to = advance(self.state, verb)?;
        let now = tx.now();
        sqlx::query!(
            "update review set state = $2, state_since = $3, state_by = $4, state_reason = $5, version = version + 1
             where id = $1",
            self.id.0,
            to.as_str(),
            now,
            by.map(|a| a.id.0),
            reason
        )
        .execute(tx.conn())
        .await?;
        self.state = to;
        Ok(to)
    }

    /// The committee's first act on a submission also starts its review.
    async fn start(&mut self, tx: &mut Tx, by: &Actor) -> Result<()> {
        if self.state == State::Submitted {
            self.advance(tx, Some(by), Verb::Open, None).await?;
        }
        Ok(())
    }
}
