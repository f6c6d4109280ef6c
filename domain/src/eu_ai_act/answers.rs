//! The answers: readable JSON with stable words, which is also what the interview exports.

use super::compute::{BadCompute, Compute};
use super::key::Key;
use super::question::{Kind, Question, question};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Longest file of answers, in bytes.
pub const ANSWERS_MAX: usize = 100_000;
const NOT_YET: &str = "not_yet";
const UNKNOWN: &str = "unknown";

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// `"yes"` or `"no"`.
    YesNo(bool),
    /// The word of one option.
    One(String),
    /// The words of any number of options; empty means none of them.
    Several(BTreeSet<String>),
    /// A day; none for `"not_yet"`.
    Day(Option<NaiveDate>),
    /// An amount; none for `"unknown"`.
    Compute(Option<Compute>),
}

/// Why answers were refused. Each names the field.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadAnswers {
    /// Not a JSON object, or too long.
    #[error("the answers must be a JSON object of at most {ANSWERS_MAX} bytes: {0}")]
    Unreadable(String),
    /// A field that is no question.
    #[error("{0:?} is not a question of the interview")]
    UnknownQuestion(String),
    /// A word that is no option of its question.
    #[error("{field}: {word:?} is not an option")]
    UnknownOption {
        /// The question.
        field: Key,
        /// What was given, cut at 80 characters.
        word: String,
    },
    /// Another kind of answer than the question takes.
    #[error("{field}: must be {expected}")]
    WrongKind {
        /// The question.
        field: Key,
        /// What it takes.
        expected: &'static str,
    },
    /// Fewer picks than the question needs.
    #[error("{field}: pick at least {at_least}")]
    TooFew {
        /// The question.
        field: Key,
        /// How many.
        at_least: usize,
    },
    /// An amount of compute that cannot be.
    #[error("{field}: {why}")]
    Compute {
        /// The question.
        field: Key,
        /// What is wrong.
        why: BadCompute,
    },
}

/// Answers given so far. Those that are no longer asked stay here, and do not count.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Answers(BTreeMap<Key, Answer>);

impl Answers {
    /// Reads what the interview exported.
    pub fn from_json(json: &str) -> Result<Self, BadAnswers> {
        if json.len() > ANSWERS_MAX {
            return Err(BadAnswers::Unreadable(format!("{} bytes", json.len())));
        }
        let fields: Map<String, Value> =
            serde_json::from_str(json).map_err(|error| BadAnswers::Unreadable(error.to_string()))?;
        Self::try_from(fields)
    }

    /// The answer to a question, if it was given.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<&Answer> {
        self.0.get(&key)
    }

    /// Answers a question, or changes its answer, from its JSON form: `"yes"`, a word, a list of words, a day as
    /// `"2026-12-02"`, an object of numbers.
    pub fn set(&mut self, key: Key, value: &Value) -> Result<(), BadAnswers> {
        self.0.insert(key, Answer::read(question(key), value)?);
        Ok(())
    }

    /// Answers a question from the fields of a form: the words that were picked or typed.
    pub fn set_words(&mut self, key: Key, words: &[&str]) -> Result<(), BadAnswers> {
        let value = match (question(key).kind, words) {
            (Kind::Several, words) => Value::from(words.to_vec()),
            (_, [word]) => Value::from(*word),
            _ => Value::Null,
        };
        self.set(key, &value)
    }

    /// Takes an answer back.
    pub fn remove(&mut self, key: Key) {
        self.0.remove(&key);
    }

    /// All answers, in the order of the questions.
    pub fn iter(&self) -> impl Iterator<Item = (Key, &Answer)> {
        self.0.iter().map(|(key, answer)| (*key, answer))
    }
}

impl TryFrom<Map<String, Value>> for Answers {
    type Error = BadAnswers;

    fn try_from(fields: Map<String, Value>) -> Result<Self, BadAnswers> {
        let mut answers = Self::default();
        for (name, value) in &fields {
            let key: Key = name.parse().map_err(|_| BadAnswers::UnknownQuestion(cut(name)))?;
            answers.set(key, value)?;
        }
        Ok(answers)
    }
}

fn cut(word: &str) -> String {
    word.chars().take(80).collect()
}

impl Answer {
    /// Reads an answer as its question takes it.
    pub fn read(question: &Question, value: &Value) -> Result<Self, BadAnswers> {
        let field = question.key;
        let wrong = |expected| BadAnswers::WrongKind { field, expected };
        match question.kind {
            Kind::YesNo => match value.as_str() {
                Some("yes") => Ok(Self::YesNo(true)),
                Some("no") => Ok(Self::YesNo(false)),
                _ => Err(wrong("yes or no")),
            },
            Kind::OneOf => pick(question, value.as_str().ok_or_else(|| wrong("one word"))?).map(Self::One),
            Kind::Several => several(question, value.as_array().ok_or_else(|| wrong("a list of words"))?),
            Kind::Date => day(value.as_str()).map(Self::Day).ok_or_else(|| wrong("a day (2026-12-02) or not_yet")),
            Kind::Compute => match value {
                Value::Object(fields) => {
                    let read = Compute::read(fields).map_err(|why| BadAnswers::Compute { field, why })?;
                    Ok(Self::Compute(Some(read)))
                }
                Value::String(word) if word == UNKNOWN && question.may_be_unknown => Ok(Self::Compute(None)),
                _ if question.may_be_unknown => Err(wrong("an amount of compute, or unknown")),
                _ => Err(wrong("an amount of compute")),
            },
        }
    }
}

fn pick(question: &Question, word: &str) -> Result<String, BadAnswers> {
    let unknown = || BadAnswers::UnknownOption { field: question.key, word: cut(word) };
    question.option(word).map(|option| option.key.clone()).ok_or_else(unknown)
}

fn several(question: &Question, words: &[Value]) -> Result<Answer, BadAnswers> {
    let field = question.key;
    let mut picked = BTreeSet::new();
    for word in words {
        let word = word.as_str().ok_or(BadAnswers::WrongKind { field, expected: "a list of words" })?;
        picked.insert(pick(question, word)?);
    }
    if picked.len() < question.at_least {
        return Err(BadAnswers::TooFew { field, at_least: question.at_least });
    }
    Ok(Answer::Several(picked))
}

/// The day, none within for "not yet"; none at all for anything else.
fn day(word: Option<&str>) -> Option<Option<NaiveDate>> {
    match word? {
        NOT_YET => Some(None),
        word => word.parse().ok().filter(|day| crate::text::is_plausible(*day)).map(Some),
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::YesNo(yes) => s.serialize_str(if *yes { "yes" } else { "no" }),
            Self::One(word) => s.serialize_str(word),
            Self::Several(words) => words.serialize(s),
            Self::Day(Some(day)) => day.serialize(s),
            Self::Day(None) => s.serialize_str(NOT_YET),
            Self::Compute(Some(compute)) => compute.serialize(s),
            Self::Compute(None) => s.serialize_str(UNKNOWN),
        }
    }
}
