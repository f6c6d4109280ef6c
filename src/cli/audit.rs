//! `countersign audit …`: proves the audit chain, or names the first event that does not hold.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::audit::Head;
use store::audit::{head, verify};

use super::{Format, print_json};
use crate::Failure;
use crate::config::Config;
use crate::database::Database;

/// What to do with the audit chain.
#[derive(Subcommand)]
pub enum Audit {
    /// Check every event of the chain; exit code 1 names the first that does not hold
    Verify(Verify),
    /// Print the chain's head as JSON: kept elsewhere, it shows a later truncation or rewrite
    Head,
}

#[derive(Args)]
pub struct Verify {
    /// A head, or a list of heads, that was exported earlier
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
    /// How to answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the command. The schema is left as it is: whoever verifies changes nothing.
///
/// # Errors
/// A head that cannot be read, a database that cannot be reached.
pub async fn run(command: Audit, config: &Config) -> Result<ExitCode, Failure> {
    match command {
        Audit::Verify(asked) => {
            let earlier = asked.head.as_deref().map(heads).transpose()?.unwrap_or_default();
            let report = Database::with_store(config, async |store| Ok(verify::verify(store, earlier).await?)).await?;
            match asked.format {
                Format::Json => print_json(&report)?,
                Format::Text => println!("{}", text(&report, &Database::named(config))),
            }
            Ok(if report.intact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Audit::Head => {
            let export = Database::with_store(config, async |store| Ok(head::export(store).await?)).await?;
            print_json(&export)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn heads(path: &Path) -> Result<Vec<Head>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::new(format!("--head {}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    head::parse(&text).map_err(|error| wrong(&error))
}

fn text(report: &verify::Report, register: &str) -> String {
    let mut lines = match &report.broken {
        Some(broken) => vec![
            format!("BROKEN at event {}: {}", broken.seq, broken.why),
            format!("{} events before it hold.", report.events),
        ],
        None => vec![format!("Intact: {} events hold, without a gap.", report.events)],
    };
    if let Some(head) = &report.head {
        lines.push(format!("Head: event {}, {}", head.seq, head.hash));
    }
    match report.compared.len() {
        0 => lines.push("Not compared with an earlier head: a cut tail or a full rewrite would not show.".to_owned()),
        n => lines.push(format!("Compared with {n} earlier head{}.", if n == 1 { "" } else { "s" })),
    }
    lines.push(format!("Checked: {register}."));
    lines.join("\n")
}
