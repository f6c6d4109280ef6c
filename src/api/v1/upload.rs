//! A file on its way in: what is said about it first, then its bytes; answered with what it says and what it decides.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::ids::EvidenceRef;
use domain::measure::scorecard::Verdict;
use futures::{Stream, StreamExt as _};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::evidence as register;
use store::measure::board;
use utoipa::ToSchema;

use super::evidence::LabelInput;
use super::findings::{self, FindingsView};
use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{KEY, key, once, read, reference};
use crate::api::output::{Answer, Created};
use crate::api::problem::{Details, Problem};
use crate::api::words::Word;

// The document's macros want names without parameters.
type VerdictWord = Word<Verdict>;

/// Most bytes of the label before the file.
pub const LABEL_MAX: usize = 64 * 1024;

/// A file and what is said about it, in this order, so that the label is checked before the file's bytes are read.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the parts of a multipart body")]
pub struct Upload {
    /// What is said about the file (JSON).
    label: LabelInput,
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What an upload came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Received {
    /// The evidence: the one that is there already, where this very file is.
    #[schema(example = "E-9")]
    pub reference: String,
    /// Where it is.
    #[schema(example = "/api/v1/evidence/E-9")]
    pub url: String,
    /// What the file says, if it is a result file that can be read.
    pub findings: Option<FindingsView>,
    /// Why nothing was read from it.
    pub unread: Option<String>,
    /// The system's criteria that this file decides.
    pub verdicts: Vec<DecidedView>,
}

/// What a file comes to for a criterion.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecidedView {
    /// C-4.
    #[schema(example = "C-4")]
    pub criterion: String,
    /// The criterion in one line.
    pub says: String,
    /// What it comes to.
    pub verdict: VerdictWord,
    /// Why, what matters most first.
    pub because: Vec<String>,
}

impl IntoResponse for Received {
    fn into_response(self) -> Response {
        let location = HeaderValue::from_str(&self.url).ok();
        let mut response = (StatusCode::CREATED, axum::Json(self)).into_response();
        if let Some(location) = location {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// Uploads evidence, streamed: a multipart body with `label` (JSON) first and `file` second
///
/// The answer holds what was read from the file and the verdicts of the criteria that it decides now. The same file twice is
/// one piece of evidence: whoever sends it again is led to the first, whose label stays.
#[utoipa::path(post, path = "/systems/{reference}/evidence", tag = "Evidence",
    request_body(content = Upload, content_type = "multipart/form-data"),
    params(("reference" = String, Path, example = "AIS-1"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats add the file once", max_length = 255)),
    security(("token" = ["evidence:write"])),
    responses((status = 201, description = "Kept, by its SHA-256", body = Received),
        (status = 507, description = "There is no room left for files", body = Details, content_type = "application/problem+json")))]
pub async fn add(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    mut request: Request,
) -> Answer<Received> {
    let system = reference(&system)?;
    let (method, uri, key) = (request.method().clone(), request.uri().clone(), key(request.headers())?);
    // Label and file have their own limits.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut parts = Multipart::from_request(request, &api).await.map_err(|_| {
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE)
            .because("Send multipart/form-data with the parts label and file")
    })?;
    let bytes = match parts.next_field().await.map_err(|_| cut())? {
        Some(field) if field.name() == Some("label") => label(field).await?,
        _ => return Err(Problem::field("label", "Send the part label (JSON) before the file")),
    };
    let told = read::<LabelInput>(&bytes)?.checked()?;
    let file = match parts.next_field().await.map_err(|_| cut())? {
        Some(field) if field.name() == Some("file") => field,
        _ => return Err(Problem::field("file", "Send the part file after the label")),
    };
    let name = file.file_name().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(Problem::field("file", "Name the file: filename=\"…\""));
    }
    let once = key.map(|key| once(&key, &method, &uri, &[&bytes[..], name.as_bytes()].concat()));
    let mut passing = Passing { file, hash: Sha256::new() };
    let made = register::receive(&api.store, caller.actor(), system, &told, &name, &mut passing, once).await;
    let evidence = match made {
        Ok(evidence) => evidence,
        Err(store::Error::Replayed { location }) => same_file(&api, &caller, &location, passing).await?,
        Err(error) => return Err(error.into()),
    };
    received(&api, &caller, evidence).await
}

/// The file's bytes, hashed on their way.
struct Passing<'a> {
    file: Field<'a>,
    hash: Sha256,
}

impl Stream for Passing<'_> {
    type Item = Result<Bytes, MultipartError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let next = Pin::new(&mut this.file).poll_next(cx);
        if let Poll::Ready(Some(Ok(chunk))) = &next {
            this.hash.update(chunk);
        }
        next
    }
}

/// A repeat brings the bytes that the first one brought: they are part of what the key stands for. Some of them may have
/// been read already.
async fn same_file(api: &Api, caller: &Caller, location: &str, mut passing: Passing<'_>) -> Answer<EvidenceRef> {
    let first: EvidenceRef = reference(location.rsplit('/').next().unwrap_or_default())?;
    let kept = register::get(&api.store, caller.actor(), first).await?.sha256;
    while let Some(chunk) = passing.next().await {
        chunk.map_err(|_| cut())?;
    }
    match domain::canonical::hex(&passing.hash.finalize()) == kept {
        true => Ok(first),
        false => Err(Problem::field(KEY, "This key was used for another file. Choose a new one")),
    }
}

/// What there is to say about a piece of evidence now.
async fn received(api: &Api, caller: &Caller, evidence: EvidenceRef) -> Answer<Received> {
    let found = register::get(&api.store, caller.actor(), evidence).await?;
    let board = board(&api.store, caller.actor(), found.system.reference).await?;
    let decided = board.scorecard.results().filter(|r| r.deciding.as_ref().is_some_and(|m| m.evidence == evidence));
    let verdicts = decided
        .map(|result| DecidedView {
            criterion: result.id.to_string(),
            says: result.said.clone(),
            verdict: Word(result.verdict),
            because: result.because.clone(),
        })
        .collect();
    let (findings, unread) = findings::of(found.reading);
    let Created { reference, url } = Created::at(&format!("/evidence/{evidence}"));
    Ok(Received { reference, url, findings, unread, verdicts })
}

fn cut() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST).because("The multipart body can't be read")
}

async fn label(mut field: Field<'_>) -> Answer<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| cut())? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LABEL_MAX {
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE).because("The label is too large"));
        }
    }
    Ok(bytes)
}
