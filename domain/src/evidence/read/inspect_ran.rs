//! How many samples of an Inspect log ran: completed, failed, or never run to their end.

use super::Findings;
use super::inspect_parts::{Kept, Results};
use super::loose::Scalar;
use crate::evidence::findings::Counts;

/// Samples by how far they came, as the results have them.
pub(super) struct Ran {
    /// Samples that were to run.
    pub(super) total: Option<u64>,
    /// Of them, those that were completed.
    pub(super) done: Option<u64>,
    /// Of those that were not, the ones that failed.
    failed: u64,
    /// Whether the run ended before its samples did.
    broke_off: bool,
}

impl Ran {
    /// A run that went on to its end has come to all of its samples: what is missing there failed. One that was broken off
    /// never came to the rest; what failed of it the file shows, and what it does not keep is not known to have.
    pub(super) fn of(status: &Scalar, results: &Results, kept: &Kept) -> Self {
        let (total, done) = (results.total_samples.count(), results.completed_samples.count());
        let missing = total.zip(done).map_or(0, |(total, done)| total.saturating_sub(done));
        let broke_off = matches!(status.text(), Some("cancelled" | "error" | "started"));
        let failed = if broke_off { kept.errors.saturating_sub(kept.interrupted).min(missing) } else { missing };
        Ran { total, done, failed, broke_off }
    }

    fn missing(&self) -> u64 {
        self.total.zip(self.done).map_or(0, |(total, done)| total.saturating_sub(done))
    }

    /// Says what a reader should know.
    pub(super) fn note(&self, findings: &mut Findings) {
        match (self.total, self.done) {
            (_, Some(0)) | (Some(0), _) => findings.note("No sample was completed: nothing was measured"),
            (Some(total), Some(done)) if done < total && self.broke_off => {
                let also = if self.failed > 0 { format!("{} failed, ", self.failed) } else { String::new() };
                let rest = self.missing().saturating_sub(self.failed);
                findings
                    .note(format!("{done} of {total} samples were completed: {also}{rest} were not run to their end"));
            }
            (Some(total), Some(done)) if done < total => {
                findings.note(format!("{done} of {total} samples were completed: the others failed"));
            }
            (Some(total), Some(done)) if done > total => {
                findings.note(format!("The results claim {done} completed of {total} samples"));
            }
            _ => {}
        }
    }

    /// Puts what did not pass or fail into the counts.
    pub(super) fn count(&self, counts: &mut Counts) {
        if let (Some(_), Some(done)) = (self.total, self.done) {
            counts.errors = self.failed;
            let unscored = done.saturating_sub(counts.passed.saturating_add(counts.failed));
            counts.skipped = unscored.saturating_add(self.missing().saturating_sub(self.failed));
        }
    }
}
