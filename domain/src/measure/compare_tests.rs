use super::*;
use crate::evidence::findings::Format;
use proptest::prelude::*;

fn file(metrics: Vec<Metric>) -> Findings {
    let mut found = Findings::new(Format::Table);
    metrics.into_iter().for_each(|metric| found.metric(metric));
    found
}

fn share(name: &str, hits: u64, n: u64) -> Metric {
    let metric = Metric::new(name, "", hits as f64 / n as f64, Unit::Proportion);
    Metric { hits: Some(hits), samples: Some(n), ..metric }
}

fn one(a: Metric, b: Metric) -> Compared {
    let found = compare(&file(vec![a]), &file(vec![b]), &Vocabulary::default());
    assert_eq!(found.rows.len(), 1);
    found.rows[0].clone()
}

fn plain(name: &str, value: f64, unit: Unit) -> Metric {
    Metric::new(name, "", value, unit)
}

#[test]
fn a_difference_is_told_from_noise() {
    let err = |value, stderr| Metric { stderr: Some(stderr), ..plain("bleu", value, Unit::Other) };
    let given =
        |value: f64| Metric { interval: Some((value - 0.01, value + 0.01)), ..plain("f1", value, Unit::Proportion) };
    let sized = |name: &str, value| Metric { samples: Some(1_000), ..plain(name, value, Unit::Proportion) };
    let gap = |value| Metric { stderr: Some(0.01), ..plain("statistical_parity_difference", value, Unit::Proportion) };
    for (a, b, change) in [
        (share("accuracy", 48, 80), share("accuracy", 56, 70), Change::Better),
        (share("accuracy", 56, 70), share("accuracy", 48, 80), Change::Worse),
        (share("attack_success_rate", 56, 70), share("attack_success_rate", 48, 80), Change::Better),
        (share("accuracy", 5, 10), share("accuracy", 6, 10), Change::WithinNoise),
        (share("accuracy", 5, 10), share("accuracy", 50, 100), Change::Same),
        (share("shade", 48, 80), share("shade", 56, 70), Change::Changed),
        (err(20.0, 1.0), err(25.0, 1.0), Change::Better),
        (err(20.0, 1.0), err(22.0, 1.0), Change::WithinNoise),
        (err(20.0, 0.0), err(22.0, 1.0), Change::CannotTell),
        (given(0.5), given(0.6), Change::Better),
        (given(0.5), given(0.505), Change::WithinNoise),
        (plain("f1", 0.5, Unit::Proportion), plain("f1", 0.6, Unit::Proportion), Change::CannotTell),
        // A share of all samples can be counted back from its value; recall cannot.
        (sized("accuracy", 0.5), sized("accuracy", 0.6), Change::Better),
        (sized("recall", 0.5), sized("recall", 0.6), Change::CannotTell),
        (gap(0.1), gap(0.3), Change::Worse),
        (gap(0.1), gap(-0.3), Change::Changed),
        // A count of findings is what it is.
        (plain("open_findings", 3.0, Unit::Count), plain("open_findings", 2.0, Unit::Count), Change::Better),
        (plain("files", 3.0, Unit::Count), plain("files", 2.0, Unit::Count), Change::Changed),
    ] {
        let said = format!("{} {} and {}", a.name, a.value, b.value);
        assert_eq!(one(a, b).change, change, "{said}");
    }
}

#[test]
fn units_are_made_one_and_directions_have_to_agree() {
    let percent = Metric { stderr: Some(1.0), ..plain("accuracy", 60.0, Unit::Percent) };
    let parts = Metric { stderr: Some(0.01), ..plain("accuracy", 0.5, Unit::Proportion) };
    let row = one(parts.clone(), percent);
    assert_eq!((row.change, row.b.value, row.term.as_deref()), (Change::Better, 0.6, Some("accuracy")));
    assert!((row.difference.unwrap() - 0.1).abs() < 1e-12);
    let seconds = one(parts.clone(), plain("accuracy", 3.0, Unit::Seconds));
    assert_eq!((seconds.change, seconds.difference), (Change::CannotTell, None));
    let says = |better| Metric { better: Some(better), ..share("accuracy", 48, 80) };
    let other = Metric { better: Some(Direction::Lower), ..share("accuracy", 56, 70) };
    assert_eq!(one(says(Direction::Higher), other.clone()).change, Change::Changed);
    assert_eq!(one(says(Direction::Lower), other).change, Change::Worse, "the files' word counts");
}

#[test]
fn what_the_vocabulary_turns_round_keeps_its_own_direction() {
    let of = |hits, n| {
        let mut found = Findings::new(Format::Promptfoo);
        found.metric(share("Toxicity", hits, n));
        found
    };
    // A score of promptfoo is of an assertion that holds: more is better, though toxicity itself is not.
    let found = compare(&of(48, 80), &of(56, 70), &Vocabulary::default());
    assert_eq!((found.rows[0].change, found.rows[0].term.as_deref()), (Change::Better, Some("toxicity_rate")));
    assert_eq!(found.count(Change::Better), 1);
}

#[test]
fn what_only_one_has_is_listed() {
    let scoped = |scope: &str, slice: Option<&str>| {
        let metric = Metric::new("acc", scope, 0.5, Unit::Proportion);
        Metric { slice: slice.map(str::to_owned), ..metric }
    };
    let a = file(vec![scoped("x", None), scoped("y", None), scoped("x", Some("old")), scoped("x", None)]);
    let b = file(vec![scoped("z", None), scoped("x", Some("old")), scoped("x", None), scoped("x", Some("a"))]);
    let found = compare(&a, &b, &Vocabulary::default());
    let scopes = |list: &[Metric]| {
        list.iter().map(|m| format!("{} {}", m.scope, m.slice.as_deref().unwrap_or("-"))).collect::<Vec<_>>()
    };
    assert_eq!(found.rows.len(), 2);
    assert_eq!(scopes(&found.only_a), ["y -", "x -"]);
    assert_eq!(scopes(&found.only_b), ["z -", "x a"]);
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Comparison>(&text).unwrap(), found);
}

proptest! {
    #[test]
    fn the_other_way_round_it_is_the_opposite(a in 0u64..=60, n in 60u64..90, b in 0u64..=60, m in 60u64..90) {
        let there = one(share("accuracy", a, n), share("accuracy", b, m)).change;
        let back = one(share("accuracy", b, m), share("accuracy", a, n)).change;
        let opposite = match there {
            Change::Better => Change::Worse,
            Change::Worse => Change::Better,
            other => other,
        };
        prop_assert_eq!(back, opposite);
        prop_assert_eq!(there == Change::Same, a * m == b * n);
    }

    #[test]
    fn nothing_is_lost(names in proptest::collection::vec(0u8..4, 0..8), others in proptest::collection::vec(0u8..4, 0..8)) {
        let of = |names: &[u8]| file(names.iter().map(|n| plain(&format!("m{n}"), 1.0, Unit::Count)).collect());
        let found = compare(&of(&names), &of(&others), &Vocabulary::default());
        prop_assert_eq!(found.rows.len() + found.only_a.len(), names.len());
        prop_assert_eq!(found.rows.len() + found.only_b.len(), others.len());
        prop_assert!(found.rows.iter().all(|row| row.a.name == row.b.name));
    }
}
