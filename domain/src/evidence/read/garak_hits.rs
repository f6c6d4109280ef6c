//! Hit logs of garak: a row per output that a detector took for a hit. What held is not in it.

use super::loose::{ENTRIES_MAX, Said, Scalar};
use super::rows::{row, rows};
use super::{Findings, Shape, Source, Unreadable};
use crate::evidence::findings::{Better, Format, Metric, Unit};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Whether the first row is a hit.
pub fn fits(shape: &Shape) -> bool {
    !shape.list && shape.has(&["probe", "detector", "attempt_id", "score"])
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Hit {
    goal: Scalar,
    output: Said,
    score: Scalar,
    generator: Scalar,
    probe: Scalar,
    detector: Scalar,
}

/// Reads one.
///
/// # Errors
/// No row that can be read, or a stream that failed.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::GarakHits);
    let mut hits: BTreeMap<String, u64> = BTreeMap::new();
    let seen = rows(file, |bytes| {
        let Some(hit) = row::<Hit>(bytes) else { return false };
        let word = |scalar: &Scalar| scalar.text().unwrap_or("(not named)").to_owned();
        let scope = format!("{} / {}", word(&hit.probe), word(&hit.detector));
        // Kind and name; garak writes "None" where there is no name.
        let generator = hit.generator.text().unwrap_or_default();
        findings.target(generator.strip_suffix(" None").unwrap_or(generator));
        let goal = hit.goal.text().map(|goal| format!("{goal}: ")).unwrap_or_default();
        let score = hit.score.num().map(|score| format!("hit (score {score}): ")).unwrap_or_default();
        findings.failure(&scope, &format!("{score}{goal}{}", hit.output.0), None);
        if hits.len() < ENTRIES_MAX || hits.contains_key(&scope) {
            *hits.entry(scope).or_default() += 1;
        }
        true
    })?;
    if seen.read == 0 {
        return Err(Unreadable::Broken { format: "garak hit log", what: "no row can be read".to_owned() });
    }
    findings.tool = Some("garak".to_owned());
    seen.notes(&mut findings);
    findings
        .note("A hit log has only the hits: how many outputs were tried, and whether the run ended, its report says");
    for (scope, hits) in hits {
        let mut metric = Metric::new("hits", scope, hits as f64, Unit::Count);
        metric.better = Some(Better::Lower);
        findings.metric(metric);
    }
    Ok(findings)
}
