//! Imports so far: the list, one with its rows, and its rejected rows as a file.

use super::allow;
use super::report::RowReport;
use super::run::read_report;
use crate::{Error, Result, Store};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use uuid::Uuid;

/// Imports on the first page.
const SHOWN: i64 = 50;

/// One import that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The run.
    pub id: Uuid,
    /// The file's name.
    pub file_name: String,
    /// SHA-256 of its bytes.
    pub file_sha256: Vec<u8>,
    /// Who imported it.
    pub imported_by: String,
    /// When.
    pub imported_at: DateTime<Utc>,
    /// New systems.
    pub created: i32,
    /// Systems that changed.
    pub updated: i32,
    /// Systems that said the same already.
    pub unchanged: i32,
    /// Rows that were copies of another.
    pub duplicate: i32,
    /// Rows that did not go in.
    pub rejected: i32,
    /// What the file held.
    pub kind: String,
}

impl Run {
    /// Rows of the file; what became of them adds up to this.
    pub fn rows(&self) -> i32 {
        self.created + self.updated + self.unchanged + self.duplicate + self.rejected
    }
}

/// The newest imports.
///
/// # Errors
/// A refusal.
pub async fn list(store: &Store, actor: &Actor) -> Result<Vec<Run>> {
    allow(actor)?;
    Ok(sqlx::query_as!(
        Run,
        r#"select i.id, i.file_name, i.file_sha256, p.name as imported_by, i.imported_at, i.rows_created as created,
             i.rows_updated as updated, i.rows_unchanged as unchanged, i.rows_duplicate as duplicate,
             i.rows_rejected as rejected, i.kind
           from import_run i join person p on p.id = i.imported_by order by i.imported_at desc, i.id desc limit $1"#,
        SHOWN
    )
    .fetch_all(store.pool())
    .await?)
}

/// One import and what became of each row.
///
/// # Errors
/// [`Error::NotFound`], or a refusal.
pub async fn get(store: &Store, actor: &Actor, id: Uuid) -> Result<(Run, Vec<RowReport>)> {
    allow(actor)?;
    let found = sqlx::query!(
        r#"select i.id, i.file_name, i.file_sha256, p.name as imported_by, i.imported_at, i.rows_created as created,
             i.rows_updated as updated, i.rows_unchanged as unchanged, i.rows_duplicate as duplicate,
             i.rows_rejected as rejected, i.kind, i.report
           from import_run i join person p on p.id = i.imported_by where i.id = $1"#,
        id
    )
    .fetch_optional(store.pool())
    .await?
    .ok_or(Error::NotFound)?;
    let rows = read_report(&found.report)?;
    let run = Run {
        id: found.id,
        file_name: found.file_name,
        file_sha256: found.file_sha256,
        imported_by: found.imported_by,
        imported_at: found.imported_at,
        created: found.created,
        updated: found.updated,
        unchanged: found.unchanged,
        duplicate: found.duplicate,
        rejected: found.rejected,
        kind: found.kind,
    };
    Ok((run, rows))
}

/// The rejected rows of an import as CSV, and the name of the file that they came from.
///
/// # Errors
/// [`Error::NotFound`], or a refusal.
pub async fn rejected(store: &Store, actor: &Actor, id: Uuid) -> Result<(String, String)> {
    allow(actor)?;
    let found = sqlx::query!("select file_name, rejected_csv from import_run where id = $1", id)
        .fetch_optional(store.pool())
        .await?
        .ok_or(Error::NotFound)?;
    Ok((found.file_name, found.rejected_csv))
}
