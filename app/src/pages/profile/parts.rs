//! What several pages of a profile show: a state, a subcategory with its help, how far a function is.

use super::{home, slug};
use crate::components::*;
use crate::format;
use crate::pages::systems::frame;
use domain::framework::coverage::coverage;
use domain::framework::crosswalk::{Other, serves};
use domain::framework::derive::Derived;
use domain::framework::generative::proposed;
use domain::framework::required::{default_target, is_required, missing};
use domain::framework::{Category, Function, State, Subcategory, nist};
use leptos::prelude::*;
use std::collections::BTreeSet;
use store::profile::{Profile, Row, Whose};

/// A state as a badge.
pub fn state(state: State) -> impl IntoView {
    let tone = match state {
        State::NotStarted => Tone::Neutral,
        State::Partial => Tone::Warning,
        State::Implemented => Tone::Info,
        State::Verified => Tone::Success,
        State::NotApplicable => Tone::Neutral,
    };
    view! { <Badge label=state.label() tone=tone/> }
}

/// Whether a submission at the system's tier needs it.
pub fn needed(profile: &Profile, control: &str) -> bool {
    profile.tier.is_some_and(|tier| is_required(tier, control))
}

/// What a submission still misses, and what falls short of its target, by identifier.
pub fn open(profile: &Profile) -> (BTreeSet<String>, BTreeSet<String>) {
    let standings = profile.standings();
    let default = default_target(profile.tier);
    let needed = profile.tier.map(|tier| {
        let standing = |id: &str| {
            let found = standings.iter().find(|s| s.subcategory == id);
            found.map_or((State::NotStarted, false), |s| (s.state, s.derived))
        };
        missing(tier, standing).into_iter().map(|asked| asked.id.clone()).collect()
    });
    let short = standings.into_iter().filter(|s| s.falls_short(default)).map(|s| s.subcategory).collect();
    (needed.unwrap_or_default(), short)
}

/// Subcategories of a function, in order.
pub fn of(function: &Function) -> impl Iterator<Item = &Subcategory> {
    function.categories.iter().flat_map(|c: &Category| &c.subcategories)
}

/// "Map: 5 of 18 in place", function by function, what was derived among it.
pub fn progress(profile: &Profile) -> AnyView {
    let found = coverage(nist(), &profile.standings(), default_target(profile.tier));
    let rows = found.functions.iter().map(|function| {
        let (done, of) = (function.coverage.done(), function.coverage.applicable());
        view! { <KeyValue label=function.title.to_owned()><Progress done=done of=of label="in place"/></KeyValue> }
    });
    let rows = rows.collect_view();
    view! { <KeyValues>{rows}</KeyValues> }.into_any()
}

/// Who usually answers, what counts as evidence, what to do next, what else the answer serves, and the official words where
/// they were loaded.
pub fn help(profile: &Profile, asked: &Subcategory) -> AnyView {
    let official = profile.official.get(&asked.id).cloned();
    let official = official.map(|text| view! { <blockquote class="official">{text}</blockquote> });
    let serves = serves(&asked.id).map(|link| {
        let of = |other: Other| {
            let ids = link.of(other);
            (!ids.is_empty()).then(|| view! { <p><b>{other.label()}": "</b>{ids.join(", ")}</p> })
        };
        view! { {of(Other::Iso42001)}{of(Other::EuAiAct)} }
    });
    let actions: Vec<&str> = proposed(profile.kind, &asked.id).iter().map(|action| action.id.as_str()).collect();
    let actions = (!actions.is_empty())
        .then(|| view! { <p><b>"Actions of the generative AI profile (NIST AI 600-1): "</b>{actions.join(", ")}</p> });
    let who = asked.who.iter().map(|w| w.label()).collect::<Vec<_>>().join(", ");
    let evidence = asked.evidence.iter().map(|e| view! { <li>{e.clone()}</li> }).collect_view();
    view! {
        <details class="answer-help">
            <summary>"Who answers, what counts, what next"</summary>
            <p><b>"Who: "</b>{who}"."</p>
            <p><b>"What counts:"</b></p>
            <ul>{evidence}</ul>
            <p><b>"Next: "</b>{asked.next.clone()}</p>
            {serves}
            {actions}
            {official}
        </details>
    }
    .into_any()
}

/// "Answered by Maya Lindqvist on 3 May 2026, verified by …".
pub fn said(row: &Row) -> String {
    let answered = format!("Answered by {} on {}", row.answered_by, format::date(row.answered_at.date_naive()));
    match &row.verified {
        Some((who, at)) => format!("{answered}, verified by {} on {}.", who.name, format::date(at.date_naive())),
        None => format!("{answered}."),
    }
}

/// What the register shows to a question that nobody has answered, with its source and the button that makes it an answer.
pub fn proposal(profile: &Profile, found: &Derived) -> AnyView {
    let source = found.source.page().map(|page| match profile.whose {
        Whose::System(reference) if !page.starts_with('/') => frame::href(reference, &format!("/{page}")),
        _ => page.to_owned(),
    });
    let source = match source {
        Some(href) => view! { <a href=href>{found.source.label()}</a> }.into_any(),
        None => found.source.label().into_any(),
    };
    let confirm = profile.may_write.then(|| {
        let at = format!("{}/{}/confirm", home(profile.whose), slug(found.subcategory));
        view! {
            <form method="post" action=at>
                <button class="button button-small" type="submit">"Confirm"<span class="sr-only">" "{found.subcategory}</span></button>
            </form>
        }
    });
    view! {
        <div class="answer-derived">
            <p><Badge label=found.state.label() tone=Tone::Neutral/>" Derived from "{source}": "{found.sentence.clone()}</p>
            {confirm}
        </div>
    }
    .into_any()
}

/// One button for all of them.
pub fn confirm_all(profile: &Profile, open: usize) -> AnyView {
    let text = match open {
        1 => "The register shows the answer to 1 question. It counts as derived until a person confirms it.".to_owned(),
        n => {
            format!("The register shows answers to {n} questions. They count as derived until a person confirms them.")
        }
    };
    let at = format!("{}/confirm", home(profile.whose));
    view! {
        <Callout tone=Tone::Info>
            <p>{text}</p>
            <form method="post" action=at>
                <button class="button" type="submit">"Confirm all as they are"</button>
            </form>
        </Callout>
    }
    .into_any()
}

/// An answer to read.
pub fn reading(row: &Row) -> AnyView {
    let draft = &row.answer.draft;
    let text = draft.text.clone().or_else(|| draft.reason.clone());
    let text = text.map(|source| view! { <Markdown source=source/> });
    let links = (!row.links.is_empty()).then(|| view! { <p>"Rests on "{references(row)}"."</p> });
    view! { {text}{links}<p class="muted">{said(row)}</p> }.into_any()
}

/// What an answer rests on, as links.
pub fn references(row: &Row) -> AnyView {
    let risks = row.links.risks.iter().map(|r| (r.to_string(), format!("/risks/{r}")));
    let mitigations = row.links.mitigations.iter().map(|m| (m.to_string(), format!("/mitigations/{m}")));
    let evidence = row.links.evidence.iter().map(|e| (e.to_string(), format!("/evidence/{e}")));
    let all: Vec<_> = risks.chain(mitigations).chain(evidence).collect();
    let last = all.len().saturating_sub(1);
    all.into_iter()
        .enumerate()
        .map(|(n, (name, href))| view! { <a href=href>{name}</a>{(n < last).then_some(", ")} })
        .collect_view()
        .into_any()
}
