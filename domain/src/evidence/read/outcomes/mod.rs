//! What came out for each sample, for pairs of runs over the same ones. Findings keep none of it: the file is read again when
//! two runs are held side by side.
//!
//! A sample is known by what it is (its text, its variables, its name), never by its place alone. A sample that ended with an
//! error or was left out has no outcome: an error is neither a pass nor a failure. Samples that cannot be told apart have none
//! either. What was run several times (epochs, generations, trials, prompts) comes to one outcome, its mean: repeats go along
//! with each other, and counted one by one they would make chance look like proof.

mod collect;
mod deepeval;
mod garak;
mod helm;
mod inspect;
mod junit;
mod lm_eval;
mod print;
mod promptfoo;

pub(super) use helm::read as of_helm;
pub(super) use inspect::Run as Inspected;

use super::json::Shape;
use super::{Kind, Source, Unreadable};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Samples of one metric that are held; a file with more is not paired.
pub const SAMPLES_MAX: usize = 200_000;
/// Outcomes of all metrics together that are held; a file with more is not paired.
pub const OUTCOMES_MAX: usize = 1_000_000;

/// What identifies a sample, as a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample(u128);

/// The outcomes of one metric and scope.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// In the order of the samples.
    values: Vec<(Sample, f64)>,
    samples: u64,
    sum: f64,
    outcomes: u64,
    without: u64,
}

impl Series {
    /// Samples that were seen, with those that have no outcome.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Samples with an outcome.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether no sample has an outcome.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The outcomes of the samples that both have, this one's first.
    pub fn pairs<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (f64, f64)> + 'a {
        let (mut here, mut there) = (self.values.iter().peekable(), other.values.iter().peekable());
        std::iter::from_fn(move || {
            loop {
                let ((first, one), (second, two)) = (here.peek()?, there.peek()?);
                let found = (*one, *two);
                match first.cmp(second) {
                    Ordering::Less => drop(here.next()),
                    Ordering::Greater => drop(there.next()),
                    Ordering::Equal => {
                        here.next();
                        there.next();
                        return Some(found);
                    }
                }
            }
        })
    }

    /// Whether the outcomes come to a value that the file gives: as their mean, or as their sum over all samples, those
    /// without an outcome among them (some tools count an error as a failure). Tools round to four digits.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
    pub fn comes_to(&self, value: f64) -> bool {
        let fits = |n: u64| n > 0 && (self.sum / n as f64 - value).abs() < 5e-4 * value.abs().max(1.0);
        fits(self.outcomes) || fits(self.outcomes.saturating_add(self.without))
    }
}

/// What came out for each sample of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcomes {
    /// What the samples are of, where their names alone do not say it: a task, a scenario.
    pub of: Option<String>,
    /// Why there are none, in words that end a sentence.
    pub missing: Option<String>,
    series: BTreeMap<String, BTreeMap<String, Series>>,
}

impl Outcomes {
    /// None, and why.
    #[must_use]
    pub fn none(why: impl Into<String>) -> Self {
        Outcomes { missing: Some(why.into()), ..Outcomes::default() }
    }

    /// Those of a metric, by the name and scope that the reader gives it.
    #[must_use]
    pub fn get(&self, name: &str, scope: &str) -> Option<&Series> {
        self.series.get(name)?.get(scope)
    }

    /// All of them: name, scope and outcomes.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str, &Series)> {
        self.series.iter().flat_map(|(name, scopes)| {
            scopes.iter().map(move |(scope, series)| (name.as_str(), scope.as_str(), series))
        })
    }
}

/// A reader of outcomes: whether a document of this shape is its own, and what came out.
type JsonReader = (fn(&Shape) -> bool, fn(&mut dyn Source) -> Result<Outcomes, Unreadable>);

/// In the order of the readers of findings.
const JSON: &[JsonReader] = &[
    (super::garak::fits, garak::read),
    (super::lm_eval_samples::fits, lm_eval::read),
    (super::inspect::fits, inspect::read),
    (super::promptfoo::fits, promptfoo::read),
    (super::promptfoo::fits_rows, promptfoo::read_rows),
    (super::deepeval::fits, deepeval::read),
];

/// Files that keep no samples while another file of the same run does.
const ELSEWHERE: &[(fn(&Shape) -> bool, &str)] = &[
    (
        super::lm_eval::fits,
        "this file keeps no outcome of each sample: the files that lm-eval writes with --log_samples do",
    ),
    (super::helm::fits, "stats.json keeps no outcome of each instance: an archive of the run's whole folder does"),
    (super::garak_hits::fits, "a hit log keeps no outcome of what was no hit: the report of the same run does"),
];

/// Reads what came out for each sample of a file. A file that keeps no samples, or too many of them, is no error: it says so.
///
/// # Errors
/// As [`super::read`]: unknown, broken, or a stream that failed.
pub fn read(file: &mut dyn Source) -> Result<Outcomes, Unreadable> {
    let nothing = || Ok(Outcomes::none("this kind of file keeps no outcome of each sample"));
    match super::kind(&super::head(file)?) {
        Kind::Zip => super::packed::outcomes(file),
        Kind::Json => {
            let shape = super::shape(file)?;
            match JSON.iter().find(|(fits, _)| fits(&shape)) {
                Some((_, read)) => read(file),
                None => match ELSEWHERE.iter().find(|(fits, _)| fits(&shape)) {
                    Some((_, why)) => Ok(Outcomes::none(*why)),
                    None => nothing(),
                },
            }
        }
        Kind::Xml => match super::xml_root(file)?.as_str() {
            "testsuites" | "testsuite" => junit::read(file),
            _ => nothing(),
        },
        _ => nothing(),
    }
}
