//! One folder an area, one file a verb.

pub mod theme;
