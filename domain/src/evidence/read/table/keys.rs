//! A JSON object of metrics: flat, or one level below under a name that says so.

use super::super::pick::{all, name, pick};
use super::super::slim::Slim;
use super::super::{Source, Unreadable, groups};
use super::mapping::Mapping;
use super::measure::complain;
use super::number;
use super::{measure, rows};
use crate::evidence::findings::{Findings, Format, Metric};
use std::collections::BTreeMap;

/// Names under which metrics stand together.
const WITHIN: &[&str] = &["metrics", "scores", "results", "table_results", "evaluation", "summary", "eval_results"];
/// Keys that are looked at.
const KEYS: usize = 5_000;
/// Numbers that say something about the file or the run and measure nothing.
const NOT: &[&str] = &["version", "schema_version", "seed", "timestamp", "id", "epoch", "step"];

/// Reads an object.
///
/// # Errors
/// Broken JSON, an object of another kind, or one without what the mapping names.
pub fn read(file: &mut dyn Source, mapping: Option<&Mapping>) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::Table);
    let mut top: Vec<(String, Slim)> = Vec::new();
    let mut names = 0_usize;
    pick(file, Format::Table.label(), &[all("*")], &mut findings, &mut |_, _, steps, piece| {
        names = names.saturating_add(1);
        // A name counts once, as in other readers of JSON it would overwrite.
        if matches!(piece, Slim::Map(_)) && top.iter().any(|(known, _)| known == name(steps)) {
            return;
        }
        let wanted = match mapping {
            Some(Mapping::Keys { metrics, samples }) => metrics
                .iter()
                .chain(samples)
                .any(|key| key.strip_prefix(name(steps)).is_some_and(|k| k.is_empty() || k.starts_with('.'))),
            _ => top.len() < KEYS,
        };
        // What is large and no metric is let go at once.
        let piece =
            if wanted { shallow(piece, WITHIN.contains(&name(steps)) || mapping.is_some()) } else { Slim::Null };
        top.push((name(steps).to_owned(), piece));
        top.truncate(10_000);
    })?;
    if mapping.is_none() && names > KEYS {
        findings.note(format!("Only the first {KEYS} of {names} keys were looked at"));
    }
    let object = Slim::Map(top);
    match mapping {
        Some(Mapping::Keys { metrics, samples }) => named(&object, metrics, samples.as_deref(), &mut findings)?,
        Some(_) => return Err(rows::broken("the mapping is for rows, but this is an object of keys".to_owned())),
        None => guessed(&object, &mut findings),
    }
    if findings.metrics.is_empty() {
        let keys: Vec<&str> = object.entries().iter().take(8).map(|(key, _)| key.as_str()).collect();
        return Err(Unreadable::Unknown(format!("JSON of no known kind (keys: {})", keys.join(", "))));
    }
    Ok(findings)
}

/// Lists and objects only where metrics may stand in them.
fn shallow(piece: Slim, within: bool) -> Slim {
    match piece {
        Slim::List(_) => Slim::List(Vec::new()),
        Slim::Map(_) if !within => Slim::Map(Vec::new()),
        piece => piece,
    }
}

fn named(object: &Slim, metrics: &[String], samples: Option<&str>, findings: &mut Findings) -> Result<(), Unreadable> {
    let samples = match samples {
        Some(key) => at(object, key).count(),
        None => None,
    };
    for key in metrics {
        let value = at(object, key);
        if value.is_null() {
            return Err(rows::broken(format!("no key {key:?}")));
        }
        match number(&value.words()) {
            Some((value, percent)) => {
                findings.metric(Metric { samples, ..Metric::new(key.as_str(), "", value, measure::unit(percent)) });
            }
            None => complain(findings, key, &value.words()),
        }
    }
    Ok(())
}

/// The value at a key, or at one within another: a point may part them, or belong to the name.
fn at<'a>(object: &'a Slim, key: &str) -> &'a Slim {
    const NULL: &Slim = &Slim::Null;
    let find = |name: &str| object.entries().iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let parted = || {
        key.match_indices('.').find_map(|(point, _)| {
            let (first, rest) = (key.get(..point)?, key.get(point.saturating_add(1)..)?);
            Some(at(find(first)?, rest)).filter(|value| !value.is_null())
        })
    };
    find(key).or_else(parted).unwrap_or(NULL)
}

fn guessed(object: &Slim, findings: &mut Findings) {
    let flat = object.entries().iter().all(|(_, value)| !matches!(value, Slim::List(_) | Slim::Map(_)));
    for (key, value) in object.entries() {
        match value {
            Slim::Map(entries) if WITHIN.contains(&key.as_str()) => {
                metrics(entries, "", findings);
                for (scope, inner) in entries.iter().filter(|(_, inner)| matches!(inner, Slim::Map(_))) {
                    metrics(inner.entries(), scope, findings);
                }
            }
            Slim::Map(_) | Slim::List(_) => findings.note(format!("What stands under {key:?} is not read")),
            Slim::Text(_) => findings.fact(key, &value.words()),
            _ => {}
        }
    }
    if flat {
        metrics(object.entries(), "", findings);
    }
}

/// Numbers as metrics; one whose name ends with "_stderr" is the error of another.
fn metrics(entries: &[(String, Slim)], scope: &str, findings: &mut Findings) {
    let numbers: BTreeMap<&str, f64> = entries
        .iter()
        .filter(|(key, value)| matches!(value, Slim::Num(_)) && !NOT.contains(&key.as_str()))
        .filter_map(|(key, value)| Some((key.as_str(), value.num()?)))
        .collect();
    for (key, value) in entries {
        let of = key.strip_suffix("_stderr").is_some_and(|of| numbers.contains_key(of));
        if let (Slim::Num(_), Some(value), false) = (value, numbers.get(key.as_str()), of) {
            let (unit, better) = groups::known(key, *value);
            let stderr = numbers.get(format!("{key}_stderr").as_str()).copied();
            findings.metric(Metric { better, stderr, ..Metric::new(key.as_str(), scope, *value, unit) });
        }
    }
}

/// The keys that are read where nothing is said.
///
/// # Errors
/// Broken JSON.
pub fn guess(file: &mut dyn Source) -> Result<Option<Mapping>, Unreadable> {
    let mut unused = Findings::new(Format::Table);
    let mut metrics = Vec::new();
    pick(file, Format::Table.label(), &[all("*")], &mut unused, &mut |_, _, steps, piece| {
        let key = name(steps);
        let number = |key: &str, value: &Slim| matches!(value, Slim::Num(_)) && !NOT.contains(&key);
        let within = piece.entries().iter().filter(|(inner, value)| WITHIN.contains(&key) && number(inner, value));
        let found =
            within.map(|(inner, _)| format!("{key}.{inner}")).chain(number(key, &piece).then(|| key.to_owned()));
        metrics.extend(found.take(KEYS.saturating_sub(metrics.len())));
    })?;
    Ok(Some(Mapping::Keys { metrics, samples: None })
        .filter(|m| !matches!(m, Mapping::Keys { metrics, .. } if metrics.is_empty())))
}
