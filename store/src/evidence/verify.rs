//! The whole store against its hashes: what is missing, what was altered, what belongs to nothing.

use super::open::{Condition, examine};
use crate::{Result, Store};
use domain::canonical::{hex, unhex32};
use futures::TryStreamExt;
use object_store::path::Path;
use serde::Serialize;

/// Files that are asked for at once.
const BATCH: usize = 200;

/// What a check of the store found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether every file is there and is what it was.
    pub intact: bool,
    /// Files checked.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that are not there.
    pub missing: Vec<Bad>,
    /// Files whose bytes are others.
    pub altered: Vec<Bad>,
    /// Files that no row speaks of; harmless, never served, swept an hour after they came.
    pub orphans: Vec<String>,
}

/// A file that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bad {
    /// The hash that it should have.
    pub sha256: String,
    /// The hash that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// Evidence that rests on it.
    pub evidence: Vec<String>,
}

/// Reads every file. For the operator; people see the same at each download.
///
/// # Errors
/// When the database or the file store can't be read.
pub async fn verify(store: &Store) -> Result<Report> {
    let mut report = Report::default();
    let mut last: Vec<u8> = Vec::new();
    loop {
        let rows = sqlx::query!(
            r#"select f.sha256, array(select 'E-' || e.number from evidence e where e.sha256 = f.sha256 order by e.number)
                 as "evidence!"
               from evidence_file f where f.sha256 > $1 order by f.sha256 limit $2"#,
            last,
            BATCH as i64
        )
        .fetch_all(store.pool())
        .await?;
        let Some(end) = rows.last() else { break };
        last = end.sha256.clone();
        for row in rows {
            report.files += 1;
            let bad = |found| Bad { sha256: hex(&row.sha256), found, evidence: row.evidence.clone() };
            match examine(store, &row.sha256).await? {
                Condition::Intact { size } => report.bytes += size,
                Condition::Missing => report.missing.push(bad(None)),
                Condition::Altered { found } => report.altered.push(bad(Some(hex(&found)))),
            }
        }
    }
    report.orphans = orphans(store).await?.into_iter().map(|blob| blob.key.to_string()).collect();
    report.intact = report.missing.is_empty() && report.altered.is_empty();
    Ok(report)
}

/// A stored file without a row.
pub(super) struct Orphan {
    pub key: Path,
    pub sha256: Option<[u8; 32]>,
    pub modified: chrono::DateTime<chrono::Utc>,
}

/// Everything under `sha256/` that no row speaks of.
pub(super) async fn orphans(store: &Store) -> Result<Vec<Orphan>> {
    let mut listed = store.files().list(Some(&Path::from("sha256"))).map_err(crate::Error::from).try_chunks(BATCH);
    let mut found = Vec::new();
    while let Some(chunk) = listed.try_next().await.map_err(|e| e.1)? {
        let files: Vec<Orphan> = chunk
            .into_iter()
            .map(|meta| Orphan {
                sha256: meta.location.filename().and_then(unhex32),
                modified: meta.last_modified,
                key: meta.location,
            })
            .collect();
        let hashes: Vec<Vec<u8>> = files.iter().filter_map(|f| f.sha256.map(|h| h.to_vec())).collect();
        let known = sqlx::query_scalar!("select sha256 from evidence_file where sha256 = any($1)", &hashes)
            .fetch_all(store.pool())
            .await?;
        found.extend(files.into_iter().filter(|f| f.sha256.is_none_or(|h| !known.iter().any(|k| k.as_slice() == h))));
    }
    Ok(found)
}
