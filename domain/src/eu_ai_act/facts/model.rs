//! General-purpose models: Art. 51 to 55, and the Commission's guidelines C(2025) 7719.

use super::View;
use crate::eu_ai_act::key::Key;
use crate::eu_ai_act::law::{DateKey, law};

impl View<'_> {
    /// What the compute of a further training must exceed to make a new provider.
    fn modification_threshold(&self) -> f64 {
        let limits = &law().thresholds;
        let unknown =
            if self.yes(Key::OriginalSystemic) { limits.systemic_flop.value } else { limits.indicative_flop.value };
        self.flop(Key::OriginalCompute).unwrap_or(unknown) / limits.modification_divisor.value
    }

    pub fn original_is_presumed_systemic(&self) -> bool {
        self.flop(Key::OriginalCompute).is_some_and(|flop| flop > law().thresholds.systemic_flop.value)
    }

    pub fn modified_model(&self) -> bool {
        let original_known = self.given.contains_key(&Key::OriginalCompute)
            && (self.original_is_presumed_systemic() || self.given.contains_key(&Key::OriginalSystemic));
        original_known && self.flop(Key::ModificationCompute).is_some_and(|flop| flop > self.modification_threshold())
    }

    pub fn provides_model(&self) -> bool {
        self.flop(Key::TrainingCompute).is_some() || self.modified_model()
    }

    /// Answered with "unknown".
    pub fn is_unknown(&self, key: Key) -> bool {
        self.given.contains_key(&key) && self.flop(key).is_none()
    }

    /// Compute over the whole life of the model, as far as it is known.
    fn cumulative_flop(&self) -> f64 {
        let parts = [Key::TrainingCompute, Key::ModificationCompute, Key::OriginalCompute];
        parts.iter().filter_map(|key| self.flop(*key)).sum()
    }

    /// Art. 51(2).
    pub fn presumed_systemic(&self) -> bool {
        self.provides_model() && self.cumulative_flop() > law().thresholds.systemic_flop.value
    }

    /// Art. 51(1).
    pub fn systemic(&self) -> bool {
        let classified = self.yes(Key::HighImpact) || self.yes(Key::OriginalSystemic);
        self.presumed_systemic() || (self.provides_model() && classified)
    }

    pub fn below_indicative(&self) -> bool {
        self.flop(Key::TrainingCompute).is_some_and(|flop| flop <= law().thresholds.indicative_flop.value)
    }

    /// Art. 111(3).
    pub fn model_of_before(&self) -> bool {
        let before = |released| released < law().date(DateKey::Models);
        self.provides_model() && self.day(Key::ModelReleasedOn).is_some_and(before)
    }
}
