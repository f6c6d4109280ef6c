//! AI systems.

pub mod register;
