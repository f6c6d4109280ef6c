//! A transaction that can only be committed together with its audit event.

use crate::audit::{self, Entry};
use crate::{Env, Error, Result};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::SystemId;
use sqlx::{PgConnection, Postgres, Transaction};
use std::sync::Arc;
use uuid::Uuid;

/// An open transaction. Dropped, it is rolled back.
pub struct Tx {
    inner: Transaction<'static, Postgres>,
    env: Arc<dyn Env>,
}

/// What makes a request count once: a form's token, or an API request's Idempotency-Key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Once {
    token: Uuid,
    fingerprint: Option<[u8; 32]>,
}

impl From<Uuid> for Once {
    fn from(token: Uuid) -> Self {
        Self { token, fingerprint: None }
    }
}

impl Once {
    /// `token` names the key, `fingerprint` is the SHA-256 of what was sent with it: another one under the same key is
    /// refused.
    pub fn of(token: Uuid, fingerprint: [u8; 32]) -> Self {
        Self { token, fingerprint: Some(fingerprint) }
    }
}

/// Who the audit trail names.
#[derive(Clone, Copy)]
pub enum Who<'a> {
    /// A person.
    Person(&'a Actor),
    /// A part of the program ("expiry", "first start").
    Program(&'static str),
}

impl<'a> From<&'a Actor> for Who<'a> {
    fn from(actor: &'a Actor) -> Self {
        Who::Person(actor)
    }
}

impl Tx {
    pub(crate) fn new(inner: Transaction<'static, Postgres>, env: Arc<dyn Env>) -> Self {
        Self { inner, env }
    }

    /// The connection, for queries: `.execute(tx.conn())`.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// Now, to the microsecond.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.env.now()
    }

    /// A new id.
    pub fn new_id(&self) -> Uuid {
        self.env.uuid()
    }

    /// Refuses what was sent before, with the place where the first one led. Call first in a creation;
    /// [`Tx::receipt`] last.
    ///
    /// # Errors
    /// [`Error::Replayed`]; a refusal of the key when it was used for something else.
    pub async fn once(&mut self, actor: &Actor, once: Option<Once>) -> Result<()> {
        let Some(once) = once else { return Ok(()) };
        // Parallel repeats wait here for the first one.
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", once.token.to_string())
            .execute(self.conn())
            .await?;
        let earlier = sqlx::query!(
            "select location, fingerprint from form_receipt where token = $1 and person_id = $2",
            once.token,
            actor.id.0
        )
        .fetch_optional(self.conn())
        .await?;
        match earlier {
            Some(first) if first.fingerprint.as_deref() != once.fingerprint.as_ref().map(|f| &f[..]) => {
                Err(Refusal::field("Idempotency-Key", "This key was used for another request. Choose a new one").into())
            }
            Some(first) => Err(Error::Replayed { location: first.location }),
            None => Ok(()),
        }
    }

    /// Notes where a request led, so that the same one leads there again.
    pub async fn receipt(&mut self, actor: &Actor, once: Option<Once>, location: &str) -> Result<()> {
        let Some(once) = once else { return Ok(()) };
        let now = self.now();
        sqlx::query!(
            "insert into form_receipt (token, person_id, location, at, fingerprint) values ($1, $2, $3, $4, $5)",
            once.token,
            actor.id.0,
            location,
            now,
            once.fingerprint.as_ref().map(|f| &f[..])
        )
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// Writes the audit event and commits.
    pub async fn commit<'a>(mut self, who: impl Into<Who<'a>>, entry: Entry) -> Result<()> {
        audit::append(&mut self, who.into(), entry).await?;
        self.inner.commit().await?;
        Ok(())
    }

    /// The same for a change of a system's content: an approval that no longer fits is marked stale in the same breath.
    pub async fn commit_content<'a>(mut self, who: impl Into<Who<'a>>, system: SystemId, entry: Entry) -> Result<()> {
        crate::reviews::staleness::refresh(&mut self, system).await?;
        self.commit(who, entry).await
    }
}
