//! Evidence: files streamed up and down, and what is said about them.

use axum::body::Body as Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use domain::evidence::Kind;
use domain::ids::{EvidenceRef, MitigationRef, RiskRef};
use serde::{Deserialize, Serialize};
use store::evidence::{self as register, Filter, Label, Standing};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, Params, reference};
use crate::api::output::{Answer, Done, List, Versioned};
use crate::api::problem::{Details, Problem};
use crate::api::v1::findings::{self, FindingsView};
use crate::api::v1::shared::{ReasonInput, text};
use crate::api::words::Word;

// The document's macros want names without parameters.
type KindWord = Word<Kind>;
type StandingWord = Word<Standing>;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(super::upload::add))
        .routes(routes!(show, edit))
        .routes(routes!(download))
        .routes(routes!(withdraw))
}

/// Evidence in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidenceItem {
    /// E-9.
    #[schema(example = "E-9")]
    pub reference: String,
    /// What it is called.
    pub title: String,
    /// Name of the file.
    pub file_name: String,
    /// What it shows.
    pub kind: KindWord,
    /// The date that it speaks of.
    pub speaks_of: NaiveDate,
    /// Last day on which it counts.
    pub valid_until: Option<NaiveDate>,
    /// Whether it counts today.
    pub standing: StandingWord,
    /// Bytes.
    pub size: u64,
    /// Who brought it.
    pub uploaded_by: String,
    /// When.
    pub uploaded_at: DateTime<Utc>,
    /// Its system.
    pub system: String,
    /// The system's name.
    pub system_name: String,
}

/// Which evidence; all filters together.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EvidenceQuery {
    /// Words of title, file name or note.
    #[param(max_length = 200)]
    pub q: Option<String>,
    /// Of one system, by reference.
    #[param(example = "AIS-12")]
    pub system: Option<String>,
    /// By kind.
    pub kind: Option<KindWord>,
    /// By whether it counts today.
    pub standing: Option<StandingWord>,
    /// The cursor of `next`.
    #[param(max_length = 400)]
    pub after: Option<String>,
}

/// Lists the evidence that the caller may read, newest first
#[utoipa::path(get, path = "/evidence", tag = "Evidence", params(EvidenceQuery), security(("token" = ["evidence:read"])),
    responses((status = 200, description = "A page of evidence", body = List<EvidenceItem>)))]
pub async fn list(
    State(api): State<Api>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Params(asked): Params<EvidenceQuery>,
) -> Answer<List<EvidenceItem>> {
    let system = match asked.system.as_deref().map(super::risks::system).transpose()? {
        Some(system) => Some(store::systems::header(&api.store, caller.actor(), system).await?.located.id),
        None => None,
    };
    super::cursor::<i64>(asked.after.as_deref())?;
    let filter = Filter {
        system,
        kind: asked.kind.map(|w| w.0),
        standing: asked.standing.map(|w| w.0),
        text: text(asked.q)?,
        after: asked.after,
    };
    let page = register::list(&api.store, caller.actor(), &filter).await?;
    Ok(List::of(&uri, page, None, |row| EvidenceItem {
        reference: row.reference.to_string(),
        title: row.title,
        file_name: row.file_name,
        kind: Word(row.kind),
        speaks_of: row.speaks_of,
        valid_until: row.valid_until,
        standing: Word(row.standing),
        size: row.size,
        uploaded_by: row.uploaded_by,
        uploaded_at: row.uploaded_at,
        system: row.system.to_string(),
        system_name: row.system_name,
    }))
}

/// What is said about a file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Evaluation on the claims benchmark", "kind": "evaluation", "speaks_of": "2026-05-04"}))]
pub struct LabelInput {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What it shows.
    pub kind: KindWord,
    /// The date that the file speaks of, not the upload's.
    pub speaks_of: NaiveDate,
    /// Last day on which it counts.
    pub valid_until: Option<NaiveDate>,
    /// Markdown.
    #[schema(max_length = 10000)]
    pub note: Option<String>,
    /// Risks of the same system that it speaks about, by reference.
    #[serde(default)]
    pub risks: Vec<String>,
    /// Mitigations of the same system that it shows to work, by reference.
    #[serde(default)]
    pub mitigations: Vec<String>,
}

impl LabelInput {
    /// Checks all of it.
    ///
    /// # Errors
    /// 422 by field.
    pub fn checked(self) -> Answer<Label> {
        Ok(Label {
            title: super::line("title", &self.title)?,
            kind: self.kind.0,
            speaks_of: self.speaks_of,
            valid_until: self.valid_until,
            note: super::opt_prose("note", self.note.as_deref())?,
            risks: self.risks.iter().map(|r| super::named::<RiskRef>(r, "risks")).collect::<Answer<_>>()?,
            mitigations: self
                .mitigations
                .iter()
                .map(|m| super::named::<MitigationRef>(m, "mitigations"))
                .collect::<Answer<_>>()?,
        })
    }
}

/// A piece of evidence.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidenceView {
    /// E-9.
    #[schema(example = "E-9")]
    pub reference: String,
    /// The version of its label, as in the `ETag`.
    pub version: i32,
    /// Its system.
    pub system: String,
    /// What is said about it.
    pub label: LabelInput,
    /// Whether it counts today.
    pub standing: StandingWord,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// The type that we determined.
    pub media_type: String,
    /// Who brought it.
    pub uploaded_by: String,
    /// When.
    pub uploaded_at: DateTime<Utc>,
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<String>,
    /// What the file says, if it is a result file that can be read.
    pub findings: Option<FindingsView>,
    /// Why nothing was read from it.
    pub unread: Option<String>,
}

/// Shows a piece of evidence
#[utoipa::path(get, path = "/evidence/{reference}", tag = "Evidence", security(("token" = ["evidence:read"])),
    params(("reference" = String, Path, example = "E-1")),
    responses((status = 200, description = "The evidence; its label's version is the ETag", body = EvidenceView)))]
pub async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(evidence): Path<String>,
) -> Answer<Versioned<EvidenceView>> {
    let found = register::get(&api.store, caller.actor(), reference::<EvidenceRef>(&evidence)?).await?;
    let (findings, unread) = findings::of(found.reading);
    let label = found.label;
    Ok(Versioned(
        found.version,
        EvidenceView {
            reference: found.reference.to_string(),
            version: found.version,
            system: found.system.reference.to_string(),
            label: LabelInput {
                title: label.title,
                kind: Word(label.kind),
                speaks_of: label.speaks_of,
                valid_until: label.valid_until,
                note: label.note,
                risks: label.risks.iter().map(ToString::to_string).collect(),
                mitigations: label.mitigations.iter().map(ToString::to_string).collect(),
            },
            standing: Word(found.standing),
            file_name: found.file_name,
            sha256: found.sha256,
            size: found.size,
            media_type: found.media_type,
            uploaded_by: found.uploaded_by,
            uploaded_at: found.uploaded_at,
            withdrawn: found.withdrawn.map(|w| w.why),
            findings,
            unread,
        },
    ))
}

/// Corrects what is said about a file; the file stays
#[utoipa::path(put, path = "/evidence/{reference}", tag = "Evidence", request_body = LabelInput,
    params(("reference" = String, Path, example = "E-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["evidence:write"])), responses((status = 204, description = "Corrected")))]
pub async fn edit(
    State(api): State<Api>,
    caller: Caller,
    Path(evidence): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<LabelInput>,
) -> Answer<Done> {
    let label = body.value.checked()?;
    register::edit(&api.store, caller.actor(), reference(&evidence)?, version, &label).await?;
    Ok(Done)
}

/// Downloads the file; its hash is checked while it is sent
#[utoipa::path(get, path = "/evidence/{reference}/file", tag = "Evidence", security(("token" = ["evidence:read"])),
    params(("reference" = String, Path, example = "E-1")),
    responses((status = 200, description = "The file, as it was", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 500, description = "The stored file is damaged and is not served", body = Details,
            content_type = "application/problem+json")))]
pub async fn download(State(api): State<Api>, caller: Caller, Path(evidence): Path<String>) -> Answer<Response> {
    let file = register::open(&api.store, caller.actor(), reference::<EvidenceRef>(&evidence)?).await?;
    Response::builder()
        // Never the uploader's type, and never one that a browser would show.
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::CONTENT_LENGTH, file.size)
        .header(header::CONTENT_DISPOSITION, app::pages::evidence::download::disposition(&file.file_name))
        .header(header::ETAG, format!("\"{}\"", file.sha256))
        .body(Bytes::from_stream(file.bytes))
        .map_err(|error| {
            tracing::error!(%error, "a download's headers");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR)
        })
}

/// Withdraws evidence: it stops counting, and stays readable
#[utoipa::path(post, path = "/evidence/{reference}/withdraw", tag = "Evidence", request_body = ReasonInput,
    params(("reference" = String, Path, example = "E-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["evidence:write"])), responses((status = 204, description = "Withdrawn")))]
pub async fn withdraw(
    State(api): State<Api>,
    caller: Caller,
    Path(evidence): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<ReasonInput>,
) -> Answer<Done> {
    let why = super::prose("reason", &body.value.reason)?;
    register::withdraw(&api.store, caller.actor(), reference(&evidence)?, version, &why).await?;
    Ok(Done)
}
