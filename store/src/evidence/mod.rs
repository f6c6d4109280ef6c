//! Evidence: files that show something, kept once by their SHA-256, and what they speak of.
//!
//! Bytes go to `incoming/<id>` while they are hashed, then to `sha256/<2>/<64>`; only then one transaction writes the
//! rows. Whatever ends the program in between leaves at most a file without a row, which [`sweep`] takes away.

pub mod columns;
pub mod edit;
pub mod findings;
pub mod get;
mod links;
pub mod list;
pub mod open;
pub(crate) mod outcomes;
pub mod receive;
pub mod sweep;
pub mod verify;
pub mod withdraw;

pub use edit::edit;
pub use findings::Reading;
pub use get::{Choices, Detail, Link, choices, get};
pub use list::{Filter, Row, Standing, list};
pub use open::{Download, open};
pub use receive::{prepare, receive};
pub use sweep::{Swept, sweep};
pub use verify::{Report, verify};
pub use withdraw::withdraw;

use crate::relation::{self, Located};
use crate::{Error, Result};
use domain::actor::Actor;
use domain::evidence::Kind;
use domain::ids::{EvidenceRef, MitigationRef, RiskRef, SystemId};
use object_store::path::Path;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

/// What people say about a file; the file itself never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// What it is called.
    pub title: String,
    /// What it shows.
    pub kind: Kind,
    /// The date that the file speaks of, not the upload's.
    pub speaks_of: chrono::NaiveDate,
    /// Last day on which it counts.
    pub valid_until: Option<chrono::NaiveDate>,
    /// Markdown.
    pub note: Option<String>,
    /// Risks of the same system that it speaks about.
    pub risks: Vec<RiskRef>,
    /// Mitigations of the same system that it shows to work.
    pub mitigations: Vec<MitigationRef>,
}

impl Label {
    /// What can be said to be wrong without the register.
    ///
    /// # Errors
    /// Messages by field.
    pub fn check(&self, today: chrono::NaiveDate) -> Result<()> {
        let mut errors = domain::error::FieldErrors::default();
        for (field, day) in [("speaks_of", Some(self.speaks_of)), ("valid_until", self.valid_until)] {
            if day.is_some_and(|day| !domain::text::is_plausible(day)) {
                errors.add(field, "Choose a day between 1900 and 2199");
            }
        }
        if self.speaks_of > today {
            errors.add("speaks_of", "The date that the file speaks of can\u{2019}t lie ahead");
        }
        if self.valid_until.is_some_and(|until| until < self.speaks_of) {
            errors.add("valid_until", "It can\u{2019}t end before the date that the file speaks of");
        }
        Ok(errors.into_result()?)
    }
}

/// Where the bytes of a hash are kept.
fn blob(sha256: &[u8]) -> Path {
    let hex = domain::canonical::hex(sha256);
    Path::from(format!("sha256/{}/{hex}", &hex[..2]))
}

/// Held until the transaction ends: nobody stores and sweeps the same bytes at once.
async fn lock_blob(conn: &mut PgConnection, sha256: &[u8]) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('blob ' || encode($1::bytea, 'hex'), 0))", sha256)
        .execute(conn)
        .await?;
    Ok(())
}

/// A piece of evidence found for somebody who may see it.
struct Found {
    id: Uuid,
    system: Located,
}

/// Finds evidence by reference; its system's row is locked when it will be changed. Who is only assigned a mitigation
/// of the system does not see its evidence.
async fn find(conn: &mut PgConnection, actor: &Actor, reference: EvidenceRef, lock: bool) -> Result<Found> {
    let row = sqlx::query!("select id, system_id from evidence where number = $1", reference.0)
        .fetch_optional(&mut *conn)
        .await?
        .ok_or(Error::NotFound)?;
    let system = relation::locate_id(conn, actor, SystemId(row.system_id), lock).await?;
    reads(actor, &system)?;
    Ok(Found { id: row.id, system })
}

/// Evidence is read by those who work on the system and those who read everything.
fn reads(actor: &Actor, system: &Located) -> Result<()> {
    let works_on_it = system.relation.owner || system.relation.contributor;
    if works_on_it || actor.reads_all() { Ok(()) } else { Err(Error::NotFound) }
}
