//! People, as administrators manage them.

pub mod invite;
pub mod list;
pub mod person;
