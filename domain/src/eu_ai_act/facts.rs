//! What the answers that count say of the system: one small question of law each, the article beside it.

use super::answers::{Answer, Answers};
use super::compute::Compute;
use super::interview::is_asked;
use super::key::Key;
use super::law::{DateKey, law};
use super::outcome::Role;
use super::question::question;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The answers that count: those whose question is asked.
#[derive(Debug)]
pub(super) struct View<'a> {
    given: BTreeMap<Key, &'a Answer>,
    asked: Vec<Key>,
}

/// From when the duties of one ground of high risk apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start {
    /// The first day.
    pub from: NaiveDate,
    /// Whether only provider and deployer are bound (Art. 111(2), second sentence).
    pub narrow: bool,
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
                answered(Key::ContentCause) && !saved(Key::ContentCause, &["safeguards", "no_more_exposure"])
            }
            "child_abuse_material" => {
                answered(Key::ContentCause) && !saved(Key::ContentCause, &["safeguards", "lawful_defence"])
            }
            _ => true,
        }
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

/// High risk: Art. 6, Annexes I and III.
impl View<'_> {
    /// Points of Annex III that hold, those that follow from an excepted practice included.
    pub fn points(&self) -> BTreeSet<&str> {
        let excepted = [
            ("1a", Key::VerificationOnly),
            ("5b", Key::FraudDetectionOnly),
            ("7d", Key::TravelDocumentsOnly),
            ("8b", Key::CampaignLogisticsOnly),
        ];
        let mut points: BTreeSet<&str> = self.picked(Key::Areas).collect();
        points.retain(|point| !excepted.iter().any(|(of, key)| point == of && self.yes(*key)));
        if self.realtime_permitted() {
            points.insert("1a");
        }
        if self.is(Key::EmotionPurpose, "medical_or_safety") {
            points.insert("1c");
        }
        points
    }

    /// Art. 6(3): claimed, and not defeated by profiling.
    pub fn exception(&self) -> bool {
        !self.points().is_empty() && self.no(Key::Profiling) && self.any(Key::Exceptions)
    }

    /// High-risk by Art. 6(2).
    pub fn area(&self) -> bool {
        let decided = self.yes(Key::Profiling) || self.empty(Key::Exceptions);
        !self.points().is_empty() && decided
    }

    /// Art. 6(1)(a) with (1a) and (1b).
    pub fn is_safety_component(&self) -> bool {
        ["itself", "safety", "endangers"].iter().any(|word| self.is(Key::ProductFunction, word))
    }

    /// The acts by which it is high-risk under Art. 6(1).
    pub fn product(&self) -> Option<Vec<&str>> {
        let high = self.is_safety_component() && self.is(Key::ThirdPartyAssessment, "required");
        high.then(|| self.picked(Key::ProductActs).collect())
    }

    fn in_section(&self, section: &str) -> bool {
        let acts = self.product().unwrap_or_default();
        let group = |act: &&str| question(Key::ProductActs).option(act).and_then(|option| option.group.as_deref());
        acts.iter().any(|act| group(act) == Some(section))
    }

    pub fn section_a(&self) -> bool {
        self.in_section("a")
    }

    pub fn section_b(&self) -> bool {
        self.in_section("b")
    }

    /// Whether Chapter III binds: not for products of Section B alone (Art. 2(2)).
    pub fn high_risk_duties(&self) -> bool {
        !self.stopped() && (self.area() || self.section_a())
    }

    /// Art. 113(c)(i), as Art. 111 moves it.
    pub fn area_start(&self) -> Option<Start> {
        self.area().then(|| self.start(DateKey::HighRiskArea)).flatten()
    }

    /// Art. 113(c)(ii), as Art. 111 moves it. For Section B it is the day of the classification alone.
    pub fn product_start(&self) -> Option<Start> {
        if self.section_a() {
            self.start(DateKey::HighRiskProduct)
        } else {
            self.section_b().then(|| Start { from: law().date(DateKey::HighRiskProduct), narrow: false })
        }
    }

    fn start(&self, date: DateKey) -> Option<Start> {
        let day = law().date(date);
        let at = |key| Some(Start { from: law().date(key), narrow: false });
        if self.yes(Key::LargeScaleIt) {
            return at(DateKey::LargeIt);
        }
        let before = self.day(Key::ReleasedOn).is_some_and(|released| released < day);
        match (before, self.yes(Key::SignificantChange), self.yes(Key::ForPublicAuthorities)) {
            (true, false, true) => Some(Start { from: law().date(DateKey::PublicAuthorities), narrow: true }),
            (true, false, false) => None,
            _ => at(date),
        }
    }

    /// Art. 111(1): biometrics, law enforcement or migration, there before the day it names.
    pub fn may_be_large_it(&self) -> bool {
        let near = self.points().iter().any(|point| point.starts_with(['1', '6', '7']));
        let before = |day| self.day(Key::ReleasedOn).is_some_and(|released| released < law().date(day));
        self.area() && near && before(DateKey::LargeItOfBefore)
    }

    /// Art. 111(2): there before the high-risk rules of one of its grounds.
    pub fn is_from_before(&self) -> bool {
        let before = |day| self.day(Key::ReleasedOn).is_some_and(|released| released < law().date(day));
        (self.area() && before(DateKey::HighRiskArea)) || (self.section_a() && before(DateKey::HighRiskProduct))
    }
}

/// Transparency: Art. 50.
impl View<'_> {
    /// Art. 50(3) holds for what Annex III calls emotion recognition or categorisation as well.
    pub fn is_exposing(&self) -> bool {
        let points = self.points();
        let by_point = points.contains("1b") || points.contains("1c");
        self.builds_or_uses() && (self.has(Key::Transparency, "exposed") || by_point)
    }

    /// Art. 50(2).
    pub fn must_mark(&self) -> bool {
        self.is(Key::SyntheticException, "none")
    }

    /// Art. 111(4): on the market before Art. 50(2) applied.
    pub fn marks_later(&self) -> bool {
        self.day(Key::ReleasedOn).is_some_and(|released| released < law().date(DateKey::General))
    }
}

/// General-purpose models: Art. 51 to 55, and the Commission's guidelines.
impl View<'_> {
    /// What the compute of a further training must exceed to make a new provider.
    fn modification_threshold(&self) -> f64 {
        let limits = &law().thresholds;
        let unknown =
            if self.yes(Key::OriginalSystemic) { limits.systemic_flop.value } else { limits.indicative_flop.value };
        self.flop(Key::OriginalCompute).unwrap_or(unknown) / limits.modification_divisor.value
    }

    pub fn original_is_presumed_systemic(&self) -> bool {
        self.flop(Key::OriginalCompute).is_some_and(|flop| flop > law().thresholds.systemic_flop.value)
    }

    pub fn modified_model(&self) -> bool {
        let original_known = self.given.contains_key(&Key::OriginalCompute)
            && (self.original_is_presumed_systemic() || self.given.contains_key(&Key::OriginalSystemic));
        original_known && self.flop(Key::ModificationCompute).is_some_and(|flop| flop > self.modification_threshold())
    }

    pub fn provides_model(&self) -> bool {
        self.flop(Key::TrainingCompute).is_some() || self.modified_model()
    }

    /// Answered with "unknown".
    pub fn is_unknown(&self, key: Key) -> bool {
        self.given.contains_key(&key) && self.flop(key).is_none()
    }

    /// Compute over the whole life of the model, as far as it is known.
    fn cumulative_flop(&self) -> f64 {
        let parts = [Key::TrainingCompute, Key::ModificationCompute, Key::OriginalCompute];
        parts.iter().filter_map(|key| self.flop(*key)).sum()
    }

    /// Art. 51(2).
    pub fn presumed_systemic(&self) -> bool {
        self.provides_model() && self.cumulative_flop() > law().thresholds.systemic_flop.value
    }

    /// Art. 51(1).
    pub fn systemic(&self) -> bool {
        let classified = self.yes(Key::HighImpact) || self.yes(Key::OriginalSystemic);
        self.presumed_systemic() || (self.provides_model() && classified)
    }

    pub fn below_indicative(&self) -> bool {
        self.flop(Key::TrainingCompute).is_some_and(|flop| flop <= law().thresholds.indicative_flop.value)
    }

    /// Art. 111(3).
    pub fn model_of_before(&self) -> bool {
        let before = |released| released < law().date(DateKey::Models);
        self.provides_model() && self.day(Key::ModelReleasedOn).is_some_and(before)
    }
}
