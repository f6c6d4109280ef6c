//! The REST API through the whole server: who may do what with which token, versions, keys, lists, signatures.

mod gate;
mod guards;
mod input;
mod measure;
mod table;
mod tokens;

use axum::body::Body;
use axum::http::{Request, header};
use domain::actor::Actor;
use domain::token::{NewToken, Scope};
use serde_json::Value;

use crate::scene::PASSWORD;
use crate::world::{Answer, World};

/// The document, as the server sends it.
async fn document(world: &World) -> Value {
    let answer = call(world, "", "GET", "/openapi.json", &[], None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

/// A token of somebody, with these scopes.
async fn token(world: &World, who: &Actor, scopes: &[Scope]) -> String {
    let new = NewToken::parse("test", scopes.to_vec(), None).unwrap();
    store::tokens::make(world.store(), who, &new, PASSWORD).await.unwrap().secret
}

/// A token that opens everything.
async fn master(world: &World, who: &Actor) -> String {
    token(world, who, Scope::ALL).await
}

/// A request as a pipeline makes it: no cookie, no browser's headers.
async fn call(
    world: &World,
    token: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(format!("/api/v1{path}")).header(header::HOST, "localhost");
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    world.send(request.body(body).unwrap()).await
}

/// The JSON of an answer.
fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {} {}", answer.status, answer.text))
}

/// The fields that a problem names.
fn wrong(answer: &Answer) -> Vec<String> {
    let errors = json(answer)["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

/// The version to send as `If-Match`.
fn tag(answer: &Answer) -> String {
    answer.headers[header::ETAG].to_str().unwrap().to_owned()
}
