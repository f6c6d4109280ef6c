use super::*;
use crate::framework::{Level, nist};
use crate::measure::scorecard::Verdict;
use crate::risk::Characteristic;
use crate::system::{Autonomy, DataCategory, Kind, Model, Stage};
use crate::triage::Tier;
use proptest::prelude::*;

fn found(known: &Known, id: &str) -> Option<(State, Source)> {
    derive(known).into_iter().find(|d| d.subcategory == id).map(|d| (d.state, d.source))
}

fn sentence(all: Vec<Derived>, id: &str) -> String {
    all.into_iter().find(|d| d.subcategory == id).unwrap().sentence
}

#[test]
fn a_registration_says_its_purpose_and_no_more() {
    let derived = derive(&Known::default());
    assert_eq!(derived.len(), 1);
    assert_eq!((derived[0].subcategory, derived[0].state), ("MAP 1.1", State::Partial));
    assert_eq!(derived[0].sentence, "The registration says what it is for.");
    assert!(derive_organisation(&KnownOfOrganisation::default()).is_empty());
}

#[test]
fn rated_risks_answer_map_5_1() {
    let known = Known { tier: Some(Tier::High), risks: 3, risks_rated: 2, ..Known::default() };
    assert_eq!(found(&known, "MAP 5.1"), Some((State::Partial, Source::Risks)));
    assert_eq!(sentence(derive(&known), "MAP 5.1"), "3 risks are named, 2 rated.");
    let all = Known { risks_rated: 3, ..known.clone() };
    assert_eq!(found(&all, "MAP 5.1"), Some((State::Implemented, Source::Risks)));
    let few = Known { risks: 2, risks_rated: 2, ..known };
    assert_eq!(found(&few, "MAP 5.1"), Some((State::Partial, Source::Risks)), "a high system names three");
}

#[test]
fn the_scorecard_answers_its_own_characteristic() {
    let with = |verdict| Known { scorecard: [(Characteristic::PrivacyEnhanced, verdict)].into(), ..Known::default() };
    let at = |verdict, id| found(&with(verdict), id).map(|(state, _)| state);
    assert_eq!(at(Verdict::Pass, "MEASURE 2.10"), Some(State::Implemented));
    assert_eq!(at(Verdict::Pass, "MEASURE 2.1"), None);
    assert_eq!(at(Verdict::Pass, "MEASURE 2.11"), None);
    assert_eq!(at(Verdict::Warn, "MEASURE 2.10"), Some(State::Partial));
    assert_eq!(at(Verdict::Fail, "MEASURE 2.10"), Some(State::Partial));
    assert_eq!(at(Verdict::NotMeasured, "MEASURE 2.10"), None);
    let said = sentence(derive(&with(Verdict::Fail)), "MEASURE 2.10");
    assert_eq!(said, "It was measured, and fails a criterion of “privacy-enhanced”.");
}

#[test]
fn a_decision_answers_manage_1_1() {
    let decided = Known { reviews_decided: 1, ..Known::default() };
    assert_eq!(found(&decided, "MANAGE 1.1"), Some((State::Partial, Source::Reviews)));
    let approved = Known { decision_in_force: true, conditions: 2, ..decided };
    assert_eq!(found(&approved, "MANAGE 1.1"), Some((State::Implemented, Source::Reviews)));
    assert_eq!(
        sentence(derive(&approved), "MANAGE 1.1"),
        "The committee approved it, with 2 conditions; the approval is in force."
    );
}

#[test]
fn roles_and_matrix_answer_for_the_organisation() {
    let known = KnownOfOrganisation {
        committee: 4,
        chairs: 1,
        auditors: 1,
        appetite_set: true,
        systems: 2,
        systems_with_tier: 2,
        ..KnownOfOrganisation::default()
    };
    let derived = derive_organisation(&known);
    let states: Vec<_> = derived.iter().map(|d| (d.subcategory, d.state)).collect();
    assert_eq!(
        states,
        [
            ("GOVERN 1.3", State::Implemented),
            ("GOVERN 1.5", State::Partial),
            ("GOVERN 1.6", State::Partial),
            ("GOVERN 2.1", State::Partial)
        ]
    );
    assert_eq!(sentence(derived, "GOVERN 2.1"), "Roles are given: 4 committee members, 1 chair, 1 auditor.");
}

#[test]
fn an_answer_counts_before_what_was_derived() {
    let derived = derive(&Known::default()).remove(0);
    assert_eq!(standing(None, Some(&derived)), (State::Partial, true));
    assert_eq!(standing(None, None), (State::NotStarted, false));
    let confirmed = Answer::new(derived.confirmed(None), crate::ids::PersonId(uuid::Uuid::nil()));
    assert_eq!(standing(Some(&confirmed), None), (State::Partial, false));
    assert_eq!(confirmed.draft.text.as_ref(), Some(&derived.sentence));
    let typed = crate::framework::Typed { state: "not_started", ..Default::default() };
    let draft = crate::framework::Draft::parse(typed).unwrap();
    let answer = Answer::new(draft, crate::ids::PersonId(uuid::Uuid::nil()));
    assert_eq!(standing(Some(&answer), Some(&derived)), (State::NotStarted, false));
}

/// Facts in the order in which teams add them; each takes the ones before as given.
const STEPS: usize = 20;

fn after(steps: u32) -> Known {
    let mut known = Known::default();
    let has = |n: u32| steps >> n & 1 == 1;
    let text = || Some("Some words".to_owned());
    known.stage = has(0).then_some(Stage::Production);
    known.context.kind = has(1).then_some(Kind::Generative);
    known.context.intended_users = has(2).then(text).flatten();
    known.context.affected_groups = has(3).then(text).flatten();
    known.context.oversight = has(4).then(text).flatten();
    known.context.autonomy = has(5).then_some(Autonomy::Informs);
    known.context.vendor = has(6).then(text).flatten();
    known.context.data_categories = if has(7) { vec![DataCategory::Personal] } else { Vec::new() };
    let model = Model { provider: "A".to_owned(), name: "B".to_owned(), version: "1".to_owned() };
    known.context.models = if has(8) { vec![model] } else { Vec::new() };
    known.tier = Some(Tier::High);
    known.appetite_set = has(9);
    known.risks = 3;
    known.risks_rated = if has(10) { 3 } else { 1 };
    known.risks_treated = if has(11) { 3 } else { 2 };
    known.risks_unmitigated = usize::from(!has(12));
    known.mitigations = 2;
    known.mitigations_assigned = 1 + usize::from(has(13));
    known.mitigations_done = usize::from(has(14));
    known.results_read = usize::from(has(15));
    known.criteria = 2;
    known.criteria_measured = if has(16) { 2 } else { 0 };
    known.scorecard = [(Characteristic::Fair, if has(17) { Verdict::Pass } else { Verdict::Fail })].into();
    known.reviews_decided = 1;
    known.decision_in_force = has(18);
    known.monitors = usize::from(has(19));
    known
}

proptest! {
    #[test]
    fn one_more_fact_never_lowers_a_state(steps in 0u32..1 << STEPS, one in 0..STEPS) {
        let (before, later) = (derive(&after(steps)), derive(&after(steps | 1 << one)));
        for derived in before {
            let now = later.iter().find(|d| d.subcategory == derived.subcategory).map(|d| d.state);
            prop_assert!(now >= Some(derived.state), "{}: {now:?}", derived.subcategory);
        }
    }

    #[test]
    fn nothing_is_verified_and_everything_says_why(steps in 0u32..1 << STEPS, counts in prop::array::uniform15(0usize..4), flags in any::<(bool, bool)>()) {
        let [committee, chairs, auditors, executives, units, systems, systems_with_tier, systems_with_risks,
            systems_with_evidence, systems_with_oversight, systems_retired, decisions, services, ..] = counts;
        let organisation = KnownOfOrganisation {
            committee, chairs, auditors, executives, units, systems, systems_with_tier, systems_with_risks,
            systems_with_evidence, systems_with_oversight, systems_retired, decisions, services,
            appetite_set: flags.0, audit_chain_whole: flags.1,
        };
        for (level, all) in [(Level::System, derive(&after(steps))), (Level::Organisation, derive_organisation(&organisation))] {
            let at: Vec<_> = all.iter().map(|d| nist().position(d.subcategory).unwrap()).collect();
            prop_assert!(at.windows(2).all(|pair| pair[0] < pair[1]), "once each, in order");
            for derived in all {
                prop_assert!(matches!(derived.state, State::Partial | State::Implemented));
                prop_assert_eq!(nist().level_of(derived.subcategory), Some(level));
                prop_assert!(derived.sentence.ends_with('.') && derived.sentence.chars().count() <= 200);
            }
        }
    }
}
