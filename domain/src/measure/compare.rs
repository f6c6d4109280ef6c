//! Two results side by side: what got better, what got worse, and what may be chance.
//!
//! Findings carry no outcome of single samples. Of them alone samples are taken as independent: where both runs used the same
//! ones, a real difference may hide in the noise, but chance is not taken for one. With the outcomes of both files at hand
//! they are paired ([`with_pairs`], [`super::paired`]) wherever that is honest.

use super::paired::{Paired, Unpaired, pair};
use super::stats::{self, Difference, interval};
use super::vocabulary::{Vocabulary, in_unit, readings};
use crate::evidence::findings::{Better as Direction, Findings, Metric, Unit};
use crate::evidence::outcomes::Outcomes;
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
    /// Second minus first, in the unit of `a`; none when their units cannot be compared. In pairs, over the pairs.
    pub difference: Option<f64>,
    /// The difference's 95 % interval, low and high. In pairs, theirs.
    pub interval: Option<(f64, f64)>,
    /// What it comes to.
    pub change: Change,
    /// The pairs that the difference and its interval rest on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paired: Option<Paired>,
    /// Why there are none, in a sentence, where outcomes were given; counts and values of groups are never paired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpaired: Option<String>,
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
            Some(other) => rows.push(row((a, metric), (b, other), vocabulary, None)),
            None => only_a.push(metric.clone()),
        }
    }
    // In the file's order, not in that of the keys.
    let rest = keyed(b).into_iter().filter(|(key, _)| others.contains_key(key));
    Comparison { rows, only_a, only_b: rest.map(|(_, metric)| metric.clone()).collect() }
}

/// As [`compare`], but sample by sample wherever the outcomes of both files allow it. A row in pairs has their difference and
/// interval, and says so; every other row is as without outcomes, and says why.
///
/// Files that hold only verdicts (JUnit) share no metric: in pairs, their pass rate is compared too.
#[must_use]
pub fn with_pairs(
    a: &Findings,
    b: &Findings,
    outcomes_a: &Outcomes,
    outcomes_b: &Outcomes,
    vocabulary: &Vocabulary,
) -> Comparison {
    let mut found = compare(a, b, vocabulary);
    let (of_a, of_b) = (told_apart(a), told_apart(b));
    for at in &mut found.rows {
        let key = (at.a.name.as_str(), at.a.scope.as_str());
        let (Some(Some(first)), Some(Some(second))) = (of_a.get(&key), of_b.get(&key)) else { continue };
        // A count is what it is, and what is of a group of people is not kept by sample.
        if at.a.slice.is_some() || at.a.unit == Unit::Count {
            continue;
        }
        match pairs((first, outcomes_a), (second, outcomes_b)) {
            Ok(paired) => *at = row((a, first), (b, second), vocabulary, Some(paired)),
            Err(why) => at.unpaired = Some(why.to_string()),
        }
    }
    found.rows.extend(verdicts((a, outcomes_a), (b, outcomes_b), vocabulary));
    found
}

/// Metrics of no group by name and scope; none where a file has several of the same.
fn told_apart(findings: &Findings) -> BTreeMap<(&str, &str), Option<&Metric>> {
    let mut found = BTreeMap::new();
    for metric in findings.metrics.iter().filter(|metric| metric.slice.is_none()) {
        let key = (metric.name.as_str(), metric.scope.as_str());
        let once = !found.contains_key(&key);
        found.insert(key, once.then_some(metric));
    }
    found
}

/// The pass rate of files that hold verdicts and no metric of them.
fn verdicts(a: (&Findings, &Outcomes), b: (&Findings, &Outcomes), vocabulary: &Vocabulary) -> Option<Compared> {
    const RATE: &str = "pass_rate";
    let counted = |(findings, outcomes): (&Findings, &Outcomes)| {
        let given = findings.metrics.iter().any(|metric| metric.name == RATE && metric.scope.is_empty());
        outcomes.get(RATE, "").filter(|_| !given)?;
        let found = readings(findings, vocabulary).into_iter().map(|reading| reading.metric);
        found.into_iter().find(|metric| metric.name == RATE && metric.scope.is_empty())
    };
    let (first, second) = (counted(a)?, counted(b)?);
    let paired = pairs((&first, a.1), (&second, b.1)).ok()?;
    Some(row((a.0, &first), (b.0, &second), vocabulary, Some(paired)))
}

/// The outcomes of a metric in pairs, if they are those of the values that the files give, and speak for the whole runs: what
/// one of them left out or broke at is in their values, and not in the pairs.
fn pairs(a: (&Metric, &Outcomes), b: (&Metric, &Outcomes)) -> Result<Paired, Unpaired> {
    let ((first, in_a), (second, in_b)) = (a, b);
    let paired = pair(in_a, in_b, &first.name, &first.scope)?;
    if first.unit != second.unit {
        return Err(Unpaired::Unit);
    }
    let comes_to = |metric: &Metric, outcomes: &Outcomes| {
        outcomes.get(&metric.name, &metric.scope).is_some_and(|series| series.comes_to(metric.value))
    };
    if !comes_to(first, in_a) || !comes_to(second, in_b) {
        return Err(Unpaired::Value);
    }
    let (whole, (low, high)) = (second.value - first.value, paired.interval);
    let turned = !paired.holds_zero() && whole * paired.difference <= 0.0;
    // Values may be rounded, as in `Series::comes_to`.
    let slack = 1e-3 * first.value.abs().max(1.0);
    if turned || whole < low - slack || whole > high + slack {
        return Err(Unpaired::Against);
    }
    Ok(paired)
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

fn row(a: (&Findings, &Metric), b: (&Findings, &Metric), vocabulary: &Vocabulary, paired: Option<Paired>) -> Compared {
    let ((in_a, first), (in_b, given)) = (a, b);
    let meant = vocabulary.meaning(in_a.format, first);
    let other = vocabulary.meaning(in_b.format, given);
    // A share of all samples by the vocabulary; a complement of one is one too.
    let share = meant.is_some_and(|(term, _)| term.share);
    let better = agreed([first.better, given.better, meant.map(|(_, d)| d), other.map(|(_, d)| d)]);
    let term = meant.filter(|m| other.is_some_and(|o| o.0.key == m.0.key)).map(|(term, _)| term.key.clone());
    let Some(second) = in_unit(given.clone(), first.unit) else {
        let (a, b) = (first.clone(), given.clone());
        let (difference, interval, unpaired) = (None, None, None);
        return Compared { a, b, term, difference, interval, change: Change::CannotTell, paired, unpaired };
    };
    // The sign of a gap between groups is no direction: -0.3 is no less of a gap than 0.1.
    let signed = meant.is_some_and(|(term, _)| term.unit == Unit::Proportion) && first.value.min(second.value) < 0.0;
    let better = better.filter(|_| !signed);
    let whole = second.value - first.value;
    let same = whole.abs() <= 1e-12 * first.value.abs().max(1.0);
    let (difference, found) = match &paired {
        Some(Paired { difference, interval: (low, high), .. }) => {
            (*difference, Some(Difference { value: *difference, low: *low, high: *high }))
        }
        None => (whole, estimate(first, &second, share)),
    };
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
    let (a, difference) = (first.clone(), Some(difference));
    Compared { a, b: second, term, difference, interval, change, paired, unpaired: None }
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
