//! GET /systems/{ref}: where the system stands, what is missing, what comes next; {ref}.json: the same as a file.

use super::frame::{Section as Tabbed, frame_with, href, load};
use super::onward::prepares;
use crate::{
    components::*,
    format,
    server::{Cx, PageResult},
};
use axum::extract::Path;
use domain::ids::SystemRef;
use domain::policy::Action;
use domain::readiness::{self, Item, Step};
use domain::risk::matrix::{Matrix, Point};
use domain::system::Stage;
use leptos::prelude::*;
use store::systems::{SystemHeader, get::Details, get::details, residual::TopRisk};

/// Shows the task list, the heaviest risks and the facts.
pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    if let Some(reference) = reference.strip_suffix(".json") {
        return super::json::file(&cx, reference).await;
    }
    let header = load(&cx, &reference).await?;
    let id = header.located.id;
    let details = details(&cx.store, id).await?;
    let mut conn = cx.store.pool().acquire().await.map_err(store::Error::from)?;
    let facts = store::systems::readiness::facts(&mut conn, id, cx.today()).await?;
    let matrix = store::matrix::current(&mut conn).await?.matrix;
    drop(conn);
    let heavy = store::systems::residual::top(&cx.store, &cx.actor, &header.located).await?;
    let items = readiness::readiness(&facts);
    let title = format!("{} {}", header.located.reference, header.located.name);
    cx.page(&title, || {
        let next = next_step(&cx, &header, &items);
        let content = view! {
            <div class="split">
                <div>
                    {tasks(&header, &items, prepares(&cx, &header))}
                    {heavy.map(|(risks, above)| heaviest(header.located.reference, &matrix, risks, above))}
                    {inventory(details.source_row.clone())}
                </div>
                <aside>{about(&cx, &header, &details)}</aside>
            </div>
        };
        frame_with(&cx, &header, Tabbed::Overview, next, content)
    })
}

/// The one primary action: the first thing that is missing, or the submission.
fn next_step(cx: &Cx, header: &SystemHeader, items: &[Item]) -> Option<(String, String)> {
    let reference = header.located.reference;
    if !prepares(cx, header) || !header.may_change(&cx.actor, Action::SystemEdit) {
        return None;
    }
    match items.iter().find(|i| !i.done()) {
        Some(item) => Some((item.step.label().to_owned(), place(reference, item.step))),
        None if header.may_change(&cx.actor, Action::ReviewSubmit) => {
            Some(("Check and submit".to_owned(), href(reference, "/submit")))
        }
        None => None,
    }
}

fn place(reference: SystemRef, step: Step) -> String {
    href(reference, &format!("/{}", step.page()))
}

fn tasks(header: &SystemHeader, items: &[Item], prepares: bool) -> impl IntoView + use<> {
    let reference = header.located.reference;
    let done = items.iter().filter(|i| i.done()).count();
    let list: Vec<Task> = items
        .iter()
        .map(|item| {
            let status = if item.done() { TaskStatus::Done } else { TaskStatus::ToDo };
            let task = Task::new(item.step.label(), place(reference, item.step), status);
            match &item.missing {
                Some(missing) => task.detail(format!("Missing: {missing}")),
                None => task,
            }
        })
        .collect();
    let of = items.len();
    // Nothing has to be submitted where an approval has long to go, or where the system can't be.
    let (title, lead) = match prepares {
        true => ("Ready to submit?", "In any order. What a submission needs follows from the tier."),
        false => ("What it rests on", "What a submission of its tier needs, as it stands now."),
    };
    view! {
        <Section title id="tasks" lead>
            <Progress done of label="done"/>
            <TaskList label=title tasks=list/>
        </Section>
    }
}

fn heaviest(reference: SystemRef, matrix: &Matrix, risks: Vec<TopRisk>, above: i64) -> impl IntoView + use<> {
    let none = risks.is_empty();
    let rows = risks
        .into_iter()
        .map(|risk| {
            let cell = match risk.residual {
                Some((likelihood, impact, level)) => {
                    let level = u8::try_from(level).unwrap_or_default();
                    let rated = Rated {
                        point: Point { likelihood, impact },
                        label: matrix.label(level).to_owned(),
                        tone: matrix.tone(level),
                        above: risk.above,
                    };
                    view! { <RatingCell rated of="Residual"/> }.into_any()
                }
                None => view! { <span class="muted">"Not rated"</span> }.into_any(),
            };
            let to = format!("/risks/{}", risk.reference);
            view! { <tr><td><a href=to>{risk.title}</a><span class="cell-sub">{risk.reference.to_string()}</span></td><td>{cell}</td></tr> }
        })
        .collect_view();
    let lead = match above {
        0 => "None lies above appetite.".to_owned(),
        n => format!("{} above appetite.", format::count(n, "risk lies", "risks lie")),
    };
    if none {
        return view! {
            <Section title="Residual risk">
                <EmptyState title="No risks yet" text="Pick them from the library or write your own." action_href=href(reference, "/risks") action="Name the risks"/>
            </Section>
        }
        .into_any();
    }
    view! {
        <Section title="Residual risk" lead=lead action="All risks" action_href=href(reference, "/risks")>
            <Table caption="The heaviest risks" columns=vec![Column::text("Risk"), Column::text("Residual")]>{rows}</Table>
        </Section>
    }
    .into_any()
}

/// The row that the system was imported from, whole: also what has no field here.
fn inventory(row: Vec<(String, String)>) -> impl IntoView {
    let summary =
        format!("{} in the imported row", format::count(i64::try_from(row.len()).unwrap_or(i64::MAX), "cell", "cells"));
    (!row.is_empty()).then(|| {
        let cells =
            row.into_iter().map(|(header, text)| view! { <KeyValue label=header>{text}</KeyValue> }).collect_view();
        view! {
            <Section title="From the inventory">
                <details><summary>{summary}</summary><KeyValues>{cells}</KeyValues></details>
            </Section>
        }
    })
}

fn about(cx: &Cx, header: &SystemHeader, details: &Details) -> impl IntoView + use<> {
    let reference = header.located.reference;
    let edit = header.may_change(&cx.actor, Action::SystemEdit).then(|| {
        view! { <p><a class="button button-small" href=href(reference, "/edit")>"Edit"</a></p> }
    });
    let retire = header.located.allow_change(&cx.actor, Action::SystemRetire).is_ok().then(|| {
        let words = if header.stage == Stage::Retired { "Reopen this system" } else { "Retire this system" };
        view! { <p><a href=href(reference, "/retire")>{words}</a></p> }
    });
    let relation = header.located.relation;
    let reads = cx.actor.reads_all() || relation.owner || relation.contributor;
    let json = reads.then(|| view! { <p><a href=format!("/systems/{reference}.json")>"Export as JSON"</a></p> });
    let kind = details.context.kind.map_or("Not described yet", |k| k.label());
    let (purpose, created) = (details.purpose.clone(), details.created_at);
    let (changed, by) = (details.changed_at, details.changed_by.clone());
    view! {
        <Card title="About">
            <p class="preserve">{purpose}</p>
            <KeyValues>
                <KeyValue label="Kind">{kind}</KeyValue>
                <KeyValue label="Registered"><Day at=created/></KeyValue>
                <KeyValue label="Last change"><Day at=changed/>", by "{by}</KeyValue>
            </KeyValues>
            {edit}{json}{retire}
        </Card>
    }
}
