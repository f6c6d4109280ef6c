//! What a failing criterion says about a risk's likelihood.

use super::{CriterionResult, Verdict};
use serde::{Deserialize, Serialize};

/// A likelihood that the evidence speaks for; a person decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Steps of the matrix, counted from 1.
    pub likelihood: i16,
    /// Why, as one sentence.
    pub reason: String,
}

/// One step more likely, for a criterion that fails and a rating that is not at the end of its scale (of `steps` steps).
/// Nothing else proposes anything, and nothing ever proposes less than was rated: a pass shows what was tested, not that
/// nothing happens.
#[must_use]
pub fn proposal<Id>(rated: i16, steps: i16, result: &CriterionResult<Id>) -> Option<Proposal> {
    if result.verdict != Verdict::Fail || !(1..steps).contains(&rated) {
        return None;
    }
    let why = result.because.first().map(|why| format!(": {why}")).unwrap_or_default();
    let of = result.deciding.as_ref().map(|measured| format!(" [{}]", measured.evidence)).unwrap_or_default();
    Some(Proposal { likelihood: rated + 1, reason: format!("“{}” fails{why}{of}", result.said) })
}
