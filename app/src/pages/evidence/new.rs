//! GET and POST /systems/{reference}/evidence/new: a file and what it speaks of. The file comes last in the form, so that
//! everything else is checked before its bytes are read; they stream to their place and are never held.

use super::fields;
use crate::components::*;
use crate::islands::Upload;
use crate::pages::systems::{frame, onward};
use crate::server::form::FORM_BYTES;
use crate::server::{AppError, Cx, FieldErrors, FormState, Notice, PageResult, RawForm};
use axum::{
    extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request, multipart::Field},
    http::StatusCode,
};
use domain::evidence::Kind;
use domain::ids::SystemRef;
use domain::readiness::Step;
use leptos::prelude::*;
use store::evidence::{self, Choices};

/// Said beside the file when the form is shown again: browsers do not send it a second time by themselves.
const AGAIN: &str = "Choose the file again: a browser does not keep it";

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let choices = evidence::choices(&cx.store, &cx.actor, parse(&reference)?).await?;
    let url = cx.url();
    let kind = url.get("kind").and_then(|kind| kind.parse::<Kind>().ok());
    let form = cx.form().fill_all("risks", url.all("risk")).fill_all("mitigations", url.all("mitigation"));
    let form = form.fill_opt("kind", kind);
    page(&cx, &choices, form)
}

pub async fn save(cx: Cx, Path(reference): Path<String>, mut request: Request) -> PageResult {
    let system = parse(&reference)?;
    let choices = evidence::choices(&cx.store, &cx.actor, system).await?;
    // Fields and file have their own limits below, and the file's is checked while it streams.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| malformed())?;
    let mut pairs = Vec::new();
    let answer = loop {
        let field = parts.next_field().await.map_err(|_| malformed())?;
        let Some(field) = field else { break reject(&cx, &choices, pairs) };
        match field.name() {
            Some("file") => break receive(&cx, system, &choices, pairs, field).await,
            _ => pairs.push(text(field, &pairs).await?),
        }
    };
    // An answer before the last byte would reach a browser as a broken connection.
    while let Ok(Some(_)) = parts.next_field().await {}
    answer
}

fn parse(reference: &str) -> Result<SystemRef, AppError> {
    reference.parse().map_err(|_| AppError::NotFound)
}

fn malformed() -> AppError {
    AppError::Status(StatusCode::BAD_REQUEST)
}

/// A field that is no file, within the limit of all of them.
async fn text(mut field: Field<'_>, before: &[(String, String)]) -> Result<(String, String), AppError> {
    let name = field.name().unwrap_or_default().to_owned();
    let taken: usize = before.iter().map(|(name, value)| name.len() + value.len()).sum();
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| malformed())? {
        bytes.extend_from_slice(&chunk);
        if taken + name.len() + bytes.len() > FORM_BYTES {
            return Err(AppError::Status(StatusCode::PAYLOAD_TOO_LARGE));
        }
    }
    Ok((name, String::from_utf8(bytes).map_err(|_| malformed())?))
}

/// The form without any file part.
fn reject(cx: &Cx, choices: &Choices, pairs: Vec<(String, String)>) -> PageResult {
    let mut form = RawForm::from_pairs(pairs).reader();
    let _ = fields::read(&mut form, Some(""));
    form.error("file", "Choose a file");
    page(cx, choices, form.state())
}

async fn receive(
    cx: &Cx,
    system: SystemRef,
    choices: &Choices,
    pairs: Vec<(String, String)>,
    file: Field<'_>,
) -> PageResult {
    let name = file.file_name().unwrap_or_default().to_owned();
    let mut form = RawForm::from_pairs(pairs).reader();
    let label = fields::read(&mut form, Some(&name));
    form.opt("file");
    if name.is_empty() {
        form.error("file", "Choose a file");
    }
    let once = form.once();
    let (label, once) = match form.finish((label, once)) {
        Ok(read) => read,
        Err(state) => return page(cx, choices, again(state, &name)),
    };
    match evidence::receive(&cx.store, &cx.actor, system, &label, &name, file, Some(once)).await {
        Ok(_) => cx.redirect_with(onward(cx, system).await?, Notice::Created),
        Err(store::Error::TooLarge { max }) => {
            let message = format!("The file is larger than {}. Choose a smaller one", megabytes(max));
            let mut response = page(cx, choices, form.refused(&FieldErrors::one("file", message)))?;
            *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            Ok(response)
        }
        Err(error) => page(cx, choices, again(form.refused(&AppError::from(error).fields()?), &name)),
    }
}

/// The page after it: one more, or what the submission still misses.
async fn onward(cx: &Cx, system: SystemRef) -> Result<String, AppError> {
    if cx.url().get("then") == Some("another") {
        return Ok(frame::href(system, "/evidence/new"));
    }
    let header = frame::load(cx, &system.to_string()).await?;
    onward::onward(cx, &header, Step::Evidence, "/evidence").await
}

/// A file that was chosen has to be chosen again.
fn again(form: FormState, name: &str) -> FormState {
    match name.is_empty() || form.error("file").is_some() {
        true => form,
        false => form.with_errors(&FieldErrors::one("file", AGAIN)),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / (1024 * 1024))
}

fn page(cx: &Cx, choices: &Choices, form: FormState) -> PageResult {
    let reference = choices.system.reference;
    let back = frame::href(reference, "/evidence");
    let crumbs =
        vec![Crumb::new(choices.system.name.clone(), frame::href(reference, "")), Crumb::new("Evidence", &back)];
    let risks = fields::links(&choices.risks, &[], "R");
    let mitigations = fields::links(&choices.mitigations, &[], "M");
    let hint = format!("Up to {}. Its SHA-256 is noted and checked at every download.", megabytes(cx.store.file_max()));
    let action = frame::href(reference, "/evidence/new");
    // The words come after the file, too late to be read: the address says which button it was.
    let second = ("Save and add another", format!("{action}?then=another"));
    cx.form_page("Add evidence", &form, || {
        view! {
            <div class="narrow">
                <PageHeader title="Add evidence" crumbs=crumbs/>
                <Upload>
                    <Form action submit="Save and continue" second cancel=back multipart=true>
                        {fields::view(risks, mitigations, true)}
                        <FileField name="file" label="File" hint=hint/>
                    </Form>
                </Upload>
            </div>
        }
    })
}
