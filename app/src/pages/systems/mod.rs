//! AI systems: the register's list, and a system's own pages.

pub mod edit;
pub mod export;
pub mod frame;
mod json;
pub mod list;
pub mod map;
mod map_form;
pub mod new;
pub mod onward;
pub mod overview;
pub mod people;
pub mod retire;
pub mod tier;
mod tier_card;
pub mod triage;
