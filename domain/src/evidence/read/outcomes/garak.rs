//! Outcomes of a garak report: whether a detector took an output for a hit. A sample is a prompt of a probe; its generations
//! are repeats. Prompts that a probe makes up as it goes differ from run to run, and pair with none.

use super::super::garak::{FORMAT, plain};
use super::super::loose::{List, Scalar, Table};
use super::super::rows::{row, rows};
use super::super::{Source, Unreadable};
use super::Outcomes;
use super::collect::Collect;
use super::print::{Print, sample};
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Row {
    entry_type: Scalar,
    #[serde(rename = "run.eval_threshold")]
    threshold: Scalar,
    status: Scalar,
    probe_classname: Scalar,
    prompt: Print,
    detector_results: Table<List<Scalar, 5_000>>,
}

/// Reads a report.
///
/// # Errors
/// No row that can be read, or a stream that failed.
pub(super) fn read(file: &mut dyn Source) -> Result<Outcomes, Unreadable> {
    let (mut found, mut threshold) = (Collect::default(), 0.5);
    let seen = rows(file, |bytes| {
        let Some(row) = row::<Row>(bytes) else { return false };
        match row.entry_type.text() {
            Some("start_run setup") => threshold = row.threshold.num().unwrap_or(threshold),
            // Before its detectors an attempt says nothing.
            Some("attempt") if row.status.count() == Some(2) => add(&mut found, &row, threshold),
            _ => {}
        }
        true
    })?;
    if seen.read == 0 {
        return Err(Unreadable::Broken { format: FORMAT, what: "no row can be read".to_owned() });
    }
    Ok(found.finish())
}

fn add(found: &mut Collect, row: &Row, threshold: f64) {
    if row.prompt.is_nothing() {
        return;
    }
    let probe = plain(&row.probe_classname);
    let sample = sample(&[&probe, &row.prompt.part()]);
    for (detector, scores) in &row.detector_results.0 {
        let scope = format!("{probe} / {}", detector.trim_start_matches("detector "));
        for (generation, score) in scores.0.iter().enumerate() {
            let score = score.num().or(score.bool().map(|b| f64::from(u8::from(b))));
            let hit = score.map(|score| f64::from(u8::from(score >= threshold)));
            found.add(("attack_success_rate", &scope), sample, generation as u64, hit);
        }
    }
}
