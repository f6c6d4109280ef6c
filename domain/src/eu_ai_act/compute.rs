//! Training compute in floating-point operations (FLOP), as Art. 51(2) counts it.
//!
//! Two ways lead to it without a log of the training (Commission guidelines, C(2025) 7719, annex): hardware × peak
//! performance × utilisation × time, or 6 × parameters × tokens (Kaplan et al. 2020, arXiv:2001.08361: two operations a
//! parameter and token forward, four backward).

use serde::Serialize;
use serde_json::{Map, Value};

/// An amount of compute, as somebody knows it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Compute {
    /// Counted or documented.
    Flop {
        /// Floating-point operations.
        flop: f64,
    },
    /// From the hardware that was used.
    Hardware {
        /// Number of chips.
        count: f64,
        /// Peak of one chip in FLOP per second, at the precision that was used.
        peak_flop_per_s: f64,
        /// Share of the peak that was reached, above 0 to 1.
        utilisation: f64,
        /// Hours of training.
        hours: f64,
    },
    /// From the architecture of a dense model; for a mixture of experts, the parameters active for a token.
    Model {
        /// Parameters.
        parameters: f64,
        /// Tokens seen in training, every pass counted.
        tokens: f64,
    },
}

/// Why an amount of compute was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadCompute {
    /// A number outside its limits, or none.
    #[error("{part} must be a number above 0 and at most {max:e}")]
    Number {
        /// Which number.
        part: &'static str,
        /// Largest that is taken.
        max: f64,
    },
    /// Other fields than one of the three ways has.
    #[error(
        "give either flop, or count, peak_flop_per_s, utilisation and hours, or parameters and tokens, and nothing else"
    )]
    Shape,
}

/// Seconds in an hour.
const SECONDS: f64 = 3600.0;
/// Operations a parameter and token: two forward, four backward.
const PER_TOKEN: f64 = 6.0;
/// Largest amount that is taken: ten billion times the threshold. More is a slip of the keyboard.
const MAX: f64 = 1e35;
/// Every number that can be given, and the largest that is taken.
const PARTS: [(&str, f64); 7] = [
    ("flop", MAX),
    ("count", 1e9),
    ("peak_flop_per_s", 1e21),
    ("utilisation", 1.0),
    ("hours", 1e6),
    ("parameters", 1e18),
    ("tokens", 1e18),
];

fn number(fields: &Map<String, Value>, part: &'static str) -> Result<f64, BadCompute> {
    limited(part, fields.get(part).and_then(Value::as_f64).unwrap_or(f64::NAN))
}

fn limited(part: &'static str, value: f64) -> Result<f64, BadCompute> {
    let max = PARTS.iter().find(|(name, _)| *name == part).map_or(MAX, |(_, max)| *max);
    if value > 0.0 && value <= max { Ok(value) } else { Err(BadCompute::Number { part, max }) }
}

impl Compute {
    /// An amount that was counted.
    pub fn flop_of(flop: f64) -> Result<Self, BadCompute> {
        Ok(Self::Flop { flop: limited("flop", flop)? })
    }

    /// Chips × peak FLOP per second × utilisation × hours.
    pub fn hardware(count: f64, peak_flop_per_s: f64, utilisation: f64, hours: f64) -> Result<Self, BadCompute> {
        Self::Hardware {
            count: limited("count", count)?,
            peak_flop_per_s: limited("peak_flop_per_s", peak_flop_per_s)?,
            utilisation: limited("utilisation", utilisation)?,
            hours: limited("hours", hours)?,
        }
        .checked()
    }

    /// 6 × parameters × tokens.
    pub fn model(parameters: f64, tokens: f64) -> Result<Self, BadCompute> {
        Self::Model { parameters: limited("parameters", parameters)?, tokens: limited("tokens", tokens)? }.checked()
    }

    /// Floating-point operations in all.
    #[must_use]
    pub fn flop(&self) -> f64 {
        match *self {
            Self::Flop { flop } => flop,
            Self::Hardware { count, peak_flop_per_s, utilisation, hours } => {
                count * peak_flop_per_s * utilisation * hours * SECONDS
            }
            Self::Model { parameters, tokens } => PER_TOKEN * parameters * tokens,
        }
    }

    fn checked(self) -> Result<Self, BadCompute> {
        limited("flop", self.flop()).map(|_| self)
    }

    /// Reads one of the three shapes.
    pub(super) fn read(fields: &Map<String, Value>) -> Result<Self, BadCompute> {
        let has = |names: &[&str]| fields.len() == names.len() && names.iter().all(|name| fields.contains_key(*name));
        if has(&["flop"]) {
            Self::flop_of(number(fields, "flop")?)
        } else if has(&["parameters", "tokens"]) {
            Self::model(number(fields, "parameters")?, number(fields, "tokens")?)
        } else if has(&["count", "peak_flop_per_s", "utilisation", "hours"]) {
            let [count, peak] = [number(fields, "count")?, number(fields, "peak_flop_per_s")?];
            Self::hardware(count, peak, number(fields, "utilisation")?, number(fields, "hours")?)
        } else {
            Err(BadCompute::Shape)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<Compute, BadCompute> {
        Compute::read(value.as_object().unwrap())
    }

    #[test]
    fn the_three_ways_agree_with_published_models() {
        // 6 × 70e9 × 2e12 = 8.4e23: the scale that the literature gives for a 70B model on two trillion tokens.
        assert!((Compute::model(70e9, 2e12).unwrap().flop() / 8.4e23 - 1.0).abs() < 1e-12);
        // 16,000 chips at 989e12 FLOP/s, 40 % used, for 54 days: 16000 × 989e12 × 0.4 × 1296 × 3600.
        let hardware = Compute::hardware(16_000.0, 989e12, 0.4, 54.0 * 24.0).unwrap();
        assert!((hardware.flop() / 2.953_138_176e25 - 1.0).abs() < 1e-9, "{:e}", hardware.flop());
        assert_eq!(read(json!({"flop": 1e25})).unwrap().flop(), 1e25);
    }

    #[test]
    fn each_number_has_its_limits() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e36] {
            assert!(Compute::flop_of(bad).is_err(), "{bad}");
            assert!(Compute::model(bad, 1e12).is_err() && Compute::model(1e9, bad).is_err(), "{bad}");
        }
        assert!(Compute::flop_of(MAX).is_ok());
        let part = |result: Result<Compute, BadCompute>| match result {
            Err(BadCompute::Number { part, .. }) => part,
            other => panic!("{other:?}"),
        };
        assert_eq!(part(Compute::hardware(1.0, 1e15, 1.01, 1.0)), "utilisation");
        assert!(Compute::hardware(1.0, 1e15, 1.0, 1.0).is_ok());
        assert_eq!(part(Compute::hardware(2e9, 1e15, 0.5, 1.0)), "count");
        assert_eq!(part(Compute::hardware(1.0, 2e21, 0.5, 1.0)), "peak_flop_per_s");
        assert_eq!(part(Compute::hardware(1.0, 1e15, 0.5, 2e6)), "hours");
        assert_eq!(part(Compute::model(1e18, 1e18)), "flop", "too large as a whole");
        assert_eq!(part(read(json!({"flop": "much"}))), "flop");
    }

    #[test]
    fn mixed_shapes_are_refused() {
        for value in [json!({}), json!({"flop": 1, "tokens": 1}), json!({"tokens": 1}), json!({"count": 1, "hours": 1})]
        {
            assert_eq!(read(value), Err(BadCompute::Shape));
        }
    }
}
