//! The risk matrix: looking at it and following it with a new version.

pub mod edit;
mod form;
pub mod show;
