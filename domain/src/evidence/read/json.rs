//! JSON as tools write it: Python's `NaN` and `Infinity`, a byte order mark, and files larger than memory.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Read};

/// Passes JSON on, with `NaN`, `Infinity` and `-Infinity` outside of strings as `""`, which no reader takes for a number.
/// A byte order mark at the start is left out, and the end of a text so long that it would fill the memory.
pub struct Lenient<R> {
    inner: R,
    input: Box<[u8]>,
    output: Vec<u8>,
    at: usize,
    state: State,
    /// A minus sign that waits for what it belongs to.
    minus: bool,
    begun: bool,
    /// Bytes of the text that is being passed, and how many there were at its last backslash.
    run: usize,
    escape: usize,
    /// Whether the rest of the text is left out.
    cut: bool,
}

/// Bytes of one text that are passed on; what is behind is read over.
const TEXT: usize = 4 * 1024 * 1024;

#[derive(Clone, Copy, PartialEq)]
enum State {
    Outside,
    Inside,
    Escaped,
    /// Within a word that is no JSON.
    Word,
}

impl<R: Read> Lenient<R> {
    /// Around a stream.
    pub fn new(inner: R) -> Self {
        let (input, output) = (vec![0; 64 * 1024].into(), Vec::with_capacity(66 * 1024));
        Lenient {
            inner,
            input,
            output,
            at: 0,
            state: State::Outside,
            minus: false,
            begun: false,
            run: 0,
            escape: 0,
            cut: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.output.clear();
        self.at = 0;
        while self.output.is_empty() {
            let n = match self.inner.read(&mut self.input) {
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            if n == 0 {
                if std::mem::take(&mut self.minus) {
                    self.output.push(b'-');
                }
                return Ok(());
            }
            let skip = if !std::mem::replace(&mut self.begun, true) && self.input[..n].starts_with(b"\xef\xbb\xbf") {
                3
            } else {
                0
            };
            let input = std::mem::take(&mut self.input);
            input[skip..n].iter().for_each(|b| self.pass(*b));
            self.input = input;
        }
        Ok(())
    }

    /// Cuts a long text where that breaks neither a character nor an escape (a pair of "\ud83d\ude00" is one), if there is
    /// such a place; in a text of nothing but escapes, before one of them.
    fn long(&mut self, byte: u8) {
        if byte == b'"' {
            self.cut = false;
            return;
        }
        let whole = byte & 0xc0 != 0x80 && byte != b'\\' && self.run > self.escape + 12;
        self.cut |= whole || (byte == b'\\' && self.run > 2 * TEXT);
    }

    fn pass(&mut self, byte: u8) {
        match self.state {
            State::Inside => {
                self.run += 1;
                self.state = match byte {
                    b'"' => State::Outside,
                    b'\\' => State::Escaped,
                    _ => State::Inside,
                };
                if self.run > TEXT {
                    self.long(byte);
                }
                if !self.cut {
                    self.output.push(byte);
                }
                if byte == b'\\' {
                    self.escape = self.run;
                }
            }
            State::Escaped => {
                self.state = State::Inside;
                self.run += 1;
                if !self.cut {
                    self.output.push(byte);
                }
            }
            State::Word if byte.is_ascii_alphabetic() => {}
            State::Word | State::Outside => {
                self.state = State::Outside;
                if matches!(byte, b'N' | b'I') {
                    self.minus = false;
                    self.state = State::Word;
                    return self.output.extend_from_slice(b"\"\"");
                }
                if std::mem::take(&mut self.minus) {
                    self.output.push(b'-');
                }
                match byte {
                    b'-' => self.minus = true,
                    b'"' => {
                        (self.state, self.run, self.escape) = (State::Inside, 0, 0);
                        self.output.push(byte);
                    }
                    _ => self.output.push(byte),
                }
            }
        }
    }
}

impl<R: Read> Read for Lenient<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.output.len() {
            self.fill()?;
        }
        let n = into.len().min(self.output.len() - self.at);
        into[..n].copy_from_slice(&self.output[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// The keys of a document: at its top, and one level below. Of a list, those of its first entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// Whether the document is a list.
    pub list: bool,
    /// Whether more documents follow, as in JSON lines.
    pub lines: bool,
    keys: BTreeSet<String>,
    below: BTreeMap<String, BTreeSet<String>>,
    texts: BTreeMap<String, String>,
}

/// Keys of one object that are looked at; a longer one is known by its first.
const KEYS_MAX: usize = 400;

impl Shape {
    /// Whether it has all of these keys; `a.b` is the key `b` of the object (or of the first entry of the list) at `a`.
    pub fn has(&self, keys: &[&str]) -> bool {
        keys.iter().all(|key| match key.split_once('.') {
            None => self.keys.contains(*key),
            Some((top, below)) => self.below.get(top).is_some_and(|keys| keys.contains(below)),
        })
    }

    /// The short text at a key of the top.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// Keys at the top.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(String::as_str)
    }
}

/// Looks at a document, and whether another follows it.
///
/// # Errors
/// What the JSON parser says where it is no JSON.
pub fn shape(stream: impl Read) -> Result<Shape, serde_json::Error> {
    let mut documents =
        serde_json::Deserializer::from_reader(io::BufReader::new(Lenient::new(stream))).into_iter::<Looked>();
    let Some(first) = documents.next() else {
        return Err(serde::de::Error::custom("an empty document"));
    };
    let mut shape = first?.0;
    // Whatever begins after the first document, right or wrong: a reader of lines says where it breaks.
    shape.lines = documents.next().is_some();
    Ok(shape)
}

struct Looked(Shape);

impl<'de> Deserialize<'de> for Looked {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Top;
        impl<'de> Visitor<'de> for Top {
            type Value = Looked;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object or a list")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Looked, A::Error> {
                let mut shape = Shape::default();
                while let Some(key) = map.next_key::<String>()? {
                    if shape.keys.len() >= KEYS_MAX {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    match map.next_value::<Below>()? {
                        Below::Keys(keys) => drop(shape.below.insert(key.clone(), keys)),
                        Below::Text(text) => drop(shape.texts.insert(key.clone(), text)),
                        Below::Other => {}
                    }
                    shape.keys.insert(key);
                }
                Ok(Looked(shape))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Looked, A::Error> {
                let mut shape = Shape { list: true, ..Shape::default() };
                if let Some(Below::Keys(keys)) = list.next_element()? {
                    shape.keys = keys;
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Looked(shape))
            }
        }
        from.deserialize_any(Top)
    }
}

enum Below {
    Keys(BTreeSet<String>),
    Text(String),
    Other,
}

impl<'de> Deserialize<'de> for Below {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Below;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Below, A::Error> {
                let mut keys = BTreeSet::new();
                while let Some(key) = map.next_key::<String>()? {
                    map.next_value::<IgnoredAny>()?;
                    if keys.len() < KEYS_MAX {
                        keys.insert(key);
                    }
                }
                Ok(Below::Keys(keys))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Below, A::Error> {
                let first = list.next_element::<Below>()?;
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(first.unwrap_or(Below::Other))
            }
            fn visit_str<E>(self, text: &str) -> Result<Below, E> {
                Ok(if text.len() <= 200 { Below::Text(text.to_owned()) } else { Below::Other })
            }
            fn visit_bool<E>(self, _: bool) -> Result<Below, E> {
                Ok(Below::Other)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Below, E> {
                Ok(Below::Other)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Below, E> {
                Ok(Below::Other)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Below, E> {
                Ok(Below::Other)
            }
            fn visit_unit<E>(self) -> Result<Below, E> {
                Ok(Below::Other)
            }
        }
        from.deserialize_any(Any)
    }
}

/// A number as tools write it: a JSON number, or text that is one ("0.61"). Anything else, and what is not finite, is none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Num(pub Option<f64>);

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        let number = match &value {
            serde_json::Value::Number(n) => n.as_f64(),
            serde_json::Value::String(s) => s.trim().parse().ok(),
            _ => None,
        };
        Ok(Num(number.filter(|n| n.is_finite())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lenient(text: &str, step: usize) -> String {
        struct Slow<'a>(&'a [u8], usize);
        impl Read for Slow<'_> {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let n = self.1.min(self.0.len()).min(into.len());
                into[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        let mut out = String::new();
        Lenient::new(Slow(text.as_bytes(), step)).read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn numbers_that_are_none_become_empty_texts_wherever_the_stream_is_cut() {
        for step in 1..12 {
            assert_eq!(
                lenient(
                    r#"{"a": NaN, "b":[-Infinity,Infinity , -1.5e-3], "NaN": "-Infinity \" NaN", "c": null}"#,
                    step
                ),
                r#"{"a": "", "b":["","" , -1.5e-3], "NaN": "-Infinity \" NaN", "c": null}"#
            );
            assert_eq!(lenient("\u{feff}[1]-", step.max(3)), "[1]-");
        }
    }

    #[test]
    fn a_text_that_would_fill_the_memory_is_cut_between_characters() {
        for filler in ["x", "ä", "中", "\u{1f600}", "\\n", "\\u4e2d", "\\\\", "a\\\""] {
            let text = filler.repeat(3 * TEXT / filler.len());
            let json = format!(r#"{{"a": "{text}", "b": "{filler}", "c": [1, NaN]}}"#);
            let out = lenient(&json, 60_000);
            assert!(out.len() < 2 * TEXT + 100, "{filler}: {}", out.len());
            let read: serde_json::Value = serde_json::from_str(&out).unwrap();
            assert_eq!(read["b"], serde_json::from_str::<serde_json::Value>(&format!("\"{filler}\"")).unwrap());
            assert_eq!(read["c"][1], "");
        }
    }

    #[test]
    fn a_shape_has_two_levels_and_knows_lines() {
        let one = shape(r#"{"a": {"b": {"c": 1}}, "l": [{"x": NaN}, 2], "s": "t"}"#.as_bytes()).unwrap();
        assert!(
            one.has(&["a", "a.b", "l.x", "s"]) && !one.has(&["b"]) && !one.has(&["a.c"]) && !one.lines && !one.list
        );
        assert_eq!(one.text("s"), Some("t"));
        let lines = shape("{\"a\":1}\n{\"b\":2}\n".as_bytes()).unwrap();
        assert!(lines.lines && lines.has(&["a"]));
        assert!(shape("[{\"q\":1}]".as_bytes()).unwrap().list);
        assert!(shape("[".repeat(100_000).as_bytes()).is_err(), "deep nesting is refused");
        assert!(shape("".as_bytes()).is_err());
    }
}
