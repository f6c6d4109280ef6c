//! What is acceptable: an acceptance criterion holds one term of the vocabulary against limits.

use super::vocabulary::{Term, Vocabulary, exact, matches};
use crate::error::FieldErrors;
use crate::evidence::findings::{Better, Metric, Unit};
use crate::risk::Characteristic;
use crate::text;
use serde::{Deserialize, Serialize};

/// Longest that a result may be allowed to age, in days.
pub const AGE_MAX: u32 = 3_650;
/// Most samples that may be asked for.
pub const SAMPLES_MAX: u64 = 1_000_000_000;

crate::words! {
    /// Which value of a file is held against the limits.
    SliceRule {
        Overall = "overall", "All samples together";
        WorstGroup = "worst_group", "The worst of all groups with enough samples";
    }
}

crate::words! {
    /// On which side of its limits a value is acceptable.
    Comparison {
        AtLeast = "at_least", "At least";
        AtMost = "at_most", "At most";
    }
}

crate::words! {
    /// How a value lies to its limits.
    Standing {
        Within = "within", "Within the limits";
        Marked = "marked", "Beyond the warning mark";
        Beyond = "beyond", "Beyond the limit";
    }
}

/// An acceptance criterion, checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// The term's key.
    pub metric: String,
    /// The unit of the limits: the term's, when the criterion was written.
    pub unit: Unit,
    /// The task, probe or scorer that it must come from, in any case; `*` stands for any characters. None: wherever.
    pub scope: Option<String>,
    /// Which value counts.
    pub slice: SliceRule,
    /// The acceptable side.
    pub comparison: Comparison,
    /// Beyond this it warns; on the better side of `fail`. None: only `fail` counts.
    pub warn: Option<f64>,
    /// Beyond this it fails; exactly this is still acceptable.
    pub fail: f64,
    /// The characteristic of trustworthy AI that it speaks for.
    pub characteristic: Characteristic,
    /// How old a result may be, in days. None: any age.
    pub max_age_days: Option<u32>,
    /// Fewest samples that a result must rest on. None: any number.
    pub min_samples: Option<u64>,
    /// Why it is asked.
    pub note: Option<String>,
}

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

    /// The plainest criterion on a term: its direction, its characteristic, one limit.
    #[must_use]
    pub fn new(term: &Term, fail: f64) -> Self {
        Self {
            metric: term.key.clone(),
            unit: term.unit,
            scope: None,
            slice: SliceRule::Overall,
            comparison: Comparison::of(term.better),
            warn: None,
            fail,
            characteristic: term.characteristic,
            max_age_days: None,
            min_samples: None,
            note: None,
        }
    }

    /// Beyond this a value does not simply pass: the warning mark, or else the limit.
    #[must_use]
    pub fn mark(&self) -> f64 {
        self.warn.unwrap_or(self.fail)
    }

    /// How a value lies to the limits.
    #[must_use]
    pub fn standing(&self, value: f64) -> Standing {
        if self.comparison.beyond(value, self.fail) {
            Standing::Beyond
        } else if self.comparison.beyond(value, self.mark()) {
            Standing::Marked
        } else {
            Standing::Within
        }
    }

    /// Whether a metric comes from where the criterion asks.
    #[must_use]
    pub fn takes(&self, metric: &Metric) -> bool {
        let fits = |scope: &str| matches(&scope.to_lowercase(), &metric.scope.to_lowercase());
        self.scope.as_deref().is_none_or(fits)
    }

    /// "Attack success rate at most 5 % (warns above 3 %), of at least 200 samples, no older than 90 days"
    #[must_use]
    pub fn said(&self, vocabulary: &Vocabulary) -> String {
        let limit = |value| exact(value, self.unit);
        let mut said = format!("{} {}", vocabulary.label(&self.metric), self.limit_said());
        if let Some(warn) = self.warn {
            let beyond = if self.comparison == Comparison::AtLeast { "below" } else { "above" };
            said.push_str(&format!(" (warns {beyond} {})", limit(warn)));
        }
        if let Some(scope) = &self.scope {
            said.push_str(&format!(", of {scope}"));
        }
        if self.slice == SliceRule::WorstGroup {
            said.push_str(", in the worst group");
        }
        if let Some(n) = self.min_samples {
            said.push_str(&format!(", of at least {}", counted(n, "sample")));
        }
        if let Some(days) = self.max_age_days {
            said.push_str(&format!(", no older than {}", counted(u64::from(days), "day")));
        }
        said
    }

    /// "at most 5 %"
    #[must_use]
    pub fn limit_said(&self) -> String {
        let side = if self.comparison == Comparison::AtLeast { "at least" } else { "at most" };
        format!("{side} {}", exact(self.fail, self.unit))
    }
}

impl Comparison {
    /// The acceptable side where better lies so.
    #[must_use]
    pub const fn of(better: Better) -> Self {
        match better {
            Better::Higher => Comparison::AtLeast,
            Better::Lower => Comparison::AtMost,
        }
    }

    /// Whether a value lies on the worse side of a limit, by more than floating point may lose.
    #[must_use]
    pub fn beyond(self, value: f64, limit: f64) -> bool {
        let slack = 1e-9 * limit.abs().max(1.0);
        match self {
            Comparison::AtLeast => value < limit - slack,
            Comparison::AtMost => value > limit + slack,
        }
    }

    /// A value that lies better than a limit by so much.
    #[must_use]
    pub fn better(self, limit: f64, by: f64) -> f64 {
        // Rounded, since 0.05 - 0.02 is not 0.03.
        let value = if self == Comparison::AtLeast { limit + by } else { limit - by };
        (value * 1e9).round() / 1e9
    }

    /// Which of two values is worse: greater means that the first is.
    #[must_use]
    pub fn worse(self, first: f64, second: f64) -> std::cmp::Ordering {
        match self {
            Comparison::AtLeast => second.total_cmp(&first),
            Comparison::AtMost => first.total_cmp(&second),
        }
    }
}

/// "1 sample", "200 samples"
#[must_use]
pub fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn word<T: std::str::FromStr>(errors: &mut FieldErrors, field: &str, typed: &str, usual: T, message: &str) -> T
where
    T: Copy,
{
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

#[cfg(test)]
#[path = "criterion_tests.rs"]
mod tests;
