//! Outcomes of an Inspect log: the value that a scorer gave a sample, as the number that Inspect's own accuracy and mean make
//! of it (`value_to_float`: C is 1, P a half, I and N are 0). Epochs are repeats of a sample.
//!
//! Sources: Inspect, "Scorers" (reducing epochs, value to float), inspect.aisi.org.uk.

use super::super::inspect::FORMAT;
use super::super::inspect_parts::{Eval, Results};
use super::super::loose::{Object, Said, Scalar, Table};
use super::super::packed::Parts;
use super::super::walk::{Each, Walk, Walked, document, skip};
use super::super::{Source, Unreadable};
use super::collect::Collect;
use super::print::sample;
use super::{Outcomes, Series};
use crate::evidence::findings::clip;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

/// Reads a log that is a single JSON document.
///
/// # Errors
/// Broken JSON, or a stream that failed.
pub(super) fn read(file: &mut dyn Source) -> Result<Outcomes, Unreadable> {
    let mut run = Run::default();
    run.header(file)?;
    Ok(run.finish())
}

/// A log while it is read.
#[derive(Default)]
pub(in super::super) struct Run {
    eval: Object<Eval>,
    results: Object<Results>,
    invalidated: Scalar,
    /// By the scorer's name, and for one that gives several values "scorer / value".
    found: Collect,
    /// Samples whose text says nothing of what they are: then their names mean nothing outside their task.
    wordless: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Scored {
    id: Scalar,
    epoch: Scalar,
    input: Said,
    scores: Table<Object<Graded>>,
    error: Said,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Graded {
    value: Value,
}

/// What a scorer gave: one value, or several by name.
#[derive(Default)]
struct Value {
    one: Scalar,
    named: BTreeMap<String, Scalar>,
}

impl Walk for Run {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "invalidated" => self.invalidated = map.next_value()?,
            "eval" => self.eval = map.next_value()?,
            "results" => self.results = map.next_value()?,
            "samples" => map.next_value_seed(Samples(self))?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// A list of samples.
struct Samples<'a>(&'a mut Run);

impl<'de> DeserializeSeed<'de> for Samples<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        Each::new(|scored: Object<Scored>| self.0.add(scored.0.unwrap_or_default())).deserialize(from)
    }
}

impl Parts for Run {
    fn header(&mut self, stream: &mut dyn Read) -> Result<(), Unreadable> {
        document(stream, FORMAT, Walked(self))
    }
    fn samples(&mut self, stream: &mut dyn Read) -> Result<(), Unreadable> {
        document(stream, FORMAT, Samples(self))
    }
    fn note(&mut self, _: &str) {}
}

impl Run {
    fn add(&mut self, scored: Scored) {
        let Some(id) = scored.id.word() else { return };
        self.wordless |= scored.input.0.is_empty();
        let (sample, epoch) = (sample(&[&id, &scored.input.0]), scored.epoch.count().unwrap_or(1));
        let failed = !scored.error.0.is_empty();
        for (scorer, graded) in &scored.scores.0 {
            let Some(Graded { value }) = &graded.0 else { continue };
            let mark = |value: &Scalar| mark(value).filter(|_| !failed);
            if value.named.is_empty() {
                self.found.add(("", scorer), sample, epoch, mark(&value.one));
            }
            for (name, value) in &value.named {
                self.found.add(("", &format!("{scorer} / {name}")), sample, epoch, mark(value));
            }
        }
    }

    /// The outcomes under the names and scopes of the results.
    pub(in super::super) fn finish(mut self) -> Outcomes {
        if self.invalidated.bool() == Some(true) {
            return Outcomes::none("the log was marked as invalid");
        }
        let raw = std::mem::take(&mut self.found).finish();
        if raw.missing.is_some() {
            return raw;
        }
        let Some(results) = self.results.0 else { return Outcomes::none("the log has no results") };
        let eval = self.eval.0.unwrap_or_default();
        let epochs = eval.config.0.as_ref().and_then(|config| config.epochs.count()).unwrap_or(1).max(1);
        let mut out = Outcomes::default();
        for score in results.scores.0.iter().filter_map(|score| score.0.as_ref()) {
            // Of the ways to make one value of several epochs, only the mean is that of the samples.
            if epochs > 1 && !matches!(score.reducer.text(), None | Some("mean")) {
                continue;
            }
            let (name, scope) = score.scopes(epochs);
            let own = score.name.text().or(score.scorer.text()).unwrap_or_default();
            let Some(series) = raw.get("", &clip(&name)).or_else(|| raw.get("", &clip(own))) else { continue };
            for metric in ["accuracy", "mean"].into_iter().filter(|metric| score.metrics.0.contains_key(*metric)) {
                let of: &mut BTreeMap<String, Series> = out.series.entry(metric.to_owned()).or_default();
                of.insert(clip(&scope), series.clone());
            }
        }
        if out.series.is_empty() {
            out.missing = Some("no score of the log is a mean of its samples".to_owned());
        }
        let task = eval.task.text().map(|task| task.rsplit('/').next().unwrap_or(task).to_owned());
        out.of = task.filter(|_| self.wordless);
        out
    }
}

/// The number that a value counts as.
fn mark(value: &Scalar) -> Option<f64> {
    match value {
        Scalar::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Scalar::Text(text) => match text.trim() {
            "C" => Some(1.0),
            "P" => Some(0.5),
            "I" | "N" => Some(0.0),
            text if text.eq_ignore_ascii_case("yes") || text.eq_ignore_ascii_case("true") => Some(1.0),
            text if text.eq_ignore_ascii_case("no") || text.eq_ignore_ascii_case("false") => Some(0.0),
            _ => value.num(),
        },
        _ => value.num(),
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any)
    }
}

struct Any;

fn one<E>(one: Scalar) -> Result<Value, E> {
    Ok(Value { one, named: BTreeMap::new() })
}

impl<'de> Visitor<'de> for Any {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a score")
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        one(Scalar::Bool(flag))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        one(Scalar::Num(number as f64))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        one(Scalar::Num(number as f64))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        one(Scalar::Num(number))
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        one(if text.len() <= 100 { Scalar::Text(text.to_owned()) } else { Scalar::None })
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        one(Scalar::None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        one(Scalar::None)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        let mut named = Table::<Scalar, 200>::default();
        Walked(&mut named).visit_map(map)?;
        Ok(Value { one: Scalar::None, named: named.0 })
    }
}
