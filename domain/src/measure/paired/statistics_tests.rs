use super::*;
use proptest::prelude::*;

const fn table(both: u64, first: u64, second: u64, neither: u64) -> Fourfold {
    Fourfold { both, first, second, neither }
}

#[track_caller]
fn near(found: f64, expected: f64, slack: f64) {
    assert!((found - expected).abs() <= slack, "{found} is not {expected}");
}

/// Fagerland, Lydersen and Laake 2013: airway hyper-responsiveness before and after a transplantation (1, 1, 7, 12), exact
/// 0.0703; complete response before and after treatment (59, 6, 16, 80), exact 0.0525. By hand: 2 (1 + 8) / 2⁸, and the sums
/// of binomial coefficients.
#[test]
fn mcnemar_gives_the_published_values() {
    near(table(1, 1, 7, 12).p(), 18.0 / 256.0, 1e-15);
    near(table(59, 6, 16, 80).p(), 0.0525, 5e-5);
    near(table(59, 6, 16, 80).p(), 0.052_478_790_283_203_125, 1e-14);
    // None of six is 2 / 2⁶, none of five 2 / 2⁵: at least six have to differ.
    near(table(50, 0, 6, 4).p(), 0.031_25, 1e-15);
    near(table(50, 0, 5, 4).p(), 0.062_5, 1e-15);
    assert_eq!(table(50, 10, 10, 4).p(), 1.0);
    assert_eq!(table(50, 0, 0, 4).p(), 1.0);
}

/// From 25 on the mid-p: the exact one without half of the chance of what was seen, on either side. Worked with whole numbers
/// of any size; the last is the table of approval ratings in Agresti, Categorical Data Analysis, 10.1.
#[test]
fn above_the_small_counts_it_is_the_mid_p() {
    for (first, second, p) in [
        (12, 13, 0.845_018_982_887_268_1),
        (15, 30, 0.025_896_081_793_234_77),
        (8, 20, 0.024_119_544_774_293_9),
        (40, 60, 0.046_044_066_929_342_806),
        (86, 150, 2.893_389_517_615_49e-5),
    ] {
        near(table(9, first, second, 9).p(), p, p * 1e-9);
    }
    // Far out nothing underflows, and nothing takes long.
    assert!(table(0, 90_000, 110_000, 0).p() < 1e-100);
    near(table(0, 100_000, 100_000, 0).p(), 1.0, 1e-2);
}

/// Newcombe 1998 (2635–2650) and Fagerland, Lydersen and Laake, "Recommended tests and confidence intervals for paired
/// binomial proportions", Statistics in Medicine 33 (2014) 2850–2875; their differences are first minus second.
#[test]
fn newcombe_gives_the_published_intervals() {
    for (found, low, high) in [
        (table(20, 12, 2, 16), 0.0562, 0.3292),
        (table(1, 1, 7, 12), -0.5069, -0.0256),
        (table(59, 6, 16, 80), -0.1186, -0.0046),
        (table(43, 0, 1, 0), -0.1181, 0.0597),
    ] {
        let (a, b) = found.interval().unwrap();
        near(-b, low, 5e-5);
        near(-a, high, 5e-5);
    }
    assert_eq!(Fourfold::default().interval(), None);
}

/// Any table of Student's distribution.
#[test]
fn student_gives_the_tabled_points() {
    for (freedom, point) in [(9, 2.262), (10, 2.228), (20, 2.086), (30, 2.042), (100, 1.984), (1_000_000, 1.960)] {
        near(student(freedom), point, 5e-4);
    }
}

/// Student 1908: the sleep that ten patients gained by one drug more than by the other: 1.58 hours, t = 4.06.
#[test]
fn student_finds_the_sleep_that_was_gained() {
    let mut all = Differences::default();
    [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4].into_iter().for_each(|d| all.add(d));
    let (mean, stderr, (low, high)) = all.found().unwrap();
    near(mean, 1.58, 1e-12);
    near(mean / stderr, 4.0621, 5e-5);
    near(low, 0.7001, 1e-3);
    near(high, 2.4599, 1e-3);
    let mut one = Differences::default();
    one.add(1.0);
    assert_eq!(one.found(), None);
}

proptest! {
    #[test]
    fn the_sides_mirror(both in 0u64..60, first in 0u64..60, second in 0u64..60, neither in 0u64..60) {
        let (there, back) = (table(both, first, second, neither), table(both, second, first, neither));
        prop_assume!(there.pairs() > 0);
        prop_assert!((there.p() - back.p()).abs() < 1e-12 && (0.0..=1.0).contains(&there.p()));
        let ((low, high), (other_low, other_high)) = (there.interval().unwrap(), back.interval().unwrap());
        prop_assert!((low + other_high).abs() < 1e-9 && (high + other_low).abs() < 1e-9);
        prop_assert!(low <= there.difference() && there.difference() <= high && (-1.0..=1.0).contains(&low));
    }

    #[test]
    fn p_falls_as_the_pairs_grow_uneven(fewer in 0u64..60, more in 0u64..60) {
        let (small, large) = (fewer.min(more), fewer.max(more));
        prop_assume!(small > 0);
        // As many pairs that differ, less evenly.
        prop_assert!(table(9, small - 1, large + 1, 9).p() <= table(9, small, large, 9).p() + 1e-12);
    }
}
