//! What holds of every scorecard.

use super::*;
use crate::evidence::findings::{Format, Metric};
use crate::measure::criterion::{Comparison, SliceRule};
use chrono::{TimeZone, Utc};
use proptest::prelude::*;

/// One run: day of the year, state, (group, hits, samples).
#[derive(Debug, Clone)]
struct Run {
    on: u32,
    state: RunState,
    valid_until: Option<u32>,
    values: Vec<(u8, u64, u64)>,
}

fn day(of_year: u32) -> NaiveDate {
    NaiveDate::from_yo_opt(2026, of_year).unwrap()
}

const TODAY: u32 = 200;

fn run() -> impl Strategy<Value = Run> {
    let values = proptest::collection::vec((0u8..3, 0u64..=120, 1u64..=120), 1..4);
    let state = proptest::sample::select(RunState::ALL);
    (1u32..=TODAY, state, proptest::option::of(150u32..250), values).prop_map(|(on, state, valid_until, values)| Run {
        on,
        state,
        valid_until,
        values: values.into_iter().map(|(group, hits, n)| (group, hits.min(n), n)).collect(),
    })
}

fn criterion() -> impl Strategy<Value = Criterion> {
    let limits = (0.01f64..=0.5, 0.51f64..=0.99, any::<bool>(), any::<bool>(), any::<bool>());
    let rest = (proptest::option::of(1u32..200), proptest::option::of(1u64..100));
    (limits, rest).prop_map(|((low, high, up, warns, groups), (max_age_days, min_samples))| {
        let words = Vocabulary::default();
        let (fail, warn) = if up { (low, high) } else { (high, low) };
        Criterion {
            comparison: if up { Comparison::AtLeast } else { Comparison::AtMost },
            warn: warns.then_some(warn),
            slice: if groups { SliceRule::WorstGroup } else { SliceRule::Overall },
            max_age_days,
            min_samples,
            ..Criterion::new(words.get("accuracy").unwrap(), fail)
        }
    })
}

fn findings(run: &Run) -> Findings {
    let mut found = Findings::new(Format::Table);
    found.state = run.state;
    found.ran_at = Some(Utc.from_utc_datetime(&day(run.on).and_hms_opt(8, 0, 0).unwrap()));
    for (group, hits, n) in &run.values {
        let metric = Metric::new("accuracy", "", *hits as f64 / *n as f64, Unit::Proportion);
        let slice = (*group > 0).then(|| format!("group {group}"));
        // Some files keep their counts to themselves.
        let hits = (n % 7 > 0).then_some(*hits);
        let samples = (n % 11 > 0).then_some(*n);
        found.metric(Metric { slice, hits, samples, ..metric });
    }
    found
}

fn card(criterion: &Criterion, runs: &[(i64, &Run)]) -> CriterionResult<u8> {
    let found: Vec<(i64, &Run, Findings)> = runs.iter().map(|(number, run)| (*number, *run, findings(run))).collect();
    let pieces: Vec<Piece<'_>> = found
        .iter()
        .map(|(number, run, findings)| Piece {
            reference: EvidenceRef(*number),
            title: "Run",
            sha256: "00",
            speaks_of: day(run.on),
            valid_until: run.valid_until.map(day),
            targets: &[],
            findings,
        })
        .collect();
    let card = scorecard(&[(1, criterion.clone())], &pieces, &Vocabulary::default(), day(TODAY));
    card.results().next().unwrap().clone()
}

fn numbered(runs: &[Run]) -> Vec<(i64, &Run)> {
    runs.iter().enumerate().map(|(at, run)| (at as i64 + 1, run)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_pass_is_a_pass_in_every_respect(c in criterion(), runs in proptest::collection::vec(run(), 0..5)) {
        let result = card(&c, &numbered(&runs));
        let Some(found) = result.deciding.as_ref() else {
            prop_assert_eq!(result.verdict, Verdict::NotMeasured);
            return Ok(());
        };
        let whole = matches!(found.state, RunState::Complete | RunState::Unknown);
        let age = day(TODAY).signed_duration_since(found.ran_on.unwrap()).num_days();
        let run = &runs[found.evidence.0 as usize - 1];
        let old = c.max_age_days.is_some_and(|most| age > i64::from(most))
            || run.valid_until.is_some_and(|until| until < TODAY);
        prop_assert_eq!(old, result.verdict == Verdict::Stale);
        if !whole {
            prop_assert!(result.verdict >= Verdict::Warn);
        }
        if result.verdict == Verdict::Pass {
            prop_assert!(whole && !old);
            prop_assert!(!c.comparison.beyond(found.value, c.mark()));
            for end in found.interval.iter().flat_map(|i| [i.low, i.high]) {
                prop_assert!(!c.comparison.beyond(end, c.mark()));
            }
            prop_assert!(c.min_samples.is_none_or(|min| found.samples.is_some_and(|n| n >= min)));
            prop_assert_eq!(c.slice == SliceRule::WorstGroup, found.slice.is_some());
        }
        let last = result.trend.last().unwrap();
        prop_assert_eq!(Some(last.on), found.ran_on);
    }

    #[test]
    fn the_order_of_the_pieces_does_not_matter(
        c in criterion(),
        runs in proptest::collection::vec(run(), 0..6),
        turn in 0usize..6,
    ) {
        let mut order = numbered(&runs);
        let one = card(&c, &order);
        order.reverse();
        prop_assert_eq!(&card(&c, &order), &one);
        let turn = turn.min(order.len());
        order.rotate_left(turn);
        prop_assert_eq!(&card(&c, &order), &one);
    }

    #[test]
    fn a_worse_newer_result_never_improves_the_verdict(c in criterion(), old in run(), new in run()) {
        let (old, new) = if old.on <= new.on { (old, new) } else { (new, old) };
        let alone = card(&c, &[(1, &old)]);
        let worse = card(&c, &[(2, &new)]);
        let both = card(&c, &[(1, &old), (2, &new)]);
        if worse.deciding.is_some() && worse.verdict >= alone.verdict {
            prop_assert!(both.verdict >= alone.verdict);
        }
        // And nothing that is of the same day hides what is worse.
        let same = Run { on: old.on, ..new };
        let other = card(&c, &[(2, &same)]);
        if alone.deciding.is_some() && other.deciding.is_some() {
            let both = card(&c, &[(1, &old), (2, &same)]);
            prop_assert_eq!(both.verdict, alone.verdict.max(other.verdict));
        }
    }

    #[test]
    fn a_worse_value_of_the_same_run_never_stands_better(c in criterion(), run in run(), group in 0usize..3) {
        let better = card(&c, &[(1, &run)]);
        let mut worse = run.clone();
        let at = group % worse.values.len();
        let (_, hits, n) = &mut worse.values[at];
        *hits = if c.comparison == Comparison::AtLeast { 0 } else { *n };
        // The interval is narrower there, but every limit is passed.
        prop_assert!(card(&c, &[(1, &worse)]).verdict >= better.verdict);
    }
}
