//! What the columns of a table mean, where a person says it: the file is read by that, and so is the next one with the same
//! columns of the same system.

use super::findings::local;
use super::{blob, find};
use crate::audit::Entry;
use crate::{Error, Result, Store, Tx};
use domain::actor::Actor;
use domain::canonical::sha256;
use domain::error::Refusal;
use domain::evidence::findings::Findings;
use domain::evidence::read::table::{self, Mapping};
use domain::ids::{EvidenceRef, SystemId};
use domain::policy::Action;
use object_store::path::Path;
use serde_json::json;
use std::fs::File;
use uuid::Uuid;

/// What a person chooses from.
#[derive(Debug, Clone)]
pub struct Choices {
    /// The columns of the table, or the keys of the object, in their order.
    pub columns: Vec<String>,
    /// Whether the file has no rows, only keys.
    pub keys: bool,
    /// What stands now: said before, or guessed.
    pub mapping: Option<Mapping>,
    /// Whether a person said it.
    pub said: bool,
}

/// A table that was read by a mapping.
#[derive(Debug, Clone)]
pub(super) struct Mapped {
    mapping: Mapping,
    findings: Findings,
}

/// The columns under one name, whatever the file.
fn shape(columns: &[String]) -> [u8; 32] {
    sha256(columns.join("\u{1f}").as_bytes())
}

/// Runs a reader where blocking is allowed.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Stored(e.to_string()))
}

/// What the columns of a piece of evidence are, and what they mean so far.
///
/// # Errors
/// [`Error::NotFound`]; a refusal where the file is no table.
pub async fn choices(store: &Store, actor: &Actor, reference: EvidenceRef) -> Result<Choices> {
    let mut conn = store.pool().acquire().await?;
    let found = find(&mut conn, actor, reference, false).await?;
    let row = sqlx::query!(
        r#"select e.sha256 as "sha256!", r.mapping from evidence e join evidence_reading r on r.evidence_id = e.id
           where e.id = $1"#,
        found.id
    )
    .fetch_one(&mut *conn)
    .await?;
    drop(conn);
    let said: Option<Mapping> = row.mapping.map(serde_json::from_value).transpose()?;
    let file = local(store, &key(&row.sha256)?).await?;
    let (columns, guess, keys) = blocking(move || look(file)).await??;
    Ok(Choices { columns, keys, said: said.is_some(), mapping: said.or(guess) })
}

fn key(sha256: &[u8]) -> Result<Path> {
    let hash: [u8; 32] = sha256.try_into().map_err(|_| Error::Stored("no SHA-256".to_owned()))?;
    Ok(blob(&hash))
}

fn look(mut file: File) -> Result<(Vec<String>, Option<Mapping>, bool)> {
    let no_table = |why: domain::evidence::read::Unreadable| Refusal::not_now(format!("This file is no table: {why}"));
    let (columns, keys) = table::columns(&mut file).map_err(no_table)?;
    if columns.is_empty() {
        return Err(Refusal::not_now("This file has no columns that could be chosen from").into());
    }
    Ok((columns, table::guess(&mut file).ok().flatten(), keys))
}

/// Says what the columns mean: the file is read by it at once, and the next one with these columns too. One event.
///
/// # Errors
/// A refusal where the file does not hold what the mapping names.
pub async fn say(store: &Store, actor: &Actor, reference: EvidenceRef, mapping: &Mapping) -> Result<()> {
    let mut conn = store.pool().acquire().await?;
    let found = find(&mut conn, actor, reference, false).await?;
    found.system.allow_change(actor, Action::EvidenceWrite)?;
    let row =
        sqlx::query!("select sha256, withdrawn_at from evidence where id = $1", found.id).fetch_one(&mut *conn).await?;
    drop(conn);
    if row.withdrawn_at.is_some() {
        return Err(Refusal::not_now("It was withdrawn: it counts for nothing").into());
    }
    let file = local(store, &key(&row.sha256)?).await?;
    let (asked, columns) = {
        let mapping = mapping.clone();
        blocking(move || read(file, mapping)).await?
    }
    .map_err(|why| Refusal::field("metrics", why))?;
    let mut tx = store.begin().await?;
    // Asked again: reading may have taken a while.
    let found = find(tx.conn(), actor, reference, true).await?;
    found.system.allow_change(actor, Action::EvidenceWrite)?;
    let now = tx.now();
    sqlx::query!(
        "insert into table_mapping (system_id, columns_sha256, body, changed_at, changed_by) values ($1, $2, $3, $4, $5)
         on conflict (system_id, columns_sha256) do update set body = excluded.body, version = table_mapping.version + 1,
           changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        found.system.id.0,
        &shape(&columns)[..],
        serde_json::to_value(mapping)?,
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    keep(&mut tx, actor, found.id, &asked).await?;
    let entry = Entry::new("evidence.map", "evidence", found.id, reference).related(found.system.id);
    let after = json!({ "mapping": mapping, "says": asked.findings.summary() });
    tx.commit_content(actor, found.system.id, entry.after(after)).await
}

/// By a mapping; the columns with it. Why not, in words.
fn read(mut file: File, mapping: Mapping) -> std::result::Result<(Mapped, Vec<String>), String> {
    let (columns, _) = table::columns(&mut file).map_err(|why| why.to_string())?;
    let findings = table::read_with(&mut file, &mapping).map_err(|why| format!("It can\u{2019}t be read so: {why}"))?;
    if findings.metrics.is_empty() {
        return Err("No value was found that way. Choose other columns".to_owned());
    }
    Ok((Mapped { mapping, findings }, columns))
}

/// A file that just came, by what was said of such columns before; none where nothing was, or where it does not fit.
pub(super) async fn by_earlier(store: &Store, system: SystemId, key: &Path) -> Result<Option<Mapped>> {
    let many =
        sqlx::query_scalar!(r#"select exists (select from table_mapping where system_id = $1) as "any!""#, system.0)
            .fetch_one(store.pool())
            .await?;
    if !many {
        return Ok(None);
    }
    let mut file = local(store, key).await?;
    let Ok((columns, _)) = blocking(move || table::columns(&mut file)).await? else { return Ok(None) };
    let earlier = sqlx::query_scalar!(
        "select body from table_mapping where system_id = $1 and columns_sha256 = $2",
        system.0,
        &shape(&columns)[..]
    )
    .fetch_optional(store.pool())
    .await?;
    let Some(earlier) = earlier else { return Ok(None) };
    let (mapping, file) = (serde_json::from_value(earlier)?, local(store, key).await?);
    Ok(blocking(move || read(file, mapping)).await?.ok().map(|(mapped, _)| mapped))
}

/// Writes the reading beside the evidence.
pub(super) async fn keep(tx: &mut Tx, actor: &Actor, evidence: Uuid, mapped: &Mapped) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now());
    sqlx::query!(
        "insert into mapped_reading (id, evidence_id, mapping, body, summary, read_at, read_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        evidence,
        serde_json::to_value(&mapped.mapping)?,
        serde_json::to_value(&mapped.findings)?,
        mapped.findings.summary(),
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
