//! The container of an XLS file: a compound file [MS-CFB] with a stream of records [MS-XLS]. Its sheets are read into
//! whole rectangles, and each text into every cell that names it, so that both are measured first: two cells in
//! opposite corners, or one long text named a million times, would fill any memory.

use super::{TEXT_MAX, bad};
use domain::import::ImportError;

/// Most cells of the rectangles that a workbook's sheets span together.
pub const CELLS_MAX: u64 = 8_000_000;

const END: u32 = 0xffff_fffe;
const BOF: u16 = 0x0809;
const SST: u16 = 0x00fc;
const CONTINUE: u16 = 0x003c;
const FILE_PASS: u16 = 0x002f;
const LABEL_SST: u16 = 0x00fd;
/// Formula, mulrk, mulblank, rstring, labelsst, blank, number, label, boolerr, rk: each begins with row and column.
const CELLS: [u16; 10] = [0x0006, 0x00bd, 0x00be, 0x00d6, LABEL_SST, 0x0201, 0x0203, 0x0204, 0x0205, 0x027e];
/// Those with several columns; the last stands at their end.
const MANY: [u16; 2] = [0x00bd, 0x00be];

/// Measures the workbook.
///
/// # Errors
/// What is wrong, for the person who uploads it.
pub fn check(bytes: &[u8]) -> Result<(), ImportError> {
    let stream = workbook_stream(bytes).ok_or_else(|| bad(DAMAGED))?;
    measure(&stream)
}

pub const DAMAGED: &str =
    "The XLS workbook cannot be read. Open it in a spreadsheet, save it as XLSX, and upload that file.";

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// A compound file: sectors, and which follows which.
struct Compound<'a> {
    bytes: &'a [u8],
    size: usize,
    next: Vec<u32>,
}

impl<'a> Compound<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
            return None;
        }
        let shift = u16_at(bytes, 30)?;
        let size = if matches!(shift, 9 | 12) { 1_usize << shift } else { return None };
        let mut file = Self { bytes, size, next: Vec::new() };
        let mut tables: Vec<u32> = (0..109).filter_map(|i| u32_at(bytes, 76 + 4 * i)).collect();
        let (mut more, sectors) = (u32_at(bytes, 68)?, bytes.len() / size);
        for _ in 0..sectors {
            let Some(sector) = file.sector(more) else { break };
            let per = size / 4 - 1;
            tables.extend((0..per).filter_map(|i| u32_at(sector, 4 * i)));
            more = u32_at(sector, 4 * per)?;
        }
        tables.retain(|t| *t < END - 2);
        for table in tables.into_iter().take(sectors) {
            let sector = file.sector(table)?;
            file.next.extend((0..size / 4).filter_map(|i| u32_at(sector, 4 * i)));
        }
        Some(file)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = usize::try_from(number).ok()?.checked_add(1)?.checked_mul(self.size)?;
        // The last sector may be cut short.
        let end = start.checked_add(self.size)?.min(self.bytes.len());
        self.bytes.get(start..end).filter(|s| !s.is_empty())
    }

    /// The bytes of a chain of sectors.
    fn chain(&self, first: u32) -> Option<Vec<u8>> {
        let (mut all, mut at) = (Vec::new(), first);
        // No chain is longer than the file, unless it bites its own tail.
        for _ in 0..=self.next.len() {
            if at == END {
                return Some(all);
            }
            all.extend_from_slice(self.sector(at)?);
            at = *self.next.get(usize::try_from(at).ok()?)?;
        }
        None
    }
}

/// The stream of records, called "Workbook", or "Book" before 1997.
fn workbook_stream(bytes: &[u8]) -> Option<Vec<u8>> {
    let file = Compound::open(bytes)?;
    let directory = file.chain(u32_at(bytes, 48)?)?;
    let smallest = u32_at(bytes, 56)?;
    let named = |entry: &&[u8]| {
        let length = usize::from(u16_at(entry, 64).unwrap_or(0)).saturating_sub(2);
        let units: Vec<u16> = (0..length.min(62) / 2).filter_map(|i| u16_at(entry, 2 * i)).collect();
        matches!(String::from_utf16_lossy(&units).as_str(), "Workbook" | "Book")
    };
    let entry = directory.as_chunks::<128>().0.iter().map(<[u8; 128]>::as_slice).find(named)?;
    let (first, size) = (u32_at(entry, 116)?, u32_at(entry, 120)?);
    // Smaller streams lie elsewhere in the file; no spreadsheet writes a workbook that small.
    if size < smallest {
        return None;
    }
    let mut stream = file.chain(first)?;
    stream.truncate(usize::try_from(size).ok()?);
    Some(stream)
}

/// A record: its kind and its bytes.
fn record(stream: &[u8], at: usize) -> Option<(u16, &[u8])> {
    let length = usize::from(u16_at(stream, at + 2)?);
    Some((u16_at(stream, at)?, stream.get(at + 4..at + 4 + length)?))
}

fn measure(stream: &[u8]) -> Result<(), ImportError> {
    let too_much = |what: &str| {
        bad(format!(
            "The workbook {what} than one import takes. Keep the inventory's sheet alone, and save it as XLSX."
        ))
    };
    let (mut at, mut texts, mut named) = (0, Vec::new(), 0_u64);
    let (mut cells, mut rows, mut columns) = (0_u64, 0_u64, 0_u64);
    while let Some((kind, data)) = record(stream, at) {
        at += 4 + data.len();
        match kind {
            BOF => {
                cells += rows * columns;
                (rows, columns) = (0, 0);
            }
            FILE_PASS => return Err(bad("The workbook is protected by a password. Save it without one.")),
            SST => {
                let mut parts = vec![data];
                while let Some((CONTINUE, more)) = record(stream, at) {
                    parts.push(more);
                    at += 4 + more.len();
                }
                texts = shared(&parts).ok_or_else(|| bad(DAMAGED))?;
            }
            kind if CELLS.contains(&kind) => {
                let last = if MANY.contains(&kind) { data.len().saturating_sub(2) } else { 2 };
                if let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, last)) {
                    rows = rows.max(u64::from(row) + 1);
                    columns = columns.max(u64::from(column) + 1);
                }
                if kind == LABEL_SST {
                    let index = u32_at(data, 6).and_then(|i| usize::try_from(i).ok()).unwrap_or(usize::MAX);
                    named += texts.get(index).copied().unwrap_or(0);
                }
            }
            _ => {}
        }
        if cells + rows * columns > CELLS_MAX {
            return Err(too_much("spans more cells"));
        }
        if named > TEXT_MAX as u64 {
            return Err(too_much("holds more text"));
        }
    }
    Ok(())
}

/// Bytes across the records that they were split into.
struct Split<'a, 'b> {
    parts: &'b [&'a [u8]],
    part: usize,
    at: usize,
}

impl Split<'_, '_> {
    fn take(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > 0 {
            let here = self.parts.get(self.part)?.len() - self.at;
            let step = here.min(bytes);
            (self.at, bytes) = (self.at + step, bytes - step);
            if self.at == self.parts.get(self.part)?.len() {
                (self.part, self.at) = (self.part + 1, 0);
            }
        }
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.parts.get(self.part)?.get(self.at)?;
        self.take(1).map(|()| byte)
    }

    fn number(&mut self, bytes: u32) -> Option<usize> {
        (0..bytes).try_fold(0, |sum, i| Some(sum | usize::from(self.byte()?) << (8 * i)))
    }

    /// Characters; where they go on in the next record, it says anew how wide they are.
    fn characters(&mut self, mut count: usize, mut wide: bool) -> Option<()> {
        loop {
            let width = if wide { 2 } else { 1 };
            let here = (self.parts.get(self.part)?.len() - self.at) / width;
            let step = here.min(count);
            count -= step;
            self.take(step * width)?;
            if count == 0 {
                return Some(());
            }
            if self.at > 0 {
                return None; // half a character
            }
            wide = self.byte()? & 1 == 1;
        }
    }
}

/// The lengths of the shared texts, in bytes of UTF-8 at most.
fn shared(parts: &[&[u8]]) -> Option<Vec<u64>> {
    let mut all = Split { parts, part: 0, at: 0 };
    all.number(4)?;
    let count = all.number(4)?;
    let mut lengths = Vec::new();
    for _ in 0..count {
        let characters = all.number(2)?;
        let flags = all.byte()?;
        let runs = if flags & 8 == 8 { all.number(2)? } else { 0 };
        let phonetic = if flags & 4 == 4 { all.number(4)? } else { 0 };
        if characters > 0 {
            all.characters(characters, flags & 1 == 1)?;
        }
        all.take(runs.checked_mul(4)?.checked_add(phonetic)?)?;
        lengths.push(characters as u64 * 3);
    }
    Some(lengths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rec(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    }

    fn cell(row: u16, column: u16) -> Vec<u8> {
        rec(0x0203, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0; 10]].concat())
    }

    fn label(index: u32) -> Vec<u8> {
        rec(LABEL_SST, &[&[0; 6][..], &index.to_le_bytes()].concat())
    }

    #[test]
    fn corners_are_measured_over_all_sheets() {
        let sheet = |row, column| [rec(BOF, &[0; 16]), cell(0, 0), cell(row, column)].concat();
        // 31,250 × 256 cells are the limit.
        assert!(measure(&sheet(31_249, 255)).is_ok());
        assert!(measure(&sheet(31_250, 255)).is_err());
        assert!(measure(&[sheet(31_248, 255), sheet(0, 255)].concat()).is_ok());
        assert!(measure(&[sheet(31_248, 255), sheet(1, 255)].concat()).is_err());
        let many = rec(
            0x00be,
            &[&31_250_u16.to_le_bytes()[..], &0_u16.to_le_bytes(), &[0; 2], &255_u16.to_le_bytes()].concat(),
        );
        assert!(measure(&many).is_err());
    }

    #[test]
    fn a_text_counts_wherever_it_is_named() {
        let long = [&[1, 0, 0, 0, 1, 0, 0, 0][..], &8_000_u16.to_le_bytes(), &[0], &[b'x'; 8_000]].concat();
        let sst = rec(SST, &long);
        let times = TEXT_MAX / 24_000;
        assert!(measure(&[sst.clone(), label(0).repeat(times)].concat()).is_ok());
        assert!(measure(&[sst, label(0).repeat(times + 1)].concat()).is_err());
    }

    #[test]
    fn shared_texts_go_on_in_the_next_record_with_another_width() {
        let first = [&[2, 0, 0, 0, 2, 0, 0, 0][..], &[5, 0, 0], b"abc"].concat();
        let second = [&[1][..], &[b'd', 0, b'e', 0], &[1, 0, 8, 1, 0], b"x", &[0; 4]].concat();
        assert_eq!(shared(&[&first, &second]), Some(vec![15, 3]));
        assert_eq!(shared(&[&first]), None);
    }

    #[test]
    fn what_is_no_workbook_is_refused_whatever_it_holds() {
        for bytes in [
            vec![],
            vec![0xd0, 0xcf, 0x11, 0xe0],
            [vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], vec![9; 4_000]].concat(),
        ] {
            assert!(check(&bytes).is_err());
        }
        assert!(measure(&rec(FILE_PASS, &[0; 6])).is_err());
    }
}
