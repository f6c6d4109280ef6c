//! AI systems: one file a verb.

pub mod choices;
pub mod context;
pub mod edit;
pub mod get;
pub mod header;
pub mod list;
pub mod override_tier;
pub mod people;
pub mod readiness;
pub mod register;
pub mod residual;
pub mod retire;
pub mod similar;
pub mod triage;
pub mod whole;

pub use choices::choices;
pub use header::{SystemHeader, header};
