//! What holds for any answers whatever.

use super::*;

/// Some answer to a question, by a seed.
fn some(question: &Question, seed: u64) -> Value {
    let at = |n: usize| usize::try_from(seed % n as u64).unwrap();
    match question.kind {
        Kind::YesNo => json!(["yes", "no"][at(2)]),
        Kind::OneOf => json!(question.options[at(question.options.len())].key),
        Kind::Several => {
            // Often nothing, so that whole interviews are reached; now and then several.
            let picks = [0, 0, 1, 2][at(4)].max(question.at_least);
            let of = |n: usize| question.options[(seed as usize / 7 + n * 5) % question.options.len()].key.clone();
            json!((0..picks).map(of).collect::<Vec<_>>())
        }
        Kind::Date => json!(["not_yet", "2024-05-05", "2026-07-01", "2027-06-30", "2028-03-01"][at(5)]),
        Kind::Compute if question.may_be_unknown && at(5) == 0 => json!("unknown"),
        Kind::Compute => json!({"flop": 10f64.powi(20 + i32::try_from(at(7)).unwrap())}),
    }
}

/// A whole interview, answered by seeds in the order in which it asks.
fn interviewed(seeds: &[u64]) -> Answers {
    let mut answers = Answers::default();
    for seed in seeds {
        let Some(question) = next(&answers) else { break };
        answers.set(question.key, &some(question, *seed)).unwrap();
    }
    answers
}

/// A system in scope for sure, the rest by seeds: most interviews of chance end at the first pages.
fn in_scope(seeds: &[u64]) -> Answers {
    let mut answers = with(
        &Answers::default(),
        &json!({"subject": "system", "union_link": ["market"], "exclusions": [], "roles": ["provider", "deployer"]}),
    );
    for seed in seeds {
        let Some(question) = next(&answers) else { break };
        let calm = question.key == Key::Practices && seed % 3 != 0;
        answers.set(question.key, &if calm { json!([]) } else { some(question, *seed) }).unwrap();
    }
    answers
}

/// One seed a question.
fn seeds() -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(any::<u64>(), Key::ALL.len())
}

/// Every question answered somehow, asked or not.
fn crowded(seeds: &[u64]) -> Answers {
    let mut answers = Answers::default();
    for (question, seed) in questions().iter().zip(seeds) {
        answers.set(question.key, &some(question, *seed)).unwrap();
    }
    answers
}

/// Only what is asked.
fn pruned(answers: &Answers) -> Answers {
    let kept: Vec<Key> = asked(answers).iter().map(|question| question.key).collect();
    let mut pruned = answers.clone();
    for key in Key::ALL.iter().filter(|key| !kept.contains(key)) {
        pruned.remove(*key);
    }
    pruned
}

proptest! {
    #[test]
    fn the_interview_always_ends(seeds in seeds()) {
        for answers in [interviewed(&seeds), in_scope(&seeds)] {
            prop_assert_eq!(next(&answers), None);
            prop_assert!(missing(&answers).is_empty());
            let Progress { answered, asked } = progress(&answers);
            prop_assert_eq!(answered, asked);
            prop_assert!(classify(&answers, today()).is_ok());
        }
    }

    #[test]
    fn a_crowd_of_answers_is_complete_and_what_is_hidden_does_not_count(seeds in seeds()) {
        let answers = crowded(&seeds);
        let full = classify(&answers, today()).unwrap();
        let lean = classify(&pruned(&answers), today()).unwrap();
        prop_assert!(lean.unused.is_empty());
        prop_assert_eq!(full.unused.len(), Key::ALL.len() - asked(&answers).len());
        prop_assert_eq!(Outcome { unused: Vec::new(), ..full }, lean);
    }

    #[test]
    fn changing_a_hidden_answer_changes_nothing(seeds in seeds(), other in any::<u64>(), at in 0..Key::ALL.len()) {
        let answers = crowded(&seeds);
        let key = Key::ALL[at];
        if asked(&answers).iter().all(|question| question.key != key) {
            let changed = with(&answers, &json!({key.as_str(): some(question(key), other)}));
            prop_assert_eq!(classify(&answers, today()), classify(&changed, today()));
        }
    }

    #[test]
    fn the_order_of_answering_does_not_matter(seeds in seeds(), by in any::<u64>()) {
        let answers = in_scope(&seeds);
        let mut pairs: Vec<_> = answers.iter().collect();
        pairs.sort_by_key(|(key, _)| (*key as u64 + 1).wrapping_mul(by | 1));
        let mut again = Answers::default();
        for (key, answer) in pairs {
            again.set(key, &serde_json::to_value(answer).unwrap()).unwrap();
        }
        prop_assert_eq!(classify(&again, today()), classify(&answers, today()));
    }

    #[test]
    fn a_prohibited_practice_without_exception_prohibits(seeds in seeds(), which in 0usize..4) {
        let practice = ["manipulation", "vulnerability", "social_scoring", "face_scraping"][which];
        let mut answers = crowded(&seeds);
        let mut picked: Vec<String> = match answers.get(Key::Practices) {
            Some(Answer::Several(words)) => words.iter().cloned().collect(),
            _ => Vec::new(),
        };
        picked.push(practice.to_owned());
        answers.set(Key::Practices, &json!(picked)).unwrap();
        let outcome = classify(&answers, today()).unwrap();
        let asked = asked(&answers).iter().any(|question| question.key == Key::Practices);
        prop_assert_eq!(outcome.class == Class::Prohibited, asked);
        let outside = [Class::NotAiSystem, Class::OutOfScope, Class::GeneralPurposeModel, Class::SystemicModel];
        prop_assert!(asked || outside.contains(&outcome.class));
    }

    #[test]
    fn profiling_always_defeats_the_exception(seeds in seeds(), area in 0usize..25) {
        let point = question(Key::Areas).options[area].key.clone();
        let base = with(&in_scope(&seeds), &json!({
            "practices": [], "areas": [point], "profiling": "yes", "exceptions": ["narrow_procedure", "preparation"],
            "verification_only": "no", "fraud_detection_only": "no", "travel_documents_only": "no",
            "campaign_logistics_only": "no"
        }));
        let mut answers = base;
        for seed in &seeds {
            let Some(question) = next(&answers) else { break };
            answers.set(question.key, &some(question, *seed)).unwrap();
        }
        let outcome = classify(&answers, today()).unwrap();
        prop_assert!(outcome.classes().any(|class| class == Class::HighRiskArea));
        prop_assert!(!owes(&outcome, "document_exception"));
    }

    #[test]
    fn a_later_day_only_adds_what_is_in_force(seeds in seeds(), first in 0i64..3000, more in 0i64..3000) {
        let answers = in_scope(&seeds);
        let on = |days| day("2025-01-01") + chrono::Duration::days(days);
        let (early, late) = (classify(&answers, on(first)).unwrap(), classify(&answers, on(first + more)).unwrap());
        prop_assert_eq!(early.class, late.class);
        prop_assert_eq!(early.obligations.len(), late.obligations.len());
        for (early, late) in early.obligations.iter().zip(&late.obligations) {
            prop_assert_eq!((early.key, early.applies_from), (late.key, late.applies_from));
            prop_assert!(!early.in_force || late.in_force);
        }
    }

    #[test]
    fn obligations_are_owed_by_our_roles_and_sorted(seeds in seeds()) {
        let outcome = classify(&in_scope(&seeds), today()).unwrap();
        for due in &outcome.obligations {
            prop_assert!(!due.roles.is_empty() && due.roles.iter().all(|role| outcome.roles.contains(role)));
            prop_assert_eq!(due.in_force, due.applies_from <= today());
        }
        prop_assert!(outcome.obligations.is_sorted_by_key(|due| due.applies_from));
        prop_assert!(outcome.also.is_sorted() && outcome.also.first().is_none_or(|class| *class > outcome.class));
        prop_assert!(!outcome.reasons.is_empty(), "every result says why");
        prop_assert!(text(&outcome).contains(outcome.class.label()));
    }

    #[test]
    fn export_and_import_agree(seeds in seeds()) {
        let answers = crowded(&seeds);
        let json = serde_json::to_string(&answers).unwrap();
        prop_assert_eq!(Answers::from_json(&json).unwrap(), answers);
    }

    #[test]
    fn unknown_keys_and_odd_values_never_pass(name in "[a-z_]{1,30}", word in "[ -~]{0,40}") {
        let known = name.parse::<Key>().is_ok();
        let read = Answers::from_json(&json!({&name: word}).to_string());
        let refused = matches!(read, Err(BadAnswers::UnknownQuestion(_)));
        prop_assert_eq!(refused, !known);
        for key in Key::ALL {
            let question = question(*key);
            let fits = question.option(&word).is_some() && question.kind == Kind::OneOf;
            let other = ["yes", "no", "not_yet", "unknown"].contains(&word.as_str()) || word.parse::<NaiveDate>().is_ok();
            let read = Answer::read(question, &json!(word));
            prop_assert!(read.is_err() || fits || other, "{}: {}", key, word);
        }
    }

    #[test]
    fn more_compute_never_lowers_a_model(flop in 1e18f64..1e30, more in 1.0f64..1e4) {
        let class = |flop: f64| {
            let answers = with(&model(), &json!({"training_compute": {"flop": flop}}));
            classify(&answers, today()).unwrap().class
        };
        prop_assert!(class(flop * more) <= class(flop), "the graver class sorts first");
    }
}
