//! The token itself, and the document.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use domain::actor::Role;
use domain::token::Scope;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::words::{Word, words};

// The document's macros want names without parameters.
type RoleWord = Word<Role>;
type ScopeWord = Word<Scope>;

/// Whom a token acts as, and what it opens.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The person or service account.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// Their roles now.
    pub roles: Vec<RoleWord>,
    /// What the token is called.
    pub token: Option<String>,
    /// What it opens.
    pub scopes: Vec<ScopeWord>,
}

/// Who am I?
#[utoipa::path(get, path = "/me", tag = "Token", security(("token" = [])),
    responses((status = 200, description = "Whom this token acts as", body = Me)))]
pub async fn show(caller: Caller) -> Json<Me> {
    let actor = caller.0.actor;
    Json(Me {
        id: actor.id.0,
        name: actor.name,
        roles: words(actor.roles),
        token: actor.token.map(|via| via.token),
        scopes: words(caller.0.scopes),
    })
}

/// This document
#[utoipa::path(get, path = "/openapi.json", tag = "Token", security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object)))]
pub async fn document(State(api): State<Api>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], api.document.to_string())
}
