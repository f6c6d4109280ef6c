//! Small parts: empty states, notices, facts, people, dates, notes, history.

use super::{Icon, Tone, text::Text};
use crate::{format, server::markdown};
use chrono::{DateTime, NaiveDate, Utc};
use leptos::prelude::*;

/// Nothing here yet: one sentence and one thing to do.
#[component]
pub fn EmptyState(
    #[prop(into)] title: String,
    /// One sentence: what will stand here.
    #[prop(into)]
    text: String,
    /// Where the one action leads, and what it is called.
    #[prop(optional, into)]
    action_href: Text,
    #[prop(optional, into)] action: Text,
) -> impl IntoView {
    let action = action_href.get().zip(action.get());
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            <p>{text}</p>
            {action.map(|(href, label)| view! { <p><a class="button" href=href>{label}</a></p> })}
        </div>
    }
}

/// Something to know about this page; not the answer to an action (see the notices of a redirect).
#[component]
pub fn Callout(#[prop(optional)] tone: Tone, #[prop(optional, into)] title: Text, children: Children) -> impl IntoView {
    let icon = match tone {
        Tone::Success => Icon::Check,
        Tone::Warning | Tone::Danger => Icon::Warning,
        Tone::Neutral | Tone::Info => Icon::Info,
    };
    view! {
        <div class="callout" data-tone=tone.code()>
            {icon.view()}
            <div>
                {title.get().map(|title| view! { <p class="callout-title">{title}</p> })}
                {children()}
            </div>
        </div>
    }
}

/// A part of a page with its heading and, at most, one action beside it.
#[component]
pub fn Section(
    #[prop(into)] title: String,
    /// Makes it a target for links: `#risks`.
    #[prop(optional, into)]
    id: Text,
    #[prop(optional, into)] action_href: Text,
    #[prop(optional, into)] action: Text,
    /// A sentence under the heading.
    #[prop(optional, into)]
    lead: Text,
    /// What stands beside the heading instead of a link.
    #[prop(default = None)]
    beside: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let action = action_href.get().zip(action.get());
    view! {
        <section class="section" id=id.get()>
            <div class="section-head">
                <h2>{title}</h2>
                {action.map(|(href, label)| view! { <a class="button button-small" href=href>{label}</a> })}
                {beside}
            </div>
            {lead.get().map(|lead| view! { <p class="muted section-lead">{lead}</p> })}
            {children()}
        </section>
    }
}

/// A framed box, for things that belong together.
#[component]
pub fn Card(#[prop(optional, into)] title: Text, children: Children) -> impl IntoView {
    view! {
        <div class="card">
            {title.get().map(|title| view! { <h2 class="card-title">{title}</h2> })}
            {children()}
        </div>
    }
}

/// A list of facts: `<KeyValues><KeyValue label="Owner">…</KeyValue></KeyValues>`.
#[component]
pub fn KeyValues(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// One fact. `change_href` adds a Change link, as on a check-answers page.
#[component]
pub fn KeyValue(
    #[prop(into)] label: String,
    #[prop(optional, into)] change_href: Text,
    children: Children,
) -> impl IntoView {
    let change = change_href.get().map(|href| {
        let what = label.to_lowercase();
        view! { <a class="facts-change" href=href>"Change"<span class="sr-only">" "{what}</span></a> }
    });
    view! {
        <div class="facts-row">
            <dt>{label}</dt>
            <dd><div class="facts-value">{children()}</div>{change}</dd>
        </div>
    }
}

/// A person by name, with initials as a picture.
#[component]
pub fn Person(#[prop(into)] name: String) -> impl IntoView {
    let initials = initials(&name);
    view! { <span class="person"><span class="avatar" aria-hidden="true">{initials}</span><span>{name}</span></span> }
}

/// First letters of the first and the last word.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A day: "12 Mar 2026".
#[component]
pub fn DateText(#[prop(into)] date: NaiveDate) -> impl IntoView {
    view! { <time class="num" datetime=format::iso_date(date)>{format::date(date)}</time> }
}

/// A day with its distance from today, marked when it is over: "12 Mar 2026 · 3 days ago".
#[component]
pub fn DueDate(
    date: NaiveDate,
    today: NaiveDate,
    /// Done things are never overdue.
    #[prop(optional)]
    done: bool,
) -> impl IntoView {
    let overdue = !done && date < today;
    let distance = format::distance(today, date);
    view! {
        <span class="due" data-overdue=overdue.then_some("true")>
            <time class="num" datetime=format::iso_date(date)>{format::date(date)}</time>
            {(!done).then(|| view! { <span class="due-distance">{if overdue { format!("overdue, {distance}") } else { distance }}</span> })}
        </span>
    }
}

/// An instant: "12 Mar 2026, 14:05 UTC"; script writes it in the reader's zone (`islands::local_times`).
#[component]
pub fn Instant(at: DateTime<Utc>) -> impl IntoView {
    view! { <time class="num" datetime=format::iso_instant(at)>{format::instant(at)}</time> }
}

/// The day of an instant: "12 Mar 2026". It may be another one in the reader's zone, so it is no plain date.
#[component]
pub fn Day(at: DateTime<Utc>) -> impl IntoView {
    view! { <time class="num" datetime=format::iso_instant(at) data-day="">{format::day(at)}</time> }
}

/// A note that somebody wrote, as clean HTML.
#[component]
pub fn Markdown(#[prop(into)] source: String) -> impl IntoView {
    view! { <div class="prose" inner_html=markdown::to_html(&source)></div> }
}

/// One line of a history.
pub struct HistoryEntry {
    pub at: DateTime<Utc>,
    pub who: String,
    /// "approved", "changed the purpose": follows the name.
    pub what: String,
    /// More, under the line.
    pub detail: Option<AnyView>,
    pub tone: Tone,
}

/// What happened, newest first.
#[component]
pub fn Timeline(entries: Vec<HistoryEntry>) -> impl IntoView {
    let items = entries
        .into_iter()
        .map(|entry| {
            view! {
                <li class="timeline-item" data-tone=entry.tone.code()>
                    <p><b>{entry.who}</b>" "{entry.what}" "<span class="muted"><Instant at=entry.at/></span></p>
                    {entry.detail.map(|detail| view! { <div class="timeline-detail">{detail}</div> })}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="timeline">{items}</ol> }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_first_and_last() {
        assert_eq!(initials("Ada Maria Okafor"), "AO");
        assert_eq!(initials("åsa"), "Å");
        assert_eq!(initials(" \u{2014} "), "");
    }
}
