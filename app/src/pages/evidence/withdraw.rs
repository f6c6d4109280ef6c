//! GET and POST /evidence/{reference}/withdraw: it stops counting, with a reason, and stays readable.

use super::reference;
use crate::components::*;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use leptos::prelude::*;
use store::evidence::{self, Detail};

pub async fn show(cx: Cx, Path(text): Path<String>) -> PageResult {
    let detail = load(&cx, &text).await?;
    let form = cx.form().at_version(detail.version);
    page(&cx, &detail, form)
}

pub async fn save(cx: Cx, Path(text): Path<String>, form: RawForm) -> PageResult {
    let detail = load(&cx, &text).await?;
    let mut form = form.reader();
    let why = form.prose("why", "Say why it is withdrawn");
    let version = form.version();
    let (why, version) = match form.finish((why, version)) {
        Ok(read) => read,
        Err(state) => return page(&cx, &detail, state),
    };
    match evidence::withdraw(&cx.store, &cx.actor, detail.reference, version, &why).await {
        Ok(()) => cx.redirect_with(format!("/evidence/{}", detail.reference), Notice::Saved),
        Err(store::Error::Stale { current }) => {
            let message = "Somebody changed it meanwhile. Look at it again, then withdraw it";
            page(&cx, &detail, form.state().at_version(current).with_error(message))
        }
        Err(error) => page(&cx, &detail, form.refused(&AppError::from(error).fields()?)),
    }
}

/// Who may not change it has no such page.
async fn load(cx: &Cx, text: &str) -> Result<Detail, AppError> {
    let detail = evidence::get(&cx.store, &cx.actor, reference(text)?).await?;
    match detail.may_change {
        true => Ok(detail),
        false if detail.withdrawn.is_some() => Err(AppError::NotNow("It was withdrawn before".to_owned())),
        false => {
            detail.system.allow_change(&cx.actor, domain::policy::Action::EvidenceWrite)?;
            Err(AppError::NotFound)
        }
    }
}

fn page(cx: &Cx, detail: &Detail, form: FormState) -> PageResult {
    let at = format!("/evidence/{}", detail.reference);
    let name = format!("{} {}", detail.reference, detail.label.title);
    cx.form_page("Withdraw evidence", &form, || {
        view! {
            <div class="narrow">
                <PageHeader title="Withdraw evidence" crumbs=vec![Crumb::new(name, &at)]
                    lead="It no longer counts for this system. It stays readable, because dossiers may rest on it. This can\u{2019}t be undone."/>
                <Form action=format!("{at}/withdraw") submit="Withdraw" cancel=at danger=true>
                    <TextArea name="why" label="Why it is withdrawn"/>
                </Form>
            </div>
        }
    })
}
