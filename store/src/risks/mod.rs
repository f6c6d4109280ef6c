//! Risks of AI systems: written, rated, treated, closed. Ratings are only ever added.

pub mod add;
pub mod close;
pub mod edit;
pub mod get;
pub mod handle;
pub mod list;
pub mod rate;
pub(crate) mod ratings;

pub use add::{NewRisk, add, kind_of, library_key};
pub use close::{close, reopen};
pub use edit::edit;
pub use get::{RiskPage, get};
pub use handle::handle;
pub use list::{RiskFilter, RiskRow, RiskSort, choices, list};
pub use rate::rate;
pub use ratings::NewRating;

use crate::relation::{Located, locate_id};
use crate::{Error, Result};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{PersonId, RiskId, RiskRef, SystemId};
use domain::risk::{Characteristic, Handling, RiskText, Status};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// A risk that is about to be changed, locked with its system.
pub(crate) struct Held {
    pub(crate) located: Located,
    pub(crate) id: RiskId,
    pub(crate) version: i32,
    pub(crate) text: RiskText,
    pub(crate) handling: Handling,
}

/// Finds a risk for a change: the system is locked first, then the risk.
pub(crate) async fn hold(conn: &mut PgConnection, actor: &Actor, reference: RiskRef) -> Result<Held> {
    let system = sqlx::query_scalar!("select system_id from risk where number = $1", reference.0)
        .fetch_optional(&mut *conn)
        .await?
        .ok_or(Error::NotFound)?;
    let located = locate_id(conn, actor, SystemId(system), true).await?;
    let row = sqlx::query!(
        "select id, version, title, cause, event, consequence, characteristic, treatment, owner_id, status
         from risk where number = $1 for update",
        reference.0
    )
    .fetch_one(&mut *conn)
    .await?;
    Ok(Held {
        located,
        id: RiskId(row.id),
        version: row.version,
        text: RiskText {
            title: row.title,
            cause: row.cause,
            event: row.event,
            consequence: row.consequence,
            characteristic: row.characteristic.parse::<Characteristic>()?,
        },
        handling: Handling {
            treatment: row.treatment.map(|t| t.parse()).transpose()?,
            owner: row.owner_id.map(PersonId),
            status: row.status.parse()?,
        },
    })
}

/// A closed risk is opened again before anything about it changes.
pub(crate) fn still_open(status: Status) -> Result<()> {
    match status {
        Status::Closed => Err(Refusal::not_now("This risk is closed: reopen it first").into()),
        _ => Ok(()),
    }
}

/// People as the audit trail names them: a name alone may be shared.
pub(crate) async fn people_words(
    conn: &mut PgConnection,
    people: impl IntoIterator<Item = Option<PersonId>>,
) -> Result<BTreeMap<PersonId, String>> {
    let ids: Vec<uuid::Uuid> = people.into_iter().flatten().map(|p| p.0).collect();
    let rows = sqlx::query!("select id, name, email from person where id = any ($1)", &ids).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|r| (PersonId(r.id), format!("{} ({})", r.name, r.email))).collect())
}

/// A person that does not exist, in words.
pub(crate) fn unknown_owner(error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::Database(db) if db.constraint() == Some("risk_owner_id_fkey") => {
            Refusal::field("owner", "Choose who answers for the risk").into()
        }
        _ => error.into(),
    }
}
