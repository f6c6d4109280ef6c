//! Sending a file back. Its hash is checked at every download, twice: the whole file before the first byte is sent, and
//! again while it is sent, with the last piece held back until the hash is right. What does not match never arrives whole.

use super::{blob, find};
use crate::{Error, Result, Store};
use bytes::Bytes;
use domain::actor::Actor;
use domain::canonical::hex;
use domain::ids::EvidenceRef;
use futures::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use sha2::{Digest, Sha256};

/// A file on its way out.
pub struct Download {
    /// As it was called.
    pub file_name: String,
    /// As we determined it, never as the uploader said.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// The bytes; an error in the end means that they must not be used.
    pub bytes: BoxStream<'static, Result<Bytes>>,
}

/// Opens a file for somebody who may see it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Damaged`] when the stored bytes are not what they were.
pub async fn open(store: &Store, actor: &Actor, reference: EvidenceRef) -> Result<Download> {
    let mut conn = store.pool().acquire().await?;
    let found = find(&mut conn, actor, reference, false).await?;
    let row = sqlx::query!(
        "select e.file_name, e.sha256, f.media_type, f.size from evidence e join evidence_file f on f.sha256 = e.sha256
         where e.id = $1",
        found.id
    )
    .fetch_one(&mut *conn)
    .await?;
    drop(conn);
    match examine(store, &row.sha256).await? {
        Condition::Intact { .. } => {}
        Condition::Missing => return Err(damaged(&row.sha256, "is missing")),
        Condition::Altered { .. } => return Err(damaged(&row.sha256, "was altered")),
    }
    let bytes = store.files().get(&blob(&row.sha256)).await?.into_stream().map_err(Error::from);
    Ok(Download {
        file_name: row.file_name,
        media_type: row.media_type,
        size: row.size.unsigned_abs(),
        sha256: hex(&row.sha256),
        bytes: checked(bytes.boxed(), row.sha256).boxed(),
    })
}

/// How stored bytes stand to their hash.
pub(super) enum Condition {
    /// As they were.
    Intact {
        /// How many.
        size: u64,
    },
    /// Not there.
    Missing,
    /// Other bytes.
    Altered {
        /// Their hash.
        found: [u8; 32],
    },
}

/// Reads the bytes of a hash to their end.
pub(super) async fn examine(store: &Store, sha256: &[u8]) -> Result<Condition> {
    let file = match store.files().get(&blob(sha256)).await {
        Ok(file) => file,
        Err(object_store::Error::NotFound { .. }) => return Ok(Condition::Missing),
        Err(error) => return Err(error.into()),
    };
    let (mut bytes, mut hash, mut size) = (file.into_stream(), Sha256::new(), 0);
    while let Some(chunk) = bytes.try_next().await? {
        hash.update(&chunk);
        size += chunk.len() as u64;
    }
    let found: [u8; 32] = hash.finalize().into();
    Ok(if found.as_slice() == sha256 { Condition::Intact { size } } else { Condition::Altered { found } })
}

fn damaged(sha256: &[u8], why: &'static str) -> Error {
    Error::Damaged { sha256: hex(sha256), why }
}

/// Passes bytes on one piece late; the last one only when all of them give the hash.
fn checked(
    bytes: BoxStream<'static, Result<Bytes>>,
    sha256: Vec<u8>,
) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
    struct State {
        bytes: BoxStream<'static, Result<Bytes>>,
        hash: Sha256,
        held: Option<Bytes>,
        ended: bool,
    }
    let start = State { bytes, hash: Sha256::new(), held: None, ended: false };
    stream::try_unfold((start, sha256), |(mut state, sha256)| async move {
        loop {
            if state.ended {
                return Ok(None);
            }
            match state.bytes.try_next().await? {
                Some(chunk) => {
                    state.hash.update(&chunk);
                    if let Some(earlier) = state.held.replace(chunk) {
                        return Ok(Some((earlier, (state, sha256))));
                    }
                }
                None => {
                    let found = std::mem::take(&mut state.hash).finalize();
                    if found.as_slice() != sha256.as_slice() {
                        return Err(damaged(&sha256, "was altered while it was sent"));
                    }
                    state.ended = true;
                    if let Some(last) = state.held.take() {
                        return Ok(Some((last, (state, sha256))));
                    }
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(texts: &[&'static str]) -> BoxStream<'static, Result<Bytes>> {
        stream::iter(texts.iter().map(|t| Ok(Bytes::from_static(t.as_bytes()))).collect::<Vec<_>>()).boxed()
    }

    #[tokio::test]
    async fn the_last_piece_waits_for_the_hash() {
        let sha256 = domain::canonical::sha256(b"one two three").to_vec();
        let good: Vec<_> = checked(pieces(&["one ", "two ", "three"]), sha256.clone()).collect().await;
        let good: Vec<Bytes> = good.into_iter().map(|piece| piece.unwrap()).collect();
        assert_eq!(good.concat(), b"one two three");
        let bad: Vec<_> = checked(pieces(&["one ", "two ", "thre3"]), sha256).collect().await;
        assert_eq!(bad.len(), 3, "two pieces and the error");
        assert!(matches!(bad[2], Err(Error::Damaged { .. })));
    }
}
