//! Reports: the portfolio for executives.

pub mod links;
pub mod portfolio;
