//! The interview as a state machine: answers in, the next question out.
//!
//! Questions have one order. Whether one is asked depends on earlier answers only, and only on those that are asked
//! themselves; so the interview ends, and an answer that a change has hidden counts nowhere.

use super::answers::Answers;
use super::facts::View;
use super::key::Key;
use super::question::{Question, question};
use serde::Serialize;

/// How far the interview is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Questions answered, of those asked.
    pub answered: usize,
    /// Questions asked as far as the answers tell; it grows and shrinks with them.
    pub asked: usize,
}

/// Every question that these answers ask, answered or not, in order.
#[must_use]
pub fn asked(answers: &Answers) -> Vec<&'static Question> {
    View::of(answers).asked().iter().map(|key| question(*key)).collect()
}

/// The questions that are asked and not yet answered, as far as the answers tell.
#[must_use]
pub fn missing(answers: &Answers) -> Vec<Key> {
    View::of(answers).open().collect()
}

/// The next question; none when the interview is complete.
#[must_use]
pub fn next(answers: &Answers) -> Option<&'static Question> {
    View::of(answers).open().next().map(question)
}

/// How far the interview is.
#[must_use]
pub fn progress(answers: &Answers) -> Progress {
    let view = View::of(answers);
    let asked = view.asked().len();
    Progress { answered: asked - view.open().count(), asked }
}

/// Whether a question is asked, given the earlier ones that are.
pub(super) fn is_asked(key: Key, view: &View<'_>) -> bool {
    let going = || view.in_scope() && !view.stopped();
    match key {
        Key::Subject => true,
        Key::UnionLink => view.is_system() || view.is_model(),
        Key::Roles => view.is_system() && view.any(Key::UnionLink),
        Key::Exclusions => view.any(Key::Roles),
        Key::Practices => view.in_scope(),
        Key::CrimePredictionFacts => view.has(Key::Practices, "crime_prediction"),
        Key::EmotionPurpose => view.has(Key::Practices, "emotions_at_work"),
        Key::CategorisationLabelling => view.has(Key::Practices, "sensitive_categorisation"),
        Key::IdentificationObjective => view.has(Key::Practices, "realtime_identification"),
        Key::ContentCause => {
            view.has(Key::Practices, "intimate_content") || view.has(Key::Practices, "child_abuse_material")
        }
        Key::ProductActs | Key::Areas => going(),
        Key::Transparency => going() && view.builds_or_uses(),
        Key::ProductFunction => going() && view.any(Key::ProductActs),
        Key::ThirdPartyAssessment => going() && view.is_safety_component(),
        Key::VerificationOnly => going() && view.has(Key::Areas, "1a"),
        Key::FraudDetectionOnly => going() && view.has(Key::Areas, "5b"),
        Key::TravelDocumentsOnly => going() && view.has(Key::Areas, "7d"),
        Key::CampaignLogisticsOnly => going() && view.has(Key::Areas, "8b"),
        Key::Profiling => going() && !view.points().is_empty(),
        Key::Exceptions => going() && !view.points().is_empty() && view.no(Key::Profiling),
        _ => is_asked_of_situations(key, view, going()),
    }
}

/// The same, from Article 50 on.
fn is_asked_of_situations(key: Key, view: &View<'_>, going: bool) -> bool {
    let high_risk = view.high_risk_duties();
    match key {
        Key::TalksException => view.has(Key::Transparency, "talks"),
        Key::SyntheticException => view.has(Key::Transparency, "synthetic"),
        Key::ExposedException => going && view.is_exposing(),
        Key::DeepFakeException => view.has(Key::Transparency, "deep_fake"),
        Key::PublicTextException => view.has(Key::Transparency, "public_text"),
        Key::OpenSource => going && view.may_be_exempt_as_open_source(),
        Key::ChangeOfRole => high_risk && view.may_become_provider(),
        Key::ManufacturerName => view.section_a() && !view.provides() && view.has(Key::Roles, "product_manufacturer"),
        Key::PublicBody => view.area() && view.deploys(),
        Key::Workplace => high_risk && view.deploys(),
        Key::ReleasedOn => high_risk || (view.provides() && view.must_mark()),
        Key::LargeScaleIt => view.may_be_large_it(),
        Key::SignificantChange => high_risk && !view.yes(Key::LargeScaleIt) && view.is_from_before(),
        Key::ForPublicAuthorities => view.no(Key::SignificantChange),
        _ => is_asked_of_models(key, view, going),
    }
}

/// The same, for general-purpose models and what comes last.
fn is_asked_of_models(key: Key, view: &View<'_>, going: bool) -> bool {
    let placed = view.yes(Key::ModelPlaced);
    let fine_tuned = view.is(Key::ModelOrigin, "fine_tuned");
    match key {
        Key::ModelOrigin => (view.is_model() && view.any(Key::UnionLink)) || (going && view.builds_or_uses()),
        Key::ModelPlaced => fine_tuned || view.is(Key::ModelOrigin, "own"),
        Key::TrainingCompute => placed && !fine_tuned,
        Key::ModificationCompute | Key::OriginalCompute => placed && fine_tuned,
        Key::OriginalSystemic => placed && fine_tuned && !view.original_is_presumed_systemic(),
        Key::HighImpact => view.provides_model() && !view.presumed_systemic() && !view.yes(Key::OriginalSystemic),
        Key::ModelOpen | Key::ModelReleasedOn => view.provides_model(),
        Key::CompanySize => view.high_risk_duties() && view.provides(),
        Key::OutsideUnion => (view.high_risk_duties() && view.provides()) || view.provides_model(),
        _ => false,
    }
}
