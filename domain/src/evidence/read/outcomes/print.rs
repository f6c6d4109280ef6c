//! What identifies a sample: digests of texts, and of any JSON, whatever order its names stand in.

use super::super::slim::Key;
use super::Sample;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use sha2::{Digest, Sha256};
use std::fmt;

/// Bytes of one text that count. Readers of documents cut far longer ones, readers of rows do not: so both see the same.
const TEXT: usize = 16 * 1024;

/// The sample of these parts.
pub(super) fn sample(parts: &[&str]) -> Sample {
    let mut all = Sha256::new();
    for part in parts {
        all.update((part.len() as u64).to_le_bytes());
        all.update(part.as_bytes());
    }
    Sample(first(all))
}

/// The first half of a digest: no two samples of a file share it by chance.
fn first(all: Sha256) -> u128 {
    all.finalize().iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte))
}

/// A digest of any JSON value; that of `null` and of what is missing is the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Print(u128);

impl Print {
    /// Whether there is nothing: missing, `null`, or an object or list without entries.
    pub(super) fn is_nothing(self) -> bool {
        self.0 == 0
    }

    /// As a part of a sample.
    pub(super) fn part(self) -> String {
        format!("{:032x}", self.0)
    }

    fn number(number: f64) -> Self {
        Print::of(b'n', &number.to_bits().to_le_bytes())
    }

    fn of(kind: u8, bytes: &[u8]) -> Self {
        let mut all = Sha256::new();
        all.update([kind]);
        all.update(bytes);
        Print(first(all))
    }
}

impl<'de> Deserialize<'de> for Print {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Print;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Print, E> {
        Ok(Print::of(b'b', &[u8::from(flag)]))
    }
    #[expect(clippy::cast_precision_loss, reason = "JSON has no other numbers")]
    fn visit_i64<E>(self, number: i64) -> Result<Print, E> {
        Ok(Print::number(number as f64))
    }
    #[expect(clippy::cast_precision_loss, reason = "JSON has no other numbers")]
    fn visit_u64<E>(self, number: u64) -> Result<Print, E> {
        Ok(Print::number(number as f64))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Print, E> {
        Ok(Print::number(number))
    }
    fn visit_str<E>(self, text: &str) -> Result<Print, E> {
        let bytes = text.as_bytes();
        Ok(Print::of(b't', bytes.get(..TEXT).unwrap_or(bytes)))
    }
    fn visit_unit<E>(self) -> Result<Print, E> {
        Ok(Print::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Print, A::Error> {
        let (mut all, mut any) = (Sha256::new(), false);
        all.update(b"l");
        while let Some(Print(entry)) = list.next_element()? {
            all.update(entry.to_le_bytes());
            any = true;
        }
        Ok(if any { Print(first(all)) } else { Print::default() })
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Print, A::Error> {
        let (mut sum, mut any) = (0_u128, false);
        while let Some(name) = map.next_key_seed(Key)? {
            let Print(value) = map.next_value()?;
            let mut entry = Sha256::new();
            entry.update(value.to_le_bytes());
            entry.update(name.as_bytes());
            sum = sum.wrapping_add(first(entry));
            any = true;
        }
        Ok(if any { Print::of(b'm', &sum.to_le_bytes()) } else { Print::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(json: &str) -> Print {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_is_the_same_has_the_same_print_and_nothing_else_has() {
        assert_eq!(print(r#"{"a": 1, "b": [2, "x"]}"#), print(r#"{"b": [2.0, "x"], "a": 1}"#));
        let all =
            [r#""1""#, "1", "true", "[1]", r#"{"a": 1}"#, r#"{"1": "a"}"#, "[1, 2]", "[2, 1]", "[[1], 2]", "null"];
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                assert_ne!(print(one), print(other), "{one} {other}");
            }
        }
        for nothing in ["null", "{}", "[]"] {
            assert!(print(nothing).is_nothing());
        }
        assert_ne!(sample(&["a", "bc"]), sample(&["ab", "c"]));
        let long = |end: &str| print(&format!("\"{}{end}\"", "x".repeat(TEXT)));
        assert_eq!(long("cut"), long("whole"));
    }
}
