//! The CSV of promptfoo: after the variables, the same columns again for every prompt and provider.

use super::super::{Source, Unreadable};
use super::{number, rows};
use crate::evidence::findings::{Counts, Findings, Format, Metric, RunState, Unit};
use std::collections::BTreeMap;

/// Whether the columns are promptfoo's.
pub fn fits(columns: &[String]) -> bool {
    ["Status", "Score", "Grader Reason"].iter().all(|name| columns.iter().any(|column| column == name))
}

/// Reads it.
///
/// # Errors
/// A broken table.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::Promptfoo);
    findings.tool = Some("promptfoo".to_owned());
    let mut counts = Counts::default();
    // Means by prompt and metric: sum and how many.
    let mut means = BTreeMap::<(String, String), (f64, u64)>::new();
    rows::each(file, usize::MAX, &mut |columns, cells| {
        let mut prompt = String::new();
        let label = cells.first().map_or("", String::as_str);
        for (at, (column, cell)) in columns.iter().zip(cells).enumerate() {
            let name = column.rsplit_once(" (").filter(|(_, n)| n.trim_end_matches(')').parse::<u32>().is_ok());
            let name = name.map_or(column.as_str(), |(name, _)| name);
            if columns.get(at.saturating_add(1)).is_some_and(|next| next == "Status" || next.starts_with("Status (")) {
                prompt.clone_from(column);
                findings.target(column);
            }
            let metric = match name {
                "Status" => {
                    let reason = reason(columns, cells, at);
                    status(&mut counts, &mut findings, (label, &prompt), cell, reason);
                    continue;
                }
                "Score" => "Score",
                name => match name.strip_prefix("Metric: ") {
                    Some(metric) => metric,
                    None => continue,
                },
            };
            if let Some((value, _)) = number(cell).filter(|_| !prompt.is_empty()) {
                let (sum, n) = means.entry((prompt.clone(), metric.to_owned())).or_default();
                (*sum, *n) = (*sum + value, n.saturating_add(1));
            }
        }
    })?;
    for ((prompt, metric), (sum, n)) in means {
        #[expect(clippy::cast_precision_loss, reason = "no file has that many rows")]
        let metric = Metric::new(metric, prompt, sum / n as f64, Unit::Other);
        findings.metric(Metric { samples: Some(n), ..metric });
    }
    findings.counts = Some(counts);
    findings.state = if counts.total() == 0 { RunState::Unknown } else { RunState::Complete };
    if counts.total() == 0 {
        findings.note("The table has no rows, so it shows nothing");
    }
    if counts.errors > 0 {
        findings.note(format!(
            "{} tests ended with an error of the provider or grader: neither passed nor failed",
            counts.errors
        ));
    }
    Ok(findings)
}

/// The reason that the grader gave, in the same block of columns as the status.
fn reason<'a>(columns: &[String], cells: &'a [String], status: usize) -> &'a str {
    let after = columns.iter().zip(cells).skip(status);
    after.into_iter().find(|(column, _)| column.starts_with("Grader Reason")).map_or("", |(_, cell)| cell)
}

fn status(counts: &mut Counts, findings: &mut Findings, (label, prompt): (&str, &str), cell: &str, reason: &str) {
    let name = format!("{label} › {prompt}");
    let count = match cell {
        "PASS" => &mut counts.passed,
        "FAIL" => {
            findings.failure(&name, reason, Some("fail"));
            &mut counts.failed
        }
        "" => &mut counts.skipped,
        _ => {
            findings.failure(&name, reason, Some("error"));
            &mut counts.errors
        }
    };
    *count = count.saturating_add(1);
}
