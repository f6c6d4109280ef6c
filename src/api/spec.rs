//! The OpenAPI 3.1 document, made from the handlers; and what each route asks of a token, read from the document.

use std::collections::HashMap;

use axum::Router;
use axum::http::Method;
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
    components(schemas(Details))
)]
struct Document;

/// The routes, and the document that describes them.
pub fn assemble() -> (Router<Api>, Value) {
    let (routes, document) = OpenApiRouter::with_openapi(Document::openapi()).merge(v1::routes()).split_for_parts();
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["servers"] = json!([{ "url": BASE }]);
    document["components"]["securitySchemes"] = json!({
        "token": { "type": "http", "scheme": "bearer", "description": "A token from Account → Tokens, with its scopes." }
    });
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete(path, method, operation);
        }
    }
    (routes, document)
}

/// What every operation has in common.
fn complete(path: &str, method: &str, operation: &mut Value) {
    let open = operation["security"].as_array().is_none_or(|security| security.iter().any(|s| s == &json!({})));
    let writes = method != "get";
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
