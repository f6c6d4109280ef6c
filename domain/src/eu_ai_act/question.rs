//! The questions, as data: `data/eu_ai_act/interview.json`.

use super::key::Key;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

crate::words! {
    /// How a question is answered.
    Kind {
        YesNo = "yes_no", "Yes or no";
        OneOf = "one_of", "One of";
        Several = "several", "Any of";
        Compute = "compute", "An amount of compute";
        Date = "date", "A day, or not yet";
    }
}

/// An answer that can be picked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Stored word.
    pub key: String,
    /// Where the Act speaks of it.
    pub article: String,
    /// What people read.
    pub label: String,
    /// What it stands under: the section of Annex I (`a`, `b`), the area of Annex III.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// One page of the interview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name.
    pub key: Key,
    /// Where the Act asks it.
    pub article: String,
    /// The question.
    pub title: String,
    /// What helps to answer it.
    pub help: String,
    /// How it is answered.
    pub kind: Kind,
    /// What can be picked; none for yes/no, dates and compute.
    #[serde(default)]
    pub options: Vec<Choice>,
    /// Fewest picks of [`Kind::Several`].
    #[serde(default)]
    pub at_least: usize,
    /// Whether an amount of compute may be unknown.
    #[serde(default)]
    pub may_be_unknown: bool,
}

impl Question {
    /// The option of this word.
    #[must_use]
    pub fn option(&self, word: &str) -> Option<&Choice> {
        self.options.iter().find(|option| option.key == word)
    }
}

static QUESTIONS: LazyLock<Vec<Question>> =
    LazyLock::new(|| parsed(include_str!("../../../data/eu_ai_act/interview.json")));

#[expect(clippy::expect_used, reason = "the text is compiled in, and the tests read all of it")]
fn parsed(json: &str) -> Vec<Question> {
    serde_json::from_str(json).expect("the questions are valid")
}

/// All questions, in their order.
#[must_use]
pub fn questions() -> &'static [Question] {
    &QUESTIONS
}

/// The question of this name. The data has one entry a key, in the order of [`Key`]; a test holds it to that.
#[must_use]
pub fn question(key: Key) -> &'static Question {
    &QUESTIONS[key as usize]
}
