//! Time and randomness, given from outside: tests and the demonstration bring their own.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Where the store takes time, ids and secrets from.
pub trait Env: Send + Sync + 'static {
    /// Now, cut to the microsecond.
    fn now(&self) -> DateTime<Utc>;
    /// A new UUID v7.
    fn uuid(&self) -> Uuid;
    /// 32 bytes nobody can guess.
    fn secret(&self) -> [u8; 32];
}
