//! Limits on guessing passwords: per account and address, per address, and slower for an account under attack.
//!
//! Every try is noted before the password is looked at, so that parallel tries count each other, and all of it stands in
//! the register, so that it survives a restart. Whether the account exists plays no part. Only the pair of account and
//! address is ever locked, so that nobody can lock somebody else out from afar.

use super::hasher::Place;
use crate::{Error, Result, Store};
use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// How long a failed try counts; the longest lock.
pub const WINDOW: Duration = Duration::minutes(15);
/// Failed tries for one account from one address, after which the pair waits.
pub const PER_PAIR: i64 = 5;
/// Failed tries from one address for whatever accounts, after which the address waits.
pub const PER_ADDRESS: i64 = 20;
/// Failed tries for one account from anywhere, after which each answer takes [`SLOW_BY`] longer.
pub const SLOW_AFTER: i64 = 20;
/// See [`SLOW_AFTER`].
pub const SLOW_BY: std::time::Duration = std::time::Duration::from_secs(2);

/// A try that was let in and noted as failed until it is known to be none.
pub(super) struct Attempt {
    id: i64,
    slow: bool,
}

/// Accounts are noted by their hash: names that do not exist are counted without being kept.
fn account_hash(email: &str) -> Vec<u8> {
    Sha256::digest(email.as_bytes()).to_vec()
}

/// An IPv6 network hands out 2^64 addresses to one customer: they count as one.
fn network(address: Option<IpAddr>) -> String {
    match address {
        None => "local".to_owned(),
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => {
                let s = v6.segments();
                format!("{:x}:{:x}:{:x}:{:x}::/64", s[0], s[1], s[2], s[3])
            }
        },
    }
}

/// Notes a try, or refuses it.
///
/// # Errors
/// [`Error::TooMany`] with the time to wait.
pub(super) async fn begin(store: &Store, email: &str, address: Option<IpAddr>) -> Result<Attempt> {
    let (account, address, now) = (account_hash(email), network(address), store.now());
    let mut tx = store.pool().begin().await?;
    // Tries from one address wait for each other here, so that they see each other's rows.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 1))", address).execute(&mut *tx).await?;
    let since = now - WINDOW;
    let seen = sqlx::query!(
        r#"with last as (
             select coalesce(max(id), 0) as id from sign_in_attempt
             where account_sha256 = $1 and address = $2 and succeeded
           ), pair as (
             select at, row_number() over (order by id desc) as n from sign_in_attempt
             where account_sha256 = $1 and address = $2 and not succeeded and at > $3 and id > (select id from last)
           ), place as (
             select at, row_number() over (order by id desc) as n from sign_in_attempt
             where address = $2 and not succeeded and at > $3
           )
           select (select at from pair where n = $4) as pair_since, (select at from place where n = $5) as place_since,
             (select count(*) from sign_in_attempt where account_sha256 = $1 and not succeeded and at > $3) as "all!""#,
        &account,
        address,
        since,
        PER_PAIR,
        PER_ADDRESS
    )
    .fetch_one(&mut *tx)
    .await?;
    if let Some(oldest) = seen.pair_since.max(seen.place_since) {
        return Err(Error::TooMany { retry_after: wait(oldest, now) });
    }
    let id = sqlx::query_scalar!(
        "insert into sign_in_attempt (account_sha256, address, at, succeeded) values ($1, $2, $3, false) returning id",
        account,
        address,
        now
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Attempt { id, slow: seen.all >= SLOW_AFTER })
}

/// Seconds until the oldest counted try leaves the window; at least one.
fn wait(oldest: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
    (oldest + WINDOW - now).num_seconds().clamp(1, WINDOW.num_seconds()).unsigned_abs()
}

impl Attempt {
    /// Waits where the account is under attack; not in the place of others, who have to get one meanwhile.
    ///
    /// # Errors
    /// [`Error::Busy`] when there is none left afterwards.
    pub(super) async fn slow_down(&self, store: &Store, place: Place) -> Result<Place> {
        if !self.slow {
            return Ok(place);
        }
        drop(place);
        tokio::time::sleep(SLOW_BY).await;
        store.hasher().place()
    }

    /// It was the person. Earlier failures of this account from this address no longer count.
    pub(super) async fn succeeded(self, store: &Store) -> Result<()> {
        sqlx::query!(
            "with gone as (delete from sign_in_attempt where id = $1 returning account_sha256, address)
             insert into sign_in_attempt (account_sha256, address, at, succeeded)
             select account_sha256, address, $2, true from gone",
            self.id,
            store.now()
        )
        .execute(store.pool())
        .await?;
        Ok(())
    }

    /// Nobody looked at the password.
    pub(super) async fn forget(self, store: &Store) -> Result<()> {
        sqlx::query!("delete from sign_in_attempt where id = $1", self.id).execute(store.pool()).await?;
        Ok(())
    }
}

/// Deletes tries that count no more; how many.
pub(super) async fn sweep(store: &Store) -> Result<u64> {
    let before = store.now() - Duration::days(1);
    let done = sqlx::query!("delete from sign_in_attempt where at < $1", before).execute(store.pool()).await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let of = |text: &str| network(Some(text.parse().unwrap()));
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn a_lock_lasts_fifteen_minutes_at_most() {
        let now = DateTime::UNIX_EPOCH + Duration::days(1);
        assert_eq!(wait(now, now), 900);
        assert_eq!(wait(now + Duration::days(1), now), 900);
        assert_eq!(wait(now - WINDOW, now), 1);
    }
}
