//! `countersign classify`: class, role and obligations under the EU AI Act from a file of answers, without a register.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;
use domain::eu_ai_act::{ANSWERS_MAX, Answers, classify, text};
use store::Env as _;

use super::{Format, WRONG, print_json};
use crate::env::SystemEnv;

/// What to classify, and for which day.
#[derive(Args)]
pub struct Classify {
    /// The answers, as the interview exports them (a system's page → EU AI Act → Answers as JSON)
    file: PathBuf,
    /// The day that "in force" speaks of, such as 2027-12-02 [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
    /// How to answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the command: 0 with a result, 2 where the answers can't be read or are not complete.
pub fn run(asked: &Classify) -> ExitCode {
    let wrong = |why: &dyn std::fmt::Display| {
        eprintln!("countersign: {}: {why}", asked.file.display());
        ExitCode::from(WRONG)
    };
    let json = match read(&asked.file) {
        Ok(json) => json,
        Err(error) => return wrong(&error),
    };
    let answers = match Answers::from_json(&json) {
        Ok(answers) => answers,
        Err(error) => return wrong(&error),
    };
    let on = asked.on.unwrap_or_else(|| SystemEnv.now().date_naive());
    let outcome = match classify(&answers, on) {
        Ok(outcome) => outcome,
        Err(open) => return wrong(&open),
    };
    match asked.format {
        Format::Text => print!("{}", text(&outcome)),
        Format::Json => {
            if let Err(failure) = print_json(&outcome) {
                eprintln!("countersign: {failure}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// One byte more than is taken says enough of a file that is too long.
fn read(file: &std::path::Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(file)?.take(ANSWERS_MAX as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}
