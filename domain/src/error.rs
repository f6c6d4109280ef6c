//! Why a move was refused, in the words of the person who tried it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Messages by form field, in the reader's words ("must be a date"). The key `""` speaks of the form as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldErrors(pub BTreeMap<String, String>);

impl FieldErrors {
    /// One field, one message.
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Adds a message; the first one of a field stays.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.entry(field.to_owned()).or_insert_with(|| message.into());
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` when nothing is wrong.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// A refused move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Refusal {
    /// The person may not do this. The text says why, for the person.
    #[error("{0}")]
    Forbidden(String),
    /// The state of things does not allow it now.
    #[error("{0}")]
    NotNow(String),
    /// What was sent is wrong, by field.
    #[error("some fields need attention")]
    Invalid(FieldErrors),
}

impl Refusal {
    /// "You may not …"
    pub fn forbidden(why: impl Into<String>) -> Self {
        Self::Forbidden(why.into())
    }
    /// "This can't be done while …"
    pub fn not_now(why: impl Into<String>) -> Self {
        Self::NotNow(why.into())
    }
    /// One wrong field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::one(field, message))
    }
}

impl From<FieldErrors> for Refusal {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}
