//! `countersign import systems FILE`: what the import pages do, for scripts.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use domain::import::{Counts, MAX_BYTES, Mapping, Outcome, ReasonGroup, rejected_csv};
use serde_json::json;
use store::Store;
use store::imports::program::{Done, Order, from_file, importer};

use crate::Failure;
use crate::config::Config;
use crate::database::{Database, causes};

/// What to import.
#[derive(Subcommand)]
pub enum Import {
    /// An inventory of AI systems, as CSV: all valid rows at once, the others reported
    Systems(Systems),
}

#[derive(Args)]
pub struct Systems {
    /// The inventory
    file: PathBuf,
    /// What the columns mean, as JSON (--format json prints the mapping that was used); otherwise as for the last file with
    /// these headers, or as guessed
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// The inventory's name, the same for all its versions
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Who owns systems whose row names nobody [default: who imports]
    #[arg(long, value_name = "EMAIL")]
    owner: Option<String>,
    /// The business unit of systems whose row names none
    #[arg(long, value_name = "NAME")]
    unit: Option<String>,
    /// The administrator in whose name this is done [default: the first one]
    #[arg(long = "as", value_name = "EMAIL")]
    by: Option<String>,
    /// Say what would happen, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the rejected rows with their reasons here, as CSV
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
    /// How to answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

/// Runs the command.
///
/// # Errors
/// A file that cannot be read, a mapping or an inventory that makes no sense, a database that cannot be used.
pub async fn run(command: Import, config: &Config) -> Result<ExitCode, Failure> {
    let Import::Systems(systems) = command;
    let order = order(&systems)?;
    let database = Database::for_command(config).await?;
    let done = in_register(&database, config, &systems, order).await;
    database.close().await;
    let done = done?;
    if let Some(path) = &systems.rejected {
        std::fs::write(path, rejected_csv(&done.table, &done.plan)).map_err(|error| unreadable(path, &error))?;
    }
    match systems.format {
        Format::Text => print!("{}", text(&done)),
        Format::Json => println!("{:#}", answer(&done)),
    }
    Ok(ExitCode::SUCCESS)
}

fn order(systems: &Systems) -> Result<Order, Failure> {
    let size = std::fs::metadata(&systems.file).map_err(|error| unreadable(&systems.file, &error))?.len();
    if size > MAX_BYTES as u64 {
        return Err(Failure::new(domain::import::ImportError::TooLarge.to_string()));
    }
    let bytes = std::fs::read(&systems.file).map_err(|error| unreadable(&systems.file, &error))?;
    let mapping = systems.map.as_deref().map(mapping).transpose()?;
    Ok(Order {
        file_name: systems.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes,
        mapping,
        source: systems.source.clone(),
        owner: systems.owner.clone(),
        unit: systems.unit.clone(),
        dry_run: systems.dry_run,
    })
}

fn mapping(path: &Path) -> Result<Mapping, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    serde_json::from_str(&text).map_err(|error| Failure::new(format!("mapping {}: {error}", path.display())))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

async fn in_register(database: &Database, config: &Config, systems: &Systems, order: Order) -> Result<Done, Failure> {
    database.migrate().await?;
    let store: Store = database.store(config)?;
    let actor = importer(&store, systems.by.as_deref()).await.map_err(refused)?;
    from_file(&store, &actor, order).await.map_err(refused)
}

/// The register's answer on one line; messages by field stand after the option that mends them.
fn refused(error: store::Error) -> Failure {
    match error {
        store::Error::Refused(domain::error::Refusal::Invalid(errors)) => {
            let texts: Vec<String> = errors.0.iter().map(|(field, text)| format!("{field}: {text}")).collect();
            Failure::new(texts.join("; "))
        }
        other => Failure::new(causes(&other)),
    }
}

fn text(done: &Done) -> String {
    use std::fmt::Write as _;
    let Counts { rows, create, update, unchanged, duplicate, rejected, .. } = done.plan.counts;
    let mut out = String::new();
    let what = if done.run.is_some() { "imported" } else { "dry run, nothing changed" };
    let _ = writeln!(out, "{rows} rows ({what}; inventory “{}”)", done.mapping.source);
    for (count, label) in [
        (create, "created"),
        (update, "updated"),
        (unchanged, "unchanged"),
        (duplicate, "copies of other rows"),
        (rejected, "rejected"),
    ] {
        let _ = writeln!(out, "{count:>8} {label}");
    }
    for warning in &done.plan.warnings {
        let _ = writeln!(out, "{warning}");
    }
    for ReasonGroup { column, fix, lines, .. } in done.plan.reason_groups() {
        let column = column.map(|c| format!("{c}: ")).unwrap_or_default();
        let first: Vec<String> = lines.iter().take(5).map(u64::to_string).collect();
        let more = if lines.len() > 5 { ", …" } else { "" };
        let _ = writeln!(out, "{} rejected, lines {}{more}: {column}{fix}", lines.len(), first.join(", "));
    }
    out
}

fn answer(done: &Done) -> serde_json::Value {
    let rejected: Vec<serde_json::Value> = done
        .plan
        .rows
        .iter()
        .filter_map(|row| match &row.outcome {
            Outcome::Rejected { reasons } => Some(json!({ "line": row.line, "reasons": reasons })),
            _ => None,
        })
        .collect();
    json!({
        "run": done.run,
        "dry_run": done.run.is_none(),
        "counts": done.plan.counts,
        "new_business_units": done.plan.new_units,
        "warnings": done.plan.warnings,
        "rejected": rejected,
        "mapping": done.mapping,
    })
}
