//! AI systems.

pub mod choices;
pub mod header;
pub mod readiness;
pub mod register;

pub use header::{SystemHeader, header};
