//! JSON lines, row by row.

use super::json::Lenient;
use super::loose::Object;
use super::{Findings, Source, Unreadable};
use serde::de::DeserializeOwned;
use std::io::{BufRead, BufReader, Read};

/// Bytes of one row; a longer one is left out, with a note.
pub const ROW_MAX: usize = 16 * 1024 * 1024;

/// What became of the rows of a file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// Rows that were read.
    pub read: u64,
    /// Rows that are not JSON.
    pub broken: u64,
    /// Number of the first of those.
    pub first_broken: u64,
    /// Rows longer than [`ROW_MAX`].
    pub long: u64,
    /// Whether the last row is broken off: not JSON, and without the end of a line.
    pub cut: bool,
}

impl Rows {
    /// What a reader should know of them.
    pub fn notes(&self, findings: &mut Findings) {
        if self.cut {
            findings.note("The last row is broken off: the file may have been cut");
        }
        if self.broken > 0 {
            let (n, first) = (self.broken, self.first_broken);
            findings.note(format!("{n} rows are not JSON and were left out (the first is row {first})"));
        }
        if self.long > 0 {
            let mega = ROW_MAX >> 20;
            findings.note(format!("{} rows are longer than {mega} MB and were left out", self.long));
        }
    }
}

/// Reads JSON lines, row by row. `take` gets the row's bytes and says whether it could read them; a row with `NaN` and the
/// like comes a second time, in plain JSON.
///
/// # Errors
/// A stream that failed.
pub fn rows(file: &mut dyn Source, mut take: impl FnMut(&[u8]) -> bool) -> Result<Rows, Unreadable> {
    let mut stream = BufReader::with_capacity(256 * 1024, file);
    let (mut seen, mut number, mut row, mut plain) = (Rows::default(), 0_u64, Vec::new(), Vec::new());
    loop {
        row.clear();
        let n = (&mut stream).take(ROW_MAX as u64 + 1).read_until(b'\n', &mut row)?;
        if n == 0 {
            return Ok(seen);
        }
        number += 1;
        let ended = row.last() == Some(&b'\n');
        if !ended && row.len() > ROW_MAX {
            seen.long += 1;
            stream.skip_until(b'\n')?;
            continue;
        }
        let mut text = row.trim_ascii();
        if number == 1 {
            text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
        }
        if text.is_empty() {
            continue;
        }
        if take(text) || is_lenient(text, &mut plain) && take(&plain) {
            seen.read += 1;
        } else if ended {
            seen.broken += 1;
            seen.first_broken = if seen.broken == 1 { number } else { seen.first_broken };
        } else {
            seen.cut = true;
        }
    }
}

/// Whether a row has become another one without `NaN` and `Infinity`, which `plain` then holds.
fn is_lenient(row: &[u8], plain: &mut Vec<u8>) -> bool {
    plain.clear();
    Lenient::new(row).read_to_end(plain).is_ok() && plain != row
}

/// A row as `T`, if it is an object that can be read as one.
pub fn row<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice::<Object<T>>(bytes).ok().and_then(|row| row.0)
}
