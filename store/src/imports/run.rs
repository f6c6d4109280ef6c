//! Importing: all valid rows in one transaction with one audit event, or nothing. A fixed number of statements,
//! whatever the number of rows (approvals of changed systems are compared one by one).

use super::known::{self, Lookup};
use super::report::{self, RowReport};
use super::rows::{Row, Rows};
use super::workbook::Place;
use super::{Inventory, allow, hex};
use crate::audit::Entry;
use crate::{Error, Once, Result, Store, Tx};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::SystemId;
use domain::import::lists::Kind;
use domain::import::{Mapping, Plan, header_signature, rejected_csv};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Two imports at once would create the same systems: the second waits. Any number; no other lock uses it.
const ONE_AT_A_TIME: i64 = 0x1419_0DE5;

/// An import that was carried out.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The run.
    pub id: Uuid,
    /// What became of each row.
    pub plan: Plan,
}

/// Imports a staged file with its mapping and drops the stage. `once` is the form's token.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's file; a refusal where the mapping is not complete; [`Error::Replayed`].
pub async fn staged(store: &Store, actor: &Actor, stage: Uuid, once: Option<Once>) -> Result<Uuid> {
    allow(actor)?;
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let found = sqlx::query!(
        "select file_name, content, mapping, sheet, header_row, kind from import_stage
         where id = $1 and person_id = $2 for update",
        stage,
        actor.id.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let place = Place { sheet: found.sheet, header_row: found.header_row.map(i64::unsigned_abs) };
    let inventory = Inventory::read(&found.file_name, found.content, place).await?;
    sqlx::query!("delete from import_stage where id = $1", stage).execute(tx.conn()).await?;
    let kind: Kind = found.kind.parse()?;
    if kind != Kind::Systems {
        return Ok(super::lists::carry_out(tx, actor, kind, inventory, once).await?.0);
    }
    let mapping = found.mapping.ok_or_else(|| Refusal::not_now("Choose first what the columns mean"))?;
    Ok(carry_out(tx, actor, inventory, serde_json::from_value(mapping)?, once).await?.id)
}

/// Imports an inventory that was read.
///
/// # Errors
/// A refusal.
pub async fn inventory(store: &Store, actor: &Actor, inventory: Inventory, mapping: Mapping) -> Result<Imported> {
    allow(actor)?;
    let tx = store.begin().await?;
    carry_out(tx, actor, inventory, mapping, None).await
}

async fn carry_out(
    mut tx: Tx,
    actor: &Actor,
    inventory: Inventory,
    mapping: Mapping,
    once: Option<Once>,
) -> Result<Imported> {
    checked(&mapping)?;
    one_at_a_time(&mut tx).await?;
    let mut lookup = known::read(tx.conn(), true).await?;
    let (inventory, plan) = inventory.plan(mapping.clone(), lookup.known.clone()).await?;
    let before = report::before(tx.conn(), &plan).await?;
    let units = add_units(&mut tx, &plan, &mut lookup).await?;
    let rows = Rows::of(&plan, &lookup, || tx.new_id())?;
    let created = create(&mut tx, actor, &rows.create).await?;
    let updated = update(&mut tx, actor, &rows.update).await?;
    lookup.numbers.extend(created.iter().map(|w| (w.source_key.clone(), w.number)));
    let id = tx.new_id();
    let report = serde_json::to_string(&report::of(&plan, &before, &lookup.numbers))?;
    keep_mapping(&mut tx, actor, &inventory, &mapping).await?;
    keep_run(&mut tx, actor, id, &inventory, &plan, &report, Kind::Systems).await?;
    for system in updated.iter().filter(|w| w.decided) {
        crate::reviews::staleness::refresh(&mut tx, SystemId(system.id)).await?;
    }
    tx.receipt(actor, once, &format!("/admin/import/runs/{id}")).await?;
    let mut entry = Entry::new("inventory.import", "import", id, &inventory.file_name).after(json!({
        "file_sha256": hex(&inventory.sha256),
        "inventory": mapping.source,
        "counts": plan.counts,
        "created": report::ranges(created.iter().map(|w| w.number).collect()),
        "updated": report::ranges(updated.iter().map(|w| w.number).collect()),
        "business_units": units,
        "report_sha256": hex(&Sha256::digest(&report)),
    }));
    for system in created.iter().chain(&updated) {
        entry = entry.related(system.id);
    }
    tx.commit(actor, entry).await?;
    Ok(Imported { id, plan })
}

/// Waits for another import that is under way.
pub(super) async fn one_at_a_time(tx: &mut Tx) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1)", ONE_AT_A_TIME).execute(tx.conn()).await?;
    Ok(())
}

/// What every import needs of its mapping.
pub(super) fn checked(mapping: &Mapping) -> Result<()> {
    if mapping.source.trim().is_empty() {
        return Err(Refusal::field("source", "Enter the inventory's name").into());
    }
    if !mapping.columns.contains_key(&domain::import::Field::Name) {
        return Err(Refusal::field("column-name", "Choose the column that holds the names of the systems").into());
    }
    Ok(())
}

async fn add_units(tx: &mut Tx, plan: &Plan, lookup: &mut Lookup) -> Result<Vec<String>> {
    let names = report::new_units(plan, lookup);
    if names.is_empty() {
        return Ok(names);
    }
    let (ids, now): (Vec<Uuid>, _) = (names.iter().map(|_| tx.new_id()).collect(), tx.now());
    sqlx::query!(
        "insert into business_unit (id, name, created_at)
         select id, name, $3 from unnest($1::uuid[], $2::text[]) as new(id, name)",
        &ids,
        &names,
        now
    )
    .execute(tx.conn())
    .await
    .map_err(|e| match &e {
        sqlx::Error::Database(db) if db.constraint() == Some("business_unit_name_key") => Error::Busy,
        _ => e.into(),
    })?;
    lookup.units.extend(names.iter().cloned().zip(ids));
    Ok(names)
}

/// A system that was written.
struct Written {
    id: Uuid,
    number: i64,
    source_key: String,
    decided: bool,
}

async fn create(tx: &mut Tx, actor: &Actor, rows: &[Row]) -> Result<Vec<Written>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let now = tx.now();
    Ok(sqlx::query_as!(
        Written,
        r#"insert into system (id, name, purpose, business_unit_id, owner_id, stage, kind, sourcing, vendor,
             intended_users, affected_groups, data_categories, autonomy, oversight, runs_where, source_key, source_hash,
             source_row, created_at, created_by, changed_at, changed_by)
           select r.id, r.name, r.purpose, r.business_unit_id, r.owner_id, r.stage, r.kind, r.sourcing, r.vendor,
             r.intended_users, r.affected_groups, coalesce(r.data_categories, '{}'), r.autonomy, r.oversight,
             r.runs_where, r.source_key, r.source_hash, r.source_row, $2, $3, $2, $3
           from jsonb_to_recordset($1) as r(line bigint, id uuid, source_key text, source_hash text, source_row jsonb,
             name text, purpose text, business_unit_id uuid, owner_id uuid, stage text, kind text, sourcing text,
             vendor text, intended_users text, affected_groups text, data_categories text[], autonomy text,
             oversight text, runs_where text)
           order by r.line
           returning id, number, source_key as "source_key!", false as "decided!""#,
        serde_json::to_value(rows)?,
        now,
        actor.id.0
    )
    .fetch_all(tx.conn())
    .await?)
}

/// What a row does not say stays as it is.
async fn update(tx: &mut Tx, actor: &Actor, rows: &[Row]) -> Result<Vec<Written>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let now = tx.now();
    Ok(sqlx::query_as!(
        Written,
        r#"update system s set name = r.name, purpose = coalesce(r.purpose, s.purpose),
             business_unit_id = coalesce(r.business_unit_id, s.business_unit_id),
             owner_id = coalesce(r.owner_id, s.owner_id), stage = coalesce(r.stage, s.stage),
             kind = coalesce(r.kind, s.kind), sourcing = coalesce(r.sourcing, s.sourcing),
             vendor = coalesce(r.vendor, s.vendor), intended_users = coalesce(r.intended_users, s.intended_users),
             affected_groups = coalesce(r.affected_groups, s.affected_groups),
             data_categories = coalesce(r.data_categories, s.data_categories),
             autonomy = coalesce(r.autonomy, s.autonomy), oversight = coalesce(r.oversight, s.oversight),
             runs_where = coalesce(r.runs_where, s.runs_where), source_hash = r.source_hash,
             source_row = r.source_row, version = s.version + 1, changed_at = $2, changed_by = $3
           from jsonb_to_recordset($1) as r(source_key text, source_hash text, source_row jsonb, name text,
             purpose text, business_unit_id uuid, owner_id uuid, stage text, kind text, sourcing text, vendor text,
             intended_users text, affected_groups text, data_categories text[], autonomy text, oversight text,
             runs_where text)
           where s.source_key = r.source_key
           returning s.id, s.number, s.source_key as "source_key!", s.decision_id is not null as "decided!""#,
        serde_json::to_value(rows)?,
        now,
        actor.id.0
    )
    .fetch_all(tx.conn())
    .await?)
}

/// The same headers next time are read the same way.
async fn keep_mapping(tx: &mut Tx, actor: &Actor, inventory: &Inventory, mapping: &Mapping) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "insert into import_mapping (header_sha256, mapping, saved_by, saved_at) values ($1, $2, $3, $4)
         on conflict (header_sha256) do update set mapping = $2, saved_by = $3, saved_at = $4",
        header_signature(&inventory.table.headers),
        serde_json::to_value(mapping)?,
        actor.id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn keep_run(
    tx: &mut Tx,
    actor: &Actor,
    id: Uuid,
    inventory: &Inventory,
    plan: &Plan,
    report: &str,
    kind: Kind,
) -> Result<()> {
    let (counts, now) = (plan.counts, tx.now());
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    // Postgres keeps no NUL; such a cell was read without it too.
    let rejected = rejected_csv(&inventory.table, plan).replace('\0', "");
    sqlx::query!(
        "insert into import_run (id, file_name, file_sha256, imported_by, imported_at, rows_created, rows_updated,
           rows_unchanged, rows_duplicate, rows_rejected, rejected_csv, report, kind)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        id,
        inventory.file_name,
        inventory.sha256.as_slice(),
        actor.id.0,
        now,
        count(counts.create),
        count(counts.update),
        count(counts.unchanged),
        count(counts.duplicate),
        count(counts.rejected),
        rejected,
        report,
        kind.as_str()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The rows of a kept report.
pub(super) fn read_report(text: &str) -> Result<Vec<RowReport>> {
    Ok(serde_json::from_str(text)?)
}
