//! Texts within JSON, shortened before they are held in memory.

use std::io::{self, Read};

/// Bytes of one text that are passed on; no reader shows more than a few hundred.
const TEXT_MAX: usize = 64 * 1024;

/// Passes JSON on, with long texts cut between two characters.
pub struct Short<R> {
    inner: R,
    inside: bool,
    /// Bytes left of an escape sequence.
    escape: u8,
    /// Whether the last one may be the first half of a pair.
    half: bool,
    /// Bytes of the text so far.
    length: usize,
    cutting: bool,
}

impl<R: Read> Short<R> {
    /// Around a stream.
    pub fn new(inner: R) -> Self {
        Short { inner, inside: false, escape: 0, half: false, length: 0, cutting: false }
    }

    /// Whether the next byte is passed on.
    fn passes(&mut self, byte: u8) -> bool {
        if !self.inside {
            self.inside = byte == b'"';
            (self.length, self.cutting) = (0, false);
            return true;
        }
        self.length = self.length.saturating_add(1);
        match (self.escape, byte) {
            (0, b'"') => {
                self.inside = false;
                return true;
            }
            (0, _) => {
                // Cut neither within a character nor between the halves of an escaped pair.
                self.cutting |= self.length > TEXT_MAX && byte & 0xc0 != 0x80 && !self.half;
                self.half = false;
                self.escape = if byte == b'\\' { ESCAPE } else { 0 };
            }
            // `\u` has four more, every other sequence ends here.
            (ESCAPE, b'u') => self.escape = 4,
            (ESCAPE, _) => self.escape = 0,
            (left, _) => {
                // The first halves are d800 to dbff.
                self.half = match left {
                    4 => matches!(byte, b'd' | b'D'),
                    3 => self.half && matches!(byte, b'8' | b'9' | b'a' | b'A' | b'b' | b'B'),
                    _ => self.half,
                };
                self.escape = left - 1;
            }
        }
        !self.cutting
    }
}

/// At the byte after a backslash.
const ESCAPE: u8 = 5;

impl<R: Read> Read for Short<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.inner.read(into)?;
            let (mut kept, mut at) = (0, 0);
            while at < n {
                let byte = into.get(at).copied().unwrap_or_default();
                if self.passes(byte) {
                    if let Some(place) = into.get_mut(kept) {
                        *place = byte;
                    }
                    kept += 1;
                }
                at += 1;
            }
            // A stream that gives nothing has ended: what was cut away entirely has not.
            if kept > 0 || n == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(text: &str) -> String {
        let mut out = String::new();
        Short::new(text.as_bytes()).read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn texts_are_cut_and_stay_json() {
        let small = r#"{"a": ["b\\", "\"c\u00e9", "é", ""], "n": -1.5e3}"#;
        assert_eq!(short(small), small);
        for unit in ["x", "é", "\\ud83d\\ude00", "\\uD83D\\uDE00y", "\\\"y", "\\u0041 ", "\\n", "\\\\", "\\u4f60"] {
            for start in ["", "z", "zz", "zzz", "zzzzz"] {
                let cut = short(&format!("[\"{start}{}\", \"end\"]", unit.repeat(90_000)));
                assert!(cut.len() < TEXT_MAX + 100, "{unit}: {}", cut.len());
                let texts: Vec<String> = serde_json::from_str(&cut).unwrap();
                assert_eq!(texts[1], "end");
            }
        }
    }
}
