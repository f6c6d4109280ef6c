//! An answer to a subcategory: where we stand, where we want to get, and in which words.
//!
//! A person never writes "verified": it is what somebody else says about an answer that stands.

use super::State;
use crate::error::{FieldErrors, Refusal};
use crate::ids::PersonId;
use crate::text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What was typed into the form, or sent to the API.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typed<'a> {
    /// The word of a [`State`].
    pub state: &'a str,
    /// The word of a [`State`]; empty for the default.
    pub target: &'a str,
    /// What is in place and what is missing, as Markdown.
    pub text: &'a str,
    /// Why it does not apply, as Markdown.
    pub reason: &'a str,
    /// By when the target is to be met, `2027-03-31`; may be empty.
    pub due: &'a str,
}

/// An answer, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Where we stand; never [`State::Verified`].
    pub state: State,
    /// Where we want to get, if not to the default: partial, implemented or verified, and not below the state.
    pub target: Option<State>,
    /// What is in place and what is missing, as Markdown; there whenever something is in place.
    pub text: Option<String>,
    /// Why it does not apply, as Markdown; there exactly when it does not.
    pub reason: Option<String>,
    /// By when the target is to be met.
    pub due: Option<NaiveDate>,
}

impl Draft {
    /// Checks an answer as typed. A target and a date for what does not apply are dropped.
    ///
    /// # Errors
    /// A message per field.
    pub fn parse(typed: Typed<'_>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let state = typed.state(&mut errors);
        let target = typed.target(&mut errors);
        let text = prose(&mut errors, "text", typed.text);
        let reason = prose(&mut errors, "reason", typed.reason);
        let due = typed.due(&mut errors);
        if let Some(state) = state {
            together(&mut errors, state, target, text.is_some(), reason.is_some());
        }
        errors.into_result()?;
        let state = state.unwrap_or(State::NotStarted);
        let applies = state != State::NotApplicable;
        Ok(Self { state, target: target.filter(|_| applies), text, reason, due: due.filter(|_| applies) })
    }
}

impl Typed<'_> {
    fn state(&self, errors: &mut FieldErrors) -> Option<State> {
        match self.state.trim().parse() {
            Ok(State::Verified) => {
                errors.add("state", "Choose “In place”: somebody else verifies it");
                None
            }
            Ok(state) => Some(state),
            Err(_) => {
                errors.add("state", "Choose where you stand");
                None
            }
        }
    }

    fn target(&self, errors: &mut FieldErrors) -> Option<State> {
        match self.target.trim() {
            "" => None,
            word => match word.parse() {
                Ok(target @ (State::Partial | State::Implemented | State::Verified)) => Some(target),
                _ => {
                    errors.add("target", "Choose “Partly in place”, “In place” or “Verified”");
                    None
                }
            },
        }
    }

    fn due(&self, errors: &mut FieldErrors) -> Option<NaiveDate> {
        let typed = self.due.trim();
        let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok().filter(|day| text::is_plausible(*day));
        if day.is_none() && !typed.is_empty() {
            errors.add("due", "Enter a date, such as 2027-03-31");
        }
        day
    }
}

/// What must fit together between the fields.
fn together(errors: &mut FieldErrors, state: State, target: Option<State>, text: bool, reason: bool) {
    let applies = state != State::NotApplicable;
    if !applies && !reason {
        errors.add("reason", "Say why it does not apply");
    }
    if applies && reason {
        errors.add("reason", "Leave the reason empty, or choose “Not applicable”");
    }
    if matches!(state, State::Partial | State::Implemented) && !text {
        errors.add("text", "Say in a sentence what is in place");
    }
    if applies && target.is_some_and(|target| target < state) {
        errors.add("target", "The target can't be below where you stand");
    }
}

fn prose(errors: &mut FieldErrors, field: &str, typed: &str) -> Option<String> {
    match text::prose(typed) {
        Ok(text) => text,
        Err(why) => {
            errors.add(field, format!("This {why}"));
            None
        }
    }
}

/// An answer that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was answered.
    pub draft: Draft,
    /// Who answered last.
    pub answered_by: PersonId,
    /// Who checked it since then.
    pub verified_by: Option<PersonId>,
}

impl Answer {
    /// A person's first answer.
    #[must_use]
    pub const fn new(draft: Draft, by: PersonId) -> Self {
        Self { draft, answered_by: by, verified_by: None }
    }

    /// The answer after a change. What was verified stays so only if what was claimed stays the same: a new target or
    /// date asks nobody to look again, and does not make its author the one who answered.
    #[must_use]
    pub fn revised(&self, draft: Draft, by: PersonId) -> Self {
        let same = |a: &Draft, b: &Draft| (a.state, &a.text, &a.reason) == (b.state, &b.text, &b.reason);
        if same(&self.draft, &draft) { Self { draft, ..self.clone() } } else { Self::new(draft, by) }
    }

    /// Where we stand, verification included.
    #[must_use]
    pub const fn state(&self) -> State {
        match (self.draft.state, self.verified_by) {
            (State::Implemented, Some(_)) => State::Verified,
            (state, _) => state,
        }
    }

    /// Notes that somebody checked it.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] if nothing is in place to check, or it was checked; [`Refusal::Forbidden`] to the person who
    /// answered last.
    pub fn verify(&self, by: PersonId) -> Result<Self, Refusal> {
        if self.draft.state != State::Implemented {
            return Err(Refusal::not_now("Only what is in place can be verified"));
        }
        if self.verified_by.is_some() {
            return Err(Refusal::not_now("This was verified already"));
        }
        if !self.may_verify(by) {
            return Err(Refusal::forbidden("You gave this answer: somebody else has to verify it"));
        }
        Ok(Self { verified_by: Some(by), ..self.clone() })
    }

    /// Whether a person may verify this answer: anybody but the one who gave it. Roles are asked elsewhere.
    #[must_use]
    pub fn may_verify(&self, by: PersonId) -> bool {
        by != self.answered_by
    }
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
