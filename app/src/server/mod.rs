//! The one server-only door: how a request becomes a page.

pub mod cx;
pub mod error;
pub mod export;
pub mod form;
pub mod frame;
pub mod listing;
pub mod markdown;
pub mod notice;
pub mod page;
pub mod pdf;
pub mod session;
pub mod state;

pub use cx::{Anon, Cx};
pub use error::{AppError, Conflict};
pub use form::{FieldErrors, FormReader, FormState, RawForm};
pub use listing::PageUrl;
pub use notice::Notice;
pub use page::PageResult;
pub use state::{AppState, Assets};
