//! Text to rows. Tolerant where nothing is lost (short rows, blank lines, doubled headers), strict where something
//! would be (an open quote, the limits).

use std::collections::{HashMap, HashSet};

use super::{ImportError, MAX_BYTES, MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS, values};

/// One column's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As the file has it.
    pub raw: String,
    /// Trimmed, each run of white space one space, without control characters.
    pub name: String,
    /// Unique in the table: the name, numbered when it repeats ("If Other, please explain. (2)"), "Column 7" when blank.
    pub key: String,
}

/// One row, its cells as the file has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file on which the row starts; the first line is 1.
    pub line: u64,
    /// Exactly one per header; a row that is too short is filled up with empty cells.
    pub cells: Vec<String>,
    /// What stood to the right of the last header, blank cells at the end left out.
    pub extra: Vec<String>,
    /// How many cells at the end the row did not have.
    pub missing: usize,
}

/// An inventory as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub delimiter: char,
    pub headers: Vec<Header>,
    pub rows: Vec<Row>,
    /// Rows between the first and the last in which no cell held anything; they are skipped.
    pub blank_rows: usize,
}

impl Table {
    /// The position of the column with this key.
    pub fn column(&self, key: &str) -> Option<usize> {
        self.headers.iter().position(|h| h.key == key)
    }
}

/// Splits CSV text into a table. The delimiter (comma, semicolon, tab or bar) is found from the text.
///
/// # Errors
/// [`ImportError`] for an empty file, one without rows, an open quote, and each limit.
pub fn read_table(text: &str) -> Result<Table, ImportError> {
    if text.len() > MAX_BYTES.saturating_mul(3) {
        return Err(ImportError::TooLarge); // one byte of a legacy encoding is at most three of UTF-8
    }
    let (start, declared) = separator_line(text);
    let body = text.get(start..).unwrap_or_default();
    let delimiter = declared.unwrap_or_else(|| find_delimiter(body));
    let mut records = Records::new(text, start, delimiter);

    let mut table = Making::default();
    while let Some((line, cells)) = records.next()? {
        table.push(line, cells)?;
    }
    table.finish(char::from(delimiter))
}

/// A table from the rows of a sheet, each with its number; the first that says something is the header.
///
/// # Errors
/// [`ImportError`] for a sheet without a header or rows, and each limit.
pub fn table_of(rows: impl IntoIterator<Item = (u64, Vec<String>)>) -> Result<Table, ImportError> {
    let mut table = Making::default();
    let mut next = None;
    for (line, cells) in rows {
        // Rows in which nothing stands are not stored.
        let skipped = next.map_or(0, |next| line.saturating_sub(next));
        table.blank_since += usize::try_from(skipped).unwrap_or(0);
        next = Some(line + 1);
        table.push(line, cells)?;
    }
    table.finish(',')
}

/// A table in the making.
#[derive(Default)]
struct Making {
    headers: Option<Vec<Header>>,
    rows: Vec<Row>,
    blank_rows: usize,
    blank_since: usize,
}

impl Making {
    fn push(&mut self, line: u64, mut cells: Vec<String>) -> Result<(), ImportError> {
        if cells.len() > MAX_COLUMNS {
            return Err(ImportError::TooManyColumns { line });
        }
        if cells.iter().any(|c| c.len() > MAX_CELL_CHARS && c.chars().count() > MAX_CELL_CHARS) {
            return Err(ImportError::CellTooLong { line });
        }
        if cells.iter().all(|c| c.trim().is_empty()) {
            self.blank_since += 1;
            return Ok(());
        }
        let Some(width) = self.headers.as_ref().map(Vec::len) else {
            self.headers = Some(name_headers(cells));
            self.blank_since = 0;
            return Ok(());
        };
        if self.rows.len() == MAX_ROWS {
            return Err(ImportError::TooManyRows);
        }
        self.blank_rows += std::mem::take(&mut self.blank_since);
        let missing = width.saturating_sub(cells.len());
        let mut extra = cells.split_off(width.min(cells.len()));
        while extra.pop_if(|c| c.trim().is_empty()).is_some() {}
        cells.resize(width, String::new());
        self.rows.push(Row { line, cells, extra, missing });
        Ok(())
    }

    fn finish(self, delimiter: char) -> Result<Table, ImportError> {
        let headers = self.headers.ok_or(ImportError::Empty)?;
        if self.rows.is_empty() {
            return Err(ImportError::NoRows);
        }
        Ok(Table { delimiter, headers, rows: self.rows, blank_rows: self.blank_rows })
    }
}

/// The records of a CSV text with the line each starts on. (The csv crate counts a record's line from before the line
/// break that it has yet to skip, which is one too few after CRLF.)
struct Records<'a> {
    text: &'a str,
    base: usize,
    reader: csv::Reader<&'a [u8]>,
    record: csv::StringRecord,
    delimiter: u8,
    counted_to: usize,
    line: u64,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, base: usize, delimiter: u8) -> Self {
        let reader = reader(text.get(base..).unwrap_or_default(), delimiter);
        Self { text, base, reader, record: csv::StringRecord::new(), delimiter, counted_to: 0, line: 1 }
    }

    fn next(&mut self) -> Result<Option<(u64, Vec<String>)>, ImportError> {
        let more = self.reader.read_record(&mut self.record).map_err(|e| ImportError::Unreadable(e.to_string()))?;
        if !more {
            return Ok(None);
        }
        let at = self.base + self.record.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(usize::MAX));
        let rest = self.text.get(at..).unwrap_or_default();
        let start = at + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        self.line += line_breaks(self.text.get(self.counted_to..start).unwrap_or_default());
        self.counted_to = start;
        let end = self.base + usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
        if end >= self.text.len() && ends_in_quotes(self.text.get(start..).unwrap_or_default(), self.delimiter) {
            return Err(ImportError::UnclosedQuote { line: self.line });
        }
        Ok(Some((self.line, self.record.iter().map(str::to_owned).collect())))
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// CRLF, LF and a lone CR are one break each.
fn line_breaks(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let breaks =
        bytes.iter().enumerate().filter(|&(i, &b)| b == b'\n' || b == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
    breaks.count() as u64
}

/// Whether the last cell of a record's text is quoted and not closed.
fn ends_in_quotes(record: &str, delimiter: u8) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum In {
        Start,
        Plain,
        Quoted,
        QuoteInQuoted,
    }
    let end = record.bytes().fold(In::Start, |state, byte| match (state, byte) {
        (In::Start | In::QuoteInQuoted, b'"') => In::Quoted,
        (In::Quoted, b'"') => In::QuoteInQuoted,
        (In::Quoted, _) => In::Quoted,
        (_, b) if b == delimiter => In::Start,
        _ => In::Plain,
    });
    end == In::Quoted
}

/// Spreadsheets may say the delimiter in a first line "sep=;". Returns where the rest starts, and the delimiter.
fn separator_line(text: &str) -> (usize, Option<u8>) {
    let text_start = text.len() - text.trim_start_matches('\u{feff}').len();
    let line = text.get(text_start..).unwrap_or_default().lines().next().unwrap_or_default();
    let declared = line.trim_matches('"').strip_prefix("sep=").map(str::as_bytes);
    match declared {
        Some(&[d]) if d.is_ascii() && d != b'"' => (text_start + line.len(), Some(d)),
        _ => (text_start, None),
    }
}

/// The delimiter under which most of the first rows are as wide as the header; among equals the one with more columns.
fn find_delimiter(text: &str) -> u8 {
    const SAMPLE: usize = 50;
    let mut best = (0, 0, b',');
    for delimiter in [b',', b';', b'\t', b'|'] {
        let widths: Vec<usize> = reader(text, delimiter).records().take(SAMPLE).flatten().map(|r| r.len()).collect();
        let Some(&header) = widths.first().filter(|&&w| w > 1) else { continue };
        let agreement = widths.iter().filter(|&&w| w == header).count() * 20 / widths.len();
        if (agreement, header) > (best.0, best.1) {
            best = (agreement, header, delimiter);
        }
    }
    best.2
}

fn name_headers(cells: Vec<String>) -> Vec<Header> {
    let names: Vec<String> = cells.iter().map(|raw| values::line(raw)).collect();
    let given: HashSet<&String> = names.iter().collect();
    let mut taken: HashSet<String> = HashSet::new();
    let mut seen: HashMap<&String, usize> = HashMap::new();
    let mut keys = Vec::with_capacity(names.len());
    for (i, name) in names.iter().enumerate() {
        let stem = if name.is_empty() { format!("Column {}", i + 1) } else { name.clone() };
        let nth = seen.entry(name).or_insert(0);
        *nth += 1;
        let mut key = if *nth == 1 || name.is_empty() { stem.clone() } else { format!("{stem} ({nth})") };
        // A file may itself have a column "X (2)" beside two columns "X".
        while taken.contains(&key) || (key != *name && given.contains(&key)) {
            *nth += 1;
            key = format!("{stem} ({nth})");
        }
        taken.insert(key.clone());
        keys.push(key);
    }
    let named = cells.into_iter().zip(names.clone()).zip(keys);
    named.map(|((raw, name), key)| Header { raw, name, key }).collect()
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
