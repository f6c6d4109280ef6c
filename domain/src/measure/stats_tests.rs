use super::*;
use proptest::prelude::*;

#[track_caller]
fn near(found: (f64, f64), expected: (f64, f64), slack: f64) {
    let fits = (found.0 - expected.0).abs() <= slack && (found.1 - expected.1).abs() <= slack;
    assert!(fits, "{found:?} is not {expected:?}");
}

/// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998) 857–872,
/// table I, method 3; and the textbook case of 8 in 10.
#[test]
fn wilson_gives_the_published_intervals() {
    for (hits, n, expected) in [
        (8, 10, (0.4902, 0.9433)),
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
        (20, 20, (0.8389, 1.0)),
    ] {
        near(wilson(hits, n).unwrap(), expected, 5e-5);
    }
    assert_eq!(wilson(0, 0), None);
    assert_eq!(wilson(3, 2), None);
    assert_eq!(wilson(0, 7).unwrap().0, 0.0);
    assert_eq!(wilson(7, 7).unwrap().1, 1.0);
}

/// Newcombe 1998 (873–890), table II, method 10; his differences are first minus second.
#[test]
fn newcombe_gives_the_published_differences() {
    for (first, second, expected) in [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
    ] {
        let found = proportions(second, first).unwrap();
        near((found.low, found.high), expected, 5e-5);
    }
    assert_eq!(proportions((0, 0), (1, 2)), None);
}

#[test]
fn means_add_their_variances() {
    let found = means((10.0, 3.0), (20.0, 4.0)).unwrap();
    near((found.low, found.high), (10.0 - 5.0 * Z, 10.0 + 5.0 * Z), 1e-9);
    assert!(!found.holds_zero() && means((10.0, 3.0), (19.0, 4.0)).unwrap().holds_zero());
    assert_eq!(means((1.0, 0.0), (2.0, 1.0)), None, "no standard error, no interval");
}

fn metric(value: f64) -> Metric {
    Metric::new("accuracy", "", value, Unit::Proportion)
}

#[test]
fn the_best_source_of_an_interval_is_taken() {
    let full =
        Metric { samples: Some(10), hits: Some(8), interval: Some((0.7, 0.9)), stderr: Some(0.1), ..metric(0.8) };
    let origin = |metric: &Metric, share| interval(metric, share).map(|found| found.origin);
    assert_eq!(origin(&full, false), Some(Origin::Wilson));
    // Hits that are not those of the value prove nothing.
    let other = Metric { hits: Some(2), ..full.clone() };
    assert_eq!(interval(&other, true), Some(Interval { low: 0.7, high: 0.9, origin: Origin::Given }));
    let outside = Metric { hits: None, interval: Some((70.0, 90.0)), ..full.clone() };
    assert_eq!(origin(&outside, true), Some(Origin::Derived));
    let clamped = interval(&Metric { stderr: Some(0.1), ..metric(0.95) }, true).unwrap();
    near((clamped.low, clamped.high), (0.95 - 0.1 * Z, 1.0), 1e-12);
    let bare = Metric { samples: Some(10), stderr: Some(0.0), ..metric(0.8) };
    assert_eq!(origin(&bare, true), Some(Origin::Wilson));
    assert_eq!(origin(&bare, false), None, "recall does not rest on all samples");
    assert_eq!(origin(&Metric { samples: Some(10), ..metric(0.83) }, true), None, "8.3 hits are none");
    assert_eq!(origin(&metric(0.8), true), None);
    let seconds = Metric { unit: Unit::Seconds, stderr: Some(2.0), ..metric(1.0) };
    assert!(interval(&seconds, false).unwrap().low < 0.0, "only shares end at 0");
}

proptest! {
    #[test]
    fn wilson_holds_its_estimate_and_mirrors(n in 1u64..5_000, part in 0.0f64..=1.0) {
        let hits = (part * n as f64) as u64;
        let share = hits as f64 / n as f64;
        let (low, high) = wilson(hits, n).unwrap();
        prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0 && low < high);
        let (other_low, other_high) = wilson(n - hits, n).unwrap();
        prop_assert!((low + other_high - 1.0).abs() < 1e-9 && (high + other_low - 1.0).abs() < 1e-9);
    }

    #[test]
    fn wilson_narrows_with_more_samples(n in 1u64..2_000, part in 0.0f64..=1.0, times in 2u64..20) {
        let hits = (part * n as f64) as u64;
        let width = |(low, high): (f64, f64)| high - low;
        prop_assert!(width(wilson(hits * times, n * times).unwrap()) < width(wilson(hits, n).unwrap()));
    }

    #[test]
    fn a_difference_holds_its_estimate_and_turns(a in 0u64..=50, b in 0u64..=80) {
        let (there, back) = (proportions((a, 50), (b, 80)).unwrap(), proportions((b, 80), (a, 50)).unwrap());
        prop_assert!(there.low <= there.value && there.value <= there.high);
        prop_assert!((there.low + back.high).abs() < 1e-12 && (there.high + back.low).abs() < 1e-12);
    }
}
