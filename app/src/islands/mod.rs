//! What moves. Each island adds to a page that works without it: server markup first, script second.

mod autosave;
mod palette;
mod rating;
mod similar;
mod upload;

pub use autosave::{Autosave, Autosaved, Theirs};
pub use palette::{Palette, Suggestion};
pub use rating::RatingPreview;
pub use similar::{SimilarName, SimilarNames};
pub use upload::{Sending, Upload};

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod rows;
#[cfg(feature = "hydrate")]
mod saving;
#[cfg(feature = "hydrate")]
mod zone;
#[cfg(feature = "hydrate")]
pub use zone::local_times;
