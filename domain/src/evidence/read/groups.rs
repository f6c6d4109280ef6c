//! What groups of people have in common, whichever file lists them: rates, and how many samples a group has.

use crate::evidence::findings::{Better, Findings, Metric, Unit};

/// Groups of fewer samples prove nothing: at 30, the 95 % interval of a rate of one half is still 18 points wide either way.
pub const SMALL: u64 = 30;

/// Names under which files give the number of samples.
pub fn is_count(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "count"
            | "counts"
            | "n"
            | "samples"
            | "n_samples"
            | "num_samples"
            | "sample_size"
            | "support"
            | "size"
            | "cases"
            | "n_cases"
            | "people"
            | "observations"
            | "instances"
            | "n_eff"
    )
}

/// Measures of Fairlearn over all groups, without the word at their end.
const OVER_GROUPS: &[&str] = &["demographic_parity", "equalized_odds", "equal_opportunity"];

/// Whether a name is one of Fairlearn's and scikit-learn's own metrics.
pub fn is_known(name: &str) -> bool {
    known(name, 0.5).0 == Unit::Proportion
}

/// Unit and direction of Fairlearn's and scikit-learn's own metrics, by their definition. A share that is none by its
/// value (91.3) has no unit that is sure.
pub fn known(name: &str, value: f64) -> (Unit, Option<Better>) {
    let derived =
        |end: &str| name.strip_suffix(end).is_some_and(|stem| OVER_GROUPS.contains(&stem) || share(stem).is_some());
    let found = match name {
        _ if derived("_difference") => Some(Some(Better::Lower)),
        _ if derived("_ratio") => Some(Some(Better::Higher)),
        _ if derived("_group_min") || derived("_group_max") => Some(None),
        name => share(name),
    };
    match (found, name) {
        (Some(better), _) if value.abs() <= 1.0 => (Unit::Proportion, better),
        (Some(better), _) => (Unit::Other, better),
        (None, "mean_absolute_error" | "mean_squared_error" | "log_loss") => (Unit::Other, Some(Better::Lower)),
        (None, name) if is_count(name) => (Unit::Count, None),
        (None, _) => (Unit::Other, None),
    }
}

/// The direction of a metric that is a share of samples.
fn share(name: &str) -> Option<Option<Better>> {
    match name {
        "accuracy" | "accuracy_score" | "balanced_accuracy" | "precision" | "precision_score" | "recall"
        | "recall_score" | "f1" | "f1_score" | "roc_auc" | "roc_auc_score" | "true_positive_rate"
        | "true_negative_rate" => Some(Some(Better::Higher)),
        "false_positive_rate" | "false_negative_rate" | "zero_one_loss" => Some(Some(Better::Lower)),
        "selection_rate" => Some(None),
        _ => None,
    }
}

/// Metrics of one group, or of all together.
pub fn group(findings: &mut Findings, slice: Option<&str>, samples: Option<u64>, values: &[(String, f64)]) {
    for (name, value) in values.iter().filter(|(name, _)| !is_count(name)) {
        let (unit, better) = known(name, *value);
        // Of these the share is of all samples of the group; recall and its like count only part of them.
        let share = matches!(name.as_str(), "accuracy" | "accuracy_score" | "selection_rate" | "zero_one_loss");
        let hits = samples.filter(|_| share).and_then(|n| hits(*value, n));
        let metric = Metric::new(name.as_str(), "", *value, unit);
        findings.metric(Metric { slice: slice.map(str::to_owned), better, samples, hits, ..metric });
    }
}

/// How many of the samples counted, where the value is a share of them.
pub fn hits(value: f64, samples: u64) -> Option<u64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of people")]
    let hits = value * samples as f64;
    super::slim::whole(hits.round()).filter(|n| *n <= samples && (hits - hits.round()).abs() < 1e-6 * hits.max(1.0))
}

/// Says which groups are too small, or that no group says its size.
pub fn sizes(findings: &mut Findings, groups: &[(String, Option<u64>)]) {
    if groups.is_empty() {
        return;
    }
    if groups.iter().all(|(_, n)| n.is_none()) {
        return findings
            .note("The file does not say how many samples a group has, so no group shows anything for sure");
    }
    let small: Vec<String> = groups
        .iter()
        .filter_map(|(group, n)| n.filter(|n| *n < SMALL).map(|n| format!("{group} ({n})")))
        .take(20)
        .collect();
    if !small.is_empty() {
        findings.note(format!(
            "Groups of fewer than {SMALL} samples prove nothing, nor do differences that rest on them: {}",
            small.join(", ")
        ));
    }
    findings.note(
        "The samples of a group are all of it; precision, recall and error rates rest on part of them, which the file \
         does not give",
    );
}
