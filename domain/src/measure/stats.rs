//! How sure a measured value is, and whether two of them differ.
//!
//! A share of few samples looks as good as one of many; its interval does not. Everything here is at 95 %.
//!
//! Sources: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209–212;
//! Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods",
//! Statistics in Medicine 17 (1998) 873–890, method 10; its square-and-add step for other intervals: Zou and Donner,
//! Statistics in Medicine 27 (2008) 1693–1702.

use crate::evidence::findings::{Metric, Unit};
use serde::{Deserialize, Serialize};

/// The 97.5 % point of the standard normal distribution.
pub const Z: f64 = 1.959_963_984_540_054;

crate::words! {
    /// Where an interval comes from.
    Origin {
        Wilson = "wilson", "Wilson score interval of the counts";
        Given = "given", "Given by the tool";
        Derived = "derived", "Worked out from the standard error";
    }
}

/// A 95 % interval, in the unit of its value, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Where it comes from.
    pub origin: Origin,
}

/// A difference (second minus first) with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Second value minus first.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Difference {
    /// Whether no difference at all is among what the interval allows.
    #[must_use]
    pub fn holds_zero(&self) -> bool {
        self.low <= 0.0 && 0.0 <= self.high
    }
}

/// The Wilson score interval of `hits` among `n`; none when `n` is 0 or smaller than `hits`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
pub fn wilson(hits: u64, n: u64) -> Option<(f64, f64)> {
    if n == 0 || hits > n {
        return None;
    }
    let (count, share) = (n as f64, hits as f64 / n as f64);
    let z2 = Z * Z;
    let middle = share + z2 / (2.0 * count);
    let half = Z * (share * (1.0 - share) / count + z2 / (4.0 * count * count)).sqrt();
    let all = 1.0 + z2 / count;
    // At the ends the formula gives exactly 0 and 1; floating point does not.
    let low = if hits == 0 { 0.0 } else { ((middle - half) / all).clamp(0.0, share) };
    let high = if hits == n { 1.0 } else { ((middle + half) / all).clamp(share, 1.0) };
    Some((low, high))
}

/// Value ± 1.96 standard errors; none without a positive, finite standard error (one of 0 says that the tool could not
/// estimate it, not that the value is certain).
#[must_use]
pub fn normal(value: f64, stderr: f64) -> Option<(f64, f64)> {
    let half = Z * stderr;
    (value.is_finite() && half.is_finite() && half > 0.0).then_some((value - half, value + half))
}

/// The interval of a metric: from its counts, else the tool's own, else from its standard error.
///
/// `share` says that the metric is by definition a share of its samples (accuracy is; recall, AUC and a judge's mean score
/// are not). Then, if nothing else is given, the hits are worked out from the value where that gives a whole number.
#[must_use]
pub fn interval(metric: &Metric, share: bool) -> Option<Interval> {
    let of = |(low, high), origin| Interval { low, high, origin };
    if let Some((hits, n)) = counted(metric) {
        return wilson(hits, n).map(|ends| of(ends, Origin::Wilson));
    }
    // An interval that does not hold its value is in another unit, or of something else.
    if let Some((low, high)) = metric.interval.filter(|(low, high)| holds(*low, *high, metric.value)) {
        return Some(of((low.min(metric.value), high.max(metric.value)), Origin::Given));
    }
    let proportion = metric.unit == Unit::Proportion && (0.0..=1.0).contains(&metric.value);
    if let Some((low, high)) = metric.stderr.and_then(|stderr| normal(metric.value, stderr)) {
        let ends = if proportion { (low.max(0.0), high.min(1.0)) } else { (low, high) };
        return Some(of(ends, Origin::Derived));
    }
    let n = metric.samples.filter(|_| share && proportion)?;
    wilson(whole(metric.value, n)?, n).map(|ends| of(ends, Origin::Wilson))
}

/// The hits and samples of a metric, where its value is their share.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
pub fn counted(metric: &Metric) -> Option<(u64, u64)> {
    let (hits, n) = (metric.hits?, metric.samples?);
    let fits = metric.unit == Unit::Proportion && n > 0 && hits <= n;
    // Tools round: four digits of a share are enough to know it again.
    (fits && (metric.value - hits as f64 / n as f64).abs() < 5e-4).then_some((hits, n))
}

fn holds(low: f64, high: f64, value: f64) -> bool {
    let slack = 1e-9 * value.abs().max(1.0);
    low.is_finite() && high.is_finite() && low - slack <= value && value <= high + slack
}

/// The whole number of hits that a share of `n` samples comes to.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within 0..=n"
)]
fn whole(share: f64, n: u64) -> Option<u64> {
    let hits = share * n as f64;
    ((hits - hits.round()).abs() < 1e-6 && n < 1 << 50).then(|| (hits.round().max(0.0) as u64).min(n))
}

/// The difference of two values whose intervals are known: `second - first`, each a value with its low and high.
#[must_use]
pub fn difference(first: (f64, f64, f64), second: (f64, f64, f64)) -> Difference {
    let ((a, a_low, a_high), (b, b_low, b_high)) = (first, second);
    let value = b - a;
    Difference { value, low: value - (b - b_low).hypot(a_high - a), high: value + (b_high - b).hypot(a - a_low) }
}

/// The difference of two independent shares, each (hits, samples), by Newcombe's hybrid score interval.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
pub fn proportions(first: (u64, u64), second: (u64, u64)) -> Option<Difference> {
    let ends = |(hits, n): (u64, u64)| wilson(hits, n).map(|(low, high)| (hits as f64 / n as f64, low, high));
    Some(difference(ends(first)?, ends(second)?))
}

/// The difference of two independent means, each (value, standard error).
#[must_use]
pub fn means(first: (f64, f64), second: (f64, f64)) -> Option<Difference> {
    let ends = |(value, stderr)| normal(value, stderr).map(|(low, high)| (value, low, high));
    Some(difference(ends(first)?, ends(second)?))
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
