//! Reports as data: what one says stands in a [`Document`], and page, Markdown and PDF are all made from it.
//!
//! So the three cannot differ. None of them adds a fact of its own; they only set the same texts in another form.

pub mod document;
pub mod markdown;
pub mod tevv;

pub use document::{Align, Block, Cell, Column, Document, Section, SignOff, Table, Tone};
pub use markdown::to_markdown;
