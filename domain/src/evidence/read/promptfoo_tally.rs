//! What rows of promptfoo come to: by provider and prompt, by attack, and all together.

use super::Findings;
use super::promptfoo_row::{Ended, Row};
use crate::evidence::findings::{Better, Counts, Metric, Unit};
use std::collections::BTreeMap;

/// Pairs of provider and prompt, and attacks, that are told apart.
const GROUPS_MAX: usize = 1_000;
/// Named scores of one of them.
const NAMES_MAX: usize = 50;

/// A sum and what it rests on.
#[derive(Default, Clone, Copy)]
struct Sum {
    sum: f64,
    n: f64,
    rows: u64,
}

#[derive(Default)]
struct Group {
    counts: Counts,
    named: BTreeMap<String, Sum>,
}

/// What the rows come to.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) counts: Counts,
    groups: BTreeMap<String, Group>,
    attacks: BTreeMap<String, Counts>,
    latency: Sum,
    cost: Sum,
}

fn count(counts: &mut Counts, ended: Ended) {
    match ended {
        Ended::Passed => counts.passed += 1,
        Ended::Failed => counts.failed += 1,
        Ended::Error => counts.errors += 1,
    }
}

impl Tally {
    /// Adds a row.
    pub(super) fn add(&mut self, row: &Row, findings: &mut Findings) {
        let ended = row.ended();
        count(&mut self.counts, ended);
        findings.target(&row.provider.id);
        for (sum, value) in [(&mut self.latency, &row.latency), (&mut self.cost, &row.cost)] {
            if let Some(value) = value.num() {
                *sum = Sum { sum: sum.sum + value, n: sum.n + 1.0, rows: sum.rows + 1 };
            }
        }
        if ended != Ended::Passed {
            self.fail(row, ended, findings);
        }
        let group = row.group();
        if self.groups.len() < GROUPS_MAX || self.groups.contains_key(&group) {
            let group = self.groups.entry(group).or_default();
            count(&mut group.counts, ended);
            group.score(row);
        } else {
            findings.note(format!("Only the first {GROUPS_MAX} pairs of provider and prompt are told apart"));
        }
        if let Some(attack) = row.attack()
            && (self.attacks.len() < GROUPS_MAX || self.attacks.contains_key(&attack))
        {
            count(self.attacks.entry(attack).or_default(), ended);
        }
    }

    fn fail(&self, row: &Row, ended: Ended, findings: &mut Findings) {
        let said = row.reason().or(row.error.text()).unwrap_or("no reason given");
        let severity = row.severity();
        if ended == Ended::Error {
            let said = row.error.text().unwrap_or(said);
            findings.failure(&row.name(), &format!("error: {said}"), Some("error"));
        } else {
            findings.failure(&row.name(), said, severity.as_deref());
        }
    }

    /// Says what the rows come to. Named scores come from the rows unless the file sums them up itself.
    pub(super) fn tell(&self, findings: &mut Findings, named: bool) {
        let all = self.counts.total();
        if all == 0 {
            return;
        }
        findings.counts = Some(self.counts);
        if self.counts.errors > 0 {
            findings.note(format!("{} tests ended with an error: they neither passed nor failed", self.counts.errors));
        }
        findings.metric(pass_rate("", &self.counts));
        for (name, group) in &self.groups {
            if self.groups.len() > 1 {
                findings.metric(pass_rate(name, &group.counts));
            }
            for (score, sum) in group.named.iter().filter(|_| named) {
                findings.metric(named_score(score, name, sum.sum / sum.n, Some(sum.rows)));
            }
        }
        for (attack, counts) in &self.attacks {
            let tried = counts.passed.saturating_add(counts.failed);
            if tried == 0 {
                findings.note(format!("{attack}: every attack ended with an error"));
                continue;
            }
            let value = counts.failed as f64 / tried as f64;
            let mut metric = Metric::new("attack_success_rate", attack.as_str(), value, Unit::Proportion);
            metric.better = Some(Better::Lower);
            (metric.samples, metric.hits) = (Some(tried), Some(counts.failed));
            findings.metric(metric);
        }
        for (name, sum, value, unit) in [
            ("latencyMs", self.latency, self.latency.sum / self.latency.n, Unit::Milliseconds),
            ("cost", self.cost, self.cost.sum, Unit::Dollars),
        ] {
            if sum.rows > 0 {
                let mut metric = Metric::new(name, "", value, unit);
                (metric.better, metric.samples) = (Some(Better::Lower), Some(sum.rows));
                findings.metric(metric);
            }
        }
    }
}

impl Group {
    fn score(&mut self, row: &Row) {
        for (name, sum, n) in row.scores() {
            if self.named.len() >= NAMES_MAX && !self.named.contains_key(name) {
                continue;
            }
            let all = self.named.entry(name.to_owned()).or_default();
            *all = Sum { sum: all.sum + sum, n: all.n + n, rows: all.rows + 1 };
        }
    }
}

/// The share of tests that passed; as in promptfoo, of all of them.
fn pass_rate(scope: &str, counts: &Counts) -> Metric {
    let all = counts.total();
    let mut metric = Metric::new("pass_rate", scope, counts.passed as f64 / all as f64, Unit::Proportion);
    metric.better = Some(Better::Higher);
    (metric.samples, metric.hits) = (Some(all), Some(counts.passed));
    metric
}

/// A named score: assertions score 0 to 1, more is better.
pub(super) fn named_score(name: &str, scope: &str, value: f64, samples: Option<u64>) -> Metric {
    let unit = if (0.0..=1.0).contains(&value) { Unit::Proportion } else { Unit::Other };
    let mut metric = Metric::new(name, scope, value, unit);
    metric.better = Some(Better::Higher);
    metric.samples = samples;
    metric
}
