//! What the portal knows about one system: MAP from context and risks, MEASURE from evidence and scorecard, MANAGE from
//! treatments, mitigations and decisions.

use super::{Derived, Findings, Source, count, in_place, partly};
use crate::evidence;
use crate::framework::State;
use crate::measure::scorecard::Verdict;
use crate::risk::Characteristic;
use crate::system::{Context, Stage};
use crate::triage::Tier;
use std::collections::{BTreeMap, BTreeSet};

/// What the portal knows about a system. Everything empty is a system that was only registered.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Where it stands in its life; none if that is not known.
    pub stage: Option<Stage>,
    /// What MAP asks.
    pub context: Context,
    /// The tier in force; none before triage.
    pub tier: Option<Tier>,
    /// Whether the organisation set its own matrix and appetite.
    pub appetite_set: bool,
    /// Open risks.
    pub risks: usize,
    /// Of those, with inherent and residual rating.
    pub risks_rated: usize,
    /// Of those, with a treatment.
    pub risks_treated: usize,
    /// Of those, to mitigate but without mitigation that is not dropped.
    pub risks_unmitigated: usize,
    /// Open risks by the characteristic that they threaten.
    pub risks_by: BTreeMap<Characteristic, usize>,
    /// Mitigations not dropped.
    pub mitigations: usize,
    /// Of those, with assignee and due date.
    pub mitigations_assigned: usize,
    /// Of those, implemented or verified.
    pub mitigations_done: usize,
    /// Kinds of evidence that are current.
    pub evidence: BTreeSet<evidence::Kind>,
    /// Pieces of current evidence whose tool, settings and metrics the portal read from the file.
    pub results_read: usize,
    /// Acceptance criteria.
    pub criteria: usize,
    /// Of those, with a current value, whatever it says.
    pub criteria_measured: usize,
    /// Of those, with values of at least two runs.
    pub criteria_repeated: usize,
    /// The scorecard's verdict on each characteristic that has a criterion.
    pub scorecard: BTreeMap<Characteristic, Verdict>,
    /// Reviews that ended in a decision.
    pub reviews_decided: usize,
    /// Whether an approval is in force.
    pub decision_in_force: bool,
    /// Conditions of that decision.
    pub conditions: usize,
    /// Monitors that watch it.
    pub monitors: usize,
}

/// What follows for MAP, MEASURE and MANAGE, in the official order.
#[must_use]
pub fn derive(known: &Known) -> Vec<Derived> {
    let mut findings = Findings::default();
    map(known, &mut findings);
    measure(known, &mut findings);
    manage(known, &mut findings);
    findings.finish()
}

fn map(known: &Known, out: &mut Findings) {
    let context = &known.context;
    out.note("MAP 1.1", Source::Context, Some((State::Partial, purpose(context))));
    let appetite = "The organisation's matrix says how much risk is within appetite";
    let limits = in_place(
        known.appetite_set && known.criteria > 0,
        format!(
            "{appetite}, and {} for this system.",
            count(known.criteria, "criterion sets a limit", "criteria set limits")
        ),
    );
    out.note("MAP 1.5", Source::Matrix, limits.or_else(|| partly(known.appetite_set, format!("{appetite}."))));
    let asked = count(known.criteria, "acceptance criterion says", "acceptance criteria say");
    out.note("MAP 1.6", Source::Scorecard, partly(known.criteria > 0, format!("{asked} what is required.")));
    out.note("MAP 2.1", Source::Context, method(context));
    let oversight = partly(context.oversight.is_some(), "The context says how people oversee it.");
    out.note("MAP 2.2", Source::Context, oversight.clone());
    out.note("MAP 2.3", Source::Scorecard, partly(known.criteria > 0, format!("{asked} what tests have to show.")));
    let scope = context.intended_users.is_some() && !context.data_categories.is_empty();
    out.note("MAP 3.3", Source::Context, partly(scope, "The context says who uses it and with which data."));
    out.note("MAP 3.5", Source::Context, oversight);
    let parts = context.vendor.is_some() || !context.models.is_empty();
    out.note("MAP 4.1", Source::Context, partly(parts, "The context names the vendor, or models that it is made of."));
    out.note("MAP 5.1", Source::Risks, rated(known));
}

fn purpose(context: &Context) -> String {
    let described: Vec<&str> = [
        ("intended users", context.intended_users.is_some()),
        ("people affected", context.affected_groups.is_some()),
        ("where it runs", context.runs_where.is_some()),
    ]
    .into_iter()
    .filter_map(|(what, there)| there.then_some(what))
    .collect();
    if described.is_empty() {
        "The registration says what it is for.".to_owned()
    } else {
        format!("The registration says what it is for; the context describes {}.", described.join(", "))
    }
}

fn method(context: &Context) -> Option<(State, String)> {
    let kind = context.kind?;
    let models = context.models.len();
    let kind = kind.label().to_lowercase();
    in_place(models > 0, format!("The context says that it is {kind}, and names {}.", count(models, "model", "models")))
        .or_else(|| partly(true, format!("The context says that it is {kind}.")))
}

/// Likelihood and impact of each risk: in place once as many are named as the tier asks for, and all are rated.
fn rated(known: &Known) -> Option<(State, String)> {
    let wanted = known.tier.map_or(1, |tier| tier.demands().risks);
    let named = count(known.risks, "risk is named", "risks are named");
    if known.risks > 0 && known.risks_rated >= known.risks && known.risks >= wanted {
        return in_place(true, format!("{named}, rated for likelihood and impact, before and after mitigation."));
    }
    partly(known.risks > 0, format!("{named}, {} rated.", known.risks_rated))
}

fn measure(known: &Known, out: &mut Findings) {
    let criteria = count(known.criteria, "acceptance criterion is set", "acceptance criteria are set");
    let threatened = known.risks_by.iter().filter(|(_, n)| **n > 0).map(|(characteristic, _)| characteristic);
    let unmeasured = threatened.filter(|characteristic| !known.scorecard.contains_key(characteristic)).count();
    let gap = match unmeasured {
        0 => String::new(),
        n => format!(" No criterion covers {}.", count(n, "characteristic at risk", "characteristics at risk")),
    };
    out.note("MEASURE 1.1", Source::Scorecard, partly(known.criteria > 0, format!("{criteria}.{gap}")));
    let reviewed = "The committee, who have no part in the system, decided on its evidence.";
    out.note("MEASURE 1.3", Source::Reviews, partly(known.reviews_decided > 0, reviewed));
    out.note("MEASURE 2.1", Source::Evidence, documented(known));
    let measured = known.criteria_measured.min(known.criteria);
    let against = format!("{measured} of {} acceptance criteria have a current value.", known.criteria);
    out.note("MEASURE 2.3", Source::Scorecard, partly(measured > 0, against));
    let watched = count(known.monitors, "monitor watches it", "monitors watch it");
    let running = known.stage == Some(Stage::Production) && known.monitors > 0;
    let watching = in_place(running, format!("It is in production, and {watched}."));
    out.note("MEASURE 2.4", Source::Monitors, watching.or_else(|| partly(known.monitors > 0, format!("{watched}."))));
    for (subcategory, characteristic) in BY_CHARACTERISTIC {
        out.note(subcategory, Source::Scorecard, verdict(known, characteristic));
    }
    let lapses = "The approval lapses by itself, so that the risks are looked at again.";
    out.note("MEASURE 3.1", Source::Reviews, partly(known.decision_in_force, lapses));
    let trend = count(known.criteria_repeated, "criterion has", "criteria have");
    let trend = format!("{trend} values of two runs or more, so that a change can be seen.");
    out.note("MEASURE 4.3", Source::Scorecard, partly(known.criteria_repeated > 0, trend));
}

/// Which subcategory speaks of which characteristic.
const BY_CHARACTERISTIC: [(&str, Characteristic); 7] = [
    ("MEASURE 2.5", Characteristic::ValidReliable),
    ("MEASURE 2.6", Characteristic::Safe),
    ("MEASURE 2.7", Characteristic::SecureResilient),
    ("MEASURE 2.8", Characteristic::AccountableTransparent),
    ("MEASURE 2.9", Characteristic::ExplainableInterpretable),
    ("MEASURE 2.10", Characteristic::PrivacyEnhanced),
    ("MEASURE 2.11", Characteristic::Fair),
];

fn verdict(known: &Known, characteristic: Characteristic) -> Option<(State, String)> {
    let label = characteristic.label().to_lowercase();
    match known.scorecard.get(&characteristic)? {
        Verdict::Pass => in_place(true, format!("The scorecard passes every criterion of “{label}”.")),
        Verdict::Warn => partly(true, format!("The scorecard warns at “{label}”.")),
        Verdict::Fail => partly(true, format!("It was measured, and fails a criterion of “{label}”.")),
        Verdict::Stale => partly(true, format!("It was measured, but a result for “{label}” is out of date.")),
        Verdict::NotMeasured => None,
    }
}

fn documented(known: &Known) -> Option<(State, String)> {
    use evidence::Kind as E;
    let read = count(known.results_read, "result file says", "result files say");
    let all = known.criteria > 0 && known.criteria_measured >= known.criteria && known.results_read > 0;
    let tested = [E::Test, E::Evaluation, E::Verification, E::Validation].iter().any(|k| known.evidence.contains(k));
    in_place(all, format!("{read} with which tool and data every criterion was measured."))
        .or_else(|| partly(known.results_read > 0, format!("{read} with which tool and data tests were run.")))
        .or_else(|| partly(tested, "Current test evidence is attached."))
}

fn manage(known: &Known, out: &mut Findings) {
    let (risks, treated) = (known.risks, known.risks_treated.min(known.risks));
    let all_treated = risks > 0 && treated == risks;
    out.note("MANAGE 1.1", Source::Reviews, decided(known));
    let of = format!("{treated} of {risks} risks have a treatment");
    let ordered = in_place(
        all_treated && known.risks_rated >= risks,
        format!(
            "{}, so that the gravest come first.",
            count(risks, "risk is rated and has a treatment", "risks are rated and have a treatment")
        ),
    );
    out.note("MANAGE 1.2", Source::Risks, ordered.or_else(|| partly(treated > 0, format!("{of}."))));
    let assigned = known.mitigations_assigned >= known.mitigations;
    let planned = in_place(
        all_treated && known.risks_unmitigated == 0 && assigned,
        "Every risk has a treatment, and every mitigation an assignee and a date.",
    );
    out.note(
        "MANAGE 1.3",
        Source::Mitigations,
        planned.or_else(|| partly(treated > 0, format!("{of}; a plan is missing for some."))),
    );
    let left = format!("{} of {} have a residual rating.", known.risks_rated.min(risks), count(risks, "risk", "risks"));
    out.note("MANAGE 1.4", Source::Risks, partly(known.risks_rated > 0 && risks > 0, left));
    let given = known.mitigations_assigned.min(known.mitigations);
    let hands =
        format!("{given} of {} have an assignee and a date.", count(known.mitigations, "mitigation", "mitigations"));
    out.note("MANAGE 2.1", Source::Mitigations, partly(given > 0, hands));
    let stop = known.context.oversight.is_some() && known.context.autonomy.is_some();
    let stop = partly(stop, "The context says how far it acts by itself and how people oversee it.");
    out.note("MANAGE 2.4", Source::Context, stop);
    let models = &known.context.models;
    let versions = !models.is_empty() && models.iter().all(|model| !model.version.is_empty());
    out.note("MANAGE 3.2", Source::Context, partly(versions, "The context names the version of every model."));
    let watched = count(known.monitors, "monitor is set up", "monitors are set up");
    out.note("MANAGE 4.1", Source::Monitors, partly(known.monitors > 0, format!("{watched}.")));
    let done = count(known.mitigations_done, "mitigation is done", "mitigations are done");
    out.note("MANAGE 4.2", Source::Mitigations, partly(known.mitigations_done > 0, format!("{done}.")));
}

fn decided(known: &Known) -> Option<(State, String)> {
    let conditions = match known.conditions {
        0 => String::new(),
        n => format!(", with {}", count(n, "condition", "conditions")),
    };
    in_place(known.decision_in_force, format!("The committee approved it{conditions}; the approval is in force."))
        .or_else(|| partly(known.reviews_decided > 0, "The committee decided before; no approval is in force."))
}
