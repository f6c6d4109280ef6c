//! Reports: the portfolio for executives.

pub mod json;
mod links;
pub mod portfolio;
