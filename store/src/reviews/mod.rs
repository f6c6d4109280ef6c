//! Reviews: submission, votes, decisions.

pub mod staleness;
