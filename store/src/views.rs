//! Saved views: the filters and order of a list under a name. A view holds no rows and gives no rights: what it shows is
//! what the person who opens it may see.

use crate::audit::Entry;
use crate::{Error, Result, Store};
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use serde_json::json;
use uuid::Uuid;

domain::words! {
    /// The lists that have views.
    List {
        Systems = "systems", "Systems";
        Risks = "risks", "Risks";
        Mitigations = "mitigations", "Mitigations";
        Evidence = "evidence", "Evidence";
    }
}

/// Most views of one person on one list.
pub const VIEWS_MAX: i64 = 30;
/// Longest name, in characters.
pub const NAME_MAX: usize = 80;
/// Longest query of an address, in characters.
pub const QUERY_MAX: usize = 2_000;

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The view.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The query of the list's address, without the question mark.
    pub query: String,
    /// Whether everybody has it.
    pub shared: bool,
    /// Whether it is this person's.
    pub own: bool,
    /// Who saved it.
    pub by: String,
}

/// Whether somebody may give a view to everybody: not those who change nothing for others.
pub fn may_share(actor: &Actor) -> bool {
    !actor.has_any(&[Role::Executive, Role::Auditor])
}

/// A person's own views of a list, then those that others share, by name.
pub async fn list(store: &Store, actor: &Actor, list: List) -> Result<Vec<View>> {
    Ok(sqlx::query_as!(
        View,
        r#"select v.id, v.name, v.query, v.shared, v.person_id = $1 as "own!", p.name as by
           from saved_view v join person p on p.id = v.person_id
           where v.list = $2 and (v.person_id = $1 or v.shared)
           order by v.person_id = $1 desc, lower(v.name), v.id limit 200"#,
        actor.id.0,
        list.as_str()
    )
    .fetch_all(store.pool())
    .await?)
}

impl View {
    /// Reads a view that came with other things in one statement.
    pub(crate) fn read(id: Uuid, name: String, body: serde_json::Value) -> Result<Self> {
        #[derive(serde::Deserialize)]
        struct Body {
            query: String,
            shared: bool,
            own: bool,
            by: String,
        }
        let Body { query, shared, own, by } = serde_json::from_value(body)?;
        Ok(Self { id, name, query, shared, own, by })
    }
}

/// Saves a view.
///
/// # Errors
/// A message for `name` where one has that name or too many already; a refusal to share for those who may not.
pub async fn save(store: &Store, actor: &Actor, on: List, name: &str, query: &str, shared: bool) -> Result<Uuid> {
    if name.chars().count() > NAME_MAX {
        return Err(Refusal::field("name", format!("A name has {NAME_MAX} characters or fewer")).into());
    }
    if query.is_empty() || query.chars().count() > QUERY_MAX {
        return Err(
            Refusal::field("name", "Set filters or an order first: a view is what stands in the address").into()
        );
    }
    if shared && !may_share(actor) {
        return Err(Refusal::forbidden("Executives and auditors save views for themselves").into());
    }
    let mut tx = store.begin().await?;
    let (id, now) = (tx.new_id(), tx.now());
    let kept = sqlx::query_scalar!(
        r#"select count(*) as "count!" from saved_view where person_id = $1 and list = $2"#,
        actor.id.0,
        on.as_str()
    )
    .fetch_one(tx.conn())
    .await?;
    if kept >= VIEWS_MAX {
        return Err(Refusal::field("name", format!("You have {VIEWS_MAX} views of this list: delete one first")).into());
    }
    sqlx::query!(
        "insert into saved_view (id, person_id, list, name, query, shared, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        actor.id.0,
        on.as_str(),
        name,
        query,
        shared,
        now
    )
    .execute(tx.conn())
    .await
    .map_err(|error| match &error {
        sqlx::Error::Database(db) if db.constraint() == Some("saved_view_name") => {
            Error::from(Refusal::field("name", "You have a view of this name: choose another"))
        }
        _ => error.into(),
    })?;
    let entry =
        Entry::new("view.save", "view", id, name).after(json!({ "list": on, "query": query, "shared": shared }));
    tx.commit(actor, entry).await?;
    Ok(id)
}

/// Deletes a view of one's own; gives the list that it was of.
///
/// # Errors
/// [`Error::NotFound`] for anybody else's.
pub async fn delete(store: &Store, actor: &Actor, id: Uuid) -> Result<List> {
    let mut tx = store.begin().await?;
    let gone = sqlx::query!(
        "delete from saved_view where id = $1 and person_id = $2 returning list, name, query, shared",
        id,
        actor.id.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let entry = Entry::new("view.delete", "view", id, &gone.name)
        .before(json!({ "list": gone.list, "query": gone.query, "shared": gone.shared }));
    tx.commit(actor, entry).await?;
    Ok(gone.list.parse()?)
}
