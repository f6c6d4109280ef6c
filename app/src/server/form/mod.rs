//! Forms: what was typed, what is wrong with it, and how to read it.
//!
//! A form that is refused is shown again with every typed character in its field, one message beside each wrong field,
//! and the same messages on top, linked to the fields.

mod reader;
mod state;

pub use domain::error::FieldErrors;
pub use reader::{Complete, FORM_BYTES, FormReader, RawForm, day};
pub use state::FormState;

/// The name of the hidden field that makes a form count once.
pub const ONCE: &str = "once";
/// The name of the hidden field that carries the version that an edit was made on.
pub const VERSION: &str = "version";
