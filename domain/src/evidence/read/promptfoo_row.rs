//! Rows of promptfoo: a test of one prompt at one provider, and what all of them come to.

use super::Findings;
use super::loose::{Figure, List, Object, Said, Scalar, Table};
use crate::evidence::findings::{Better, Counts, Metric, Unit};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// Pairs of provider and prompt, and attacks, that are told apart.
const GROUPS_MAX: usize = 1_000;
/// Named scores of one of them.
const NAMES_MAX: usize = 50;

/// A row; its variables and assertions, whose form is anybody's, are passed over unless `F` says what is wanted of them.
#[derive(Deserialize, Default)]
#[serde(default, bound = "F: Deserialize<'de> + Default")]
pub(super) struct Row<F = IgnoredAny> {
    success: Scalar,
    #[serde(rename = "failureReason")]
    failure_reason: Scalar,
    error: Scalar,
    #[serde(rename = "latencyMs")]
    pub(super) latency: Scalar,
    cost: Scalar,
    provider: Said,
    pub(super) prompt: Object<Prompt>,
    pub(super) vars: F,
    #[serde(rename = "testIdx")]
    test: Scalar,
    #[serde(rename = "namedScores")]
    named: Table<Figure>,
    #[serde(rename = "gradingResult")]
    grading: Object<Grading>,
    #[serde(rename = "testCase")]
    pub(super) case: Object<Case<F>>,
    metadata: Object<Meta>,
    description: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Prompt {
    label: Scalar,
    display: Scalar,
    pub(super) raw: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Grading {
    reason: Scalar,
    #[serde(rename = "namedScoreWeights")]
    weights: Table<Figure>,
    #[serde(rename = "componentResults")]
    components: List<Object<Component>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Component {
    assertion: Object<Assertion>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Assertion {
    metric: Scalar,
}

/// What a row was made from.
#[derive(Deserialize, Default)]
#[serde(default, bound = "F: Deserialize<'de> + Default")]
pub(super) struct Case<F = IgnoredAny> {
    pub(super) description: Scalar,
    pub(super) vars: F,
    #[serde(rename = "assert")]
    pub(super) asserted: F,
    metadata: Object<Meta>,
}

/// What a red-team run says of a test.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Meta {
    #[serde(rename = "pluginId")]
    plugin: Scalar,
    #[serde(rename = "strategyId")]
    strategy: Scalar,
    severity: Scalar,
}

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

/// How a row ended.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ended {
    Passed,
    Failed,
    Error,
}

impl<F> Row<F> {
    /// An error is no failure. Old rows do not tell the two apart: there a row that was graded has failed.
    pub(super) fn ended(&self) -> Ended {
        match (self.success.bool(), self.failure_reason.count()) {
            (Some(true), _) => Ended::Passed,
            (_, Some(2)) => Ended::Error,
            (_, Some(_)) => Ended::Failed,
            (None, None) => Ended::Error,
            (Some(false), None) if self.grading.0.is_none() && self.error.text().is_some() => Ended::Error,
            (Some(false), None) => Ended::Failed,
        }
    }

    /// The provider and the prompt.
    pub(super) fn group(&self) -> String {
        let prompt = self.prompt.0.as_ref();
        let prompt = prompt.and_then(|p| p.label.text().or(p.display.text()).or(p.raw.text())).unwrap_or_default();
        let short: String = prompt.chars().take(120).collect();
        format!("{} / {short}", self.provider.0)
    }

    fn meta(&self, pick: impl Fn(&Meta) -> &Scalar) -> Option<String> {
        let case = self.case.0.as_ref().and_then(|case| case.metadata.0.as_ref());
        case.and_then(|meta| pick(meta).word()).or_else(|| self.metadata.0.as_ref().and_then(|meta| pick(meta).word()))
    }

    /// The plugin and strategy of a red-team run.
    pub(super) fn attack(&self) -> Option<String> {
        let plugin = self.meta(|meta| &meta.plugin)?;
        Some(match self.meta(|meta| &meta.strategy) {
            Some(strategy) => format!("{plugin} / {strategy}"),
            None => plugin,
        })
    }

    /// Named scores, each as a sum and what that is to be divided by: a row's named score is a sum over its assertions of
    /// that name; since the file knows weights, a mean.
    pub(super) fn scores(&self) -> impl Iterator<Item = (&str, f64, f64)> {
        let grading = self.grading.0.as_ref();
        self.named.0.iter().filter_map(move |(name, value)| {
            let value = value.0?;
            let weight = grading.and_then(|grading| grading.weights.0.get(name)).and_then(|figure| figure.0);
            Some(match weight.filter(|weight| *weight > 0.0) {
                Some(weight) => (name.as_str(), value * weight, weight),
                None => {
                    let components = grading.map(|grading| grading.components.0.as_slice()).unwrap_or_default();
                    let of = |component: &&Object<Component>| {
                        let assertion = component.0.as_ref().and_then(|component| component.assertion.0.as_ref());
                        assertion.and_then(|assertion| assertion.metric.text()) == Some(name)
                    };
                    (name.as_str(), value, components.iter().filter(of).count().max(1) as f64)
                }
            })
        })
    }

    fn name(&self) -> String {
        let case = self.case.0.as_ref().and_then(|case| case.description.text());
        match case.or(self.description.text()) {
            Some(description) => description.to_owned(),
            None => match self.meta(|meta| &meta.plugin) {
                Some(plugin) => plugin,
                None => format!("test {}", self.test.word().unwrap_or_default()),
            },
        }
    }
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
        findings.target(&row.provider.0);
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
        let reason = row.grading.0.as_ref().and_then(|grading| grading.reason.text());
        let said = reason.or(row.error.text()).unwrap_or("no reason given");
        let severity = row.meta(|meta| &meta.severity);
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
