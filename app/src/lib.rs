//! What people see: pages rendered on the server, and islands (the parts that move) compiled to wasm.
//!
//! Built once with `ssr` for the server and once with `hydrate` for the browser. Everything that only the server needs
//! is gated here, where it is declared, so that no other file has to say so.

pub mod format;
pub mod islands;

#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server;

/// Called by the page's script once the wasm is there; the islands then attach themselves one by one.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
    islands::local_times();
}
