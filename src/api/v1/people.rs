//! People, business units, the risk matrix.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use chrono::{DateTime, Utc};
use domain::actor::Role;
use domain::ids::{PersonId, UnitId};
use domain::risk::matrix::Matrix;
use serde::{Deserialize, Serialize};
use store::people::{self as register, invite::Newcomer};
use store::units;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, Params, id};
use crate::api::output::{Answer, Done, List, Versioned};
use crate::api::problem::Problem;
use crate::api::v1::shared::{Named, text};
use crate::api::words::{Word, values, words};

// The document's macros want names without parameters.
type RoleWord = Word<Role>;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(choices))
        .routes(routes!(list, invite))
        .routes(routes!(show))
        .routes(routes!(roles))
        .routes(routes!(deactivate))
        .routes(routes!(reactivate))
        .routes(routes!(units_list, add_unit))
        .routes(routes!(rename_unit))
        .routes(routes!(matrix))
}

/// Names of active people, by id.
///
/// # Errors
/// When the register can't be read.
pub async fn names(api: &Api, wanted: impl Iterator<Item = Uuid>) -> Answer<HashMap<Uuid, String>> {
    if wanted.count() == 0 {
        return Ok(HashMap::new());
    }
    let people = register::choices(&api.store).await?;
    Ok(people.into_iter().map(|person| (person.id.0, person.name)).collect())
}

/// Lists active people by name: whom work can be given to
#[utoipa::path(get, path = "/people", tag = "People", security(("token" = ["people:read"])),
    responses((status = 200, description = "Everybody who is active", body = List<Named>)))]
pub async fn choices(State(api): State<Api>, _: Caller) -> Answer<List<Named>> {
    let people = register::choices(&api.store).await?;
    Ok(List::whole(people.into_iter().map(|person| Named { id: person.id.0, name: person.name }).collect()))
}

/// A person, as administrators see them.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// The address that they sign in with.
    pub email: String,
    /// Their roles.
    pub roles: Vec<RoleWord>,
    /// Whether they took up their invitation.
    pub joined: bool,
    /// Whether they can sign in.
    pub active: bool,
    /// Whether it is a service account: nobody signs in as one.
    pub service: bool,
    /// Systems that they own.
    pub systems_owned: i64,
    /// When they were last here.
    pub last_seen: Option<DateTime<Utc>>,
}

impl PersonView {
    fn of(row: register::list::Row) -> Self {
        Self {
            id: row.person.id.0,
            name: row.person.name,
            email: row.person.email,
            roles: words(row.person.roles),
            joined: row.person.joined,
            active: row.person.active,
            service: row.person.service,
            systems_owned: row.owns,
            last_seen: row.last_seen,
        }
    }
}

/// Which people.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// A part of name or address.
    #[param(max_length = 200)]
    pub q: Option<String>,
    /// A role that they hold.
    pub role: Option<RoleWord>,
    /// Only active ones, or only deactivated ones.
    pub active: Option<bool>,
    /// The cursor of `next`.
    #[param(max_length = 400)]
    pub after: Option<String>,
}

/// Lists everybody, for administrators
#[utoipa::path(get, path = "/admin/people", tag = "People", params(PeopleQuery), security(("token" = ["people:read"])),
    responses((status = 200, description = "A page of people", body = List<PersonView>)))]
pub async fn list(
    State(api): State<Api>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Params(asked): Params<PeopleQuery>,
) -> Answer<List<PersonView>> {
    let after = asked.after.as_deref().map(|after| id::<PersonId>("after", after)).transpose()?;
    let filter = register::list::Filter { text: text(asked.q)?, role: asked.role.map(|w| w.0), active: asked.active };
    let page = register::list::list(&api.store, caller.actor(), &filter, after).await?;
    Ok(List::of(&uri, page, None, PersonView::of))
}

/// Somebody to be invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteInput {
    /// The address that they will sign in with.
    #[schema(min_length = 3, max_length = 254, format = Email)]
    pub email: String,
    /// Their name; they may correct it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Roles to begin with.
    #[serde(default)]
    pub roles: Vec<RoleWord>,
}

/// An invitation: the only time that its secret is seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    /// The person.
    pub person: Option<Uuid>,
    /// Where they take it up, below the site's address. For them alone.
    pub path: String,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

/// Invites somebody by a one-time link
#[utoipa::path(post, path = "/admin/people", tag = "People", request_body = InviteInput,
    security(("token" = ["people:write"])), responses((status = 201, description = "Invited", body = Invitation)))]
pub async fn invite(
    State(api): State<Api>,
    caller: Caller,
    body: Body<InviteInput>,
) -> Answer<(axum::http::StatusCode, Json<Invitation>)> {
    let InviteInput { email, name, roles } = body.value;
    let new = Newcomer { email, name, roles: values(roles) };
    let link = register::invite::invite(&api.store, caller.actor(), &new).await?;
    let invitation = Invitation {
        person: link.person.map(|person| person.0),
        path: format!("/invite/{}", link.secret),
        expires_at: link.expires_at,
    };
    Ok((axum::http::StatusCode::CREATED, Json(invitation)))
}

fn person(given: &str) -> Answer<PersonId> {
    id("person", given).map_err(|_| Problem::from(store::Error::NotFound))
}

/// Shows a person, for administrators
#[utoipa::path(get, path = "/admin/people/{person}", tag = "People", security(("token" = ["people:read"])),
    params(("person" = Uuid, Path)),
    responses((status = 200, description = "The person; their version is the ETag", body = PersonView)))]
pub async fn show(State(api): State<Api>, caller: Caller, Path(who): Path<String>) -> Answer<Versioned<PersonView>> {
    let row = register::get::get(&api.store, caller.actor(), person(&who)?).await?;
    Ok(Versioned(row.person.version, PersonView::of(row)))
}

/// Roles.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolesInput {
    /// All roles that the person then holds.
    pub roles: Vec<RoleWord>,
}

/// Gives and takes roles: never one's own
#[utoipa::path(put, path = "/admin/people/{person}/roles", tag = "People", request_body = RolesInput,
    params(("person" = Uuid, Path), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["people:write"])), responses((status = 204, description = "Changed")))]
pub async fn roles(
    State(api): State<Api>,
    caller: Caller,
    Path(who): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<RolesInput>,
) -> Answer<Done> {
    let roles = values(body.value.roles);
    register::roles::change(&api.store, caller.actor(), person(&who)?, version, &roles).await?;
    Ok(Done)
}

/// Ends an account: sessions and tokens end at once
#[utoipa::path(post, path = "/admin/people/{person}/deactivate", tag = "People",
    params(("person" = Uuid, Path), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["people:write"])), responses((status = 204, description = "Deactivated")))]
pub async fn deactivate(
    State(api): State<Api>,
    caller: Caller,
    Path(who): Path<String>,
    IfMatch(version): IfMatch,
) -> Answer<Done> {
    register::deactivate::deactivate(&api.store, caller.actor(), person(&who)?, version).await?;
    Ok(Done)
}

/// Lets somebody in again
#[utoipa::path(post, path = "/admin/people/{person}/reactivate", tag = "People",
    params(("person" = Uuid, Path), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["people:write"])), responses((status = 204, description = "Reactivated")))]
pub async fn reactivate(
    State(api): State<Api>,
    caller: Caller,
    Path(who): Path<String>,
    IfMatch(version): IfMatch,
) -> Answer<Done> {
    register::deactivate::reactivate(&api.store, caller.actor(), person(&who)?, version).await?;
    Ok(Done)
}

/// Lists the business units in use
#[utoipa::path(get, path = "/units", tag = "People", security(("token" = ["people:read"])),
    responses((status = 200, description = "Every unit in use", body = List<Named>)))]
pub async fn units_list(State(api): State<Api>, _: Caller) -> Answer<List<Named>> {
    let units = units::list(&api.store).await?;
    Ok(List::whole(units.into_iter().map(|unit| Named { id: unit.id.0, name: unit.name }).collect()))
}

/// A unit's name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitInput {
    /// The name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
}

/// Adds a business unit
#[utoipa::path(post, path = "/units", tag = "People", request_body = UnitInput,
    security(("token" = ["people:write"])), responses((status = 201, description = "Added", body = Named)))]
pub async fn add_unit(
    State(api): State<Api>,
    caller: Caller,
    body: Body<UnitInput>,
) -> Answer<(axum::http::StatusCode, Json<Named>)> {
    let name = super::line("name", &body.value.name)?;
    let unit: UnitId = units::add(&api.store, caller.actor(), &name).await?;
    Ok((axum::http::StatusCode::CREATED, Json(Named { id: unit.0, name })))
}

/// Renames a business unit
#[utoipa::path(put, path = "/units/{unit}", tag = "People", request_body = UnitInput, params(("unit" = Uuid, Path)),
    security(("token" = ["people:write"])), responses((status = 204, description = "Renamed")))]
pub async fn rename_unit(
    State(api): State<Api>,
    caller: Caller,
    Path(unit): Path<String>,
    body: Body<UnitInput>,
) -> Answer<Done> {
    let unit = id::<UnitId>("unit", &unit).map_err(|_| Problem::from(store::Error::NotFound))?;
    units::rename(&api.store, caller.actor(), unit, &body.value.name).await?;
    Ok(Done)
}

/// The risk matrix in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatrixView {
    /// Its version; ratings name the one that they were made on.
    pub version: i32,
    /// Labels of likelihood, lowest first.
    pub likelihood: Vec<String>,
    /// Labels of impact, lowest first.
    pub impact: Vec<String>,
    /// Names of the levels, lowest first.
    pub levels: Vec<String>,
    /// `cells[likelihood - 1][impact - 1]` is an index into `levels`.
    pub cells: Vec<Vec<u8>>,
    /// Highest level (index) that is within appetite.
    pub appetite: u8,
}

/// Shows the risk matrix in force
#[utoipa::path(get, path = "/matrix", tag = "People", security(("token" = ["people:read"])),
    responses((status = 200, description = "The matrix", body = MatrixView)))]
pub async fn matrix(State(api): State<Api>, _: Caller) -> Answer<Json<MatrixView>> {
    let now = store::matrix::in_force(&api.store).await?;
    let Matrix { likelihood, impact, levels, cells, appetite } = now.matrix;
    let levels = levels.into_iter().map(|level| level.label).collect();
    Ok(Json(MatrixView { version: now.version, likelihood, impact, levels, cells, appetite }))
}
