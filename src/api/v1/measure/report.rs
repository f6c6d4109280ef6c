//! The TEVV report: as data, as Markdown, as PDF.

use app::server::AppError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::report::to_markdown;
use serde::Deserialize;
use store::measure::report as register;
use utoipa::IntoParams;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Params, reference};
use crate::api::output::Answer;
use crate::api::problem::Problem;
use crate::api::words::Word;

domain::words! {
    /// What a report is sent as.
    Form {
        Json = "json", "JSON";
        Markdown = "markdown", "Markdown";
        Pdf = "pdf", "PDF";
    }
}

/// Named in queries only, so that the document does not find it by itself.
pub type FormWord = Word<Form>;

/// As what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// JSON when left out.
    pub format: Option<FormWord>,
}

/// Makes the TEVV report of a system, as of today; the same register gives the same bytes all day
#[utoipa::path(get, path = "/systems/{reference}/report", tag = "Measure",
    params(("reference" = String, Path, example = "AIS-1"), ReportQuery), security(("token" = ["criteria:read"])),
    responses((status = 200, description = "Title, sections, tables and sign-offs; each file by its SHA-256",
        content((Value = "application/json"), (String = "text/markdown"), (Vec<u8> = "application/pdf")))))]
pub async fn report(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    Params(asked): Params<ReportQuery>,
) -> Answer<Response> {
    let (located, document) = register::report(&api.store, caller.actor(), reference(&system)?).await?;
    let name = |end: &str| {
        let name = format!("{}-tevv.{end}", located.reference);
        app::pages::evidence::download::disposition(&name)
    };
    match asked.format.map_or(Form::Json, |word| word.0) {
        Form::Json => Ok(Json(document).into_response()),
        Form::Markdown => {
            let headers = [
                (header::CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, name("md")),
            ];
            Ok((headers, to_markdown(&document)).into_response())
        }
        Form::Pdf => {
            let instance = api.instance.to_string();
            let bytes = app::server::pdf::pdf(document, api.store.today(), instance).await.map_err(unset)?;
            let headers =
                [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name("pdf"))];
            Ok((headers, bytes).into_response())
        }
    }
}

/// Why there is no PDF.
fn unset(error: AppError) -> Problem {
    match error {
        AppError::Unavailable => Problem::busy().because("Other reports are being set: ask again in a moment"),
        AppError::NotNow(why) => Problem::new(StatusCode::CONFLICT).because(why),
        _ => Problem::new(StatusCode::INTERNAL_SERVER_ERROR),
    }
}
