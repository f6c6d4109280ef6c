//! The one clock and the one source of randomness. Everything else is given them.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The machine's clock and randomness.
#[derive(Clone, Copy, Debug)]
pub struct SystemEnv;

impl store::Env for SystemEnv {
    fn now(&self) -> DateTime<Utc> {
        // To the microsecond, which is what Postgres keeps: a value written and read again is equal.
        DateTime::from_timestamp_micros(since_epoch().as_micros().try_into().unwrap_or_default()).unwrap_or_default()
    }

    fn uuid(&self) -> Uuid {
        let millis = since_epoch().as_millis().try_into().unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random()).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        random()
    }
}

fn since_epoch() -> std::time::Duration {
    #[expect(clippy::disallowed_methods, reason = "the one clock")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Bytes that nobody can guess.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::disallowed_methods, reason = "the one source of randomness")]
    let filled = getrandom::fill(&mut bytes);
    #[expect(clippy::expect_used, reason = "without randomness no session and no id is safe: better no program")]
    filled.expect("the system gives randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use store::Env as _;

    use super::*;

    #[test]
    fn ids_are_version_7_and_secrets_differ() {
        let (a, b) = (SystemEnv.uuid(), SystemEnv.uuid());
        assert_eq!(a.get_version_num(), 7);
        assert_ne!(a, b);
        assert_ne!(SystemEnv.secret(), SystemEnv.secret());
    }

    #[test]
    fn time_is_cut_to_the_microsecond() {
        let now = SystemEnv.now();
        assert_eq!(now.timestamp_subsec_nanos() % 1_000, 0);
        assert!(now.timestamp() > 1_700_000_000);
    }
}
