//! GET /systems/{ref}/ai-act: the class, what is owed from when, and the answers behind it. POST …/result makes a result.

use super::question::page_of;
use super::words::{said, tone};
use crate::components::*;
use crate::format;
use crate::pages::systems::frame::{self, Section as Tab, href};
use crate::server::{AppError, Cx, Notice, PageResult, RawForm};
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use domain::eu_ai_act::{self, law};
use domain::policy::Action;
use leptos::prelude::*;
use store::screening::{self, Kept, KeptDue, KeptReason, ResultRow, Screening};

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let screening = screening::load(&cx.store, &cx.actor, header.located.reference).await?;
    let title = format!("EU AI Act \u{b7} {}", header.located.name);
    cx.page(&title, || frame::frame(&cx, &header, Tab::AiAct, content(&screening)))
}

/// The answers as the file that `countersign classify` reads.
pub async fn answers(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let system = header.located.reference;
    let screening = screening::load(&cx.store, &cx.actor, system).await?;
    let body = serde_json::to_string_pretty(&screening.answers).map_err(|_| AppError::Internal)?;
    let name = format!("attachment; filename=\"{system}-eu-ai-act.json\"");
    let mut response = (StatusCode::OK, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(|_| AppError::Internal)?);
    Ok(response)
}

pub async fn conclude(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    header.located.allow_change(&cx.actor, Action::ScreeningWrite)?;
    let mut form = form.reader();
    let version = form.version();
    let (version,) = form.finish((version,)).map_err(|_| AppError::Status(StatusCode::BAD_REQUEST))?;
    let system = header.located.reference;
    screening::conclude(&cx.store, &cx.actor, system, version).await?;
    cx.redirect_with(href(system, "/ai-act"), Notice::Screened)
}

fn content(screening: &Screening) -> AnyView {
    let newest = screening.results.first();
    let result = newest.map(|row| result(row, screening));
    let earlier = (screening.results.len() > 1).then(|| earlier(&screening.results[1..]));
    view! {
        <h2>"EU AI Act"</h2>
        {state(screening, newest)}
        {result}
        {interview(screening)}
        {earlier}
        <p class="muted">{format!(
            "A screening, not legal advice: {}, as amended by {}; the program\u{2019}s data are of {}.",
            law().regulation, law().amendment, law().version
        )}</p>
    }
    .into_any()
}

/// What to do next.
fn state(screening: &Screening, newest: Option<&ResultRow>) -> AnyView {
    let system = screening.located.reference;
    let next = eu_ai_act::next(&screening.answers);
    let begun = screening.version > 0;
    let old = newest.is_none_or(|row| row.answers != screening.answers || row.kept.law.version != law().version);
    if !screening.may_write {
        return newest.is_none().then(|| view! { <p class="muted">"This system was not screened yet."</p> }).into_any();
    }
    let version = screening.version.to_string();
    let start = page_of(system, eu_ai_act::Key::Subject);
    match next {
        Some(_) if !begun => view! {
            <EmptyState title="Not screened yet"
                text="A short interview, one question a page: is it an AI system, what is our part, is any practice prohibited, is it high-risk, what must be transparent. It gives the class, and what is owed from when."
                action_href=start action="Begin the screening"/>
        }
        .into_any(),
        Some(next) => {
            let progress = eu_ai_act::progress(&screening.answers);
            let (answered, asked, to) = (progress.answered, progress.asked, page_of(system, next.key));
            view! {
                <Callout tone=Tone::Info title="The interview is not complete">
                    <p><Progress done=answered of=asked label="questions answered"/></p>
                    <p><a class="button button-primary" href=to>"Go on"</a></p>
                </Callout>
            }
            .into_any()
        }
        None if old => {
            let why = match newest {
                None => "Check the answers below, then make the result. It stays as it is, with the law that it was made on.",
                Some(row) if row.kept.law.version != law().version => "The law has changed since the last result: make a new one.",
                Some(_) => "The answers have changed since the last result: make a new one.",
            };
            view! {
                <Callout tone=Tone::Info title="The interview is complete">
                    <p>{why}</p>
                    <form method="post" action=href(system, "/ai-act/result")>
                        <Hidden name="version" value=version/>
                        <button class="button button-primary" type="submit">"Make the result"</button>
                    </form>
                </Callout>
            }
            .into_any()
        }
        None => ().into_any(),
    }
}

fn result(row: &ResultRow, screening: &Screening) -> AnyView {
    let kept = &row.kept;
    let classes = std::iter::once(kept.class).chain(kept.also.iter().copied());
    let classes = classes.map(|class| view! { <Badge label=class.label() tone=tone(class)/>" " }).collect_view();
    let roles = kept.roles.iter().map(|r| r.label()).collect::<Vec<_>>().join(", ");
    let law = format!("{}, as amended by {} ({})", kept.law.regulation, kept.law.amendment, kept.law.version);
    let warnings = (!kept.warnings.is_empty()).then(|| {
        let list = reasons(&kept.warnings);
        view! { <Callout tone=Tone::Warning title="Look out for">{list}</Callout> }
    });
    let roles = if roles.is_empty() { "None".to_owned() } else { roles };
    let (who, at) = (row.made_by.clone(), row.made_at);
    let (why, owed) = (reasons(&kept.reasons), obligations(kept, screening));
    view! {
        <Section title="Result">
            <KeyValues>
                <KeyValue label="Class">{classes}</KeyValue>
                <KeyValue label="Our role">{roles}</KeyValue>
                <KeyValue label="Law">{law}</KeyValue>
                <KeyValue label="Made">{who}", "<Instant at/></KeyValue>
            </KeyValues>
            {warnings}
        </Section>
        <Section title="Why">{why}</Section>
        {owed}
    }
    .into_any()
}

fn reasons(list: &[KeptReason]) -> AnyView {
    let items = list
        .iter()
        .map(|r| view! { <li>{r.text.clone()}" "<span class="ref">{r.article.clone()}</span></li> })
        .collect_view();
    view! { <ul class="list plain-list">{items}</ul> }.into_any()
}

/// What is owed: what applies today first, then what comes, each with its day.
fn obligations(kept: &Kept, screening: &Screening) -> AnyView {
    if kept.obligations.is_empty() {
        return view! { <Section title="Obligations"><p class="muted">"None by this screening."</p></Section> }
            .into_any();
    }
    let today = screening.today;
    let rows = kept.obligations.iter().map(|due| obligation(due, due.applies_from <= today)).collect_view();
    let now = kept.obligations.iter().filter(|due| due.applies_from <= today).count();
    let lead = format!("{now} of {} apply today.", kept.obligations.len());
    let columns =
        vec![Column::text("Obligation"), Column::text("Article"), Column::text("As"), Column::text("Applies from")];
    view! { <Section title="Obligations" lead=lead><Table caption="What is owed" columns>{rows}</Table></Section> }
        .into_any()
}

fn obligation(due: &KeptDue, applies: bool) -> AnyView {
    let roles = due.roles.iter().map(|r| r.label()).collect::<Vec<_>>().join(", ");
    let notes = due.notes.iter().map(|note| view! { <span class="cell-sub">{note.clone()}</span> }).collect_view();
    let (words, tone) = if applies { ("Applies", Tone::Warning) } else { ("Coming", Tone::Neutral) };
    view! {
        <tr>
            <th scope="row">{due.title.clone()}<span class="cell-sub">{due.action.clone()}</span>{notes}</th>
            <td class="nowrap">{due.article.clone()}</td>
            <td>{roles}</td>
            <td class="nowrap">{format::date(due.applies_from)}" "<Badge label=words tone=tone/></td>
        </tr>
    }
    .into_any()
}

/// Every question that counts, with its answer and the way back to it.
fn interview(screening: &Screening) -> Option<AnyView> {
    let system = screening.located.reference;
    (screening.version > 0).then(|| {
        let rows = eu_ai_act::asked(&screening.answers)
            .into_iter()
            .filter_map(|q| Some((q, screening.answers.get(q.key)?)))
            .map(|(q, answer)| {
                let words = said(q, answer).into_iter().map(|line| view! { <span class="answer-line">{line}</span> }).collect_view();
                let change = screening.may_write.then(|| {
                    view! { <a href=page_of(system, q.key)>"Change"<span class="sr-only">" "{q.title.clone()}</span></a> }
                });
                view! {
                    <tr>
                        <th scope="row">{q.title.clone()}<span class="cell-sub">{q.article.clone()}</span></th>
                        <td>{words}</td>
                        <td>{change}</td>
                    </tr>
                }
            })
            .collect_view();
        let columns = vec![Column::text("Question"), Column::text("Answer"), Column::text("Change")];
        let file = href(system, "/ai-act/answers.json");
        view! {
            <Section title="Answers" lead="The command countersign classify reads the file, without a database.">
                <Table caption="Answers of the interview" columns>{rows}</Table>
                <p><a href=file download="">"Answers as JSON"</a></p>
            </Section>
        }
        .into_any()
    })
}

fn earlier(rows: &[ResultRow]) -> AnyView {
    let items = rows
        .iter()
        .map(|row| {
            let classes = std::iter::once(row.kept.class).chain(row.kept.also.iter().copied());
            let classes = classes.map(|c| c.label()).collect::<Vec<_>>().join(", ");
            view! { <li><Instant at=row.made_at/>": "{classes}" "<span class="muted">{format!("law of {}, by {}", row.kept.law.version, row.made_by)}</span></li> }
        })
        .collect_view();
    view! { <Section title="Earlier results" lead="Each keeps the law that it was made on."><ul class="list plain-list">{items}</ul></Section> }.into_any()
}
