//! Rows of a table: of CSV with commas, semicolons or tabs, or of a JSON list of objects.

use super::super::pick::{all, pick_first};
use super::super::slim::Slim;
use super::super::{Source, Unreadable};
use crate::evidence::findings::{Findings, Format};
use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, SeekFrom};

/// Bytes of one row.
const ROW: usize = 16 * 1024 * 1024;
/// Columns of a table.
const COLUMNS: usize = 2_000;
/// Rows of JSON whose names make the columns.
const NAMED: usize = 200;

/// What the first column of a pandas Series without a name is called; in other tables, a column without a name is the index.
pub const UNNAMED: &str = "(no name)";

/// What each row is passed with: the columns' names (a repeated one is "name (2)"), and the cells.
pub type Each<'a> = dyn FnMut(&[String], &[String]) + 'a;

/// Passes the rows on, at most so many; short rows are filled up. Answers with the columns and whether all rows were as long as the first.
///
/// # Errors
/// No table, a broken one, or one with rows that are too large.
pub fn each(file: &mut dyn Source, limit: usize, f: &mut Each) -> Result<(Vec<String>, bool), Unreadable> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    (&mut *file).take(64 * 1024).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    match head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start().first() {
        Some(b'[') => of_json(file, limit, f),
        _ => of_csv(file, &head, limit, f),
    }
}

fn of_csv(file: &mut dyn Source, head: &[u8], limit: usize, f: &mut Each) -> Result<(Vec<String>, bool), Unreadable> {
    let Some(delimiter) = delimiter(head) else {
        let what = match head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start().first() {
            Some(b'#') => "Markdown without front matter has no results that can be read by machine",
            _ => "neither JSON, XML, a table, a model card nor an eval log",
        };
        return Err(Unreadable::Unknown(what.to_owned()));
    };
    let mut csv = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(Limited { inner: BufReader::new(file), left: ROW });
    let (mut columns, mut record, mut cells, mut even) = (Vec::new(), csv::ByteRecord::new(), Vec::new(), true);
    let mut left = limit.saturating_add(1);
    loop {
        csv.get_mut().left = ROW;
        let more = csv.read_byte_record(&mut record).map_err(|e| match e.kind() {
            csv::ErrorKind::Io(e) if e.kind() == io::ErrorKind::Other => broken(e.to_string()),
            csv::ErrorKind::Io(e) => Unreadable::Stream(e.to_string()),
            _ => broken(e.to_string()),
        })?;
        if !more || left == 0 {
            break;
        }
        left -= 1;
        if columns.is_empty() {
            columns = unique(record.iter().take(COLUMNS).map(text));
            // A person has to be able to choose it: of these two columns, either may be what is wanted.
            if let [index, value] = columns.as_mut_slice()
                && index.is_empty()
                && value == "0"
            {
                UNNAMED.clone_into(index);
            }
            continue;
        }
        even &= record.len() == columns.len();
        cells.clear();
        cells.extend(record.iter().take(columns.len()).map(text));
        cells.resize(columns.len(), String::new());
        if delimiter == b';' {
            cells.iter_mut().for_each(point);
        }
        f(&columns, &cells);
    }
    Ok((columns, even))
}

fn of_json(file: &mut dyn Source, limit: usize, f: &mut Each) -> Result<(Vec<String>, bool), Unreadable> {
    let mut unused = Findings::new(Format::Table);
    let mut columns: Vec<String> = Vec::new();
    pick_first(NAMED, file, Format::Table.label(), &[all("[]")], &mut unused, &mut |_, _, _, row| {
        for (name, _) in row.entries() {
            if columns.len() < COLUMNS && !columns.contains(name) {
                columns.push(name.clone());
            }
        }
    })?;
    let mut cells = Vec::new();
    pick_first(limit, file, Format::Table.label(), &[all("[]")], &mut unused, &mut |_, _, _, row| {
        cells.clear();
        let entries: BTreeMap<&String, &Slim> = row.entries().iter().map(|(key, value)| (key, value)).collect();
        let cell = |name: &String| entries.get(name).map(|value| value.words());
        cells.extend(columns.iter().map(|name| cell(name).unwrap_or_default()));
        f(&columns, &cells);
    })?;
    Ok((columns, true))
}

pub fn broken(what: String) -> Unreadable {
    Unreadable::Broken { format: Format::Table.label(), what }
}

/// What parts the cells: of the marks that give every early row as many cells, the one that gives most.
fn delimiter(head: &[u8]) -> Option<u8> {
    // Bytes that no text has.
    if head.iter().any(|b| *b < 0x20 && !b"\t\n\r\x0c".contains(b)) || head.starts_with(b"%PDF") {
        return None;
    }
    // The last row of the sample may be cut off.
    let whole = head.iter().rposition(|b| *b == b'\n').filter(|_| head.len() >= 64 * 1024);
    let head = whole.and_then(|end| head.get(..end)).unwrap_or(head);
    let columns = |delimiter: u8| {
        let mut csv =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(head);
        let lengths: Vec<usize> = csv.byte_records().take(30).filter_map(|r| Some(r.ok()?.len())).collect();
        let first = *lengths.first()?;
        let alike = lengths.iter().filter(|n| **n == first).count();
        // A row or two may be short; a text with commas is no table.
        (first >= 2 && lengths.len() >= 2 && alike.saturating_mul(10) >= lengths.len().saturating_mul(8))
            .then_some(first)
    };
    [b',', b';', b'\t'].into_iter().rev().filter_map(|d| Some((columns(d)?, d))).max().map(|(_, d)| d)
}

/// A cell as text: UTF-8, or else what Excel in the West writes.
fn text(cell: &[u8]) -> String {
    let cell = cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell);
    match std::str::from_utf8(cell) {
        Ok(text) => super::super::slim::short(text.trim()),
        Err(_) => super::super::slim::short(encoding_rs::WINDOWS_1252.decode_without_bom_handling(cell).0.trim()),
    }
}

/// Where semicolons part cells, a comma may stand for the decimal point.
fn point(cell: &mut String) {
    if let Some((before, after)) = cell.split_once(',') {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if digits(before.trim_start_matches('-')) && digits(after.trim_end_matches(['%', ' '])) {
            *cell = format!("{before}.{after}");
        }
    }
}

fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeMap::<String, usize>::new();
    names
        .map(|name| {
            let times = seen.entry(name.clone()).or_default();
            *times = times.saturating_add(1);
            if *times > 1 { format!("{name} ({times})") } else { name }
        })
        .collect()
}

/// Stops a row that would fill the memory, as an unclosed quote makes one.
struct Limited<R> {
    inner: R,
    left: usize,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("a row of more than 16 MB: a quote that is never closed?"));
        }
        let n = self.inner.read(into)?;
        self.left = self.left.saturating_sub(n);
        Ok(n)
    }
}
