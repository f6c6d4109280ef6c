//! What came out for each sample of a file: read again from the file when two runs are compared, and not kept.

use super::blob;
use super::findings::local;
use crate::{Error, Result, Store};
use domain::evidence::read::outcomes::{self, Outcomes};
use object_store::ObjectStoreExt as _;

/// Largest file that is read again for a comparison, in bytes: what a person waits for.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The outcomes of a file by its SHA-256. A file that has none, or is too large to wait for, says so.
pub(crate) async fn of_file(store: &Store, sha256: &str) -> Result<Outcomes> {
    let hash = domain::canonical::unhex32(sha256).ok_or_else(|| Error::Stored("no SHA-256".to_owned()))?;
    let key = blob(&hash);
    if store.files().head(&key).await?.size > BYTES_MAX {
        return Ok(Outcomes::none("the file is too large to be compared sample by sample here"));
    }
    let mut file = local(store, &key).await?;
    let read = tokio::task::spawn_blocking(move || outcomes::read(&mut file)).await;
    match read {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(why)) => Ok(Outcomes::none(why.to_string())),
        // No file may bring down a page.
        Err(_) => Ok(Outcomes::none("the reader of this format failed on it")),
    }
}
