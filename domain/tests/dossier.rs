//! The dossier: one content, one text, one hash; and every difference named.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

use chrono::{DateTime, NaiveDate, Utc};
use domain::canonical::{hex, sha256};
use domain::ids::{EvidenceRef, MitigationRef, PersonId, RiskRef, SystemRef};
use domain::review::Part;
use domain::review::dossier::*;
use domain::risk::matrix::Matrix;
use domain::triage::{Question, Tier};
use domain::{evidence, mitigation, risk, system};
use proptest::prelude::*;
use uuid::Uuid;

fn person(n: u128, name: &str) -> Named {
    Named { id: PersonId(Uuid::from_u128(n)), name: name.to_owned() }
}

fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, d).unwrap()
}

fn rating(likelihood: i16, impact: i16, level: i16, label: &str) -> RatingPart {
    let at: DateTime<Utc> = "2026-05-03T10:00:00Z".parse().unwrap();
    RatingPart {
        likelihood,
        impact,
        level,
        level_label: label.to_owned(),
        matrix_version: 1,
        rationale: None,
        by: person(1, "Ada"),
        at,
    }
}

fn risk(number: i64, title: &str) -> RiskPart {
    RiskPart {
        reference: RiskRef(number),
        title: title.to_owned(),
        cause: "Old data".to_owned(),
        event: "A wrong score".to_owned(),
        consequence: "A loan is refused".to_owned(),
        characteristic: risk::Characteristic::Fair,
        treatment: Some(risk::Treatment::Mitigate),
        owner: Some(person(1, "Ada")),
        status: risk::Status::Treating,
        inherent: Some(rating(4, 4, 2, "High")),
        residual: Some(rating(2, 3, 1, "Medium")),
        target: None,
        above_appetite: false,
    }
}

fn dossier() -> Dossier {
    Dossier {
        format: FORMAT,
        system: SystemPart {
            reference: SystemRef(12),
            name: "Loan scoring".to_owned(),
            purpose: "Scores applications".to_owned(),
            unit: "Lending".to_owned(),
            owner: person(1, "Ada"),
            contributors: vec![person(2, "Ben")],
            stage: system::Stage::Pilot,
            context: system::Context { kind: Some(system::Kind::Predictive), ..Default::default() },
        },
        triage: TriagePart {
            tier: Tier::High,
            derived: Tier::High,
            answers: Question::ALL.iter().map(|q| (*q, *q == Question::Rights)).collect(),
            because: vec![Question::Rights],
            rules_version: 1,
            override_reason: None,
        },
        profile: Vec::new(),
        matrix: MatrixPart { version: 1, matrix: Matrix::default() },
        risks: vec![risk(3, "Unequal error"), risk(4, "Drift")],
        mitigations: vec![MitigationPart {
            reference: MitigationRef(7),
            title: "Retrain".to_owned(),
            kind: mitigation::Kind::Preventive,
            description: "Every quarter".to_owned(),
            assignee: Some(person(2, "Ben")),
            due_on: Some(day(30)),
            status: mitigation::Status::Planned,
            risks: vec![RiskRef(3)],
            condition: false,
        }],
        criteria: Vec::new(),
        evidence: vec![EvidencePart {
            reference: EvidenceRef(9),
            title: "Error by group".to_owned(),
            kind: evidence::Kind::Test,
            file_name: "errors.csv".to_owned(),
            sha256: hex(&sha256(b"errors")),
            size: 6,
            speaks_of: day(1),
            valid_until: None,
            note: None,
            risks: vec![RiskRef(3)],
            mitigations: vec![],
        }],
    }
}

#[test]
fn the_frozen_text_is_this_and_stays_this() {
    // Decisions hang on it: a change of the form needs a new `FORMAT`, not a new snapshot.
    let (text, hash) = dossier().freeze().unwrap();
    assert_eq!(hash, sha256(text.as_bytes()));
    insta::assert_snapshot!(format!("{text}\n{}", hex(&hash)));
}

#[test]
fn what_is_frozen_is_read_back() {
    let (text, _) = dossier().freeze().unwrap();
    let back: Dossier = serde_json::from_str(&text).unwrap();
    assert_eq!(back, dossier());
    assert!(diff(&back, &dossier()).is_empty());
}

/// One line a change: "R-3 residual: Medium … → High … (material)".
fn lines(changes: &[Change]) -> String {
    let line = |c: &Change| {
        let side = |s: &Option<String>| s.clone().unwrap_or_else(|| "-".to_owned());
        let mark = if c.material { " (material)" } else { "" };
        format!("{} {} {}: {} -> {}{mark}", c.part, c.subject, c.field, side(&c.before), side(&c.after))
    };
    changes.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_difference_is_named_field_by_field() {
    let old = dossier();
    let mut new = dossier();
    new.system.purpose = "Scores everything".to_owned();
    new.system.stage = system::Stage::Production;
    new.system.contributors.clear();
    new.system.context.oversight = Some("An officer confirms".to_owned());
    new.triage.override_reason = Some("Small amounts".to_owned());
    new.risks[0].residual = Some(rating(4, 4, 2, "High"));
    new.risks[0].above_appetite = true;
    new.risks[1] = risk(5, "Prompt injection");
    new.mitigations[0].status = mitigation::Status::Implemented;
    new.mitigations[0].due_on = Some(day(31));
    new.evidence[0].note = Some("Checked".to_owned());
    new.evidence[0].sha256 = hex(&sha256(b"other"));
    insta::assert_snapshot!(lines(&diff(&old, &new)));
}

#[test]
fn progress_and_new_names_make_nothing_stale() {
    let old = dossier();
    let mut new = dossier();
    new.system.owner.name = "Ada Lovelace".to_owned();
    new.system.unit = "Consumer lending".to_owned();
    new.risks[0].owner = Some(person(1, "Ada Lovelace"));
    new.mitigations[0].status = mitigation::Status::Implemented;
    new.mitigations[0].assignee = Some(person(3, "Cy"));
    let mut more = new.mitigations[0].clone();
    more.reference = MitigationRef(8);
    more.condition = true;
    new.mitigations.push(more);
    assert_eq!(material_changes(&old, &new), []);
    new.system.owner.id = PersonId(Uuid::from_u128(9));
    let stale = material_changes(&old, &new);
    assert_eq!((stale.len(), stale[0].part, stale[0].field.as_str()), (1, Part::Summary, "owner"));
}

#[test]
fn what_goes_is_material_and_what_comes_is_for_risks() {
    let old = dossier();
    let without = |change: fn(&mut Dossier)| {
        let mut new = dossier();
        change(&mut new);
        new
    };
    let losses: [fn(&mut Dossier); 3] = [|d| d.risks.truncate(1), |d| d.mitigations.clear(), |d| d.evidence.clear()];
    for loss in losses {
        let less = without(loss);
        assert_eq!(material_changes(&old, &less).len(), 1);
        assert_eq!(material_changes(&less, &old).len(), usize::from(less.risks.len() < old.risks.len()));
    }
}

proptest! {
    #[test]
    fn the_hash_follows_the_content_and_nothing_else(
        purpose in "\\PC{1,60}", title in "\\PC{1,60}", likelihood in 1i16..6, swap in any::<bool>(),
    ) {
        let make = |purpose: &str, title: &str| {
            let mut d = dossier();
            d.system.purpose = purpose.to_owned();
            d.risks[0].title = title.to_owned();
            d.risks[0].residual = Some(rating(likelihood, 3, 1, "Medium"));
            d
        };
        let a = make(&purpose, &title);
        let b = if swap { make(&title, &purpose) } else { make(&purpose, &title) };
        let same = a == b;
        prop_assert_eq!(a.freeze().unwrap().1 == b.freeze().unwrap().1, same);
        prop_assert_eq!(diff(&a, &b).is_empty(), same);
        let (text, _) = a.freeze().unwrap();
        prop_assert_eq!(serde_json::from_str::<Dossier>(&text).unwrap(), a);
    }
}

/// A dossier from before there were criteria keeps its hash; a limit that moves, comes or goes is material, a note is not.
#[test]
fn criteria_belong_to_what_was_decided() {
    use domain::measure::criterion::{Comparison, SliceRule};
    let criterion = CriterionPart {
        reference: domain::ids::CriterionRef(4),
        metric: "accuracy".to_owned(),
        unit: domain::evidence::findings::Unit::Proportion,
        scope: None,
        slice: SliceRule::Overall,
        comparison: Comparison::AtLeast,
        warn: None,
        fail: "0.9".to_owned(),
        characteristic: risk::Characteristic::ValidReliable,
        max_age_days: None,
        min_samples: Some(200),
        says: "Accuracy at least 90 %".to_owned(),
        note: None,
        risks: vec![RiskRef(3)],
    };
    let (before, with) = (dossier(), Dossier { criteria: vec![criterion.clone()], ..dossier() });
    assert!(!before.freeze().unwrap().0.contains("criteria"));
    let material = |new: CriterionPart| material_changes(&with, &Dossier { criteria: vec![new], ..dossier() }).len();
    assert_eq!(material_changes(&before, &with).len(), 1);
    assert_eq!(material_changes(&with, &before).len(), 1);
    assert_eq!(material(CriterionPart { fail: "0.5".to_owned(), ..criterion.clone() }), 1);
    assert_eq!(material(CriterionPart { min_samples: None, ..criterion.clone() }), 1);
    assert_eq!(material(CriterionPart { risks: Vec::new(), ..criterion.clone() }), 1);
    let noted = CriterionPart { note: Some("As agreed".to_owned()), says: "Accuracy 0.9".to_owned(), ..criterion };
    assert_eq!(material(noted), 0);
}

/// A dossier from before there was a profile keeps its hash. Answers are worked on after an approval; that something does not
/// apply, or an answer that goes, changes what was decided on.
#[test]
fn the_profile_belongs_to_what_was_decided() {
    use domain::framework::State;
    let answer = ProfilePart {
        control: "MEASURE 2.10".to_owned(),
        title: "Privacy".to_owned(),
        state: State::Partial,
        target: None,
        text: Some("Half of it".to_owned()),
        reason: None,
        answered_by: person(1, "Ada"),
        verified_by: None,
        links: vec!["R-3".to_owned()],
    };
    let (before, with) = (dossier(), Dossier { profile: vec![answer.clone()], ..dossier() });
    assert!(!before.freeze().unwrap().0.contains("profile"));
    let to = |new: ProfilePart| Dossier { profile: vec![new], ..dossier() };
    assert!(material_changes(&before, &with).is_empty(), "an answer that comes");
    assert_eq!(material_changes(&with, &before).len(), 1, "one that goes");
    let done = to(ProfilePart { state: State::Implemented, text: Some("All of it".to_owned()), ..answer.clone() });
    assert!(material_changes(&with, &done).is_empty());
    assert_eq!(diff(&with, &done).len(), 2, "it is shown all the same");
    let away =
        ProfilePart { state: State::NotApplicable, text: None, reason: Some("No such data".to_owned()), ..answer };
    assert_eq!(material_changes(&with, &to(away)).len(), 1);
}
