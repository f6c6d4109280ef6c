//! Typed ids (UUID v7, for machines) and short references (AIS-12, for people).

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> { Uuid::parse_str(s).map(Self) }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }
    )+};
}

id! {
    /// A person with an account.
    PersonId
    /// A business unit of the organisation.
    UnitId
    /// An AI system.
    SystemId
    /// A risk of one system.
    RiskId
    /// A mitigation.
    MitigationId
    /// A piece of evidence (a file with its meaning).
    EvidenceId
    /// An acceptance criterion.
    CriterionId
    /// One passage through the committee.
    ReviewId
    /// A frozen dossier.
    DossierId
    /// A decision of the committee.
    DecisionId
    /// A comment on a review.
    CommentId
}

macro_rules! reference {
    ($($(#[$meta:meta])* $name:ident $prefix:literal)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl $name {
            /// The letters before the number.
            pub const PREFIX: &'static str = $prefix;
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}-{}", $prefix, self.0) }
        }
        impl FromStr for $name {
            type Err = BadReference;
            fn from_str(s: &str) -> Result<Self, Self::Err> { number($prefix, s).map(Self) }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

reference! {
    /// AIS-12: an AI system. Never changes, never reused.
    SystemRef "AIS"
    /// a risk.
    RiskRef "R"
    /// M-7: a mitigation.
    MitigationRef "M"
    /// E-9: a piece of evidence.
    EvidenceRef "E"
    /// C-4: an acceptance criterion.
    CriterionRef "C"
    /// RV-3: a review.
    ReviewRef "RV"
    /// D-3: a decision.
    DecisionRef "D"
}

/// A text that is not the reference that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a reference of the form {0}-12")]
pub struct BadReference(pub &'static str);

/// Reads `PREFIX-number`: digits only, no sign, no leading zero, so that one thing has one address.
fn number(prefix: &'static str, s: &str) -> Result<i64, BadReference> {
    let bad = BadReference(prefix);
    let digits = s.strip_prefix(prefix).and_then(|r| r.strip_prefix('-')).ok_or(bad.clone())?;
    if digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad);
    }
    digits.parse().map_err(|_| bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_has_one_spelling() {
        assert_eq!("AIS-12".parse(), Ok(SystemRef(12)));
        assert_eq!(SystemRef(12).to_string(), "AIS-12");
        for bad in ["", "AIS-", "AIS-0", "AIS-012", "AIS--1", "AIS-+1", "R-1", "ais-1", "AIS-99999999999999999999"] {
            assert!(bad.parse::<SystemRef>().is_err(), "{bad}");
        }
    }
}
