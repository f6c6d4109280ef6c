//! The command line.

use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, LogFormat, Settings};
use crate::database::Database;
use crate::{Failure, serve};

mod audit;
mod classify;
mod evidence;
mod gate;
mod import;
mod statement;
mod user;

/// The default of `--data`, and the demonstration's: it never meets one's own register.
const DATA: &str = "./var";
const DEMO_DATA: &str = "./var/demo";

/// Settings or arguments are wrong; nothing was started.
const WRONG: u8 = 2;

/// Self-hosted AI risk register and governance portal
#[derive(Parser)]
#[command(name = "countersign", version, propagate_version = true, after_help = FOR_PIPELINES)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// What `--help` says of [`Pipeline`].
const FOR_PIPELINES: &str = "For pipelines, without these settings (each has its --help):
  gate       Bring results and ask whether a system may go on: exit code 0 where it may, 1 where not
  statement  Check offline what a gate has answered
  classify   Class, role and obligations under the EU AI Act from a file of answers";

/// What pipelines run, beside a server of others. None of the settings is theirs, and one has the name of an option of
/// `gate`: so they have a command line of their own.
#[derive(Parser)]
#[command(name = "countersign", version, propagate_version = true)]
enum Pipeline {
    /// Bring results and ask whether a system may go on: exit code 0 where it may, 1 where not, 2 where there is no answer
    Gate(gate::Gate),
    /// Check offline what a gate has answered
    #[command(subcommand)]
    Statement(statement::Statement),
    /// Class, role and obligations under the EU AI Act from a file of answers; exit code 2 where it is not complete
    Classify(classify::Classify),
}

impl Pipeline {
    /// Whether the arguments are for it.
    fn is_asked(first: Option<&OsStr>) -> bool {
        matches!(first.and_then(OsStr::to_str), Some("gate" | "statement" | "classify"))
    }
}

#[derive(Subcommand)]
enum Command {
    /// Serve the portal, with a private Postgres where no database is given; migrates first
    Serve,
    /// Serve a demonstration organisation with a year of history, in ./var/demo unless --data names another folder
    Demo,
    /// Bring the database's schema up to date, as its owner
    Migrate,
    /// Import what another tool has exported
    #[command(subcommand)]
    Import(import::Import),
    /// Prove the audit trail
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Check the kept evidence files
    #[command(subcommand)]
    Evidence(evidence::Evidence),
    /// Invite, list and deactivate people, give roles
    #[command(subcommand)]
    User(user::User),
}

/// How a command answers.
#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::new(error.to_string()))?;
    println!("{text}");
    Ok(())
}

/// Reads the arguments, checks every setting, runs the command.
pub fn main() -> ExitCode {
    if Pipeline::is_asked(std::env::args_os().nth(1).as_deref()) {
        return match Pipeline::parse() {
            Pipeline::Gate(asked) => gate::run(&asked),
            Pipeline::Statement(asked) => statement::run(&asked),
            Pipeline::Classify(asked) => classify::run(&asked),
        };
    }
    let mut cli = Cli::parse();
    if matches!(cli.command, Command::Demo) && cli.settings.data == DATA {
        cli.settings.data = DEMO_DATA.to_owned();
    }
    let config = match Config::new(&cli.settings) {
        Ok(config) => config,
        Err(wrong) => {
            eprintln!("countersign: {wrong}");
            return ExitCode::from(WRONG);
        }
    };
    log(&config);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("countersign: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command, config)) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("countersign: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, config: Config) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve => serve::run(config, serve::Mode::Register).await.map(|()| ExitCode::SUCCESS),
        Command::Demo => serve::run(config, serve::Mode::Demo).await.map(|()| ExitCode::SUCCESS),
        Command::Migrate => migrate(&config).await,
        Command::Import(import) => import::run(import, &config).await,
        Command::Audit(audit) => audit::run(audit, &config).await,
        Command::Evidence(evidence) => evidence::run(evidence, &config).await,
        Command::User(user) => user::run(user, &config).await,
    }
}

async fn migrate(config: &Config) -> Result<ExitCode, Failure> {
    let database = Database::for_command(config).await?;
    let migrated = database.migrate().await;
    database.close().await;
    migrated.map(|()| ExitCode::SUCCESS)
}

/// To stderr: stdout is for what a command answers.
fn log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::new(format!("sqlx::postgres::notice=warn,{}", config.log));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => builder.with_target(false).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}
