//! `countersign statement …`: checks what a gate has answered, with nothing but the instance's public key.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use domain::canonical::unhex32;
use ed25519_dalek::VerifyingKey;
use store::Env as _;

use super::{Format, WRONG, print_json};
use crate::Failure;
use crate::env::SystemEnv;
use crate::signing::dsse::Envelope;
use crate::signing::statement::Statement as Said;

/// What to do with a statement.
#[derive(Subcommand)]
pub enum Statement {
    /// Check the signature and print what it says: exit code 0 where it is valid and the system may go on, 1 where not
    Verify(Verify),
}

/// What to check, and by which keys.
#[derive(Args)]
pub struct Verify {
    /// The statement, as `countersign gate --statement` kept it
    file: PathBuf,
    /// A public key of the instance, 64 hexadecimal digits (GET /api/v1/signing-keys); more than once for several
    #[arg(long, value_name = "HEX", required = true, value_parser = key)]
    key: Vec<VerifyingKey>,
    /// The moment that the answer must be good for, such as 2026-11-24T10:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime<Utc>>,
    /// How to answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn key(text: &str) -> Result<VerifyingKey, String> {
    let bytes = unhex32(text.trim()).ok_or("expected 64 hexadecimal digits")?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| "this is no Ed25519 key")?;
    if key.is_weak() { Err("this is no Ed25519 key that anybody signs with".to_owned()) } else { Ok(key) }
}

/// Runs the command.
pub fn run(command: &Statement) -> ExitCode {
    let Statement::Verify(asked) = command;
    let text = match std::fs::read_to_string(&asked.file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("countersign: {}: {error}", asked.file.display());
            return ExitCode::from(WRONG);
        }
    };
    match verify(asked, &text) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("countersign: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Prints what is signed; whether it lets the system go on at the moment that is asked about.
fn verify(asked: &Verify, text: &str) -> Result<bool, Failure> {
    let said = read(&asked.file, text, &asked.key)?;
    match asked.format {
        Format::Json => print_json(&said)?,
        Format::Text => print!("{}", shown(&said)),
    }
    let at = asked.at.unwrap_or_else(|| SystemEnv.now());
    let good = (said.at..=said.valid_until).contains(&at);
    if !good {
        eprintln!("countersign: the answer is good from {} to {}, not at {at}", said.at, said.valid_until);
    }
    Ok(said.allow && good)
}

fn read(path: &Path, text: &str, keys: &[VerifyingKey]) -> Result<Said, Failure> {
    let wrong = |why: &dyn std::fmt::Display| Failure::new(format!("{}: not valid: {why}", path.display()));
    let envelope: Envelope = serde_json::from_str(text).map_err(|_| wrong(&"it is no signed envelope (DSSE)"))?;
    Said::open(&envelope, keys).map_err(|error| wrong(&error))
}

fn shown(said: &Said) -> String {
    let mut out = String::new();
    let may = if said.allow { "may go on" } else { "may NOT go on" };
    let lines = [
        ("System", format!("{} {}: {may}", said.system, said.name)),
        ("Asked", format!("{} at {}", said.instance, said.at)),
        ("Good until", said.valid_until.to_string()),
        ("Model", said.model.clone().unwrap_or_default()),
        ("Approval", approval(said)),
    ];
    for (name, text) in lines.iter().filter(|(_, text)| !text.is_empty()) {
        let _ = writeln!(out, "{name:<12}{}", plain(text));
    }
    for reason in &said.reasons {
        let holds = if reason.holds { "holds" } else { "SHORT" };
        let _ = writeln!(out, "  {holds}  {}: {}", reason.check.label(), plain(&reason.says));
    }
    for piece in &said.evidence {
        let _ = writeln!(out, "Evidence    {} SHA-256 {}", plain(&piece.reference), plain(&piece.sha256));
    }
    out
}

fn approval(said: &Said) -> String {
    let Some(decision) = &said.decision else { return String::new() };
    let until = decision.valid_until.map(|day| format!(" until {day}")).unwrap_or_default();
    format!("{}{until}, dossier SHA-256 {}", decision.reference, decision.dossier_sha256)
}

/// Nothing in a text of others moves the cursor.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_bytes_that_somebody_can_sign_with() {
        let public = domain::canonical::hex(&crate::signing::Signer::new(&[7; 32]).public());
        assert!(key(&public).is_ok() && key(&public.to_uppercase()).is_ok());
        for wrong in ["", "abc", &public[1..], &"zz".repeat(32), &"00".repeat(32), &format!("01{}", "00".repeat(31))] {
            assert!(key(wrong).is_err(), "{wrong}");
        }
    }
}
