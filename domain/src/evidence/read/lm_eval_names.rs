//! What lm-evaluation-harness means by its names: units, directions, and the arguments of a model.

use super::loose::Scalar;
use super::walk::{Walk, Walked, otherwise};
use crate::evidence::findings::{Better, Unit};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The arguments of a model, `name=value,…`; newer files hold an object. What may be a secret is blotted out.
#[derive(Debug, Clone, Default)]
pub struct Args(Vec<(String, String)>);

impl Args {
    /// All of them, as they are written on the command line.
    pub fn text(&self) -> String {
        let each: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        each.join(",")
    }

    /// The model's name.
    pub fn model(&self) -> Option<&str> {
        // An adapter and its base are given together: what was evaluated is the adapter. The order is the harness's own.
        let find = |wanted: &&str| self.0.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        ["peft", "delta", "pretrained", "model", "path", "engine"].iter().find_map(find)
    }

    fn add(&mut self, name: &str, value: &str) {
        let lower = name.to_ascii_lowercase();
        let secret = ["key", "token", "secret", "password", "auth"].iter().any(|word| lower.contains(word));
        // "tokenizer" is none.
        let secret = secret && !lower.starts_with("tokenizer") && lower != "max_tokens";
        if self.0.len() < 100 {
            self.0.push((name.to_owned(), if secret { "***" } else { value }.to_owned()));
        }
    }
}

impl Walk for Args {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        let value: Scalar = map.next_value()?;
        let value = value.word().or(value.bool().map(|b| b.to_string()));
        self.add(&key, &value.unwrap_or_default());
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Args {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Args;
            otherwise!(others Args::default());
            otherwise!(list Args::default());
            fn visit_str<E>(self, text: &str) -> Result<Args, E> {
                let mut args = Args::default();
                for part in text.split(',').take(100) {
                    let (name, value) = part.split_once('=').unwrap_or((part, ""));
                    args.add(name.trim(), value.trim());
                }
                args.0.retain(|(name, _)| !name.is_empty());
                Ok(args)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Args, A::Error> {
                let mut args = Args::default();
                Walked(&mut args).visit_map(map)?;
                Ok(args)
            }
        }
        from.deserialize_any(Any)
    }
}

/// Whether a name is one that the harness draws for a model of this type without any: eight small letters and digits. Only of
/// its `dummy` is that sure without a digit; eight letters may be a word.
pub fn is_drawn(name: &str, kind: &str) -> bool {
    let digit = name.bytes().any(|b| b.is_ascii_digit());
    name.len() == 8 && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) && (digit || kind == "dummy")
}

/// A whole number that a share of a count comes down to.
pub fn whole(n: f64) -> Option<u64> {
    ((n - n.round()).abs() < 1e-6 * n.abs().max(1.0) && (0.0..9e15).contains(&n.round())).then(|| n.round() as u64)
}

/// Whether a metric is the share of documents that are right.
pub fn is_share(name: &str) -> bool {
    matches!(name, "acc" | "acc_norm" | "acc_bytes" | "acc_mutual_info" | "exact_match" | "em" | "contains")
        || name.starts_with("pass@")
        || name.ends_with("_acc")
}

/// The unit of a metric of this name.
pub fn unit(name: &str, value: f64) -> Unit {
    let share = is_share(name) || matches!(name, "f1" | "mcc" | "pct_stereotype" | "mrr" | "recall" | "precision");
    if share && (0.0..=1.0).contains(&value) { Unit::Proportion } else { Unit::Other }
}

/// Where better lies, for metrics whose definition in the tool leaves no doubt.
pub fn better(name: &str) -> Option<Better> {
    match name {
        _ if is_share(name) => Some(Better::Higher),
        "f1" | "mcc" | "bleu" | "chrf" | "rouge1" | "rouge2" | "rougeL" | "mrr" => Some(Better::Higher),
        "perplexity" | "word_perplexity" | "byte_perplexity" | "bits_per_byte" | "ter" | "brier_score" => {
            Some(Better::Lower)
        }
        _ => None,
    }
}
