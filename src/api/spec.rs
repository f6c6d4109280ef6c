//! The OpenAPI 3.1 document, made from the handlers; and what each route asks of a token, read from the document.

use std::collections::HashMap;

use axum::Router;
use axum::http::Method;
use domain::text::LINE_MAX;
use domain::token::Scope;
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::problem::{Details, MEDIA_TYPE};
use super::{Api, BASE, v1};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Countersign",
        description = "The AI risk register, for pipelines and other tools: the same rules as in the browser.\n\n\
            Send a token (Account → Tokens): `Authorization: Bearer countersign_…`. A token opens what its scopes say, and \
            never more than its person may do. What that person may not see answers 404.\n\n\
            Edits carry the version that they were made on: send the `ETag` of what you read as `If-Match` (412 when \
            somebody was quicker, 428 without). Creations take an `Idempotency-Key`: repeats of the same request make \
            one thing and get one answer; the same key with another body is refused. Errors are problem details \
            (RFC 9457) that name every wrong field. Lists are paged by cursor: follow `next`, or the `Link` header.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(Details, v1::mitigations::DueWord, v1::measure::report::FormWord))
)]
struct Document;

/// Areas, in the order of the workflow.
const TAGS: [(&str, &str); 11] = [
    ("Token", "Whom a token acts as, and this document."),
    ("Systems", "Register, describe, triage, hand over, retire."),
    ("Risks", "Write, take from the library, rate, handle, close."),
    ("Mitigations", "Add for risks, change, report progress."),
    ("Evidence", "Files and what is said about them."),
    ("Measure", "Acceptance criteria, the scorecard, the TEVV report, the gate for pipelines."),
    ("Profile", "Where organisation and systems stand with the NIST AI RMF."),
    ("Reviews", "Submit, comment, vote, decide; decisions."),
    ("People", "People, business units, the risk matrix."),
    ("Portfolio", "The portfolio's figures, and search."),
    ("Audit", "The audit trail, its head, its verification."),
];

/// The routes, and the document that describes them.
pub fn assemble() -> (Router<Api>, Value) {
    let (routes, document) = OpenApiRouter::with_openapi(Document::openapi()).merge(v1::routes()).split_for_parts();
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["tags"] = TAGS.map(|(name, description)| json!({ "name": name, "description": description })).into();
    document["servers"] = json!([{ "url": BASE }]);
    document["components"]["securitySchemes"] = json!({
        "token": { "type": "http", "scheme": "bearer", "description": "A token from Account → Tokens, with its scopes." }
    });
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete(path, method, operation);
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        if name.ends_with("Input") {
            texts(schema);
        }
        if name == "Upload" {
            schema["additionalProperties"] = json!(false);
        }
    }
    (routes, document)
}

/// What every operation has in common.
fn complete(path: &str, method: &str, operation: &mut Value) {
    let open = operation["security"].as_array().is_none_or(|security| security.iter().any(|s| s == &json!({})));
    let writes = method != "get";
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        bound(parameter);
    }
    // Handlers of several areas have the same name; an operation's id is the document's only one of it.
    let name = |value: &Value| value.as_str().unwrap_or_default().to_lowercase();
    operation["operationId"] = format!("{}_{}", name(&operation["tags"][0]), name(&operation["operationId"])).into();
    let edits = parameter(operation, "If-Match");
    let body = operation.get("requestBody").is_some();
    let mut statuses = vec![("default", "Something that this list does not name")];
    let mut add = |when: bool, status: &'static str, why: &'static str| {
        if when {
            statuses.push((status, why));
        }
    };
    add(body, "400", "What was sent can't be read");
    add(!open, "401", "No token, or one that is unknown, expired or revoked");
    add(!open, "403", "The token lacks the scope, or its person may not do this");
    add(path.contains('{'), "404", "There is no such thing, or the person may not see it");
    add(writes, "409", "The state of things does not allow it now");
    add(edits, "412", "Somebody else changed it since it was read");
    add(body, "413", "Larger than the API takes");
    add(body, "415", "Not the content type that this takes");
    add(writes || operation["parameters"].is_array(), "422", "Some fields need attention; each is named");
    add(edits, "428", "The version that the edit was made on is missing (If-Match)");
    add(!open, "429", "Too many tries; Retry-After says when the next one counts");
    add(!open, "503", "Too busy, or the database is away; Retry-After says when to try again");
    let problem = json!({ MEDIA_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } });
    for (status, why) in statuses {
        operation["responses"][status] = json!({ "description": why, "content": problem });
    }
}

/// What the readers of parameters refuse, said where a parameter's type does not say it (see [`super::input`]).
fn bound(parameter: &mut Value) {
    let (name, place) = (parameter["name"].clone(), parameter["in"].clone());
    let schema = &mut parameter["schema"];
    // What is left out is left out: no header and no query says null.
    if let Some(kind) = schema["type"].as_array().and_then(|kinds| kinds.iter().find(|kind| **kind != "null")).cloned()
    {
        schema["type"] = kind;
    }
    match (name.as_str(), place.as_str()) {
        (Some("If-Match"), _) => schema["pattern"] = json!("^\"[0-9]{1,9}\"$"),
        (Some("Idempotency-Key"), _) => {
            schema["minLength"] = json!(1);
            schema["pattern"] = json!("^[!-~]+$");
        }
        (Some("reference"), Some("path")) => schema["pattern"] = json!("^[A-Z]{1,3}-[0-9]{1,15}$"),
        (_, Some("query")) if is_free_text(schema) => schema["minLength"] = json!(1),
        _ => {}
    }
}

/// Whether nothing but its length says what a text may be.
fn is_free_text(schema: &Value) -> bool {
    let text = schema["type"] == "string" || schema["type"] == json!(["string", "null"]);
    text && ["format", "enum", "pattern"].iter().all(|word| schema.get(*word).is_none())
}

/// What every text of a body must hold besides its length: something to read, and nothing that is no text. The rule is
/// [`domain::text`]'s.
fn texts(schema: &mut Value) {
    for (name, field) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        if is_free_text(field) && field.get("maxLength").is_some() && name != "password" {
            let needed = field["minLength"].as_i64().unwrap_or_default() > 0;
            // In a line any white space counts as a space.
            let nothing_else = match field["maxLength"] == LINE_MAX {
                true => r"[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*",
                false => r"[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*",
            };
            field["pattern"] = match needed {
                true => json!(format!(r"^{nothing_else}\S{nothing_else}$")),
                false => json!(format!("^{nothing_else}$")),
            };
        }
    }
}

fn parameter(operation: &Value, name: &str) -> bool {
    operation["parameters"].as_array().into_iter().flatten().any(|p| p["name"] == name)
}

/// What a route asks of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Nothing: the document itself.
    Open,
    /// Any token.
    Token,
    /// One with this scope.
    Scope(Scope),
    /// What the document does not know: nothing opens it.
    Shut,
}

/// What each route asks, by method and pattern.
#[derive(Debug)]
pub struct Doors(HashMap<(Method, String), Door>);

impl Doors {
    /// Reads the document.
    pub fn read(document: &Value) -> Self {
        let mut doors = HashMap::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                if let (Ok(method), Some(door)) = (method.to_uppercase().parse::<Method>(), door(operation)) {
                    doors.insert((method, format!("{BASE}{path}")), door);
                }
            }
        }
        Self(doors)
    }

    /// What a route asks.
    pub fn of(&self, method: &Method, pattern: &str) -> Door {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.0.get(&(method.clone(), pattern.to_owned())).copied().unwrap_or(Door::Shut)
    }
}

/// `security: [{}]` is open, `[{token: []}]` asks for a token, `[{token: ["risks:read"]}]` for a scope.
fn door(operation: &Value) -> Option<Door> {
    let asked = operation["security"].as_array()?.first()?;
    match asked.get("token") {
        None => Some(Door::Open),
        Some(scopes) => match scopes.as_array()?.first() {
            None => Some(Door::Token),
            Some(scope) => scope.as_str()?.parse().ok().map(Door::Scope),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|inner| references(inner, found));
            }
            Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        let (_, document) = assemble();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 300, "{} references", found.len());
        let lost: Vec<_> =
            found.iter().filter(|name| document.pointer(name.trim_start_matches('#')).is_none()).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }

    #[test]
    fn every_operation_has_a_door_a_tag_and_a_summary() {
        let (_, document) = assemble();
        let doors = Doors::read(&document);
        let tags: Vec<&str> = TAGS.iter().map(|(name, _)| *name).collect();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method: Method = method.to_uppercase().parse().unwrap();
                assert_ne!(doors.of(&method, &format!("{BASE}{path}")), Door::Shut, "{method} {path}");
                assert!(operation.get("parameters").is_none_or(Value::is_array), "{method} {path}");
                assert!(tags.contains(&operation["tags"][0].as_str().unwrap()), "{method} {path}");
                assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
            }
        }
    }
}
