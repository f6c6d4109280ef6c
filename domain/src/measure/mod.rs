//! Measuring: what a metric means, what is asked of it, and what the evidence says to that.
//!
//! MEASURE of the AI RMF in five parts: how sure a value is ([`stats`]), one name for what every tool calls otherwise
//! ([`vocabulary`]), what is acceptable ([`criterion`]), what the newest evidence comes to ([`scorecard`]), and whether
//! two results differ ([`compare`]).

pub mod compare;
pub mod criterion;
pub mod scorecard;
pub mod stats;
pub mod templates;
pub mod vocabulary;
