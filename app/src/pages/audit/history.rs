//! The history of a record, on its own page and on a system's.

use super::words;
use crate::components::*;
use crate::pages::systems::frame::{self, Section};
use crate::server::{Cx, PageResult};
use axum::extract::Path;
use leptos::prelude::*;
use store::audit::{Change, Event};

/// GET /systems/{reference}/history: everything that happened to the system and to what belongs to it.
pub async fn of_system(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let events = store::audit::history(&cx.store, &cx.actor, header.located.id.0, cx.url().get("after")).await?;
    let title = format!("History \u{b7} {}", header.located.name);
    cx.page(&title, || {
        frame::frame(
            &cx,
            &header,
            Section::History,
            view! {
                <h2 class="sr-only">"History"</h2>
                {timeline(events.rows)}
                <Pager next=events.next/>
            },
        )
    })
}

/// Events as a timeline, newest first; what each changed can be opened. Call it inside the closure of `cx.page`.
pub fn timeline(events: Vec<Event>) -> impl IntoView {
    let entries = events
        .into_iter()
        .map(|event| {
            let changes = event.changes.len();
            let what = match event.subject == event.actor {
                true => words::did(&event.action),
                false => format!("{} {}", words::did(&event.action), event.subject),
            };
            let what = match &event.via {
                Some(via) => format!("{what} {}", words::via(via)),
                None => what,
            };
            let detail = (changes > 0).then(|| {
                let summary = crate::format::count(changes as i64, "field", "fields");
                let caption = format!("What changed in {}", event.subject);
                view! { <details><summary>{summary}</summary>{diff(event.changes, caption)}</details> }.into_any()
            });
            HistoryEntry { at: event.at, who: event.actor, what, detail, tone: Tone::Neutral }
        })
        .collect::<Vec<_>>();
    view! { <Timeline entries/> }
}

/// What an event changed, as a table.
pub fn diff(changes: Vec<Change>, caption: String) -> impl IntoView {
    let changes: Vec<_> =
        changes.into_iter().map(|c| FieldChange::new(words::field(&c.field), c.before, c.after)).collect();
    view! { <Diff changes caption=caption/> }
}
