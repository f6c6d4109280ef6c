//! /account/password: change it; every other session ends.

use crate::{
    components::*,
    pages::invitation::PASSWORD_HINT,
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm, session::SessionChange},
};
use leptos::prelude::*;
use store::people::password;

pub async fn show(cx: Cx) -> PageResult {
    page(&cx, FormState::default())
}

pub async fn save(cx: Cx, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let present = form.password("password", "Enter the password that you have now");
    let new = form.password("new", "Enter a new password");
    let again = form.password("again", "Enter the new password again");
    if new.is_some() && again.is_some() && new != again {
        form.error("again", "The two passwords differ");
    }
    let (present, new, _) = match form.finish((present, new, again)) {
        Ok(read) => read,
        Err(form) => return page(&cx, form),
    };
    match password::change(&cx.store, &cx.actor, cx.frame.session, &present, &new).await {
        // The session goes on with a new secret: the old one may be known to whoever knew the password.
        Ok(()) => Ok(SessionChange::Renew.on(cx.redirect_with("/account", Notice::PasswordChanged)?)),
        Err(error) => page(&cx, form.refused(&AppError::from(error).fields()?)),
    }
}

fn page(cx: &Cx, form: FormState) -> PageResult {
    let email = cx.actor.email.clone();
    cx.form_page("Change your password", &form, || {
        view! {
            <div class="narrow">
                <PageHeader title="Change your password" crumbs=vec![Crumb::new("Your account", "/account")]
                    lead=format!("For {email}. Your other sessions will end.")/>
                <Form action="/account/password" submit="Change the password" cancel="/account">
                    <PasswordField name="password" label="Present password"/>
                    <PasswordField name="new" label="New password" hint=PASSWORD_HINT autocomplete="new-password"/>
                    <PasswordField name="again" label="New password again" autocomplete="new-password"/>
                </Form>
            </div>
        }
    })
}
