//! One folder an area, one file a verb.

pub mod account;
pub mod audit;
pub mod evidence;
pub mod imports;
pub mod invitation;
pub mod mitigations;
pub mod reports;
pub mod reviews;
pub mod search;
pub mod risks;
pub mod session;
pub mod systems;
pub mod theme;
pub mod work;
