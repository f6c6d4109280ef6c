//! Measuring: a system's scorecard, its acceptance criteria, two results side by side, the TEVV report and the gate.

pub mod compare;
pub mod criterion;
pub mod gate;
pub mod parts;
pub mod proposals;
pub mod report;
pub mod scorecard;
pub mod vocabulary;
