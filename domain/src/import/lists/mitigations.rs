//! Mitigations.

use super::cells::{Cells, short};
use super::columns::{Column, columns, ignored};
use super::{Details, Judged, Kind as File, ListPlan, Register, collect, differing};
use crate::ids::{MitigationRef, RiskRef, SystemRef};
use crate::import::table::Table;
use crate::import::values::fold;
use crate::mitigation::{Kind, Status};
use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// A mitigation that the register has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMitigation {
    /// The number of its reference.
    pub number: i64,
    /// That of its system.
    pub system: i64,
    /// Short name.
    pub title: String,
    /// How it acts.
    pub kind: Kind,
    /// What is done.
    pub description: String,
    /// Address of who does it.
    pub assignee: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// How far it is.
    pub status: Status,
    /// Whether it is a condition of the committee, which keeps its words and date.
    pub condition: bool,
    /// Address of who verified it.
    pub verified_by: Option<String>,
    /// Numbers of the risks that it acts on.
    pub risks: Vec<i64>,
}

/// A mitigation as a row leaves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MitigationDraft {
    /// The mitigation that it changes.
    pub existing: Option<i64>,
    /// Number of its system.
    pub system: i64,
    /// Short name.
    pub title: String,
    /// How it acts.
    pub kind: Kind,
    /// What is done.
    pub description: String,
    /// Address of who does it.
    pub assignee: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// How far a new one is: planned or in progress.
    pub status: Status,
    /// Numbers of the risks that it acts on.
    pub risks: Vec<i64>,
}

/// What importing a table of mitigations would do.
pub fn mitigations(table: &Table, register: &Register) -> ListPlan<MitigationDraft> {
    let found = columns(table, File::Mitigations);
    let by_title: HashMap<(i64, String), &KnownMitigation> =
        register.mitigations.iter().map(|m| ((m.system, fold(&m.title)), m)).collect();
    let by_number: HashMap<i64, &KnownMitigation> = register.mitigations.iter().map(|m| (m.number, m)).collect();
    collect(table, ignored(table, &found), |place| {
        let Some(row) = table.rows.get(place) else { return Err(Vec::new()) };
        let mut cells = Cells { table, row, found: &found, reasons: Vec::new() };
        let judged = judge(&mut cells, register, &by_title, &by_number);
        match (judged, cells.reasons.is_empty()) {
            (Some(judged), true) => Ok(judged),
            _ => Err(cells.reasons),
        }
    })
}

fn judge(
    cells: &mut Cells<'_>,
    register: &Register,
    by_title: &HashMap<(i64, String), &KnownMitigation>,
    by_number: &HashMap<i64, &KnownMitigation>,
) -> Option<Judged<MitigationDraft>> {
    let title = cells.line(Column::Title);
    let system = cells.system(register);
    let named = cells.raw(Column::Reference).and_then(|cell| cell.to_uppercase().parse::<MitigationRef>().ok());
    let known = match named {
        Some(reference) => {
            let known = by_number.get(&reference.0).copied();
            if known.is_none() {
                cells.reject(
                    Column::Reference,
                    format!("The register has no mitigation {reference}."),
                    "Leave the reference of a new mitigation empty.",
                );
            }
            known
        }
        None => system.zip(title.as_deref()).and_then(|(s, title)| by_title.get(&(s.number, fold(title)))).copied(),
    };
    if let (Some(known), Some(system)) = (known, system)
        && known.system != system.number
    {
        cells.reject(
            Column::System,
            format!("{} belongs to {}.", MitigationRef(known.number), SystemRef(known.system)),
            "A mitigation stays with its system.",
        );
    }
    let system = system.or_else(|| register.systems.iter().find(|s| known.is_some_and(|k| k.system == s.number)));
    if system.is_none() && cells.reasons.is_empty() {
        cells.reject(
            Column::System,
            "The row names no system.",
            "Name the system by its reference (AIS-12) or its exact name.",
        );
    }
    if system.is_some_and(|s| s.under_review) {
        cells.reject(
            Column::System,
            "The system is under review: its content stands still until the committee is done.",
            "Import this row again after the decision, or have the submission withdrawn first.",
        );
    }
    let kind = cells.word(Column::Kind, kind, "Preventive, Detective, Corrective");
    let description = cells.prose(Column::Description);
    let assignee = cells.person(register);
    let due_on = cells.day(Column::Due);
    let status = cells.raw(Column::Status).map(fold);
    let risks = system.and_then(|s| risks(cells, register, s.number));
    let system = system?;
    let mut notes = Vec::new();
    let draft = match known {
        Some(k) => MitigationDraft {
            existing: Some(k.number),
            system: k.system,
            title: title.unwrap_or_else(|| k.title.clone()),
            kind: kind.unwrap_or(k.kind),
            description: description.unwrap_or_else(|| k.description.clone()),
            assignee: assignee.or_else(|| k.assignee.clone()),
            due_on: due_on.or(k.due_on),
            status: k.status,
            risks: risks.unwrap_or_else(|| k.risks.clone()),
        },
        None => {
            if risks.is_none() && cells.reasons.is_empty() {
                cells.reject(
                    Column::Risks,
                    "The row does not say on which risks the mitigation acts.",
                    "Name risks of the system by reference (R-340), separated by semicolons.",
                );
            }
            let status = begin(status.as_deref(), &mut notes);
            MitigationDraft {
                existing: None,
                system: system.number,
                title: match title {
                    Some(title) => title,
                    None => {
                        cells.reject(Column::Title, "The mitigation has no title.", "Give it a short one.");
                        return None;
                    }
                },
                kind: kind.unwrap_or(Kind::Preventive),
                description: description.unwrap_or_default(),
                assignee,
                due_on,
                status,
                risks: risks.unwrap_or_default(),
            }
        }
    };
    if let Some(known) = known {
        keeps(cells, known, &draft);
    }
    let after = said(&draft);
    let (before, after) = match known {
        Some(k) => differing(said(&present(k)), after),
        None => (Map::new(), after),
    };
    let identity = match known {
        Some(k) => format!("M-{}", k.number),
        None => format!("{}\u{1f}{}", system.number, fold(&draft.title)),
    };
    let details = Details {
        name: draft.title.clone(),
        reference: known.map(|k| MitigationRef(k.number).to_string()),
        before,
        after,
    };
    Some(Judged { exists: known.is_some(), draft, identity, details, notes })
}

/// What the register would refuse.
fn keeps(cells: &mut Cells<'_>, known: &KnownMitigation, draft: &MitigationDraft) {
    let now = (&known.title, known.kind, &known.description, known.due_on);
    if known.condition && now != (&draft.title, draft.kind, &draft.description, draft.due_on) {
        cells.reject(
            Column::Title,
            "A condition keeps the committee’s words and date.",
            "Leave these cells as they are in the register, or empty.",
        );
    }
    if known.verified_by.is_some() && known.verified_by == draft.assignee && known.assignee != draft.assignee {
        cells.reject(Column::Owner, "This person verified it.", "Somebody else has to do it.");
    }
}

/// The risks that the row names; a bare number is the count of our own export and names none.
fn risks(cells: &mut Cells<'_>, register: &Register, system: i64) -> Option<Vec<i64>> {
    let cell = cells.raw(Column::Risks)?;
    if cell.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut numbers = Vec::new();
    for part in cell.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let by_reference = part.to_uppercase().parse::<RiskRef>().ok();
        let found = register.risks.iter().find(|r| {
            r.system == system
                && by_reference.map_or_else(|| fold(&r.text.title) == fold(part), |reference| r.number == reference.0)
        });
        match found {
            Some(risk) => numbers.push(risk.number),
            None => {
                cells.reject(
                    Column::Risks,
                    format!("The system has no risk “{}”.", short(part)),
                    "Name risks of the system by reference (R-340), separated by semicolons.",
                );
                return None;
            }
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    Some(numbers)
}

/// How far a new one is. What is done or verified is reported in the register, by whoever did it.
fn begin(status: Option<&str>, notes: &mut Vec<String>) -> Status {
    match status {
        None | Some("planned" | "open" | "to do" | "todo" | "not started") => Status::Planned,
        Some("in progress" | "ongoing" | "started" | "doing") => Status::InProgress,
        Some(other) => {
            notes.push(format!(
                "It comes in as planned; report “{other}” in the register, where it has a name and a day."
            ));
            Status::Planned
        }
    }
}

fn present(k: &KnownMitigation) -> MitigationDraft {
    MitigationDraft {
        existing: Some(k.number),
        system: k.system,
        title: k.title.clone(),
        kind: k.kind,
        description: k.description.clone(),
        assignee: k.assignee.clone(),
        due_on: k.due_on,
        status: k.status,
        risks: k.risks.clone(),
    }
}

fn said(draft: &MitigationDraft) -> Map<String, Value> {
    let risks: Vec<String> = draft.risks.iter().map(|n| RiskRef(*n).to_string()).collect();
    let all = json!({
        "title": draft.title, "kind": draft.kind, "description": Some(&draft.description).filter(|d| !d.is_empty()),
        "assignee": draft.assignee, "due_on": draft.due_on, "status": draft.status, "risks": risks.join(", "),
    });
    let fields = if let Value::Object(fields) = all { fields } else { Map::new() };
    fields.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

fn kind(folded: &str) -> Option<Kind> {
    Some(match folded {
        "preventive" | "prevent" | "preventative" => Kind::Preventive,
        "detective" | "detect" | "monitoring" => Kind::Detective,
        "corrective" | "correct" | "recovery" | "response" => Kind::Corrective,
        _ => return None,
    })
}
