//! The digest at the end of a garak report: of it, the tags of each probe (OWASP, AVID). Its scores are pass rates, and repeat
//! what the evaluations say.

use super::Findings;
use super::loose::{List, Object, Scalar, Table};
use super::rows::row;
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Digest {
    /// By group and probe.
    eval: Table<Table<Object<Probe>>, 200>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Probe {
    #[serde(rename = "_summary")]
    summary: Object<Summary>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Summary {
    probe_tags: List<Scalar, 50>,
}

/// Says which tags the probes carry.
pub fn tags(bytes: &[u8], findings: &mut Findings) {
    let digest = row::<Digest>(bytes).unwrap_or_default();
    for (name, probe) in digest.eval.0.values().flat_map(|probes| &probes.0) {
        let Some(summary) = probe.0.as_ref().and_then(|probe| probe.summary.0.as_ref()) else { continue };
        let tags: Vec<&str> = summary.probe_tags.0.iter().filter_map(Scalar::text).collect();
        findings.fact(&format!("Tags of {name}"), &tags.join(", "));
    }
}
