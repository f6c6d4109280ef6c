//! What comparing in pairs may never do.

use crate::{as_without, both, row, side_by_side};
use domain::measure::compare::{Change, Comparison};
use proptest::prelude::*;

/// Rows of samples: the document's number, and whether it is right; none for an error.
fn samples(values: &[(usize, Option<bool>)]) -> Vec<u8> {
    let row = |(id, right): &(usize, Option<bool>)| {
        let acc = right.map_or("null".to_owned(), |right| u8::from(right).to_string());
        format!(
            r#"{{"doc_id": {id}, "doc": {{}}, "resps": [], "doc_hash": "{id}", "filter": "none", "metrics": ["acc"], "acc": {acc}}}"#
        )
    };
    values.iter().map(row).collect::<Vec<_>>().join("\n").into_bytes()
}

fn opposite(change: Change) -> Change {
    match change {
        Change::Better => Change::Worse,
        Change::Worse => Change::Better,
        other => other,
    }
}

fn run() -> impl Strategy<Value = Vec<Option<bool>>> {
    proptest::collection::vec(prop_oneof![4 => Just(Some(true)), 4 => Just(Some(false)), 1 => Just(None)], 12..60)
}

fn numbered(run: &[Option<bool>], from: usize) -> Vec<(usize, Option<bool>)> {
    run.iter().enumerate().map(|(n, right)| (n + from, *right)).collect()
}

fn change(found: &Comparison) -> Option<Change> {
    found.rows.first().map(|row| row.change)
}

#[test]
fn what_hides_in_the_noise_shows_in_pairs() {
    // Of 200 questions 100 against 112 right: as independent samples that is noise, but 14 rose and 2 fell.
    let first: Vec<_> = (0..200).map(|n| (n, Some(n < 100))).collect();
    let second: Vec<_> = (0..200).map(|n| (n, Some((2..114).contains(&n)))).collect();
    let (a, b) = (samples(&first), samples(&second));
    let found = side_by_side(&a, &b);
    let acc = row(&found, "acc", "");
    assert_eq!((acc.change, acc.difference), (Change::Better, Some(0.06)));
    assert_eq!(acc.paired.as_ref().unwrap().said(), "paired, n = 200, 2 fell and 14 rose, McNemar p = 0.004 (exact)");
    let plain = domain::measure::compare::compare(&both(&a).0, &both(&b).0, &Default::default());
    assert_eq!(plain.rows[0].change, Change::WithinNoise);
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Comparison>(&text).unwrap(), found);
    // What was kept before there were pairs is read as it was.
    let text = serde_json::to_string(&plain).unwrap();
    assert!(!text.contains("paired") && serde_json::from_str::<Comparison>(&text).unwrap() == plain);
}

#[test]
fn samples_that_contradict_the_whole_are_not_believed() {
    // On the 40 that both ran the second is better, on the 30 that only one of them ran it is far worse.
    let first: Vec<_> = (0..70).map(|n| (n, Some(n >= 30))).collect();
    let second: Vec<_> = (0..40).chain(70..100).map(|n| (n, Some(n < 40 && n % 10 != 0))).collect();
    let (a, b) = (samples(&first), samples(&second));
    let found = side_by_side(&a, &b);
    let acc = row(&found, "acc", "");
    assert!(acc.unpaired.as_ref().unwrap().contains("otherwise than the runs as a whole"), "{acc:?}");
    as_without(&a, &b, &found);
}

/// promptfoo counts an error as a test that did not pass. Of what came through, nothing changed: that is not the whole story.
#[test]
fn errors_do_not_hide_behind_the_pairs() {
    let run = |errors: usize| {
        let row = |n: usize| {
            let (success, reason) = if n < errors { (false, 2) } else { (true, 0) };
            format!(
                r#"{{"success": {success}, "score": 1, "failureReason": {reason}, "provider": "p", "prompt": {{"label": "x"}}, "vars": {{"q": {n}}}, "namedScores": {{}}}}"#
            )
        };
        (0..100).map(row).collect::<Vec<_>>().join("\n").into_bytes()
    };
    let found = side_by_side(&run(0), &run(40));
    let rate = row(&found, "pass_rate", "");
    assert_eq!((rate.change, rate.b.value), (Change::Worse, 0.6));
    assert!(rate.unpaired.as_ref().unwrap().contains("otherwise than"));
    as_without(&run(0), &run(40), &found);
    // One error of a hundred is within what the pairs allow.
    let found = side_by_side(&run(0), &run(1));
    let paired = row(&found, "pass_rate", "").paired.as_ref().unwrap();
    assert_eq!((paired.pairs, paired.unpaired_a, paired.unpaired_b), (99, 1, 1));
}

#[test]
fn outcomes_of_another_file_are_not_believed() {
    let a = samples(&(0..40).map(|n| (n, Some(n < 20))).collect::<Vec<_>>());
    let b = samples(&(0..40).map(|n| (n, Some(n < 30))).collect::<Vec<_>>());
    let ((a, in_a), (b, _)) = (both(&a), both(&b));
    let found = domain::measure::compare::with_pairs(&a, &b, &in_a, &in_a, &Default::default());
    assert!(found.rows[0].unpaired.as_ref().unwrap().contains("do not come to the value"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_other_way_round_it_is_the_opposite(a in run(), b in run(), shift in 0usize..30) {
        let (a, b) = (samples(&numbered(&a, 0)), samples(&numbered(&b, shift)));
        let (there, back) = (side_by_side(&a, &b), side_by_side(&b, &a));
        prop_assert_eq!(change(&there).map(opposite), change(&back));
        let paired = |found: &Comparison| found.rows.first().map(|row| row.paired.is_some());
        prop_assert_eq!(paired(&there), paired(&back));
    }

    #[test]
    fn a_run_never_differs_from_itself(a in run()) {
        let a = samples(&numbered(&a, 0));
        let found = side_by_side(&a, &a);
        prop_assert!(found.rows.iter().all(|row| row.change == Change::Same));
    }

    #[test]
    fn pairs_never_contradict_the_whole(a in run(), b in run(), shift in 0usize..30) {
        let (a, b) = (samples(&numbered(&a, 0)), samples(&numbered(&b, shift)));
        let found = side_by_side(&a, &b);
        for row in &found.rows {
            let whole = row.b.value - row.a.value;
            prop_assert!(row.change != Change::Better || whole > 0.0);
            prop_assert!(row.change != Change::Worse || whole < 0.0);
            prop_assert!(row.paired.is_some() != row.unpaired.is_some());
            if let Some((low, high)) = row.paired.as_ref().and(row.interval) {
                prop_assert!(low - 1e-3 <= whole && whole <= high + 1e-3);
            }
        }
        if found.rows.iter().all(|row| row.paired.is_none()) {
            as_without(&a, &b, &found);
        }
    }
}
