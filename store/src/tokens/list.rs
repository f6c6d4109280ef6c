//! Tokens as their owners and administrators see them; the secret is nowhere.

use crate::{Result, Store};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::ids::PersonId;
use domain::policy::{self, Action, Relation};
use domain::token::Scope;
use uuid::Uuid;

/// Tokens shown at once; ended ones drop out of the list after [`SHOWN_AFTER_END`].
const SHOWN: i64 = 500;
/// How long an ended token stays in the list.
const SHOWN_AFTER_END: chrono::Duration = chrono::Duration::days(90);

/// One token.
#[derive(Debug, Clone)]
pub struct Row {
    /// Names it when it is revoked.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// Last characters of the secret.
    pub hint: String,
    /// What it opens.
    pub scopes: Vec<Scope>,
    /// Whom it acts as.
    pub person: PersonId,
    /// By name.
    pub acts_as: String,
    /// Whether that is a service account.
    pub service: bool,
    /// Who answers for it.
    pub owner: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// From where.
    pub last_used_from: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Row {
    /// Whether it opens anything now.
    pub fn in_force(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }
}

/// The person's own tokens, newest first.
pub async fn own(store: &Store, actor: &Actor) -> Result<Vec<Row>> {
    rows(store, Some(actor.id.0)).await
}

/// Everybody's tokens, newest first.
///
/// # Errors
/// A refusal for all but administrators.
pub async fn all(store: &Store, actor: &Actor) -> Result<Vec<Row>> {
    policy::allow(actor, Action::PeopleManage, Relation::default())?;
    rows(store, None).await
}

async fn rows(store: &Store, of: Option<Uuid>) -> Result<Vec<Row>> {
    let rows = sqlx::query!(
        r#"select t.id, t.name, t.hint, t.scopes, t.person_id, p.name as acts_as, p.kind = 'service' as "service!", o.name as owner,
             t.created_at, t.expires_at, t.last_used_at, t.last_used_from, t.revoked_at
           from api_token t join person p on p.id = t.person_id join person o on o.id = t.owner_id
           where ($1::uuid is null or t.person_id = $1 or t.owner_id = $1)
             and least(t.expires_at, t.revoked_at) > $2
           order by t.created_at desc, t.id desc limit $3"#,
        of,
        store.now() - SHOWN_AFTER_END,
        SHOWN
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Row {
            id: r.id,
            name: r.name,
            hint: r.hint,
            scopes: r.scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
            person: r.person_id.into(),
            acts_as: r.acts_as,
            service: r.service,
            owner: r.owner,
            created_at: r.created_at,
            expires_at: r.expires_at,
            last_used_at: r.last_used_at,
            last_used_from: r.last_used_from,
            revoked_at: r.revoked_at,
        })
        .collect())
}
