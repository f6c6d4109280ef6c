//! Risks.

use super::cells::Cells;
use super::columns::{Column, columns, ignored};
use super::{Details, Judged, Kind, ListPlan, Register, collect, differing};
use crate::ids::{RiskRef, SystemRef};
use crate::import::table::Table;
use crate::import::values::fold;
use crate::risk::matrix::{Matrix, Point};
use crate::risk::{Characteristic, RiskText, Treatment};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// What a new risk says where the list does not.
const NOT_STATED: &str = "Not stated in the imported list.";

/// A risk that the register has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRisk {
    /// The number of its reference.
    pub number: i64,
    /// That of its system.
    pub system: i64,
    /// Its texts.
    pub text: RiskText,
    /// What is done about it.
    pub treatment: Option<Treatment>,
    /// Address of who answers for it.
    pub owner: Option<String>,
    /// Its ratings, as far as they lie on the matrix in force.
    pub inherent: Option<Point>,
    /// With what is in place.
    pub residual: Option<Point>,
    /// Whether it is closed.
    pub closed: bool,
}

/// A risk as a row leaves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskDraft {
    /// The risk that it changes.
    pub existing: Option<i64>,
    /// Number of its system.
    pub system: i64,
    /// Its texts.
    pub text: RiskText,
    /// What is done about it.
    pub treatment: Option<Treatment>,
    /// Address of who answers for it.
    pub owner: Option<String>,
    /// A new inherent rating.
    pub inherent: Option<Point>,
    /// A new residual rating.
    pub residual: Option<Point>,
}

/// What importing a table of risks would do.
pub fn risks(table: &Table, register: &Register) -> ListPlan<RiskDraft> {
    let found = columns(table, Kind::Risks);
    let by_title: HashMap<(i64, String), &KnownRisk> =
        register.risks.iter().map(|r| ((r.system, fold(&r.text.title)), r)).collect();
    let by_number: HashMap<i64, &KnownRisk> = register.risks.iter().map(|r| (r.number, r)).collect();
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
    by_title: &HashMap<(i64, String), &KnownRisk>,
    by_number: &HashMap<i64, &KnownRisk>,
) -> Option<Judged<RiskDraft>> {
    let title = cells.line(Column::Title);
    let system = cells.system(register);
    let named = match cells.raw(Column::Reference).map(|cell| cell.to_uppercase().parse::<RiskRef>()) {
        Some(Ok(reference)) => Some(reference),
        _ => None, // another tool's number
    };
    let known = match named {
        Some(reference) => match by_number.get(&reference.0) {
            Some(known) => Some(*known),
            None => {
                cells.reject(
                    Column::Reference,
                    format!("The register has no risk {reference}."),
                    "Leave the reference of a new risk empty.",
                );
                None
            }
        },
        None => system.zip(title.as_deref()).and_then(|(s, title)| by_title.get(&(s.number, fold(title)))).copied(),
    };
    if let (Some(known), Some(system)) = (known, system)
        && known.system != system.number
    {
        cells.reject(
            Column::System,
            format!("{} is a risk of {}.", RiskRef(known.number), SystemRef(known.system)),
            "A risk stays with its system.",
        );
    }
    let system = match (system, known) {
        (Some(system), _) => Some(system),
        (None, Some(known)) => register.systems.iter().find(|s| s.number == known.system),
        (None, None) => {
            if cells.reasons.is_empty() {
                cells.reject(
                    Column::System,
                    "The row names no system.",
                    "Name the system by its reference (AIS-12) or its exact name.",
                );
            }
            None
        }
    };
    if system.is_some_and(|s| s.under_review) {
        cells.reject(
            Column::System,
            "The system is under review: its content stands still until the committee is done.",
            "Import this row again after the decision, or have the submission withdrawn first.",
        );
    }
    if known.is_some_and(|k| k.closed) {
        cells.reject(Column::Reference, "The risk is closed.", "Reopen it first.");
    }
    let text = text(cells, title, known);
    let treatment = cells
        .word(Column::Treatment, treatment, "Mitigate, Accept, Transfer, Avoid")
        .or(known.and_then(|k| k.treatment));
    let owner = cells.person(register).or(known.and_then(|k| k.owner.clone()));
    let matrix = &register.matrix;
    let inherent = cells.point(matrix, Column::Likelihood, Column::Impact);
    let residual = cells.point(matrix, Column::ResidualLikelihood, Column::ResidualImpact);
    let (text, system) = (text?, system?);
    let new =
        |at: Option<Point>, now: fn(&KnownRisk) -> Option<Point>| at.filter(|at| known.and_then(now) != Some(*at));
    let draft = RiskDraft {
        existing: known.map(|k| k.number),
        system: system.number,
        treatment,
        owner,
        inherent: new(inherent, |k| k.inherent),
        // A new risk begins with its inherent rating; only another residual one is a rating of its own.
        residual: new(residual, |k| k.residual).filter(|at| known.is_some() || inherent.is_some_and(|i| i != *at)),
        text,
    };
    if known.is_none() && residual.is_some() && inherent.is_none() {
        cells.reject(
            Column::Likelihood,
            "A new risk has a residual rating, but no inherent one.",
            "Add the inherent rating, or leave both empty.",
        );
    }
    let after = said(&draft.text, draft.treatment, draft.owner.as_deref(), draft.inherent, draft.residual, matrix);
    let before = known.map(|k| {
        let at = |new: Option<Point>, old| new.and(old);
        said(
            &k.text,
            k.treatment,
            k.owner.as_deref(),
            at(draft.inherent, k.inherent),
            at(draft.residual, k.residual),
            matrix,
        )
    });
    let exists = known.is_some();
    let (before, after) = match before {
        Some(before) => differing(before, after),
        None => (Map::new(), after),
    };
    let identity = match known {
        Some(known) => format!("R-{}", known.number),
        None => format!("{}\u{1f}{}", system.number, fold(&draft.text.title)),
    };
    let details = Details {
        name: draft.text.title.clone(),
        reference: known.map(|k| RiskRef(k.number).to_string()),
        before,
        after,
    };
    Some(Judged { draft, identity, details, exists, notes: Vec::new() })
}

/// The texts: of the row, else of the risk, else what stands for nothing.
fn text(cells: &mut Cells<'_>, title: Option<String>, known: Option<&KnownRisk>) -> Option<RiskText> {
    let cause = cells.prose(Column::Cause);
    let event = cells.prose(Column::Event);
    let consequence = cells.prose(Column::Consequence);
    let labels: Vec<&str> = Characteristic::ALL.iter().map(|c| c.label()).collect();
    let characteristic = cells.word(Column::Characteristic, characteristic, &labels.join("; "));
    if let Some(known) = known {
        let old = known.text.clone();
        return Some(RiskText {
            title: title.unwrap_or(old.title),
            cause: cause.unwrap_or(old.cause),
            event: event.unwrap_or(old.event),
            consequence: consequence.unwrap_or(old.consequence),
            characteristic: characteristic.unwrap_or(old.characteristic),
        });
    }
    let Some(title) = title else {
        cells.reject(Column::Title, "The risk has no title.", "Give it a short one.");
        return None;
    };
    if characteristic.is_none() && cells.raw(Column::Characteristic).is_none() {
        cells.reject(
            Column::Characteristic,
            "The row does not say which characteristic of trustworthy AI the risk threatens.",
            format!("Use one of: {}.", labels.join("; ")),
        );
    }
    Some(RiskText {
        event: event.unwrap_or_else(|| title.clone()),
        title,
        cause: cause.unwrap_or_else(|| NOT_STATED.to_owned()),
        consequence: consequence.unwrap_or_else(|| NOT_STATED.to_owned()),
        characteristic: characteristic?,
    })
}

fn said(
    text: &RiskText,
    treatment: Option<Treatment>,
    owner: Option<&str>,
    inherent: Option<Point>,
    residual: Option<Point>,
    matrix: &Matrix,
) -> Map<String, Value> {
    let level = |at: Point| matrix.level(at).map(|level| matrix.label(level).to_owned()).unwrap_or_default();
    let point = |at: Option<Point>| at.map(|at| format!("{} × {} ({})", at.likelihood, at.impact, level(at)));
    let all = json!({
        "title": text.title, "cause": text.cause, "event": text.event, "consequence": text.consequence,
        "characteristic": text.characteristic, "treatment": treatment, "owner": owner,
        "inherent": point(inherent), "residual": point(residual),
    });
    let fields = if let Value::Object(fields) = all { fields } else { Map::new() };
    fields.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

fn treatment(folded: &str) -> Option<Treatment> {
    Some(match folded {
        "mitigate" | "mitigated" | "mitigation" | "reduce" | "treat" => Treatment::Mitigate,
        "accept" | "accepted" | "tolerate" | "retain" => Treatment::Accept,
        "transfer" | "share" | "insure" => Treatment::Transfer,
        "avoid" | "terminate" | "eliminate" => Treatment::Avoid,
        _ => return None,
    })
}

/// By label, or by the word that tells a characteristic from the others.
fn characteristic(folded: &str) -> Option<Characteristic> {
    use Characteristic as C;
    let exact = C::ALL.iter().find(|c| fold(c.label()) == folded || fold(c.as_str()) == folded);
    exact.copied().or_else(|| {
        let words: [(&str, C); 16] = [
            ("privacy", C::PrivacyEnhanced),
            ("fair", C::Fair),
            ("bias", C::Fair),
            ("discriminat", C::Fair),
            ("secur", C::SecureResilient),
            ("resilien", C::SecureResilient),
            ("explain", C::ExplainableInterpretable),
            ("interpretab", C::ExplainableInterpretable),
            ("transparen", C::AccountableTransparent),
            ("accountab", C::AccountableTransparent),
            ("safe", C::Safe),
            ("reliab", C::ValidReliable),
            ("validity", C::ValidReliable),
            ("accura", C::ValidReliable),
            ("robust", C::ValidReliable),
            ("performance", C::ValidReliable),
        ];
        words.iter().find(|(word, _)| folded.contains(word)).map(|(_, c)| *c)
    })
}
