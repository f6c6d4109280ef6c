//! Cells of one row, read by column, with a reason for each that says something that can't be.

use super::{Column, KnownSystem, Register};
use crate::ids::SystemRef;
use crate::import::draft::Reason;
use crate::import::table::{Row, Table};
use crate::import::values::{self, fold, is_blank};
use crate::risk::matrix::{Matrix, Point};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Reads one row.
pub(super) struct Cells<'a> {
    pub table: &'a Table,
    pub row: &'a Row,
    pub found: &'a BTreeMap<Column, usize>,
    pub reasons: Vec<Reason>,
}

impl<'a> Cells<'a> {
    /// What stands in a column, unless it says nothing.
    pub fn raw(&self, column: Column) -> Option<&'a str> {
        let cell = self.row.cells.get(*self.found.get(&column)?)?.trim();
        (!is_blank(cell)).then_some(cell)
    }

    pub fn reject(&mut self, column: Column, problem: impl Into<String>, fix: impl Into<String>) {
        let header = self.found.get(&column).and_then(|place| self.table.headers.get(*place));
        let column = header.map(|h| h.key.clone());
        self.reasons.push(Reason { column, problem: problem.into(), fix: fix.into() });
    }

    /// One line.
    pub fn line(&mut self, column: Column) -> Option<String> {
        let text = values::line(self.raw(column)?);
        match crate::text::line(&text) {
            Ok(text) => text,
            Err(why) => {
                self.reject(column, format!("“{}” {why}.", column.label()), "Shorten the text.");
                None
            }
        }
    }

    /// Several lines.
    pub fn prose(&mut self, column: Column) -> Option<String> {
        let text = values::text(self.raw(column)?);
        match crate::text::prose(&text) {
            Ok(text) => text,
            Err(why) => {
                self.reject(column, format!("“{}” {why}.", column.label()), "Shorten the text.");
                None
            }
        }
    }

    /// A word of a closed list.
    pub fn word<T>(&mut self, column: Column, read: impl Fn(&str) -> Option<T>, choices: &str) -> Option<T> {
        let cell = self.raw(column)?;
        let word = read(&fold(cell));
        if word.is_none() {
            self.reject(
                column,
                format!("“{}” is no {}.", short(cell), column.label().to_lowercase()),
                format!("Use one of: {choices}."),
            );
        }
        word
    }

    /// Somebody whom the register knows, by address.
    pub fn person(&mut self, register: &Register) -> Option<String> {
        let cell = self.raw(Column::Owner)?;
        // Our own exports have names; an address may stand in angle brackets.
        let address = cell.rsplit_once('<').map_or(cell, |(_, rest)| rest).trim_end_matches('>').trim().to_lowercase();
        if !address.contains('@') {
            return None;
        }
        if register.people.contains(&address) {
            return Some(address);
        }
        self.reject(
            Column::Owner,
            format!("“{}” is nobody who may answer for something.", short(&address)),
            "Use the e-mail address of an active person in the register, or leave the cell empty.",
        );
        None
    }

    /// The system, by reference or name.
    pub fn system<'r>(&mut self, register: &'r Register) -> Option<&'r KnownSystem> {
        let (column, cell) = match (self.raw(Column::System), self.raw(Column::SystemName)) {
            (Some(cell), _) => (Column::System, cell),
            (None, Some(cell)) => (Column::SystemName, cell),
            (None, None) => return None,
        };
        let named = cell.to_uppercase().parse::<SystemRef>();
        let folded = fold(&values::line(cell));
        let matches: Vec<&KnownSystem> = match named {
            Ok(reference) => register.systems.iter().filter(|s| s.number == reference.0).collect(),
            Err(_) => register.systems.iter().filter(|s| fold(&s.name) == folded).collect(),
        };
        match matches.as_slice() {
            [one] => Some(one),
            [] => {
                self.reject(
                    column,
                    format!("The register has no system “{}”.", short(cell)),
                    "Use a system’s reference (AIS-12) or its exact name.",
                );
                None
            }
            _ => {
                self.reject(
                    column,
                    format!("Several systems are called “{}”.", short(cell)),
                    "Use the system’s reference (AIS-12).",
                );
                None
            }
        }
    }

    /// A point of the matrix, each half by number or by word.
    pub fn point(&mut self, matrix: &Matrix, likelihood: Column, impact: Column) -> Option<Point> {
        let (l, i) = (self.raw(likelihood), self.raw(impact));
        if l.is_none() && i.is_none() {
            return None;
        }
        let l = self.step(likelihood, l, &matrix.likelihood)?;
        let i = self.step(impact, i, &matrix.impact)?;
        Some(Point { likelihood: l, impact: i })
    }

    fn step(&mut self, column: Column, cell: Option<&str>, labels: &[String]) -> Option<i16> {
        let fix = || {
            let words: Vec<String> = labels.iter().zip(1..).map(|(label, n)| format!("{n} {label}")).collect();
            format!("Use a number or a word of the matrix: {}.", words.join(", "))
        };
        let Some(cell) = cell else {
            self.reject(column, format!("“{}” is missing beside the other half of the rating.", column.label()), fix());
            return None;
        };
        let folded = fold(cell);
        let by_word = labels.iter().position(|label| fold(label) == folded);
        // "4", "4.0" as spreadsheets have it, "4 Likely".
        let number = folded.split(' ').next().and_then(|n| n.parse::<usize>().ok());
        let whole = folded.split(' ').skip(1).all(|rest| rest == "0" || labels.iter().any(|l| fold(l).contains(rest)));
        let step = by_word.map(|n| n + 1).or(number.filter(|n| whole && (1..=labels.len()).contains(n)));
        match step.and_then(|n| i16::try_from(n).ok()) {
            Some(step) => Some(step),
            None => {
                self.reject(
                    column,
                    format!("“{}” is no {} of the matrix.", short(cell), column.label().to_lowercase()),
                    fix(),
                );
                None
            }
        }
    }

    /// A day.
    pub fn day(&mut self, column: Column) -> Option<NaiveDate> {
        let cell = self.raw(column)?;
        let day = cell.get(..10).unwrap_or(cell).parse().ok();
        if day.is_none() {
            self.reject(
                column,
                format!("“{}” is no date.", short(cell)),
                "Write dates as 2026-03-31, or as dates of the spreadsheet.",
            );
        }
        day
    }
}

pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
