//! What forms and filters choose from: people and business units, in one statement.

use crate::{Result, Store};
use domain::ids::{PersonId, UnitId};

/// People and units to choose from, by name.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Units in use.
    pub units: Vec<(UnitId, String)>,
    /// Active people who may change things (not executives, not auditors).
    pub people: Vec<(PersonId, String)>,
}

/// Both lists.
pub async fn choices(store: &Store) -> Result<Choices> {
    let rows = sqlx::query!(
        r#"select true as "person!", id as "id!", name as "name!" from person
           where deactivated_at is null and not roles && array['executive', 'auditor']
           union all
           select false, id, name from business_unit where archived_at is null
           order by 1, 3, 2"#
    )
    .fetch_all(store.pool())
    .await?;
    let mut choices = Choices::default();
    for row in rows {
        match row.person {
            true => choices.people.push((row.id.into(), row.name)),
            false => choices.units.push((row.id.into(), row.name)),
        }
    }
    Ok(choices)
}
