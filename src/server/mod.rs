//! The HTTP side of the program: what stands between a connection and the pages of `app`.
//!
//! From outside in: accept ([`listen`]) → id, trace, address ([`request`]) → security headers ([`headers`]) →
//! assets and health ([`front`]) → limits ([`limits`], [`pulse`]) → same origin ([`origin`]) → session and actor ([`session`],
//! [`actor`]) → `app::routes`.

pub mod actor;
pub mod assets;
pub mod compress;
pub mod front;
pub mod headers;
pub mod limits;
pub mod listen;
pub mod origin;
pub mod plain;
pub mod pulse;
pub mod request;
pub mod router;
pub mod session;

use std::sync::Arc;
use std::time::Duration;

use crate::config::{Config, Network, PublicUrl};

/// What the layers know of the settings.
#[derive(Clone)]
pub struct Edge {
    pub env: Arc<dyn store::Env>,
    pub public_url: Option<PublicUrl>,
    pub trusted_proxies: Vec<Network>,
    /// Bytes.
    pub upload_limit: u64,
    pub session_idle: Duration,
    pub session_lifetime: Duration,
}

impl Edge {
    pub fn new(config: &Config, env: Arc<dyn store::Env>) -> Arc<Self> {
        Arc::new(Self {
            env,
            public_url: config.public_url.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            upload_limit: config.upload_limit,
            session_idle: config.session_idle,
            session_lifetime: config.session_lifetime,
        })
    }
}
