//! The folder of a HELM run, as a zip archive: what was measured (`stats.json`), and of which model and scenario
//! (`run_spec.json`, `scenario.json`). Members are known by what they hold, whatever they are called and wherever they lie.

use super::helm::statistics;
use super::loose::{Object, Scalar, Table};
use super::packed::Archive;
use super::walk::{Walk, Walked, document, skip};
use super::{Findings, Shape, Source, Unreadable};
use serde::Deserialize;
use serde::de::MapAccess;
use std::io::Read;

pub(super) const FORMAT: &str = "HELM run";
/// Members that are looked into; a run has about ten.
const LOOKED_AT: usize = 100;
/// Bytes at the start of a member by which it is known.
const START: u64 = 64 * 1024;
/// Names that are looked at.
const NAMES: usize = 400;

/// A file of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// What was measured.
    Stats,
    /// What was run.
    Spec,
    /// What the scenario is.
    Scenario,
    /// What was measured on each instance.
    Instances,
    /// What was asked and answered.
    State,
}

impl Part {
    /// The part that has these names at its top, or in its first entries.
    fn of(has: impl Fn(&[&str]) -> bool) -> Option<Self> {
        Some(match () {
            () if has(&["instance_id", "train_trial_index", "stats"]) => Part::Instances,
            () if has(&["adapter_spec", "request_states"]) => Part::State,
            () if has(&["adapter_spec", "scenario_spec"]) => Part::Spec,
            () if has(&["name", "count", "sum", "sum_squared"]) => Part::Stats,
            () if has(&["name", "description", "tags", "definition_path"]) => Part::Scenario,
            () => return None,
        })
    }
}

fn part(shape: &Shape) -> Option<Part> {
    Part::of(|keys| shape.has(keys)).filter(|part| shape.list == matches!(part, Part::Stats | Part::Instances))
}

/// Whether a document is a file of a run other than its statistics, which have a reader of their own.
pub fn fits(shape: &Shape) -> bool {
    !shape.lines && part(shape).is_some_and(|part| part != Part::Stats)
}

/// Says what such a file lacks.
///
/// # Errors
/// Always: alone it holds no result.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let what = match part(&super::shape(file)?) {
        Some(Part::Spec) => {
            "run_spec.json says what was run, not what came out: that stands in stats.json of the same folder"
        }
        Some(Part::Instances) => {
            "per_instance_stats.json has what was measured on each instance, not what that comes to: that stands in \
             stats.json of the same folder"
        }
        Some(Part::State) => {
            "scenario_state.json has what was asked and answered, not what was measured: that stands in stats.json of the \
             same folder"
        }
        _ => "scenario.json says what the scenario is, not what came out: that stands in stats.json of the same folder",
    };
    Err(broken(format!("{what}; a zip archive of the folder has both")))
}

fn broken(what: impl Into<String>) -> Unreadable {
    Unreadable::Broken { format: FORMAT, what: what.into() }
}

/// Where the parts of a run lie in an archive.
pub(super) fn parts(archive: &mut Archive<'_>) -> Result<Vec<(Part, String)>, Unreadable> {
    let plain = |name: &String| {
        let lower = name.to_ascii_lowercase();
        // What macOS adds to archives has the same names.
        lower.ends_with(".json") && !lower.starts_with("__macosx/")
    };
    let names: Vec<String> = archive.names().filter(plain).take(LOOKED_AT).collect();
    let mut found = Vec::new();
    for name in names {
        let mut names = Names::default();
        archive.member(&name, |stream| {
            // Cut off on purpose: what was seen up to there is enough, and what is no JSON is no part.
            drop(document(stream.take(START), FORMAT, Walked(&mut names)));
            Ok(())
        })?;
        if let Some(part) = Part::of(|keys| keys.iter().all(|key| names.0.iter().any(|name| name == key))) {
            found.push((part, name));
        }
    }
    Ok(found)
}

/// The names at the top of a document, or of the entries of a list.
#[derive(Default)]
struct Names(Vec<String>);

impl Walk for Names {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        if self.0.len() < NAMES && !self.0.contains(&key) {
            self.0.push(key);
        }
        skip(map)
    }
}

/// The one member that is this part.
pub(super) fn one(parts: &[(Part, String)], wanted: Part) -> Result<Option<&str>, Unreadable> {
    let mut found = parts.iter().filter(|(part, _)| *part == wanted).map(|(_, name)| name.as_str());
    match (found.next(), found.next()) {
        (Some(first), Some(second)) => Err(broken(format!(
            "the archive holds more than one run ({first} and {second}): an archive of each run's folder can be read"
        ))),
        (first, _) => Ok(first),
    }
}

/// Reads the folder of a run; none if the archive holds no part of one.
///
/// # Errors
/// A run without statistics, more than one run, or a broken part.
pub(super) fn folder(archive: &mut Archive<'_>) -> Result<Option<Findings>, Unreadable> {
    let parts = parts(archive)?;
    if parts.is_empty() {
        return Ok(None);
    }
    let Some(stats) = one(&parts, Part::Stats)? else {
        let have: Vec<&str> = parts.iter().map(|(_, name)| name.as_str()).take(10).collect();
        let have = have.join(", ");
        return Err(broken(format!("the archive has {have}, but not stats.json, which says what came out")));
    };
    let mut found = None;
    archive.member(stats, |stream| {
        found = Some(statistics(stream)?);
        Ok(())
    })?;
    let Some(mut findings) = found else { return Ok(None) };
    match spec(archive, &parts)? {
        Some(spec) => spec.tell(&mut findings),
        None => findings.note("The archive has no run_spec.json: neither model nor scenario is named"),
    }
    Ok(Some(findings))
}

/// What was run, as the archive says.
pub(super) fn spec(archive: &mut Archive<'_>, parts: &[(Part, String)]) -> Result<Option<Spec>, Unreadable> {
    let Some(name) = one(parts, Part::Spec)? else { return Ok(None) };
    let mut spec = Spec::default();
    archive.member(name, |stream| document(stream, FORMAT, Walked(&mut spec)))?;
    if let Some(name) = one(parts, Part::Scenario)? {
        let mut scenario = Told(&mut spec);
        archive.member(name, |stream: &mut dyn Read| document(stream, FORMAT, Walked(&mut scenario)))?;
    }
    Ok(Some(spec))
}

/// What was run.
#[derive(Default)]
pub(super) struct Spec {
    name: Scalar,
    scenario: Object<Scenario>,
    adapter: Object<Adapter>,
    /// The scenario's own name and description.
    told: Scalar,
    description: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Scenario {
    class_name: Scalar,
    args: Table<Scalar, 50>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Adapter {
    method: Scalar,
    model: Scalar,
    model_deployment: Scalar,
    max_eval_instances: Scalar,
}

impl Walk for Spec {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "name" => self.name = map.next_value()?,
            "scenario_spec" => self.scenario = map.next_value()?,
            "adapter_spec" => self.adapter = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// What `scenario.json` adds.
struct Told<'a>(&'a mut Spec);

impl Walk for Told<'_> {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "name" => self.0.told = map.next_value()?,
            "description" => self.0.description = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl Spec {
    /// The scenario with its arguments: "mmlu (subject=philosophy)". Without its own name, that of its class.
    pub(super) fn scenario(&self) -> Option<String> {
        let scenario = self.scenario.0.as_ref();
        let class = scenario.and_then(|scenario| scenario.class_name.text()).and_then(|name| name.rsplit('.').next());
        let name = self.told.text().or(class)?;
        let args = scenario.map(|scenario| &scenario.args.0).into_iter().flatten();
        let args: Vec<String> = args
            .filter_map(|(name, value)| {
                Some(format!("{name}={}", value.word().or(value.bool().map(|b| b.to_string()))?))
            })
            .collect();
        Some(if args.is_empty() { name.to_owned() } else { format!("{name} ({})", args.join(", ")) })
    }

    fn tell(&self, findings: &mut Findings) {
        let adapter = self.adapter.0.as_ref();
        let text = |pick: fn(&Adapter) -> &Scalar| adapter.and_then(|adapter| pick(adapter).word()).unwrap_or_default();
        let (model, deployment) = (text(|a| &a.model), text(|a| &a.model_deployment));
        match (model.is_empty(), deployment.is_empty()) {
            (false, _) => findings.target(&model),
            (true, false) => findings.target(&deployment),
            (true, true) => findings.note("run_spec.json does not name the model"),
        }
        match self.scenario() {
            Some(scenario) => findings.data_set(&scenario),
            None => findings.note("run_spec.json does not name the scenario"),
        }
        findings.fact("Run", self.name.text().unwrap_or_default());
        findings.fact("Scenario", self.description.text().unwrap_or_default());
        if deployment != model {
            findings.fact("Deployment", &deployment);
        }
        findings.fact("Method", &text(|a| &a.method));
        findings.fact("Instances at most", &text(|a| &a.max_eval_instances));
        findings.note("The files of a run do not say when it was");
    }
}
