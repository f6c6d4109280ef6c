//! A file between upload and import. It belongs to the person who uploaded it, survives leaving the page, and is gone
//! after the import or a day later. It is no part of the register yet, so it has no audit event.

use super::known::{self, PossibleOwner};
use super::report::{self, RowReport};
use super::workbook::Place;
use super::{Inventory, Source, allow, run};
use crate::{Error, Result, Store};
use chrono::{DateTime, Duration, Utc};
use domain::actor::Actor;
use domain::import::lists::{Kind, missing};
use domain::import::{self, Field, Guessed, MAX_BYTES, Mapping, Plan, header_signature};
use sqlx::PgConnection;
use uuid::Uuid;

/// How long a file waits for its import.
pub const KEPT: Duration = Duration::days(1);
/// Most files that wait for one person; the oldest goes first.
pub const PER_PERSON: i64 = 5;

/// A file that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The stage.
    pub id: Uuid,
    /// The file's name.
    pub file_name: String,
    /// When it was uploaded.
    pub uploaded_at: DateTime<Utc>,
    /// Whether its columns were mapped already.
    pub mapped: bool,
}

/// A file with what its columns mean: as the person said, as for the last file with these headers, or as guessed.
#[derive(Debug, Clone)]
pub struct Staged {
    /// The stage.
    pub id: Uuid,
    /// The file.
    pub inventory: Inventory,
    /// What its columns mean.
    pub mapping: Mapping,
    /// What it holds.
    pub kind: Kind,
    /// Where the mapping comes from.
    pub origin: Origin,
    /// Why the guess is as it is, whether or not it was taken; empty in a preview.
    pub reasons: Vec<Guessed>,
}

/// Where a mapping comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Saved by the person on this file.
    Chosen,
    /// Kept from the last import of a file with the same headers.
    Remembered,
    /// From headers and content.
    Guessed,
}

/// What the mapping page offers.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// People who can own a system.
    pub owners: Vec<PossibleOwner>,
    /// Names of inventories that were imported before.
    pub sources: Vec<String>,
}

/// Keeps an uploaded file. What can't be read as an inventory is refused at once.
///
/// # Errors
/// A message for the field `file`.
pub async fn put(store: &Store, actor: &Actor, file_name: &str, bytes: Vec<u8>) -> Result<Uuid> {
    put_list(store, actor, Kind::Systems, file_name, bytes).await
}

/// The same for a file that may hold something else.
///
/// # Errors
/// A message for the field `file`.
pub async fn put_list(store: &Store, actor: &Actor, kind: Kind, file_name: &str, bytes: Vec<u8>) -> Result<Uuid> {
    allow(actor)?;
    let inventory = Inventory::read(file_name, bytes.clone(), Place::default()).await?;
    if kind != Kind::Systems
        && let Source::Text(_) = inventory.source
        && let Some(why) = missing(&inventory.table, kind)
    {
        return Err(domain::error::Refusal::field("file", why).into());
    }
    let file_name = inventory.file_name;
    let (id, now) = (store.new_id(), store.now());
    sqlx::query!(
        "insert into import_stage (id, person_id, file_name, content, uploaded_at, kind) values ($1, $2, $3, $4, $5, $6)",
        id,
        actor.id.0,
        file_name,
        bytes,
        now,
        kind.as_str()
    )
    .execute(store.pool())
    .await?;
    sweep(store).await?;
    sqlx::query!(
        "delete from import_stage where person_id = $1 and id not in
           (select id from import_stage where person_id = $1 order by uploaded_at desc, id desc limit $2)",
        actor.id.0,
        PER_PERSON
    )
    .execute(store.pool())
    .await?;
    Ok(id)
}

/// Drops files that waited too long. Returns how many.
pub async fn sweep(store: &Store) -> Result<u64> {
    let before = store.now() - KEPT;
    let gone = sqlx::query!("delete from import_stage where uploaded_at < $1", before).execute(store.pool()).await?;
    Ok(gone.rows_affected())
}

/// The person's files that wait, the newest first.
///
/// # Errors
/// A refusal.
pub async fn list(store: &Store, actor: &Actor) -> Result<Vec<Waiting>> {
    allow(actor)?;
    Ok(sqlx::query_as!(
        Waiting,
        r#"select id, file_name, uploaded_at, mapping is not null as "mapped!" from import_stage
           where person_id = $1 and uploaded_at >= $2 order by uploaded_at desc, id desc"#,
        actor.id.0,
        store.now() - KEPT
    )
    .fetch_all(store.pool())
    .await?)
}

/// Reads a file that waits, with its mapping.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's file.
pub async fn load(store: &Store, actor: &Actor, id: Uuid) -> Result<Staged> {
    open(store, actor, id, true).await
}

/// Guessing takes longer than reading, and only the mapping page shows its reasons.
async fn open(store: &Store, actor: &Actor, id: Uuid, with_reasons: bool) -> Result<Staged> {
    allow(actor)?;
    let found = sqlx::query!(
        "select file_name, content, mapping, sheet, header_row, kind from import_stage
         where id = $1 and person_id = $2 and uploaded_at >= $3",
        id,
        actor.id.0,
        store.now() - KEPT
    )
    .fetch_optional(store.pool())
    .await?
    .ok_or(Error::NotFound)?;
    let place = Place { sheet: found.sheet, header_row: found.header_row.map(i64::unsigned_abs) };
    let inventory = Inventory::read(&found.file_name, found.content, place).await?;
    let kind: Kind = found.kind.parse()?;
    if kind != Kind::Systems {
        let (mapping, reasons) = (Mapping::default(), Vec::new());
        return Ok(Staged { id, inventory, mapping, kind, origin: Origin::Chosen, reasons });
    }
    let chosen: Option<Mapping> = found.mapping.map(serde_json::from_value).transpose()?;
    if let (Some(mapping), false) = (&chosen, with_reasons) {
        return Ok(Staged {
            id,
            inventory,
            mapping: mapping.clone(),
            kind,
            origin: Origin::Chosen,
            reasons: Vec::new(),
        });
    }
    let mut conn = store.pool().acquire().await?;
    let (inventory, proposal) = propose(&mut conn, actor, inventory).await?;
    let (mapping, origin) = match chosen {
        Some(chosen) => (chosen, Origin::Chosen),
        None => (proposal.mapping, proposal.origin),
    };
    Ok(Staged { id, inventory, mapping, kind, origin, reasons: proposal.reasons })
}

/// A mapping that nobody confirmed yet.
pub(super) struct Proposal {
    pub mapping: Mapping,
    pub origin: Origin,
    pub reasons: Vec<Guessed>,
}

/// The mapping of the last file with these headers, or a guess. The importer is proposed as owner of what names none.
pub(super) async fn propose(
    conn: &mut PgConnection,
    actor: &Actor,
    inventory: Inventory,
) -> Result<(Inventory, Proposal)> {
    let signature = header_signature(&inventory.table.headers);
    let kept = sqlx::query_scalar!("select mapping from import_mapping where header_sha256 = $1", signature)
        .fetch_optional(conn)
        .await?;
    let (inventory, guess) = super::beside(move || {
        let guess = import::guess(&inventory.table);
        (inventory, guess)
    })
    .await?;
    // A mapping that an older program kept and this one does not understand is no reason to stop.
    let remembered = kept.and_then(|kept| serde_json::from_value::<Mapping>(kept).ok());
    let origin = if remembered.is_some() { Origin::Remembered } else { Origin::Guessed };
    let mapping = remembered.unwrap_or_else(|| {
        let mut mapping = guess.mapping;
        mapping.source = source_name(&inventory.file_name);
        mapping.defaults.insert(Field::Owner, actor.email.clone());
        mapping
    });
    Ok((inventory, Proposal { mapping, origin, reasons: guess.reasons }))
}

/// "us_2024_inventory.csv" → "us 2024 inventory": a beginning for the inventory's name.
fn source_name(file_name: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    stem.replace(['_', '-'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the mapping page offers.
///
/// # Errors
/// A refusal.
pub async fn choices(store: &Store, actor: &Actor) -> Result<Choices> {
    allow(actor)?;
    let mut conn = store.pool().acquire().await?;
    let owners = known::possible_owners(&mut conn).await?;
    let sources = sqlx::query_scalar!(
        r#"select distinct mapping->>'source' as "source!" from import_mapping
           where mapping->>'source' <> '' order by 1 limit 20"#
    )
    .fetch_all(&mut *conn)
    .await?;
    Ok(Choices { owners, sources })
}

/// Saves what the columns of a file mean.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's file; messages by field.
pub async fn map(store: &Store, actor: &Actor, id: Uuid, mapping: &Mapping) -> Result<()> {
    allow(actor)?;
    run::checked(mapping)?;
    let saved = sqlx::query!(
        "update import_stage set mapping = $3 where id = $1 and person_id = $2",
        id,
        actor.id.0,
        serde_json::to_value(mapping)?
    )
    .execute(store.pool())
    .await?;
    if saved.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Says which part of a workbook is the table. What was said of its columns is forgotten where it was another part.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's file; a message where the workbook has no such sheet, or no table there.
pub async fn place(store: &Store, actor: &Actor, id: Uuid, place: Place) -> Result<()> {
    let staged = open(store, actor, id, false).await?;
    let Source::Workbook(now) = &staged.inventory.source else { return Ok(()) };
    if place.sheet.as_ref() == Some(&now.sheet) && place.header_row == Some(now.header_row) {
        return Ok(());
    }
    let content =
        sqlx::query_scalar!("select content from import_stage where id = $1", id).fetch_one(store.pool()).await?;
    Inventory::read(&staged.inventory.file_name, content, place.clone()).await?;
    let row = place.header_row.and_then(|row| i64::try_from(row).ok());
    sqlx::query!(
        "update import_stage set sheet = $3, header_row = $4, mapping = null where id = $1 and person_id = $2",
        id,
        actor.id.0,
        place.sheet,
        row
    )
    .execute(store.pool())
    .await?;
    Ok(())
}

/// What importing a file would do.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The file and its mapping.
    pub staged: Staged,
    /// The verdicts.
    pub plan: Plan,
    /// What would become of each row.
    pub rows: Vec<RowReport>,
}

/// What importing a file would do now.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's file; a refusal where its mapping is not complete.
pub async fn preview(store: &Store, actor: &Actor, id: Uuid) -> Result<Preview> {
    let mut staged = open(store, actor, id, false).await?;
    if staged.kind != Kind::Systems {
        let mut conn = store.pool().acquire().await?;
        let (inventory, planned) = super::lists::plan(&mut conn, staged.kind, staged.inventory, false).await?;
        staged.inventory = inventory;
        let rows = planned.rows();
        return Ok(Preview { staged, plan: planned.into_plan(), rows });
    }
    let (inventory, plan, rows) = dry_run(store, staged.inventory, &staged.mapping).await?;
    staged.inventory = inventory;
    Ok(Preview { staged, plan, rows })
}

/// What importing an inventory would do now.
pub(super) async fn dry_run(
    store: &Store,
    inventory: Inventory,
    mapping: &Mapping,
) -> Result<(Inventory, Plan, Vec<RowReport>)> {
    run::checked(mapping)?;
    let lookup = known::read(&mut *store.pool().acquire().await?, false).await?;
    let (inventory, plan) = inventory.plan(mapping.clone(), lookup.known).await?;
    let before = report::before(&mut *store.pool().acquire().await?, &plan).await?;
    let rows = report::of(&plan, &before, &lookup.numbers);
    Ok((inventory, plan, rows))
}

/// Drops a file that waits.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's file.
pub async fn discard(store: &Store, actor: &Actor, id: Uuid) -> Result<()> {
    allow(actor)?;
    let gone = sqlx::query!("delete from import_stage where id = $1 and person_id = $2", id, actor.id.0)
        .execute(store.pool())
        .await?;
    if gone.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// The limit of an upload, in bytes, for the door that takes it.
pub const UPLOAD_BYTES: usize = MAX_BYTES;

#[cfg(test)]
mod tests {
    use super::source_name;

    #[test]
    fn a_files_name_suggests_the_inventorys() {
        assert_eq!(source_name("us_2024-inventory v2.csv"), "us 2024 inventory v2");
        assert_eq!(source_name("list"), "list");
    }
}
