//! Importing an inventory of AI systems: a file is staged, its columns are mapped, what would happen is shown row by
//! row, and all valid rows go in together or not at all. What the rows mean is worked out in `domain::import`.

pub mod known;
pub mod program;
pub mod report;
pub mod rows;
pub mod run;
pub mod runs;
pub mod stage;

use crate::{Error, Result};
use domain::actor::Actor;
use domain::import::{Decoded, ImportError, Mapping, Plan, Table};
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
    /// How the bytes became text.
    pub decoded: Decoded,
    /// The rows.
    pub table: Table,
}

impl Inventory {
    /// Reads an inventory. Takes a second for the largest files, so it works beside the requests of others.
    ///
    /// # Errors
    /// A message for the field `file`, for the person who uploads it.
    pub async fn read(file_name: &str, bytes: Vec<u8>) -> Result<Self> {
        let file_name = tidy_name(file_name);
        beside(move || {
            use sha2::Digest;
            let (decoded, table) = domain::import::read(&bytes)
                .map_err(|why: ImportError| Error::Refused(domain::error::Refusal::field("file", why.to_string())))?;
            Ok(Self { file_name, sha256: sha2::Sha256::digest(&bytes).into(), decoded, table })
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
