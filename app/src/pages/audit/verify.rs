//! GET and POST /audit/verify: the whole chain checked, also against heads that were exported earlier.
//! GET /audit/head.json: the head, to keep where nobody who administers the register can reach it.

use crate::components::*;
use crate::format;
use crate::server::{AppError, Cx, FormState, PageResult, RawForm};
use axum::{
    http::header,
    response::{IntoResponse, Json},
};
use leptos::prelude::*;
use store::audit::{self, Report};

pub async fn show(cx: Cx) -> PageResult {
    // Asks whether this person may at all, as the button will.
    let head = audit::export_head_for(&cx.store, &cx.actor).await?;
    page(&cx, cx.form(), None, head.head.seq)
}

pub async fn run(cx: Cx, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let earlier = form.opt_prose("head");
    let heads = match earlier.as_deref().map(audit::head::parse) {
        None => vec![],
        Some(Ok(heads)) => heads,
        Some(Err(message)) => {
            form.error("head", message);
            vec![]
        }
    };
    let events = audit::export_head_for(&cx.store, &cx.actor).await?.head.seq;
    if let Err(state) = form.finish(()) {
        return page(&cx, state, None, events);
    }
    let report = audit::verify_for(&cx.store, &cx.actor, heads).await?;
    if let Some(broken) = &report.broken {
        tracing::error!(seq = broken.seq, why = broken.why, "the audit chain is broken");
    }
    page(&cx, form.state(), Some(report), events)
}

pub async fn head(cx: Cx) -> PageResult {
    let export = audit::export_head_for(&cx.store, &cx.actor).await?;
    let name = format!("attachment; filename=\"countersign-audit-head-{}.json\"", export.head.seq);
    let headers = [(header::CONTENT_DISPOSITION, name), (header::CACHE_CONTROL, "no-store".to_owned())];
    let json = serde_json::to_value(&export).map_err(AppError::internal)?;
    Ok((headers, Json(json)).into_response())
}

fn page(cx: &Cx, form: FormState, report: Option<Report>, events: i64) -> PageResult {
    let title = if report.is_some() { "Result of the check" } else { "Verify the audit chain" };
    cx.form_page(title, &form, || {
        let lead = format!("{} are chained. Each holds the hash of the one before.", format::count(events, "event", "events"));
        view! {
            <div class="narrow">
                <PageHeader title="Verify the audit chain" crumbs=vec![Crumb::new("Audit trail", "/audit")] lead=lead
                    more=vec![("Export the head".to_owned(), "/audit/head.json".to_owned())]/>
                {report.map(result)}
                <Form action="/audit/verify" submit="Verify the whole chain">
                    <TextArea name="head" label="An earlier head" optional=true
                        hint="Paste the content of a head that was exported before. Only against it do a cut end and a chain that was rewritten as a whole show."/>
                </Form>
                <Section title="What this proves">
                    <p>"An event that was edited, deleted, moved or put in between breaks the chain, and the first broken event is named here."</p>
                    <p>"Who has all power over the database could write the whole chain anew. Export the head from time to time, and keep it elsewhere: by mail, on paper, in another system."</p>
                    <p>"On the server, "<code>"countersign audit verify"</code>" does the same."</p>
                </Section>
            </div>
        }
    })
}

fn result(report: Report) -> AnyView {
    let compared = match report.compared.len() {
        0 => "It was not compared with an earlier head.".to_owned(),
        n => format!("It was compared with {}.", format::count(n as i64, "earlier head", "earlier heads")),
    };
    let checked = format::count(report.events, "event", "events");
    match (report.head, report.broken) {
        (Some(head), None) => view! {
            <Callout tone=Tone::Success title="The chain holds">
                <p>{format!("{checked} checked. {compared}")}</p>
                <p>{format!("Head: event {}, ", head.seq)}<code class="hash">{head.hash}</code></p>
            </Callout>
        }
        .into_any(),
        (_, broken) => {
            let (title, why) = match broken {
                Some(broken) => (format!("The chain is broken at event {}", broken.seq), broken.why),
                None => ("The chain is broken".to_owned(), String::new()),
            };
            view! {
                <Callout tone=Tone::Danger title=title>
                    <p>{why}"."</p>
                    <p>{format!("{checked} before it hold. {compared}")}</p>
                </Callout>
            }
            .into_any()
        }
    }
}
