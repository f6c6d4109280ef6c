//! What is acceptable: an acceptance criterion holds one term of the vocabulary against limits.

mod typed;

pub use typed::Typed;

use super::vocabulary::{Term, Vocabulary, exact, matches};
use crate::evidence::findings::{Better, Metric, Unit};
use crate::risk::Characteristic;
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

impl Criterion {
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

#[cfg(test)]
#[path = "criterion/tests.rs"]
mod tests;
