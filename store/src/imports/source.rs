//! The row of an inventory that a system came from: every filled cell, mapped or not.

use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::SystemRef;

/// Header and text of each filled cell, in the file's order; nothing for a system that was not imported.
///
/// # Errors
/// [`crate::Error::NotFound`] for somebody who may not see the system.
pub async fn row(store: &Store, actor: &Actor, reference: SystemRef) -> Result<Vec<(String, String)>> {
    let mut conn = store.pool().acquire().await?;
    let located = crate::relation::locate(&mut conn, actor, reference, false).await?;
    let cells =
        sqlx::query_scalar!("select source_row from system where id = $1", located.id.0).fetch_one(&mut *conn).await?;
    Ok(cells.map(serde_json::from_value).transpose()?.unwrap_or_default())
}
