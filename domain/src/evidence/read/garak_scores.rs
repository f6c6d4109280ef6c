//! From which score on an output is a hit. garak writes no setting that is a fraction into its reports, and so not its
//! `eval_threshold`: it is 0.5 unless the run was given another, which then is worked out from what the evaluations counted.

use std::collections::BTreeMap;

/// What is taken where a report says nothing.
pub const USUAL: f64 = 0.5;
/// Scores between 0 and 1 that are kept of one file.
const KEPT_MAX: usize = 100_000;

/// The scores of one probe and detector.
#[derive(Default)]
struct Of {
    /// Scores of 1: hits whatever the threshold.
    sure: u64,
    between: Vec<f64>,
}

impl Of {
    fn hits(&self, threshold: f64) -> u64 {
        self.sure + self.between.iter().filter(|score| **score >= threshold).count() as u64
    }
}

/// The scores of a report.
#[derive(Default)]
pub struct Scores<K> {
    of: BTreeMap<K, Of>,
    kept: usize,
}

impl<K: Ord + Clone> Scores<K> {
    pub fn add(&mut self, key: &K, score: f64) {
        if score <= 0.0 {
            return;
        }
        if !self.of.contains_key(key) {
            self.of.insert(key.clone(), Of::default());
        }
        let Some(of) = self.of.get_mut(key) else { return };
        if score >= 1.0 {
            of.sure += 1;
            return;
        }
        self.kept += 1;
        if self.kept <= KEPT_MAX {
            of.between.push(score);
        }
    }

    /// The lowest and the highest threshold (the lowest not one itself) at which as many outputs are hits as was counted,
    /// for all probes and detectors at once; nothing where the usual one is such, or none is.
    pub fn other_threshold<'a>(&mut self, counted: impl Iterator<Item = (&'a K, u64)>) -> Option<(f64, f64)>
    where
        K: 'a,
    {
        if self.kept > KEPT_MAX {
            return None;
        }
        let (mut low, mut high) = (0.0_f64, 1.0_f64);
        for (key, hits) in counted {
            let Some(of) = self.of.get_mut(key) else {
                if hits > 0 {
                    return None;
                }
                continue;
            };
            of.between.sort_by(|a, b| b.total_cmp(a));
            let above = usize::try_from(hits.checked_sub(of.sure)?).ok().filter(|n| *n <= of.between.len())?;
            low = low.max(of.between.get(above).copied().unwrap_or(0.0));
            high = high.min(above.checked_sub(1).map_or(1.0, |last| of.between[last]));
        }
        (low < high && !(low < USUAL && USUAL <= high)).then_some((low, high))
    }

    pub fn hits(&self, key: &K, threshold: f64) -> u64 {
        self.of.get(key).map_or(0, |of| of.hits(threshold))
    }
}
