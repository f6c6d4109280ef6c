//! Receiving a file: streamed and hashed, never held in memory, stored before it is spoken of.

use super::findings::{self, Reading};
use super::{Label, blob, columns, links, lock_blob};
use crate::audit::Entry;
use crate::relation;
use crate::{Error, Once, Result, Store};
use bytes::Bytes;
use domain::actor::Actor;
use domain::canonical::hex;
use domain::error::Refusal;
use domain::evidence::findings::Format;
use domain::ids::{EvidenceRef, SystemId, SystemRef};
use domain::policy::Action;
use futures::{Stream, StreamExt};
use object_store::{ObjectStoreExt, WriteMultipart, path::Path};
use sha2::{Digest, Sha256};

/// Bytes of one part: the least that S3 takes, and all that is held at once is two of them.
const PART: usize = 5 * 1024 * 1024;
/// Bytes from which the media type is determined.
const HEAD: usize = 8 * 1024;

/// A file that lies in `incoming/`.
struct Received {
    key: Path,
    sha256: [u8; 32],
    size: u64,
    media_type: &'static str,
}

/// What a file says, to the readers and by an earlier mapping.
struct Readings {
    reading: Reading,
    mapped: Option<columns::Mapped>,
}

/// Adds evidence to a system. `once` is the form's token: the same form leads to the same evidence, and so does the same
/// file, as long as the first is not withdrawn.
///
/// Everything that can be refused without the bytes is refused before they are read.
///
/// # Errors
/// A refusal (the file by the field `file`); [`Error::TooLarge`]; [`Error::Interrupted`] when the bytes stop; [`Error::Files`] when they can't
/// be kept; [`Error::Replayed`].
pub async fn receive<S, E>(
    store: &Store,
    actor: &Actor,
    system: SystemRef,
    label: &Label,
    file_name: &str,
    bytes: S,
    once: Option<Once>,
) -> Result<EvidenceRef>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
    E: std::fmt::Display,
{
    let place = prepare(store, actor, system, label, once).await?;
    let received = take_in(store, bytes).await?;
    let done = match domain::evidence::name_fits(file_name, received.media_type) {
        // Read before the transaction: a large file takes a second, and nobody waits for its locks meanwhile.
        true => match findings::look(store, &received.key).await {
            Ok(reading) => {
                let read = Readings { mapped: mapped(store, place, &received.key, &reading).await, reading };
                keep(store, actor, system, label, file_name, (&received, &read), once).await
            }
            Err(error) => Err(error),
        },
        false => Err(Refusal::field("file", "The file is not what the end of its name says. Check it").into()),
    };
    if done.is_err() {
        // What stays behind is swept later.
        let _ = store.files().delete(&received.key).await;
    }
    done
}

/// Asks everything that may be refused without having read the file.
///
/// # Errors
/// As [`receive`].
pub async fn prepare(
    store: &Store,
    actor: &Actor,
    system: SystemRef,
    label: &Label,
    once: Option<Once>,
) -> Result<SystemId> {
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let located = relation::locate(tx.conn(), actor, system, false).await?;
    located.allow_change(actor, Action::EvidenceWrite)?;
    label.check(store.today())?;
    links::check(tx.conn(), located.id.0, label).await?;
    Ok(located.id)
}

/// By what was said of such a table before. Only what no reader of a tool knew.
async fn mapped(store: &Store, system: SystemId, key: &Path, reading: &Reading) -> Option<columns::Mapped> {
    let open = match reading {
        Reading::Says(found) => found.format == Format::Table,
        Reading::Nothing(_) => true,
    };
    if !open {
        return None;
    }
    // An upload does not fail for it: the columns can be said again.
    columns::by_earlier(store, system, key).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "an earlier mapping was not tried");
        None
    })
}

async fn take_in<S, E>(store: &Store, bytes: S) -> Result<Received>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
    E: std::fmt::Display,
{
    let key = Path::from(format!("incoming/{}", store.new_id()));
    let mut upload = WriteMultipart::new_with_chunk_size(store.files().put_multipart(&key).await?, PART);
    match pour(&mut upload, bytes, store.file_max()).await {
        Ok((sha256, size, media_type)) => {
            upload.finish().await?;
            Ok(Received { key, sha256, size, media_type })
        }
        Err(error) => {
            // The first error counts; what stays behind is swept later.
            let _ = upload.abort().await;
            Err(error)
        }
    }
}

/// Hash, size and media type of what was written.
async fn pour<S, E>(upload: &mut WriteMultipart, bytes: S, max: u64) -> Result<([u8; 32], u64, &'static str)>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
    E: std::fmt::Display,
{
    let mut bytes = std::pin::pin!(bytes);
    let (mut hash, mut size, mut head) = (Sha256::new(), 0_u64, Vec::with_capacity(HEAD));
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(|e| Error::Interrupted(e.to_string()))?;
        size += chunk.len() as u64;
        if size > max {
            return Err(Error::TooLarge { max });
        }
        hash.update(&chunk);
        head.extend_from_slice(&chunk[..chunk.len().min(HEAD - head.len())]);
        upload.wait_for_capacity(1).await?;
        upload.write(&chunk);
    }
    if size == 0 {
        return Err(Refusal::field("file", "The file is empty. Choose another one").into());
    }
    Ok((hash.finalize().into(), size, domain::evidence::media_type(&head)))
}

/// Moves the bytes to their place and writes what they are, in one transaction.
async fn keep(
    store: &Store,
    actor: &Actor,
    system: SystemRef,
    label: &Label,
    file_name: &str,
    (file, read): (&Received, &Readings),
    once: Option<Once>,
) -> Result<EvidenceRef> {
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    // Asked again: minutes may have passed.
    let located = relation::locate(tx.conn(), actor, system, true).await?;
    located.allow_change(actor, Action::EvidenceWrite)?;
    links::check(tx.conn(), located.id.0, label).await?;
    lock_blob(tx.conn(), &file.sha256).await?;
    // Also over bytes that are there already: it mends a damaged copy.
    store.files().rename(&file.key, &blob(&file.sha256)).await?;
    // The same file twice is one piece of evidence: whoever sends it again is led to the first.
    let there = sqlx::query_scalar!(
        "select min(number) from evidence where system_id = $1 and sha256 = $2 and withdrawn_at is null",
        located.id.0,
        file.sha256.as_slice()
    )
    .fetch_one(tx.conn())
    .await?;
    if let Some(number) = there {
        return Err(Error::Replayed { location: format!("/evidence/{}", EvidenceRef(number)) });
    }
    let (id, now, file_name) = (tx.new_id(), tx.now(), domain::evidence::file_name(file_name));
    sqlx::query!(
        "insert into evidence_file (sha256, size, media_type, stored_at) values ($1, $2, $3, $4) on conflict do nothing",
        file.sha256.as_slice(),
        i64::try_from(file.size).map_err(|e| Error::Stored(e.to_string()))?,
        file.media_type,
        now
    )
    .execute(tx.conn())
    .await?;
    findings::keep(tx.conn(), &file.sha256, &read.reading, now).await?;
    let number = sqlx::query_scalar!(
        "insert into evidence (id, system_id, sha256, file_name, title, kind, speaks_of, valid_until, note, uploaded_by,
           uploaded_at, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $10) returning number",
        id,
        located.id.0,
        file.sha256.as_slice(),
        file_name,
        label.title,
        label.kind.as_str(),
        label.speaks_of,
        label.valid_until,
        label.note,
        actor.id.0,
        now
    )
    .fetch_one(tx.conn())
    .await?;
    links::set(tx.conn(), id, label).await?;
    if let Some(mapped) = &read.mapped {
        columns::keep(&mut tx, actor, id, mapped).await?;
    }
    let reference = EvidenceRef(number);
    tx.receipt(actor, once, &format!("/evidence/{reference}")).await?;
    let after = serde_json::json!({
        "label": label, "file_name": file_name, "sha256": hex(&file.sha256), "size": file.size,
        "media_type": file.media_type,
    });
    let entry = Entry::new("evidence.add", "evidence", id, reference).related(located.id).after(flat(after));
    tx.commit_content(actor, located.id, entry).await?;
    Ok(reference)
}

/// Puts the label's fields beside the others.
fn flat(mut value: serde_json::Value) -> serde_json::Value {
    if let Some(fields) = value.as_object_mut()
        && let Some(serde_json::Value::Object(label)) = fields.remove("label")
    {
        fields.extend(label);
    }
    value
}
