//! XML in another encoding than UTF-8.

use super::{Source, Unreadable};
use std::io::{self, Read, SeekFrom};

/// The file as UTF-8, whichever encoding its first line names.
pub fn decoded<'a>(file: &'a mut dyn Source) -> Result<Box<dyn Read + 'a>, Unreadable> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    (&mut *file).take(200).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let head = String::from_utf8_lossy(&head);
    let declaration = head.trim_start_matches('\u{feff}').strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    let named = declaration.and_then(|(line, _)| line.split_once("encoding=")).map_or("", |(_, name)| name);
    let label = named.split(['"', '\'']).nth(1).unwrap_or_default();
    match encoding_rs::Encoding::for_label(label.as_bytes()) {
        Some(encoding) if encoding.is_ascii_compatible() && encoding != encoding_rs::UTF_8 => Ok(Box::new(Decoding {
            inner: file,
            decoder: encoding.new_decoder(),
            raw: vec![0; 16 * 1024],
            at: 0,
            end: 0,
            last: false,
        })),
        _ => Ok(Box::new(file)),
    }
}

/// Turns another encoding into UTF-8.
struct Decoding<'a> {
    inner: &'a mut dyn Source,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    at: usize,
    end: usize,
    last: bool,
}

impl Read for Decoding<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.at == self.end && !self.last {
                (self.at, self.end) = (0, self.inner.read(&mut self.raw)?);
                self.last = self.end == 0;
            }
            let raw = self.raw.get(self.at..self.end).unwrap_or_default();
            // The decoder may not be asked again after its end.
            if self.last && raw.is_empty() {
                return Ok(0);
            }
            let (_, read, written, _) = self.decoder.decode_to_utf8(raw, into, false);
            self.at = self.at.saturating_add(read);
            if written > 0 {
                return Ok(written);
            }
            if read == 0 && self.at < self.end {
                return Err(io::Error::other("no room for a character"));
            }
        }
    }
}
