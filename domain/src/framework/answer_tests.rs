use super::*;
use crate::text::PROSE_MAX;

fn person(n: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(n))
}

fn errors(typed: Typed<'_>) -> Vec<(String, String)> {
    Draft::parse(typed).unwrap_err().0.into_iter().collect()
}

fn fields(typed: Typed<'_>) -> Vec<String> {
    errors(typed).into_iter().map(|(field, _)| field).collect()
}

fn in_place() -> Draft {
    Draft::parse(Typed { state: "implemented", text: "We do.", ..Typed::default() }).unwrap()
}

#[test]
fn a_full_answer() {
    let typed = Typed {
        state: "partial",
        target: "verified",
        text: " Half of **it**.\r\nThe rest follows. ",
        reason: "",
        due: "2027-03-31",
    };
    let draft = Draft::parse(typed).unwrap();
    assert_eq!((draft.state, draft.target), (State::Partial, Some(State::Verified)));
    assert_eq!(draft.text.as_deref(), Some("Half of **it**.\nThe rest follows."));
    assert_eq!(draft.due, NaiveDate::from_ymd_opt(2027, 3, 31));
}

#[test]
fn every_wrong_field_is_named() {
    let bad = Typed { state: "great", target: "not_started", text: "a\u{0}b", reason: "\u{7}", due: "31.03.2027" };
    assert_eq!(fields(bad), ["due", "reason", "state", "target", "text"]);
    assert_eq!(fields(Typed { state: "not_started", due: "20270-03-31", ..Typed::default() }), ["due"]);
    let long = "x".repeat(PROSE_MAX + 1);
    assert_eq!(fields(Typed { state: "partial", text: &long, ..Typed::default() }), ["text"]);
}

#[test]
fn verified_is_what_somebody_else_says() {
    let [(field, why)] = errors(Typed { state: "verified", text: "x", ..Typed::default() }).try_into().unwrap();
    assert_eq!((field.as_str(), why.as_str()), ("state", "Choose “In place”: somebody else verifies it"));
}

#[test]
fn what_does_not_apply_needs_a_reason_and_no_target() {
    assert_eq!(fields(Typed { state: "not_applicable", reason: "  ", ..Typed::default() }), ["reason"]);
    let typed = Typed {
        state: "not_applicable",
        reason: "Nobody took part in tests.",
        target: "partial",
        due: "2027-01-01",
        ..Typed::default()
    };
    let draft = Draft::parse(typed).unwrap();
    assert_eq!((draft.target, draft.due), (None, None));
    assert_eq!(fields(Typed { state: "not_started", reason: "Why not", ..Typed::default() }), ["reason"]);
}

#[test]
fn a_claim_needs_a_sentence_and_a_target_lies_ahead() {
    assert_eq!(fields(Typed { state: "partial", ..Typed::default() }), ["text"]);
    assert_eq!(fields(Typed { state: "implemented", target: "partial", text: "x", ..Typed::default() }), ["target"]);
    assert!(Draft::parse(Typed { state: "implemented", target: "implemented", text: "x", ..Typed::default() }).is_ok());
    assert!(Draft::parse(Typed { state: "not_started", ..Typed::default() }).is_ok());
}

#[test]
fn somebody_else_verifies() {
    let answer = Answer::new(in_place(), person(1));
    assert_eq!(answer.state(), State::Implemented);
    assert!(matches!(answer.verify(person(1)), Err(Refusal::Forbidden(_))));
    let verified = answer.verify(person(2)).unwrap();
    assert_eq!((verified.state(), verified.verified_by), (State::Verified, Some(person(2))));
    assert!(matches!(verified.verify(person(3)), Err(Refusal::NotNow(_))));
    let partial = Answer::new(Draft { state: State::Partial, ..in_place() }, person(1));
    assert!(matches!(partial.verify(person(2)), Err(Refusal::NotNow(_))));
}

#[test]
fn a_new_claim_has_to_be_verified_again() {
    let verified = Answer::new(in_place(), person(1)).verify(person(2)).unwrap();
    let later = Draft { due: NaiveDate::from_ymd_opt(2027, 1, 1), target: Some(State::Verified), ..in_place() };
    let moved = verified.revised(later, person(3));
    assert_eq!((moved.state(), moved.answered_by), (State::Verified, person(1)));
    let other = verified.revised(Draft { text: Some("We did.".to_owned()), ..in_place() }, person(2));
    assert_eq!((other.state(), other.answered_by), (State::Implemented, person(2)));
    assert!(!other.may_verify(person(2)) && other.may_verify(person(1)));
}
