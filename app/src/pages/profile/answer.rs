//! One subcategory: GET and POST …/profile/MEASURE-2.10, …/verify, and …/autosave for what is saved as it is typed.

use super::{control, form, header, home, parts, slug};
use crate::components::*;
use crate::islands::{Autosaved, Theirs};
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::framework::Subcategory;
use domain::ids::PersonId;
use leptos::prelude::*;
use store::profile::{self, Profile, Row, Whose};
use store::systems::SystemHeader;

/// What the page of one subcategory is made of.
struct Setting {
    whose: Whose,
    header: Option<SystemHeader>,
    profile: Profile,
    asked: &'static Subcategory,
    people: Vec<(PersonId, String)>,
}

impl Setting {
    async fn load(cx: &Cx, reference: Option<&str>, slug: &str) -> Result<Self, AppError> {
        let (whose, header) = header(cx, reference).await?;
        let asked = whose.asks(&control(slug))?;
        let profile = profile::load(&cx.store, &cx.actor, whose).await?;
        let people = match profile.may_write {
            true => store::systems::choices(&cx.store).await?.people,
            false => Vec::new(),
        };
        Ok(Self { whose, header, profile, asked, people })
    }

    fn row(&self) -> Option<&Row> {
        self.profile.answers.get(&self.asked.id)
    }
}

pub async fn control_system(cx: Cx, Path((reference, slug)): Path<(String, String)>) -> PageResult {
    show(cx, Some(reference), slug).await
}

pub async fn control_govern(cx: Cx, Path(slug): Path<String>) -> PageResult {
    show(cx, None, slug).await
}

pub async fn save_system(cx: Cx, Path((reference, slug)): Path<(String, String)>, form: RawForm) -> PageResult {
    save(cx, Some(reference), slug, form).await
}

pub async fn save_govern(cx: Cx, Path(slug): Path<String>, form: RawForm) -> PageResult {
    save(cx, None, slug, form).await
}

pub async fn autosave_system(cx: Cx, Path((reference, slug)): Path<(String, String)>, form: RawForm) -> PageResult {
    autosave(cx, Some(reference), slug, form).await
}

pub async fn autosave_govern(cx: Cx, Path(slug): Path<String>, form: RawForm) -> PageResult {
    autosave(cx, None, slug, form).await
}

pub async fn verify_system(cx: Cx, Path((reference, slug)): Path<(String, String)>, form: RawForm) -> PageResult {
    verify(cx, Some(reference), slug, form).await
}

pub async fn verify_govern(cx: Cx, Path(slug): Path<String>, form: RawForm) -> PageResult {
    verify(cx, None, slug, form).await
}

pub async fn confirm_system(cx: Cx, Path((reference, slug)): Path<(String, String)>) -> PageResult {
    confirm(cx, Some(reference), Some(slug)).await
}

pub async fn confirm_govern(cx: Cx, Path(slug): Path<String>) -> PageResult {
    confirm(cx, None, Some(slug)).await
}

pub async fn confirm_all_system(cx: Cx, Path(reference): Path<String>) -> PageResult {
    confirm(cx, Some(reference), None).await
}

pub async fn confirm_all_govern(cx: Cx) -> PageResult {
    confirm(cx, None, None).await
}

/// Makes answers of what the register shows, one or all.
async fn confirm(cx: Cx, reference: Option<String>, slug: Option<String>) -> PageResult {
    let (whose, _) = header(&cx, reference.as_deref()).await?;
    let asked = slug.as_deref().map(|slug| whose.asks(&control(slug))).transpose()?;
    let confirmed = profile::confirm(&cx.store, &cx.actor, whose, asked.map(|asked| asked.id.as_str())).await?;
    let notice = if confirmed > 0 { Notice::Saved } else { Notice::Unchanged };
    let response = cx.redirect_with(home(whose), notice)?;
    Ok(match slug {
        Some(slug) => to_anchor(response, &slug),
        None => response,
    })
}

async fn show(cx: Cx, reference: Option<String>, slug: String) -> PageResult {
    let setting = Setting::load(&cx, reference.as_deref(), &slug).await?;
    let filled = form::filled(cx.form(), setting.row());
    page(&cx, &setting, filled, Vec::new())
}

async fn save(cx: Cx, reference: Option<String>, slug: String, raw: RawForm) -> PageResult {
    let setting = Setting::load(&cx, reference.as_deref(), &slug).await?;
    let mut form = raw.reader();
    let said = form::read(&mut form, &setting.people, setting.row());
    let version = form.version();
    let (said, version) = match form.finish((said, version)) {
        Ok(read) => read,
        Err(form) => return page(&cx, &setting, form, Vec::new()),
    };
    match profile::save(&cx.store, &cx.actor, setting.whose, &setting.asked.id, version, &said)
        .await
        .map_err(AppError::from)
    {
        Ok(_) => cx.redirect_with(home(setting.whose), Notice::Saved).map(|response| to_anchor(response, &slug)),
        Err(AppError::Conflict(_)) => {
            let newer = Setting::load(&cx, reference.as_deref(), &slug).await?;
            let row = newer.row().cloned();
            let state = form.state();
            let fields = theirs(row.as_ref())
                .fields
                .into_iter()
                .map(|(name, theirs)| ConflictField::new(label(&name), theirs, state.value(&name)))
                .collect();
            let state = state.at_version(row.map_or(0, |row| row.version));
            page(&cx, &newer, state, fields)
        }
        Err(error) => page(&cx, &setting, form.refused(&error.fields()?), Vec::new()),
    }
}

/// Back to where one was on the long page.
fn to_anchor(mut response: axum::response::Response, slug: &str) -> axum::response::Response {
    use axum::http::{HeaderValue, header::LOCATION};
    let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(|to| format!("{to}#{slug}"));
    if let Some(to) = to.and_then(|to| HeaderValue::from_str(&to).ok()) {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}

/// Answers the island: saved, wrong in a field, or somebody else was first. All three are answers that it asked for, so that
/// the browser's console stays clean; a form that is none of ours is 422.
async fn autosave(cx: Cx, reference: Option<String>, slug: String, raw: RawForm) -> PageResult {
    let setting = Setting::load(&cx, reference.as_deref(), &slug).await?;
    let mut form = raw.reader();
    let said = form::read(&mut form, &setting.people, setting.row());
    let version = form.version();
    let ours = version.is_some();
    let (said, version) = match form.finish((said, version)) {
        Ok(read) => read,
        Err(state) if ours => return Ok(wrong(&state).into_response()),
        Err(state) => return Ok((StatusCode::UNPROCESSABLE_ENTITY, wrong(&state)).into_response()),
    };
    match profile::save(&cx.store, &cx.actor, setting.whose, &setting.asked.id, version, &said)
        .await
        .map_err(AppError::from)
    {
        Ok(version) => {
            let state = said.draft.state;
            let label = match setting.row().filter(|row| row.version == version) {
                Some(row) => row.answer.state().label(),
                None => state.label(),
            };
            let saved = Autosaved { version, state: Some(label.to_owned()), ..Autosaved::default() };
            Ok(Json(saved).into_response())
        }
        Err(AppError::Conflict(_)) => {
            let newer = Setting::load(&cx, reference.as_deref(), &slug).await?;
            let theirs = theirs(newer.row());
            let version = newer.row().map_or(0, |row| row.version);
            let answer = Autosaved { version, theirs: Some(theirs), ..Autosaved::default() };
            Ok(Json(answer).into_response())
        }
        Err(error) => Ok(wrong(&form.refused(&error.fields()?)).into_response()),
    }
}

fn wrong(state: &FormState) -> Json<Autosaved> {
    Json(Autosaved { errors: state.errors().to_vec(), ..Autosaved::default() })
}

/// What stands in the register, by the form's fields.
fn theirs(row: Option<&Row>) -> Theirs {
    let filled = form::filled(FormState::default(), row);
    let fields = ["state", "says", "target", "owner", "due", "links"];
    let fields = fields.into_iter().map(|name| (name.to_owned(), filled.value(name))).collect();
    Theirs { who: row.map_or_else(String::new, |row| row.answered_by.clone()), fields }
}

fn label(name: &str) -> &'static str {
    match name {
        "state" => "Where it stands",
        "says" => "What is in place, and what is missing",
        "target" => "Target",
        "owner" => "Owner",
        "due" => "Due",
        _ => "Rests on",
    }
}

async fn verify(cx: Cx, reference: Option<String>, slug: String, raw: RawForm) -> PageResult {
    let setting = Setting::load(&cx, reference.as_deref(), &slug).await?;
    let mut form = raw.reader();
    let holds = form.yes_no("verified", "This form is incomplete. Open the page again");
    let version = form.version();
    let read = form.finish((holds, version));
    let (holds, version) = read.map_err(|_| AppError::Status(StatusCode::BAD_REQUEST))?;
    let control = &setting.asked.id;
    if holds {
        profile::verify(&cx.store, &cx.actor, setting.whose, control, version).await?;
    } else {
        profile::unverify(&cx.store, &cx.actor, setting.whose, control, version).await?;
    }
    cx.redirect_with(format!("{}/{slug}", home(setting.whose)), Notice::Saved)
}

fn page(cx: &Cx, setting: &Setting, form: FormState, conflict: Vec<ConflictField>) -> PageResult {
    let asked = setting.asked;
    let title = format!("{} {}", asked.id, asked.title);
    let content = || content(cx, setting, &form, conflict);
    cx.form_page(&title, &form, content)
}

fn content(cx: &Cx, setting: &Setting, form: &FormState, conflict: Vec<ConflictField>) -> AnyView {
    let (asked, whose) = (setting.asked, setting.whose);
    let back = format!("{}#{}", home(whose), slug(&asked.id));
    let crumbs = match &setting.header {
        Some(header) => vec![
            Crumb::new(header.located.name.clone(), format!("/systems/{}", header.located.reference)),
            Crumb::new("AI RMF profile", back),
        ],
        None => vec![Crumb::new("Govern", back)],
    };
    let row = setting.row();
    let state = row.map_or(domain::framework::State::NotStarted, |row| row.answer.state());
    let notice = (!conflict.is_empty()).then(|| {
        let who = row.map(|row| row.answered_by.clone()).unwrap_or_default();
        view! { <ConflictNotice who fields=conflict/> }
    });
    let body = if setting.profile.may_write {
        let status = row.map(|row| parts::said(row).into_any()).unwrap_or_else(|| ().into_any());
        view! { {form::people_list(&setting.people)}{form::form(whose, asked, form, status, false)} }.into_any()
    } else {
        row.map(parts::reading).unwrap_or_else(|| view! { <p class="muted">"Not answered yet."</p> }.into_any())
    };
    view! {
        <div class="narrow">
            <PageHeader title=asked.title.clone() reference=asked.id.clone() crumbs lead=asked.question.clone()>
                {parts::state(state)}
            </PageHeader>
            {notice}
            <div class="answer answer-alone">{body}</div>
            {row.and_then(|row| check(cx, setting, row))}
            {parts::help(&setting.profile, asked)}
        </div>
    }
    .into_any()
}

/// The second look: by somebody else than whoever answered.
fn check(cx: &Cx, setting: &Setting, row: &Row) -> Option<AnyView> {
    let done = row.answer.draft.state == domain::framework::State::Implemented;
    if !done || !setting.profile.may_write {
        return None;
    }
    let at = format!("{}/{}/verify", home(setting.whose), slug(&row.control));
    let version = row.version.to_string();
    let (value, words, danger) = match (&row.verified, row.answer.may_verify(cx.actor.id)) {
        (Some(_), _) => ("no", "Take the verification back", true),
        (None, true) => ("yes", "I have checked it: it is in place", false),
        (None, false) => {
            let text = "You gave this answer: somebody else verifies it.";
            return Some(view! { <p class="muted">{text}</p> }.into_any());
        }
    };
    let class = if danger { "button" } else { "button button-primary" };
    Some(
        view! {
            <form class="form" method="post" action=at>
                <Hidden name="version" value=version/>
                <div class="actions"><button class=class type="submit" name="verified" value=value>{words}</button></div>
            </form>
        }
        .into_any(),
    )
}
