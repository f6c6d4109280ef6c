//! `countersign evidence …`: holds every kept file against its hash; reads a result file without a register.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::evidence::findings::{Findings, Metric};
use domain::evidence::read;
use store::evidence::verify;

use super::{Format, print_json};
use crate::Failure;
use crate::config::Config;
use crate::database::Database;

/// What to do with the evidence files.
#[derive(Subcommand)]
pub enum Evidence {
    /// Read every file and compare it with its SHA-256; exit code 1 when one is missing or altered
    Verify(Verify),
    /// Print what a result file says: tool, run, metrics, counts, failures. Needs no register; exit code 1 when it can't be read
    Read(Read),
}

#[derive(Args)]
pub struct Read {
    /// The file, as the evaluation tool wrote it
    file: PathBuf,
    /// How to answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Args)]
pub struct Verify {
    /// How to answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the command.
///
/// # Errors
/// A database or a file store that cannot be reached.
pub async fn run(command: Evidence, config: &Config) -> Result<ExitCode, Failure> {
    let asked = match command {
        Evidence::Read(asked) => return look_into(&asked),
        Evidence::Verify(asked) => asked,
    };
    let report = Database::with_store(config, async |store| Ok(verify::verify(store).await?)).await?;
    match asked.format {
        Format::Json => print_json(&report)?,
        Format::Text => print!("{}", text(&report)),
    }
    Ok(if report.intact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn look_into(asked: &Read) -> Result<ExitCode, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", asked.file.display()));
    let mut file = std::fs::File::open(&asked.file).map_err(|error| wrong(&error))?;
    let found = read::read(&mut file).map_err(|error| wrong(&error))?;
    match asked.format {
        Format::Json => print_json(&found)?,
        Format::Text => print!("{}", findings(&found)),
    }
    Ok(ExitCode::SUCCESS)
}

fn findings(found: &Findings) -> String {
    let mut out = String::new();
    let tool =
        [found.tool.as_deref(), found.tool_version.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let ran = found.ran_at.map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
    let lines = [
        ("Format", found.format.label().to_owned()),
        ("Tool", tool),
        ("Target", found.targets.join(", ")),
        ("Data", found.data.join(", ")),
        ("Run", ran),
        ("State", found.state.label().to_owned()),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(out, "{name:<8}{value}");
    }
    if let Some(counts) = found.counts {
        let _ = writeln!(out, "Checks  {}", counts.said());
    }
    if !found.metrics.is_empty() {
        let _ = writeln!(out, "\nMetrics");
        for metric in &found.metrics {
            let _ = writeln!(out, "  {}", measured(metric));
        }
    }
    if !found.failures.is_empty() {
        let _ = writeln!(out, "\nFailures ({} of {})", found.failures.len(), found.failures_total);
        for failure in &found.failures {
            let grade = failure.severity.as_deref().map(|grade| format!("[{grade}] ")).unwrap_or_default();
            let _ = writeln!(out, "  {grade}{}: {}", failure.name, failure.message);
        }
    }
    for (title, lines) in [("Said", facts(found)), ("Notes", found.notes.clone())] {
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{title}");
            for line in &lines {
                let _ = writeln!(out, "  {line}");
            }
        }
    }
    out
}

fn facts(found: &Findings) -> Vec<String> {
    found.facts.iter().map(|(name, text)| format!("{name}: {text}")).collect()
}

/// "arc_easy  acc = 0.612 ± 0.010 (proportion, higher is better, n = 2,376)".
fn measured(metric: &Metric) -> String {
    let of: Vec<&str> = [Some(metric.scope.as_str()), metric.slice.as_deref(), Some(metric.name.as_str())]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    let mut said = vec![metric.unit.label().to_lowercase()];
    said.extend(metric.better.map(|better| better.label().to_lowercase()));
    said.extend(metric.interval.map(|(low, high)| format!("interval {low} to {high}")));
    said.extend(metric.samples.map(|n| format!("n = {n}")));
    let stderr = metric.stderr.map(|e| format!(" \u{b1} {e}")).unwrap_or_default();
    format!("{} = {}{stderr} ({})", of.join(" / "), metric.value, said.join(", "))
}

fn text(report: &verify::Report) -> String {
    let mut out = String::new();
    let verdict = if report.intact { "Intact" } else { "NOT intact" };
    let _ = writeln!(out, "{verdict}: {} files, {} bytes.", report.files, report.bytes);
    for (what, files) in [("missing", &report.missing), ("altered", &report.altered)] {
        for file in files {
            let _ = writeln!(out, "{what}: {} (evidence {})", file.sha256, file.evidence.join(", "));
        }
    }
    if !report.orphans.is_empty() {
        let _ = writeln!(
            out,
            "{} files belong to nothing; they are never served, and swept in time.",
            report.orphans.len()
        );
    }
    out
}
