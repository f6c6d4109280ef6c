//! One term of the vocabulary, and what the tools call it.

use super::convert::Transform;
use crate::error::FieldErrors;
use crate::evidence::findings::{Better, Format, Unit};
use crate::risk::Characteristic;
use crate::system::required;
use crate::text;
use serde::{Deserialize, Serialize};

/// Longest key, in characters.
pub const KEY_MAX: usize = 60;
/// Most aliases of one term.
pub const ALIASES_MAX: usize = 50;

/// A tool's own name for what a term means. Written `format: name`, `*: name` for any tool; `*` within the name stands for
/// any characters; ` = 1 - x`, ` = x / 100` and ` = |x|` at the end say how the term's value comes from the tool's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The format that it is of; none for any.
    pub format: Option<Format>,
    /// The name in the form of [`plain`], with `*` for any characters.
    pub name: String,
    /// How the term's value comes from the tool's.
    pub transform: Transform,
}

/// One term: what is measured, whatever a tool calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Stable name: criteria refer to it. Lower snake case.
    pub key: String,
    /// What people read.
    pub label: String,
    /// What it measures, in one sentence.
    pub meaning: String,
    /// The unit in which values and thresholds are given.
    pub unit: Unit,
    /// Where better lies.
    pub better: Better,
    /// The characteristic of trustworthy AI that it usually speaks for.
    pub characteristic: Characteristic,
    /// Whether it is by definition the share of the samples that counted, each wholly or not at all.
    #[serde(default)]
    pub share: bool,
    /// What tools call it.
    pub aliases: Vec<Alias>,
}

/// A term as it is typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typed<'a> {
    /// Stable name.
    pub key: &'a str,
    /// What people read.
    pub label: &'a str,
    /// One sentence.
    pub meaning: &'a str,
    /// A word of [`Unit`].
    pub unit: &'a str,
    /// A word of [`Better`].
    pub better: &'a str,
    /// A word of [`Characteristic`].
    pub characteristic: &'a str,
    /// One alias a line.
    pub aliases: &'a str,
}

impl Term {
    /// Checks a term that an administrator typed.
    ///
    /// # Errors
    /// A message per field.
    pub fn parse(typed: Typed<'_>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let key = typed.key.trim();
        if !is_key(key) {
            errors.add("key", "Use 1 to 60 lower-case letters, digits and underscores, beginning with a letter");
        }
        let label = required(&mut errors, "label", text::line(typed.label), "Enter a label");
        let meaning = required(&mut errors, "meaning", text::line(typed.meaning), "Say what it measures");
        let unit = typed.unit.parse().map_err(|_| errors.add("unit", "Choose a unit")).ok();
        let better = typed.better.parse().map_err(|_| errors.add("better", "Choose where better lies")).ok();
        let characteristic =
            typed.characteristic.parse().map_err(|_| errors.add("characteristic", "Choose a characteristic")).ok();
        let aliases = aliases(typed.aliases).map_err(|why| errors.add("aliases", why)).ok();
        errors.into_result()?;
        match (label, meaning, unit, better, characteristic, aliases) {
            (Some(label), Some(meaning), Some(unit), Some(better), Some(characteristic), Some(aliases)) => {
                Ok(Self { key: key.to_owned(), label, meaning, unit, better, characteristic, share: false, aliases })
            }
            _ => Err(FieldErrors::one("", "This is no term")),
        }
    }

    /// The aliases as they are typed, one a line.
    #[must_use]
    pub fn aliases_typed(&self) -> String {
        self.aliases.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }
}

/// Whether it is lower snake case of 1 to [`KEY_MAX`] characters that begins with a letter.
#[must_use]
pub fn is_key(key: &str) -> bool {
    key.len() <= KEY_MAX
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// A name with the differences taken out that do not matter: case, and blanks or hyphens for underscores.
#[must_use]
pub fn plain(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    lower.chars().map(|c| if c.is_whitespace() || c == '-' { '_' } else { c }).collect()
}

fn aliases(typed: &str) -> Result<Vec<Alias>, String> {
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut found: Vec<Alias> = Vec::new();
    for line in lines {
        let alias = line.parse::<Alias>()?;
        if !found.contains(&alias) {
            found.push(alias);
        }
    }
    if found.len() > ALIASES_MAX { Err(format!("Give {ALIASES_MAX} names or fewer")) } else { Ok(found) }
}

impl std::str::FromStr for Alias {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let shown: String = line.chars().take(80).collect();
        let (format, rest) = line
            .split_once(':')
            .ok_or_else(|| format!("“{shown}” needs a format and a colon, as in “promptfoo: toxicity”"))?;
        let format = match format.trim() {
            "*" => None,
            word => Some(word.parse().map_err(|_| format!("“{shown}” names a format that is not read"))?),
        };
        let (name, transform) = Transform::split(rest);
        let name = text::line(name).map_err(|why| format!("“{shown}” {why}"))?.map(|name| plain(&name));
        let name = name.ok_or_else(|| format!("“{shown}” names no metric"))?;
        if name.chars().all(|c| c == '*') {
            return Err(format!("“{shown}” would take every metric"));
        }
        if name.contains('=') {
            return Err(format!("“{shown}” may end with “= 1 - x”, “= x / 100” or “= |x|” only"));
        }
        Ok(Self { format, name, transform })
    }
}

impl std::fmt::Display for Alias {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let format = self.format.map_or("*", Format::as_str);
        write!(f, "{format}: {}{}", self.name, self.transform.suffix())
    }
}

impl Serialize for Alias {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Alias {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Whether a text is of a pattern in which `*` stands for any characters.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
#[path = "term_tests.rs"]
mod tests;
