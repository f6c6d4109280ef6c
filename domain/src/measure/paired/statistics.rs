//! The two tests of paired outcomes: McNemar's for right and wrong, the paired t-test for numbers. At 95 %, as everything in
//! [`super::super::stats`].
//!
//! Sources: McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
//! Psychometrika 12 (1947) 153–157; its exact and its mid-p form: Fagerland, Lydersen and Laake, "The McNemar test for binary
//! matched-pairs data: mid-p and asymptotic are better than exact conditional", BMC Medical Research Methodology 13 (2013)
//! 91. The interval of the difference: Newcombe, "Improved confidence intervals for the difference between binomial
//! proportions based on paired data", Statistics in Medicine 17 (1998) 2635–2650, method 10. The paired t-test: Student, "The
//! probable error of a mean", Biometrika 6 (1908) 1–25; the points of its distribution: Abramowitz and Stegun, Handbook of
//! Mathematical Functions, 26.7.5.

use super::super::stats::{Z, wilson};

/// Pairs that differ below which the exact test is taken; above, the mid-p test, which is less timid and does not lean on the
/// normal distribution either.
pub const EXACT_BELOW: u64 = 25;

/// A test at 95 % rejects below this.
pub const ALPHA: f64 = 0.05;

/// Pairs of two outcomes that are right or wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fourfold {
    /// Right in both.
    pub both: u64,
    /// Right in the first only.
    pub first: u64,
    /// Right in the second only.
    pub second: u64,
    /// Right in neither.
    pub neither: u64,
}

impl Fourfold {
    /// All pairs.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.both.saturating_add(self.first).saturating_add(self.second).saturating_add(self.neither)
    }

    /// Second share minus first.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
    pub fn difference(&self) -> f64 {
        (self.second as f64 - self.first as f64) / self.pairs().max(1) as f64
    }

    /// Newcombe's interval of the difference: the two Wilson intervals, put together with how the outcomes go along with
    /// each other. None without a pair.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
    pub fn interval(&self) -> Option<(f64, f64)> {
        let n = self.pairs();
        let (one, two) = (self.both.saturating_add(self.first), self.both.saturating_add(self.second));
        let ((low_a, high_a), (low_b, high_b)) = (wilson(one, n)?, wilson(two, n)?);
        let all = n as f64;
        let (share_a, share_b) = (one as f64 / all, two as f64 / all);
        let phi = self.phi();
        let apart = |a: f64, b: f64| (a * a - 2.0 * phi * a * b + b * b).max(0.0).sqrt();
        let difference = self.difference();
        let low = difference - apart(share_b - low_b, high_a - share_a);
        let high = difference + apart(high_b - share_b, share_a - low_a);
        Some((low.max(-1.0), high.min(1.0)))
    }

    /// How the outcomes go along with each other, with Newcombe's correction for continuity.
    #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
    fn phi(&self) -> f64 {
        let [a, b, c, d] = [self.both, self.first, self.second, self.neither].map(|n| n as f64);
        let margins = (a + b) * (c + d) * (a + c) * (b + d);
        if margins <= 0.0 {
            return 0.0;
        }
        let along = a * d - b * c;
        let along = if along > 0.0 { (along - (a + b + c + d) / 2.0).max(0.0) } else { along };
        along / margins.sqrt()
    }

    /// McNemar's two-sided p: what the chance is of pairs that differ at least so unevenly, if neither were better.
    #[must_use]
    pub fn p(&self) -> f64 {
        let (n, least) = (self.first.saturating_add(self.second), self.first.min(self.second));
        if n == 0 {
            return 1.0;
        }
        let (below, at) = tail(n, least);
        if n < EXACT_BELOW { (2.0 * below).min(1.0) } else { (2.0 * below - at).clamp(0.0, 1.0) }
    }
}

/// The chance of at most `k` of `n` throws of a fair coin, and of exactly `k`; `k` is at most half of `n`.
#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
fn tail(n: u64, k: u64) -> (f64, f64) {
    let ln_at: f64 =
        (0..k).map(|i| ((n - i) as f64 / (i + 1) as f64).ln()).sum::<f64>() - n as f64 * std::f64::consts::LN_2;
    let at = ln_at.exp();
    let (mut term, mut sum) = (at, at);
    for i in (0..k).rev() {
        // From k downwards every term is smaller than the one before.
        term *= (i + 1) as f64 / (n - i) as f64;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    (sum, at)
}

/// The 97.5 % point of Student's distribution; exact to four digits from nine degrees of freedom on.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
pub fn student(freedom: u64) -> f64 {
    let (z, n) = (Z, freedom.max(1) as f64);
    let z2 = z * z;
    let first = z * (z2 + 1.0) / 4.0;
    let second = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let fourth = z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
    z + first / n + second / (n * n) + third / (n * n * n) + fourth / (n * n * n * n)
}

/// Differences of numbers, one after the other: their mean and how they spread (Welford, which stays exact in long runs).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Differences {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Differences {
    /// One more.
    #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
    pub fn add(&mut self, difference: f64) {
        self.n = self.n.saturating_add(1);
        let from = difference - self.mean;
        self.mean += from / self.n as f64;
        self.squares += from * (difference - self.mean);
    }

    /// The mean, its standard error, and the paired t interval. None of fewer than two.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
    pub fn found(&self) -> Option<(f64, f64, (f64, f64))> {
        let freedom = self.n.checked_sub(1).filter(|n| *n > 0)?;
        let stderr = (self.squares.max(0.0) / freedom as f64 / self.n as f64).sqrt();
        let half = student(freedom) * stderr;
        (self.mean.is_finite() && half.is_finite()).then_some((self.mean, stderr, (self.mean - half, self.mean + half)))
    }
}

#[cfg(test)]
#[path = "statistics_tests.rs"]
mod tests;
