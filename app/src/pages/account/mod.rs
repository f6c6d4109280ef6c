//! One's own account.

pub mod password;
pub mod sessions;
pub mod show;
