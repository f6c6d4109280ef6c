//! What whoever runs the program may do at its command line, without an account: add people and send links.

use super::invite::{self, Link, Newcomer, Purpose};
use super::{Person, common, end_sessions, role_words, roles_of};
use crate::audit::Entry;
use crate::tx::Who;
use crate::{Error, Result, Store};
use domain::actor::Role;
use domain::ids::PersonId;

/// The password of everybody in the demonstration; its sign-in page says so.
pub const DEMO_PASSWORD: &str = "walnut ferry oblique teapot";

/// The name in the audit trail.
const OPERATOR: Who<'static> = Who::Program("command line");

/// Invites somebody.
pub async fn invite(store: &Store, new: &Newcomer) -> Result<Link> {
    let mut tx = store.begin().await?;
    let id = invite::add(&mut tx, new, None).await?;
    let link = invite::issue(&mut tx, store, Some(id), Purpose::Invite).await?;
    let entry = Entry::new("person.invite", "person", id.0, &new.name);
    tx.commit(OPERATOR, entry.after(serde_json::json!({ "email": new.email, "roles": new.roles }))).await?;
    Ok(link)
}

/// Adds somebody with a password: the demonstration's people.
pub async fn add(store: &Store, who: Who<'_>, new: &Newcomer, password: &str) -> Result<PersonId> {
    common::check("password", password, &new.name, &new.email)?;
    let hash = store.hash_password(password).await?;
    let mut tx = store.begin().await?;
    let id = invite::add(&mut tx, new, Some(&hash)).await?;
    let entry = Entry::new("person.add", "person", id.0, &new.name);
    tx.commit(who, entry.after(serde_json::json!({ "email": new.email, "roles": new.roles }))).await?;
    Ok(id)
}

/// A link to join, or to set a new password, for the person with this address.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn renew(store: &Store, email: &str) -> Result<Link> {
    let id = find(store, email).await?;
    invite::renew_as(store, OPERATOR, id).await
}

/// Gives roles: the way back when no administrator can sign in.
///
/// # Errors
/// [`Error::NotFound`]; a refusal when the last administrator would go, or when reading and writing roles mix.
pub async fn set_roles(store: &Store, email: &str, roles: &[Role]) -> Result<()> {
    let id = find(store, email).await?;
    let mut tx = store.begin().await?;
    let now = tx.now();
    let before = sqlx::query!("select name, roles from person where id = $1 for update", id.0);
    let before = before.fetch_one(tx.conn()).await?;
    super::roles::write(&mut tx, id, &role_words(roles)).await?;
    end_sessions(tx.conn(), id, None, now).await?;
    let entry = Entry::new("person.roles", "person", id.0, before.name)
        .before(serde_json::json!({ "roles": roles_of(&before.roles)? }))
        .after(serde_json::json!({ "roles": roles }));
    tx.commit(OPERATOR, entry).await
}

/// Deactivates: sessions and links end at once.
///
/// # Errors
/// [`Error::NotFound`]; a refusal when the last administrator would go.
pub async fn deactivate(store: &Store, email: &str) -> Result<()> {
    let id = find(store, email).await?;
    super::deactivate::switch_as(store, OPERATOR, id, None, false).await
}

/// Everybody, by address, deactivated people too.
pub async fn list(store: &Store) -> Result<Vec<Person>> {
    let rows = sqlx::query!(
        r#"select id, name, email, roles, version, password_hash is not null as "joined!",
             deactivated_at is null as "active!", kind = 'service' as "service!" from person order by email"#
    )
    .fetch_all(store.pool())
    .await?;
    let people = rows.into_iter().map(|r| {
        let roles = roles_of(&r.roles)?;
        let id = r.id.into();
        Ok(Person {
            id,
            name: r.name,
            email: r.email,
            roles,
            joined: r.joined,
            active: r.active,
            service: r.service,
            version: r.version,
        })
    });
    people.collect()
}

async fn find(store: &Store, email: &str) -> Result<PersonId> {
    let email = email.trim().to_lowercase();
    let id = sqlx::query_scalar!("select id from person where email = $1", email).fetch_optional(store.pool()).await?;
    id.map(PersonId).ok_or(Error::NotFound)
}
