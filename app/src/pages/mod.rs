//! One folder an area, one file a verb.

pub mod account;
pub mod admin;
pub mod ai_act;
pub mod api;
pub mod audit;
pub mod bulk;
pub mod evidence;
pub mod imports;
pub mod invitation;
pub mod matrix;
pub mod measure;
pub mod mitigations;
pub mod people;
pub mod profile;
pub mod reports;
pub mod reviews;
pub mod risks;
pub mod search;
pub mod session;
pub mod systems;
pub mod theme;
pub mod tokens;
pub mod units;
pub mod views;
pub mod work;
