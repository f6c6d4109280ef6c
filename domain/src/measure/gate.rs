//! The gate: may this system go on now? A pipeline asks before it deploys; the answer gives every reason, held or not.
//!
//! It rests on what people decided: nothing that a pipeline sends opens it.

use super::scorecard::{Scorecard, Verdict};
use crate::ids::{CriterionRef, DecisionRef, MitigationRef};
use crate::mitigation;
use crate::system::{Model, Status};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

crate::words! {
    /// What is asked, in the order in which it is told.
    Check {
        Approval = "approval", "Approval in force";
        Fresh = "fresh", "Nothing changed since";
        Conditions = "conditions", "Conditions met";
        Criteria = "criteria", "Criteria hold";
        Model = "model", "Model version approved";
    }
}

/// The newest decision of a system, where it approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// D-3
    pub reference: DecisionRef,
    /// How it ended before its time, if it did: revoked, superseded.
    pub ended: Option<String>,
    /// Its last day.
    pub valid_until: Option<NaiveDate>,
    /// SHA-256 of the dossier that was decided on, hexadecimal.
    pub dossier_sha256: String,
    /// The models of that dossier.
    pub models: Vec<Model>,
    /// Since when the system differs from it in substance.
    pub stale_since: Option<DateTime<Utc>>,
}

/// A condition of the approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// M-7
    pub reference: MitigationRef,
    /// What was asked for.
    pub title: String,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// How far it is.
    pub status: mitigation::Status,
}

/// What the gate looks at.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Where the system stands. A review that is under way takes nothing from an approval that is in force.
    pub status: Status,
    /// Its approval, if its newest decision was one.
    pub approval: Option<&'a Approval>,
    /// The conditions of that approval.
    pub conditions: &'a [Condition],
    /// What its evidence comes to today.
    pub scorecard: &'a Scorecard<CriterionRef>,
    /// The model version that is to be deployed, if the pipeline says.
    pub model: Option<&'a str>,
    /// The day.
    pub today: NaiveDate,
}

/// One thing that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What.
    pub check: Check,
    /// Whether it holds.
    pub holds: bool,
    /// In one sentence, without a full stop.
    pub says: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Whether all of it holds.
    pub allow: bool,
    /// What was asked, in the order of [`Check`]; several reasons of one check follow each other.
    pub reasons: Vec<Reason>,
}

/// Asks everything. The model is asked for only where a version is named.
#[must_use]
pub fn gate(facts: &Facts<'_>) -> Gate {
    let mut reasons = vec![approval(facts), fresh(facts)];
    reasons.extend(conditions(facts));
    reasons.extend(criteria(facts.scorecard));
    reasons.extend(facts.model.map(|asked| model(asked, facts.approval)));
    Gate { allow: reasons.iter().all(|reason| reason.holds), reasons }
}

fn reason(check: Check, holds: bool, says: impl Into<String>) -> Reason {
    Reason { check, holds, says: says.into() }
}

fn approval(facts: &Facts<'_>) -> Reason {
    let no = |says: String| reason(Check::Approval, false, says);
    if matches!(facts.status, Status::Retired | Status::Prohibited) {
        return no(format!("Not to be used: {}", facts.status.label().to_lowercase()));
    }
    let Some(found) = facts.approval else {
        return no(format!("Not approved: {}", facts.status.label().to_lowercase()));
    };
    match (&found.ended, found.valid_until) {
        (Some(how), _) => no(format!("The approval {} was {how}", found.reference)),
        (None, Some(until)) if until < facts.today => no(format!("The approval {} ended on {until}", found.reference)),
        (None, until) => {
            let until = until.map(|day| format!(" until {day}")).unwrap_or_default();
            reason(Check::Approval, true, format!("Approved by {}{until}", found.reference))
        }
    }
}

fn fresh(facts: &Facts<'_>) -> Reason {
    match facts.approval {
        None => reason(Check::Fresh, false, "There is no approval that it could be held against"),
        Some(found) => match found.stale_since {
            Some(since) => reason(
                Check::Fresh,
                false,
                format!("It differs in substance from the approved dossier since {}", since.date_naive()),
            ),
            None => reason(Check::Fresh, true, "As the approved dossier says"),
        },
    }
}

fn conditions(facts: &Facts<'_>) -> Vec<Reason> {
    use mitigation::Status as S;
    if facts.conditions.is_empty() {
        return vec![reason(Check::Conditions, true, "None was set")];
    }
    let judged = facts.conditions.iter().map(|c| {
        let (name, due) = (format!("{}, {}", c.reference, c.title), c.due_on);
        match (c.status, due) {
            (S::Implemented | S::Verified, _) => reason(Check::Conditions, true, format!("{name}: met")),
            (_, Some(day)) if day >= facts.today => {
                reason(Check::Conditions, true, format!("{name}: not due before {day}"))
            }
            (_, Some(day)) => reason(Check::Conditions, false, format!("{name}: was due on {day}")),
            (_, None) => reason(Check::Conditions, false, format!("{name}: not met")),
        }
    });
    judged.collect()
}

fn criteria(card: &Scorecard<CriterionRef>) -> Vec<Reason> {
    let judged: Vec<_> = card
        .results()
        .map(|result| {
            let holds = matches!(result.verdict, Verdict::Pass | Verdict::Warn);
            let why = result.because.first().map(|why| format!(", {why}")).unwrap_or_default();
            let verdict = result.verdict.label().to_lowercase();
            reason(Check::Criteria, holds, format!("{}, {}: {verdict}{why}", result.id, result.said))
        })
        .collect();
    match judged.is_empty() {
        true => vec![reason(Check::Criteria, true, "None is set")],
        false => judged,
    }
}

/// "3.1", "gbm 3.1", "gbm@3.1" or "In-house/gbm@3.1" name a model; letters in any case.
fn model(asked: &str, approval: Option<&Approval>) -> Reason {
    let plain = |text: &str| text.trim().to_lowercase();
    let wanted = plain(asked);
    let names = |m: &Model| {
        let (provider, name, version) = (plain(&m.provider), plain(&m.name), plain(&m.version));
        let all = [
            version.clone(),
            format!("{name} {version}"),
            format!("{name}@{version}"),
            format!("{provider}/{name}@{version}"),
        ];
        !version.is_empty() && all.contains(&wanted)
    };
    match approval {
        Some(found) if found.models.iter().any(names) => {
            reason(Check::Model, true, format!("“{asked}” stands in the dossier of {}", found.reference))
        }
        Some(found) => {
            let known: Vec<_> = found.models.iter().map(|m| format!("{} {}", m.name, m.version)).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            reason(Check::Model, false, format!("“{asked}” was not approved; {} has {known}", found.reference))
        }
        None => reason(Check::Model, false, format!("“{asked}” was not approved")),
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
