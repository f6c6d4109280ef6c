//! GET /systems/{ref}/tevv: the TEVV report as a page; tevv.md and tevv.pdf: the same as files, from the same document.

use crate::components::*;
use crate::pages::systems::frame::href;
use crate::server::{AppError, Cx, PageResult, pdf};
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::ids::SystemRef;
use domain::report::{Align, Block, Cell, Document, SignOff, Table as Rows, Tone as Meant, to_markdown};
use leptos::prelude::*;

async fn load(cx: &Cx, reference: &str) -> Result<(store::relation::Located, Document), AppError> {
    let reference: SystemRef = reference.parse().map_err(|_| AppError::NotFound)?;
    Ok(store::measure::report::report(&cx.store, &cx.actor, reference).await?)
}

pub async fn markdown(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let (located, document) = load(&cx, &reference).await?;
    file(to_markdown(&document).into_bytes(), "text/markdown; charset=utf-8", &name(located.reference, "md"))
}

pub async fn paper(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let (located, document) = load(&cx, &reference).await?;
    let bytes = pdf::pdf(document, cx.today(), cx.state.site.base_url.to_string()).await?;
    file(bytes, "application/pdf", &name(located.reference, "pdf"))
}

fn name(system: SystemRef, end: &str) -> String {
    format!("{system}-tevv.{end}")
}

fn file(bytes: Vec<u8>, kind: &'static str, name: &str) -> PageResult {
    let mut response: Response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).map_err(AppError::internal)?;
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let (located, document) = load(&cx, &reference).await?;
    let title = format!("{} \u{b7} {}", document.title, document.subtitle);
    cx.page(&title, || {
        let system = located.reference;
        let more = vec![
            ("PDF".to_owned(), href(system, "/tevv.pdf")),
            ("Markdown".to_owned(), href(system, "/tevv.md")),
        ];
        let crumbs = vec![
            Crumb::new(document.subtitle.clone(), href(system, "")),
            Crumb::new("Scorecard", href(system, "/scorecard")),
        ];
        let about = document.about.iter().map(fact).collect_view();
        let sections = document.sections.iter().map(|section| {
            let blocks = match section.blocks.is_empty() {
                true => view! { <p class="muted">{domain::report::Section::EMPTY}</p> }.into_any(),
                false => section.blocks.iter().map(block).collect_view().into_any(),
            };
            view! { <Section title=section.heading.clone()>{blocks}</Section> }
        });
        view! {
            <PageHeader title=document.title.clone() reference=document.reference.clone() crumbs more lead=document.subtitle.clone()/>
            <KeyValues>{about}</KeyValues>
            <div class="report">{sections.collect_view()}</div>
        }
    })
}

fn fact((label, text): &(String, String)) -> impl IntoView + use<> {
    let (label, text) = (label.clone(), text.clone());
    view! { <KeyValue label=label>{text}</KeyValue> }
}

fn tone(meant: Meant) -> Tone {
    match meant {
        Meant::Good => Tone::Success,
        Meant::Caution => Tone::Warning,
        Meant::Bad => Tone::Danger,
        Meant::Neutral => Tone::Neutral,
    }
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Paragraph(text) => view! { <p class="lines">{text.clone()}</p> }.into_any(),
        Block::Note { tone: meant, text } => {
            let text = text.clone();
            view! { <Callout tone=tone(*meant)><p class="lines">{text}</p></Callout> }.into_any()
        }
        Block::Facts(facts) => {
            let facts = facts.iter().map(fact).collect_view();
            view! { <KeyValues>{facts}</KeyValues> }.into_any()
        }
        Block::Table(rows) => table(rows),
        Block::List(points) => {
            let points = points.iter().map(|point| view! { <li>{point.clone()}</li> }).collect_view();
            view! { <ul class="list">{points}</ul> }.into_any()
        }
        Block::Heading(text) => view! { <h3>{text.clone()}</h3> }.into_any(),
        Block::SignOffs(all) => sign_offs(all),
    }
}

fn table(table: &Rows) -> AnyView {
    if table.rows.is_empty() {
        return view! { <p class="muted">{Rows::EMPTY}</p> }.into_any();
    }
    let right: Vec<bool> = table.columns.iter().map(|c| c.align == Align::Right).collect();
    let columns = table
        .columns
        .iter()
        .map(|c| if c.align == Align::Right { Column::number(c.label.clone()) } else { Column::text(c.label.clone()) })
        .collect();
    let rows = table
        .rows
        .iter()
        .map(|row| {
            let width = right.len().max(row.len());
            let cells = (0..width).map(|n| cell(row.get(n), right.get(n).copied().unwrap_or_default())).collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! { <Table caption=table.caption.clone() columns>{rows}</Table> }.into_any()
}

fn cell(cell: Option<&Cell>, right: bool) -> impl IntoView + use<> {
    let class = if right { "num" } else { "lines" };
    let text = cell.map(|c| c.text.clone()).unwrap_or_default();
    let content = match cell {
        Some(Cell { tone: Some(meant), .. }) => view! { <Badge label=text tone=tone(*meant)/> }.into_any(),
        Some(Cell { mono: true, .. }) => view! { <code class="hash">{text}</code> }.into_any(),
        _ => text.into_any(),
    };
    view! { <td class=class>{content}</td> }
}

fn sign_offs(all: &[SignOff]) -> AnyView {
    if all.is_empty() {
        return view! { <p class="muted">{SignOff::EMPTY}</p> }.into_any();
    }
    let columns = SignOff::LABELS.iter().map(|label| Column::text(*label)).collect();
    let rows = all
        .iter()
        .map(|one| {
            view! {
                <tr><th scope="row">{one.name.clone()}</th><td>{one.role.clone()}</td><td>{one.meaning.clone()}</td>
                    <td>{one.at.clone()}</td><td><code class="hash">{one.hash.clone()}</code></td></tr>
            }
        })
        .collect_view();
    view! { <Table caption="Who signed" columns>{rows}</Table> }.into_any()
}
