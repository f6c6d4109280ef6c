//! Readiness: what a submission still misses, each item a link to where it is mended.

use crate::triage::Tier;
use crate::{evidence, framework, system::Context};

/// What readiness is judged from.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The tier in force; none before triage.
    pub tier: Option<Tier>,
    /// What MAP asks.
    pub context: Context,
    /// Open risks.
    pub risks: usize,
    /// Of those, without inherent or residual rating.
    pub risks_unrated: usize,
    /// Of those, without treatment.
    pub risks_untreated: usize,
    /// Of those, to mitigate but without mitigation that is not dropped.
    pub risks_unmitigated: usize,
    /// Mitigations not dropped, without assignee or due date.
    pub mitigations_unassigned: usize,
    /// Kinds of evidence that are current.
    pub evidence: Vec<evidence::Kind>,
    /// Subcategories of the AI RMF that the tier asks for and nobody answered.
    pub profile_open: Vec<&'static str>,
    /// Comments of the last review that are open.
    pub open_comments: usize,
}

crate::words! {
    /// What a submission needs, in the order in which people do it.
    Step {
        Registered = "registered", "Register the system";
        Triage = "triage", "Answer the triage";
        Context = "context", "Describe the context";
        Oversight = "oversight", "Describe people affected and oversight";
        Risks = "risks", "Name the risks";
        Ratings = "ratings", "Rate every risk";
        Treatment = "treatment", "Choose a treatment for every risk";
        Mitigations = "mitigations", "Give every risk to mitigate a mitigation, with assignee and date";
        Evidence = "evidence", "Attach the evidence that the tier asks for";
        Profile = "profile", "Answer the AI RMF profile as far as the tier asks for it";
        Comments = "comments", "Answer the committee's comments";
    }
}

impl Step {
    /// The page of the system on which it is mended, below `/systems/AIS-12/`.
    pub const fn page(self) -> &'static str {
        match self {
            Step::Registered => "edit",
            Step::Triage => "triage",
            Step::Context | Step::Oversight => "map",
            Step::Risks | Step::Ratings | Step::Treatment => "risks",
            Step::Mitigations => "mitigations",
            Step::Evidence => "evidence",
            Step::Profile => "profile",
            Step::Comments => "reviews",
        }
    }
}

/// One item of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub step: Step,
    /// What is missing; none when done.
    pub missing: Option<String>,
}

impl Item {
    /// Whether it is done.
    pub fn done(&self) -> bool {
        self.missing.is_none()
    }
}

/// The list for a system. Items that its tier does not ask for are left out.
pub fn readiness(facts: &Facts) -> Vec<Item> {
    let demands = demands_of(facts.tier).demands();
    let count = |n: usize, one: &str, many: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {many}")),
    };
    let mut items = vec![
        Item { step: Step::Registered, missing: None },
        Item { step: Step::Triage, missing: triage(facts.tier) },
        Item { step: Step::Context, missing: context(&facts.context) },
    ];
    if demands.full_context {
        items.push(Item { step: Step::Oversight, missing: oversight(&facts.context) });
    }
    items.push(Item {
        step: Step::Risks,
        missing: (facts.risks < demands.risks).then(|| format!("{} of at least {}", facts.risks, demands.risks)),
    });
    items.push(Item {
        step: Step::Ratings,
        missing: count(facts.risks_unrated, "risk lacks a rating", "risks lack a rating").or_else(|| none_yet(facts)),
    });
    items.push(Item {
        step: Step::Treatment,
        missing: count(facts.risks_untreated, "risk has no treatment", "risks have no treatment")
            .or_else(|| none_yet(facts)),
    });
    items.push(Item {
        step: Step::Mitigations,
        missing: count(facts.risks_unmitigated, "risk has no mitigation", "risks have no mitigation")
            .or_else(|| {
                count(
                    facts.mitigations_unassigned,
                    "mitigation lacks assignee or date",
                    "mitigations lack assignee or date",
                )
            })
            .or_else(|| none_yet(facts)),
    });
    if !demands.evidence.is_empty() {
        let missing: Vec<_> =
            demands.evidence.iter().filter(|k| !facts.evidence.contains(k)).map(|k| k.label().to_lowercase()).collect();
        items.push(Item {
            step: Step::Evidence,
            missing: (!missing.is_empty()).then(|| format!("no current {}", missing.join(", no current "))),
        });
    }
    if framework::required(demands_of(facts.tier)).next().is_some() {
        items.push(Item { step: Step::Profile, missing: open_questions(&facts.profile_open) });
    }
    if facts.open_comments > 0 {
        items.push(Item {
            step: Step::Comments,
            missing: count(facts.open_comments, "comment is open", "comments are open"),
        });
    }
    items
}

/// Where "save and continue" leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onward {
    /// To what is missing next.
    Missing(Step),
    /// To the submission: nothing is missing.
    Ready,
    /// Back to where it was saved: what is missing stands before that, or waits for somebody else.
    Back,
}

/// Where "save and continue" leads from a step: forward only, so that nobody is sent back to what they left for later.
pub fn onward(items: &[Item], from: Step) -> Onward {
    // A comment is answered where it stands, not by a form; what the profile lacks is mostly answered by the steps before it.
    let leads = |item: &&Item| match item.step {
        Step::Comments => false,
        Step::Profile => items.iter().all(|other| other.step >= Step::Profile || other.done()),
        step => step >= from,
    };
    let next = items.iter().find(|item| !item.done() && leads(item));
    match next {
        Some(item) => Onward::Missing(item.step),
        None if is_ready(items) => Onward::Ready,
        None => Onward::Back,
    }
}

/// The first kind of evidence that the tier asks for and that is not there.
pub fn missing_evidence(facts: &Facts) -> Option<evidence::Kind> {
    let demands = facts.tier.unwrap_or(Tier::Minimal).demands();
    demands.evidence.iter().find(|kind| !facts.evidence.contains(kind)).copied()
}

/// Whether everything is done.
pub fn is_ready(items: &[Item]) -> bool {
    items.iter().all(Item::done)
}

/// The tier by which things are asked for: before triage, the lowest.
fn demands_of(tier: Option<Tier>) -> Tier {
    tier.unwrap_or(Tier::Minimal)
}

/// "3 open: MAP 1.1, MAP 3.4, MEASURE 2.3".
fn open_questions(open: &[&'static str]) -> Option<String> {
    const NAMED: usize = 3;
    let named = open.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match open.len() {
        0 => None,
        n if n > NAMED => Some(format!("{n} open: {named} …")),
        n => Some(format!("{n} open: {named}")),
    }
}

fn none_yet(facts: &Facts) -> Option<String> {
    (facts.risks == 0).then(|| "no risks yet".to_owned())
}

fn triage(tier: Option<Tier>) -> Option<String> {
    match tier {
        None => Some("not answered".to_owned()),
        Some(Tier::Prohibited) => {
            Some("the answers name a prohibited practice: this system can't be submitted".to_owned())
        }
        Some(_) => None,
    }
}

fn context(context: &Context) -> Option<String> {
    let mut missing = Vec::new();
    if context.kind.is_none() {
        missing.push("kind");
    }
    if context.sourcing.is_none() {
        missing.push("built or bought");
    }
    if context.intended_users.is_none() {
        missing.push("intended users");
    }
    if context.data_categories.is_empty() {
        missing.push("data");
    }
    if context.autonomy.is_none() {
        missing.push("autonomy");
    }
    if context.runs_where.is_none() {
        missing.push("where it runs");
    }
    (!missing.is_empty()).then(|| missing.join(", "))
}

fn oversight(context: &Context) -> Option<String> {
    let mut missing = Vec::new();
    if context.affected_groups.is_none() {
        missing.push("affected groups");
    }
    if context.oversight.is_none() {
        missing.push("oversight");
    }
    (!missing.is_empty()).then(|| missing.join(", "))
}
