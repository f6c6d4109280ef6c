//! GET /api: what the REST API can do, read from the OpenAPI document that programs get.

mod document;
mod example;

use crate::{
    components::*,
    server::{AppError, Cx, PageResult},
};
use axum::Extension;
use document::{Field, Kind, Operation, Schema};
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;

/// The API's own document (OpenAPI 3.1), put into each request's extensions by the program.
#[derive(Clone, Debug)]
pub struct ApiDocument(pub Arc<Value>);

pub async fn show(cx: Cx, document: Option<Extension<ApiDocument>>) -> PageResult {
    let Some(Extension(ApiDocument(document))) = document else { return Err(AppError::NotFound) };
    let tags = document::by_tag(&document);
    let schemas = document::schemas(&document);
    let problems = document::problems(&document);
    let about = document["info"]["description"].as_str().unwrap_or_default().to_owned();
    let base = format!("{}{}", cx.state.site.base_url, document["servers"][0]["url"].as_str().unwrap_or_default());
    cx.page("The API", || {
        let contents = tags.iter().map(|(tag, operations)| {
            let count = operations.len() as i64;
            view! { <li><a href=format!("#{}", anchor("tag", tag))>{tag.clone()}</a>" "<span class="muted">{count}</span></li> }
        });
        let contents = contents.collect_view();
        let parts = tags.into_iter().map(|(tag, operations)| {
            let id = anchor("tag", &tag);
            let list = operations.into_iter().map(|operation| entry(operation, &document, &base)).collect_view();
            view! { <Section title=tag id=id><div class="operations">{list}</div></Section> }
        });
        let parts = parts.collect_view();
        let problems = problems.into_iter().map(|(status, why)| view! { <KeyValue label=status>{why}</KeyValue> });
        let problems = problems.collect_view();
        let schemas = schemas.into_iter().map(schema).collect_view();
        view! {
            <PageHeader title="The API" action="Make a token" action_href="/account/tokens/new"
                more=vec![("OpenAPI document".to_owned(), "/api/v1/openapi.json".to_owned())]/>
            <div class="api-about"><Markdown source=about/></div>
            <nav aria-label="Areas"><ul class="api-contents">
                {contents}
                <li><a href="#problems">"Problems"</a></li>
                <li><a href="#types">"Types"</a></li>
            </ul></nav>
            {parts}
            <Section title="Problems" id="problems" lead="Whatever goes wrong comes as problem details (application/problem+json, RFC 9457).">
                <KeyValues>{problems}</KeyValues>
            </Section>
            <Section title="Types" id="types" lead="What the operations above take and answer."><div class="operations">{schemas}</div></Section>
        }
    })
}

/// "tag-Risks": a target for links.
fn anchor(kind: &str, name: &str) -> String {
    format!("{kind}-{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
}

fn entry(operation: Operation, document: &Value, base: &str) -> impl IntoView + use<> {
    let curl = example::curl(&operation, document, base);
    let title = format!("{} {}", operation.method, operation.path);
    let opens = match &operation.scope {
        Some(scope) => view! { <p>"Scope "<code>{scope.clone()}</code></p> }.into_any(),
        None if operation.open => view! { <p>"Open to everybody, without a token."</p> }.into_any(),
        None => view! { <p>"Any token."</p> }.into_any(),
    };
    let parameters = (!operation.parameters.is_empty())
        .then(|| view! { <h4>"Parameters"</h4>{fields(operation.parameters.clone())} });
    let body = operation.body.clone().map(|body| {
        view! {
            <h4>"Body "<span class="muted">{body.media}</span></h4>
            {fields(body.fields)}
        }
    });
    let answers = operation.answers.into_iter().map(|answer| {
        let kind = answer.kind.map(|kind| view! { ": "{kind_view(kind)} });
        view! { <li><b class="num">{answer.status}</b>" "{answer.text}{kind}</li> }
    });
    let answers = answers.collect_view();
    let refusals = operation.refusals.join(", ");
    view! {
        <details class="operation" id=anchor("op", &title)>
            <summary>
                <h3><span class="method" data-method=operation.method.clone()>{operation.method.clone()}</span>" "<code>{operation.path.clone()}</code></h3>
                <span class="operation-summary">{operation.summary}</span>
            </summary>
            <div class="operation-body">
                {operation.description.map(|text| view! { <p>{text}</p> })}
                {opens}
                {parameters}
                {body}
                <h4>"Answers"</h4>
                <ul class="api-answers">
                    {answers}
                    {(!refusals.is_empty()).then(|| view! { <li><a href="#problems">"Problems"</a>": "<span class="num">{refusals}</span></li> })}
                </ul>
                <pre tabindex="0" aria-label=format!("{title} by curl")><code>{curl}</code></pre>
            </div>
        </details>
    }
}

/// Name, type and meaning: side by side where there is room, one below the other where not.
fn fields(fields: Vec<Field>) -> impl IntoView + use<> {
    let rows = fields.into_iter().map(|field| {
        let need = if field.required { "required" } else { "optional" };
        let need = field.place.map_or(need.to_owned(), |place| format!("{need}, in the {place}"));
        let limits = field.limits.map(|limits| view! { <span class="cell-sub">{limits}</span> });
        view! {
            <div class="api-field">
                <dt><code>{field.name}</code></dt>
                <dd>{kind_view(field.kind)}<span class="cell-sub">{need}</span></dd>
                <dd>{field.text}{limits}</dd>
            </div>
        }
    });
    view! { <dl class="api-fields">{rows.collect_view()}</dl> }
}

fn kind_view(kind: Kind) -> AnyView {
    let before = kind.before;
    match kind.link {
        true => {
            view! { {before}<a href=format!("#{}", anchor("type", &kind.name))>{kind.name.clone()}</a>{kind.after} }
                .into_any()
        }
        false => view! { {before}{kind.name}{kind.after} }.into_any(),
    }
}

fn schema(schema: Schema) -> impl IntoView {
    let id = anchor("type", &schema.name);
    let words = (!schema.words.is_empty()).then(|| {
        let words = schema.words.iter().map(|word| view! { <li><code>{word.clone()}</code></li> }).collect_view();
        view! { <p>"One of:"</p><ul class="api-words">{words}</ul> }
    });
    let table = (!schema.fields.is_empty()).then(|| fields(schema.fields));
    view! {
        <details class="operation">
            <summary><h3><code>{schema.name}</code></h3><span class="operation-summary">{schema.text}</span></summary>
            // Inside, so that a link to it opens it.
            <div class="operation-body" id=id>{words}{table}</div>
        </details>
    }
}
