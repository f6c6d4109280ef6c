//! What forms and filters choose from: people, service accounts and business units, in one statement.

use crate::{Result, Store};
use domain::ids::{PersonId, UnitId};

/// People and units to choose from, by name.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Units in use.
    pub units: Vec<(UnitId, String)>,
    /// Active people who may change things (not executives, not auditors).
    pub people: Vec<(PersonId, String)>,
    /// Service accounts that may: they contribute, but answer for nothing.
    pub services: Vec<(PersonId, String)>,
}

/// All lists.
pub async fn choices(store: &Store) -> Result<Choices> {
    let rows = sqlx::query!(
        r#"select kind as "kind!", id as "id!", name as "name!" from person
           where deactivated_at is null and not roles && array['executive', 'auditor']
           union all
           select 'unit', id, name from business_unit where archived_at is null
           order by 1, 3, 2"#
    )
    .fetch_all(store.pool())
    .await?;
    let mut choices = Choices::default();
    for row in rows {
        match row.kind.as_str() {
            "unit" => choices.units.push((row.id.into(), row.name)),
            "service" => choices.services.push((row.id.into(), row.name)),
            _ => choices.people.push((row.id.into(), row.name)),
        }
    }
    Ok(choices)
}
