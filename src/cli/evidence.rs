//! `countersign evidence …`: holds every kept file against its hash.

use std::process::ExitCode;

use clap::{Args, Subcommand};
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
    let Evidence::Verify(asked) = command;
    let report = Database::with_store(config, async |store| Ok(verify::verify(store).await?)).await?;
    match asked.format {
        Format::Json => print_json(&report)?,
        Format::Text => print!("{}", text(&report)),
    }
    Ok(if report.intact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn text(report: &verify::Report) -> String {
    use std::fmt::Write as _;
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
