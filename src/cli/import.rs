//! `countersign import systems FILE`: what the import pages do, for scripts.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use domain::import::lists::Kind;
use domain::import::{Counts, MAX_BYTES, Mapping, Outcome, Plan, ReasonGroup, rejected_csv};
use serde_json::json;
use store::Store;
use store::imports::lists;
use store::imports::program::{Done, ListDone, Order, from_file, importer};
use store::imports::workbook::Place;

use crate::Failure;
use crate::config::Config;
use crate::database::{Database, causes};

/// What to import.
#[derive(Subcommand)]
pub enum Import {
    /// An inventory of AI systems, as CSV, XLSX or XLS: all valid rows at once, the others reported
    Systems(Systems),
    /// Risks of systems that the register has, as CSV, XLSX or XLS
    Risks(List),
    /// Mitigations of systems that the register has, as CSV, XLSX or XLS
    Mitigations(List),
    /// A framework: the AI RMF Playbook's JSON, an OSCAL catalog or a CSV. Official texts of the AI RMF are then shown under
    /// its questions
    Framework(Framework),
}

#[derive(Args)]
pub struct Framework {
    /// The file
    file: PathBuf,
    /// The administrator in whose name this is done [default: the first one]
    #[arg(long = "as", value_name = "EMAIL")]
    by: Option<String>,
    /// How to answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Args)]
pub struct List {
    /// The list
    file: PathBuf,
    /// The sheet of a workbook [default: the one that looks most like a list]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The row of the sheet that is its header [default: the one that looks most like it]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    header_row: Option<u64>,
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

#[derive(Args)]
pub struct Systems {
    /// The inventory
    file: PathBuf,
    /// The sheet of a workbook [default: the one that looks most like an inventory]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The row of the sheet that is its header [default: the one that looks most like it]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    header_row: Option<u64>,
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
    let systems = match command {
        Import::Systems(systems) => systems,
        Import::Risks(list) => return run_list(Kind::Risks, list, config).await,
        Import::Mitigations(list) => return run_list(Kind::Mitigations, list, config).await,
        Import::Framework(asked) => return run_framework(asked, config).await,
    };
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
    let bytes = bytes(&systems.file)?;
    let mapping = systems.map.as_deref().map(mapping).transpose()?;
    Ok(Order {
        file_name: file_name(&systems.file),
        bytes,
        place: Place { sheet: systems.sheet.clone(), header_row: systems.header_row },
        mapping,
        source: systems.source.clone(),
        owner: systems.owner.clone(),
        unit: systems.unit.clone(),
        dry_run: systems.dry_run,
    })
}

async fn run_list(kind: Kind, list: List, config: &Config) -> Result<ExitCode, Failure> {
    let order = Order {
        file_name: file_name(&list.file),
        bytes: bytes(&list.file)?,
        place: Place { sheet: list.sheet.clone(), header_row: list.header_row },
        dry_run: list.dry_run,
        ..Order::default()
    };
    let database = Database::for_command(config).await?;
    let done = list_in_register(&database, config, kind, list.by.as_deref(), order).await;
    database.close().await;
    let done = done?;
    if let Some(path) = &list.rejected {
        std::fs::write(path, rejected_csv(&done.table, &done.plan)).map_err(|error| unreadable(path, &error))?;
    }
    let what = if done.run.is_some() { "imported" } else { "dry run, nothing changed" };
    match list.format {
        Format::Text => print!("{}", verdicts(&done.plan, what)),
        Format::Json => println!("{:#}", summary(&done.plan, done.run)),
    }
    Ok(ExitCode::SUCCESS)
}

async fn list_in_register(
    database: &Database,
    config: &Config,
    kind: Kind,
    by: Option<&str>,
    order: Order,
) -> Result<ListDone, Failure> {
    database.migrate().await?;
    let store: Store = database.store(config)?;
    let actor = importer(&store, by).await.map_err(refused)?;
    lists::from_file(&store, &actor, kind, order).await.map_err(refused)
}

/// The file, unless it is larger than an import takes.
fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let size = std::fs::metadata(file).map_err(|error| unreadable(file, &error))?.len();
    if size > MAX_BYTES as u64 {
        return Err(Failure::new(domain::import::ImportError::TooLarge.to_string()));
    }
    std::fs::read(file).map_err(|error| unreadable(file, &error))
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
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
    let what = if done.run.is_some() { "imported" } else { "dry run, nothing changed" };
    verdicts(&done.plan, &format!("{what}; inventory “{}”", done.mapping.source))
}

/// The numbers, and what keeps rows out.
fn verdicts(plan: &Plan, what: &str) -> String {
    use std::fmt::Write as _;
    let Counts { rows, create, update, unchanged, duplicate, rejected, .. } = plan.counts;
    let mut out = String::new();
    let _ = writeln!(out, "{rows} rows ({what})");
    for (count, label) in [
        (create, "created"),
        (update, "updated"),
        (unchanged, "unchanged"),
        (duplicate, "copies of other rows"),
        (rejected, "rejected"),
    ] {
        let _ = writeln!(out, "{count:>8} {label}");
    }
    for warning in &plan.warnings {
        let _ = writeln!(out, "{warning}");
    }
    for ReasonGroup { column, fix, lines, .. } in plan.reason_groups() {
        let column = column.map(|c| format!("{c}: ")).unwrap_or_default();
        let first: Vec<String> = lines.iter().take(5).map(u64::to_string).collect();
        let more = if lines.len() > 5 { ", …" } else { "" };
        let _ = writeln!(out, "{} rejected, lines {}{more}: {column}{fix}", lines.len(), first.join(", "));
    }
    out
}

fn answer(done: &Done) -> serde_json::Value {
    let mut answer = summary(&done.plan, done.run);
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("new_business_units".to_owned(), json!(done.plan.new_units));
        fields.insert("mapping".to_owned(), json!(done.mapping));
    }
    answer
}

fn summary(plan: &Plan, run: Option<uuid::Uuid>) -> serde_json::Value {
    let rejected: Vec<serde_json::Value> = plan
        .rows
        .iter()
        .filter_map(|row| match &row.outcome {
            Outcome::Rejected { reasons } => Some(json!({ "line": row.line, "reasons": reasons })),
            _ => None,
        })
        .collect();
    json!({
        "run": run,
        "dry_run": run.is_none(),
        "counts": plan.counts,
        "warnings": plan.warnings,
        "rejected": rejected,
    })
}

/// Reads the file before the register is opened: a wrong one changes nothing.
async fn run_framework(asked: Framework, config: &Config) -> Result<ExitCode, Failure> {
    let imported = domain::framework::import::read(&bytes(&asked.file)?, &file_name(&asked.file))
        .map_err(|error| Failure::new(format!("{}: {error}", asked.file.display())))?;
    let by = asked.by.clone();
    let database = Database::for_command(config).await?;
    let done = keep_framework(&database, config, by.as_deref(), &imported).await;
    database.close().await;
    let done = done?;
    match asked.format {
        Format::Text => {
            println!(
                "{} ({} controls) is {}.",
                imported.title,
                done.controls,
                if done.replaced { "replaced" } else { "loaded" }
            );
            if done.texts > 0 {
                println!("{} of the AI RMF's 72 subcategories now show their official text.", done.texts);
            }
        }
        Format::Json => println!("{:#}", json!({ "key": imported.key, "title": imported.title, "loaded": done })),
    }
    Ok(ExitCode::SUCCESS)
}

async fn keep_framework(
    database: &Database,
    config: &Config,
    by: Option<&str>,
    imported: &domain::framework::import::Imported,
) -> Result<store::profile::official::Loaded, Failure> {
    database.migrate().await?;
    let store: Store = database.store(config)?;
    let actor = importer(&store, by).await.map_err(refused)?;
    store::profile::official::import(&store, &actor, imported).await.map_err(refused)
}
