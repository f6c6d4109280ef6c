//! One-time links: an invitation, or a new password for somebody who lost theirs.
//!
//! The secret is shown once, to whoever made the link; the register keeps its hash. A new link ends the older ones.

use super::{role_words, roles_of};
use crate::audit::Entry;
use crate::tx::{Tx, Who};
use crate::{Error, Result, Store};
use chrono::{DateTime, Duration, Utc};
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::ids::PersonId;
use domain::policy::{self, Action, Relation};
use domain::{canonical, people, text};

/// How long a link works.
pub const VALID: Duration = Duration::hours(1);

/// A link that was made just now.
#[derive(Debug, Clone)]
pub struct Link {
    /// The end of its address: `/invite/{secret}`. Shown once.
    pub secret: String,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
    /// Whom it is for; the first administrator's is for nobody yet.
    pub person: Option<PersonId>,
}

/// Somebody to be invited.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// Sign-in address.
    pub email: String,
    /// Display name; they may correct it.
    pub name: String,
    /// Roles to begin with.
    pub roles: Vec<Role>,
}

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To join.
    Invite,
    /// To set a new password.
    Reset,
    /// To become the first administrator.
    Bootstrap,
}

impl Purpose {
    /// The stored word.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Purpose::Invite => "invite",
            Purpose::Reset => "reset",
            Purpose::Bootstrap => "bootstrap",
        }
    }
}

/// Invites somebody.
///
/// # Errors
/// A refusal, by field where one is wrong.
pub async fn invite(store: &Store, actor: &Actor, new: &Newcomer) -> Result<Link> {
    policy::allow(actor, Action::PeopleManage, Relation::default())?;
    let mut tx = store.begin().await?;
    let id = add(&mut tx, new, None).await?;
    // Nobody has this id yet, so it is not oneself, and no administrator is lost.
    policy::change_roles(actor, id, &new.roles, usize::MAX)?;
    let link = issue(&mut tx, store, Some(id), Purpose::Invite).await?;
    let entry = Entry::new("person.invite", "person", id.0, &new.name);
    tx.commit(actor, entry.after(serde_json::json!({ "email": new.email, "roles": new.roles }))).await?;
    Ok(link)
}

/// Makes a new link for somebody: to join if they did not yet, otherwise to set a new password.
///
/// # Errors
/// [`Error::NotFound`]; a refusal when the person is deactivated.
pub async fn renew(store: &Store, actor: &Actor, person: PersonId) -> Result<Link> {
    policy::allow(actor, Action::PeopleManage, Relation::default())?;
    renew_as(store, actor.into(), person).await
}

pub(super) async fn renew_as(store: &Store, who: Who<'_>, person: PersonId) -> Result<Link> {
    let mut tx = store.begin().await?;
    let row = sqlx::query!(
        r#"select name, password_hash is not null as "joined!", deactivated_at is null as "active!",
             kind = 'service' as "service!"
           from person where id = $1 for update"#,
        person.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    if row.service {
        return Err(Refusal::not_now("Nobody signs in as a service account: it works with tokens").into());
    }
    if !row.active {
        return Err(Refusal::not_now("This person is deactivated: reactivate them first").into());
    }
    let purpose = if row.joined { Purpose::Reset } else { Purpose::Invite };
    let link = issue(&mut tx, store, Some(person), purpose).await?;
    let action = if row.joined { "person.reset_link" } else { "person.invite_again" };
    tx.commit(who, Entry::new(action, "person", person.0, row.name)).await?;
    Ok(link)
}

/// Writes the person, with a password or without.
pub(super) async fn add(tx: &mut Tx, new: &Newcomer, password_hash: Option<&str>) -> Result<PersonId> {
    let (email, name) = (check_email(&new.email)?, check_name(&new.name)?);
    let (id, now) = (tx.new_id(), tx.now());
    sqlx::query!(
        "insert into person (id, email, name, roles, password_hash, created_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        email,
        name,
        &role_words(&new.roles),
        password_hash,
        now
    )
    .execute(tx.conn())
    .await
    .map_err(taken)?;
    Ok(id.into())
}

pub(super) fn check_email(input: &str) -> Result<String> {
    Ok(people::email(input).map_err(|why| Refusal::field("email", format!("The address {why}")))?)
}

pub(super) fn check_name(input: &str) -> Result<String> {
    let name = text::line(input).map_err(|why| Refusal::field("name", format!("The name {why}")))?;
    Ok(name.ok_or_else(|| Refusal::field("name", "Enter a name"))?)
}

fn taken(error: sqlx::Error) -> Error {
    let constraint = match &error {
        sqlx::Error::Database(db) => db.constraint().map(str::to_owned),
        _ => None,
    };
    match constraint.as_deref() {
        Some("person_email_key") => Refusal::field("email", "There is somebody with this address already").into(),
        Some("reading_roles_stay_apart") => Refusal::field(
            "roles",
            "Executives and auditors change nothing: their roles can't be combined with ones that do",
        )
        .into(),
        _ => error.into(),
    }
}

/// A link; the person's older ones end.
pub(super) async fn issue(tx: &mut Tx, store: &Store, person: Option<PersonId>, purpose: Purpose) -> Result<Link> {
    let (secret, now) = (store.secret(), tx.now());
    let expires_at = now + VALID;
    end_links(tx, person).await?;
    sqlx::query!(
        "insert into invite (secret_sha256, person_id, purpose, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        &canonical::sha256(&secret)[..],
        person.map(|p| p.0),
        purpose.as_str(),
        now,
        expires_at
    )
    .execute(tx.conn())
    .await?;
    Ok(Link { secret: canonical::hex(&secret), expires_at, person })
}

/// Ends unused links of a person, or those for the first administrator.
pub(super) async fn end_links(tx: &mut Tx, person: Option<PersonId>) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update invite set expires_at = least(expires_at, $2)
         where person_id is not distinct from $1 and used_at is null and expires_at > $2",
        person.map(|p| p.0),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a link's page shows before it is used.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What it is for.
    pub purpose: Purpose,
    /// Whom it is for.
    pub invited: Option<Invited>,
}

/// Whom a link is for.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The person.
    pub id: PersonId,
    /// Their name so far.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their roles.
    pub roles: Vec<Role>,
}

/// Looks a link up, without using it.
///
/// # Errors
/// [`Error::NotFound`] for a link that never was, was used, has expired, or whose person is deactivated.
pub async fn open(store: &Store, secret: &str) -> Result<Opened> {
    let mut conn = store.pool().acquire().await?;
    find(&mut conn, secret, store.now()).await
}

/// The link, if it works now. In a transaction: locks nothing yet; [`super::accept`] takes it.
pub(super) async fn find(conn: &mut sqlx::PgConnection, secret: &str, now: DateTime<Utc>) -> Result<Opened> {
    let secret = canonical::unhex32(secret).ok_or(Error::NotFound)?;
    let row = sqlx::query!(
        r#"select i.purpose, p.id as "id?", p.name as "name?", p.email as "email?", p.roles as "roles?"
           from invite i left join person p on p.id = i.person_id
           where i.secret_sha256 = $1 and i.used_at is null and i.expires_at > $2 and p.deactivated_at is null
             and (i.purpose <> 'bootstrap' or not exists (select from person))"#,
        &canonical::sha256(&secret)[..],
        now
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)?;
    let invited = match (row.id, row.name, row.email) {
        (Some(id), Some(name), Some(email)) => {
            Some(Invited { id: id.into(), name, email, roles: roles_of(&row.roles.unwrap_or_default())? })
        }
        _ => None,
    };
    let purpose = match row.purpose.as_str() {
        "invite" => Purpose::Invite,
        "reset" => Purpose::Reset,
        _ => Purpose::Bootstrap,
    };
    Ok(Opened { purpose, invited })
}
