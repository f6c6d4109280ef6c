//! Outcomes of JUnit cases: by class and name. What was skipped was not run; what broke neither passed nor failed.

use super::super::junit::{Ending, scan};
use super::super::{Source, Unreadable};
use super::Outcomes;
use super::collect::Collect;
use super::print::sample;

/// Reads a report.
///
/// # Errors
/// XML that is not well formed.
pub(super) fn read(file: &mut dyn Source) -> Result<Outcomes, Unreadable> {
    let mut found = Collect::default();
    scan(file, &mut |name, ending| {
        let value = match ending {
            Ending::Passed => Some(1.0),
            Ending::Failed => Some(0.0),
            Ending::Error => None,
            Ending::Skipped => return,
        };
        found.add(("pass_rate", ""), sample(&[name]), 0, value);
    })?;
    Ok(found.finish())
}
