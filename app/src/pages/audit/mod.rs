//! The audit trail: the whole of it, its proof, and the history of one record.

pub mod export;
pub mod history;
pub mod list;
pub mod verify;
pub mod words;
