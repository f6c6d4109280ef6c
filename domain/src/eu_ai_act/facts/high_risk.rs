//! High risk (Art. 6), from when its duties apply (Art. 111, 113), and transparency (Art. 50).

use super::View;
use crate::eu_ai_act::key::Key;
use crate::eu_ai_act::law::{DateKey, law};
use crate::eu_ai_act::question::question;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// From when the duties of one ground of high risk apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::eu_ai_act) struct Start {
    /// The first day.
    pub from: NaiveDate,
    /// Whether only provider and deployer are bound (Art. 111(2), second sentence).
    pub narrow: bool,
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
