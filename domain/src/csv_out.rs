//! Writing CSV that people open in a spreadsheet: a cell that came from outside must never run there as a formula.

use crate::sheet::Cell;
use std::borrow::Cow;

/// Makes `cell` harmless in a spreadsheet: one that starts like a formula (or with a control character that a
/// spreadsheet skips before looking for one) gets an apostrophe in front, the spreadsheets' own mark for text.
pub fn neutralise(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(starts_formula) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The inverse of [`neutralise`], for files that we wrote and that come back mended.
pub fn restore(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(starts_formula) => rest,
        _ => cell,
    }
}

/// OWASP's list for CSV injection, with the full-width forms that East Asian locales accept.
fn starts_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠')
}

/// A CSV document in the making: UTF-8 with a BOM (spreadsheets guess a legacy encoding without it), CRLF, every cell
/// neutralised.
pub struct CsvOut {
    text: String,
}

impl Default for CsvOut {
    fn default() -> Self {
        Self { text: String::from('\u{feff}') }
    }
}

impl CsvOut {
    /// Adds one row.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let start = self.text.len();
        for (i, cell) in cells.into_iter().enumerate() {
            if i > 0 {
                self.text.push(',');
            }
            self.cell(&neutralise(cell.as_ref()));
        }
        if self.text.len() == start {
            self.text.push_str("\"\""); // one empty cell; a blank line would be no row at all
        }
        self.text.push_str("\r\n");
    }

    /// Adds one row of typed cells; numbers stay numbers.
    pub fn cells(&mut self, cells: &[Cell]) {
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                self.text.push(',');
            }
            match cell {
                Cell::Number(number) => self.text.push_str(&number.to_string()),
                other => self.cell(&neutralise(&other.text())),
            }
        }
        self.text.push_str("\r\n");
    }

    /// What was written since the last time, for a document that is sent while it is made.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// The whole document.
    pub fn finish(self) -> String {
        self.text
    }

    fn cell(&mut self, cell: &str) {
        let quoted = cell.contains(['"', ',', ';', '\t', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ');
        if quoted {
            self.text.push('"');
            self.text.push_str(&cell.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(cell);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_cell_starts_a_formula(cell in "[=+@\t\r\n\0＝a'-]{0,4}\\PC*") {
            let out = neutralise(&cell);
            prop_assert!(!out.starts_with(starts_formula));
            prop_assert!(out.ends_with(cell.as_str()));
            prop_assert_eq!(out.len() > cell.len(), cell.starts_with(starts_formula));
        }

        #[test]
        fn what_we_neutralised_is_restored(cell in "[=+@\t-]\\PC*") {
            let out = neutralise(&cell);
            prop_assert_eq!(restore(&out), cell.as_str());
        }

        #[test]
        fn rows_are_read_back_as_written(rows in prop::collection::vec(prop::collection::vec("[a-z\",;\r\n =@-]{0,6}", 3), 1..5)) {
            let mut out = CsvOut::default();
            for row in &rows {
                out.row(row);
            }
            let text = out.finish();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let read: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
            let expected: Vec<Vec<String>> =
                rows.iter().map(|row| row.iter().map(|c| neutralise(c).into_owned()).collect()).collect();
            prop_assert_eq!(read, expected);
        }
    }

    #[test]
    fn t26_typed_cells_keep_their_values_and_start_no_formula() {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let mut out = CsvOut::default();
        out.take();
        out.cells(&[
            Cell::Number(-3),
            "-3".into(),
            day.into(),
            None::<i64>.into(),
            Cell::Link("R-1".into(), "/risks/R-1".into()),
        ]);
        assert_eq!(out.take(), "-3,'-3,2026-03-02,,R-1\r\n");
        assert_eq!(out.take(), "");
    }

    #[test]
    fn a_row_of_one_empty_cell_is_still_a_row() {
        let mut out = CsvOut::default();
        out.row([""]);
        assert_eq!(out.finish(), "\u{feff}\"\"\r\n");
    }
}
