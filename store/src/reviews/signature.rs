//! A signature is made with the password, again.

use crate::{Error, Result, Store};
use argon2::{Argon2, PasswordHash, PasswordVerifier};
use domain::actor::Actor;
use domain::error::Refusal;

/// Checks the signer's password, before anything is locked: hashing is slow on purpose.
///
/// # Errors
/// A message at the field `password`.
pub async fn check(store: &Store, actor: &Actor, password: &str) -> Result<()> {
    let hash = sqlx::query_scalar!(
        "select password_hash from person where id = $1 and deactivated_at is null",
        actor.id.0
    )
    .fetch_optional(store.pool())
    .await?
    .flatten();
    let (Some(hash), password) = (hash, password.to_owned()) else { return Err(Error::NotFound) };
    let right = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok())
    })
    .await
    .unwrap_or(false);
    match right {
        true => Ok(()),
        false => Err(Refusal::field("password", "This is not your password").into()),
    }
}
