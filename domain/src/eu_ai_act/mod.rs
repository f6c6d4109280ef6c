//! Screening against the EU AI Act: an interview, the class it leads to, and what has to be done by when.
//!
//! The law is data (`data/eu_ai_act/*.json`): the questions, each with its article; the dates and thresholds, with the
//! act that set them; the obligations, with who owes them and when they begin; the reasons and warnings. The rules here
//! join them. A result names the version of the law that it was made on. All sentences are ours, none is the law's: this
//! is a screening, and the Regulation decides.
//!
//! Answers run through three steps. [`interview`] asks only what earlier answers leave open, and what is no longer asked
//! does not count. `facts` reads the answers that count; `tags` puts what they mean into a closed list of words.
//! [`classify()`] picks classes, obligations and warnings by these words.

mod answers;
mod classify;
mod compute;
mod facts;
mod incident;
mod interview;
mod key;
mod law;
mod obligations;
mod outcome;
mod question;
mod render;
mod summary;
mod tags;

pub use answers::{ANSWERS_MAX, Answer, Answers, BadAnswers};
pub use classify::{Incomplete, classify};
pub use compute::{BadCompute, Compute};
pub use incident::{Deadline, IncidentKind, MODEL_INCIDENT, ModelIncident, deadline};
pub use interview::{Progress, asked, missing, next, progress};
pub use key::Key;
pub use law::{Date, DateKey, Finding, From, Law, Note, Obligation, findings, law, obligations};
pub use outcome::{Class, Due, Outcome, Reason, Role, Version, WorkItem};
pub use question::{Choice, Kind, Question, question, questions};
pub use render::text;
pub use summary::{Part, Section, TrainingSummary, training_summary};
pub use tags::Tag;

#[cfg(test)]
mod tests;
