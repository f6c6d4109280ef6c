//! One vocabulary for what every tool calls otherwise: a criterion names a term, the evidence is read in its words.
//!
//! The terms are data (`data/metrics.json`), compiled in; an administrator's come before them. As long as only the server
//! refers to this module, the browser's bundle does not carry them.

mod convert;
mod readings;
mod term;

pub use convert::{Transform, in_unit};
pub use readings::{Reading, readings};
pub use term::{ALIASES_MAX, Alias, KEY_MAX, Term, Typed, is_key, matches, plain};

use crate::evidence::findings::{Better, Format, Metric, Unit, significant};
use std::sync::LazyLock;

static BUILTIN: LazyLock<Vec<Term>> = LazyLock::new(|| parsed(include_str!("../../../data/metrics.json")));

#[expect(clippy::expect_used, reason = "the text is compiled in, and the tests read all of it")]
fn parsed(json: &str) -> Vec<Term> {
    serde_json::from_str(json).expect("the terms are valid")
}

/// The terms that come with the program.
#[must_use]
pub fn builtin() -> &'static [Term] {
    &BUILTIN
}

/// All terms: those of an administrator, and those that come with the program.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// In the order in which they are shown.
    terms: Vec<Term>,
    /// Every alias, the first that fits counts.
    aliases: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    /// Index of the term.
    term: usize,
    alias: Alias,
    /// Whether an administrator wrote it for this very tool: then it counts whatever the file says of direction.
    sure: bool,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Vocabulary {
    /// The terms that come with the program, and before them those that an administrator added. An added term of the same
    /// key takes the place of the other, whose aliases stay; an added alias comes before all others.
    #[must_use]
    pub fn new(added: Vec<Term>) -> Self {
        let mut terms = builtin().to_vec();
        let mut aliases = Vec::new();
        for term in added {
            let at = terms.iter().position(|known| known.key == term.key).unwrap_or(terms.len());
            aliases.extend(term.aliases.iter().map(|alias| (true, at, alias.clone())));
            if let Some(known) = terms.get_mut(at) {
                let share = known.share && known.unit == term.unit && known.better == term.better;
                *known = Term { share, ..term };
            } else {
                terms.push(term);
            }
        }
        let shipped = |term: &Term| terms.iter().position(|known| known.key == term.key);
        for (term, at) in builtin().iter().filter_map(|term| Some((term, shipped(term)?))) {
            aliases.extend(term.aliases.iter().map(|alias| (false, at, alias.clone())));
        }
        // What is called as a term is called may well be meant by it.
        aliases.extend(terms.iter().enumerate().map(|(at, term)| (false, at, by_key(term))));
        // Administrators first, then what is said of one tool, then full names; a stable sort keeps the order otherwise.
        aliases.sort_by_key(|(added, _, alias)| (!added, alias.format.is_none(), alias.name.contains('*')));
        let entry = |(added, term, alias): (bool, usize, Alias)| {
            let sure = added && alias.format.is_some();
            Entry { term, alias, sure }
        };
        Self { aliases: aliases.into_iter().map(entry).collect(), terms }
    }

    /// All terms.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The term of this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.key == key)
    }

    /// What people read for a key; the key itself when there is no such term.
    #[must_use]
    pub fn label<'a>(&'a self, key: &'a str) -> &'a str {
        self.get(key).map_or(key, |term| &term.label)
    }

    /// The term that a tool's metric means, and the metric in the term's unit and direction. It keeps the tool's own name.
    ///
    /// None when no alias fits, when the file says that better lies where the term says worse, or when the unit cannot be
    /// told (an accuracy of 91.3 that does not say percent).
    #[must_use]
    pub fn resolve(&self, format: Format, metric: &Metric) -> Option<(&Term, Metric)> {
        self.find(format, metric).map(|(term, _, metric)| (term, metric))
    }

    /// The term that a tool's metric means, and where better lies for the tool's own value.
    #[must_use]
    pub fn meaning(&self, format: Format, metric: &Metric) -> Option<(&Term, Better)> {
        self.find(format, metric).map(|(term, transform, _)| (term, transform.direction(term.better)))
    }

    fn find(&self, format: Format, metric: &Metric) -> Option<(&Term, Transform, Metric)> {
        let name = plain(&metric.name);
        let fits =
            |entry: &&Entry| entry.alias.format.is_none_or(|of| of == format) && matches(&entry.alias.name, &name);
        self.aliases.iter().filter(fits).find_map(|entry| {
            let (term, transform) = (self.terms.get(entry.term)?, entry.alias.transform);
            let found = transform.of(metric.clone())?;
            if !entry.sure && found.better.is_some_and(|better| better != term.better) {
                return None;
            }
            // A negative share is a difference with its sign: below no limit is it small.
            let found = in_unit(found, term.unit).filter(|m| term.unit != Unit::Proportion || m.value >= 0.0)?;
            Some((term, transform, Metric { better: Some(term.better), ..found }))
        })
    }
}

fn by_key(term: &Term) -> Alias {
    Alias { format: None, name: plain(&term.key), transform: Transform::Same }
}

/// A measured value with its unit, for people, with about four digits: "12.5 %", "0.25 s", "3".
#[must_use]
pub fn amount(value: f64, unit: Unit) -> String {
    with_unit(value, unit, |value| {
        let said = significant(value);
        let (number, power) = said.split_once('e').map_or((said.as_str(), None), |(n, power)| (n, Some(power)));
        let number = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
        power.map_or_else(|| number.to_owned(), |power| format!("{number}e{power}"))
    })
}

/// A limit with its unit, for people, with all its digits up to the ninth decimal: "99.995 %".
#[must_use]
pub fn exact(value: f64, unit: Unit) -> String {
    with_unit(value, unit, |value| {
        let said = format!("{value:.9}");
        said.trim_end_matches('0').trim_end_matches('.').to_owned()
    })
}

fn with_unit(value: f64, unit: Unit, plain: impl Fn(f64) -> String) -> String {
    match unit {
        Unit::Proportion => format!("{} %", plain(value * 100.0)),
        Unit::Percent => format!("{} %", plain(value)),
        Unit::Seconds => format!("{} s", plain(value)),
        Unit::Milliseconds => format!("{} ms", plain(value)),
        Unit::Dollars => format!("{} USD", plain(value)),
        Unit::Tokens => format!("{} tokens", plain(value)),
        Unit::Count | Unit::Other => plain(value),
    }
}

#[cfg(test)]
#[path = "vocabulary/tests.rs"]
mod tests;
