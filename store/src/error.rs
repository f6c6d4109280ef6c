//! What can go wrong in the register.

use domain::error::Refusal;
use domain::token;

/// Result of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the register did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or this person may not see it.
    #[error("not found")]
    NotFound,
    /// Refused by a rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody else changed it since it was read: the version that is there now.
    #[error("changed by somebody else since")]
    Stale {
        /// Version that is stored.
        current: i32,
    },
    /// The same form was sent before; it led here.
    #[error("already done")]
    Replayed {
        /// Where the first one led.
        location: String,
    },
    /// Too many wrong passwords: the next try counts after this time.
    #[error("too many tries")]
    TooMany {
        /// Seconds, 1 to 900.
        retry_after: u64,
    },
    /// Too much at once: try again shortly.
    #[error("busy")]
    Busy,
    /// The database can't be reached.
    #[error("the database can't be reached")]
    Unavailable(#[source] sqlx::Error),
    /// The file store refused (disk full, unreachable).
    #[error("the file store failed")]
    Files(#[from] object_store::Error),
    /// The file is larger than the register takes.
    #[error("larger than {max} bytes")]
    TooLarge {
        /// Largest size, in bytes.
        max: u64,
    },
    /// What was sent stopped in the middle (connection lost, form cut).
    #[error("the upload was interrupted: {0}")]
    Interrupted(String),
    /// A stored file is missing or no longer what its hash says; it is not served.
    #[error("stored file {sha256} {why}")]
    Damaged {
        /// The hash that it should have, hexadecimal.
        sha256: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The schema is not this program's.
    #[error("migration: {0}")]
    Migration(String),
    /// A stored value that this program does not understand.
    #[error("stored value: {0}")]
    Stored(String),
    /// Anything else from the database.
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
}

impl Error {
    /// Whether there is no room left where files are kept.
    pub fn is_full(&self) -> bool {
        let Error::Files(error) = self else { return false };
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(error) = source {
            if let Some(io) = error.downcast_ref::<std::io::Error>() {
                use std::io::ErrorKind as K;
                return matches!(io.kind(), K::StorageFull | K::QuotaExceeded | K::FileTooLarge);
            }
            source = error.source();
        }
        false
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Error::NotFound,
            sqlx::Error::PoolTimedOut => Error::Busy,
            sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Protocol(_) => {
                Error::Unavailable(error)
            }
            sqlx::Error::Database(db) => match db.code().as_deref() {
                Some(code) if code.starts_with("CS") => Error::Refused(guard(code)),
                // Shutting down, starting up, out of connections, out of disk or memory.
                Some("57P01" | "57P02" | "57P03" | "53300" | "53100" | "53200" | "08006" | "08003") => {
                    Error::Unavailable(error)
                }
                // Deadlock, serialisation, lock or statement timeout.
                Some("40P01" | "40001" | "55P03" | "57014") => Error::Busy,
                _ => Error::Database(error),
            },
            _ => Error::Database(error),
        }
    }
}

impl From<domain::error::FieldErrors> for Error {
    fn from(errors: domain::error::FieldErrors) -> Self {
        Error::Refused(errors.into())
    }
}

impl From<domain::text::UnknownWord> for Error {
    fn from(word: domain::text::UnknownWord) -> Self {
        Error::Stored(word.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::Stored(error.to_string())
    }
}

/// The refusal of a guard in Postgres, in words. Reached only when a check before it was passed by (a race, a bug).
fn guard(code: &str) -> Refusal {
    match code {
        "CS001" => Refusal::not_now("The system is under review: its content stands still until the committee is done"),
        "CS002" => Refusal::not_now("This is never changed or deleted"),
        "CS003" => Refusal::not_now("A change without its audit event is refused"),
        "CS004" => Refusal::forbidden("Somebody without a part in this system has to do this"),
        "CS006" => Refusal::not_now("The dossier changed since: read the new one first"),
        "CS007" => Refusal::not_now("The votes do not amount to this decision"),
        "CS011" => Refusal::not_now("The system is retired: reopen it before anything about it changes"),
        "CS012" => token::answers_in_person(true).err().unwrap_or_else(|| Refusal::not_now("Choose a person")),
        "CS010" => Refusal::not_now("There must be an administrator left"),
        "CS008" => Refusal::not_now("The risk matrix changed since: rate again"),
        _ => Refusal::not_now("That is not possible in the present state"),
    }
}

/// The version that an edit was made on must be the stored one.
///
/// # Errors
/// [`Error::Stale`] with the stored version.
pub fn same_version(stored: i32, given: i32) -> Result<()> {
    if stored == given { Ok(()) } else { Err(Error::Stale { current: stored }) }
}
