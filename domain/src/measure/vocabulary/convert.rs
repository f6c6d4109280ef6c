//! From a tool's value to the term's: unit, direction, and what stands the other way round.

use crate::evidence::findings::{Better, Metric, Unit};

crate::words! {
    /// How a term's value comes from the tool's value x.
    Transform {
        Same = "same", "x";
        Complement = "complement", "1 - x";
        Hundredth = "hundredth", "x / 100";
        Magnitude = "magnitude", "|x|";
    }
}

impl Transform {
    /// What stands behind an alias's name to say so.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Transform::Same => "",
            Transform::Complement => " = 1 - x",
            Transform::Hundredth => " = x / 100",
            Transform::Magnitude => " = |x|",
        }
    }

    /// A name, and the transform that stands behind it.
    #[must_use]
    pub fn split(text: &str) -> (&str, Self) {
        if let Some((name, end)) = text.rsplit_once('=') {
            let end: String = end.chars().filter(|c| !c.is_whitespace()).collect();
            match end.as_str() {
                "1-x" | "1−x" => return (name, Transform::Complement),
                "x/100" => return (name, Transform::Hundredth),
                "|x|" => return (name, Transform::Magnitude),
                _ => {}
            }
        }
        (text, Transform::Same)
    }

    /// Where better lies on the other side of the transform.
    #[must_use]
    pub const fn direction(self, better: Better) -> Better {
        match (self, better) {
            (Transform::Complement, Better::Higher) => Better::Lower,
            (Transform::Complement, Better::Lower) => Better::Higher,
            (_, better) => better,
        }
    }

    /// The metric as the term has it, before its unit; none when the transform makes no sense of it.
    #[must_use]
    pub fn of(self, metric: Metric) -> Option<Metric> {
        match self {
            Transform::Same => Some(metric),
            Transform::Complement => complement(in_unit(metric, Unit::Proportion)?),
            Transform::Hundredth => {
                let unsure = matches!(metric.unit, Unit::Other | Unit::Percent);
                unsure.then(|| scaled(metric, 0.01, Unit::Proportion))
            }
            Transform::Magnitude => Some(magnitude(metric)),
        }
    }
}

/// 1 - x, with everything that belongs to it.
fn complement(metric: Metric) -> Option<Metric> {
    let hits = match (metric.hits, metric.samples) {
        (Some(hits), Some(n)) => n.checked_sub(hits),
        _ => None,
    };
    let better = metric.better.map(|better| Transform::Complement.direction(better));
    let interval = metric.interval.map(|(low, high)| (1.0 - high, 1.0 - low));
    let value = match (hits, metric.samples) {
        // 1 - 0.95 is not 0.05 in floating point; 5 of 100 is.
        (Some(hits), Some(n)) if close(1.0 - metric.value, share(hits, n)) => share(hits, n),
        _ => 1.0 - metric.value,
    };
    (0.0..=1.0).contains(&metric.value).then_some(Metric { value, hits, better, interval, ..metric })
}

/// A difference without its sign: a gap is as wide seen from the other side.
fn magnitude(metric: Metric) -> Metric {
    let interval = metric.interval.map(|(low, high)| match (low.abs(), high.abs()) {
        (a, b) if low <= 0.0 && 0.0 <= high => (0.0, a.max(b)),
        (a, b) => (a.min(b), a.max(b)),
    });
    Metric { value: metric.value.abs(), interval, ..metric }
}

#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
fn share(hits: u64, n: u64) -> f64 {
    hits as f64 / n.max(1) as f64
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

/// The metric in another unit; none where there is no telling.
///
/// A value without a unit is taken as a proportion when it lies within -1 and 1, and as a count, dollars or tokens as it
/// is; seconds and milliseconds cannot be told apart.
#[must_use]
pub fn in_unit(metric: Metric, unit: Unit) -> Option<Metric> {
    let factor = match (metric.unit, unit) {
        (from, to) if from == to => 1.0,
        (Unit::Percent, Unit::Proportion) => 0.01,
        (Unit::Proportion, Unit::Percent) => 100.0,
        (Unit::Milliseconds, Unit::Seconds) => 0.001,
        (Unit::Seconds, Unit::Milliseconds) => 1_000.0,
        (Unit::Other, Unit::Proportion) if metric.value.abs() <= 1.0 => 1.0,
        (Unit::Other, Unit::Count | Unit::Dollars | Unit::Tokens) => 1.0,
        _ => return None,
    };
    Some(scaled(metric, factor, unit))
}

fn scaled(metric: Metric, factor: f64, unit: Unit) -> Metric {
    // Dividing keeps round numbers round: 7 / 100 is 0.07, 7 × 0.01 is not.
    let by = |x: f64| if factor < 1.0 { x / (1.0 / factor).round() } else { x * factor };
    Metric {
        value: by(metric.value),
        stderr: metric.stderr.map(by),
        interval: metric.interval.map(|(low, high)| (by(low), by(high))),
        unit,
        ..metric
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn units_that_say_the_same_are_converted() {
        use Unit::{Count, Milliseconds as Ms, Other, Percent, Proportion, Seconds};
        for (value, from, to, expected) in [
            (7.0, Percent, Proportion, Some(0.07)),
            (0.5, Proportion, Percent, Some(50.0)),
            (250.0, Ms, Seconds, Some(0.25)),
            (2.0, Seconds, Ms, Some(2_000.0)),
            (0.91, Other, Proportion, Some(0.91)),
            (-0.2, Other, Proportion, Some(-0.2)),
            (91.3, Other, Proportion, None),
            (3.0, Other, Count, Some(3.0)),
            (3.0, Other, Seconds, None),
            (0.5, Proportion, Seconds, None),
            (3.0, Count, Other, None),
        ] {
            let found = in_unit(Metric::new("m", "", value, from), to);
            assert_eq!(found.as_ref().map(|m| m.value), expected, "{value} {from} in {to}");
            assert!(found.is_none_or(|m| m.unit == to));
        }
        let metric = Metric { stderr: Some(2.0), interval: Some((46.0, 54.0)), ..Metric::new("m", "", 50.0, Percent) };
        let metric = in_unit(metric, Proportion).unwrap();
        assert_eq!((metric.stderr, metric.interval), (Some(0.02), Some((0.46, 0.54))));
    }

    #[test]
    fn a_complement_turns_all_of_it() {
        let metric = Metric {
            hits: Some(95),
            samples: Some(100),
            interval: Some((0.75, 1.0)),
            better: Some(Better::Higher),
            stderr: Some(0.02),
            ..Metric::new("safe", "", 95.0, Unit::Percent)
        };
        let metric = Metric { interval: Some((75.0, 100.0)), ..metric };
        let turned = Transform::Complement.of(metric).unwrap();
        assert_eq!((turned.value, turned.hits, turned.interval), (0.05, Some(5), Some((0.0, 0.25))));
        assert_eq!((turned.better, turned.unit), (Some(Better::Lower), Unit::Proportion));
        assert_eq!(Transform::Complement.of(Metric::new("m", "", -0.5, Unit::Other)), None);
        assert_eq!(Transform::Complement.of(Metric::new("m", "", 3.0, Unit::Count)), None);
    }

    #[test]
    fn a_hundredth_is_for_values_whose_unit_nobody_said() {
        let of = |value, unit| Transform::Hundredth.of(Metric::new("m", "", value, unit)).map(|m| m.value);
        assert_eq!(of(91.25, Unit::Other), Some(0.9125));
        assert_eq!(of(91.25, Unit::Percent), Some(0.9125));
        assert_eq!(of(0.913, Unit::Proportion), None);
    }

    #[test]
    fn a_gap_has_no_sign() {
        let of = |value, interval| {
            let metric = Metric { interval, ..Metric::new("gap", "", value, Unit::Proportion) };
            Transform::Magnitude.of(metric).map(|m| (m.value, m.interval)).unwrap()
        };
        assert_eq!(of(-0.3, Some((-0.5, -0.1))), (0.3, Some((0.1, 0.5))));
        assert_eq!(of(-0.1, Some((-0.4, 0.2))), (0.1, Some((0.0, 0.4))));
        assert_eq!(of(0.2, None), (0.2, None));
    }

    proptest! {
        #[test]
        fn a_complement_twice_is_the_value(value in 0.0f64..=1.0) {
            let metric = Metric::new("m", "", value, Unit::Proportion);
            let twice = Transform::Complement.of(metric).and_then(|m| Transform::Complement.of(m)).unwrap();
            prop_assert!((twice.value - value).abs() < 1e-12);
        }
    }
}
