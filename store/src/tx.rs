//! A transaction that can only be committed together with its audit event.

use crate::audit::{self, Entry};
use crate::{Env, Error, Result};
use domain::actor::Actor;
use domain::ids::SystemId;
use sqlx::{PgConnection, Postgres, Transaction};
use std::sync::Arc;
use uuid::Uuid;

/// An open transaction. Dropped, it is rolled back.
pub struct Tx {
    inner: Transaction<'static, Postgres>,
    env: Arc<dyn Env>,
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

    /// Refuses a form that was sent before, with the place where the first one led. Call first in a creation;
    /// [`Tx::receipt`] last.
    ///
    /// # Errors
    /// [`Error::Replayed`].
    pub async fn once(&mut self, actor: &Actor, token: Option<Uuid>) -> Result<()> {
        let Some(token) = token else { return Ok(()) };
        // Parallel repeats wait here for the first one.
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", token.to_string())
            .execute(self.conn())
            .await?;
        let earlier = sqlx::query_scalar!(
            "select location from form_receipt where token = $1 and person_id = $2",
            token,
            actor.id.0
        )
        .fetch_optional(self.conn())
        .await?;
        match earlier {
            Some(location) => Err(Error::Replayed { location }),
            None => Ok(()),
        }
    }

    /// Notes where a form led, so that the same form leads there again.
    pub async fn receipt(&mut self, actor: &Actor, token: Option<Uuid>, location: &str) -> Result<()> {
        let Some(token) = token else { return Ok(()) };
        let now = self.now();
        sqlx::query!(
            "insert into form_receipt (token, person_id, location, at) values ($1, $2, $3, $4)",
            token,
            actor.id.0,
            location,
            now
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
