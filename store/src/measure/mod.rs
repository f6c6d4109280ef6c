//! Measuring: what a system must show, what its evidence shows, and what follows for its risks.

pub mod board;
pub mod compare;
pub mod criteria;
pub mod gate;
pub mod keys;
pub mod proposals;
pub mod report;
pub mod vocabulary;

pub use board::{Board, board};
