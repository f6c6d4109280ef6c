use super::*;
use crate::triage::{Answers, Question};
use proptest::prelude::*;

const ID: &str = "01890000-0000-7000-8000-000000000001";

#[test]
fn a_registration_names_every_missing_field() {
    let errors = Registration::parse(" ", "\n", "", "x", "somewhere").unwrap_err();
    let fields: Vec<_> = errors.0.keys().map(String::as_str).collect();
    assert_eq!(fields, ["name", "owner", "purpose", "stage", "unit"]);
}

#[test]
fn limits_hold_at_their_edges() {
    let parse = |name: usize, purpose: usize| {
        Registration::parse(&"n".repeat(name), &"p".repeat(purpose), ID, ID, "pilot")
            .map_err(|e| e.0.into_keys().collect::<Vec<_>>())
    };
    assert!(parse(text::LINE_MAX, text::PROSE_MAX).is_ok());
    assert_eq!(parse(text::LINE_MAX + 1, text::PROSE_MAX + 1).unwrap_err(), ["name", "purpose"]);
}

proptest! {
    /// Whatever is typed: either every text is kept trimmed and within its limit, or the field is named.
    #[test]
    fn a_registration_is_within_its_limits_or_refused(name in "\\PC{0,210}", purpose in "[a-z \r\n\t]{0,40}", stage in "[a-z]{0,12}|pilot") {
        match Registration::parse(&name, &purpose, ID, ID, &stage) {
            Ok(read) => {
                prop_assert!((1..=text::LINE_MAX).contains(&read.name.chars().count()));
                prop_assert_eq!(read.name.trim(), read.name.as_str());
                prop_assert!(!read.purpose.trim().is_empty() && !read.purpose.contains('\r'));
                let again = Registration::parse(&read.name, &read.purpose, ID, ID, read.stage.as_str());
                prop_assert_eq!(again, Ok(read));
            }
            Err(errors) => prop_assert!(!errors.is_empty()),
        }
    }
}

#[test]
fn a_context_is_cleaned_and_its_models_named() {
    let model = |name: &str| Model { provider: " Acme ".into(), name: name.into(), version: "1".into() };
    let context = Context {
        vendor: Some("  ".into()),
        data_categories: vec![DataCategory::Personal, DataCategory::Public, DataCategory::Personal],
        models: vec![model("b"), model("a"), model("b")],
        ..Context::default()
    };
    let clean = context.clone().checked().unwrap();
    assert_eq!(clean.vendor, None);
    assert_eq!(clean.data_categories, [DataCategory::Public, DataCategory::Personal]);
    assert_eq!(clean.models.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(clean.clone().checked().unwrap(), clean);
    let nameless = Context { models: vec![model(" ")], ..Context::default() };
    assert!(nameless.checked().unwrap_err().0.contains_key("models"));
    let many = |n: usize| Context { models: (0..n).map(|i| model(&i.to_string())).collect(), ..Context::default() };
    assert!(many(MODELS_MAX).checked().is_ok());
    assert!(many(MODELS_MAX + 1).checked().is_err());
}

#[test]
fn prefilling_touches_only_what_is_empty() {
    let yes = |list: &[Question]| Answers::new(Question::ALL.iter().map(|q| (*q, list.contains(q))).collect()).unwrap();
    let (filled, names) = Context::default().prefilled(&yes(&[Question::Sensitive, Question::Acts]));
    assert_eq!(filled.data_categories, [DataCategory::Personal]);
    assert_eq!(filled.autonomy, Some(Autonomy::ActsSupervised));
    assert_eq!(names, ["data_categories", "autonomy"]);
    let (same, none) = filled.prefilled(&yes(&[]));
    assert_eq!((same, none.len()), (filled, 0));
}
