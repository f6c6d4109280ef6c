//! Lists of people.

use super::{Person, roles_of};
use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::PersonId;
use domain::page::{self, Page};
use domain::policy::{self, Action, Relation};

/// A person to choose in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The person.
    pub id: PersonId,
    /// Their name, with the address where two have the same.
    pub name: String,
}

/// Active people by name, for forms. Service accounts are none: what is given to somebody is given to a person.
pub async fn choices(store: &Store) -> Result<Vec<Choice>> {
    let rows = sqlx::query!(
        r#"select id, case when count(*) over (partition by lower(name)) > 1 then name || ' (' || email || ')' else name
             end as "name!"
           from person where deactivated_at is null and kind = 'human' order by lower(name), email"#
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|r| Choice { id: r.id.into(), name: r.name }).collect())
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// A part of name or address.
    pub text: Option<String>,
    /// A role that they hold.
    pub role: Option<domain::actor::Role>,
    /// Only deactivated, only active, or both.
    pub active: Option<bool>,
}

/// A row of the administrators' list.
#[derive(Debug, Clone)]
pub struct Row {
    /// The person.
    pub person: Person,
    /// Systems that they own.
    pub owns: i64,
    /// Last use of any session.
    pub last_seen: Option<chrono::DateTime<chrono::Utc>>,
}

/// People by name, deactivated ones too.
pub async fn list(store: &Store, actor: &Actor, filter: &Filter, after: Option<PersonId>) -> Result<Page<Row>> {
    rows(store, actor, filter, after, page::PAGE_ROWS).await
}

/// The same with so many people on a page.
pub async fn rows(
    store: &Store,
    actor: &Actor,
    filter: &Filter,
    after: Option<PersonId>,
    limit: usize,
) -> Result<Page<Row>> {
    policy::allow(actor, Action::PeopleManage, Relation::default())?;
    let rows = sqlx::query!(
        r#"select p.id, p.name, p.email, p.roles, p.version, p.password_hash is not null as "joined!",
             p.deactivated_at is null as "active!", p.kind = 'service' as "service!",
             (select count(*) from system s where s.owner_id = p.id) as "owns!",
             (select max(last_used_at) from session s where s.person_id = p.id) as last_seen
           from person p
           where ($1::text is null or strpos(lower(p.name), lower($1)) > 0 or strpos(p.email, lower($1)) > 0)
             and ($2::text is null or $2 = any (p.roles))
             and ($3::bool is null or (p.deactivated_at is null) = $3)
             and ($4::uuid is null or (lower(p.name), p.id) > (select lower(name), id from person where id = $4))
           order by lower(p.name), p.id limit $5"#,
        filter.text,
        filter.role.map(|r| r.as_str()),
        filter.active,
        after.map(|p| p.0),
        limit as i64 + 1
    )
    .fetch_all(store.pool())
    .await?;
    let rows = rows
        .into_iter()
        .map(|r| {
            let roles = roles_of(&r.roles)?;
            let id = r.id.into();
            let person = Person {
                id,
                name: r.name,
                email: r.email,
                roles,
                joined: r.joined,
                active: r.active,
                service: r.service,
                version: r.version,
            };
            Ok(Row { person, owns: r.owns, last_seen: r.last_seen })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(rows, limit, |row| row.person.id.to_string()))
}
