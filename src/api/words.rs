//! Closed lists of words and short references in the API's document.

use std::borrow::Cow;

use domain::text::Words;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// A word of a closed list of `domain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<T>(pub T);

impl<T: Words> PartialSchema for Word<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .enum_values(Some(T::WORDS.iter().copied()))
            .into()
    }
}

impl<T: Words> ToSchema for Word<T> {
    /// By room and name, since several rooms have a `Status`: `domain::risk::Status` is `RiskStatus`.
    fn name() -> Cow<'static, str> {
        let mut parts = std::any::type_name::<T>().rsplit("::");
        let (list, room) = (parts.next().unwrap_or(T::LIST), parts.next().unwrap_or_default());
        let (first, rest) = room.split_at(room.len().min(1));
        Cow::Owned(format!("{}{rest}{list}", first.to_uppercase()))
    }
}

impl<T: Serialize> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        T::from_str(&word)
            .map(Word)
            .map_err(|_| serde::de::Error::custom(format!("Choose one of: {}", T::WORDS.join(", "))))
    }
}

/// Words of a list.
pub fn words<T>(list: impl IntoIterator<Item = T>) -> Vec<Word<T>> {
    list.into_iter().map(Word).collect()
}

/// The values of words.
pub fn values<T>(list: Vec<Word<T>>) -> Vec<T> {
    list.into_iter().map(|word| word.0).collect()
}
