//! Canonical JSON: one value, one text, one hash.
//!
//! Keys in code-point order, no white space, integers only where numbers are used, strings as serde_json escapes them
//! (RFC 8785 for the values that we write: no floating-point numbers occur).

use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The canonical text of a value.
///
/// # Errors
/// When the value can't be JSON (a map with keys that are not text) or holds a floating-point number.
pub fn to_string<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let value = serde_json::to_value(value)?;
    refuse_floats(&value)?;
    serde_json::to_string(&Sorted(&value))
}

/// Writes objects with sorted keys, whatever order serde_json was built to keep.
struct Sorted<'a>(&'a serde_json::Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            serde_json::Value::Object(map) => {
                let sorted: BTreeMap<_, _> = map.iter().map(|(k, v)| (k, Sorted(v))).collect();
                s.collect_map(sorted)
            }
            serde_json::Value::Array(items) => s.collect_seq(items.iter().map(Sorted)),
            other => other.serialize(s),
        }
    }
}

fn refuse_floats(value: &serde_json::Value) -> Result<(), serde_json::Error> {
    match value {
        serde_json::Value::Number(n) if n.is_f64() => {
            Err(<serde_json::Error as serde::de::Error>::custom("floating-point numbers have no canonical form here"))
        }
        serde_json::Value::Array(items) => items.iter().try_for_each(refuse_floats),
        serde_json::Value::Object(map) => map.values().try_for_each(refuse_floats),
        _ => Ok(()),
    }
}

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// Reads 32 bytes of lower- or upper-case hexadecimal.
pub fn unhex32(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut out = [0; 32];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_text_is_stable() {
        let value = serde_json::json!({"b": 1, "a": {"z": [true, null], "y": "é\n"}});
        assert_eq!(to_string(&value).unwrap(), r#"{"a":{"y":"é\n","z":[true,null]},"b":1}"#);
        assert!(to_string(&serde_json::json!({"a": 1.5})).is_err());
    }

    #[test]
    fn hex_there_and_back() {
        let hash = sha256(b"countersign");
        assert_eq!(unhex32(&hex(&hash)), Some(hash));
        assert_eq!(unhex32("zz"), None);
        assert_eq!(unhex32(&"é".repeat(32)), None);
    }
}
