//! Packed files: the zip archive that an Inspect `.eval` log is, or the folder of a HELM run. Members are deflated, or (in logs
//! since 2026) compressed with Zstandard, which is method 93 of the zip format.

use super::inspect::Log;
use super::outcomes::{self, Outcomes};
use super::{Findings, Source, Unreadable, helm_run};
use ruzstd::decoding::StreamingDecoder;
use std::io::{self, Read, SeekFrom};
use zip::{CompressionMethod, ZipArchive};

/// Members of an archive; a log has one a sample.
const MEMBERS_MAX: u64 = 60_000;
/// Bytes of the archive's list of members.
const LIST_MAX: u64 = 16 * 1024 * 1024;
/// Bytes of one member, unpacked.
const UNPACKED_MAX: u64 = 512 * 1024 * 1024;
/// Bytes of all members that are read, unpacked.
const ALL_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// Unpacked bytes for one packed byte, once a member is larger than [`RATIO_FROM`].
const RATIO_MAX: u64 = 300;
/// Below this size, in bytes, any ratio is harmless.
const RATIO_FROM: u64 = 1024 * 1024;
/// Bytes that Zstandard may look back, and so holds in memory.
const WINDOW_MAX: u64 = 16 * 1024 * 1024;
/// Lists of samples that a log writes while it runs.
const JOURNAL_MAX: u32 = 10_000;

/// An archive whose members are read one by one.
pub(super) struct Archive<'a> {
    zip: ZipArchive<&'a mut dyn Source>,
    /// Bytes that may still be unpacked.
    left: u64,
}

/// What takes the parts of an eval log: the log itself, and lists of samples.
pub(super) trait Parts {
    /// The log, without its samples.
    fn header(&mut self, stream: &mut dyn Read) -> Result<(), Unreadable>;
    /// A list of samples.
    fn samples(&mut self, stream: &mut dyn Read) -> Result<(), Unreadable>;
    /// Something that a reader should know.
    fn note(&mut self, note: &str);
}

/// Reads an archive.
///
/// # Errors
/// One that is neither an eval log nor a run of HELM, is damaged, or unpacks to more than it should.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut archive = Archive::open(file)?;
    let mut log = Log::new();
    if archive.log(&mut log)? {
        return Ok(log.finish());
    }
    helm_run::folder(&mut archive)?.ok_or_else(unknown)
}

/// Reads what came out for each sample of an archive.
///
/// # Errors
/// As [`read`].
pub(super) fn outcomes(file: &mut dyn Source) -> Result<Outcomes, Unreadable> {
    let mut archive = Archive::open(file)?;
    let mut run = outcomes::Inspected::default();
    if archive.log(&mut run)? {
        return Ok(run.finish());
    }
    outcomes::of_helm(&mut archive)?.ok_or_else(unknown)
}

fn unknown() -> Unreadable {
    Unreadable::Unknown("an archive, but no Inspect eval log and no run of HELM".to_owned())
}

impl<'a> Archive<'a> {
    fn open(file: &'a mut dyn Source) -> Result<Self, Unreadable> {
        check_end(file)?;
        file.seek(SeekFrom::Start(0))?;
        let zip = ZipArchive::new(file).map_err(|e| broken(format!("the archive is damaged: {e}")))?;
        if zip.len() as u64 > MEMBERS_MAX {
            return Err(broken(format!("the archive has more than {MEMBERS_MAX} members")));
        }
        Ok(Archive { zip, left: ALL_MAX })
    }

    /// Names of the members, in the order of the archive.
    pub(super) fn names(&self) -> impl Iterator<Item = String> + use<'_, 'a> {
        self.zip.file_names().filter_map(|name| Some(name.ok()?.into_owned()))
    }

    /// Passes the parts of an eval log on; false if it is none.
    fn log(&mut self, parts: &mut dyn Parts) -> Result<bool, Unreadable> {
        if self.member("header.json", |stream| parts.header(stream))? {
            if !self.member("summaries.json", |stream| parts.samples(stream))? {
                self.journal(parts)?;
            }
            return Ok(true);
        }
        let begun = self.member("_journal/start.json", |stream| parts.header(stream))?;
        if begun {
            parts.note("The archive has no header: the run broke off");
            self.journal(parts)?;
        }
        Ok(begun)
    }

    /// The samples' summaries that were written while the log ran.
    fn journal(&mut self, parts: &mut dyn Parts) -> Result<(), Unreadable> {
        for number in 1..=JOURNAL_MAX {
            if !self.member(&format!("_journal/summaries/{number}.json"), |stream| parts.samples(stream))? {
                break;
            }
        }
        Ok(())
    }

    /// Unpacks a member, if there is one of this name. What is not taken of it is not unpacked.
    pub(super) fn member(
        &mut self,
        name: &str,
        take: impl FnOnce(&mut dyn Read) -> Result<(), Unreadable>,
    ) -> Result<bool, Unreadable> {
        let Some(index) = self.zip.index_for_name(name) else { return Ok(false) };
        let damaged = |e: &dyn std::fmt::Display| broken(format!("{name} cannot be unpacked: {e}"));
        let (method, packed, encrypted) = {
            let entry = self.zip.by_index_raw(index).map_err(|e| damaged(&e))?;
            (entry.compression(), entry.compressed_size(), entry.encrypted())
        };
        if encrypted {
            return Err(broken(format!("{name} is encrypted")));
        }
        let cap = UNPACKED_MAX.min(packed.saturating_mul(RATIO_MAX).max(RATIO_FROM)).min(self.left);
        let mut left = cap;
        let taken = match method {
            CompressionMethod::Stored | CompressionMethod::Deflated => {
                let entry = self.zip.by_index(index).map_err(|e| damaged(&e))?;
                take(&mut Capped { inner: entry, left: &mut left })
            }
            CompressionMethod::ZSTD => {
                let entry = self.zip.by_index_raw(index).map_err(|e| damaged(&e))?;
                let stream = StreamingDecoder::new_with_max_window_size(entry, WINDOW_MAX).map_err(|e| damaged(&e))?;
                take(&mut Capped { inner: stream, left: &mut left })
            }
            other => return Err(broken(format!("{name} is compressed in a way that is not read here ({other})"))),
        };
        self.left = self.left.saturating_sub(cap.saturating_sub(left));
        // What fails while unpacking is the archive's fault, not the stream's.
        match taken {
            Err(Unreadable::Stream(e)) => Err(damaged(&e)),
            taken => taken.map(|()| true),
        }
    }
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

fn broken(what: String) -> Unreadable {
    Unreadable::Broken { format: "archive", what }
}

/// Passes on so many bytes, and fails beyond.
struct Capped<'a, R> {
    inner: R,
    left: &'a mut u64,
}

impl<R: Read> Read for Capped<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        *self.left = (self.left.checked_sub(n as u64))
            .ok_or_else(|| io::Error::other("it unpacks to far more than its size allows"))?;
        Ok(n)
    }
}
