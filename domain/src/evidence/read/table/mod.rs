//! Any table of metrics: CSV, a JSON list of objects, a flat JSON object. What a column means a [`Mapping`] says, or a guess.

mod keys;
mod mapping;
mod measure;
mod promptfoo;
mod rows;
mod series;

pub use mapping::Mapping;

use super::json::Shape;
use super::{Source, Unreadable};
use crate::evidence::findings::{Findings, Format};
use std::io::{Read, SeekFrom};

/// Whether it may be a table: any JSON that is one document. Reading says whether it is.
pub fn fits(shape: &Shape) -> bool {
    !shape.lines
}

/// Reads a table, with a guess of what its columns mean.
///
/// # Errors
/// No table, none with a column of numbers, or a broken one.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    if object(file)? {
        return keys::read(file, None);
    }
    let list = json(file)?;
    let (columns, _) = rows::each(file, 1, &mut |_, _| {})?;
    if promptfoo::fits(&columns) {
        return promptfoo::read(file);
    }
    if series::fits(&columns) {
        return series::read(file);
    }
    let nothing = || Unreadable::Unknown(format!("a table without metrics (columns: {})", some(&columns)));
    let mapping = guess(file)?.ok_or_else(nothing)?;
    let ragas = columns.iter().any(|column| super::ragas::METRICS.contains(&column.as_str()));
    // Records of anything are a list of objects too: of those only ones with metrics by name are read unasked.
    let named = |metrics: &[String]| ragas || metrics.iter().any(|m| super::groups::is_known(m));
    if let Mapping::Samples { metrics, .. } = &mapping
        && list
        && !named(metrics)
    {
        return Err(nothing());
    }
    let format = match &mapping {
        Mapping::Groups { metrics, .. } if metrics.iter().any(|m| mapping::is_fair(m)) => Format::Fairlearn,
        Mapping::Samples { .. } if ragas => Format::Ragas,
        _ => Format::Table,
    };
    let mut findings = Findings::new(format);
    measure::measure(file, &mapping, &mut findings)?;
    match &mapping {
        Mapping::Groups { group, .. } => findings.fact("groups by", &group.join(", ")),
        Mapping::Samples { metrics, .. } => {
            findings.note(format!("Read as one row a sample; means were taken of: {}", metrics.join(", ")));
        }
        _ => {}
    }
    Ok(findings)
}

/// A guess of what the columns or keys mean, for a person to correct; none where nothing looks like a metric.
///
/// # Errors
/// No table, or a broken one.
pub fn guess(file: &mut dyn Source) -> Result<Option<Mapping>, Unreadable> {
    if object(file)? {
        return keys::guess(file);
    }
    let (columns, _) = rows::each(file, 1, &mut |_, _| {})?;
    if series::fits(&columns) { series::guess(file) } else { mapping::guess(file) }
}

/// The columns of a table, or the keys of an object that hold numbers (then true): what a mapping chooses from.
///
/// # Errors
/// No table, or a broken one.
pub fn columns(file: &mut dyn Source) -> Result<(Vec<String>, bool), Unreadable> {
    if object(file)? {
        return Ok(match keys::guess(file)? {
            Some(Mapping::Keys { metrics, .. }) => (metrics, true),
            _ => (Vec::new(), true),
        });
    }
    Ok((rows::each(file, 1, &mut |_, _| {})?.0, false))
}

/// Reads a table as a mapping says.
///
/// # Errors
/// No table, a broken one, or one without what the mapping names.
pub fn read_with(file: &mut dyn Source, mapping: &Mapping) -> Result<Findings, Unreadable> {
    if object(file)? {
        return keys::read(file, Some(mapping));
    }
    if matches!(mapping, Mapping::Keys { .. }) {
        return Err(rows::broken("the mapping is for an object of keys, but this has rows".to_owned()));
    }
    let mut findings = Findings::new(Format::Table);
    measure::measure(file, mapping, &mut findings)?;
    Ok(findings)
}

fn object(file: &mut dyn Source) -> Result<bool, Unreadable> {
    Ok(first(file)? == Some(b'{'))
}

fn json(file: &mut dyn Source) -> Result<bool, Unreadable> {
    Ok(first(file)? == Some(b'['))
}

fn first(file: &mut dyn Source) -> Result<Option<u8>, Unreadable> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    (&mut *file).take(256).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start().first().copied())
}

fn some(names: &[String]) -> String {
    super::slim::short(&names.iter().take(12).cloned().collect::<Vec<_>>().join(", "))
}

/// The number in a cell, and whether it is given in percent. Yes and no count as one and nought.
fn number(cell: &str) -> Option<(f64, bool)> {
    let cell = cell.trim();
    if let Some(percent) = cell.strip_suffix('%') {
        return percent.trim().parse().ok().filter(|n: &f64| n.is_finite()).map(|n| (n, true));
    }
    let flag = match cell {
        "True" | "true" | "TRUE" => Some(1.0),
        "False" | "false" | "FALSE" => Some(0.0),
        _ => cell.parse().ok().filter(|n: &f64| n.is_finite()),
    };
    flag.map(|n| (n, false))
}

/// Whether a cell says that there is nothing.
fn missing(cell: &str) -> bool {
    matches!(
        cell.trim().to_ascii_lowercase().as_str(),
        "" | "nan" | "null" | "none" | "n/a" | "na" | "-" | "inf" | "-inf" | "infinity" | "-infinity"
    )
}
