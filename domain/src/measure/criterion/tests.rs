use super::*;
use crate::error::FieldErrors;
use proptest::prelude::*;

fn typed() -> Typed<'static> {
    Typed {
        metric: "attack_success_rate",
        warn: "3 %",
        fail: "0.05",
        max_age_days: "90",
        min_samples: "200",
        ..Typed::default()
    }
}

fn parse(typed: Typed<'_>) -> Result<Criterion, FieldErrors> {
    Criterion::parse(typed, &Vocabulary::default())
}

#[test]
fn a_criterion_is_read_and_said() {
    let found = parse(typed()).unwrap();
    assert_eq!((found.warn, found.fail, found.comparison), (Some(0.03), 0.05, Comparison::AtMost));
    assert_eq!((found.slice, found.characteristic), (SliceRule::Overall, Characteristic::SecureResilient));
    let words = Vocabulary::default();
    let said = "Attack success rate at most 5 % (warns above 3 %), of at least 200 samples, no older than 90 days";
    assert_eq!(found.said(&words), said);
    let other = Typed {
        metric: "accuracy",
        fail: "90%",
        scope: " DAN.* ",
        slice: "worst_group",
        min_samples: "1",
        characteristic: "fair",
        note: "Because.",
        ..Typed::default()
    };
    let other = parse(other).unwrap();
    assert_eq!(other.said(&words), "Accuracy at least 90 %, of DAN.*, in the worst group, of at least 1 sample");
    assert_eq!((other.characteristic, other.note.as_deref()), (Characteristic::Fair, Some("Because.")));
    let seconds = parse(Typed { metric: "latency_p95", fail: "2.5", ..Typed::default() }).unwrap();
    assert_eq!(seconds.limit_said(), "at most 2.5 s");
    let again = serde_json::from_str::<Criterion>(&serde_json::to_string(&other).unwrap()).unwrap();
    assert_eq!(again, other);
}

#[test]
fn what_is_wrong_is_said_by_field() {
    let cases: Vec<(&str, &str, Typed<'_>)> = vec![
        ("metric", "Choose a metric", Typed { metric: "beauty", ..typed() }),
        ("slice", "Choose which", Typed { slice: "all", ..typed() }),
        ("comparison", "Choose at", Typed { comparison: "<", ..typed() }),
        ("characteristic", "Choose a", Typed { characteristic: "good", ..typed() }),
        ("fail", "Enter the limit", Typed { fail: "", warn: "", ..typed() }),
        ("fail", "Enter a number", Typed { fail: "5 per cent", warn: "", ..typed() }),
        ("fail", "Enter a number", Typed { fail: "NaN", warn: "", ..typed() }),
        ("fail", "Enter a number", Typed { fail: "inf", warn: "", ..typed() }),
        ("fail", "Enter a number", Typed { fail: "%", warn: "", ..typed() }),
        ("fail", "from 0 to 1", Typed { fail: "5", warn: "", ..typed() }),
        ("fail", "from 0 to 1", Typed { fail: "-1 %", warn: "", ..typed() }),
        ("fail", "not counted in percent", Typed { metric: "latency_mean", fail: "5 %", warn: "", ..typed() }),
        ("fail", "0 or more", Typed { metric: "open_findings", fail: "-1", warn: "", ..typed() }),
        ("warn", "Enter a number", Typed { warn: "low", ..typed() }),
        ("warn", "must lie below", Typed { warn: "6 %", ..typed() }),
        ("warn", "must lie below", Typed { warn: "5 %", ..typed() }),
        ("warn", "must lie above", Typed { comparison: "at_least", ..typed() }),
        ("max_age_days", "from 1 to 3650", Typed { max_age_days: "0", ..typed() }),
        ("max_age_days", "from 1 to 3650", Typed { max_age_days: "3651", ..typed() }),
        ("max_age_days", "from 1 to 3650", Typed { max_age_days: "+9", ..typed() }),
        ("min_samples", "from 1 to 1000000000", Typed { min_samples: "1000000001", ..typed() }),
        ("min_samples", "from 1 to 1000000000", Typed { min_samples: "many", ..typed() }),
        ("scope", "control characters", Typed { scope: "a\u{0}b", ..typed() }),
        ("note", "control characters", Typed { note: "a\u{0}b", ..typed() }),
    ];
    for (field, words, typed) in cases {
        let errors = parse(typed).unwrap_err();
        assert_eq!(errors.0.keys().collect::<Vec<_>>(), [field], "{typed:?}");
        assert!(errors.0[field].contains(words), "{}", errors.0[field]);
    }
    assert!(parse(Typed { max_age_days: "3650", min_samples: "1000000000", ..typed() }).is_ok());
}

#[test]
fn a_limit_itself_is_acceptable() {
    let most = parse(typed()).unwrap();
    for (value, standing) in [
        (0.0, Standing::Within),
        (0.03, Standing::Within),
        (0.031, Standing::Marked),
        (1.0 - 0.95, Standing::Marked),
        (0.051, Standing::Beyond),
    ] {
        assert_eq!(most.standing(value), standing, "{value}");
    }
    let least = Criterion { comparison: Comparison::AtLeast, warn: None, fail: 0.9, ..most };
    assert_eq!(least.standing(0.9), Standing::Within);
    assert_eq!(least.standing(0.89), Standing::Beyond);
}

#[test]
fn a_scope_is_taken_in_any_case() {
    let scoped = |scope: Option<&str>| Criterion { scope: scope.map(str::to_owned), ..parse(typed()).unwrap() };
    let of = |scope: &str| Metric::new("attack_success_rate", scope, 0.1, Unit::Proportion);
    assert!(scoped(None).takes(&of("dan.Dan_11_0 / mitigation.MitigationBypass")));
    assert!(scoped(Some("DAN.*")).takes(&of("dan.Dan_11_0 / mitigation.MitigationBypass")));
    assert!(!scoped(Some("dan")).takes(&of("dan.Dan_11_0")));
    assert!(scoped(Some("arc")).takes(&of("ARC")));
}

proptest! {
    #[test]
    fn whatever_is_typed_never_panics_and_is_within_bounds(fail in "[0-9.%e -]{0,8}", warn in "[0-9.%]{0,5}") {
        if let Ok(found) = parse(Typed { fail: &fail, warn: &warn, ..typed() }) {
            prop_assert!((0.0..=1.0).contains(&found.fail));
            prop_assert!(found.warn.is_none_or(|warn| (0.0..found.fail).contains(&warn)));
        }
    }

    #[test]
    fn a_worse_value_never_stands_better(a in 0.0f64..=1.0, b in 0.0f64..=1.0, up in any::<bool>()) {
        let comparison = if up { Comparison::AtLeast } else { Comparison::AtMost };
        let fail = if up { 0.3 } else { 0.6 };
        let found = Criterion { comparison, warn: Some(0.45), fail, ..parse(typed()).unwrap() };
        if comparison.worse(a, b).is_ge() {
            prop_assert!(found.standing(a) >= found.standing(b));
        }
    }
}
