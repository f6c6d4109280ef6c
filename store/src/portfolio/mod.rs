//! The portfolio: what executives see. Every figure is counted by the same conditions as the list that it leads to.
//!
//! Six statements, whatever the number of systems: setting, systems, heat map, risks above appetite, deadlines,
//! movement.

mod figures;
mod movement;

pub use figures::*;
pub use movement::{Month, movement};
