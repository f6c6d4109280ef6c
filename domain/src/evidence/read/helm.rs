//! Statistics of a HELM run (`stats.json`, alone or in the run's folder): a list of what was measured by split and perturbation.
//!
//! The `count` of a statistic is the number of trials, not of instances: those have a statistic of their own.

use super::lm_eval_names::whole;
use super::loose::{ENTRIES_MAX, Object, Scalar};
use super::walk::{Each, document};
use super::{Findings, Shape, Source, Unreadable};
use crate::evidence::findings::{Better, Format, Metric, RunState, Unit};
use serde::Deserialize;
use std::io::Read;

const FORMAT: &str = "HELM statistics";

/// Whether a document is one.
pub fn fits(shape: &Shape) -> bool {
    shape.list && shape.has(&["name", "count", "sum", "sum_squared"])
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Stat {
    pub(super) name: Object<Name>,
    pub(super) count: Scalar,
    pub(super) mean: Scalar,
    pub(super) sum: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Name {
    pub(super) name: Scalar,
    pub(super) split: Scalar,
    pub(super) perturbation: Object<Perturbation>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Perturbation {
    name: Scalar,
    computed_on: Scalar,
}

impl Stat {
    /// Its trials and its mean over them; none where it rests on nothing.
    pub(super) fn value(&self) -> Option<(u64, f64)> {
        let trials = self.count.count().filter(|n| *n > 0)?;
        Some((trials, self.mean.num().or_else(|| self.sum.num().map(|sum| sum / trials as f64))?))
    }
}

struct Measured {
    name: String,
    split: String,
    slice: Option<String>,
    trials: u64,
    value: f64,
}

/// Reads one.
///
/// # Errors
/// Broken JSON, or a stream that failed.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = statistics(file)?;
    findings.note("Statistics name neither model, scenario nor time: run_spec.json of the same run does");
    Ok(findings)
}

/// What a stream of statistics says.
///
/// # Errors
/// Broken JSON, or a stream that failed.
pub(super) fn statistics(stream: impl Read) -> Result<Findings, Unreadable> {
    let (mut all, mut empty, mut more) = (Vec::new(), 0_u64, 0_u64);
    let take = |stat: Object<Stat>| match stat.0.and_then(measured) {
        None => empty += 1,
        Some(_) if all.len() >= ENTRIES_MAX => more += 1,
        Some(measured) => all.push(measured),
    };
    document(stream, FORMAT, Each::new(take))?;

    let mut findings = Findings::new(Format::Helm);
    findings.tool = Some("HELM".to_owned());
    if empty > 0 {
        findings.note(format!("{empty} statistics rest on nothing and have no value"));
    }
    if more > 0 {
        findings.note(format!("Only the first {ENTRIES_MAX} statistics were read, {more} were left out"));
    }
    if all.is_empty() {
        findings.note("No statistic has a value: nothing was measured");
    } else {
        // The file is written once, when a run is over.
        findings.state = RunState::Complete;
        tell(&mut findings, &all);
    }
    Ok(findings)
}

fn measured(stat: Stat) -> Option<Measured> {
    let (trials, value) = stat.value()?;
    let name = stat.name.0?;
    let slice = name.perturbation.0.as_ref().map(|perturbation| {
        let by = perturbation.name.text().unwrap_or("perturbed");
        match perturbation.computed_on.text() {
            Some(on) => format!("{by} ({on})"),
            None => by.to_owned(),
        }
    });
    let split = name.split.text().unwrap_or_default().to_owned();
    Some(Measured { name: name.name.text()?.to_owned(), split, slice, trials, value })
}

fn tell(findings: &mut Findings, all: &[Measured]) {
    let test = all.iter().any(|one| one.split == "test");
    if !test {
        findings.note("There is no test split: every split is given");
    }
    let others = all.iter().filter(|one| test && one.split != "test").count();
    if others > 0 {
        findings.note(format!("{others} statistics of splits other than test are left out"));
    }
    let instances = |split: &str| {
        let found = all.iter().find(|one| one.name == "num_instances" && one.split == split && one.slice.is_none());
        found.and_then(|one| whole(one.value))
    };
    if test && instances("test") == Some(0) {
        findings.note("No instance was evaluated");
    }
    for one in all.iter().filter(|one| !test || one.split == "test") {
        let (unit, better) = kind(&one.name);
        let unit = if unit == Unit::Proportion && !(0.0..=1.0).contains(&one.value) { Unit::Other } else { unit };
        let mut metric = Metric::new(one.name.as_str(), one.split.as_str(), one.value, unit);
        metric.slice.clone_from(&one.slice);
        metric.better = better;
        if unit != Unit::Count {
            metric.samples = instances(&one.split);
        }
        if one.trials > 1 {
            findings.note(format!("Values are means over {} trials", one.trials));
        } else if unit == Unit::Proportion && one.name.contains("exact_match") {
            metric.hits = metric.samples.and_then(|n| whole(one.value * n as f64));
        }
        findings.metric(metric);
    }
}

/// The unit of a statistic, and where better lies, by its definition in HELM.
fn kind(name: &str) -> (Unit, Option<Better>) {
    match name {
        _ if name.contains("exact_match") => (Unit::Proportion, Some(Better::Higher)),
        "f1_score"
        | "f1_set_match"
        | "rouge_1"
        | "rouge_2"
        | "rouge_l"
        | "classification_macro_f1"
        | "classification_micro_f1" => (Unit::Proportion, Some(Better::Higher)),
        "ece_10_bin" | "ece_1_bin" | "toxic_frac" | "expected_max_toxicity" => (Unit::Proportion, Some(Better::Lower)),
        "max_prob" | "prompt_truncated" => (Unit::Proportion, None),
        "inference_runtime" => (Unit::Seconds, Some(Better::Lower)),
        "perplexity" | "bits_per_byte" => (Unit::Other, Some(Better::Lower)),
        _ if name.starts_with("finish_reason_") => (Unit::Proportion, None),
        _ if name.ends_with("_tokens") => (Unit::Tokens, None),
        _ if name.starts_with("num_") => (Unit::Count, None),
        _ => (Unit::Other, None),
    }
}
