//! Outcomes of lm-evaluation-harness samples: a document by its hash, which is that of its content; in files without hashes by
//! its number, its content and its target. Rows do not name their task: a number alone would pair the documents of any two.

use super::super::lm_eval_samples::{FORMAT, Row};
use super::super::rows::rows;
use super::super::walk::Walked;
use super::super::{Source, Unreadable};
use super::Outcomes;
use super::collect::Collect;
use super::print::{Print, sample};
use serde::de::DeserializeSeed;

/// Reads them.
///
/// # Errors
/// No row that can be read, or a stream that failed.
pub(super) fn read(file: &mut dyn Source) -> Result<Outcomes, Unreadable> {
    let mut found = Collect::default();
    let seen = rows(file, |bytes| {
        let mut row = Row::<Print>::default();
        let read = Walked(&mut row).deserialize(&mut serde_json::Deserializer::from_slice(bytes));
        if !matches!(read, Ok(true)) {
            return false;
        }
        let sample = match row.doc_hash.text() {
            Some(hash) => Some(sample(&[hash])),
            None => {
                let target = row.target.word().unwrap_or_default();
                row.doc_id.word().map(|id| sample(&[&id, &row.doc.part(), &target]))
            }
        };
        if let Some(sample) = sample {
            let scope = row.scope();
            for (name, value) in row.scores() {
                found.add((name, scope), sample, 0, value);
            }
        }
        true
    })?;
    if seen.read == 0 {
        return Err(Unreadable::Broken { format: FORMAT, what: "no row can be read".to_owned() });
    }
    Ok(found.finish())
}
