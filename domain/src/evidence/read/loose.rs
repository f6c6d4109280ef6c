//! Values of JSON, whatever their type where one is expected. A wrong type is no error here: it reads as nothing. What is kept
//! of texts, lists and objects is bounded.

use super::walk::{Each, Walk, Walked, otherwise, skip};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// Characters that are kept of a text while reading.
const TEXT_KEPT: usize = 600;
/// Bytes of a key; entries with longer ones are left out.
pub const KEY_MAX: usize = 300;
/// Groups (probes, statistics) of a file that are told apart.
pub const ENTRIES_MAX: usize = 20_000;

/// A single value, whatever its type; objects and lists are none.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Scalar {
    /// Null, absent, an object or a list.
    #[default]
    None,
    /// true or false.
    Bool(bool),
    /// A number; finite.
    Num(f64),
    /// A text, its first characters.
    Text(String),
}

impl Scalar {
    /// A finite number, also one in a text.
    pub fn num(&self) -> Option<f64> {
        match self {
            Scalar::Num(n) => Some(*n),
            Scalar::Text(text) => text.trim().parse().ok().filter(|n: &f64| n.is_finite()),
            _ => None,
        }
    }

    /// A whole number that can be a count.
    pub fn count(&self) -> Option<u64> {
        // Beyond 2^53 a double tells no neighbours apart: such a count lies.
        self.num().filter(|n| *n >= 0.0 && n.fract() == 0.0 && *n <= 9_007_199_254_740_992.0).map(|n| n as u64)
    }

    /// A text that says something.
    pub fn text(&self) -> Option<&str> {
        match self {
            Scalar::Text(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// A text, or a number as text (names and versions are written either way).
    pub fn word(&self) -> Option<String> {
        match self {
            Scalar::Num(n) => Some(n.to_string()),
            _ => self.text().map(str::to_owned),
        }
    }

    /// true or false.
    pub fn bool(&self) -> Option<bool> {
        match self {
            Scalar::Bool(b) => Some(*b),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_bool<E>(self, b: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(b))
            }
            fn visit_i64<E>(self, n: i64) -> Result<Scalar, E> {
                Ok(Scalar::Num(n as f64))
            }
            fn visit_u64<E>(self, n: u64) -> Result<Scalar, E> {
                Ok(Scalar::Num(n as f64))
            }
            fn visit_f64<E>(self, n: f64) -> Result<Scalar, E> {
                Ok(if n.is_finite() { Scalar::Num(n) } else { Scalar::None })
            }
            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(start(text)))
            }
            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar::None)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::None)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::None)
            }
        }
        from.deserialize_any(Any)
    }
}

/// The first characters of a text.
fn start(text: &str) -> String {
    // Bytes are counted first: nearly every text is short.
    if text.len() <= TEXT_KEPT { text.to_owned() } else { text.chars().take(TEXT_KEPT).collect() }
}

/// A number (also one in a text), and nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figure(pub Option<f64>);

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Scalar::deserialize(from).map(|value| Figure(value.num()))
    }
}

/// An object read as `T`; anything else reads as none.
#[derive(Debug, Clone)]
pub struct Object<T>(pub Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Object(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Any<T> {
            type Value = Object<T>;
            otherwise!(values Object(None));
            otherwise!(list Object(None));
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|t| Object(Some(t)))
            }
        }
        from.deserialize_any(Any(PhantomData))
    }
}

/// The first `N` entries of a list; anything else reads as an empty one.
#[derive(Debug, Clone)]
pub struct List<T, const N: usize = 1_000>(pub Vec<T>);

impl<T, const N: usize> Default for List<T, N> {
    fn default() -> Self {
        List(Vec::new())
    }
}

impl<'de, T: DeserializeOwned, const N: usize> Deserialize<'de> for List<T, N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut kept = Vec::new();
        let keep = |entry: T| {
            if kept.len() < N {
                kept.push(entry);
            }
        };
        Each::new(keep).deserialize(from)?;
        Ok(List(kept))
    }
}

/// The first `N` entries of an object, by key; anything else reads as an empty one.
#[derive(Debug, Clone)]
pub struct Table<T, const N: usize = 1_000>(pub BTreeMap<String, T>);

impl<T, const N: usize> Default for Table<T, N> {
    fn default() -> Self {
        Table(BTreeMap::new())
    }
}

impl<'de, T: DeserializeOwned, const N: usize> Deserialize<'de> for Table<T, N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut kept = Table::default();
        Walked(&mut kept).deserialize(from)?;
        Ok(kept)
    }
}

impl<T: DeserializeOwned, const N: usize> Walk for Table<T, N> {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        if self.0.len() >= N || key.len() > KEY_MAX {
            return skip(map);
        }
        self.0.insert(key, map.next_value()?);
        Ok(())
    }
}

/// What was said: a text, or an object with a `text`, `content`, `message` or `id`; empty where it is neither.
#[derive(Debug, Clone, Default)]
pub struct Said(pub String);

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Said;
            otherwise!(others Said::default());
            otherwise!(list Said::default());
            fn visit_str<E>(self, text: &str) -> Result<Said, E> {
                Ok(Said(start(text)))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Said, A::Error> {
                let mut said = Said::default();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "text" | "content" | "message" | "id" if said.0.is_empty() => {
                            said.0 = map.next_value::<Scalar>()?.text().unwrap_or_default().to_owned();
                        }
                        _ => skip(&mut map)?,
                    }
                }
                Ok(said)
            }
        }
        from.deserialize_any(Any)
    }
}

/// Counts the entries of a list and keeps none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Length(pub u64);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut length = Length(0);
        Each::new(|_: IgnoredAny| length.0 += 1).deserialize(from)?;
        Ok(length)
    }
}

/// Numbers that are kept of one value.
const LEAVES_MAX: usize = 200;

/// The first numbers within a value, each under the path of keys that leads to it; those in lists are left out.
#[derive(Debug, Clone, Default)]
pub struct Leaves(pub Vec<(String, f64)>);

impl<'de> Deserialize<'de> for Leaves {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut leaves = Leaves::default();
        Leaf { path: String::new(), to: &mut leaves.0 }.deserialize(from)?;
        Ok(leaves)
    }
}

struct Leaf<'a> {
    path: String,
    to: &'a mut Vec<(String, f64)>,
}

impl<'de> DeserializeSeed<'de> for Leaf<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl Leaf<'_> {
    fn keep(self, n: f64) {
        if self.to.len() < LEAVES_MAX && n.is_finite() {
            self.to.push((self.path, n));
        }
    }
}

impl<'de> Visitor<'de> for Leaf<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }
    otherwise!(list());
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, n: i64) -> Result<(), E> {
        self.keep(n as f64);
        Ok(())
    }
    fn visit_u64<E>(self, n: u64) -> Result<(), E> {
        self.keep(n as f64);
        Ok(())
    }
    fn visit_f64<E>(self, n: f64) -> Result<(), E> {
        self.keep(n);
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            // Of hostile depth and length, only so much.
            let key: String = key.chars().take(100).collect();
            let path = if self.path.is_empty() { key } else { format!("{}.{key}", self.path) };
            if path.len() > 500 {
                skip(&mut map)?;
                continue;
            }
            map.next_value_seed(Leaf { path, to: &mut *self.to })?;
        }
        Ok(())
    }
}
