//! The public halves of the keys that this instance signs with. The secret half lies in a file of the program's, never in
//! the register.

use crate::audit::Entry;
use crate::tx::Who;
use crate::{Result, Store};
use chrono::{DateTime, Utc};
use domain::canonical::{hex, sha256};
use serde_json::json;

/// A key that answers were signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The first 16 hexadecimal digits of its SHA-256.
    pub id: String,
    /// Ed25519, 32 bytes.
    pub public: Vec<u8>,
    /// Since when.
    pub added_at: DateTime<Utc>,
}

/// How a key is named.
#[must_use]
pub fn id_of(public: &[u8; 32]) -> String {
    hex(&sha256(public)[..8])
}

/// Notes a key that the program signs with from now on; once.
///
/// # Errors
/// A database that can't be reached.
pub async fn note(store: &Store, public: &[u8; 32]) -> Result<()> {
    let (id, mut tx) = (id_of(public), store.begin().await?);
    let now = tx.now();
    let added = sqlx::query!(
        "insert into signing_key (id, public_key, added_at) values ($1, $2, $3) on conflict do nothing",
        id,
        &public[..],
        now
    )
    .execute(tx.conn())
    .await?;
    if added.rows_affected() == 0 {
        return Ok(());
    }
    let entry = Entry::new("signing_key.add", "signing_key", None, &id).after(json!({ "public_key": hex(public) }));
    tx.commit(Who::Program("first start"), entry).await
}

/// All of them, newest first.
///
/// # Errors
/// A database that can't be reached.
pub async fn all(store: &Store) -> Result<Vec<Key>> {
    let rows = sqlx::query_as!(
        Key,
        r#"select id, public_key as "public", added_at from signing_key order by added_at desc, id"#
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows)
}
