//! What is refused, what is missing, and what a changed answer does.

use super::*;
use Class::{Minimal, OutOfScope};

#[test]
fn bad_answers_are_refused_by_name() {
    let refused = |json: Value| Answers::from_json(&json.to_string()).unwrap_err();
    assert_eq!(refused(json!({"subjekt": "system"})), BadAnswers::UnknownQuestion("subjekt".into()));
    let unknown = BadAnswers::UnknownOption { field: Key::Subject, word: "toaster".into() };
    assert_eq!(refused(json!({"subject": "toaster"})), unknown);
    assert_eq!(refused(json!({"areas": ["9z"]})).to_string(), "areas: \"9z\" is not an option");
    assert_eq!(refused(json!({"roles": []})), BadAnswers::TooFew { field: Key::Roles, at_least: 1 });
    for (field, value) in [
        ("subject", json!(["system"])),
        ("areas", json!("4a")),
        ("areas", json!([4])),
        ("profiling", json!(true)),
        ("profiling", json!("maybe")),
        ("released_on", json!("2026-02-30")),
        ("released_on", json!("0026-01-01")),
        ("released_on", json!("soon")),
        ("training_compute", json!("unknown")),
        ("training_compute", json!(1e25)),
        ("original_compute", json!("much")),
    ] {
        let error = refused(json!({field: value}));
        assert!(matches!(error, BadAnswers::WrongKind { field: at, .. } if at.as_str() == field), "{field}: {error}");
    }
    for flop in [json!(0), json!(-1), json!(1e36), json!(null), json!("1e25")] {
        let error = refused(json!({"training_compute": {"flop": flop}}));
        let field = Key::TrainingCompute;
        assert!(matches!(error, BadAnswers::Compute { field: at, .. } if at == field), "{error}");
    }
    assert!(matches!(Answers::from_json("[]"), Err(BadAnswers::Unreadable(_))));
    assert!(matches!(Answers::from_json("{\"subject\": "), Err(BadAnswers::Unreadable(_))));
    let long = |n: usize| format!("{{{}}}", " ".repeat(n - 2));
    assert!(Answers::from_json(&long(ANSWERS_MAX)).is_ok() && Answers::from_json(&long(ANSWERS_MAX + 1)).is_err());
    assert!(serde_json::from_value::<Answers>(json!({"nobody": "asks"})).is_err());
}

#[test]
fn a_form_answers_with_words() {
    let mut answers = Answers::default();
    answers.set_words(Key::Subject, &["system"]).unwrap();
    answers.set_words(Key::UnionLink, &["market", "output"]).unwrap();
    answers.set_words(Key::UnionLink, &[]).unwrap();
    assert!(answers.set_words(Key::Subject, &[]).is_err() && answers.set_words(Key::Subject, &["a", "b"]).is_err());
    assert_eq!(serde_json::to_value(&answers).unwrap(), json!({"subject": "system", "union_link": []}));
    assert_eq!(classify(&answers, today()).unwrap().class, OutOfScope);
    answers.remove(Key::UnionLink);
    assert_eq!(classify(&answers, today()), Err(Incomplete { missing: vec![Key::UnionLink] }));
}

#[test]
fn incomplete_answers_name_what_is_missing() {
    let error = classify(&Answers::default(), today()).unwrap_err();
    assert_eq!(error.to_string(), "not answered yet: subject");
    let mut answers = plain();
    answers.remove(Key::Areas);
    answers.remove(Key::ProductActs);
    assert_eq!(classify(&answers, today()).unwrap_err().missing, [Key::ProductActs, Key::Areas]);
    assert_eq!(next(&answers).unwrap().key, Key::ProductActs);
    assert_eq!(missing(&answers), [Key::ProductActs, Key::Areas]);
    let Progress { answered, asked } = progress(&answers);
    assert_eq!(asked - answered, 2);
}

#[test]
fn a_changed_answer_hides_others_and_keeps_them() {
    let high = with(&plain(), &json!({"areas": ["4a"], "profiling": "yes"}));
    let away = with(&high, &json!({"areas": []}));
    assert_eq!(classify(&away, today()).unwrap().class, Minimal);
    assert!(away.get(Key::Profiling).is_some(), "kept");
    let back = with(&away, &json!({"areas": ["4a"]}));
    assert_eq!(classify(&back, today()), classify(&high, today()));
}
