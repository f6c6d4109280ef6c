//! Bytes to text. Spreadsheets still write windows-1252 and UTF-16, and nothing in a CSV says which.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// A file's text and what was found out about its encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// The encoding's name in the WHATWG Encoding Standard, for example "windows-1252".
    pub encoding: &'static str,
    pub had_bom: bool,
    /// How many byte sequences were not valid in that encoding and stand as U+FFFD in the text.
    pub replaced: usize,
}

/// Decodes by byte order mark, else as UTF-8 where that is valid, else by a guess from the bytes.
pub fn decode(bytes: &[u8]) -> Decoded {
    if let Some((encoding, bom)) = Encoding::for_bom(bytes) {
        return with(encoding, bytes.get(bom..).unwrap_or_default(), true);
    }
    if let Some(encoding) = utf16_without_bom(bytes) {
        return with(encoding, bytes, false);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Decoded { text: text.to_owned(), encoding: UTF_8.name(), had_bom: false, replaced: 0 },
        Err(_) if mostly_utf8(bytes) => with(UTF_8, bytes, false),
        Err(_) => {
            let mut detector = chardetng::EncodingDetector::new();
            detector.feed(bytes, true);
            with(detector.guess(None, false), bytes, false)
        }
    }
}

fn with(encoding: &'static Encoding, bytes: &[u8], had_bom: bool) -> Decoded {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    let replaced = if had_errors { text.chars().filter(|&c| c == char::REPLACEMENT_CHARACTER).count() } else { 0 };
    Decoded { text: text.into_owned(), encoding: encoding.name(), had_bom, replaced }
}

/// A file in which more accented characters are right UTF-8 than wrong has a few damaged bytes; reading all of it in
/// another encoding would damage the rest too.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut right, mut wrong) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    right > wrong
}

/// Western text in UTF-16 has a zero in nearly every other byte; no CSV in an 8-bit encoding has.
fn utf16_without_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let pairs = sample.len() / 2;
    if pairs == 0 {
        return None;
    }
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 2 > pairs && even * 10 < pairs {
        Some(UTF_16LE)
    } else if even * 2 > pairs && odd * 10 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn each_encoding_that_spreadsheets_write() {
        let text = "name,purpose\nZoë’s café,“prédire”\n";
        let with_bom = |bom: &[u8], rest: Vec<u8>| [bom, &rest].concat();
        let cases = [
            (text.as_bytes().to_vec(), "UTF-8", false),
            (with_bom(b"\xef\xbb\xbf", text.as_bytes().to_vec()), "UTF-8", true),
            (with_bom(b"\xff\xfe", utf16(text, u16::to_le_bytes)), "UTF-16LE", true),
            (with_bom(b"\xfe\xff", utf16(text, u16::to_be_bytes)), "UTF-16BE", true),
            (utf16(text, u16::to_le_bytes), "UTF-16LE", false),
            (utf16(text, u16::to_be_bytes), "UTF-16BE", false),
            (b"name,purpose\nZo\xeb\x92s caf\xe9,\x93pr\xe9dire\x94\n".to_vec(), "windows-1252", false),
        ];
        for (bytes, encoding, had_bom) in cases {
            assert_eq!(decode(&bytes), Decoded { text: text.into(), encoding, had_bom, replaced: 0 });
        }
    }

    #[test]
    fn one_damaged_byte_does_not_turn_the_rest_into_mojibake() {
        let mut bytes = "é ü ’ “ ”".as_bytes().to_vec();
        bytes.push(0x92);
        let decoded = decode(&bytes);
        assert_eq!((decoded.text.as_str(), decoded.encoding, decoded.replaced), ("é ü ’ “ ”\u{fffd}", "UTF-8", 1));
    }

    proptest! {
        #[test]
        fn any_bytes_decode(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let decoded = decode(&bytes);
            prop_assert!(decoded.replaced <= bytes.len());
        }

        #[test]
        fn valid_utf8_is_left_alone(text in "[a-zé’,\n]{1,200}") {
            prop_assert_eq!(decode(text.as_bytes()).text, text);
        }
    }
}
