//! Measuring: what a metric means, what is asked of it, and what the evidence says to that.
//!
//! MEASURE of the AI RMF in seven parts: how sure a value is ([`stats`]), one name for what every tool calls otherwise
//! ([`vocabulary`]), what is acceptable ([`criterion`]), what the newest evidence comes to ([`scorecard`]), whether two
//! results differ ([`compare`]), sample by sample where the files allow it ([`paired`]), and whether a system may go on
//! ([`gate`]).

pub mod compare;
pub mod criterion;
pub mod gate;
pub mod paired;
pub mod scorecard;
pub mod stats;
pub mod templates;
pub mod vocabulary;
