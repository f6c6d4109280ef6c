//! Walking through JSON: objects key by key, lists entry by entry, and a whole document from a stream.

use super::short::Short;
use super::{Unreadable, json::Lenient};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::io::{BufReader, Read};
use std::marker::PhantomData;

/// What a visitor makes of values that it does not look for.
macro_rules! otherwise {
    (values $else:expr) => {
        otherwise!(others $else);
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($else)
        }
    };
    (others $else:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("any value")
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($else)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($else)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($else)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($else)
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($else)
        }
    };
    (list $else:expr) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok($else)
        }
    };
    (map $else:expr) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok($else)
        }
    };
}

pub(super) use otherwise;

/// Looks at an object key by key; must take (or [`skip`]) each key's value.
pub trait Walk {
    /// At a key.
    ///
    /// # Errors
    /// Those of the parser.
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error>;
}

/// Passes over the value at a key.
///
/// # Errors
/// Those of the parser.
pub fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

/// An object walked; of a list, each object in it. Anything else is passed over. Says whether there was an object.
pub struct Walked<'a, W>(pub &'a mut W);

impl<'de, W: Walk> DeserializeSeed<'de> for Walked<'_, W> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, W: Walk> Visitor<'de> for Walked<'_, W> {
    type Value = bool;
    otherwise!(values false);
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.0.key(key, &mut map)?;
        }
        Ok(true)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        let mut any = false;
        while let Some(one) = list.next_element_seed(Walked(&mut *self.0))? {
            any |= one;
        }
        Ok(any)
    }
}

/// Hands each entry of a list on and keeps none; anything but a list is passed over.
pub struct Each<T, F>(F, PhantomData<T>);

impl<T, F: FnMut(T)> Each<T, F> {
    /// Entries go to `to`.
    pub fn new(to: F) -> Self {
        Each(to, PhantomData)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> DeserializeSeed<'de> for Each<T, F> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Each<T, F> {
    type Value = ();
    otherwise!(values());
    otherwise!(map());
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(entry) = list.next_element()? {
            self.0(entry);
        }
        Ok(())
    }
}

/// Reads one JSON document through a seed.
///
/// # Errors
/// Broken JSON, named after the format, or a stream that failed.
pub fn document<S: for<'de> DeserializeSeed<'de>>(
    stream: impl Read,
    format: &'static str,
    seed: S,
) -> Result<(), Unreadable> {
    let mut json =
        serde_json::Deserializer::from_reader(BufReader::with_capacity(64 * 1024, Lenient::new(Short::new(stream))));
    match seed.deserialize(&mut json).map(drop).and_then(|()| json.end()) {
        Ok(()) => Ok(()),
        Err(e) if e.is_io() => Err(Unreadable::Stream(e.to_string())),
        Err(e) => Err(Unreadable::Broken { format, what: e.to_string() }),
    }
}
