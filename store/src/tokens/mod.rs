//! Tokens of the API. The register knows the hash of a secret, never the secret.

mod authenticate;
mod list;
mod make;
mod revoke;
mod service;

pub use authenticate::{Bearer, authenticate};
pub use list::{Row, all, own};
pub use make::{Made, make};
pub use revoke::revoke;
pub use service::{NewService, Service, add as add_service, list as services, make_for};
