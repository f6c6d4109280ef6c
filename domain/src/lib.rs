//! What the words of Countersign mean, and which moves are allowed.
//!
//! Pure: the same input gives the same output. Time, ids and secrets come in as arguments; nothing here reads a
//! clock, a file or the network. It also compiles to wasm, for the live previews in the browser.

pub mod actor;
pub mod audit;
pub mod canonical;
pub mod csv_out;
pub mod error;
pub mod eu_ai_act;
pub mod evidence;
pub mod framework;
pub mod ids;
pub mod import;
pub mod measure;
pub mod mitigation;
pub mod page;
pub mod people;
pub mod policy;
pub mod readiness;
pub mod report;
pub mod review;
pub mod risk;
pub mod sheet;
pub mod system;
pub mod text;
pub mod token;
pub mod triage;
