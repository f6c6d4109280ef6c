//! Workbooks, XLSX and XLS, up to the point where they are a table like any CSV: which sheet, which row is the header,
//! what each cell says. A formula says what it last came to; a date is a date because its cell is one.
//!
//! A workbook is a packed file, and a small one can be made to fill any memory. The container is looked at first
//! ([`packed`], [`ole`]), and only what keeps the limits is read.

mod ole;
mod packed;

use calamine::{Data, Reader, Xls, Xlsx};
use domain::import::{ImportError, MAX_COLUMNS, MAX_ROWS, Table, find_header, table_of};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Most sheets of a workbook.
pub const SHEETS_MAX: usize = 100;
/// Most text of one sheet, in bytes: one stored text may stand in any number of cells.
pub const TEXT_MAX: usize = 64 * 1024 * 1024;
/// Rows of a sheet that are looked at to find its header.
const SAMPLE: usize = domain::import::HEADER_SEARCH_ROWS;

/// Which part of a workbook is the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The sheet by name; otherwise the one that looks most like an inventory.
    pub sheet: Option<String>,
    /// The header's row, from 1; otherwise the one that looks most like it.
    pub header_row: Option<u64>,
}

/// What a workbook turned out to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// "XLSX" or "XLS".
    pub kind: &'static str,
    /// Its sheets.
    pub sheets: Vec<String>,
    /// The one that was read.
    pub sheet: String,
    /// The header's row in it, from 1.
    pub header_row: u64,
}

/// A row: its number in the sheet, and what its cells say.
type Line = (u64, Vec<String>);

/// Reads a workbook's table.
///
/// # Errors
/// A workbook that is none, is damaged, or breaks a limit; a sheet or row that it does not have.
pub fn read(bytes: &[u8], place: &Place) -> Result<(Found, Table), ImportError> {
    // The readers of XLS trust what a record says about itself; one that lies ends here and not in a fault of ours.
    std::panic::catch_unwind(|| read_part(bytes, place)).unwrap_or_else(|_| Err(bad(ole::DAMAGED)))
}

fn read_part(bytes: &[u8], place: &Place) -> Result<(Found, Table), ImportError> {
    let mut book = Book::open(bytes)?;
    let sheets = book.sheets();
    if sheets.is_empty() || sheets.len() > SHEETS_MAX {
        return Err(bad(format!("The workbook has {} sheets; an import takes 1 to {SHEETS_MAX}.", sheets.len())));
    }
    let sheet = match &place.sheet {
        Some(name) if sheets.contains(name) => name.clone(),
        Some(name) => return Err(bad(format!("The workbook has no sheet “{name}”."))),
        None => best(&mut book, &sheets)?,
    };
    let rows = book.rows(&sheet, usize::MAX)?;
    let header_row = match place.header_row {
        Some(row) => row,
        None => find_header(&rows).ok_or(ImportError::Empty)?.0,
    };
    let table = table_of(rows.into_iter().skip_while(|(line, _)| *line < header_row))?;
    Ok((Found { kind: book.kind(), sheets, sheet, header_row }, table))
}

fn bad(why: impl Into<String>) -> ImportError {
    ImportError::BadWorkbook(why.into())
}

/// The sheet whose header looks most like an inventory's; among equals the first.
fn best(book: &mut Book<'_>, sheets: &[String]) -> Result<String, ImportError> {
    let mut best: Option<(usize, &String)> = None;
    for sheet in sheets {
        let rows = book.rows(sheet, SAMPLE)?;
        let score = find_header(&rows).map_or(0, |(_, score)| score);
        // A sheet of nothing but headers holds no systems.
        let score = if rows.len() < 2 { 0 } else { score };
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, sheet));
        }
    }
    best.map(|(_, sheet)| sheet.clone()).ok_or(ImportError::Empty)
}

enum Book<'a> {
    Xlsx(Box<Xlsx<Cursor<&'a [u8]>>>),
    Xls(Box<Xls<Cursor<&'a [u8]>>>),
}

impl<'a> Book<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, ImportError> {
        let damaged = |why: String| {
            bad(format!("The workbook cannot be read: {why}. Open it in a spreadsheet and save it again."))
        };
        if bytes.starts_with(b"PK") {
            packed::check(bytes)?;
            let book = Xlsx::new(Cursor::new(bytes)).map_err(|e| damaged(e.to_string()))?;
            return Ok(Self::Xlsx(Box::new(book)));
        }
        ole::check(bytes)?;
        let book = Xls::new(Cursor::new(bytes)).map_err(|e| damaged(e.to_string()))?;
        Ok(Self::Xls(Box::new(book)))
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Xlsx(_) => "XLSX",
            Self::Xls(_) => "XLS",
        }
    }

    fn sheets(&self) -> Vec<String> {
        match self {
            Self::Xlsx(book) => book.sheet_names(),
            Self::Xls(book) => book.sheet_names(),
        }
    }

    /// The rows that say something, in the order of their numbers; at most about so many.
    fn rows(&mut self, sheet: &str, most: usize) -> Result<Vec<Line>, ImportError> {
        let mut lines = Lines::default();
        match self {
            Self::Xlsx(book) => {
                // Cell by cell: a sheet with one cell in each corner would be a table of 17 billion.
                let mut cells = book.worksheet_cells_reader(sheet).map_err(|e| bad(e.to_string()))?;
                while let Some(cell) = cells.next_cell().map_err(|e| bad(e.to_string()))? {
                    if lines.rows.len() > most {
                        break;
                    }
                    let (row, column) = cell.get_position();
                    lines.put(row, column, text(&cell.get_value().clone().into()))?;
                }
            }
            Self::Xls(book) => {
                let range = book.worksheet_range(sheet).map_err(|e| bad(e.to_string()))?;
                let (top, left) = range.start().unwrap_or_default();
                for (row, column, cell) in range.used_cells() {
                    if lines.rows.len() > most {
                        break;
                    }
                    let at = |offset: u32, n: usize| offset.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
                    lines.put(at(top, row), at(left, column), text(cell))?;
                }
            }
        }
        Ok(lines.rows.into_iter().map(|(row, cells)| (u64::from(row) + 1, cells)).collect())
    }
}

/// Rows in the making.
#[derive(Default)]
struct Lines {
    rows: BTreeMap<u32, Vec<String>>,
    bytes: usize,
}

impl Lines {
    fn put(&mut self, row: u32, column: u32, text: String) -> Result<(), ImportError> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let line = u64::from(row) + 1;
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= MAX_COLUMNS {
            return Err(ImportError::TooManyColumns { line });
        }
        self.bytes += text.len();
        if self.bytes > TEXT_MAX {
            return Err(bad(format!(
                "The sheet holds more than {} MiB of text, the most that one import takes.",
                TEXT_MAX / 1024 / 1024
            )));
        }
        let cells = self.rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        if let Some(cell) = cells.get_mut(column) {
            *cell = text;
        }
        // What stands above the header is no row of the inventory.
        if self.rows.len() > MAX_ROWS + SAMPLE {
            return Err(ImportError::TooManyRows);
        }
        Ok(())
    }
}

/// What a cell says, as a CSV would have it: ISO 8601 for days and times.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Error(error) => error.to_string(),
        Data::DateTime(at) if at.is_duration() => {
            at.as_duration().map(|d| format!("{} s", d.num_seconds())).unwrap_or_default()
        }
        Data::DateTime(at) => match at.as_datetime() {
            Some(at) if at.time() == chrono::NaiveTime::MIN => at.date().to_string(),
            Some(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
            None => at.as_f64().to_string(),
        },
    }
}
