//! Metrics out of rows, as a mapping says.

use super::super::ragas::METRICS;
use super::super::{Source, Unreadable, groups, slim};
use super::mapping::Mapping;
use super::{missing, number, rows};
use crate::evidence::findings::{Better, Findings, Format, Metric, Unit};
use std::collections::BTreeMap;

/// Slices that are told apart.
const SLICES: usize = 200;

/// Reads rows by a mapping.
///
/// # Errors
/// No table, or one without a column that the mapping names.
pub fn measure(file: &mut dyn Source, mapping: &Mapping, findings: &mut Findings) -> Result<(), Unreadable> {
    let mut means = BTreeMap::<Option<String>, Vec<Mean>>::new();
    let mut sizes = Vec::new();
    let mut places = BTreeMap::<String, usize>::new();
    let mut count = 0_u64;
    let (columns, even) = rows::each(file, usize::MAX, &mut |columns, cells| {
        count = count.saturating_add(1);
        if places.is_empty() {
            places.extend(columns.iter().enumerate().map(|(at, name)| (name.clone(), at)));
        }
        let cell = |name: &str| places.get(name).and_then(|at| cells.get(*at)).map_or("", String::as_str);
        let may = |name: &Option<String>| name.as_deref().map_or("", cell);
        match mapping {
            Mapping::Metrics { metric, value, scope, slice, samples, stderr } => {
                let name = cell(metric);
                match number(cell(value)) {
                    Some((value, percent)) => findings.metric(Metric {
                        slice: Some(may(slice).to_owned()).filter(|slice| !slice.is_empty()),
                        samples: number(may(samples)).and_then(|(n, _)| slim::whole(n)),
                        stderr: number(may(stderr)).map(|(n, _)| n),
                        ..Metric::new(name, may(scope), value, unit(percent))
                    }),
                    None => findings.note(format!("{name:?} has no number as its value and is left out")),
                }
            }
            Mapping::Groups { group, metrics, samples } => {
                let group: Vec<&str> = group.iter().map(|name| cell(name)).filter(|name| !name.is_empty()).collect();
                let group = group.join(", ");
                let samples = number(may(samples)).and_then(|(n, _)| slim::whole(n));
                let mut values = Vec::new();
                for name in metrics {
                    match number(cell(name)) {
                        // A share in percent is told as the proportion that it is.
                        Some((value, true)) if groups::is_known(name) => values.push((name.clone(), value / 100.0)),
                        Some((value, _)) => values.push((name.clone(), value)),
                        None => findings.note(format!("{name} of {group} has no finite value and is left out")),
                    }
                }
                groups::group(findings, Some(&group), samples, &values);
                if sizes.len() < SLICES {
                    sizes.push((group, samples));
                }
            }
            Mapping::Samples { metrics, slice } => {
                let add = |means: &mut Vec<Mean>| {
                    means.resize(metrics.len(), Mean::default());
                    means.iter_mut().zip(metrics).for_each(|(mean, name)| mean.add(cell(name)));
                };
                add(means.entry(None).or_default());
                let slice = may(slice);
                if !slice.is_empty() && (means.len() <= SLICES || means.contains_key(&Some(slice.to_owned()))) {
                    add(means.entry(Some(slice.to_owned())).or_default());
                }
            }
            Mapping::Keys { .. } => {}
        }
    })?;
    if let Some(name) = wanted(mapping).into_iter().find(|name| !columns.contains(name)) {
        return Err(rows::broken(format!(
            "no column {name:?} (columns: {})",
            columns.iter().take(20).cloned().collect::<Vec<_>>().join(", ")
        )));
    }
    if !even {
        findings.note("Some rows are longer or shorter than the first; cells without a column are left out");
    }
    if count == 0 {
        findings.note("The table has no rows, so it shows nothing");
    }
    match mapping {
        Mapping::Groups { .. } => groups::sizes(findings, &sizes),
        Mapping::Samples { metrics, .. } => {
            for (slice, means) in &means {
                metrics.iter().zip(means).for_each(|(name, mean)| mean.metric(findings, name, slice.as_deref(), count));
            }
        }
        _ => {}
    }
    Ok(())
}

/// Columns that a mapping names.
fn wanted(mapping: &Mapping) -> Vec<&String> {
    match mapping {
        Mapping::Metrics { metric, value, scope, slice, samples, stderr } => {
            [metric, value].into_iter().chain([scope, slice, samples, stderr].into_iter().flatten()).collect()
        }
        Mapping::Groups { group, metrics, samples } => group.iter().chain(metrics).chain(samples).collect(),
        Mapping::Samples { metrics, slice } => metrics.iter().chain(slice).collect(),
        Mapping::Keys { .. } => Vec::new(),
    }
}

pub fn unit(percent: bool) -> Unit {
    if percent { Unit::Percent } else { Unit::Other }
}

/// The mean of a column over the rows that have a number in it.
#[derive(Debug, Clone, Default)]
struct Mean {
    n: u64,
    /// Running mean and sum of squared distances to it (Welford), which stay exact in long tables.
    mean: f64,
    squares: f64,
    ones: u64,
    binary: bool,
    percent: bool,
    missing: u64,
}

impl Mean {
    fn add(&mut self, cell: &str) {
        let Some((value, percent)) = number(cell) else {
            self.missing = self.missing.saturating_add(1);
            return;
        };
        self.binary = (self.binary || self.n == 0) && (value == 0.0 || value == 1.0);
        self.n = self.n.saturating_add(1);
        self.ones = self.ones.saturating_add(u64::from(value == 1.0));
        self.percent |= percent;
        let from = value - self.mean;
        #[expect(clippy::cast_precision_loss, reason = "no file has that many rows")]
        let n = self.n as f64;
        self.mean += from / n;
        self.squares += from * (value - self.mean);
    }

    fn metric(&self, findings: &mut Findings, name: &str, slice: Option<&str>, rows: u64) {
        if self.missing > 0 && slice.is_none() {
            findings.note(format!(
                "{name}: {} of {rows} rows have no number (the tool or its judge failed); the mean is of the other {}",
                self.missing, self.n
            ));
        }
        if self.n == 0 {
            return;
        }
        let ragas = METRICS.contains(&name) && findings.format == Format::Ragas;
        let unit = match () {
            () if self.percent => Unit::Percent,
            () if self.binary || ragas => Unit::Proportion,
            () => groups::known(name, self.mean).0,
        };
        let better =
            if ragas && name != "noise_sensitivity" { Some(Better::Higher) } else { groups::known(name, self.mean).1 };
        #[expect(clippy::cast_precision_loss, reason = "no file has that many rows")]
        let n = self.n as f64;
        findings.metric(Metric {
            slice: slice.map(str::to_owned),
            better,
            samples: Some(self.n),
            hits: self.binary.then_some(self.ones),
            stderr: (self.n > 1).then(|| (self.squares / (n - 1.0) / n).sqrt()),
            ..Metric::new(name, "", self.mean, unit)
        });
    }
}

/// Says that a cell which should be a number is none, unless it is empty.
pub fn complain(findings: &mut Findings, name: &str, cell: &str) {
    if !missing(cell) {
        findings.note(format!("{name:?} is no number ({cell:?}) and is left out"));
    }
}
