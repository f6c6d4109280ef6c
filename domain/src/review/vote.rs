//! A vote as it is cast: choice, reason, conditions, and the dossier that it speaks of.

use super::Choice;
use crate::error::FieldErrors;
use crate::ids::PersonId;
use crate::text::{LINE_MAX, PROSE_MAX};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Most conditions of one vote.
pub const CONDITIONS_MAX: usize = 5;

/// A condition of an approval: what must be done, by whom, until when. Becomes a mitigation with the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What must be done.
    pub text: String,
    /// Who takes care of it.
    pub owner_id: PersonId,
    /// Their name when the vote was signed.
    pub owner: String,
    /// Until when; the approval is suspended when it is overdue.
    pub due_on: NaiveDate,
}

impl Condition {
    /// The mitigation's title: the first line, cut to what a title holds.
    pub fn title(&self) -> String {
        let line = self.text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
        if line.chars().count() <= LINE_MAX {
            return line.to_owned();
        }
        line.chars().take(LINE_MAX - 1).chain(['…']).collect()
    }
}

/// A vote before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    /// SHA-256 of the dossier that the member read.
    pub dossier: [u8; 32],
    /// How they vote.
    pub choice: Choice,
    /// Why.
    pub reason: String,
    /// Conditions; only with [`Choice::ApproveWithConditions`], and then at least one.
    pub conditions: Vec<Condition>,
}

/// The form field of a condition ("text", "owner", "due"), counted from 0.
pub fn field(what: &str, index: usize) -> String {
    format!("condition_{what}_{}", index + 1)
}

impl Ballot {
    /// Checks what can be checked without the register.
    ///
    /// # Errors
    /// A message per field.
    pub fn check(&self, today: NaiveDate) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.reason.trim().is_empty() || self.reason.chars().count() > PROSE_MAX {
            errors.add("reason", "Say why, in 10,000 characters or fewer");
        }
        let wants = self.choice == Choice::ApproveWithConditions;
        if wants && self.conditions.is_empty() {
            errors.add(&field("text", 0), "Name at least one condition, or approve without conditions");
        }
        if !wants && !self.conditions.is_empty() {
            errors.add("choice", "Conditions belong to “Approve with conditions”: choose it, or empty them");
        }
        if self.conditions.len() > CONDITIONS_MAX {
            errors.add("choice", format!("At most {CONDITIONS_MAX} conditions"));
        }
        for (i, condition) in self.conditions.iter().enumerate() {
            if condition.text.trim().is_empty() || condition.text.chars().count() > PROSE_MAX {
                errors.add(&field("text", i), "Say what must be done");
            }
            if condition.due_on <= today || !crate::text::is_plausible(condition.due_on) {
                errors.add(&field("due", i), "Choose a day after today");
            }
        }
        errors.into_result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 5, d).unwrap()
    }

    fn condition(text: &str, due: u32) -> Condition {
        let owner_id = PersonId(uuid::Uuid::nil());
        Condition { text: text.into(), owner_id, owner: "Ada".into(), due_on: day(due) }
    }

    fn ballot(choice: Choice, conditions: Vec<Condition>) -> Ballot {
        Ballot { dossier: [0; 32], choice, reason: "Well tested".into(), conditions }
    }

    #[test]
    fn conditions_go_with_their_choice_and_with_no_other() {
        let today = day(3);
        let one = || vec![condition("Log every answer", 4)];
        assert!(ballot(Choice::Approve, vec![]).check(today).is_ok());
        assert!(ballot(Choice::Reject, one()).check(today).is_err());
        assert!(ballot(Choice::Approve, one()).check(today).is_err());
        assert!(ballot(Choice::ApproveWithConditions, vec![]).check(today).is_err());
        assert!(ballot(Choice::ApproveWithConditions, one()).check(today).is_ok());
        let six = vec![condition("x", 4); CONDITIONS_MAX + 1];
        assert!(ballot(Choice::ApproveWithConditions, six).check(today).is_err());
    }

    #[test]
    fn a_condition_is_due_after_today() {
        let wrong = ballot(Choice::ApproveWithConditions, vec![condition("x", 4), condition("y", 3)]).check(day(3));
        assert_eq!(wrong.unwrap_err().0.keys().collect::<Vec<_>>(), ["condition_due_2"]);
        // One that nobody lives to see would never suspend an approval.
        let far = Condition { due_on: NaiveDate::MAX, ..condition("x", 4) };
        let wrong = ballot(Choice::ApproveWithConditions, vec![far]).check(day(3));
        assert_eq!(wrong.unwrap_err().0.keys().collect::<Vec<_>>(), ["condition_due_1"]);
    }

    #[test]
    fn a_title_is_the_first_line_and_never_too_long() {
        assert_eq!(condition("\n  Log it.\nAnd keep it.", 4).title(), "Log it.");
        assert_eq!(condition(&"é".repeat(500), 4).title().chars().count(), LINE_MAX);
    }
}
