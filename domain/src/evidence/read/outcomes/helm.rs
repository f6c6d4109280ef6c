//! Outcomes of a HELM run: what was measured on each instance (`per_instance_stats.json` in the run's folder). Instances that
//! were perturbed are left out: their statistics are the worst of several. Trials are repeats of an instance.

use super::super::Unreadable;
use super::super::helm::{Name, Perturbation, Stat};
use super::super::helm_run::{FORMAT, Part, one, parts, spec};
use super::super::loose::{List, Object, Scalar};
use super::super::packed::Archive;
use super::super::walk::{Each, document};
use super::Outcomes;
use super::collect::Collect;
use super::print::sample;
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Instance {
    instance_id: Scalar,
    train_trial_index: Scalar,
    perturbation: Object<Perturbation>,
    stats: List<Object<Stat>>,
}

/// Reads the instances of a run in an archive; none if the archive holds no part of one.
///
/// # Errors
/// More than one run, or a broken part.
pub(in super::super) fn read(archive: &mut Archive<'_>) -> Result<Option<Outcomes>, Unreadable> {
    let parts = parts(archive)?;
    if parts.is_empty() {
        return Ok(None);
    }
    let Some(instances) = one(&parts, Part::Instances)? else {
        let why = "the archive of a HELM run has no per_instance_stats.json, which has the outcome of each instance";
        return Ok(Some(Outcomes::none(why)));
    };
    // Instances are numbered anew in every scenario: without it, any two of the same number would pair.
    let Some(of) = spec(archive, &parts)?.and_then(|spec| spec.scenario()) else {
        let why = "the archive of a HELM run has no run_spec.json that names the scenario, so its instances may be any";
        return Ok(Some(Outcomes::none(why)));
    };
    let mut found = Collect::default();
    archive.member(instances, |stream| {
        document(stream, FORMAT, Each::new(|instance: Object<Instance>| add(&mut found, instance)))
    })?;
    let mut found = found.finish();
    found.of = Some(of);
    Ok(Some(found))
}

fn add(found: &mut Collect, instance: Object<Instance>) {
    let Some(instance) = instance.0.filter(|instance| instance.perturbation.0.is_none()) else { return };
    let Some(id) = instance.instance_id.word() else { return };
    let (sample, trial) = (sample(&[&id]), instance.train_trial_index.count().unwrap_or_default());
    for stat in instance.stats.0.iter().filter_map(|stat| stat.0.as_ref()) {
        let Some(Name { name, split, perturbation }) = &stat.name.0 else { continue };
        if let (Some(name), Some((_, value)), None) = (name.text(), stat.value(), &perturbation.0) {
            found.add((name, split.text().unwrap_or_default()), sample, trial, Some(value));
        }
    }
}
