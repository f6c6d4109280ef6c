//! /invite/{secret}: a one-time link, to join, to set a new password, or to become the first administrator.

use crate::{
    components::*,
    server::{Anon, AppError, FormState, PageResult, RawForm, session::SessionChange},
};
use axum::{extract::Path, http::StatusCode};
use leptos::prelude::*;
use store::people::{
    accept::{Answer, accept},
    invite::{self, Opened, Purpose},
};

/// What people read about passwords before they choose one.
pub const PASSWORD_HINT: &str =
    "15 characters or more. A few unrelated words do well, such as you would never say in a row.";

pub async fn show(cx: Anon, Path(secret): Path<String>) -> PageResult {
    match invite::open(&cx.store, &secret).await {
        Ok(opened) => {
            let name = opened.invited.as_ref().map(|person| person.name.clone());
            page(&cx, &secret, opened, FormState::default().fill_opt("name", name))
        }
        Err(error) => gone(&cx, error),
    }
}

pub async fn save(cx: Anon, Path(secret): Path<String>, form: RawForm) -> PageResult {
    let opened = match invite::open(&cx.store, &secret).await {
        Ok(opened) => opened,
        Err(error) => return gone(&cx, error),
    };
    let mut form = form.reader();
    let first = opened.purpose == Purpose::Bootstrap;
    let email = if first { form.text("email", "Enter your e-mail address") } else { Some(String::new()) };
    let name = match opened.purpose {
        Purpose::Reset => Some(String::new()),
        _ => form.text("name", "Enter your name"),
    };
    let password = form.password("password", "Enter a password");
    let again = form.password("again", "Enter the password again");
    if password.is_some() && again.is_some() && password != again {
        form.error("again", "The two passwords differ");
    }
    let (email, name, password, _) = match form.finish((email, name, password, again)) {
        Ok(read) => read,
        Err(form) => return page(&cx, &secret, opened, form),
    };
    match accept(&cx.store, &secret, &Answer { email, name, password }, cx.frame.address).await {
        Ok(actor) => Ok(SessionChange::Begin(actor.id).on(cx.redirect("/work")?)),
        Err(store::Error::NotFound) => gone(&cx, store::Error::NotFound),
        Err(error) => page(&cx, &secret, opened, form.refused(&AppError::from(error).fields()?)),
    }
}

/// The same words for a link that never was, was used, or is too old.
fn gone(cx: &Anon, error: store::Error) -> PageResult {
    if !matches!(error, store::Error::NotFound) {
        return Err(error.into());
    }
    cx.page_as(StatusCode::NOT_FOUND, "This link does not work", || {
        view! {
            <div class="narrow">
                <PageHeader title="This link does not work"
                    lead="A link works once and for an hour. Ask whoever sent it for a new one."/>
                <p><a href="/sign-in">"Sign in"</a></p>
            </div>
        }
    })
}

fn page(cx: &Anon, secret: &str, opened: Opened, form: FormState) -> PageResult {
    let (title, submit) = match opened.purpose {
        Purpose::Invite => ("Join Countersign", "Join"),
        Purpose::Reset => ("Set a new password", "Set the password and sign in"),
        Purpose::Bootstrap => ("Become the first administrator", "Create the account"),
    };
    let lead = match &opened.invited {
        Some(person) => format!("You sign in with {}.", person.email),
        None => "Nobody has an account here yet. Yours will be the one that invites the others.".to_string(),
    };
    let (first, named) = (opened.purpose == Purpose::Bootstrap, opened.purpose != Purpose::Reset);
    let action = format!("/invite/{secret}");
    cx.form_page(title, &form, || {
        view! {
            <div class="narrow">
                <PageHeader title lead/>
                <Form action submit>
                    {first.then(|| view! { <EmailField name="email" label="E-mail address" autocomplete="username"/> })}
                    {named.then(|| view! { <TextField name="name" label="Your name" autocomplete="name" chars=40/> })}
                    <PasswordField name="password" label="Password" hint=PASSWORD_HINT autocomplete="new-password"/>
                    <PasswordField name="again" label="Password again" autocomplete="new-password"/>
                </Form>
            </div>
        }
    })
}
