//! Business units.

use crate::audit::Entry;
use crate::{Error, Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::UnitId;
use domain::policy::{self, Action, Relation};
use domain::text;

/// A business unit, as chosen in forms and filters.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Unit {
    /// The unit.
    pub id: UnitId,
    /// Its name.
    pub name: String,
}

/// Units in use, by name.
pub async fn list(store: &Store) -> Result<Vec<Unit>> {
    let rows = sqlx::query!("select id, name from business_unit where archived_at is null order by lower(name)")
        .fetch_all(store.pool())
        .await?;
    Ok(rows.into_iter().map(|r| Unit { id: r.id.into(), name: r.name }).collect())
}

/// A unit as administrators see it.
#[derive(Debug, Clone)]
pub struct Row {
    /// The unit.
    pub id: UnitId,
    /// Its name.
    pub name: String,
    /// Systems that belong to it.
    pub systems: i64,
    /// Whether it can be chosen for a system.
    pub in_use: bool,
}

/// All units by name, archived ones last.
pub async fn manage(store: &Store, actor: &Actor) -> Result<Vec<Row>> {
    policy::allow(actor, Action::UnitsManage, Relation::default())?;
    let rows = sqlx::query!(
        r#"select u.id, u.name, u.archived_at is null as "in_use!",
             (select count(*) from system s where s.business_unit_id = u.id) as "systems!"
           from business_unit u order by u.archived_at is not null, lower(u.name)"#
    )
    .fetch_all(store.pool())
    .await?;
    let row = |r: (uuid::Uuid, String, i64, bool)| Row { id: r.0.into(), name: r.1, systems: r.2, in_use: r.3 };
    Ok(rows.into_iter().map(|r| row((r.id, r.name, r.systems, r.in_use))).collect())
}

/// Renames a unit, wherever it shows.
///
/// # Errors
/// [`Error::NotFound`]; a refusal at the field `name`.
pub async fn rename(store: &Store, actor: &Actor, unit: UnitId, name: &str) -> Result<()> {
    policy::allow(actor, Action::UnitsManage, Relation::default())?;
    let name = checked(name)?;
    let mut tx = store.begin().await?;
    let before = locked(&mut tx, unit).await?;
    if before.0 == name {
        return Ok(());
    }
    sqlx::query!("update business_unit set name = $2 where id = $1", unit.0, name)
        .execute(tx.conn())
        .await
        .map_err(taken)?;
    let entry = Entry::new("units.manage", "unit", unit.0, &name);
    let (old, new) = (serde_json::json!({ "name": before.0 }), serde_json::json!({ "name": name }));
    tx.commit(actor, entry.before(old).after(new)).await
}

/// Takes a unit out of the choices for systems, or brings it back. Systems that have it keep it.
///
/// # Errors
/// [`Error::NotFound`]; a refusal.
pub async fn archive(store: &Store, actor: &Actor, unit: UnitId, archived: bool) -> Result<()> {
    policy::allow(actor, Action::UnitsManage, Relation::default())?;
    let mut tx = store.begin().await?;
    let (name, before) = locked(&mut tx, unit).await?;
    if before == archived {
        return Ok(());
    }
    let at = archived.then(|| tx.now());
    sqlx::query!("update business_unit set archived_at = $2 where id = $1", unit.0, at).execute(tx.conn()).await?;
    let entry = Entry::new("units.manage", "unit", unit.0, name);
    let (old, new) = (serde_json::json!({ "archived": before }), serde_json::json!({ "archived": archived }));
    tx.commit(actor, entry.before(old).after(new)).await
}

/// Name, and whether it is archived.
async fn locked(tx: &mut crate::Tx, unit: UnitId) -> Result<(String, bool)> {
    let row = sqlx::query!(
        r#"select name, archived_at is not null as "archived!" from business_unit where id = $1 for update"#,
        unit.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok((row.name, row.archived))
}

fn checked(name: &str) -> Result<String> {
    let name = text::line(name).map_err(|why| Refusal::field("name", format!("The name {why}")))?;
    Ok(name.ok_or_else(|| Refusal::field("name", "Enter a name"))?)
}

fn taken(error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::Database(db) if db.constraint() == Some("business_unit_name_key") => {
            Refusal::field("name", "There is a unit with this name already").into()
        }
        _ => error.into(),
    }
}

/// Adds a unit.
pub async fn add(store: &Store, actor: &Actor, name: &str) -> Result<UnitId> {
    policy::allow(actor, Action::UnitsManage, Relation::default())?;
    let name = checked(name)?;
    let mut tx = store.begin().await?;
    let (id, now) = (tx.new_id(), tx.now());
    sqlx::query!("insert into business_unit (id, name, created_at) values ($1, $2, $3)", id, name, now)
        .execute(tx.conn())
        .await
        .map_err(taken)?;
    let entry = Entry::new("units.manage", "unit", id, &name).after(serde_json::json!({ "name": name }));
    tx.commit(actor, entry).await?;
    Ok(UnitId(id))
}
