//! Making a token.

use crate::audit::Entry;
use crate::people::sign_in::verify_password;
use crate::{Result, Store, Tx};
use chrono::{DateTime, Duration, Utc};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::PersonId;
use domain::token::{self, NewToken, TOKENS_MAX};
use serde_json::json;
use uuid::Uuid;

/// A new token; the only time that its secret is seen.
#[derive(Debug, Clone)]
pub struct Made {
    /// Names it when it is revoked.
    pub id: Uuid,
    /// What goes into `Authorization: Bearer …`.
    pub secret: String,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

/// Makes a personal token: it acts as the person, within its scopes. The password is asked again, so that a session left
/// open is no way to a lasting key.
///
/// # Errors
/// Refusals by field (`password` among them); [`crate::Error::TooMany`].
pub async fn make(store: &Store, actor: &Actor, new: &NewToken, password: &str) -> Result<Made> {
    if actor.token.is_some() {
        return Err(Refusal::forbidden("A token makes no tokens: sign in with the browser").into());
    }
    verify_password(store, actor, password).await?;
    let mut tx = store.begin().await?;
    let (made, entry) = insert(&mut tx, store, actor.id, actor.id, new).await?;
    tx.commit(actor, entry).await?;
    Ok(made)
}

/// Writes a token of `person`, answered for by `owner`; the caller has asked whether that may be, and commits.
pub(super) async fn insert(
    tx: &mut Tx,
    store: &Store,
    person: PersonId,
    owner: PersonId,
    new: &NewToken,
) -> Result<(Made, Entry)> {
    // Whoever makes two at once waits here, so that the limit holds.
    sqlx::query!("select id from person where id = $1 for no key update", person.0).fetch_one(tx.conn()).await?;
    let now = tx.now();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "n!" from api_token where person_id = $1 and revoked_at is null and expires_at > $2"#,
        person.0,
        now
    )
    .fetch_one(tx.conn())
    .await?;
    if count >= TOKENS_MAX {
        return Err(Refusal::not_now(format!("{TOKENS_MAX} tokens are in force: revoke one first")).into());
    }
    let secret = token::secret(&store.env().secret());
    let hash = domain::canonical::sha256(secret.as_bytes());
    let hint = &secret[secret.len() - 4..];
    let made = Made { id: tx.new_id(), expires_at: now + Duration::days(new.days.into()), secret: secret.clone() };
    let scopes: Vec<String> = new.scopes.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into api_token (id, person_id, owner_id, name, secret_sha256, hint, scopes, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        made.id,
        person.0,
        owner.0,
        new.name,
        &hash[..],
        hint,
        &scopes,
        now,
        made.expires_at
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::new("token.make", "token", made.id, &new.name)
        .related(person)
        .after(json!({ "scopes": new.scopes, "expires_at": made.expires_at, "hint": hint }));
    Ok((made, entry))
}
