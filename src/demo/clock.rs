//! A clock that is set to the day of each event, and moves on a little with every look.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::env::{SystemEnv, random};

/// Microseconds between two looks: events of one transaction keep their order.
const TICK: i64 = 1_000;

/// The demonstration's clock.
pub struct DemoClock(AtomicI64);

impl DemoClock {
    pub fn at(at: DateTime<Utc>) -> Self {
        Self(AtomicI64::new(at.timestamp_micros()))
    }

    /// Goes to a time; never back, so that the audit trail's time rises.
    pub fn set(&self, at: DateTime<Utc>) {
        self.0.fetch_max(at.timestamp_micros(), Ordering::SeqCst);
    }
}

impl store::Env for DemoClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.fetch_add(TICK, Ordering::SeqCst)).unwrap_or_default()
    }

    fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.0.load(Ordering::SeqCst) / 1_000).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random()).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        SystemEnv.secret()
    }
}
