//! Importing an inventory of AI systems, up to the point where something is written: bytes → text → table →
//! mapping → plan. Everything here is pure; the store carries a [`Plan`] out in one transaction.
//!
//! The promise: every row of the file gets exactly one verdict. It is created, updated, unchanged, the exact copy of
//! another row, or rejected with a reason and a fix; the five counts add up to the rows of the file.

mod context;
mod decode;
mod draft;
mod guess;
mod header;
mod keys;
pub mod lists;
mod mapping;
mod plan;
mod reader;
mod report;
mod synonyms;
mod table;
mod terms;
mod values;

pub use decode::{Decoded, decode};
pub use draft::{Note, Reason, SystemDraft};
pub use guess::{Confidence, Guess, Guessed, guess};
pub use header::{HEADER_SEARCH_ROWS, find_header};
pub use mapping::{Field, Mapping, header_signature};
pub use plan::{Counts, Known, Outcome, Person, Plan, ReasonGroup, RowVerdict, plan};
pub use report::{rejected_csv, report_csv};
pub use table::{Header, Row, Table, read_table, table_of};

/// Largest file, in bytes: 20 MiB. The largest public inventory that we know has 3 MB.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// Most rows below the header, blank ones not counted.
pub const MAX_ROWS: usize = 50_000;
/// Most columns.
pub const MAX_COLUMNS: usize = 500;
/// Longest cell, in characters.
pub const MAX_CELL_CHARS: usize = 100_000;

/// Why a file cannot be read as an inventory at all. The texts are for the person who uploads it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error("The file is larger than {} MiB, the most that one import takes. Split it into several files.", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    #[error(
        "This is a spreadsheet workbook, not CSV. In the spreadsheet, choose “Save as” and “CSV UTF-8”, then upload that file."
    )]
    Workbook,
    /// A workbook that is damaged, or that breaks a limit; the text says which.
    #[error("{0}")]
    BadWorkbook(String),
    #[error("The file is empty.")]
    Empty,
    #[error("The file has a header row but no rows below it.")]
    NoRows,
    #[error("The file has more than {MAX_ROWS} rows, the most that one import takes. Split it into several files.")]
    TooManyRows,
    #[error(
        "Line {line} has more than {MAX_COLUMNS} columns, the most that one import takes. Remove the columns that you do not need."
    )]
    TooManyColumns { line: u64 },
    #[error(
        "Line {line} has a cell of more than {MAX_CELL_CHARS} characters, the most that a cell may have. Look for a missing closing quote there."
    )]
    CellTooLong { line: u64 },
    #[error(
        "A cell in the row that starts on line {line} opens with a quote that is never closed, so the rest of the file would become one cell. Close the quote."
    )]
    UnclosedQuote { line: u64 },
    #[error("The file cannot be read as CSV: {0}")]
    Unreadable(String),
}

/// Reads an uploaded text file: checks its size and kind, decodes it and splits it into a table. Workbooks are read by
/// `store`, which can look into their containers.
///
/// # Errors
/// Any [`ImportError`]; nothing of the file is then used.
pub fn read(bytes: &[u8]) -> Result<(Decoded, Table), ImportError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImportError::TooLarge);
    }
    if is_workbook(bytes) {
        return Err(ImportError::Workbook);
    }
    let decoded = decode(bytes);
    let table = read_table(&decoded.text)?;
    Ok((decoded, table))
}

/// Whether the bytes begin like a zip archive (XLSX) or a compound file (XLS).
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
}

/// Lower-case hexadecimal SHA-256 of `parts`, each followed by a separator, so that ("ab", "c") differs from ("a", "bc").
fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    use sha2::{Digest, Sha256};
    use std::fmt::Write;
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0x1f]);
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workbooks_are_named_as_such() {
        assert_eq!(read(b"PK\x03\x04rest").unwrap_err(), ImportError::Workbook);
        assert_eq!(read(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1]).unwrap_err(), ImportError::Workbook);
    }

    #[test]
    fn the_size_limit_holds_at_its_edge() {
        let mut bytes = b"name\n".to_vec();
        bytes.resize(MAX_BYTES, b'\n');
        assert_eq!(read(&bytes).unwrap_err(), ImportError::NoRows);
        bytes.push(b'\n');
        let error = read(&bytes).unwrap_err();
        assert_eq!(error, ImportError::TooLarge);
        assert!(error.to_string().contains("20 MiB"));
    }
}
