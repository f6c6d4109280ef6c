//! What MAP asks about a system.

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, reference};
use crate::api::output::{Answer, Done, Versioned};
use crate::api::words::{Word, values, words};
use axum::extract::{Path, State};
use domain::system::{Autonomy, Context, DataCategory, Kind, Model, Sourcing};
use serde::{Deserialize, Serialize};
use store::systems as register;
use utoipa::ToSchema;

// The document's macros want names without parameters.
type AutonomyWord = Word<Autonomy>;
type DataCategoryWord = Word<DataCategory>;
type KindWord = Word<Kind>;
type SourcingWord = Word<Sourcing>;

/// A model that a system is made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelView {
    /// Who provides it.
    #[schema(max_length = 200)]
    pub provider: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Its version; empty when the provider names none.
    #[schema(max_length = 200)]
    pub version: String,
}

/// What MAP asks about a system beyond its registration.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextView {
    /// What kind of AI it is.
    pub kind: Option<KindWord>,
    /// Made or bought.
    pub sourcing: Option<SourcingWord>,
    /// Whom it was bought from.
    #[schema(max_length = 200)]
    pub vendor: Option<String>,
    /// Who uses it.
    #[schema(max_length = 10000)]
    pub intended_users: Option<String>,
    /// Who is affected by it.
    #[schema(max_length = 10000)]
    pub affected_groups: Option<String>,
    /// What data it processes.
    #[serde(default)]
    pub data_categories: Vec<DataCategoryWord>,
    /// How far it acts by itself.
    pub autonomy: Option<AutonomyWord>,
    /// How people oversee it.
    #[schema(max_length = 10000)]
    pub oversight: Option<String>,
    /// Where it runs (place and provider).
    #[schema(max_length = 10000)]
    pub runs_where: Option<String>,
    /// Models that it is made of.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub models: Vec<ModelView>,
}

impl ContextView {
    pub(super) fn of(context: Context) -> Self {
        let model = |m: Model| ModelView { provider: m.provider, name: m.name, version: m.version };
        Self {
            kind: context.kind.map(Word),
            sourcing: context.sourcing.map(Word),
            vendor: context.vendor,
            intended_users: context.intended_users,
            affected_groups: context.affected_groups,
            data_categories: words(context.data_categories),
            autonomy: context.autonomy.map(Word),
            oversight: context.oversight,
            runs_where: context.runs_where,
            models: context.models.into_iter().map(model).collect(),
        }
    }

    fn given(self) -> Context {
        let model = |m: ModelView| Model { provider: m.provider, name: m.name, version: m.version };
        Context {
            kind: self.kind.map(|w| w.0),
            sourcing: self.sourcing.map(|w| w.0),
            vendor: self.vendor,
            intended_users: self.intended_users,
            affected_groups: self.affected_groups,
            data_categories: values(self.data_categories),
            autonomy: self.autonomy.map(|w| w.0),
            oversight: self.oversight,
            runs_where: self.runs_where,
            models: self.models.into_iter().map(model).collect(),
        }
    }
}

/// Shows a system's context
#[utoipa::path(get, path = "/systems/{reference}/context", tag = "Systems", security(("token" = ["systems:read"])),
    params(("reference" = String, Path, example = "AIS-1")),
    responses((status = 200, description = "The context; the system's version is the ETag", body = ContextView)))]
pub async fn context(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
) -> Answer<Versioned<ContextView>> {
    let header = register::header(&api.store, caller.actor(), reference(&system)?).await?;
    let details = register::get::details(&api.store, header.located.id).await?;
    Ok(Versioned(header.located.version, ContextView::of(details.context)))
}

/// Describes a system's context: what is left out is emptied
#[utoipa::path(put, path = "/systems/{reference}/context", tag = "Systems", request_body = ContextView,
    params(("reference" = String, Path, example = "AIS-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["systems:write"])), responses((status = 204, description = "Described")))]
pub async fn describe(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<ContextView>,
) -> Answer<Done> {
    let new = body.value.given().checked()?;
    register::context::describe(&api.store, caller.actor(), reference(&system)?, version, &new).await?;
    Ok(Done)
}
