//! `countersign gate …`: what a pipeline runs before it deploys. It brings result files, asks the gate of a server, prints
//! the answer and ends with it as exit code.

mod client;
mod print;
mod upload;

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use domain::evidence::Kind;
use domain::ids::SystemRef;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Env as _;

use super::WRONG;
use crate::Failure;
use crate::env::SystemEnv;
use client::Client;
use upload::File;

/// What to ask, and where.
#[derive(Args)]
pub struct Gate {
    /// The system that is to go on, such as AIS-12
    system: SystemRef,
    /// A result file to bring first, as the evaluation tool wrote it; more than once for several
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// What the files show: test, evaluation, verification, validation or document; once for all, or once for each
    #[arg(long, value_name = "KIND", default_value = "test")]
    kind: Vec<Kind>,
    /// What the files are called; once for all, or once for each [default: their names]
    #[arg(long, value_name = "TEXT")]
    title: Vec<String>,
    /// The day that the files speak of; once for all, or once for each [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    speaks_of: Vec<NaiveDate>,
    /// The model version that is to be deployed, such as 3.1, gbm@3.1 or In-house/gbm@3.1
    #[arg(long, value_name = "VERSION")]
    model: Option<String>,
    /// Where Countersign is, such as https://risk.example.org
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_URL")]
    url: String,
    /// File with the token [default: the variable COUNTERSIGN_TOKEN]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Certificates (PEM) to trust in place of the public authorities
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// How to answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Keep the signed statement in this file
    #[arg(long, value_name = "FILE")]
    statement: Option<PathBuf>,
}

/// How the answer is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// The server's answer, and what was brought
    Json,
    /// A test case for each reason
    Junit,
    /// Annotations of GitHub Actions
    Github,
}

/// What the gate answered, as far as it is printed.
#[derive(Debug, Clone, Deserialize)]
struct Answer {
    system: String,
    name: String,
    allow: bool,
    reasons: Vec<Reason>,
}

/// One thing that was asked. A newer server may ask more than this program has words for.
#[derive(Debug, Clone, Deserialize)]
struct Reason {
    check: String,
    holds: bool,
    says: String,
}

/// A file that was brought.
#[derive(Debug, Clone, Serialize)]
struct Brought {
    file: String,
    evidence: String,
    unread: Option<String>,
    verdicts: Vec<Verdict>,
}

/// A criterion that it decides.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Verdict {
    criterion: String,
    says: String,
    verdict: String,
}

/// Runs the command.
pub fn run(asked: &Gate) -> ExitCode {
    match ask(asked) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("countersign: {failure}");
            ExitCode::from(WRONG)
        }
    }
}

/// Brings the files, asks, prints; whether the system may go on.
fn ask(asked: &Gate) -> Result<bool, Failure> {
    let files = files(asked)?;
    let client = Client::new(&asked.url, asked.token_file.as_deref(), asked.ca.as_deref())?;
    let brought = files.iter().map(|file| bring(&client, asked.system, file)).collect::<Result<Vec<_>, _>>()?;
    let whole = client.gate(asked.system, asked.model.as_deref())?;
    let answer: Answer = understood(&whole)?;
    if let Some(path) = &asked.statement {
        let text =
            serde_json::to_string_pretty(&whole["statement"]).map_err(|error| Failure::new(error.to_string()))?;
        std::fs::write(path, format!("{text}\n"))
            .map_err(|error| Failure::new(format!("--statement {}: {error}", path.display())))?;
    }
    let text = match asked.format {
        Format::Table => print::table(&answer, &brought),
        Format::Json => print::json(whole, &brought)?,
        Format::Junit => print::junit(&answer),
        Format::Github => print::github(&answer, &brought),
    };
    print!("{text}");
    Ok(answer.allow)
}

/// The files with what is said about each.
fn files(asked: &Gate) -> Result<Vec<File>, Failure> {
    let of = asked.evidence.len();
    let today = SystemEnv.now().date_naive();
    let one = |(n, path): (usize, &PathBuf)| {
        let kind = one_of("kind", &asked.kind, n, of)?.copied().unwrap_or(Kind::Test);
        let title = one_of("title", &asked.title, n, of)?.cloned();
        let day = one_of("speaks-of", &asked.speaks_of, n, of)?.copied().unwrap_or(today);
        File::look(path, kind, title, day)
    };
    if of == 0 && !(asked.title.is_empty() && asked.speaks_of.is_empty()) {
        return Err(Failure::new("--title and --speaks-of are about files: give --evidence too"));
    }
    asked.evidence.iter().enumerate().map(one).collect()
}

/// What was given for the `n`th of so many files: once for all, or once for each.
fn one_of<'a, T>(flag: &str, given: &'a [T], n: usize, of: usize) -> Result<Option<&'a T>, Failure> {
    match given.len() {
        0 => Ok(None),
        1 => Ok(given.first()),
        all if all == of => Ok(given.get(n)),
        all => {
            Err(Failure::new(format!("--{flag} is given {all} times for {of} files: give it once, or once for each")))
        }
    }
}

fn bring(client: &Client, system: SystemRef, file: &File) -> Result<Brought, Failure> {
    /// The server's answer to an upload, as far as it is printed.
    #[derive(Deserialize)]
    struct Received {
        reference: String,
        unread: Option<String>,
        verdicts: Vec<Verdict>,
    }
    let received: Received = understood(&client.upload(system, file)?)?;
    Ok(Brought {
        file: file.name.clone(),
        evidence: received.reference,
        unread: received.unread,
        verdicts: received.verdicts,
    })
}

fn understood<T: serde::de::DeserializeOwned>(answer: &Value) -> Result<T, Failure> {
    T::deserialize(answer).map_err(|error| Failure::new(format!("the server's answer can't be understood: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_about_files_counts_once_for_all_or_once_for_each() {
        let pick = |given: &[u8], n, of| one_of("title", given, n, of).map(Option::<&u8>::copied);
        assert_eq!(pick(&[], 0, 2).unwrap(), None);
        assert_eq!((pick(&[7], 0, 2).unwrap(), pick(&[7], 1, 2).unwrap()), (Some(7), Some(7)));
        assert_eq!(pick(&[7, 8], 1, 2).unwrap(), Some(8));
        for (given, of) in [(&[7, 8][..], 3), (&[7, 8, 9][..], 2), (&[7, 8][..], 1)] {
            assert!(pick(given, 0, of).unwrap_err().to_string().starts_with("--title is given"), "{given:?} {of}");
        }
    }
}
