//! Rows of promptfoo: a test of one prompt at one provider.

use super::loose::{Figure, List, Object, Scalar, Table};
use super::walk::{Walk, Walked, otherwise, skip};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A row; its variables and assertions, whose form is anybody's, are passed over unless `F` says what is wanted of them.
#[derive(Deserialize, Default)]
#[serde(default, bound = "F: Deserialize<'de> + Default")]
pub(super) struct Row<F = IgnoredAny> {
    success: Scalar,
    #[serde(rename = "failureReason")]
    failure_reason: Scalar,
    pub(super) error: Scalar,
    #[serde(rename = "latencyMs")]
    pub(super) latency: Scalar,
    pub(super) cost: Scalar,
    pub(super) provider: Provider,
    pub(super) prompt: Object<Prompt>,
    pub(super) vars: F,
    #[serde(rename = "testIdx")]
    test: Scalar,
    #[serde(rename = "namedScores")]
    named: Table<Figure>,
    #[serde(rename = "gradingResult")]
    grading: Object<Grading>,
    #[serde(rename = "testCase")]
    pub(super) case: Object<Case<F>>,
    metadata: Object<Meta>,
    description: Scalar,
}

/// Who answered: a text, or an object with id and label.
#[derive(Default)]
pub(super) struct Provider {
    pub(super) id: String,
    label: String,
}

impl Walk for Provider {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        let to = match key.as_str() {
            "id" => &mut self.id,
            "label" => &mut self.label,
            _ => return skip(map),
        };
        *to = map.next_value::<Scalar>()?.text().unwrap_or_default().to_owned();
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Provider {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Provider;
            otherwise!(others Provider::default());
            otherwise!(list Provider::default());
            fn visit_str<E>(self, text: &str) -> Result<Provider, E> {
                Ok(Provider { id: text.chars().take(600).collect(), label: String::new() })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Provider, A::Error> {
                let mut provider = Provider::default();
                Walked(&mut provider).visit_map(map)?;
                Ok(provider)
            }
        }
        from.deserialize_any(Any)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Prompt {
    label: Scalar,
    display: Scalar,
    pub(super) raw: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Grading {
    reason: Scalar,
    #[serde(rename = "namedScoreWeights")]
    weights: Table<Figure>,
    #[serde(rename = "componentResults")]
    components: List<Object<Component>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Component {
    assertion: Object<Assertion>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Assertion {
    metric: Scalar,
}

/// What a row was made from.
#[derive(Deserialize, Default)]
#[serde(default, bound = "F: Deserialize<'de> + Default")]
pub(super) struct Case<F = IgnoredAny> {
    pub(super) description: Scalar,
    pub(super) vars: F,
    #[serde(rename = "assert")]
    pub(super) asserted: F,
    metadata: Object<Meta>,
}

/// What a red-team run says of a test.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Meta {
    #[serde(rename = "pluginId")]
    plugin: Scalar,
    #[serde(rename = "strategyId")]
    strategy: Scalar,
    severity: Scalar,
}

/// How a row ended.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ended {
    Passed,
    Failed,
    Error,
}

impl<F> Row<F> {
    /// An error is no failure. Old rows do not tell the two apart: there a row that was graded has failed.
    pub(super) fn ended(&self) -> Ended {
        match (self.success.bool(), self.failure_reason.count()) {
            (Some(true), _) => Ended::Passed,
            (_, Some(2)) => Ended::Error,
            (_, Some(_)) => Ended::Failed,
            (None, None) => Ended::Error,
            (Some(false), None) if self.grading.0.is_none() && self.error.text().is_some() => Ended::Error,
            (Some(false), None) => Ended::Failed,
        }
    }

    /// The provider and the prompt.
    pub(super) fn group(&self) -> String {
        self.group_of(&self.provider.id)
    }

    /// The same as the file's own sums call them: by the provider's label, if it has one.
    pub(super) fn labelled(&self) -> Option<String> {
        Some(&self.provider.label).filter(|label| !label.is_empty()).map(|label| self.group_of(label))
    }

    fn group_of(&self, provider: &str) -> String {
        let prompt = self.prompt.0.as_ref();
        let prompt = prompt.and_then(|p| p.label.text().or(p.display.text()).or(p.raw.text())).unwrap_or_default();
        let short: String = prompt.chars().take(120).collect();
        format!("{provider} / {short}")
    }

    fn meta(&self, pick: impl Fn(&Meta) -> &Scalar) -> Option<String> {
        let case = self.case.0.as_ref().and_then(|case| case.metadata.0.as_ref());
        case.and_then(|meta| pick(meta).word()).or_else(|| self.metadata.0.as_ref().and_then(|meta| pick(meta).word()))
    }

    /// Why it was graded so.
    pub(super) fn reason(&self) -> Option<&str> {
        self.grading.0.as_ref().and_then(|grading| grading.reason.text())
    }

    /// How grave a red-team run calls it.
    pub(super) fn severity(&self) -> Option<String> {
        self.meta(|meta| &meta.severity)
    }

    /// The plugin and strategy of a red-team run.
    pub(super) fn attack(&self) -> Option<String> {
        let plugin = self.meta(|meta| &meta.plugin)?;
        Some(match self.meta(|meta| &meta.strategy) {
            Some(strategy) => format!("{plugin} / {strategy}"),
            None => plugin,
        })
    }

    /// Named scores, each as a sum and what that is to be divided by: a row's named score is a sum over its assertions of
    /// that name; since the file knows weights, a mean.
    pub(super) fn scores(&self) -> impl Iterator<Item = (&str, f64, f64)> {
        let grading = self.grading.0.as_ref();
        self.named.0.iter().filter_map(move |(name, value)| {
            let value = value.0?;
            let weight = grading.and_then(|grading| grading.weights.0.get(name)).and_then(|figure| figure.0);
            Some(match weight.filter(|weight| *weight > 0.0) {
                Some(weight) => (name.as_str(), value * weight, weight),
                None => {
                    let components = grading.map(|grading| grading.components.0.as_slice()).unwrap_or_default();
                    let of = |component: &&Object<Component>| {
                        let assertion = component.0.as_ref().and_then(|component| component.assertion.0.as_ref());
                        assertion.and_then(|assertion| assertion.metric.text()) == Some(name)
                    };
                    (name.as_str(), value, components.iter().filter(of).count().max(1) as f64)
                }
            })
        })
    }

    /// What people know the test by.
    pub(super) fn name(&self) -> String {
        let case = self.case.0.as_ref().and_then(|case| case.description.text());
        match case.or(self.description.text()) {
            Some(description) => description.to_owned(),
            None => match self.meta(|meta| &meta.plugin) {
                Some(plugin) => plugin,
                None => format!("test {}", self.test.word().unwrap_or_default()),
            },
        }
    }
}
