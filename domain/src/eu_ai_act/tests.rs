//! The data holds together.
