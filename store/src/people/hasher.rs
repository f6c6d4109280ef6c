//! Argon2id, at most two at a time.
//!
//! One hash takes 19 MiB and some 60 ms of a core. A semaphore keeps a burst of sign-ins from taking all of both; who
//! would wait too long is sent away at once. The memory of the two is kept and used again.

use crate::{Env, Error, Result};
use argon2::password_hash::{self, Output, ParamsString, PasswordHash, PasswordVerifier, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory of one hash, in KiB (OWASP's and the RFC's second choice, 19 MiB).
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory.
pub const PASSES: u32 = 2;
/// Bytes of a hash.
const LENGTH: usize = 32;
/// Hashes at the same time.
pub const AT_ONCE: usize = 2;
/// Hashes that may wait: about a second.
pub const WAITING: usize = 32;

/// A hash that no password gives, with the same cost: for accounts that do not exist.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmU$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and verifies passwords.
pub(crate) struct Hasher {
    work: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    memory: Arc<Memory>,
}

/// Memory of hashes, kept for the next ones. Given back each time, it would stay with whichever thread had it: a crowd at
/// the door was seen to leave 300 MB behind.
#[derive(Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    fn lend<T>(&self, blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        // What stands in it from the last time plays no part: the first pass writes all of it.
        let mut memory = kept.unwrap_or_else(|| vec![Block::default(); blocks]);
        let done = work(&mut memory);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        done
    }
}

/// A place in the queue for a hash; given back when it is dropped.
pub(crate) struct Place(#[expect(dead_code, reason = "held")] OwnedSemaphorePermit);

/// What verifying said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not the password.
    Wrong,
    /// The password.
    Right,
    /// The password, hashed with other parameters than today's.
    Outdated,
}

impl Hasher {
    pub(crate) fn new() -> Self {
        Self {
            work: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            memory: Arc::default(),
        }
    }

    /// A place in the queue.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait.
    pub(crate) fn place(&self) -> Result<Place> {
        self.queue.clone().try_acquire_owned().map(Place).map_err(|_| Error::Busy)
    }

    /// The PHC string of a new password.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait.
    pub(crate) async fn hash(&self, env: &dyn Env, password: &str) -> Result<String> {
        let secret = env.secret();
        let (memory, password) = (self.memory.clone(), password.to_owned());
        self.off_the_async_threads(self.place()?, move || {
            let salt = SaltString::encode_b64(&secret[..16])?;
            Ok(hash_with(&memory, &password, salt.as_salt())?.to_string())
        })
        .await
    }

    /// Verifies against a stored hash; without one the same work is done for nothing.
    ///
    /// # Errors
    /// [`Error::Stored`] for a hash that can't be read.
    pub(crate) async fn verify(&self, place: Place, stored: Option<&str>, password: &str) -> Result<Verdict> {
        let (known, stored) = (stored.is_some(), stored.unwrap_or(NOBODY).to_owned());
        let (memory, password) = (self.memory.clone(), password.to_owned());
        self.off_the_async_threads(place, move || {
            let hash = PasswordHash::new(&stored)?;
            let outdated = is_outdated(&hash);
            let right = match hash.salt {
                Some(salt) if !outdated => hash_with(&memory, &password, salt)?.hash == hash.hash,
                _ => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
            };
            Ok(match (right && known, outdated) {
                (false, _) => Verdict::Wrong,
                (true, false) => Verdict::Right,
                (true, true) => Verdict::Outdated,
            })
        })
        .await
    }

    /// The permits go along: when the request is given up, the work still counts until it is done.
    async fn off_the_async_threads<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce() -> Result<T, argon2::password_hash::Error> + Send + 'static,
    ) -> Result<T> {
        let turn = self.work.clone().acquire_owned().await.map_err(|_| Error::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((place, turn));
            done
        });
        done.await
            .map_err(|e| Error::Stored(format!("password hashing: {e}")))?
            .map_err(|e| Error::Stored(format!("password hash: {e}")))
    }
}

/// With today's parameters. Hashes are compared in constant time.
fn hash_with<'a>(memory: &Memory, password: &str, salt: Salt<'a>) -> password_hash::Result<PasswordHash<'a>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(LENGTH))?;
    let (blocks, written) = (params.block_count(), ParamsString::try_from(&params)?);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut bytes = [0; Salt::MAX_LENGTH];
    let salt_bytes = salt.decode_b64(&mut bytes)?;
    let hash = Output::init_with(LENGTH, |out| {
        memory.lend(blocks, |memory| {
            Ok(argon2.hash_password_into_with_memory(password.as_bytes(), salt_bytes, out, memory)?)
        })
    })?;
    Ok(PasswordHash {
        algorithm: argon2::ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: written,
        salt: Some(salt),
        hash: Some(hash),
    })
}

fn is_outdated(hash: &PasswordHash<'_>) -> bool {
    let today = (hash.params.get_decimal("m"), hash.params.get_decimal("t"), hash.params.get_decimal("p"));
    hash.algorithm != argon2::ARGON2ID_IDENT
        || hash.version != Some(Version::V0x13.into())
        || today != (Some(MEMORY_KIB), Some(PASSES), Some(1))
        || hash.hash.is_none_or(|hash| hash.len() != LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Env for Fixed {
        fn now(&self) -> chrono::DateTime<chrono::Utc> {
            chrono::DateTime::UNIX_EPOCH
        }
        fn uuid(&self) -> uuid::Uuid {
            uuid::Uuid::nil()
        }
        fn secret(&self) -> [u8; 32] {
            [7; 32]
        }
    }

    #[tokio::test]
    async fn a_hash_says_its_cost_and_verifies() {
        let hasher = Hasher::new();
        let hash = hasher.hash(&Fixed, "walnut ferry oblique").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(
            hasher.verify(hasher.place().unwrap(), Some(&hash), "walnut ferry oblique").await.unwrap(),
            Verdict::Right
        );
        assert_eq!(
            hasher.verify(hasher.place().unwrap(), Some(&hash), "walnut ferry obliquE").await.unwrap(),
            Verdict::Wrong
        );
        assert_eq!(hasher.verify(hasher.place().unwrap(), None, "walnut ferry oblique").await.unwrap(), Verdict::Wrong);
    }

    /// The library itself, which takes new memory each time, is the judge of what used memory gives.
    #[tokio::test]
    async fn memory_is_used_again_and_changes_no_hash() {
        use argon2::password_hash::PasswordHasher as _;
        let hasher = Hasher::new();
        for password in ["one", "walnut ferry oblique", "", "\u{1f980} crabs", "one"] {
            let ours = hasher.hash(&Fixed, password).await.unwrap();
            let salt = SaltString::encode_b64(&[7; 16]).unwrap();
            let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap();
            let library = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            assert_eq!(ours, library.hash_password(password.as_bytes(), &salt).unwrap().to_string());
        }
        let all = (0..8).map(|_| hasher.verify(hasher.place().unwrap(), None, "x"));
        assert!(futures::future::join_all(all).await.iter().all(|verdict| matches!(verdict, Ok(Verdict::Wrong))));
        assert!(hasher.memory.0.lock().unwrap().len() <= AT_ONCE);
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_anybodys() {
        assert!(!is_outdated(&PasswordHash::new(NOBODY).unwrap()));
        let weaker = NOBODY.replace("m=19456", "m=8192");
        assert!(is_outdated(&PasswordHash::new(&weaker).unwrap()));
    }

    #[tokio::test]
    async fn whoever_would_wait_too_long_is_sent_away() {
        let hasher = Arc::new(Hasher::new());
        let all = hasher.queue.clone().acquire_many_owned((AT_ONCE + WAITING - 1) as u32).await.unwrap();
        assert!(hasher.hash(&Fixed, "x").await.is_ok());
        let last = hasher.place().unwrap();
        assert!(matches!(hasher.place(), Err(Error::Busy)));
        assert!(matches!(hasher.hash(&Fixed, "x").await, Err(Error::Busy)));
        drop((all, last));
        assert!(hasher.hash(&Fixed, "x").await.is_ok());
    }
}
