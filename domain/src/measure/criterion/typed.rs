//! A criterion as people type it, and what may be wrong with it.

use super::{AGE_MAX, Comparison, Criterion, SAMPLES_MAX, SliceRule};
use crate::error::FieldErrors;
use crate::evidence::findings::Unit;
use crate::measure::vocabulary::Vocabulary;
use crate::text;
use std::str::FromStr;

/// A criterion as it is typed; what may be left out is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typed<'a> {
    /// A term's key.
    pub metric: &'a str,
    /// May be empty.
    pub scope: &'a str,
    /// A word of [`SliceRule`]; empty for overall.
    pub slice: &'a str,
    /// A word of [`Comparison`]; empty for that of the term's direction.
    pub comparison: &'a str,
    /// "0.03" or "3 %"; may be empty.
    pub warn: &'a str,
    /// "0.05" or "5 %".
    pub fail: &'a str,
    /// A word of [`Characteristic`]; empty for the term's.
    pub characteristic: &'a str,
    /// Days; may be empty.
    pub max_age_days: &'a str,
    /// May be empty.
    pub min_samples: &'a str,
    /// May be empty.
    pub note: &'a str,
}

impl Criterion {
    /// Checks a criterion as typed.
    ///
    /// # Errors
    /// A message per field.
    pub fn parse(typed: Typed<'_>, vocabulary: &Vocabulary) -> Result<Self, FieldErrors> {
        let Some(term) = vocabulary.get(typed.metric.trim()) else {
            return Err(FieldErrors::one("metric", "Choose a metric"));
        };
        let mut errors = FieldErrors::default();
        let slice = word(&mut errors, "slice", typed.slice, SliceRule::Overall, "Choose which value counts");
        let usual = Comparison::of(term.better);
        let comparison = word(&mut errors, "comparison", typed.comparison, usual, "Choose at least or at most");
        let characteristic =
            word(&mut errors, "characteristic", typed.characteristic, term.characteristic, "Choose a characteristic");
        let fail = limit(&mut errors, "fail", typed.fail, term.unit);
        if fail.is_none() {
            errors.add("fail", "Enter the limit");
        }
        let warn = limit(&mut errors, "warn", typed.warn, term.unit);
        let max_age_days = number(&mut errors, "max_age_days", typed.max_age_days, u64::from(AGE_MAX), "days");
        let min_samples = number(&mut errors, "min_samples", typed.min_samples, SAMPLES_MAX, "samples");
        let scope = said(&mut errors, "scope", text::line(typed.scope));
        let note = said(&mut errors, "note", text::prose(typed.note));
        if let (Some(warn), Some(fail)) = (warn, fail)
            && !comparison.beyond(fail, warn)
        {
            let side = if comparison == Comparison::AtLeast { "above" } else { "below" };
            errors.add("warn", format!("The warning mark must lie {side} the limit"));
        }
        errors.into_result()?;
        Ok(Self {
            metric: term.key.clone(),
            unit: term.unit,
            scope,
            slice,
            comparison,
            warn,
            fail: fail.ok_or_else(|| FieldErrors::one("fail", "Enter the limit"))?,
            characteristic,
            max_age_days: max_age_days.and_then(|days| u32::try_from(days).ok()),
            min_samples,
            note,
        })
    }
}

fn word<T: FromStr + Copy>(errors: &mut FieldErrors, field: &str, typed: &str, usual: T, message: &str) -> T {
    match typed.trim() {
        "" => usual,
        typed => typed.parse().unwrap_or_else(|_| {
            errors.add(field, message);
            usual
        }),
    }
}

fn said(errors: &mut FieldErrors, field: &str, checked: Result<Option<String>, &'static str>) -> Option<String> {
    checked.map_err(|why| errors.add(field, format!("This {why}"))).ok().flatten()
}

/// A limit in the term's unit; "5 %" is a proportion of 0.05.
fn limit(errors: &mut FieldErrors, field: &str, typed: &str, unit: Unit) -> Option<f64> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let (digits, percent) = typed.strip_suffix('%').map_or((typed, false), |rest| (rest.trim_end(), true));
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
    let Some(value) = digits.parse::<f64>().ok().filter(|value| plain && value.is_finite() && value.abs() <= 1e15)
    else {
        errors.add(field, "Enter a number, such as 0.9 or 90 %");
        return None;
    };
    let value = match unit {
        Unit::Proportion if percent => value / 100.0,
        Unit::Percent if percent => value,
        _ if percent => {
            errors.add(field, "This metric is not counted in percent");
            return None;
        }
        _ => value,
    };
    let (range, message) = match unit {
        Unit::Proportion => (0.0..=1.0, "Enter a share from 0 to 1, or 0 % to 100 %"),
        Unit::Percent => (0.0..=100.0, "Enter a share from 0 % to 100 %"),
        Unit::Other => (f64::MIN..=f64::MAX, ""),
        _ => (0.0..=f64::MAX, "Enter 0 or more"),
    };
    if !range.contains(&value) {
        errors.add(field, message);
        return None;
    }
    // There is but one zero.
    Some(value + 0.0)
}

fn number(errors: &mut FieldErrors, field: &str, typed: &str, most: u64, what: &str) -> Option<u64> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let digits = typed.bytes().all(|b| b.is_ascii_digit());
    let found = typed.parse().ok().filter(|n| digits && (1..=most).contains(n));
    if found.is_none() {
        errors.add(field, format!("Enter a whole number of {what} from 1 to {most}"));
    }
    found
}
