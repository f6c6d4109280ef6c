//! States, outcomes and differences as people read them.

use crate::components::{Badge, Diff, FieldChange, Tone};
use domain::review::dossier::Change;
use domain::review::{Choice, Outcome, State};
use leptos::prelude::*;

pub fn state(state: State) -> AnyView {
    let tone = match state {
        State::Draft | State::Withdrawn | State::Superseded => Tone::Neutral,
        State::Submitted | State::InReview => Tone::Info,
        State::ChangesRequested => Tone::Warning,
        State::Approved | State::ApprovedWithConditions => Tone::Success,
        State::Rejected | State::Expired | State::Revoked => Tone::Danger,
    };
    view! { <Badge label=state.label() tone/> }.into_any()
}

pub fn outcome(outcome: Outcome) -> AnyView {
    let tone = match outcome {
        Outcome::Approved => Tone::Success,
        Outcome::ApprovedWithConditions => Tone::Warning,
        Outcome::Rejected => Tone::Danger,
    };
    view! { <Badge label=outcome.label() tone/> }.into_any()
}

pub fn choice(choice: Choice) -> AnyView {
    let tone = match choice {
        Choice::Approve => Tone::Success,
        Choice::ApproveWithConditions => Tone::Warning,
        Choice::Reject => Tone::Danger,
    };
    view! { <Badge label=choice.label() tone/> }.into_any()
}

/// A SHA-256 in full; it breaks where the line ends.
pub fn hash(hex: &str) -> AnyView {
    let hex = hex.to_owned();
    view! { <code class="hash">{hex}</code> }.into_any()
}

/// Differences between two dossiers, field by field.
pub fn changes(changes: &[Change], caption: &str, before: String, after: &str) -> AnyView {
    let rows = changes
        .iter()
        .map(|change| {
            let field = change.field.replace('_', " ");
            let own = !change.subject.starts_with("AIS-");
            let label = match (own, field.is_empty()) {
                (false, _) => capitalised(&field),
                (true, true) => format!("{} ({})", change.subject, came(change)),
                (true, false) => format!("{} {}: {field}", change.subject, change.title),
            };
            FieldChange::new(label, change.before.as_deref().map(value), change.after.as_deref().map(value))
        })
        .collect::<Vec<_>>();
    let (caption, after) = (caption.to_owned(), after.to_owned());
    view! { <Diff changes=rows caption before after/> }.into_any()
}

/// Stored words ("in_progress") as people read them; anything else as it is.
fn value(text: &str) -> String {
    match text.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
        true => capitalised(&text.replace('_', " ")),
        false => text.to_owned(),
    }
}

fn came(change: &Change) -> &'static str {
    if change.before.is_none() { "new" } else { "gone" }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
