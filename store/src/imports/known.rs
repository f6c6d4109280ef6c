//! What the register has, as far as an import must know it: four statements, whatever the file's size.

use crate::Result;
use domain::import::{Known, Person};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// The register's side of an import.
#[derive(Debug, Clone, Default)]
pub(super) struct Lookup {
    /// For the plan.
    pub known: Known,
    /// Numbers of imported systems by source key.
    pub numbers: HashMap<String, i64>,
    /// Business units by their exact name.
    pub units: HashMap<String, Uuid>,
    /// Possible owners by address.
    pub people: HashMap<String, Uuid>,
}

/// Reads it. With `lock`, systems that came from an inventory stay as they are until the transaction ends.
pub(super) async fn read(conn: &mut PgConnection, lock: bool) -> Result<Lookup> {
    if lock {
        // In the order of their ids, so that two imports don't wait for each other.
        sqlx::query!("select id from system where source_key is not null order by id for update")
            .fetch_all(&mut *conn)
            .await?;
    }
    let mut lookup = Lookup::default();
    let systems = sqlx::query!(
        r#"select s.source_key as "key!", s.number, coalesce(s.source_hash, '') as "hash!",
             s.stage = 'retired' as "retired!",
             exists (select from review r where r.id = s.open_review_id and r.state in ('submitted', 'in_review'))
               as "under_review!"
           from system s where s.source_key is not null"#
    )
    .fetch_all(&mut *conn)
    .await?;
    for system in systems {
        if system.under_review {
            lookup.known.under_review.insert(system.key.clone());
        }
        if system.retired {
            lookup.known.retired.insert(system.key.clone());
        }
        lookup.numbers.insert(system.key.clone(), system.number);
        lookup.known.imported.insert(system.key, system.hash);
    }
    // Archived ones too: their names are taken.
    for unit in sqlx::query!("select id, name from business_unit").fetch_all(&mut *conn).await? {
        lookup.known.units.push(unit.name.clone());
        lookup.units.insert(unit.name, unit.id);
    }
    for person in possible_owners(conn).await? {
        lookup.people.insert(person.email.clone(), person.id);
        lookup.known.people.push(Person { email: person.email, name: person.name });
    }
    Ok(lookup)
}

/// Somebody who can own a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PossibleOwner {
    /// The person.
    pub id: Uuid,
    /// Sign-in address.
    pub email: String,
    /// Name.
    pub name: String,
}

/// Active people whose roles let them change anything.
pub(super) async fn possible_owners(conn: &mut PgConnection) -> Result<Vec<PossibleOwner>> {
    Ok(sqlx::query_as!(
        PossibleOwner,
        "select id, email, name from person
         where deactivated_at is null and kind = 'human' and not roles && array['executive', 'auditor']
         order by lower(name), email"
    )
    .fetch_all(conn)
    .await?)
}
