//! What the columns of a table mean: said by a person and kept for the next upload, or guessed.

use super::super::{Source, Unreadable};
use super::super::{groups, ragas};
use super::{number, rows};
use serde::{Deserialize, Serialize};

/// Which column or key is what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rows", rename_all = "snake_case")]
pub enum Mapping {
    /// A row is a metric.
    Metrics {
        /// The column of its name.
        metric: String,
        /// The column of its value.
        value: String,
        /// What it was measured on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<String>,
        /// The group that it is of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slice: Option<String>,
        /// Samples that it rests on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        samples: Option<String>,
        /// Its standard error.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stderr: Option<String>,
    },
    /// A row is a group of people or a slice of the data.
    Groups {
        /// The columns that name it.
        group: Vec<String>,
        /// The columns that are metrics.
        metrics: Vec<String>,
        /// Samples that it has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        samples: Option<String>,
    },
    /// A row is a sample; of each metric the mean is taken.
    Samples {
        /// The columns that are metrics.
        metrics: Vec<String>,
        /// The column by which the means are taken too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slice: Option<String>,
    },
    /// No rows: an object whose keys ("scores.accuracy" for one within another) are metrics.
    Keys {
        /// The keys.
        metrics: Vec<String>,
        /// The key of the number of samples.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        samples: Option<String>,
    },
}

/// Rows by which a guess is made.
const LOOKED_AT: usize = 500;

/// What was seen of a column.
#[derive(Default, Clone)]
struct Column {
    numbers: u64,
    texts: u64,
    values: std::collections::BTreeSet<String>,
}

/// Guesses what the columns mean; none where no column looks like a metric.
///
/// # Errors
/// No table.
pub fn guess(file: &mut dyn Source) -> Result<Option<Mapping>, Unreadable> {
    let (mut looked, mut seen) = (0_u64, Vec::<Column>::new());
    let (columns, _) = rows::each(file, LOOKED_AT, &mut |columns, cells| {
        looked = looked.saturating_add(1);
        seen.resize(columns.len(), Column::default());
        for (column, cell) in seen.iter_mut().zip(cells).filter(|(_, cell)| !super::missing(cell)) {
            let count = if number(cell).is_some() { &mut column.numbers } else { &mut column.texts };
            *count = count.saturating_add(1);
            if column.numbers == 0 {
                column.values.insert(cell.chars().take(40).collect());
            }
        }
    })?;
    let one_of = |names: &[&str]| {
        columns.iter().find(|column| names.contains(&column.to_ascii_lowercase().replace([' ', '-'], "_").as_str()))
    };
    let metric = one_of(&["metric", "metric_name", "measure", "metrics"]);
    let value = one_of(&["value", "score", "result", "mean", "metric_value"]);
    if let (Some(metric), Some(value)) = (metric, value) {
        return Ok(Some(Mapping::Metrics {
            metric: metric.clone(),
            value: value.clone(),
            scope: one_of(&["task", "dataset", "benchmark", "scope", "model"]).cloned(),
            slice: one_of(&["slice", "group", "subgroup", "segment"]).cloned(),
            samples: columns.iter().find(|column| groups::is_count(column)).cloned(),
            stderr: one_of(&["stderr", "std_err", "standard_error", "se"]).cloned(),
        }));
    }
    // A word in place of a number now and then is a tool that failed; Ragas may fail on every row.
    let measures = |(name, column): &(&String, &Column)| {
        let ragas = ragas::METRICS.contains(&name.as_str());
        !is_id(name) && (ragas || column.numbers > 0 && column.texts.saturating_mul(4) <= column.numbers)
    };
    let metrics: Vec<String> = columns
        .iter()
        .zip(&seen)
        .filter(measures)
        .map(|(name, _)| name.clone())
        .filter(|name| !groups::is_count(name))
        .collect();
    if metrics.is_empty() {
        return Ok(None);
    }
    let samples = columns.iter().find(|column| groups::is_count(column)).cloned();
    // Each row another group, named by the columns before the first metric.
    let named = seen.iter().take_while(|column| column.numbers == 0 && column.texts > 0).count();
    let distinct = seen.iter().take(named).map(|c| c.values.len()).max().unwrap_or(0) as u64;
    let fair = metrics.iter().any(|m| is_fair(m));
    let rates = samples.is_some() && metrics.iter().any(|m| groups::is_known(m));
    let all = columns.len() == named.saturating_add(metrics.len()).saturating_add(usize::from(samples.is_some()));
    // Or the heading says so: a mean over groups would say something else than the file.
    let said = named == 1 && columns.first().is_some_and(|name| is_group(name));
    if (said && distinct == looked) || (all && (fair || rates) && (named == 1 && distinct == looked || named > 1)) {
        return Ok(Some(Mapping::Groups { group: columns.into_iter().take(named).collect(), metrics, samples }));
    }
    Ok(Some(Mapping::Samples { metrics, slice: None }))
}

/// Metrics that are taken to compare groups of people.
pub fn is_fair(metric: &str) -> bool {
    matches!(metric, "selection_rate" | "false_positive_rate" | "false_negative_rate" | "true_positive_rate")
}

/// Headings of a column that names groups of people or slices of the data.
fn is_group(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    matches!(
        name.as_str(),
        "group" | "subgroup" | "slice" | "segment" | "cohort" | "stratum" | "age_group" | "demographic"
    )
}

/// Columns of numbers that measure nothing.
fn is_id(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    matches!(
        name.as_str(),
        "" | "id"
            | "index"
            | "idx"
            | "row"
            | "no"
            | "#"
            | "unnamed: 0"
            | "seed"
            | "epoch"
            | "step"
            | "timestamp"
            | "year"
            | "line"
    ) || name.ends_with("_id")
        || name.ends_with(" id")
        || name.ends_with("_idx")
        || name.ends_with("_index")
        || name.ends_with("timestamp")
}
