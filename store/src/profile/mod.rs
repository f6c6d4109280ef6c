//! The AI RMF profile of the organisation and of each system: what was answered, and what the register shows by itself.

mod known;
mod links;
mod load;
pub mod official;
mod save;
mod vouch;

pub use links::Links;
pub(crate) use load::rows;
pub use load::{Profile, Row, load};
pub use save::{Said, confirm, save, unverify, verify};
pub(crate) use vouch::{vouch, vouched};

use crate::relation::{Located, locate};
use crate::{Error, Result};
use domain::actor::Actor;
use domain::framework::{Level, Subcategory, nist};
use domain::ids::SystemRef;
use domain::policy::{self, Action, Relation};
use sqlx::PgConnection;
use uuid::Uuid;

/// The framework whose profile this is, as it is kept beside each answer.
pub(crate) const NIST: &str = "nist-ai-rmf";

/// Whose profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The organisation's: GOVERN.
    Organisation,
    /// A system's: MAP, MEASURE and MANAGE.
    System(SystemRef),
}

impl Whose {
    /// The level at which it is answered.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Whose::Organisation => Level::Organisation,
            Whose::System(_) => Level::System,
        }
    }

    /// What is asked there under this identifier.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that is not asked there.
    pub fn asks(self, control: &str) -> Result<&'static Subcategory> {
        let found = nist().get(control).filter(|_| nist().level_of(control) == Some(self.level()));
        found.ok_or(Error::NotFound)
    }
}

/// Finds the system and asks whether its content may be read; for the organisation, whether the person may.
async fn open(conn: &mut PgConnection, actor: &Actor, whose: Whose, lock: bool) -> Result<Option<Located>> {
    match whose {
        Whose::Organisation => {
            policy::allow(actor, Action::GovernRead, Relation::default())?;
            Ok(None)
        }
        Whose::System(reference) => {
            let located = locate(conn, actor, reference, lock).await?;
            if !located.sees_content(actor) {
                return Err(Error::NotFound);
            }
            Ok(Some(located))
        }
    }
}

/// Asks whether it may be written now.
fn allow_write(actor: &Actor, located: Option<&Located>) -> Result<()> {
    match located {
        Some(located) => located.allow_change(actor, Action::ProfileWrite),
        None => Ok(policy::allow(actor, Action::GovernWrite, Relation::default())?),
    }
}

fn id_of(located: Option<&Located>) -> Option<Uuid> {
    located.map(|located| located.id.0)
}
