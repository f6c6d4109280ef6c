//! Packed files: the zip archive that an Inspect `.eval` log is. Its members are deflated, or (since 2026) compressed with
//! Zstandard, which is method 93 of the zip format.

use super::inspect::{FORMAT, Log};
use super::{Findings, Source, Unreadable};
use ruzstd::decoding::StreamingDecoder;
use std::io::{self, Read, SeekFrom};
use zip::{CompressionMethod, ZipArchive};

/// Members of an archive; a log has one a sample.
const MEMBERS_MAX: u64 = 60_000;
/// Bytes of the archive's list of members.
const LIST_MAX: u64 = 16 * 1024 * 1024;
/// Bytes of one member, unpacked.
const UNPACKED_MAX: u64 = 512 * 1024 * 1024;
/// Unpacked bytes for one packed byte, once a member is larger than [`RATIO_FROM`].
const RATIO_MAX: u64 = 300;
/// Below this size, in bytes, any ratio is harmless.
const RATIO_FROM: u64 = 1024 * 1024;
/// Bytes that Zstandard may look back, and so holds in memory.
const WINDOW_MAX: u64 = 16 * 1024 * 1024;
/// Lists of samples that a log writes while it runs.
const JOURNAL_MAX: u32 = 10_000;

/// Reads an archive.
///
/// # Errors
/// One that is no eval log, is damaged, or unpacks to more than it should.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    check_end(file)?;
    file.seek(SeekFrom::Start(0))?;
    let mut archive = ZipArchive::new(file).map_err(|e| broken(format!("the archive is damaged: {e}")))?;
    if archive.len() as u64 > MEMBERS_MAX {
        return Err(broken(format!("the archive has more than {MEMBERS_MAX} members")));
    }
    let mut log = Log::new();
    if member(&mut archive, "header.json", |stream| log.header(stream))? {
        if !member(&mut archive, "summaries.json", |stream| log.samples(stream))? {
            journal(&mut archive, &mut log)?;
        }
    } else if member(&mut archive, "_journal/start.json", |stream| log.header(stream))? {
        log.note("The archive has no header: the run broke off");
        journal(&mut archive, &mut log)?;
    } else {
        return Err(Unreadable::Unknown("an archive, but no Inspect eval log".to_owned()));
    }
    Ok(log.finish())
}

/// The samples' summaries that were written while the log ran.
fn journal(archive: &mut ZipArchive<&mut dyn Source>, log: &mut Log) -> Result<(), Unreadable> {
    for number in 1..=JOURNAL_MAX {
        let name = format!("_journal/summaries/{number}.json");
        if !member(archive, &name, |stream| log.samples(stream))? {
            break;
        }
    }
    Ok(())
}

/// Looks at the end of the archive, which says how long its list of members is, before that is held in memory. What needs
/// the 64-bit form is larger than what is read here.
fn check_end(file: &mut dyn Source) -> Result<(), Unreadable> {
    const END: usize = 22;
    let length = file.seek(SeekFrom::End(0))?;
    let tail = length.min(END as u64 + u64::from(u16::MAX) + 20);
    file.seek(SeekFrom::Start(length - tail))?;
    let mut bytes = Vec::new();
    (&mut *file).take(tail).read_to_end(&mut bytes)?;
    let ends: Vec<&[u8]> = bytes.windows(END).filter(|at| at.starts_with(b"PK\x05\x06")).collect();
    if ends.is_empty() {
        return Err(broken("the archive is cut off: its list of members is missing".to_owned()));
    }
    let large = ends.iter().any(|end| {
        let number = |from: usize, n: usize| {
            let le = end.get(from..from + n).unwrap_or_default();
            le.iter().rev().fold(0_u64, |all, byte| all << 8 | u64::from(*byte))
        };
        number(10, 2) > MEMBERS_MAX || number(12, 4) > LIST_MAX
    });
    if large || bytes.windows(4).any(|at| at == b"PK\x06\x07") {
        return Err(broken(format!("the archive has more than {MEMBERS_MAX} members, or is larger than 4 GB")));
    }
    Ok(())
}

/// Unpacks a member, if there is one of this name.
fn member(
    archive: &mut ZipArchive<&mut dyn Source>,
    name: &str,
    take: impl FnOnce(&mut dyn Read) -> Result<(), Unreadable>,
) -> Result<bool, Unreadable> {
    let Some(index) = archive.index_for_name(name) else { return Ok(false) };
    let damaged = |e: &dyn std::fmt::Display| broken(format!("{name} cannot be unpacked: {e}"));
    let (method, packed, encrypted) = {
        let entry = archive.by_index_raw(index).map_err(|e| damaged(&e))?;
        (entry.compression(), entry.compressed_size(), entry.encrypted())
    };
    if encrypted {
        return Err(broken(format!("{name} is encrypted")));
    }
    let cap = UNPACKED_MAX.min(packed.saturating_mul(RATIO_MAX).max(RATIO_FROM));
    let taken = match method {
        CompressionMethod::Stored | CompressionMethod::Deflated => {
            let entry = archive.by_index(index).map_err(|e| damaged(&e))?;
            take(&mut Capped { inner: entry, left: cap })
        }
        CompressionMethod::ZSTD => {
            let entry = archive.by_index_raw(index).map_err(|e| damaged(&e))?;
            let stream = StreamingDecoder::new_with_max_window_size(entry, WINDOW_MAX).map_err(|e| damaged(&e))?;
            take(&mut Capped { inner: stream, left: cap })
        }
        other => return Err(broken(format!("{name} is compressed in a way that is not read here ({other})"))),
    };
    // What fails while unpacking is the archive's fault, not the stream's.
    match taken {
        Err(Unreadable::Stream(e)) => Err(damaged(&e)),
        taken => taken.map(|()| true),
    }
}

fn broken(what: String) -> Unreadable {
    Unreadable::Broken { format: FORMAT, what }
}

/// Passes on so many bytes, and fails beyond.
struct Capped<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.left = (self.left.checked_sub(n as u64))
            .ok_or_else(|| io::Error::other("it unpacks to far more than its size allows"))?;
        Ok(n)
    }
}
