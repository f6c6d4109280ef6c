use super::*;
use crate::evidence::outcomes::read;
use proptest::prelude::*;
use std::fmt::Write as _;

/// Samples of lm-evaluation-harness: one a value, the number of the document is its place.
fn samples(values: &[Option<f64>]) -> Outcomes {
    let mut rows = String::new();
    for (id, value) in values.iter().enumerate() {
        let value = value.map_or("null".to_owned(), |value| format!("{value:?}"));
        let hash = format!("\"doc_hash\": \"{id:04}\"");
        writeln!(
            rows,
            r#"{{"doc_id": 0, "doc": {{}}, "resps": [], {hash}, "filter": "none", "metrics": ["m"], "m": {value}}}"#
        )
        .unwrap();
    }
    read(&mut std::io::Cursor::new(rows)).unwrap()
}

fn all(values: &[f64]) -> Outcomes {
    samples(&values.iter().copied().map(Some).collect::<Vec<_>>())
}

/// So many of each: right in both, in the first, in the second, in neither.
fn fourfold([both, first, second, neither]: [usize; 4]) -> (Outcomes, Outcomes) {
    let side = |first_right: f64, second_right: f64| {
        [vec![1.0; both], vec![first_right; first], vec![second_right; second], vec![0.0; neither]].concat()
    };
    (all(&side(1.0, 0.0)), all(&side(0.0, 1.0)))
}

#[test]
fn right_and_wrong_are_put_to_mcnemar() {
    let (a, b) = fourfold([59, 6, 16, 80]);
    let found = pair(&a, &b, "m", "").unwrap();
    assert_eq!((found.test, found.pairs, found.fell, found.rose), (Test::McNemarExact, 161, 6, 16));
    assert_eq!((found.unpaired_a, found.unpaired_b), (0, 0));
    assert!((found.difference - 10.0 / 161.0).abs() < 1e-12 && found.holds_zero());
    assert_eq!(found.said(), "paired, n = 161, 6 fell and 16 rose, McNemar p = 0.052 (exact)");
    // Newcombe's interval alone would leave zero out (0.0046 to 0.1186): the test does not reject, so the interval does not.
    assert_eq!(found.interval.0, 0.0);
    let (a, b) = fourfold([9, 15, 30, 9]);
    let found = pair(&a, &b, "m", "").unwrap();
    assert_eq!((found.test, found.holds_zero()), (Test::McNemarMidP, false));
    assert_eq!(found.said(), "paired, n = 63, 15 fell and 30 rose, McNemar p = 0.026 (mid-p)");
    assert_eq!(fourfold([10, 0, 0, 10]).0, fourfold([10, 0, 0, 10]).1);
}

#[test]
fn numbers_are_put_to_the_t_test() {
    let sleep = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    let other = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    let found = pair(&all(&sleep), &all(&other), "m", "").unwrap();
    assert_eq!((found.test, found.pairs, found.fell, found.rose, found.p), (Test::PairedT, 10, 0, 9, None));
    assert!((found.difference - 1.58).abs() < 1e-12 && !found.holds_zero());
    assert!((found.interval.0 - 0.7001).abs() < 1e-3 && (found.interval.1 - 2.4599).abs() < 1e-3);
    assert_eq!(found.said(), "paired, n = 10, 0 fell and 9 rose, paired t interval");
}

#[test]
fn what_cannot_be_paired_honestly_says_why() {
    let why = |a: &Outcomes, b: &Outcomes| pair(a, b, "m", "").unwrap_err().to_string();
    let few = all(&[1.0; 9]);
    assert_eq!(why(&few, &few), "Not paired: only 9 samples are in both runs, and 10 are needed.");
    let said = why(&all(&[1.0; 10]), &all(&[1.0; 21]));
    assert_eq!(said, "Not paired: only 10 samples are in both runs, which is under half of 10 and 21.");
    assert!(pair(&all(&[1.0; 10]), &all(&[1.0; 20]), "m", "").is_ok());
    // An error has no outcome, and stays a sample of its run.
    let broke = samples(&[vec![Some(1.0); 10], vec![None; 11]].concat());
    assert!(why(&broke, &all(&[1.0; 21])).contains("only 10 samples"));
    assert!(why(&all(&[0.25; 12]), &all(&[0.5; 12])).contains("by the same amount"));
    assert!(pair(&few, &few, "other", "").unwrap_err() == Unpaired::Metric);
    let named = |of: &str| {
        let mut found = all(&[1.0; 12]);
        found.of = Some(of.to_owned());
        found
    };
    assert!(why(&named("arc"), &named("mmlu")).contains("the first run is of arc, the second of mmlu"));
    assert!(pair(&named("arc"), &named("arc"), "m", "").is_ok());
    assert_eq!(why(&Outcomes::none("there is nothing"), &few), "Not paired: there is nothing.");
}

fn values() -> impl Strategy<Value = Vec<(u8, u8)>> {
    proptest::collection::vec((0u8..3, 0u8..3), 10..80)
}

fn sides(values: &[(u8, u8)], binary: bool) -> (Outcomes, Outcomes) {
    let of = |n: u8| if binary { f64::from(n.min(1)) } else { f64::from(n) / 2.0 };
    let (a, b): (Vec<f64>, Vec<f64>) = values.iter().map(|(a, b)| (of(*a), of(*b))).unzip();
    (all(&a), all(&b))
}

proptest! {
    #[test]
    fn the_other_way_round_it_is_the_opposite(values in values(), binary in any::<bool>()) {
        let (a, b) = sides(&values, binary);
        let (Ok(there), Ok(back)) = (pair(&a, &b, "m", ""), pair(&b, &a, "m", "")) else { return Ok(()) };
        prop_assert!((there.difference + back.difference).abs() < 1e-12);
        prop_assert!((there.interval.0 + back.interval.1).abs() < 1e-9);
        prop_assert!((there.interval.1 + back.interval.0).abs() < 1e-9);
        prop_assert_eq!((there.fell, there.rose, there.test), (back.rose, back.fell, back.test));
        prop_assert!((there.p.unwrap_or(0.0) - back.p.unwrap_or(0.0)).abs() < 1e-12);
    }

    #[test]
    fn a_run_does_not_differ_from_itself(values in values(), binary in any::<bool>()) {
        let (a, _) = sides(&values, binary);
        let found = pair(&a, &a, "m", "").unwrap();
        prop_assert!(found.holds_zero() && found.difference == 0.0 && found.fell + found.rose == 0);
        prop_assert!(found.p.is_none_or(|p| p == 1.0));
    }

    #[test]
    fn the_interval_holds_the_difference_and_agrees_with_the_test(values in values(), binary in any::<bool>()) {
        let (a, b) = sides(&values, binary);
        let Ok(found) = pair(&a, &b, "m", "") else { return Ok(()) };
        prop_assert!(found.interval.0 <= found.difference && found.difference <= found.interval.1);
        prop_assert!(found.p.is_none_or(|p| p < ALPHA || found.holds_zero()));
        let raw: f64 = values.iter().map(|(a, b)| {
            let of = |n: u8| if binary { f64::from(n.min(1)) } else { f64::from(n) / 2.0 };
            of(*b) - of(*a)
        }).sum();
        prop_assert!((found.difference * values.len() as f64 - raw).abs() < 1e-9);
    }
}
