//! GET /systems/AIS-12/reviews: a system's passages through the committee.

use super::words;
use crate::components::*;
use crate::format;
use crate::pages::systems::frame::{self, Section as Tab, frame};
use crate::server::{Cx, PageResult};
use axum::extract::Path;
use domain::policy::Action;
use domain::review::State;
use leptos::prelude::*;
use store::reviews::passages::Passage;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let system = header.located.reference;
    let (_, passages) = store::reviews::passages::passages(&cx.store, &cx.actor, system).await?;
    let title = format!("Reviews of {}", header.located.name);
    cx.page(&title, || {
        let open = passages.iter().any(|p| p.state.is_under_review());
        let may = header.may(&cx.actor, Action::ReviewSubmit) && !open;
        let submit = format!("/systems/{system}/submit");
        let rows = passages.iter().map(row).collect_view();
        let content = match passages.is_empty() {
            true => {
                let text = "The committee has not seen this system. Its owner submits it when everything is there.";
                view! { <EmptyState title="No reviews yet" text action_href=submit action="Check and submit"/> }
                    .into_any()
            }
            false => view! {
                {may.then(|| view! { <p><a class="button button-primary" href=submit>"Check and submit"</a></p> })}
                <Table caption="Reviews, newest first" columns=vec![
                    Column::text("Review"), Column::text("State"), Column::text("Submitted"), Column::text("Decision"),
                ]>{rows}</Table>
            }
            .into_any(),
        };
        frame(&cx, &header, Tab::Reviews, view! { <Section title="Reviews">{content}</Section> })
    })
}

fn row(p: &Passage) -> impl IntoView + use<> {
    let reference = p.reference.to_string();
    let revisions = format::count(p.revisions, "revision", "revisions");
    let comments = (p.open_comments > 0 && p.state.is_open())
        .then(|| format!(" \u{b7} {}", format::count(p.open_comments, "open comment", "open comments")));
    let reason = p.state_reason.clone().filter(|_| p.state != State::Superseded);
    let (state, since) = (p.state, p.state_since);
    let submitted = p.submitted_at.map(|at| view! { <Instant at/> });
    let decision = p.decision.map(|(decision, outcome, until)| {
        let until = until.map(|date| view! { <span class="cell-sub">"valid until "<DateText date/></span> });
        view! { <a href=format!("/decisions/{decision}")>{decision.to_string()}</a>" "{words::outcome(outcome)}{until} }
    });
    view! {
        <tr>
            <th scope="row"><a href=format!("/reviews/{reference}")>{reference.clone()}</a><span class="cell-sub">{revisions}{comments}</span></th>
            <td>{words::state(state)}<span class="cell-sub">"since "<Day at=since/></span>{reason.map(|r| view! { <span class="cell-sub preline">{r}</span> })}</td>
            <td>{submitted}</td>
            <td>{decision}</td>
        </tr>
    }
}
