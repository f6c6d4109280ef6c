//! Two result files of a system side by side, sample by sample where both files keep what came out for each.

use super::board::Read;
use crate::evidence::outcomes::of_file;
use crate::{Result, Store};
use domain::measure::compare::{Comparison, compare, with_pairs};
use domain::measure::vocabulary::Vocabulary;

/// What got better or worse from the one to the other. Both come from a board, so that the person may see them.
///
/// # Errors
/// A file store that can't be reached.
pub async fn side_by_side(store: &Store, a: &Read, b: &Read, vocabulary: &Vocabulary) -> Result<Comparison> {
    if a.sha256 == b.sha256 {
        return Ok(compare(&a.findings, &b.findings, vocabulary));
    }
    let (first, second) = (of_file(store, &a.sha256).await?, of_file(store, &b.sha256).await?);
    Ok(with_pairs(&a.findings, &b.findings, &first, &second, vocabulary))
}
