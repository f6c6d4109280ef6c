//! A small piece of a document: a value with what it holds, cut where it grows too large.

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;

/// Characters kept of one text: more than findings keep, so that what is cut is marked there.
const TEXT: usize = 1_000;
/// Bytes that one piece may take, about.
const PIECE: usize = 2 * 1024 * 1024;
/// What a value takes beside its text, about.
const NODE: usize = 64;

/// A value of JSON, YAML or XML, small enough to hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Slim {
    /// Nothing, or what is no value.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Num(f64),
    /// A text, cut.
    Text(String),
    /// A list.
    List(Vec<Slim>),
    /// Names and values, in the order of the document.
    Map(Vec<(String, Slim)>),
}

impl Slim {
    /// The value at a path of names ("a.b"); of a repeated name the first.
    pub fn at(&self, path: &str) -> &Slim {
        const NULL: &Slim = &Slim::Null;
        path.split('.').fold(self, |value, name| {
            value.entries().iter().find(|(key, _)| key == name).map_or(NULL, |(_, value)| value)
        })
    }

    /// The text here.
    pub fn str(&self) -> Option<&str> {
        match self {
            Slim::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The text at a path, or nothing.
    pub fn text(&self, path: &str) -> &str {
        self.at(path).str().unwrap_or_default()
    }

    /// The number here, if it is finite: also one that stands as a text ("0.61").
    pub fn num(&self) -> Option<f64> {
        let number = match self {
            Slim::Num(number) => Some(*number),
            Slim::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number: &f64| number.is_finite())
    }

    /// The count here: a whole number that is not negative.
    pub fn count(&self) -> Option<u64> {
        whole(self.num()?)
    }

    /// Yes or no.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Slim::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The entries, if this is a list; this alone, if it is one value; none, if it is nothing.
    pub fn items(&self) -> &[Slim] {
        match self {
            Slim::List(items) => items,
            Slim::Null => &[],
            one => std::slice::from_ref(one),
        }
    }

    /// Names and values, if there are.
    pub fn entries(&self) -> &[(String, Slim)] {
        match self {
            Slim::Map(entries) => entries,
            _ => &[],
        }
    }

    /// In words: texts and numbers as they are, lists with commas.
    pub fn words(&self) -> String {
        match self {
            Slim::Null => String::new(),
            Slim::Bool(flag) => flag.to_string(),
            Slim::Num(number) => number.to_string(),
            Slim::Text(text) => text.trim().to_owned(),
            Slim::List(items) => join(items.iter().map(Slim::words), ", "),
            Slim::Map(entries) => join(entries.iter().map(|(key, value)| format!("{key}: {}", value.words())), "; "),
        }
    }

    /// Whether it says nothing.
    pub fn is_null(&self) -> bool {
        *self == Slim::Null
    }
}

/// Joins texts, within the length of a text.
fn join(parts: impl Iterator<Item = String>, between: &str) -> String {
    let mut out = String::new();
    for part in parts.filter(|part| !part.is_empty()) {
        if out.len() > TEXT {
            break;
        }
        if !out.is_empty() {
            out.push_str(between);
        }
        out.push_str(&part);
    }
    out
}

/// A whole number, not negative, and small enough to be exact.
pub fn whole(number: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "looked at before")]
    ((0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}

/// Text within the limit.
pub fn short(text: &str) -> String {
    text.chars().take(TEXT).collect()
}

/// What one piece may still hold. Beyond it values are left out, and that is remembered.
pub struct Room {
    left: Cell<usize>,
    cut: Cell<bool>,
}

impl Default for Room {
    fn default() -> Self {
        Room { left: Cell::new(PIECE), cut: Cell::new(false) }
    }
}

impl Room {
    /// Takes room for a value with a text of this length; false if there is none.
    pub fn take(&self, text: usize) -> bool {
        let left = self.left.get().checked_sub(text.saturating_add(NODE));
        self.left.set(left.unwrap_or(0));
        self.cut.set(self.cut.get() || left.is_none());
        left.is_some()
    }

    /// Whether something was left out.
    pub fn cut(&self) -> bool {
        self.cut.get()
    }
}

/// Reads one piece; of its own names only those to keep, if any are named.
pub struct Piece<'a> {
    /// Names to keep at the top of the piece; empty for all.
    pub keep: &'a [&'a str],
    /// Room for it.
    pub room: &'a Room,
}

impl<'de> DeserializeSeed<'de> for Piece<'_> {
    type Value = Slim;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Slim, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Piece<'_> {
    type Value = Slim;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Slim, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            if !self.keep.is_empty() && !self.keep.contains(&key.as_str()) || !self.room.take(key.len()) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = map.next_value_seed(Piece { keep: &[], room: self.room })?;
            entries.push((key, value));
        }
        Ok(Slim::Map(entries))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Slim, A::Error> {
        let mut items = Vec::new();
        loop {
            if !self.room.take(0) {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                break;
            }
            match list.next_element_seed(Piece { keep: self.keep, room: self.room })? {
                Some(item) => items.push(item),
                None => break,
            }
        }
        Ok(Slim::List(items))
    }
    fn visit_str<E>(self, text: &str) -> Result<Slim, E> {
        let text = short(text);
        Ok(if self.room.take(text.len()) { Slim::Text(text) } else { Slim::Null })
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Slim, E> {
        Ok(Slim::Bool(flag))
    }
    #[expect(clippy::cast_precision_loss, reason = "JSON has no other numbers")]
    fn visit_i64<E>(self, number: i64) -> Result<Slim, E> {
        Ok(Slim::Num(number as f64))
    }
    #[expect(clippy::cast_precision_loss, reason = "JSON has no other numbers")]
    fn visit_u64<E>(self, number: u64) -> Result<Slim, E> {
        Ok(Slim::Num(number as f64))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Slim, E> {
        Ok(Slim::Num(number))
    }
    fn visit_unit<E>(self) -> Result<Slim, E> {
        Ok(Slim::Null)
    }
    fn visit_none<E>(self) -> Result<Slim, E> {
        Ok(Slim::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Slim, D::Error> {
        from.deserialize_any(self)
    }
}

/// A name, cut. YAML has names that are numbers or flags.
pub struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = String;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_str<E>(self, text: &str) -> Result<String, E> {
                Ok(short(text))
            }
        }
        from.deserialize_str(Name)
    }
}

impl<'de> Deserialize<'de> for Slim {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Piece { keep: &[], room: &Room::default() }.deserialize(from)
    }
}
