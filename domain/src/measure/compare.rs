//! Two results side by side: what got better, what got worse, and what may be chance.
//!
//! Samples are taken as independent: where both runs used the same ones, a real difference may hide in the noise, but chance
//! is not taken for one. Findings carry no outcome of single samples, so there is no paired test (McNemar's) here.

use super::stats::{self, Difference, interval};
use super::vocabulary::{Vocabulary, in_unit};
use crate::evidence::findings::{Better as Direction, Findings, Metric, Unit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::words! {
    /// What a difference comes to.
    Change {
        Better = "better", "Better";
        Worse = "worse", "Worse";
        Changed = "changed", "Changed";
        WithinNoise = "within_noise", "Within the noise";
        CannotTell = "cannot_tell", "Cannot tell";
        Same = "same", "The same";
    }
}

/// One metric of both results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// In the first result.
    pub a: Metric,
    /// In the second, in the unit of the first where it can be converted.
    pub b: Metric,
    /// The term of the vocabulary that both mean, if it knows them.
    pub term: Option<String>,
    /// Second minus first, in the unit of `a`; none when their units cannot be compared.
    pub difference: Option<f64>,
    /// The difference's 95 % interval, low and high.
    pub interval: Option<(f64, f64)>,
    /// What it comes to.
    pub change: Change,
}

/// Two results side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What both measured, in the order of the first.
    pub rows: Vec<Compared>,
    /// What only the first measured.
    pub only_a: Vec<Metric>,
    /// What only the second measured.
    pub only_b: Vec<Metric>,
}

/// Name, scope and slice; the how-manieth of the same.
type Key<'a> = (&'a str, &'a str, Option<&'a str>, usize);

/// Compares two results metric by metric: by the tool's own name, scope and slice.
#[must_use]
pub fn compare(a: &Findings, b: &Findings, vocabulary: &Vocabulary) -> Comparison {
    let mut others: BTreeMap<Key<'_>, &Metric> = keyed(b).into_iter().collect();
    let (mut rows, mut only_a) = (Vec::new(), Vec::new());
    for (key, metric) in keyed(a) {
        match others.remove(&key) {
            Some(other) => rows.push(row((a, metric), (b, other), vocabulary)),
            None => only_a.push(metric.clone()),
        }
    }
    // In the file's order, not in that of the keys.
    let rest = keyed(b).into_iter().filter(|(key, _)| others.contains_key(key));
    Comparison { rows, only_a, only_b: rest.map(|(_, metric)| metric.clone()).collect() }
}

impl Comparison {
    /// How many metrics changed so.
    #[must_use]
    pub fn count(&self, change: Change) -> usize {
        self.rows.iter().filter(|row| row.change == change).count()
    }
}

fn keyed(findings: &Findings) -> Vec<(Key<'_>, &Metric)> {
    let mut seen: BTreeMap<(&str, &str, Option<&str>), usize> = BTreeMap::new();
    let each = findings.metrics.iter().map(|metric| {
        let Metric { name, scope, slice, .. } = metric;
        let key = (name.as_str(), scope.as_str(), slice.as_deref());
        let at = seen.entry(key).or_default();
        *at += 1;
        ((key.0, key.1, key.2, *at), metric)
    });
    each.collect()
}

fn row(a: (&Findings, &Metric), b: (&Findings, &Metric), vocabulary: &Vocabulary) -> Compared {
    let ((in_a, first), (in_b, given)) = (a, b);
    let meant = vocabulary.meaning(in_a.format, first);
    let other = vocabulary.meaning(in_b.format, given);
    // A share of all samples by the vocabulary; a complement of one is one too.
    let share = meant.is_some_and(|(term, _)| term.share);
    let better = agreed([first.better, given.better, meant.map(|(_, d)| d), other.map(|(_, d)| d)]);
    let term = meant.filter(|m| other.is_some_and(|o| o.0.key == m.0.key)).map(|(term, _)| term.key.clone());
    let Some(second) = in_unit(given.clone(), first.unit) else {
        let (a, b) = (first.clone(), given.clone());
        return Compared { a, b, term, difference: None, interval: None, change: Change::CannotTell };
    };
    // The sign of a gap between groups is no direction: -0.3 is no less of a gap than 0.1.
    let signed = meant.is_some_and(|(term, _)| term.unit == Unit::Proportion) && first.value.min(second.value) < 0.0;
    let better = better.filter(|_| !signed);
    let difference = second.value - first.value;
    let found = estimate(first, &second, share);
    let same = difference.abs() <= 1e-12 * first.value.abs().max(1.0);
    // Counts of findings are no estimates: every difference is one.
    let certain = first.unit == Unit::Count;
    let change = match found {
        _ if same => Change::Same,
        None if !certain => Change::CannotTell,
        Some(found) if !certain && found.holds_zero() => Change::WithinNoise,
        _ => match better {
            None => Change::Changed,
            Some(Direction::Higher) if difference > 0.0 => Change::Better,
            Some(Direction::Lower) if difference < 0.0 => Change::Better,
            Some(_) => Change::Worse,
        },
    };
    let interval = found.map(|found| (found.low, found.high));
    Compared { a: first.clone(), b: second, term, difference: Some(difference), interval, change }
}

/// The direction that the files say, else that of the vocabulary; none when they contradict each other.
fn agreed(said: [Option<Direction>; 4]) -> Option<Direction> {
    let [a, b, rest @ ..] = said;
    match (a, b) {
        (Some(a), Some(b)) => (a == b).then_some(a),
        (one, other) => one.or(other).or_else(|| rest.into_iter().flatten().next()),
    }
}

/// The difference with its interval: of counts by Newcombe's method, else of standard errors, else of the intervals that
/// the two have.
fn estimate(a: &Metric, b: &Metric, share: bool) -> Option<Difference> {
    if let (Some(first), Some(second)) = (stats::counted(a), stats::counted(b)) {
        return stats::proportions(first, second);
    }
    if let (Some(first), Some(second)) = (a.stderr, b.stderr)
        && let Some(found) = stats::means((a.value, first), (b.value, second))
    {
        return Some(found);
    }
    let (first, second) = (interval(a, share)?, interval(b, share)?);
    Some(stats::difference((a.value, first.low, first.high), (b.value, second.low, second.high)))
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
