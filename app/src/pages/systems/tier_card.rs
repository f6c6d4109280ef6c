//! The tier in words: which answers led to it, what the committee changed, what it asks for.

use crate::{components::*, format};
use domain::triage::Tier as TierWord;
use leptos::prelude::*;
use store::systems::{SystemHeader, get::Details};

/// The card beside triage and context.
pub fn tier_card(header: &SystemHeader, details: &Details) -> impl IntoView + use<> {
    let Some(tier) = header.tier else {
        return view! { <Card title="Tier"><p>"The tier follows from the answers."</p></Card> }.into_any();
    };
    let overridden = header.tier_overridden;
    let why = match &details.triage {
        Some(t) if t.because.is_empty() => view! { <p>"No answer asks for more."</p> }.into_any(),
        Some(t) => {
            let reasons = t.because.iter().map(|q| view! { <li>{q.label()}</li> }).collect_view();
            let lead = if overridden {
                format!("The answers lead to {}, because of a yes to:", t.tier.label().to_lowercase())
            } else {
                "Because of a yes to:".to_owned()
            };
            view! { <p>{lead}</p><ul>{reasons}</ul> }.into_any()
        }
        None => ().into_any(),
    };
    let answered = details.triage.as_ref().map(|t| {
        let (by, at) = (t.by.clone(), t.at);
        view! { <p class="muted">"Answered by "{by}" on "<Day at/>"."</p> }
    });
    let set = details.tier_override.as_ref().filter(|_| overridden).map(|o| {
        let title = format!("Set by the committee: {}", o.tier.label().to_lowercase());
        let (by, at, reason) = (o.by.clone(), o.at, o.reason.clone());
        view! { <Callout title=title><p>{reason}</p><p class="muted">{by}", "<Day at/></p></Callout> }
    });
    view! {
        <Card title="Tier">
            <div class="prose">
                <p><Tier tier overridden/></p>
                {set}{why}{answered}
                <h3>"What it asks for"</h3>
                <ul>{demands(tier).into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            </div>
        </Card>
    }
    .into_any()
}

/// What a tier asks for, a line each.
fn demands(tier: TierWord) -> Vec<String> {
    if tier == TierWord::Prohibited {
        return vec!["It can\u{2019}t be submitted: change the system or its use, then answer again.".to_owned()];
    }
    let d = tier.demands();
    let mut lines = vec![format::count(d.risks as i64, "risk or more", "risks or more")];
    if !d.evidence.is_empty() {
        let kinds: Vec<_> = d.evidence.iter().map(|k| k.label().to_lowercase()).collect();
        lines.push(format!("Current evidence: {}", kinds.join(", ")));
    }
    if d.full_context {
        lines.push("Affected groups and oversight described".to_owned());
    }
    let chair = if d.chair { ", the chair\u{2019}s among them" } else { "" };
    lines.push(format!("{} of the committee{chair}", format::count(d.quorum.into(), "vote", "votes")));
    lines.push(format!("A new approval every {} months", d.validity_months));
    lines
}
