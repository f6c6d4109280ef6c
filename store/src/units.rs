//! Business units.

use crate::audit::Entry;
use crate::{Result, Store};
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

/// Adds a unit.
pub async fn add(store: &Store, actor: &Actor, name: &str) -> Result<UnitId> {
    policy::allow(actor, Action::UnitsManage, Relation::default())?;
    let name = text::line(name)
        .map_err(|why| Refusal::field("name", format!("This {why}")))?
        .ok_or_else(|| Refusal::field("name", "Enter a name"))?;
    let mut tx = store.begin().await?;
    let (id, now) = (tx.new_id(), tx.now());
    sqlx::query!("insert into business_unit (id, name, created_at) values ($1, $2, $3)", id, name, now)
        .execute(tx.conn())
        .await
        .map_err(|e| match &e {
            sqlx::Error::Database(db) if db.constraint() == Some("business_unit_name_key") => {
                Refusal::field("name", "There is a unit with this name already").into()
            }
            _ => crate::Error::from(e),
        })?;
    let entry = Entry::new("units.manage", "unit", id, &name).after(serde_json::json!({ "name": name }));
    tx.commit(actor, entry).await?;
    Ok(UnitId(id))
}
