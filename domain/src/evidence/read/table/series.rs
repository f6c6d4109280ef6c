//! A pandas Series of metrics (`overall.to_csv()` of Fairlearn): a column without a name, and one that is called 0. Nothing in
//! it says that a row is a metric but the names of the rows: where one is a metric that is known, they are.

use super::super::{Source, Unreadable, groups, slim};
use super::mapping::{Mapping, is_fair};
use super::{missing, number, rows};
use crate::evidence::findings::{Findings, Format};
use std::collections::BTreeSet;

/// Rows that are looked at; no frame has as many metrics.
const ROWS: usize = 200;

/// Whether the columns are those of a Series without a name.
pub fn fits(columns: &[String]) -> bool {
    matches!(columns, [index, value] if index == rows::UNNAMED && value == "0")
}

/// What the columns are, if the rows are metrics.
///
/// # Errors
/// A broken table.
pub fn guess(file: &mut dyn Source) -> Result<Option<Mapping>, Unreadable> {
    let (metric, value) = (rows::UNNAMED.to_owned(), "0".to_owned());
    let mapping = Mapping::Metrics { metric, value, scope: None, slice: None, samples: None, stderr: None };
    Ok(metrics(file)?.map(|_| mapping))
}

/// Reads one.
///
/// # Errors
/// A broken table, or one whose columns have to be named by somebody who knows.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let Some(cells) = metrics(file)? else {
        return Err(Unreadable::Unknown(
            "a column without a name and one called 0: which of them holds metrics, and which their values, has to be mapped"
                .to_owned(),
        ));
    };
    let fair = cells.iter().any(|(name, _)| is_fair(name));
    let mut findings = Findings::new(if fair { Format::Fairlearn } else { Format::Table });
    if fair {
        findings.tool = Some("fairlearn".to_owned());
    }
    let mut values = Vec::new();
    for (name, cell) in cells {
        match number(&cell) {
            Some((value, _)) => values.push((name, value)),
            None => findings.note(format!("{name} has no finite value and is left out")),
        }
    }
    let samples = values.iter().find(|(name, _)| groups::is_count(name)).and_then(|(_, n)| slim::whole(*n));
    groups::group(&mut findings, None, samples, &values);
    findings.note("Values of all groups together: those of each group are not in this file");
    Ok(findings)
}

/// Names and cells of the rows, if they are metrics: each name once, none of them a number, one of them known.
fn metrics(file: &mut dyn Source) -> Result<Option<Vec<(String, String)>>, Unreadable> {
    let (mut cells, mut seen, mut plain) = (Vec::new(), BTreeSet::new(), true);
    rows::each(file, ROWS.saturating_add(1), &mut |_, row| {
        let [name, value] = row else { return };
        let named = !missing(name) && number(name).is_none() && seen.insert(name.clone());
        plain &= named && (missing(value) || number(value).is_some());
        cells.push((name.clone(), value.clone()));
    })?;
    let known = cells.iter().any(|(name, _)| groups::is_known(name));
    Ok((plain && known && cells.len() <= ROWS).then_some(cells))
}
