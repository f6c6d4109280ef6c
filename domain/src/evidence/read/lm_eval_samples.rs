//! Samples of lm-evaluation-harness (`--log_samples`): a row per document and filter, with the document's own score.

use super::lm_eval_names::{better, is_share, unit};
use super::loose::{List, Scalar};
use super::rows::{Rows, rows};
use super::walk::{Walk, Walked, skip};
use super::{Findings, Shape, Source, Unreadable};
use crate::evidence::findings::{Format, METRICS_MAX, Metric};
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess};
use std::collections::BTreeMap;

pub(super) const FORMAT: &str = "lm-evaluation-harness samples";

/// Whether a row is one.
pub fn fits(shape: &Shape) -> bool {
    !shape.list && shape.has(&["doc_id", "doc", "resps"])
}

/// What the rows of one metric and filter come to.
#[derive(Default)]
struct Sum {
    sum: f64,
    rows: u64,
    /// Rows of exactly 1, and of neither 0 nor 1.
    ones: u64,
    between: u64,
    /// Rows without a number.
    without: u64,
}

/// A row; the document itself, whose form is the task's, is passed over unless `F` says what is wanted of it.
#[derive(Default)]
pub(super) struct Row<F = IgnoredAny> {
    filter: String,
    named: Option<Vec<String>>,
    values: Vec<(String, Scalar)>,
    /// What tells the document from others.
    pub(super) doc_hash: Scalar,
    pub(super) doc_id: Scalar,
    pub(super) doc: F,
    pub(super) target: Scalar,
}

impl<F> Row<F> {
    /// What its metrics were measured on: the filter, if it is one.
    pub(super) fn scope(&self) -> &str {
        scope(&self.filter)
    }

    /// Its metrics, each with its value if that is a number.
    pub(super) fn scores(&self) -> impl Iterator<Item = (&str, Option<f64>)> {
        // Rows of early 0.4 do not name their metrics: whatever is a number is one.
        let metric = |(name, value): &&(String, Scalar)| match &self.named {
            Some(names) => names.contains(name),
            None => value.num().is_some(),
        };
        let score = |value: &Scalar| value.num().or(value.bool().map(|b| f64::from(u8::from(b))));
        self.values.iter().filter(metric).map(move |(name, value)| (name.as_str(), score(value)))
    }
}

fn scope(filter: &str) -> &str {
    if filter == "none" { "" } else { filter }
}

impl<F: DeserializeOwned> Walk for Row<F> {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "filter" => self.filter = map.next_value::<Scalar>()?.text().unwrap_or_default().to_owned(),
            "metrics" => {
                let names = map.next_value::<List<Scalar>>()?.0;
                self.named = Some(names.iter().filter_map(Scalar::word).collect());
            }
            "doc_hash" => self.doc_hash = map.next_value()?,
            "doc_id" => self.doc_id = map.next_value()?,
            "doc" => self.doc = map.next_value()?,
            "target" => self.target = map.next_value()?,
            "arguments" | "resps" | "filtered_resps" | "prompt_hash" | "target_hash" => skip(map)?,
            // No task has a hundred metrics: beyond that a row is something else.
            _ if self.values.len() < 100 => self.values.push((key, map.next_value()?)),
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// Reads them.
///
/// # Errors
/// No row that can be read, or a stream that failed.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut sums: BTreeMap<(String, String), Sum> = BTreeMap::new();
    let seen = rows(file, |bytes| {
        let mut row = Row::<IgnoredAny>::default();
        let read = Walked(&mut row).deserialize(&mut serde_json::Deserializer::from_slice(bytes));
        if matches!(read, Ok(true)) {
            add(&mut sums, &row);
        }
        matches!(read, Ok(true))
    })?;
    if seen.read == 0 {
        return Err(Unreadable::Broken { format: FORMAT, what: "no row can be read".to_owned() });
    }
    Ok(findings(&sums, &seen))
}

fn add(sums: &mut BTreeMap<(String, String), Sum>, row: &Row) {
    for (name, score) in row.scores() {
        let key = (row.filter.clone(), name.to_owned());
        if sums.len() >= METRICS_MAX && !sums.contains_key(&key) {
            continue;
        }
        let sum = sums.entry(key).or_default();
        match score {
            Some(n) => {
                sum.rows += 1;
                sum.sum += n;
                sum.ones += u64::from(n == 1.0);
                sum.between += u64::from(n != 0.0 && n != 1.0);
            }
            None => sum.without += 1,
        }
    }
}

fn findings(sums: &BTreeMap<(String, String), Sum>, seen: &Rows) -> Findings {
    let mut findings = Findings::new(Format::LmEvalSamples);
    findings.tool = Some("lm-evaluation-harness".to_owned());
    seen.notes(&mut findings);
    findings.note("Rows name neither task, model nor time, and not whether the run ended: its results file does");
    for ((filter, name), sum) in sums {
        let scope = scope(filter);
        if sum.without > 0 {
            findings.note(format!("{} rows have no number for {name}", sum.without));
        }
        if sum.rows == 0 {
            continue;
        }
        let value = sum.sum / sum.rows as f64;
        let mut metric = Metric::new(name, scope, value, unit(name, value));
        metric.samples = Some(sum.rows);
        metric.hits = (sum.between == 0 && is_share(name)).then_some(sum.ones);
        metric.better = better(name);
        findings.metric(metric);
    }
    if findings.metrics.is_empty() {
        findings.note("No row has a score: nothing was measured");
    }
    findings
}
