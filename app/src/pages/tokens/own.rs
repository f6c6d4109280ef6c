//! /account/tokens: one's own tokens, and those that one answers for.

use super::{form, table};
use crate::{
    components::*,
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm},
};
use axum::extract::Path;
use leptos::prelude::*;
use store::tokens;

pub async fn show(cx: Cx) -> PageResult {
    let rows = tokens::own(&cx.store, &cx.actor).await?;
    let now = cx.now();
    cx.page("Your API tokens", || {
        view! {
            <PageHeader title="Your API tokens" crumbs=vec![Crumb::new("Your account", "/account")]
                lead="A token lets a program work in your name, within its scopes and never beyond what you may do. What it does stands in the audit trail under your name and the token's."
                action="Make a token" action_href="/account/tokens/new"
                more=vec![("What the API can do".to_owned(), "/api".to_owned())]/>
            {match rows.is_empty() {
                true => view! { <EmptyState title="No tokens" text="Programs that read or write the register for you need one."
                    action="Make a token" action_href="/account/tokens/new"/> }.into_any(),
                false => table::table(rows, now, "/account/tokens", false).into_any(),
            }}
        }
    })
}

/// GET …/new.
pub async fn form(cx: Cx) -> PageResult {
    page(&cx, form::begun())
}

/// POST …/new: makes one and shows its secret, this once.
pub async fn make(cx: Cx, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let (new, password) = match form::read(&mut form) {
        Ok(read) => read,
        Err(form) => return page(&cx, form),
    };
    match tokens::make(&cx.store, &cx.actor, &new, &password).await {
        Ok(made) => form::made_page(&cx, &new, &made, Crumb::new("Your API tokens", "/account/tokens")),
        Err(error) => page(&cx, form.refused(&AppError::from(error).fields()?)),
    }
}

/// POST …/{token}/revoke.
pub async fn revoke(cx: Cx, Path(token): Path<String>) -> PageResult {
    let token = token.parse().map_err(|_| AppError::NotFound)?;
    tokens::revoke(&cx.store, &cx.actor, token).await?;
    cx.redirect_with("/account/tokens", Notice::TokenRevoked)
}

fn page(cx: &Cx, form: FormState) -> PageResult {
    cx.form_page("Make a token", &form, || {
        let crumbs = vec![Crumb::new("Your account", "/account"), Crumb::new("Your API tokens", "/account/tokens")];
        view! {
            <div class="narrow">
                <PageHeader title="Make a token" crumbs
                    lead="Its secret is shown once, on the next page. Whoever has it can do what it opens: choose no more than is needed."/>
                <Form action="/account/tokens/new" submit="Make the token" cancel="/account/tokens">
                    {form::fields()}
                </Form>
            </div>
        }
    })
}
