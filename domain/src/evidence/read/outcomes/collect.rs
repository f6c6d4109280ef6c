//! Gathers outcomes while a file is read, and folds the repeats of a sample.

use super::{OUTCOMES_MAX, Outcomes, SAMPLES_MAX, Sample, Series};
use crate::evidence::findings::{METRICS_MAX, clip};
use std::collections::BTreeMap;

/// One outcome: of which sample, of which of its repeats; none where it ended with an error or was not scored.
struct Entry {
    sample: Sample,
    repeat: u64,
    value: Option<f64>,
}

/// Outcomes while they are gathered.
#[derive(Default)]
pub(super) struct Collect {
    entries: BTreeMap<String, BTreeMap<String, Vec<Entry>>>,
    metrics: usize,
    held: usize,
    full: bool,
}

impl Collect {
    /// Adds an outcome.
    pub(super) fn add(&mut self, (name, scope): (&str, &str), sample: Sample, repeat: u64, value: Option<f64>) {
        if self.full {
            return;
        }
        let (known, count) = (self.entries.get(name).is_some_and(|s| s.contains_key(scope)), self.metrics);
        if !known {
            if count >= METRICS_MAX {
                return;
            }
            self.metrics += 1;
            self.entries.entry(name.to_owned()).or_default().insert(scope.to_owned(), Vec::new());
        }
        let Some(entries) = self.entries.get_mut(name).and_then(|scopes| scopes.get_mut(scope)) else { return };
        self.held += 1;
        if self.held > OUTCOMES_MAX || entries.len() >= SAMPLES_MAX {
            // Half of the samples would pair as if they were all.
            self.full = true;
            self.entries.clear();
            return;
        }
        entries.push(Entry { sample, repeat, value: value.filter(|value| value.is_finite()) });
    }

    /// What they come to.
    pub(super) fn finish(self) -> Outcomes {
        if self.full {
            return Outcomes::none(format!(
                "the file holds more than {SAMPLES_MAX} samples, or {OUTCOMES_MAX} outcomes"
            ));
        }
        let mut out = Outcomes::default();
        for (name, scopes) in self.entries {
            let of = out.series.entry(clip(&name)).or_default();
            for (scope, entries) in scopes {
                of.insert(clip(&scope), folded(entries));
            }
        }
        if out.series.is_empty() {
            out.missing = Some("the file keeps no outcome of a sample".to_owned());
        }
        out
    }
}

/// One outcome a sample. A repeat that occurs twice is a name that two samples share; a repeat without an outcome leaves a
/// mean of other repeats than the other run has: neither pairs.
#[expect(clippy::cast_precision_loss, reason = "counts of repeats")]
fn folded(mut entries: Vec<Entry>) -> Series {
    entries.sort_unstable_by_key(|entry| (entry.sample, entry.repeat));
    let mut series = Series::default();
    for repeats in entries.chunk_by(|a, b| a.sample == b.sample) {
        series.samples += 1;
        let valued: Vec<f64> = repeats.iter().filter_map(|entry| entry.value).collect();
        let sum: f64 = valued.iter().sum();
        series.sum += sum;
        series.outcomes += valued.len() as u64;
        series.without += (repeats.len() - valued.len()) as u64;
        let twice = repeats.windows(2).any(|two| matches!(two, [a, b] if a.repeat == b.repeat));
        if let (Some(first), false, true) = (repeats.first(), twice, valued.len() == repeats.len()) {
            series.values.push((first.sample, sum / valued.len() as f64));
        }
    }
    series
}

#[cfg(test)]
mod tests {
    use super::super::print::sample;
    use super::*;

    #[test]
    fn repeats_are_one_outcome_and_what_is_not_told_apart_is_none() {
        let mut found = Collect::default();
        for (name, repeat, value) in [
            ("once", 1, Some(1.0)),
            ("often", 1, Some(1.0)),
            ("often", 2, Some(0.0)),
            ("broke", 1, None),
            ("broke", 2, Some(1.0)),
            ("twin", 1, Some(1.0)),
            ("twin", 1, Some(1.0)),
            ("odd", 1, Some(f64::NAN)),
        ] {
            found.add(("acc", ""), sample(&[name]), repeat, value);
        }
        let found = found.finish();
        let series = found.get("acc", "").unwrap();
        let mut values: Vec<f64> = series.values.iter().map(|(_, value)| *value).collect();
        values.sort_by(f64::total_cmp);
        assert_eq!((values, series.samples(), series.len()), (vec![0.5, 1.0], 5, 2));
        // Five of six, or of eight with the two that have none.
        assert!(series.comes_to(5.0 / 6.0) && series.comes_to(5.0 / 8.0) && !series.comes_to(0.75));
        assert_eq!(series.pairs(series).collect::<Vec<_>>(), series.pairs(series).collect::<Vec<_>>());
        assert_eq!(series.pairs(&Series::default()).count(), 0);
    }

    #[test]
    fn too_many_are_none_and_said() {
        let mut found = Collect::default();
        for n in 0..=SAMPLES_MAX {
            found.add(("acc", ""), sample(&[&n.to_string()]), 1, Some(1.0));
        }
        let found = found.finish();
        assert_eq!(found.all().count(), 0);
        assert!(found.missing.unwrap().contains("more than 200000 samples"));
        assert!(Collect::default().finish().missing.is_some());
    }
}
