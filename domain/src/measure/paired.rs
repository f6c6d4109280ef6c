//! Two runs over the same samples, sample by sample: what fell, what rose, and whether that may be chance.
//!
//! Runs of the same samples go along with each other: what is hard for one model is hard for the next. Taken as independent, a
//! real difference hides in the noise; in pairs, only the samples that changed sides count. Which test is taken, its sources
//! and its interval: [`statistics`]. What cannot be paired honestly is not paired, and says why.

pub mod statistics;

use crate::evidence::outcomes::{Outcomes, Series};
use serde::{Deserialize, Serialize};
use statistics::{ALPHA, Differences, EXACT_BELOW, Fourfold};

/// Fewer pairs show nothing.
pub const PAIRS_MIN: u64 = 10;

crate::words! {
    /// The test that a difference in pairs was put to.
    Test {
        McNemarExact = "mcnemar_exact", "McNemar's exact test";
        McNemarMidP = "mcnemar_mid_p", "McNemar's mid-p test";
        PairedT = "paired_t", "Paired t-test";
    }
}

/// What the pairs of one metric come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// The test.
    pub test: Test,
    /// Samples with an outcome in both runs.
    pub pairs: u64,
    /// Of those, how many have less in the second run (McNemar's b: from 1 to 0).
    pub fell: u64,
    /// How many have more (McNemar's c: from 0 to 1).
    pub rose: u64,
    /// Samples of the first run without a partner: not in the other, without an outcome, or not told apart.
    pub unpaired_a: u64,
    /// The same of the second.
    pub unpaired_b: u64,
    /// Second minus first over the pairs, in the metric's unit.
    pub difference: f64,
    /// The difference's 95 % interval, low and high. It holds zero wherever McNemar's test does not reject.
    pub interval: (f64, f64),
    /// McNemar's two-sided p; none for numbers, whose interval is that of the t-test.
    pub p: Option<f64>,
}

impl Paired {
    /// Whether chance alone may make such a difference.
    #[must_use]
    pub fn holds_zero(&self) -> bool {
        self.interval.0 <= 0.0 && 0.0 <= self.interval.1
    }

    /// "paired, n = 120, 4 fell and 15 rose, McNemar p = 0.019 (exact)".
    #[must_use]
    pub fn said(&self) -> String {
        let Paired { pairs, fell, rose, .. } = self;
        let test = match (self.test, self.p) {
            (Test::McNemarExact, Some(p)) => format!("McNemar p {} (exact)", chance(p)),
            (Test::McNemarMidP, Some(p)) => format!("McNemar p {} (mid-p)", chance(p)),
            _ => "paired t interval".to_owned(),
        };
        format!("paired, n = {pairs}, {fell} fell and {rose} rose, {test}")
    }
}

/// A chance with two digits: "= 0.019", "< 0.0001".
fn chance(p: f64) -> String {
    match p {
        p if p < 0.0001 => "< 0.0001".to_owned(),
        p if p < 0.001 => format!("= {p:.4}"),
        p if p < 0.1 => format!("= {p:.3}"),
        p => format!("= {p:.2}"),
    }
}

/// Why two runs are not paired.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unpaired {
    /// A file without outcomes: the reason that it gives.
    #[error("Not paired: {0}.")]
    Kept(String),
    /// Outcomes, but none of this metric.
    #[error("Not paired: the files keep no outcome of each sample for this metric.")]
    Metric,
    /// The samples are those of something else.
    #[error("Not paired: the first run is of {0}, the second of {1}, so samples of the same name are not the same.")]
    Other(String, String),
    /// What the samples come to is not the value of the file.
    #[error("Not paired: the samples in the file do not come to the value that it gives.")]
    Value,
    /// The same metric in two units.
    #[error("Not paired: the two values are not in the same unit.")]
    Unit,
    /// Too few samples in common: pairs, and the samples of either.
    #[error("Not paired: only {0} samples are in both runs, and {PAIRS_MIN} are needed.")]
    Few(u64),
    /// Most samples of a run have no partner: pairs, and the samples of either.
    #[error("Not paired: only {0} samples are in both runs, which is under half of {1} and {2}.")]
    Overlap(u64, u64, u64),
    /// Every sample changed by the same amount: no spread to hold it against.
    #[error("Not paired: every sample changed by the same amount, which leaves no spread to hold it against.")]
    Spread,
    /// The pairs do not speak for the whole runs: what is in one only, or ended with an error, makes another difference.
    #[error("Not paired: the samples in both runs changed otherwise than the runs as a whole.")]
    Against,
}

/// The outcomes of one metric and scope in pairs.
///
/// # Errors
/// [`Unpaired`]: why they are not paired.
pub fn pair(a: &Outcomes, b: &Outcomes, name: &str, scope: &str) -> Result<Paired, Unpaired> {
    if let Some(why) = a.missing.as_ref().or(b.missing.as_ref()) {
        return Err(Unpaired::Kept(why.clone()));
    }
    if let (Some(first), Some(second)) = (&a.of, &b.of)
        && first != second
    {
        return Err(Unpaired::Other(first.clone(), second.clone()));
    }
    match (a.get(name, scope), b.get(name, scope)) {
        (Some(a), Some(b)) => series(a, b),
        _ => Err(Unpaired::Metric),
    }
}

/// The outcomes of two series in pairs: McNemar's test where all of them are 0 or 1, else the paired t-test.
///
/// # Errors
/// [`Unpaired`]: too few samples in common, or no spread.
pub fn series(a: &Series, b: &Series) -> Result<Paired, Unpaired> {
    let (mut table, mut all, mut binary) = (Fourfold::default(), Differences::default(), true);
    let (mut pairs, mut fell, mut rose) = (0_u64, 0_u64, 0_u64);
    for (first, second) in a.pairs(b) {
        pairs += 1;
        fell += u64::from(second < first);
        rose += u64::from(second > first);
        all.add(second - first);
        let right = |value: f64| value == 1.0;
        binary &= [first, second].into_iter().all(|value| value == 0.0 || value == 1.0);
        let cell = match (right(first), right(second)) {
            (true, true) => &mut table.both,
            (true, false) => &mut table.first,
            (false, true) => &mut table.second,
            (false, false) => &mut table.neither,
        };
        *cell += 1;
    }
    let (of_a, of_b) = (a.samples(), b.samples());
    if pairs < PAIRS_MIN {
        return Err(Unpaired::Few(pairs));
    }
    if pairs.saturating_mul(2) < of_a.max(of_b) {
        return Err(Unpaired::Overlap(pairs, of_a, of_b));
    }
    let (unpaired_a, unpaired_b) = (of_a.saturating_sub(pairs), of_b.saturating_sub(pairs));
    let found = |test, difference, interval, p| {
        Ok(Paired { test, pairs, fell, rose, unpaired_a, unpaired_b, difference, interval, p })
    };
    if binary {
        let (p, difference) = (table.p(), table.difference());
        let (low, high) = table.interval().ok_or(Unpaired::Few(pairs))?;
        // Where the test does not reject, the interval may not either: what is said beside it would contradict it.
        let interval = if p < ALPHA { (low, high) } else { (low.min(0.0), high.max(0.0)) };
        let test = if fell.saturating_add(rose) < EXACT_BELOW { Test::McNemarExact } else { Test::McNemarMidP };
        return found(test, difference, interval, Some(p));
    }
    let (mean, stderr, interval) = all.found().ok_or(Unpaired::Few(pairs))?;
    if stderr <= 1e-12 * mean.abs() && mean != 0.0 {
        return Err(Unpaired::Spread);
    }
    found(Test::PairedT, mean, interval, None)
}

#[cfg(test)]
#[path = "paired/paired_tests.rs"]
mod tests;
