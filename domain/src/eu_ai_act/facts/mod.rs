//! What the answers that count say of the system: one small question of law each, the article beside it.

mod high_risk;
mod model;

pub(in crate::eu_ai_act) use high_risk::Start;

use crate::eu_ai_act::answers::{Answer, Answers};
use crate::eu_ai_act::compute::Compute;
use crate::eu_ai_act::interview::is_asked;
use crate::eu_ai_act::key::Key;
use crate::eu_ai_act::outcome::Role;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The answers that count: those whose question is asked.
#[derive(Debug)]
pub(in crate::eu_ai_act) struct View<'a> {
    given: BTreeMap<Key, &'a Answer>,
    asked: Vec<Key>,
}

impl<'a> View<'a> {
    /// Walks the questions in order; each is asked or not by the ones before it.
    pub fn of(answers: &'a Answers) -> Self {
        let mut view = Self { given: BTreeMap::new(), asked: Vec::new() };
        for key in Key::ALL {
            if is_asked(*key, &view) {
                view.asked.push(*key);
                if let Some(answer) = answers.get(*key) {
                    view.given.insert(*key, answer);
                }
            }
        }
        view
    }

    pub fn asked(&self) -> &[Key] {
        &self.asked
    }

    pub fn open(&self) -> impl Iterator<Item = Key> {
        self.asked.iter().copied().filter(|key| !self.given.contains_key(key))
    }

    pub fn is(&self, key: Key, word: &str) -> bool {
        matches!(self.given.get(&key), Some(Answer::One(given)) if given == word)
    }

    pub fn has(&self, key: Key, word: &str) -> bool {
        matches!(self.given.get(&key), Some(Answer::Several(given)) if given.contains(word))
    }

    pub fn any(&self, key: Key) -> bool {
        self.picked(key).next().is_some()
    }

    /// Answered with "none of these".
    fn empty(&self, key: Key) -> bool {
        self.given.contains_key(&key) && !self.any(key)
    }

    pub fn yes(&self, key: Key) -> bool {
        matches!(self.given.get(&key), Some(Answer::YesNo(true)))
    }

    pub fn no(&self, key: Key) -> bool {
        matches!(self.given.get(&key), Some(Answer::YesNo(false)))
    }

    /// The words picked from a list.
    pub fn picked(&self, key: Key) -> impl Iterator<Item = &'a str> + use<'a> {
        let words = match self.given.get(&key) {
            Some(Answer::Several(words)) => Some(words),
            _ => None,
        };
        words.into_iter().flatten().map(String::as_str)
    }

    fn day(&self, key: Key) -> Option<NaiveDate> {
        match self.given.get(&key) {
            Some(Answer::Day(day)) => *day,
            _ => None,
        }
    }

    fn flop(&self, key: Key) -> Option<f64> {
        match self.given.get(&key) {
            Some(Answer::Compute(compute)) => compute.as_ref().map(Compute::flop),
            _ => None,
        }
    }
}

/// Scope and roles: Art. 2 and 3.
impl View<'_> {
    pub fn is_system(&self) -> bool {
        self.is(Key::Subject, "system")
    }

    pub fn is_model(&self) -> bool {
        self.is(Key::Subject, "model")
    }

    /// Exclusions of the whole system, Art. 2(3), (4), (6) and (8).
    pub fn excluded(&self) -> bool {
        ["military", "cooperation", "research_only", "before_release"]
            .iter()
            .any(|word| self.has(Key::Exclusions, word))
    }

    /// The roles as answered; Art. 2(10) frees who uses it for personal ends.
    fn answered_roles(&self) -> BTreeSet<Role> {
        let personal = self.has(Key::Exclusions, "personal_use");
        let roles = self.picked(Key::Roles).filter_map(|word| word.parse().ok());
        roles.filter(|role| !(personal && *role == Role::Deployer)).collect()
    }

    pub fn in_scope(&self) -> bool {
        let exclusions_known = self.given.contains_key(&Key::Exclusions);
        exclusions_known && !self.excluded() && !self.answered_roles().is_empty()
    }

    pub fn deploys(&self) -> bool {
        self.answered_roles().contains(&Role::Deployer)
    }

    /// Whether Article 50 and models concern us: not those who only pass a system on.
    pub fn builds_or_uses(&self) -> bool {
        let roles = self.answered_roles();
        [Role::Provider, Role::Deployer, Role::ProductManufacturer].iter().any(|role| roles.contains(role))
    }

    /// Art. 3(3), and those whom Art. 25 makes providers.
    pub fn provides(&self) -> bool {
        let named = self.answered_roles().contains(&Role::Provider);
        named || self.any(Key::ChangeOfRole) || self.yes(Key::ManufacturerName)
    }

    /// Art. 25(1) speaks of anybody but the provider.
    pub fn may_become_provider(&self) -> bool {
        !self.answered_roles().contains(&Role::Provider)
    }

    /// All roles, derived ones included.
    pub fn roles(&self) -> Vec<Role> {
        let mut roles = if self.in_scope() { self.answered_roles() } else { BTreeSet::new() };
        if self.in_scope() && self.provides() {
            roles.insert(Role::Provider);
        }
        if self.provides_model() {
            roles.insert(Role::ModelProvider);
        }
        roles.into_iter().collect()
    }

    /// Art. 2(12): neither high-risk nor under Art. 5 or 50. The exception of Art. 6(3) keeps its own duties.
    pub fn may_be_exempt_as_open_source(&self) -> bool {
        let risky = !self.points().is_empty() || self.product().is_some();
        self.provides() && self.empty(Key::Transparency) && !risky
    }
}

/// Prohibited practices: Art. 5.
impl View<'_> {
    /// Each practice that was picked and that no exception saves.
    pub fn practices(&self) -> Vec<&str> {
        self.picked(Key::Practices).filter(|practice| self.is_banned(practice)).collect()
    }

    fn is_banned(&self, practice: &str) -> bool {
        let answered = |key| self.given.contains_key(&key);
        let saved = |key, words: &[&str]| words.iter().any(|word| self.is(key, word));
        match practice {
            "crime_prediction" => self.no(Key::CrimePredictionFacts),
            "sensitive_categorisation" => self.no(Key::CategorisationLabelling),
            "emotions_at_work" => self.is(Key::EmotionPurpose, "other"),
            "realtime_identification" => self.is(Key::IdentificationObjective, "none"),
            // Art. 5(1a) saves both, 5(1b) only the first, a defence of national law only the second.
            "intimate_content" => {
                answered(Key::ContentCause)
                    && !saved(Key::ContentCause, &["safeguards", "no_more_exposure"])
                    && !self.uses_what_others_left_unsafe()
            }
            "child_abuse_material" => {
                answered(Key::ContentCause)
                    && !saved(Key::ContentCause, &["safeguards", "lawful_defence"])
                    && !self.uses_what_others_left_unsafe()
            }
            _ => true,
        }
    }

    /// Art. 5(1a): missing safeguards are the fault of who offers the system; its use is banned only for such content.
    pub fn uses_what_others_left_unsafe(&self) -> bool {
        self.is(Key::ContentCause, "no_safeguards") && self.answered_roles().iter().all(|role| *role == Role::Deployer)
    }

    /// Whether anything is prohibited, so that nothing else need be asked.
    pub fn stopped(&self) -> bool {
        !self.practices().is_empty()
    }

    pub fn realtime_permitted(&self) -> bool {
        let named = ["victims", "threat", "suspect"];
        named.iter().any(|objective| self.is(Key::IdentificationObjective, objective))
    }
}
