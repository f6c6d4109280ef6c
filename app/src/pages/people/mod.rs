//! People, as administrators manage them.

pub mod export;
pub mod invite;
pub mod list;
pub mod person;
