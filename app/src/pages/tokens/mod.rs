//! Tokens of the API: one's own, everybody's, and the service accounts that pipelines work as.

pub mod all;
mod form;
pub mod own;
pub mod services;
mod table;
