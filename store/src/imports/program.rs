//! Importing from the command line: one call from the bytes to the result. A person stands behind it all the same,
//! since somebody has registered every system.

use super::workbook::Place;
use super::{Inventory, run, stage};
use crate::{Error, Result, Store};
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::import::{Field, Mapping, Plan, Table};
use uuid::Uuid;

/// What was asked for.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// The file's name.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Which part of a workbook is the inventory.
    pub place: Place,
    /// What its columns mean; otherwise as the last time, or as guessed.
    pub mapping: Option<Mapping>,
    /// The inventory's name, over the mapping's.
    pub source: Option<String>,
    /// Who owns systems whose row names nobody, over the mapping's: an e-mail address.
    pub owner: Option<String>,
    /// The unit of systems whose row names none, over the mapping's.
    pub unit: Option<String>,
    /// Work out what would happen, and change nothing.
    pub dry_run: bool,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Done {
    /// The run; none for a dry run.
    pub run: Option<Uuid>,
    /// What became of each row.
    pub plan: Plan,
    /// What the columns were taken to mean.
    pub mapping: Mapping,
    /// The file, for the report of rejected rows.
    pub table: Table,
}

/// What came of a list of risks or mitigations.
#[derive(Debug, Clone)]
pub struct ListDone {
    /// The run; none for a dry run.
    pub run: Option<Uuid>,
    /// What became of each row.
    pub plan: Plan,
    /// The file, for the report of rejected rows.
    pub table: Table,
}

/// Imports a file, or works out what that would do.
///
/// # Errors
/// A refusal with messages for `file`, `source` or the mapping.
pub async fn from_file(store: &Store, actor: &Actor, order: Order) -> Result<Done> {
    super::allow(actor)?;
    let inventory = Inventory::read(&order.file_name, order.bytes, order.place).await?;
    let (inventory, mut mapping) = match order.mapping {
        Some(given) => (inventory, given),
        None => {
            let mut conn = store.pool().acquire().await?;
            let (inventory, proposal) = stage::propose(&mut conn, actor, inventory).await?;
            (inventory, proposal.mapping)
        }
    };
    if let Some(source) = order.source {
        mapping.source = source;
    }
    let owner =
        order.owner.or_else(|| Some(actor.email.clone()).filter(|_| !mapping.defaults.contains_key(&Field::Owner)));
    mapping.defaults.extend(owner.map(|owner| (Field::Owner, owner)));
    mapping.defaults.extend(order.unit.map(|unit| (Field::BusinessUnit, unit)));
    let table = inventory.table.clone();
    let (run, plan) = if order.dry_run {
        (None, stage::dry_run(store, inventory, &mapping).await?.1)
    } else {
        let imported = run::inventory(store, actor, inventory, mapping.clone()).await?;
        (Some(imported.id), imported.plan)
    };
    Ok(Done { run, plan, mapping, table })
}

/// The person in whose name the command line imports: the administrator with this address, or the first one.
///
/// # Errors
/// A message for the field `as`.
pub async fn importer(store: &Store, email: Option<&str>) -> Result<Actor> {
    let email = email.map(|e| e.trim().to_lowercase());
    let found = sqlx::query!(
        "select id, name, email, roles from person
         where deactivated_at is null and 'admin' = any (roles) and ($1::text is null or email = $1)
         order by created_at, id limit 1",
        email
    )
    .fetch_optional(store.pool())
    .await?;
    let Some(person) = found else {
        let message = match email {
            Some(email) => format!("No administrator has the address {email}"),
            None => "The register has no administrator yet; open it in a browser first".to_owned(),
        };
        return Err(Error::Refused(Refusal::field("as", message)));
    };
    let roles = person.roles.iter().map(|r| r.parse::<Role>()).collect::<Result<_, _>>()?;
    Ok(Actor { id: person.id.into(), name: person.name, email: person.email, roles, address: None, token: None })
}
