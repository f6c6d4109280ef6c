//! Registering a system: five fields, a reference that never changes.

use crate::audit::Entry;
use crate::{Error, Once, Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{SystemId, SystemRef};
use domain::policy::{self, Action, Relation};
use domain::system::Registration;

/// Registers a system. `once` is the form's token: the same form leads to the same system.
///
/// # Errors
/// A refusal; [`Error::Replayed`] with the first one's address.
pub async fn register(store: &Store, actor: &Actor, new: &Registration, once: Option<Once>) -> Result<SystemRef> {
    policy::allow(actor, Action::SystemRegister, Relation::default())?;
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    super::people::may_hold(tx.conn(), new.owner, "owner").await?;
    let (id, now) = (SystemId(tx.new_id()), tx.now());
    let number = sqlx::query_scalar!(
        "insert into system (id, name, purpose, business_unit_id, owner_id, stage, created_at, created_by, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8) returning number",
        id.0,
        new.name,
        new.purpose,
        new.unit.0,
        new.owner.0,
        new.stage.as_str(),
        now,
        actor.id.0
    )
    .fetch_one(tx.conn())
    .await
    .map_err(unknown_choice)?;
    let reference = SystemRef(number);
    if new.owner != actor.id && !actor.reads_all() {
        // Who registers for somebody else goes on seeing it, as a contributor.
        sqlx::query!(
            "insert into system_contributor (system_id, person_id, added_at) values ($1, $2, $3)",
            id.0,
            actor.id.0,
            now
        )
        .execute(tx.conn())
        .await?;
    }
    tx.receipt(actor, once, &format!("/systems/{reference}")).await?;
    let entry = Entry::new("system.register", "system", id.0, reference).related(new.owner).after(new);
    tx.commit(actor, entry).await?;
    Ok(reference)
}

/// A unit or person that does not exist, in words.
pub(crate) fn unknown_choice(error: sqlx::Error) -> Error {
    let field = match &error {
        sqlx::Error::Database(db) => match db.constraint() {
            Some("system_business_unit_id_fkey") => Some(("unit", "Choose a business unit")),
            Some("system_owner_id_fkey") => Some(("owner", "Choose who answers for the system")),
            _ => None,
        },
        _ => None,
    };
    match field {
        Some((field, message)) => Refusal::field(field, message).into(),
        None => error.into(),
    }
}
