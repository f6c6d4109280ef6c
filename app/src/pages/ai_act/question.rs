//! GET and POST /systems/{ref}/ai-act/{question}: one question of the interview.

use super::fields;
use crate::components::*;
use crate::pages::systems::frame::{self, href};
use crate::server::{AppError, Cx, FormState, PageResult, RawForm};
use axum::extract::Path;
use domain::eu_ai_act::{self, Key, Question, question};
use domain::policy::Action;
use leptos::prelude::*;
use store::screening::{self, Screening};
use store::systems::SystemHeader;

struct Setting {
    header: SystemHeader,
    screening: Screening,
    asked: &'static Question,
}

async fn load(cx: &Cx, reference: &str, key: &str) -> Result<Setting, AppError> {
    let header = frame::load(cx, reference).await?;
    header.located.allow_change(&cx.actor, Action::ScreeningWrite)?;
    let key: Key = key.replace('-', "_").parse().map_err(|_| AppError::NotFound)?;
    let screening = screening::load(&cx.store, &cx.actor, header.located.reference).await?;
    Ok(Setting { header, screening, asked: question(key) })
}

/// "product-acts", as the key stands in an address.
pub fn slug(key: Key) -> String {
    key.as_str().replace('_', "-")
}

/// The page of a question.
pub fn page_of(system: domain::ids::SystemRef, key: Key) -> String {
    href(system, &format!("/ai-act/{}", slug(key)))
}

pub async fn ask(cx: Cx, Path((reference, key)): Path<(String, String)>) -> PageResult {
    let setting = load(&cx, &reference, &key).await?;
    let form = fields::filled(cx.form(), setting.screening.answers.get(setting.asked.key));
    let version = setting.screening.version;
    page(&cx, &setting, form.at_version(version), Vec::new())
}

pub async fn save(cx: Cx, Path((reference, key)): Path<(String, String)>, form: RawForm) -> PageResult {
    let setting = load(&cx, &reference, &key).await?;
    let mut form = form.reader();
    let value = fields::read(&mut form, setting.asked);
    let version = form.version();
    let (value, version) = match form.finish((value, version)) {
        Ok(read) => read,
        Err(form) => return page(&cx, &setting, form, Vec::new()),
    };
    let mut answers = setting.screening.answers.clone();
    if let Err(wrong) = answers.set(setting.asked.key, &value) {
        form.error("answer", wrong.to_string());
        return page(&cx, &setting, form.state(), Vec::new());
    }
    let system = setting.header.located.reference;
    match screening::answer(&cx.store, &cx.actor, system, version, &answers).await.map_err(AppError::from) {
        Ok(_) => {
            let to = match eu_ai_act::next(&answers) {
                Some(next) => page_of(system, next.key),
                None => href(system, "/ai-act"),
            };
            cx.redirect(to)
        }
        Err(AppError::Conflict(_)) => {
            let newer = load(&cx, &reference, &key).await?;
            let theirs = newer.screening.answers.get(newer.asked.key);
            let theirs = theirs.map(|a| super::words::said(newer.asked, a).join("; ")).unwrap_or_default();
            let yours = answers.get(newer.asked.key).map(|a| super::words::said(newer.asked, a).join("; "));
            let fields = vec![ConflictField::new(newer.asked.title.clone(), theirs, yours.unwrap_or_default())];
            let form = form.state().at_version(newer.screening.version);
            page(&cx, &newer, form, fields)
        }
        Err(error) => page(&cx, &setting, form.refused(&error.fields()?), Vec::new()),
    }
}

fn page(cx: &Cx, setting: &Setting, form: FormState, conflict: Vec<ConflictField>) -> PageResult {
    let asked = setting.asked;
    let system = setting.header.located.reference;
    let title = format!("{} \u{b7} EU AI Act", asked.title);
    let progress = eu_ai_act::progress(&setting.screening.answers);
    cx.form_page(&title, &form, || {
        let home = href(system, "/ai-act");
        let crumbs = vec![
            Crumb::new(setting.header.located.name.clone(), href(system, "")),
            Crumb::new("EU AI Act", home.clone()),
        ];
        let clash =
            (!conflict.is_empty()).then(|| view! { <ConflictNotice who="Somebody".to_owned() fields=conflict/> });
        let before = eu_ai_act::asked(&setting.screening.answers)
            .into_iter()
            .take_while(|q| q.key != asked.key)
            .last()
            .map(|q| view! { <p class="back"><a href=page_of(system, q.key)>"Previous question"</a></p> });
        view! {
            <div class="narrow">
                <PageHeader title="Screening against the EU AI Act" crumbs>
                    <span class="ref">{asked.article.clone()}</span>
                </PageHeader>
                {before}
                <p class="interview-progress"><Progress done=progress.answered of=progress.asked label="questions answered"/></p>
                {clash}
                <Form action=page_of(system, asked.key) submit="Save and continue" cancel=home>
                    <p class="muted">{asked.help.clone()}</p>
                    {fields::fields(asked)}
                </Form>
            </div>
        }
    })
}
