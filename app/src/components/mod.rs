//! The parts that pages are made of. One look, one wiring of labels and messages, in one place.

pub mod badge;
pub mod charts;
pub mod confirm;
pub mod conflict;
pub mod diff;
pub mod error_page;
pub mod fields;
pub mod form;
pub mod header;
pub mod heatmap;
pub mod icon;
pub mod list;
pub mod parts;
pub mod shell;
pub mod table;
pub mod tasks;
pub mod text;

pub use badge::{Badge, Rated, RatingCell, Tier, Tone};
pub use charts::{Bar, Bars, Progress, Sparkline, Stat, Stats};
pub use confirm::ConfirmByTyping;
pub use conflict::{ConflictField, ConflictNotice};
pub use diff::{Diff, FieldChange};
pub use fields::*;
pub use form::{Actions, ErrorSummary, Form, Hidden};
pub use header::{Crumb, ExportMenu, Fact, PageHeader, Tab, Tabs};
pub use heatmap::{Heatmap, HeatmapArrow, HeatmapCell, HeatmapData};
pub use icon::Icon;
pub use list::{Chip, FilterBar, FilterSelect};
pub use parts::*;
pub use table::{Column, Pager, Table};
pub use tasks::{Task, TaskList, TaskStatus};
pub use text::Text;
