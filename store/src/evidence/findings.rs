//! What a result file says: read when it arrives, kept beside it, and read anew by newer readers.

use super::blob;
use crate::{Error, Result, Store};
use domain::canonical::hex;
use domain::evidence::findings::Findings;
use domain::evidence::read::{self, READERS, Unreadable};
use futures::TryStreamExt as _;
use object_store::{GetResultPayload, ObjectStoreExt as _, path::Path};
use sqlx::PgConnection;
use std::fs::File;
use std::io::Write as _;

/// Files that are read anew in one go of [`catch_up`].
const AT_ONCE: i64 = 20;
/// Longest reason, in characters.
const WHY_MAX: usize = 500;

/// What reading a file came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// What it says.
    Says(Box<Findings>),
    /// No result file, or a broken one: why.
    Nothing(String),
}

/// Reads a file of the store. A file that can't be read is a reading too: only a store that fails is an error.
pub(super) async fn look(store: &Store, key: &Path) -> Result<Reading> {
    let mut file = local(store, key).await?;
    let read = tokio::task::spawn_blocking(move || read::read(&mut file)).await;
    match read {
        Ok(Ok(findings)) => Ok(Reading::Says(Box::new(findings))),
        Ok(Err(Unreadable::Stream(why))) => Err(Error::Stored(why)),
        Ok(Err(why)) => Ok(Reading::Nothing(why.to_string().chars().take(WHY_MAX).collect())),
        // No file may bring down an upload; what was in it is kept all the same.
        Err(_) => Ok(Reading::Nothing("the reader of this format failed on it".to_owned())),
    }
}

/// The file itself, or a copy without a name: readers go back to the start.
pub(super) async fn local(store: &Store, key: &Path) -> Result<File> {
    match store.files().get(key).await?.payload {
        GetResultPayload::File(file, _) => Ok(file),
        GetResultPayload::Stream(mut bytes) => {
            let mut file = tempfile::tempfile().map_err(|e| Error::Stored(e.to_string()))?;
            while let Some(chunk) = bytes.try_next().await? {
                file.write_all(&chunk).map_err(|e| Error::Stored(e.to_string()))?;
            }
            Ok(file)
        }
    }
}

/// Keeps a reading beside its file.
pub(super) async fn keep(
    conn: &mut PgConnection,
    sha256: &[u8],
    reading: &Reading,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    let (body, summary, unread) = match reading {
        Reading::Says(findings) => (Some(serde_json::to_value(findings)?), Some(findings.summary()), None),
        Reading::Nothing(why) => (None, None, Some(why)),
    };
    sqlx::query!(
        "insert into evidence_findings (sha256, readers, body, summary, unread, read_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
        sha256,
        READERS,
        body,
        summary,
        unread,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The newest reading of a file; none while nobody has read it.
pub(super) fn kept(body: Option<serde_json::Value>, unread: Option<String>) -> Result<Option<Reading>> {
    Ok(match (body, unread) {
        (Some(body), _) => Some(Reading::Says(serde_json::from_value(body)?)),
        (None, Some(why)) => Some(Reading::Nothing(why)),
        (None, None) => None,
    })
}

/// Reads files that today's readers have not seen: those from before there were readers, and all of them after an update.
/// How many.
///
/// # Errors
/// A database or file store that can't be reached. A file that is missing or damaged is passed over: `evidence verify`
/// names it.
pub async fn catch_up(store: &Store) -> Result<u64> {
    let files = sqlx::query_scalar!(
        "select f.sha256 from evidence_file f
         where not exists (select from evidence_findings x where x.sha256 = f.sha256 and x.readers = $1)
           and exists (select from evidence e where e.sha256 = f.sha256)
         order by f.stored_at desc, f.sha256 limit $2",
        READERS,
        AT_ONCE
    )
    .fetch_all(store.pool())
    .await?;
    let mut done = 0;
    for sha256 in files {
        let Ok(hash) = <[u8; 32]>::try_from(sha256.as_slice()) else { continue };
        match look(store, &blob(&hash)).await {
            Ok(reading) => {
                let mut conn = store.pool().acquire().await?;
                keep(&mut conn, &sha256, &reading, store.now()).await?;
                done += 1;
            }
            Err(error) => tracing::warn!(%error, sha256 = hex(&sha256), "not read"),
        }
    }
    Ok(done)
}
