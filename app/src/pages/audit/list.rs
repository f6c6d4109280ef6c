//! GET /audit: the whole trail, newest first, with what each event changed.

use super::{history::diff, words};
use crate::components::*;
use crate::server::{Cx, PageResult, PageUrl};
use chrono::NaiveDate;
use leptos::prelude::*;
use store::audit::{self, Event, Filter};

/// Kinds of things that events are about.
const KINDS: [(&str, &str); 12] = [
    ("system", "System"),
    ("risk", "Risk"),
    ("mitigation", "Mitigation"),
    ("evidence", "Evidence"),
    ("criterion", "Criterion"),
    ("review", "Review"),
    ("decision", "Decision"),
    ("person", "Person"),
    ("unit", "Business unit"),
    ("matrix", "Risk matrix"),
    ("metric_term", "Metric"),
    ("token", "API token"),
];

pub async fn show(cx: Cx) -> PageResult {
    let url = cx.url();
    let day = |key: &str| day(&url, key);
    let filter = filter(&url);
    let page = audit::list(&cx.store, &cx.actor, &filter).await?;
    let choices = audit::choices(&cx.store, &cx.actor).await?;
    let people: Vec<Choice> = choices.people.iter().map(|p| Choice::new(p.id, &p.name)).collect();
    let actions: Vec<Choice> = choices.actions.iter().map(|a| Choice::new(a, words::action(a))).collect();
    let kinds: Vec<Choice> = KINDS.iter().map(|(kind, label)| Choice::new(kind, *label)).collect();
    let form = cx.form().fill_opt("from", day("from")).fill_opt("until", day("until"));
    cx.form_page("Audit trail", &form, move || {
        let chips = chips(&url, &people);
        let filtered = !chips.is_empty();
        let more = vec![("Export the head".to_owned(), "/audit/head.json".to_owned())];
        let next = page.next;
        view! {
            <PageHeader title="Audit trail" lead="Every change: who, when, what and from where. Each event is chained to the one before by its hash."
                action_href="/audit/verify" action="Verify the chain" more=more export=url.clone()/>
            <FilterBar search="Search the trail" chips=chips>
                <FilterSelect name="actor" label="Person" choices=people/>
                <FilterSelect name="action" label="Action" choices=actions/>
                <FilterSelect name="kind" label="Kind" choices=kinds/>
                <DateField name="from" label="From" optional=true/>
                <DateField name="until" label="Until" optional=true/>
            </FilterBar>
            {rows(page.rows, filtered)}
            <Pager next/>
        }
    })
}

pub(super) fn filter(url: &PageUrl) -> Filter {
    Filter {
        actor: url.get("actor").and_then(|a| a.parse().ok()),
        action: url.get("action").map(Into::into),
        subject_kind: url.get("kind").map(Into::into),
        text: url.get("q").map(Into::into),
        from: day(url, "from"),
        until: day(url, "until"),
        after: url.get("after").map(Into::into),
    }
}

fn day(url: &PageUrl, key: &str) -> Option<NaiveDate> {
    url.get(key).and_then(|d| d.parse().ok())
}

fn chips(url: &PageUrl, people: &[Choice]) -> Vec<Chip> {
    let person = |id: &str| people.iter().find(|p| p.value == id).map_or("?".to_owned(), |p| p.label.clone());
    let kind = |word: &str| KINDS.iter().find(|(k, _)| *k == word).map_or(word.to_owned(), |(_, l)| (*l).to_owned());
    ["q", "actor", "action", "kind", "from", "until"]
        .into_iter()
        .filter_map(|key| url.get(key).map(|value| (key, value)))
        .map(|(key, value)| {
            let label = match key {
                "q" => format!("Text: {value}"),
                "actor" => format!("Person: {}", person(value)),
                "action" => words::action(value),
                "kind" => format!("Kind: {}", kind(value)),
                "from" => format!("From {value}"),
                _ => format!("Until {value}"),
            };
            Chip::new(label, url, key, value)
        })
        .collect()
}

fn rows(events: Vec<Event>, filtered: bool) -> AnyView {
    if events.is_empty() {
        let text = match filtered {
            true => "Take a filter away, or search for other words.",
            false => "Every change will stand here.",
        };
        return view! { <EmptyState title="No events" text=text/> }.into_any();
    }
    let rows = events.into_iter().map(line).collect_view();
    view! {
        <Table caption="Events, the newest first" columns=vec![
            Column::number("No."), Column::text("When"), Column::text("Who"), Column::text("What"), Column::text("Change"),
        ]>{rows}</Table>
    }
    .into_any()
}

fn line(event: Event) -> impl IntoView {
    let from = event.address.map(|address| format!("from {address}"));
    let from = from.unwrap_or_else(|| if event.by_person { String::new() } else { "the program itself".to_owned() });
    let via = event.via.as_ref().map(|via| view! { <span class="cell-sub">{words::via(via)}</span> });
    let subject = match words::href(&event.subject_kind, &event.subject) {
        Some(href) => view! { <a href=href>{event.subject.clone()}</a> }.into_any(),
        // "Ada Okafor signed in", not "signed in Ada Okafor".
        None if event.subject == event.actor => ().into_any(),
        None => event.subject.clone().into_any(),
    };
    let changes = event.changes.len();
    let caption = format!("What event {} changed", event.seq);
    let detail = (changes > 0).then(|| {
        let summary = crate::format::count(changes as i64, "field", "fields");
        view! { <details><summary>{summary}</summary>{diff(event.changes, caption)}</details> }
    });
    view! {
        <tr id=format!("event-{}", event.seq)>
            <td class="num">{event.seq}</td>
            <td><Instant at=event.at/></td>
            <td>{event.actor}<span class="cell-sub">{from}</span>{via}</td>
            <td>{words::did(&event.action)}" "{subject}<span class="cell-sub">{event.action.clone()}</span></td>
            <td>{detail}</td>
        </tr>
    }
}
