//! Importing an inventory of AI systems: a file is staged, its columns are mapped, what would happen is shown row by
//! row, and all valid rows go in together or not at all. What the rows mean is worked out in `domain::import`.

pub mod known;
pub mod lists;
pub mod program;
pub mod report;
pub mod rows;
pub mod run;
pub mod runs;
pub mod stage;
pub mod workbook;

use crate::{Error, Result};
use domain::actor::Actor;
use domain::import::{Decoded, ImportError, MAX_BYTES, Mapping, Plan, Table, is_workbook};
use domain::policy::{self, Action, Relation};

/// Who may import at all.
fn allow(actor: &Actor) -> Result<()> {
    Ok(policy::allow(actor, Action::InventoryImport, Relation::default())?)
}

/// An inventory as read from its bytes. Cloning is cheap enough for one request, not for a loop.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// As the person's computer calls it, at most 200 characters.
    pub file_name: String,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// What kind of file it is.
    pub source: Source,
    /// The rows.
    pub table: Table,
}

/// How bytes became rows.
#[derive(Debug, Clone)]
pub enum Source {
    /// A CSV, and how it became text.
    Text(Decoded),
    /// A part of a workbook.
    Workbook(workbook::Found),
}

impl Inventory {
    /// Reads an inventory; `place` says which part of a workbook. Takes a second for the largest files, so it works
    /// beside the requests of others.
    ///
    /// # Errors
    /// A message for the field `file`, for the person who uploads it.
    pub async fn read(file_name: &str, bytes: Vec<u8>, place: workbook::Place) -> Result<Self> {
        let file_name = tidy_name(file_name);
        // A workbook may take a hundred times its size while it is read: one at a time.
        let _alone = if is_workbook(&bytes) { WORKBOOKS.acquire().await.ok() } else { None };
        beside(move || {
            use sha2::Digest;
            let (source, table) = rows(&bytes, &place)
                .map_err(|why: ImportError| Error::Refused(domain::error::Refusal::field("file", why.to_string())))?;
            Ok(Self { file_name, sha256: sha2::Sha256::digest(&bytes).into(), source, table })
        })
        .await?
    }

    /// What importing it would do.
    async fn plan(self, mapping: Mapping, known: domain::import::Known) -> Result<(Self, Plan)> {
        beside(move || {
            let plan = domain::import::plan(&self.table, &mapping, &known);
            (self, plan)
        })
        .await
    }
}

static WORKBOOKS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(1);

fn rows(bytes: &[u8], place: &workbook::Place) -> Result<(Source, Table), ImportError> {
    if bytes.len() <= MAX_BYTES && is_workbook(bytes) {
        let (found, table) = workbook::read(bytes, place)?;
        return Ok((Source::Workbook(found), table));
    }
    let (decoded, table) = domain::import::read(bytes)?;
    Ok((Source::Text(decoded), table))
}

/// Work that takes the processor for longer than a request should hold up others.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Stored(format!("reading an inventory: {e}")))
}

/// The last part of a path, without what can't be shown.
fn tidy_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let tidy: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    match tidy.trim() {
        "" => "inventory.csv".to_owned(),
        name => name.to_owned(),
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::tidy_name;

    #[test]
    fn a_file_name_is_a_name_and_no_path() {
        assert_eq!(tidy_name("C:\\temp\\AI list.csv"), "AI list.csv");
        assert_eq!(tidy_name("../../etc/passwd"), "passwd");
        assert_eq!(tidy_name("a\0\u{7}b.csv"), "ab.csv");
        assert_eq!(tidy_name(" \n"), "inventory.csv");
        assert_eq!(tidy_name(&"x".repeat(300)).len(), 200);
    }
}
