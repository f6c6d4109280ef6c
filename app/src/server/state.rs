//! What every handler has at hand.

use std::sync::Arc;
use store::Store;

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The register.
    pub store: Store,
    /// Where the browser finds style, script and wasm.
    pub assets: Assets,
    /// What the shell shows of the settings.
    pub site: Site,
}

/// The site's built files, under a folder named by their content's hash so that browsers may keep them for ever.
#[derive(Clone, Debug)]
pub struct Assets {
    /// "/assets/<hash>", without a slash at the end.
    pub base: Arc<str>,
    /// Whether the islands' wasm was built into this program; without it pages work all the same.
    pub islands: bool,
}

/// Settings that pages show.
#[derive(Clone, Debug)]
pub struct Site {
    /// The organisation's name, in the footer and on printed pages.
    pub organisation: Arc<str>,
    /// The program's version, in the footer.
    pub version: Arc<str>,
    /// Where people reach this site, "https://risk.example.org": for links that leave it. No slash at the end.
    pub base_url: Arc<str>,
    /// Largest evidence file, in bytes.
    pub upload_limit: u64,
    /// A session ends after this time without use.
    pub session_idle: std::time::Duration,
    /// Whether the sign-in page offers the demonstration's people.
    pub demo: bool,
}
