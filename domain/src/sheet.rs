//! A list as a spreadsheet has it: named columns over typed cells. Every list is described once, and each kind of file is
//! written from that description.

use chrono::{DateTime, NaiveDate, Timelike, Utc};

/// Most rows of one file. A list with more is cut there, and the file says so: filtered, it goes out in parts.
pub const EXPORT_ROWS_MAX: usize = 100_000;

/// One value, with the type that a spreadsheet gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text, never a formula.
    Text(String),
    /// A number that can be added up.
    Number(i64),
    /// A day.
    Date(NaiveDate),
    /// A moment, in UTC.
    Instant(DateTime<Utc>),
    /// The name of something that has a page: name, and path on this site.
    Link(String, String),
}

impl Cell {
    /// What the cell says, as a file of plain text has it: ISO 8601 for days and moments.
    pub fn text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Link(text, _) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Date(day) => day.to_string(),
            Cell::Instant(at) => {
                let time = at.time();
                format!("{}T{:02}:{:02}:{:02}Z", at.date_naive(), time.hour(), time.minute(), time.second())
            }
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Cell::Number(number)
    }
}

impl From<i16> for Cell {
    fn from(number: i16) -> Self {
        Cell::Number(number.into())
    }
}

impl From<bool> for Cell {
    fn from(yes: bool) -> Self {
        if yes { "yes" } else { "no" }.into()
    }
}

impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Self {
        Cell::Date(day)
    }
}

impl From<DateTime<Utc>> for Cell {
    fn from(at: DateTime<Utc>) -> Self {
        Cell::Instant(at)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}

/// A column: its name, and how wide it is in a workbook, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// What stands in the first row.
    pub name: &'static str,
    /// Characters that fit.
    pub width: u8,
}

/// `column("Risk", 40)`.
pub const fn column(name: &'static str, width: u8) -> Column {
    Column { name, width }
}

/// A list: what its file is called, what its sheet is called, its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    /// "risks": the file is `risks-2026-03-12.xlsx`.
    pub file: &'static str,
    /// "Risks".
    pub title: &'static str,
    /// From left to right.
    pub columns: &'static [Column],
}

/// What stands below a list that was cut.
pub fn cut_after(rows: usize) -> String {
    format!("Cut after {rows} rows: filter the list and export it in parts")
}
