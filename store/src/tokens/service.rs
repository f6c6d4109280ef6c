//! Service accounts: what pipelines act as. An administrator makes one and answers for it.

use super::make::{Made, insert};
use crate::audit::Entry;
use crate::people::sign_in::verify_password;
use crate::{Error, Result, Store};
use chrono::{DateTime, Utc};
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::ids::PersonId;
use domain::policy::{self, Action, Relation};
use domain::system::required;
use domain::token::{self, NewToken};
use domain::{error::FieldErrors, text};
use serde_json::json;

/// A service account to be made, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewService {
    /// What it is called in the register ("Evaluation pipeline").
    pub name: String,
    /// What it may be: an owner of systems, or a reader.
    pub roles: Vec<Role>,
}

impl NewService {
    /// Checks one as typed.
    ///
    /// # Errors
    /// By field.
    pub fn parse(name: &str, roles: Vec<Role>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = required(&mut errors, "name", text::line(name), "Enter a name");
        if let Err(Refusal::Invalid(wrong)) = token::service_roles(&roles) {
            wrong.0.iter().for_each(|(field, why)| errors.add(field, why));
        }
        errors.into_result()?;
        Ok(Self { name: name.unwrap_or_default(), roles })
    }
}

/// A service account.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its id, as a contributor for example.
    pub id: PersonId,
    /// Its name.
    pub name: String,
    /// Its roles.
    pub roles: Vec<Role>,
    /// Who answers for it.
    pub owner: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Whether it was ended.
    pub active: bool,
}

/// Makes a service account. It begins with nothing but its roles: a token is made for it separately.
///
/// # Errors
/// A refusal.
pub async fn add(store: &Store, actor: &Actor, new: &NewService) -> Result<PersonId> {
    policy::allow(actor, Action::PeopleManage, Relation::default())?;
    let mut tx = store.begin().await?;
    let (id, now) = (tx.new_id(), tx.now());
    let roles: Vec<String> = new.roles.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into person (id, email, name, roles, created_at, kind, answerable_id)
         values ($1, $2, $3, $4, $5, 'service', $6)",
        id,
        // Never written to: RFC 6761 keeps `.invalid` for that.
        format!("{id}@service.invalid"),
        new.name,
        &roles,
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::new("service.add", "person", id, &new.name).after(json!({ "roles": new.roles }));
    tx.commit(actor, entry).await?;
    Ok(id.into())
}

/// Makes a token for a service account. Whoever makes it answers for it, and signs with their password.
///
/// # Errors
/// [`Error::NotFound`]; refusals by field.
pub async fn make_for(store: &Store, actor: &Actor, service: PersonId, new: &NewToken, password: &str) -> Result<Made> {
    policy::allow(actor, Action::PeopleManage, Relation::default())?;
    if actor.token.is_some() {
        return Err(Refusal::forbidden("A token makes no tokens: sign in with the browser").into());
    }
    verify_password(store, actor, password).await?;
    let mut tx = store.begin().await?;
    let active = sqlx::query_scalar!(
        r#"select deactivated_at is null as "active!" from person where id = $1 and kind = 'service'"#,
        service.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    if !active {
        return Err(Refusal::not_now("This service account was ended").into());
    }
    let (made, entry) = insert(&mut tx, store, service, actor.id, new).await?;
    tx.commit(actor, entry).await?;
    Ok(made)
}

/// Every service account, by name.
///
/// # Errors
/// A refusal for all but administrators.
pub async fn list(store: &Store, actor: &Actor) -> Result<Vec<Service>> {
    policy::allow(actor, Action::PeopleManage, Relation::default())?;
    let rows = sqlx::query!(
        r#"select p.id, p.name, p.roles, o.name as owner, p.created_at, p.deactivated_at is null as "active!"
           from person p join person o on o.id = p.answerable_id where p.kind = 'service' order by lower(p.name), p.id"#
    )
    .fetch_all(store.pool())
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Service {
                id: r.id.into(),
                name: r.name,
                roles: r.roles.iter().map(|role| Ok(role.parse()?)).collect::<Result<_>>()?,
                owner: r.owner,
                created_at: r.created_at,
                active: r.active,
            })
        })
        .collect()
}
