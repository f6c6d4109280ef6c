//! Results of AI Verify's Moonshot: recipes, alone or in cookbooks, each run on data sets with prompt templates and models.

use super::loose::{Leaves, Length, List, Object, Scalar};
use super::walk::{Each, Walk, Walked, document, skip};
use super::{Findings, Shape, Source, Unreadable, when};
use crate::evidence::findings::{Better, Format, METRICS_MAX, Metric, RunState, Unit};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess};
use std::collections::{BTreeMap, BTreeSet};

const FORMAT: &str = "AI Verify Moonshot result";

/// Whether a document is one.
pub fn fits(shape: &Shape) -> bool {
    !shape.list
        && shape.has(&["metadata.endpoints"])
        && (shape.has(&["results.recipes"]) || shape.has(&["results.cookbooks"]))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Meta {
    id: Scalar,
    start_time: Scalar,
    status: Scalar,
    endpoints: List<Scalar>,
    prompt_selection_percentage: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Detail {
    model_id: Scalar,
    dataset_id: Scalar,
    prompt_template_id: Scalar,
    data: Length,
    metrics: List<Leaves, 50>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Summary {
    model_id: Scalar,
    num_of_prompts: Scalar,
    avg_grade_value: Scalar,
    grade: Scalar,
}

struct Run {
    findings: Findings,
    meta: Object<Meta>,
    prompts: u64,
}

impl Walk for Run {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "metadata" => self.meta = map.next_value()?,
            "results" => drop(map.next_value_seed(Walked(&mut Results(self)))?),
            _ => skip(map)?,
        }
        Ok(())
    }
}

struct Results<'a>(&'a mut Run);

impl Walk for Results<'_> {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        let run = &mut *self.0;
        match key.as_str() {
            "recipes" => {
                map.next_value_seed(Each::new(|recipe: Object<Recipe>| recipe.0.unwrap_or_default().tell("", run)))
            }
            "cookbooks" => map.next_value_seed(Each::new(|book: Object<Cookbook>| {
                let book = book.0.unwrap_or_default();
                let id = book.id.word().unwrap_or_default();
                book.recipes.0.into_iter().filter_map(|recipe| recipe.0).for_each(|recipe| recipe.tell(&id, run));
            })),
            _ => skip(map),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Cookbook {
    id: Scalar,
    recipes: List<Object<Recipe>, 100>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Recipe {
    id: Scalar,
    details: Details,
    evaluation_summary: List<Object<Summary>, 200>,
}

/// Reads one.
///
/// # Errors
/// Broken JSON, or a stream that failed.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let findings = Findings::new(Format::Moonshot);
    let mut run = Run { findings, meta: Object(None), prompts: 0 };
    document(file, FORMAT, Walked(&mut run))?;
    Ok(run.finish())
}

/// What is kept of a recipe's details: their metrics, and how many prompts each model had.
#[derive(Default)]
struct Details {
    metrics: Vec<Found>,
    prompts: BTreeMap<String, u64>,
    data: BTreeSet<String>,
}

struct Found {
    scope: String,
    name: String,
    value: f64,
    samples: u64,
}

impl<'de> Deserialize<'de> for Details {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut details = Details::default();
        Each::new(|detail: Object<Detail>| details.add(detail.0.unwrap_or_default())).deserialize(from)?;
        Ok(details)
    }
}

impl Details {
    fn add(&mut self, detail: Detail) {
        let model = detail.model_id.word().unwrap_or_default();
        let data = detail.dataset_id.word().unwrap_or_default();
        let template = detail.prompt_template_id.word().unwrap_or_default();
        let parts: Vec<&str> = [data.as_str(), &template, &model].into_iter().filter(|part| !part.is_empty()).collect();
        let scope = parts.join(" / ");
        if self.prompts.len() < 1_000 || self.prompts.contains_key(&model) {
            let seen = self.prompts.entry(model).or_default();
            *seen = seen.saturating_add(detail.data.0);
        }
        if self.data.len() < 1_000 {
            self.data.insert(data);
        }
        for (name, value) in detail.metrics.0.into_iter().flat_map(|metric| metric.0) {
            // Criteria repeat the metric that the grade is taken from.
            if !name.starts_with("grading_criteria") && self.metrics.len() < METRICS_MAX {
                self.metrics.push(Found { scope: scope.clone(), name, value, samples: detail.data.0 });
            }
        }
    }
}

impl Recipe {
    fn tell(self, cookbook: &str, run: &mut Run) {
        let id = self.id.word().unwrap_or_default();
        let id = if cookbook.is_empty() { id } else { format!("{cookbook} / {id}") };
        let Details { metrics, prompts, data } = self.details;
        prompts.keys().for_each(|model| run.findings.target(model));
        data.iter().for_each(|data| run.findings.data_set(data));
        run.prompts = prompts.values().fold(run.prompts, |all, n| all.saturating_add(*n));
        for found in metrics {
            let (unit, better) = kind(&found.name);
            let mut metric = Metric::new(found.name, format!("{id} / {}", found.scope), found.value, unit);
            metric.better = better;
            metric.samples = Some(found.samples).filter(|n| *n > 0);
            run.findings.metric(metric);
        }
        for summary in self.evaluation_summary.0.into_iter().filter_map(|summary| summary.0) {
            summary.tell(&id, &prompts, &mut run.findings);
        }
    }
}

impl Summary {
    fn tell(&self, recipe: &str, prompts: &BTreeMap<String, u64>, findings: &mut Findings) {
        let model = self.model_id.word().unwrap_or_default();
        let scope = format!("{recipe} / {model}");
        let (claim, seen) = (self.num_of_prompts.count(), prompts.get(&model).copied().filter(|n| *n > 0));
        if let (Some(claim), Some(seen)) = (claim, seen)
            && claim != seen
        {
            findings.note(format!("{scope}: the summary claims {claim} prompts, the details hold {seen}: these count"));
        }
        let Some(value) = self.avg_grade_value.num() else {
            return findings.note(format!("{scope} has no grade"));
        };
        // Grades go from 0 (E) to 100 (A).
        let mut metric = Metric::new("avg_grade_value", scope.as_str(), value, Unit::Other);
        metric.better = Some(Better::Higher);
        metric.samples = seen.or(claim);
        findings.metric(metric);
        findings.fact(&format!("Grade of {scope}"), self.grade.text().unwrap_or_default());
    }
}

impl Run {
    fn finish(mut self) -> Findings {
        let meta = self.meta.0.take().unwrap_or_default();
        let findings = &mut self.findings;
        findings.tool = Some("moonshot".to_owned());
        findings.ran_at = when::instant(&meta.start_time);
        findings.fact("Run", meta.id.text().unwrap_or_default());
        for endpoint in meta.endpoints.0.iter().filter_map(Scalar::text) {
            findings.target(endpoint);
        }
        if let Some(percent) = meta.prompt_selection_percentage.num().filter(|percent| *percent < 100.0) {
            findings.note(format!("Only {percent} % of the prompts were selected"));
        }
        let (state, note) = match meta.status.text() {
            Some("completed") => (RunState::Complete, None),
            Some("cancelled") => (RunState::Cancelled, Some("The run was cancelled".to_owned())),
            Some("running" | "pending") => (RunState::Unfinished, Some("The run was still going on".to_owned())),
            Some(other) => (RunState::Failed, Some(format!("The run ended as: {other}"))),
            None => (RunState::Unknown, Some("The file does not say how the run ended".to_owned())),
        };
        findings.state = state;
        if let Some(note) = note {
            findings.note(note);
        }
        if findings.metrics.is_empty() {
            findings.note("There is no result: nothing was measured");
        } else if self.prompts == 0 {
            findings.note("The file keeps no prompts: its counts cannot be checked");
        }
        self.findings
    }
}

/// The unit of a metric, and where better lies, by its definition in Moonshot.
fn kind(name: &str) -> (Unit, Option<Better>) {
    match name {
        "accuracy" | "exact_str_match" | "relax_str_match" | "refusal" => (Unit::Percent, Some(Better::Higher)),
        "attack_success_rate" => (Unit::Percent, Some(Better::Lower)),
        _ => (Unit::Other, None),
    }
}
