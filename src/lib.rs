//! The countersign program: settings, private Postgres, server. No business rule and no SQL of the register is here.

pub mod config;
pub mod postgres;
