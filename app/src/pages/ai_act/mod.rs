//! /systems/{ref}/ai-act: screening against the EU AI Act, one question a page, and what comes of it.

mod fields;
mod question;
mod show;
mod words;

pub use question::{ask, save};
pub use show::{answers, conclude, show};
