//! `countersign user …`: people, for whoever runs the program. What is done here stands in the audit trail too.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::actor::Role;
use domain::error::Refusal;
use store::people::invite::{Link, Newcomer};
use store::people::operator;
use store::{Error, Store};

use super::{Format, print_json};
use crate::Failure;
use crate::config::Config;
use crate::database::Database;

/// What to do with people.
#[derive(Subcommand)]
pub enum User {
    /// Invite somebody: prints a link that works once, for an hour. Somebody who is known gets a link for a new password
    Invite(Invite),
    /// List everybody with their roles
    List(List),
    /// Replace somebody's roles; their sessions end
    Roles(Roles),
    /// Deactivate somebody: their sessions end at once
    Deactivate(Deactivate),
}

#[derive(Args)]
pub struct Invite {
    /// Sign-in address
    email: String,
    /// Display name [default: the part of the address before @]
    #[arg(long)]
    name: Option<String>,
    /// Roles, comma-separated: owner, committee, chair, executive, auditor, admin
    #[arg(long, value_delimiter = ',', value_parser = role)]
    roles: Vec<Role>,
}

#[derive(Args)]
pub struct List {
    /// How to answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Args)]
pub struct Roles {
    /// Sign-in address
    email: String,
    /// Roles, comma-separated; none takes all away
    #[arg(value_delimiter = ',', value_parser = role)]
    roles: Vec<Role>,
}

#[derive(Args)]
pub struct Deactivate {
    /// Sign-in address
    email: String,
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|_| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("roles are {}", known.join(", "))
    })
}

/// Runs the command.
///
/// # Errors
/// What the register refuses, in its words.
pub async fn run(command: User, config: &Config) -> Result<ExitCode, Failure> {
    match command {
        User::Invite(asked) => {
            let link = Database::with_store(config, async |store| invite(store, &asked).await).await?;
            let base = config.base_url(config.listen);
            println!("{base}/invite/{}", link.secret);
            eprintln!("Works once, until {}.", link.expires_at.format("%H:%M UTC"));
        }
        User::List(asked) => {
            let people = Database::with_store(config, async |store| Ok(operator::list(store).await?)).await?;
            show(&people, asked.format)?;
        }
        User::Roles(asked) => {
            let done = async |store: &Store| {
                operator::set_roles(store, &asked.email, &asked.roles)
                    .await
                    .map_err(|error| refused(error, &asked.email))
            };
            Database::with_store(config, done).await?;
        }
        User::Deactivate(asked) => {
            let done = async |store: &Store| {
                operator::deactivate(store, &asked.email).await.map_err(|error| refused(error, &asked.email))
            };
            Database::with_store(config, done).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn invite(store: &Store, asked: &Invite) -> Result<Link, Failure> {
    match operator::renew(store, &asked.email).await {
        Err(Error::NotFound) => {}
        link => return link.map_err(|error| refused(error, &asked.email)),
    }
    let local = asked.email.split('@').next().unwrap_or_default();
    let newcomer = Newcomer {
        email: asked.email.clone(),
        name: asked.name.clone().unwrap_or_else(|| local.to_owned()),
        roles: asked.roles.clone(),
    };
    operator::invite(store, &newcomer).await.map_err(|error| refused(error, &asked.email))
}

/// The register's answer on one line; texts of a form's fields say which one.
fn refused(error: Error, email: &str) -> Failure {
    match error {
        Error::NotFound => Failure::new(format!("nobody has the address {email}")),
        Error::Refused(Refusal::Invalid(errors)) => {
            let texts: Vec<String> = errors.0.iter().map(|(field, text)| format!("{field}: {text}")).collect();
            Failure::new(texts.join("; "))
        }
        other => other.into(),
    }
}

fn show(people: &[store::people::Person], format: Format) -> Result<(), Failure> {
    let words =
        |person: &store::people::Person| -> Vec<&str> { person.roles.iter().map(|role| role.as_str()).collect() };
    if let Format::Json = format {
        let rows: Vec<_> = people
            .iter()
            .map(|person| {
                serde_json::json!({ "email": person.email, "name": person.name, "roles": words(person),
                    "joined": person.joined, "active": person.active })
            })
            .collect();
        return print_json(&rows);
    }
    for person in people {
        let state = match (person.active, person.joined) {
            (false, _) => "deactivated",
            (true, false) => "invited",
            (true, true) => "active",
        };
        println!("{}\t{}\t{}\t{state}", person.email, person.name, words(person).join(","));
    }
    Ok(())
}
