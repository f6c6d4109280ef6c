use super::*;
use crate::measure::criterion::Criterion;
use crate::measure::scorecard::scorecard;
use crate::measure::vocabulary::Vocabulary;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn approval() -> Approval {
    let model =
        |name: &str, version: &str| Model { provider: "In-house".into(), name: name.into(), version: version.into() };
    Approval {
        reference: DecisionRef(3),
        ended: None,
        valid_until: Some(day("2026-12-31")),
        dossier_sha256: "00".repeat(32),
        models: vec![model("gbm", "3.1"), model("embedder", "")],
        stale_since: None,
    }
}

/// The checks that do not hold.
fn short(facts: &Facts<'_>) -> Vec<Check> {
    let gate = gate(facts);
    assert_eq!(gate.allow, gate.reasons.iter().all(|r| r.holds));
    gate.reasons.iter().filter(|r| !r.holds).map(|r| r.check).collect()
}

fn card(criteria: &[(CriterionRef, Criterion)]) -> Scorecard<CriterionRef> {
    scorecard(criteria, &[], &Vocabulary::new(Vec::new()), day("2026-11-01"))
}

#[test]
fn an_approved_system_passes_and_each_thing_that_falls_short_is_named() {
    let (none, approved) = (card(&[]), approval());
    let facts = Facts {
        status: Status::Approved,
        approval: Some(&approved),
        conditions: &[],
        scorecard: &none,
        model: None,
        today: day("2026-11-01"),
    };
    assert_eq!(short(&facts), []);
    assert_eq!(short(&Facts { today: day("2026-12-31"), ..facts.clone() }), [], "the last day counts");
    assert_eq!(short(&Facts { today: day("2027-01-01"), ..facts.clone() }), [Check::Approval]);
    let stale = Approval { stale_since: Some("2026-10-05T10:00:00Z".parse().unwrap()), ..approval() };
    assert_eq!(short(&Facts { status: Status::Stale, approval: Some(&stale), ..facts.clone() }), [Check::Fresh]);
    for how in ["revoked", "superseded"] {
        let ended = Approval { ended: Some(how.into()), ..approval() };
        assert_eq!(short(&Facts { approval: Some(&ended), ..facts.clone() }), [Check::Approval]);
    }
    for status in Status::ALL {
        let barred = matches!(status, Status::Retired | Status::Prohibited);
        assert_eq!(gate(&Facts { status: *status, ..facts.clone() }).allow, !barred, "{status}");
        assert!(!gate(&Facts { status: *status, approval: None, ..facts.clone() }).allow, "{status}");
    }
    // A criterion that nothing measures does not hold.
    let vocabulary = Vocabulary::new(Vec::new());
    let asked = card(&[(CriterionRef(1), Criterion::new(vocabulary.get("accuracy").unwrap(), 0.9))]);
    assert_eq!(short(&Facts { scorecard: &asked, ..facts.clone() }), [Check::Criteria]);
    for (asked, approved) in [
        ("3.1", true),
        ("GBM 3.1", true),
        ("gbm@3.1", true),
        ("in-house/gbm@3.1", true),
        ("3.2", false),
        ("gbm", false),
        ("", false),
        // A model without a version is approved in no version.
        ("embedder", false),
        ("embedder ", false),
    ] {
        let expected: &[Check] = if approved { &[] } else { &[Check::Model] };
        assert_eq!(short(&Facts { model: Some(asked), ..facts.clone() }), expected, "{asked}");
    }
}

#[test]
fn a_condition_shuts_the_gate_when_its_day_has_passed() {
    use mitigation::Status as S;
    let (none, approved, today) = (card(&[]), approval(), day("2026-11-01"));
    for (due, status, holds) in [
        (Some("2026-11-01"), S::Planned, true),
        (Some("2026-10-31"), S::Planned, false),
        (Some("2026-10-31"), S::InProgress, false),
        (Some("2026-10-31"), S::Implemented, true),
        (Some("2026-10-31"), S::Verified, true),
        (None, S::Planned, false),
    ] {
        let conditions =
            [Condition { reference: MitigationRef(7), title: "Report drift".into(), due_on: due.map(day), status }];
        let facts = Facts {
            status: Status::Conditional,
            approval: Some(&approved),
            conditions: &conditions,
            scorecard: &none,
            model: None,
            today,
        };
        assert_eq!(gate(&facts).allow, holds, "{due:?} {status}");
    }
}
