//! One folder an area, one file a verb.

pub mod imports;
pub mod reports;
pub mod reviews;
pub mod systems;
pub mod theme;
pub mod work;
