//! The dossier: all that a committee decides on, frozen as canonical JSON with a SHA-256.
//!
//! Nothing in it depends on the clock or on who looks. Lists are sorted by reference, so that the same content has the
//! same hash.

use crate::canonical;
use crate::ids::{CriterionRef, EvidenceRef, MitigationRef, PersonId, RiskRef, SystemRef};
use crate::risk::matrix::Matrix;
use crate::system::Context;
use crate::triage::{Question, Tier};
use crate::{evidence, framework, measure, mitigation, risk, system};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the dossier's form.
pub const FORMAT: u32 = 1;

/// A person as named in a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The person.
    pub id: PersonId,
    /// Their name then.
    pub name: String,
}

/// The frozen content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// [`FORMAT`].
    pub format: u32,
    /// The system and its context.
    pub system: SystemPart,
    /// The tier and why.
    pub triage: TriagePart,
    /// The matrix on which risks above appetite were judged.
    pub matrix: MatrixPart,
    /// Its AI RMF profile, in the framework's order. Dossiers from before there was one have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<ProfilePart>,
    /// Its risks, by reference.
    pub risks: Vec<RiskPart>,
    /// Its mitigations that are not dropped, by reference.
    pub mitigations: Vec<MitigationPart>,
    /// What its measurements must show, by reference. Dossiers from before there were criteria have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<CriterionPart>,
    /// Its evidence that is not withdrawn, by reference.
    pub evidence: Vec<EvidencePart>,
}

/// The system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemPart {
    /// AIS-12
    pub reference: SystemRef,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Business unit.
    pub unit: String,
    /// Who answers for it.
    pub owner: Named,
    /// Who else works on it.
    pub contributors: Vec<Named>,
    /// Lifecycle stage.
    pub stage: system::Stage,
    /// What MAP asks.
    #[serde(flatten)]
    pub context: Context,
}

/// The tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriagePart {
    /// The tier in force.
    pub tier: Tier,
    /// The tier that the answers lead to.
    pub derived: Tier,
    /// The answers.
    pub answers: BTreeMap<Question, bool>,
    /// Which of them decided.
    pub because: Vec<Question>,
    /// Version of the rules.
    pub rules_version: i32,
    /// Why the committee set another tier, if it did.
    pub override_reason: Option<String>,
}

/// The matrix in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixPart {
    /// Its version.
    pub version: i32,
    /// Its content.
    #[serde(flatten)]
    pub matrix: Matrix,
}

/// One rating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingPart {
    /// 1 = least likely.
    pub likelihood: i16,
    /// 1 = least impact.
    pub impact: i16,
    /// Level (index in the matrix of that version).
    pub level: i16,
    /// The level's label then.
    pub level_label: String,
    /// Version of the matrix.
    pub matrix_version: i32,
    /// Why.
    pub rationale: Option<String>,
    /// Who rated.
    pub by: Named,
    /// When.
    pub at: DateTime<Utc>,
}

/// One risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskPart {
    ///
    pub reference: RiskRef,
    /// Its title.
    pub title: String,
    /// Cause.
    pub cause: String,
    /// Event.
    pub event: String,
    /// Consequence.
    pub consequence: String,
    /// Characteristic of trustworthy AI.
    pub characteristic: risk::Characteristic,
    /// Treatment.
    pub treatment: Option<risk::Treatment>,
    /// Who answers for it.
    pub owner: Option<Named>,
    /// Where it stands.
    pub status: risk::Status,
    /// Before mitigations.
    pub inherent: Option<RatingPart>,
    /// With those in place.
    pub residual: Option<RatingPart>,
    /// Aimed at.
    pub target: Option<RatingPart>,
    /// Whether residual lies above appetite.
    pub above_appetite: bool,
}

/// One mitigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MitigationPart {
    /// M-7
    pub reference: MitigationRef,
    /// Its title.
    pub title: String,
    /// How it acts.
    pub kind: mitigation::Kind,
    /// What is done.
    pub description: String,
    /// Who does it.
    pub assignee: Option<Named>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// How far it is.
    pub status: mitigation::Status,
    /// Risks that it acts on.
    pub risks: Vec<RiskRef>,
    /// Whether it is a condition of an earlier decision.
    pub condition: bool,
}

/// One acceptance criterion. Thresholds are decimal text: canonical JSON has no floating-point numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionPart {
    /// C-4
    pub reference: CriterionRef,
    /// The term of the vocabulary.
    pub metric: String,
    /// The unit of the thresholds.
    pub unit: evidence::findings::Unit,
    /// The task or probe that it must come from, if only one counts.
    pub scope: Option<String>,
    /// Overall, or the worst group of people.
    pub slice: measure::criterion::SliceRule,
    /// At least or at most.
    pub comparison: measure::criterion::Comparison,
    /// Where it warns.
    pub warn: Option<String>,
    /// Where it fails.
    pub fail: String,
    /// The characteristic that it speaks for.
    pub characteristic: risk::Characteristic,
    /// How old a result may be, in days.
    pub max_age_days: Option<u32>,
    /// The smallest sample.
    pub min_samples: Option<u64>,
    /// The criterion in words.
    pub says: String,
    /// Why it stands there.
    pub note: Option<String>,
    /// Risks whose likelihood it tells of.
    pub risks: Vec<RiskRef>,
}

/// An answer to a subcategory of the AI RMF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfilePart {
    /// "MEASURE 2.10"
    pub control: String,
    /// Its title then, in our words.
    pub title: String,
    /// Where the system stands, as the person who answered claims it.
    pub state: framework::State,
    /// Where it wants to get, if not to its tier's default.
    pub target: Option<framework::State>,
    /// What is in place and what is missing, as Markdown.
    pub text: Option<String>,
    /// Why it does not apply, as Markdown.
    pub reason: Option<String>,
    /// Who answered.
    pub answered_by: Named,
    /// Who else checked it since.
    pub verified_by: Option<Named>,
    /// Risks, mitigations and evidence that it rests on, by reference.
    pub links: Vec<String>,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidencePart {
    /// E-9
    pub reference: EvidenceRef,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub kind: evidence::Kind,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Size of the file, bytes.
    pub size: i64,
    /// The date that it speaks of.
    pub speaks_of: NaiveDate,
    /// Until when it counts.
    pub valid_until: Option<NaiveDate>,
    /// A note in Markdown.
    pub note: Option<String>,
    /// Risks that it speaks of.
    pub risks: Vec<RiskRef>,
    /// Mitigations that it speaks of.
    pub mitigations: Vec<MitigationRef>,
}

impl Dossier {
    /// The canonical text and its SHA-256.
    ///
    /// # Errors
    /// Never for values built by this program; a JSON error otherwise.
    pub fn freeze(&self) -> Result<(String, [u8; 32]), serde_json::Error> {
        let text = canonical::to_string(self)?;
        let hash = canonical::sha256(text.as_bytes());
        Ok((text, hash))
    }

    /// Whether any open risk's residual rating lies above appetite.
    pub fn above_appetite(&self) -> bool {
        self.risks.iter().any(|r| r.above_appetite && r.status != risk::Status::Closed)
    }
}

/// One difference between two dossiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The part that it stands in.
    pub part: super::Part,
    /// The reference of the thing, or the system's.
    pub subject: String,
    /// The thing's title.
    pub title: String,
    /// The field ("purpose"), or empty when the thing came or went.
    pub field: String,
    /// The value before; none when it came.
    pub before: Option<String>,
    /// The value after; none when it went.
    pub after: Option<String>,
    /// Whether a decision that rests on the older dossier goes stale by it.
    pub material: bool,
}

/// Every difference from `old` to `new`, field by field, in the order of the parts.
pub fn diff(old: &Dossier, new: &Dossier) -> Vec<Change> {
    use super::Part as P;
    let mut out = Vec::new();
    let reference = new.system.reference.to_string();
    let context_fields = ["name", "purpose", "unit", "owner", "contributors", "stage"];
    let (a, b) = (fields(&old.system), fields(&new.system));
    compare(&mut out, &reference, &new.system.name, &a, &b, |f| {
        // A unit is known by its name here: one that is renamed is the same.
        (if context_fields.contains(&f) { P::Summary } else { P::Context }, !matches!(f, "contributors" | "unit"))
    });
    compare(&mut out, &reference, "Tier", &fields(&old.triage), &fields(&new.triage), |_| (P::Triage, true));
    // Answers are worked on after an approval as mitigations are; to say that something does not apply changes what was
    // promised.
    things(
        &mut out,
        P::Profile,
        &old.profile,
        &new.profile,
        |a| (a.control.clone(), a.title.clone()),
        |f| f == "reason",
        false,
    );
    // The matrix is the organisation's; what changes here shows in each risk's level.
    things(&mut out, P::Risks, &old.risks, &new.risks, |r| (r.reference.to_string(), r.title.clone()), |_| true, true);
    things(
        &mut out,
        P::Mitigations,
        &old.mitigations,
        &new.mitigations,
        |m| (m.reference.to_string(), m.title.clone()),
        // Progress is what should happen after an approval.
        |f| !matches!(f, "status" | "assignee"),
        false,
    );
    // A threshold that is loosened, raised or gone changes what was promised to be shown.
    things(
        &mut out,
        P::Criteria,
        &old.criteria,
        &new.criteria,
        |c| (c.reference.to_string(), c.says.clone()),
        |f| !matches!(f, "note" | "says"),
        true,
    );
    things(
        &mut out,
        P::Evidence,
        &old.evidence,
        &new.evidence,
        |e| (e.reference.to_string(), e.title.clone()),
        |f| !matches!(f, "note" | "risks" | "mitigations" | "title"),
        false,
    );
    out
}

/// The differences by which a decision on `decided` goes stale.
pub fn material_changes(decided: &Dossier, now: &Dossier) -> Vec<Change> {
    diff(decided, now).into_iter().filter(|c| c.material).collect()
}

type Fields = serde_json::Map<String, serde_json::Value>;

fn fields<T: Serialize>(thing: &T) -> Fields {
    match serde_json::to_value(thing) {
        Ok(serde_json::Value::Object(map)) => map,
        _ => Fields::new(),
    }
}

fn compare(
    out: &mut Vec<Change>,
    subject: &str,
    title: &str,
    old: &Fields,
    new: &Fields,
    place: impl Fn(&str) -> (super::Part, bool),
) {
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let (a, b) = (old.get(name), new.get(name));
        if a == b || name == "reference" || same_person(a, b) {
            continue;
        }
        let (part, material) = place(name);
        out.push(Change {
            part,
            subject: subject.to_owned(),
            title: title.to_owned(),
            field: name.clone(),
            before: a.and_then(shown),
            after: b.and_then(shown),
            material,
        });
    }
}

/// A person who changed their name is the same person.
fn same_person(a: Option<&serde_json::Value>, b: Option<&serde_json::Value>) -> bool {
    let id = |v: Option<&serde_json::Value>| v.and_then(|v| v.get("id")).cloned();
    id(a).is_some() && id(a) == id(b)
}

fn things<T: Serialize>(
    out: &mut Vec<Change>,
    part: super::Part,
    old: &[T],
    new: &[T],
    name: impl Fn(&T) -> (String, String),
    material: impl Fn(&str) -> bool,
    coming_is_material: bool,
) {
    let index = |list: &[T]| -> BTreeMap<String, (String, Fields)> {
        list.iter().map(|t| (name(t).0, (name(t).1, fields(t)))).collect()
    };
    let (old, new) = (index(old), index(new));
    let whole = |reference: &str, title: &str, came: bool| Change {
        part,
        subject: reference.to_owned(),
        title: title.to_owned(),
        field: String::new(),
        before: (!came).then(|| title.to_owned()),
        after: came.then(|| title.to_owned()),
        material: if came { coming_is_material } else { true },
    };
    for (reference, (title, before)) in &old {
        match new.get(reference) {
            None => out.push(whole(reference, title, false)),
            Some((title, after)) => compare(out, reference, title, before, after, |f| (part, material(f))),
        }
    }
    for (reference, (title, _)) in new.iter().filter(|(r, _)| !old.contains_key(*r)) {
        out.push(whole(reference, title, true));
    }
}

/// A value as people read it in a list of differences.
fn shown(value: &serde_json::Value) -> Option<String> {
    use serde_json::Value as V;
    match value {
        V::Null => None,
        V::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        V::String(text) => Some(text.clone()),
        V::Number(n) => Some(n.to_string()),
        V::Array(items) => {
            let parts: Vec<String> = items.iter().filter_map(shown).collect();
            (!parts.is_empty()).then(|| parts.join(", "))
        }
        V::Object(map) => {
            // A person by name, a rating by its level, anything else field by field.
            if let Some(V::String(name)) = map.get("name")
                && map.contains_key("id")
            {
                return Some(name.clone());
            }
            if let (Some(V::String(level)), Some(l), Some(i)) =
                (map.get("level_label"), map.get("likelihood"), map.get("impact"))
            {
                // Two ratings may give the same level: the day tells them apart.
                let day = map.get("at").and_then(|at| at.as_str()).and_then(|at| at.get(..10)).unwrap_or_default();
                return Some(format!("{level} (likelihood {l}, impact {i}), rated {day}"));
            }
            let parts: Vec<String> =
                map.iter().filter_map(|(k, v)| shown(v).map(|v| format!("{}: {v}", k.replace('_', " ")))).collect();
            (!parts.is_empty()).then(|| parts.join("; "))
        }
    }
}
