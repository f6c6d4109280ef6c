//! The container of an XLSX file, a zip archive, before anything in it is believed.

use super::bad;
use domain::import::ImportError;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Most files in the archive; a workbook of a hundred sheets has some three hundred.
pub const ENTRIES_MAX: usize = 2_000;
/// Most bytes of all of them together, unpacked.
pub const UNPACKED_MAX: u64 = 256 * 1024 * 1024;
/// Most unpacked bytes for one packed byte, once a file is larger than [`RATIO_FROM`]. Sheets come to ten or twenty.
pub const RATIO_MAX: u64 = 200;
/// Below this size, in bytes, any ratio is harmless.
pub const RATIO_FROM: u64 = 1024 * 1024;
/// Read at once.
const CHUNK: usize = 64 * 1024;

const LINK: u32 = 0o120_000;
const KIND: u32 = 0o170_000;

/// Looks at every file in the archive and unpacks it once, counting: what an archive says about its own sizes may be
/// wrong.
///
/// # Errors
/// What is wrong, for the person who uploads it.
pub fn check(bytes: &[u8]) -> Result<(), ImportError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| bad(DAMAGED))?;
    if archive.len() > ENTRIES_MAX {
        return Err(bad(format!("The workbook is made of more than {ENTRIES_MAX} files. Save it again as XLSX.")));
    }
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(bad("This is a packed file, but no XLSX workbook. Save the inventory as XLSX or CSV."));
    }
    let mut all = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| bad(DAMAGED))?;
        let name = entry.name().map_err(|_| bad(DAMAGED))?.into_owned();
        let up = name.split(['/', '\\']).any(|part| part == "..");
        if up || name.starts_with(['/', '\\']) || name.contains(['\\', '\0', ':']) {
            return Err(bad(format!("The workbook holds a file with a path that leads elsewhere ({name}).")));
        }
        if entry.unix_mode().is_some_and(|mode| mode & KIND == LINK) {
            return Err(bad(format!("The workbook holds a link ({name}) instead of a file.")));
        }
        let packed = entry.compressed_size();
        all += unpack(&mut entry, &name, packed, UNPACKED_MAX - all)?;
    }
    Ok(())
}

const DAMAGED: &str = "The workbook is damaged or protected by a password. Open it in a spreadsheet and save it again.";

fn unpack(entry: &mut impl Read, name: &str, packed: u64, left: u64) -> Result<u64, ImportError> {
    let (mut size, mut chunk) = (0_u64, vec![0; CHUNK]);
    loop {
        let read = entry.read(&mut chunk).map_err(|_| bad(DAMAGED))?;
        if read == 0 {
            return Ok(size);
        }
        let begun = chunk.get(..read).unwrap_or_default();
        if size == 0 && (begun.starts_with(b"PK\x03\x04") || begun.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])) {
            return Err(bad(format!(
                "The workbook holds another document ({name}). Remove embedded objects and save it again."
            )));
        }
        size += read as u64;
        if size > left {
            return Err(bad(format!("The workbook unpacks to more than {} MiB.", UNPACKED_MAX / 1024 / 1024)));
        }
        if size > RATIO_FROM && size > packed.saturating_mul(RATIO_MAX) {
            return Err(bad(format!(
                "A part of the workbook ({name}) unpacks to more than {RATIO_MAX} times its size."
            )));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn pack(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let plain = SimpleFileOptions::default();
        for (name, bytes) in [("xl/workbook.xml", b"<workbook/>".to_vec())].iter().chain(files) {
            zip.start_file(*name, plain).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn refused(bytes: &[u8]) -> String {
        check(bytes).unwrap_err().to_string()
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for name in ["../evil.xml", "xl/../../evil.xml", "/etc/passwd", "xl\\..\\evil.xml", "C:evil"] {
            assert!(refused(&pack(&[(name, b"x".to_vec())])).contains("leads elsewhere"), "{name}");
        }
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/workbook.xml", SimpleFileOptions::default()).unwrap();
        zip.add_symlink("xl/link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        assert!(refused(&zip.finish().unwrap().into_inner()).contains("a link"));
    }

    #[test]
    fn documents_within_are_refused() {
        let inner = pack(&[]);
        assert!(refused(&pack(&[("xl/embeddings/a.xlsx", inner)])).contains("another document"));
        let old = [vec![0xd0, 0xcf, 0x11, 0xe0], vec![0; 600]].concat();
        assert!(refused(&pack(&[("xl/embeddings/a.bin", old)])).contains("another document"));
    }

    #[test]
    fn the_number_of_files_is_held_at_its_edge() {
        let files = |n: usize| (1..n).map(|i| (format!("xl/{i}"), vec![])).collect::<Vec<_>>();
        let of = |n: usize| pack(&files(n).iter().map(|(n, b)| (n.as_str(), b.clone())).collect::<Vec<_>>());
        assert!(check(&of(ENTRIES_MAX)).is_ok());
        assert!(refused(&of(ENTRIES_MAX + 1)).contains("made of more than"));
    }

    #[test]
    fn a_ratio_is_held_at_its_edge() {
        // Zeros come to about a thousandth; a little noise brings the file to where it is wanted.
        let bomb = pack(&[("xl/a", vec![0; 3 * 1024 * 1024])]);
        assert!(refused(&bomb).contains("times its size"));
        assert!(check(&pack(&[("xl/a", vec![0; usize::try_from(RATIO_FROM).unwrap()])])).is_ok());
        let mut unpacked = &vec![0_u8; 3 * 1024 * 1024][..];
        let packed = 3 * 1024 * 1024 / RATIO_MAX + 1;
        assert!(unpack(&mut unpacked, "a", packed, UNPACKED_MAX).is_ok());
        let mut unpacked = &vec![0_u8; 3 * 1024 * 1024][..];
        assert!(unpack(&mut unpacked, "a", packed - 1, UNPACKED_MAX).is_err());
    }

    #[test]
    fn what_all_of_it_unpacks_to_is_held_at_its_edge() {
        let size = 100_000_u64;
        let bytes = vec![1_u8; usize::try_from(size).unwrap()];
        assert_eq!(unpack(&mut &bytes[..], "a", size, size).unwrap(), size);
        assert!(unpack(&mut &bytes[..], "a", size, size - 1).unwrap_err().to_string().contains("unpacks to more"));
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("a.txt", SimpleFileOptions::default()).unwrap();
        assert!(refused(&zip.finish().unwrap().into_inner()).contains("no XLSX"));
        assert!(refused(b"PK\x03\x04 and nothing more").contains("damaged"));
    }
}
