//! One person, as administrators see them.

use super::{Person, list::Row, roles_of};
use crate::{Error, Result, Store};
use domain::actor::Actor;
use domain::ids::PersonId;
use domain::policy::{self, Action, Relation};

/// The person with how many systems they own and when they were last here.
///
/// # Errors
/// [`Error::NotFound`]; a refusal.
pub async fn get(store: &Store, actor: &Actor, person: PersonId) -> Result<Row> {
    policy::allow(actor, Action::PeopleManage, Relation::default())?;
    let r = sqlx::query!(
        r#"select id, name, email, roles, version, password_hash is not null as "joined!",
             deactivated_at is null as "active!", kind = 'service' as "service!",
             (select count(*) from system s where s.owner_id = p.id) as "owns!",
             (select max(last_used_at) from session s where s.person_id = p.id) as last_seen
           from person p where id = $1"#,
        person.0
    )
    .fetch_optional(store.pool())
    .await?
    .ok_or(Error::NotFound)?;
    let person = Person {
        id: r.id.into(),
        name: r.name,
        email: r.email,
        roles: roles_of(&r.roles)?,
        joined: r.joined,
        active: r.active,
        service: r.service,
        version: r.version,
    };
    Ok(Row { person, owns: r.owns, last_seen: r.last_seen })
}

/// Active people with an account, for the demonstration's sign-in page.
pub async fn of_demonstration(store: &Store) -> Result<Vec<Person>> {
    let rows = sqlx::query!(
        "select id, name, email, roles, version from person
         where deactivated_at is null and password_hash is not null order by lower(name) limit 40"
    )
    .fetch_all(store.pool())
    .await?;
    let person = |r: (uuid::Uuid, String, String, Vec<String>, i32)| {
        Ok(Person {
            id: r.0.into(),
            name: r.1,
            email: r.2,
            roles: roles_of(&r.3)?,
            joined: true,
            active: true,
            service: false,
            version: r.4,
        })
    };
    rows.into_iter().map(|r| person((r.id, r.name, r.email, r.roles, r.version))).collect()
}
