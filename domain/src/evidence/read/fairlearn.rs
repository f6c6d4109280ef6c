//! Fairlearn: a metric frame as it is dumped, as JSON (overall, by group, differences) or as the table of groups.

use super::groups;
use super::json::Shape;
use super::pick::{all, pick};
use super::slim::Slim;
use super::{Source, Unreadable};
use crate::evidence::findings::{Findings, Format, Metric};
use std::collections::BTreeMap;

/// Measures over all groups that Fairlearn names itself.
const MEASURES: &[&str] = &[
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equalized_odds_difference",
    "equalized_odds_ratio",
    "equal_opportunity_difference",
    "equal_opportunity_ratio",
];
/// What is drawn from the values of the groups; Fairlearn names derived metrics with these words at their end.
const DERIVED: &[&str] = &["difference", "ratio", "group_min", "group_max"];

/// Whether it is a metric frame.
pub fn fits(shape: &Shape) -> bool {
    shape.has(&["overall", "by_group"])
}

/// Reads a dump.
///
/// # Errors
/// Broken JSON.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::Fairlearn);
    findings.tool = Some("fairlearn".to_owned());
    let mut picks = vec![all("overall"), all("by_group")];
    picks.extend(DERIVED.iter().chain(MEASURES).map(|path| all(path)));
    let (mut overall, mut by_group, mut derived) = (Slim::Null, Slim::Null, Vec::new());
    pick(file, Format::Fairlearn.label(), &picks, &mut findings, &mut |_, at, _, piece| match at {
        0 => overall = piece,
        1 => by_group = piece,
        at if derived.len() < DERIVED.len() + MEASURES.len() => derived.extend(at.checked_sub(2).map(|at| (at, piece))),
        _ => {}
    })?;
    let whole = values(&mut findings, "overall", &overall);
    groups::group(&mut findings, None, samples(&whole), &whole);
    let mut sizes = Vec::new();
    for (group, entries) in turned(&overall, &by_group) {
        let values = values(&mut findings, &group, &entries);
        groups::group(&mut findings, Some(&group), samples(&values), &values);
        sizes.push((group, samples(&values)));
    }
    for (at, piece) in &derived {
        let names = DERIVED.iter().chain(MEASURES);
        let Some(name) = names.clone().nth(*at) else { continue };
        let values = values(&mut findings, name, piece);
        for (metric, value) in values.iter().filter(|(metric, _)| !groups::is_count(metric)) {
            let full =
                if *at < DERIVED.len() && !metric.is_empty() { format!("{metric}_{name}") } else { (*name).to_owned() };
            let (unit, better) = groups::known(&full, *value);
            findings.metric(Metric { better, ..Metric::new(full, "", *value, unit) });
        }
    }
    if sizes.is_empty() {
        findings.note("The frame holds no group");
    }
    groups::sizes(&mut findings, &sizes);
    Ok(findings)
}

/// Groups with their metrics. Pandas writes a frame by metric first; then it is turned.
fn turned(overall: &Slim, by_group: &Slim) -> Vec<(String, Slim)> {
    let by_metric = !overall.entries().is_empty()
        && !by_group.entries().is_empty()
        && by_group.entries().iter().all(|(name, _)| !overall.at(name).is_null());
    if !by_metric {
        return by_group.entries().to_vec();
    }
    let mut out = BTreeMap::<String, Vec<(String, Slim)>>::new();
    for (metric, values) in by_group.entries() {
        for (group, value) in values.entries() {
            out.entry(group.clone()).or_default().push((metric.clone(), value.clone()));
        }
    }
    out.into_iter().map(|(group, entries)| (group, Slim::Map(entries))).collect()
}

/// Metrics with finite values; a frame of a single metric has no name for it.
fn values(findings: &mut Findings, of: &str, entries: &Slim) -> Vec<(String, f64)> {
    if let Some(value) = entries.num() {
        return vec![(String::new(), value)];
    }
    let mut out = Vec::new();
    for (name, value) in entries.entries() {
        match value.num() {
            Some(value) => out.push((name.clone(), value)),
            None => findings.note(format!("{name} of {of} has no finite value and is left out")),
        }
    }
    out
}

fn samples(values: &[(String, f64)]) -> Option<u64> {
    values.iter().find(|(name, _)| groups::is_count(name)).and_then(|(_, n)| super::slim::whole(*n))
}
