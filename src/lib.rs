//! The countersign program: settings, private Postgres, server. No business rule and no SQL of the register is here.

pub mod api;
pub mod cli;
pub mod config;
pub mod database;
pub mod demo;
pub mod env;
pub mod jobs;
pub mod postgres;
pub mod serve;
pub mod server;
pub mod signing;

/// Why the program ends early: one line for whoever started it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Self {
        Self(database::causes(&error))
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self(database::causes(&error))
    }
}
