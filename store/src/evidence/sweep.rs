//! Taking away what interrupted uploads left. What a row speaks of is never touched.

use super::{lock_blob, verify::orphans};
use crate::{Result, Store};
use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;
use object_store::{ObjectStoreExt, path::Path};
use serde::Serialize;

/// How long a file may be without a row: longer than any upload takes.
pub const GRACE: TimeDelta = TimeDelta::hours(1);

/// What was taken away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Uploads that never ended.
    pub incoming: u64,
    /// Files that no row speaks of.
    pub files: u64,
}

/// Sweeps. Run it at the start and every hour; several programs may do it at once.
///
/// # Errors
/// When the database or the file store can't be read.
pub async fn sweep(store: &Store) -> Result<Swept> {
    let before = store.now() - GRACE;
    let mut swept = Swept { incoming: half_written(store, before).await?, files: 0 };
    let mut uploads = store.files().list(Some(&Path::from("incoming")));
    while let Some(meta) = uploads.try_next().await? {
        if meta.last_modified < before {
            swept.incoming += u64::from(remove(store, &meta.location).await?);
        }
    }
    for file in orphans(store).await?.into_iter().filter(|f| f.modified < before) {
        swept.files += u64::from(match file.sha256 {
            Some(sha256) => remove_unless_used(store, &file.key, &sha256, before).await?,
            None => remove(store, &file.key).await?,
        });
    }
    Ok(swept)
}

/// The same bytes may arrive again while we look: asked once more under the lock that storing takes too.
async fn remove_unless_used(store: &Store, key: &Path, sha256: &[u8; 32], before: DateTime<Utc>) -> Result<bool> {
    let mut tx = store.begin().await?;
    lock_blob(tx.conn(), sha256).await?;
    let used = sqlx::query_scalar!("select sha256 from evidence_file where sha256 = $1", sha256.as_slice())
        .fetch_optional(tx.conn())
        .await?
        .is_some();
    let old = match store.files().head(key).await {
        Ok(meta) => meta.last_modified < before,
        Err(object_store::Error::NotFound { .. }) => false,
        Err(error) => return Err(error.into()),
    };
    if used || !old { Ok(false) } else { remove(store, key).await }
}

async fn remove(store: &Store, key: &Path) -> Result<bool> {
    match store.files().delete(key).await {
        Ok(()) => Ok(true),
        Err(object_store::Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A local object store writes to `<key>#<n>` first and does not list such files; after a kill they stay.
async fn half_written(store: &Store, before: DateTime<Utc>) -> Result<u64> {
    let Some(folder) = store.folder() else { return Ok(0) };
    let Ok(mut entries) = tokio::fs::read_dir(folder.join("incoming")).await else { return Ok(0) };
    let mut removed = 0;
    while let Ok(Some(entry)) = entries.next_entry().await {
        let half = entry.file_name().to_string_lossy().contains('#');
        let Ok(modified) = entry.metadata().await.and_then(|m| m.modified()) else { continue };
        if half && DateTime::<Utc>::from(modified) < before && tokio::fs::remove_file(entry.path()).await.is_ok() {
            removed += 1;
        }
    }
    Ok(removed)
}
