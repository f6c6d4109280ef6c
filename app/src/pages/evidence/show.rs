//! GET /evidence/{reference}: what it is, what it speaks about, how to check the file, and what happened to it.

use super::{findings, reference, tone};
use crate::components::*;
use crate::format;
use crate::pages::{audit::history, systems::frame};
use crate::server::{Cx, PageResult};
use axum::extract::Path;
use domain::evidence::findings::Format;
use leptos::prelude::*;
use store::evidence::{self, Detail, Link, Reading, Standing};

pub async fn show(cx: Cx, Path(text): Path<String>) -> PageResult {
    let detail = evidence::get(&cx.store, &cx.actor, reference(&text)?).await?;
    let events = store::audit::history(&cx.store, &cx.actor, detail.id.0, cx.url().get("after")).await?;
    let title = detail.label.title.clone();
    cx.page(&title, || {
        let at = format!("/evidence/{}", detail.reference);
        let mut more = vec![];
        if detail.may_change {
            more.push(("Edit".to_owned(), format!("{at}/edit")));
            more.push(("Withdraw".to_owned(), format!("{at}/withdraw")));
            if may_be_table(&detail) {
                more.push(("Columns".to_owned(), format!("{at}/columns")));
            }
        }
        let system = detail.system.reference;
        let crumbs = vec![
            Crumb::new(detail.system.name.clone(), frame::href(system, "")),
            Crumb::new("Evidence", frame::href(system, "/evidence")),
        ];
        let (standing, note) = (detail.standing, detail.label.note.clone());
        view! {
            <PageHeader title=detail.label.title.clone() reference=detail.reference.to_string() crumbs=crumbs
                action_href=format!("{at}/download") action="Download" more=more>
                <Badge label=standing.label() tone=tone(standing)/>
            </PageHeader>
            {notice(&detail)}
            <div class="split">
                <div>
                    {facts(&detail)}
                    {findings::section(detail.reading.as_ref())}
                    {note.map(|source| view! { <Section title="Note"><Markdown source/></Section> })}
                    <Section title="History">{history::timeline(events.rows)}<Pager next=events.next/></Section>
                </div>
                <aside>
                    {linked("Risks", "R", "/risks/", &detail.risks)}
                    {linked("Mitigations", "M", "/mitigations/", &detail.mitigations)}
                </aside>
            </div>
        }
    })
}

/// Whether a person may have to say what its columns mean: no reader of a tool knew it, and it looks like a table.
fn may_be_table(detail: &Detail) -> bool {
    let name = detail.file_name.to_lowercase();
    match &detail.reading {
        Some(Reading::Says(found)) => found.format == Format::Table,
        _ => [".csv", ".tsv", ".json"].iter().any(|end| name.ends_with(end)),
    }
}

fn notice(detail: &Detail) -> AnyView {
    if let Some(w) = &detail.withdrawn {
        let (title, why, at) = (format!("{} withdrew this", w.by), w.why.clone(), w.at);
        return view! { <Callout tone=Tone::Warning title=title><p>{why}</p><p class="muted"><Instant at/></p></Callout> }.into_any();
    }
    if detail.standing == Standing::Expired {
        let day = detail.label.valid_until.map(format::date).unwrap_or_default();
        let text = format!("It was valid until {day}. It no longer counts as what the tier asks for.");
        return view! { <Callout tone=Tone::Warning title="Expired"><p>{text}</p></Callout> }.into_any();
    }
    ().into_any()
}

fn facts(detail: &Detail) -> impl IntoView + use<> {
    let label = detail.label.clone();
    let check = format!("sha256sum \"{}\"", detail.file_name);
    let (hash, name) = (detail.sha256.clone(), detail.file_name.clone());
    let (media, by) = (detail.media_type.clone(), detail.uploaded_by.clone());
    let (size, at) = (format::bytes(detail.size), detail.uploaded_at);
    view! {
        <KeyValues>
            <KeyValue label="What it shows">{label.kind.label()}</KeyValue>
            <KeyValue label="Speaks of"><DateText date=label.speaks_of/></KeyValue>
            <KeyValue label="Valid until">{match label.valid_until {
                Some(date) => view! { <DateText date/> }.into_any(),
                None => "No end".into_any(),
            }}</KeyValue>
            <KeyValue label="File">{name}" "<span class="muted">{size}", "{media}</span></KeyValue>
            <KeyValue label="Added by"><Person name=by/>" "<span class="muted"><Instant at/></span></KeyValue>
            <KeyValue label="SHA-256"><code class="hash">{hash}</code></KeyValue>
            <KeyValue label="Check it yourself">
                <p>"After downloading, this command gives the same number:"</p>
                <p><code>{check}</code></p>
            </KeyValue>
        </KeyValues>
    }
}

fn linked(title: &'static str, prefix: &'static str, path: &'static str, links: &[Link]) -> impl IntoView + use<> {
    let items = links
        .iter()
        .map(|link| {
            let reference = format!("{prefix}-{}", link.number);
            let title = link.title.clone();
            view! { <li><a href=format!("{path}{reference}")>{title}</a>" "<span class="ref">{reference}</span></li> }
        })
        .collect_view();
    let none = links.is_empty().then(|| view! { <p class="muted">"None linked."</p> });
    view! { <Card title=title>{none}<ul class="linked">{items}</ul></Card> }
}
