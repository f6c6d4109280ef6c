//! /sign-in: one page, no script. It goes on to where somebody was headed, with what they had typed.

use super::kept::Kept;
use crate::{
    components::*,
    server::{
        Anon, AppError, FormState, PageResult, RawForm, cx::own_path, error::RETRY_AFTER, page::render,
        session::SessionChange,
    },
};
use axum::http::{HeaderValue, StatusCode, header};
use domain::actor::Role;
use leptos::prelude::*;
use store::people::{Person, get, operator::DEMO_PASSWORD, sign_in};

/// Where people go who were headed nowhere else.
const HOME: &str = "/work";
/// People of one persona that the demonstration offers.
const OF_A_PERSONA: usize = 5;

/// GET /: nothing stands there; it leads on.
pub async fn home(cx: Anon) -> PageResult {
    cx.redirect(if cx.actor.is_some() { HOME } else { "/sign-in" })
}

pub async fn show(cx: Anon) -> PageResult {
    let next = cx.url().get("next").unwrap_or_default().to_string();
    if cx.actor.is_some() {
        return cx.redirect(own_path(&next, HOME));
    }
    page(&cx, StatusCode::OK, FormState::default(), &next, &Kept::default()).await
}

pub async fn save(cx: Anon, mut form: RawForm) -> PageResult {
    let kept = Kept::take(&mut form);
    let next = form.take("next").unwrap_or_default();
    let mut form = form.reader();
    let email = form.text("email", "Enter your e-mail address");
    let password = form.password("password", "Enter your password");
    let (email, password) = match form.finish((email, password)) {
        Ok(read) => read,
        Err(form) => return page(&cx, StatusCode::UNPROCESSABLE_ENTITY, form, &next, &kept).await,
    };
    let actor = match sign_in::sign_in(&cx.store, &email, &password, cx.frame.address).await {
        Ok(actor) => actor,
        Err(error) => return refused(&cx, form.state(), error.into(), &next, &kept).await,
    };
    let response = match kept.is_empty() {
        true => cx.redirect(own_path(&next, HOME))?,
        false => kept.page(&cx, &actor),
    };
    Ok(SessionChange::Begin(actor.id).on(response))
}

/// The page again. Nothing typed before is lost, even when too many sign in at once.
async fn refused(cx: &Anon, form: FormState, error: AppError, next: &str, kept: &Kept) -> PageResult {
    let (status, wait) = match &error {
        AppError::TooMany(seconds) => (error.status(), Some(HeaderValue::from(*seconds))),
        AppError::Unavailable => (error.status(), Some(HeaderValue::from_static(RETRY_AFTER))),
        _ => (error.status(), None),
    };
    let form = match error {
        AppError::Unavailable => form.with_error("Too much is going on at this moment. Try again in a few seconds."),
        other => form.with_errors(&other.fields()?),
    };
    let mut response = page(cx, status, form, next, kept).await?;
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    Ok(response)
}

/// The page, with what was typed before the session ended.
pub(super) async fn page(cx: &Anon, status: StatusCode, form: FormState, next: &str, kept: &Kept) -> PageResult {
    let people = match cx.state.site.demo {
        // Without the register there is nobody to offer, and the form says so when it is sent.
        true => get::of_demonstration(&cx.store).await.unwrap_or_default(),
        false => Vec::new(),
    };
    let lead = match kept.is_empty() {
        true => None,
        false => Some("Your session had ended. What you typed is kept: sign in, then send it on.".to_string()),
    };
    let (next, hidden) = (next.to_string(), kept.hidden());
    let demo_next = next.clone();
    Ok(render(&cx.state, &cx.frame, status, "Sign in", Some(&form), || {
        view! {
            <div class="narrow">
                <PageHeader title="Sign in" lead/>
                <Form action="/sign-in" submit="Sign in">
                    {hidden}
                    <Hidden name="next" value=next/>
                    <EmailField name="email" label="E-mail address" autocomplete="username"/>
                    <PasswordField name="password" label="Password"/>
                </Form>
                {(!people.is_empty()).then(|| offered(people, &demo_next))}
            </div>
        }
    }))
}

/// The demonstration's people, a few for each persona, one press each.
fn offered(people: Vec<Person>, next: &str) -> impl IntoView + use<> {
    let personas = [Some(Role::Owner), None, Some(Role::Committee), Some(Role::Chair)].into_iter().chain([
        Some(Role::Executive),
        Some(Role::Auditor),
        Some(Role::Admin),
    ]);
    let groups = personas
        .map(|role| {
            let label = role.map_or("Contributor", Role::label);
            let of = people.iter().filter(|p| p.roles.first().copied() == role).take(OF_A_PERSONA);
            let buttons = of.map(|p| one_press(p, next)).collect::<Vec<_>>();
            (!buttons.is_empty()).then(|| view! { <KeyValue label><div class="chips">{buttons}</div></KeyValue> })
        })
        .collect_view();
    view! {
        <Section title="Try it as" lead="This is a demonstration: everybody in it is made up, and has the same password.">
            <p>"Password: "<code>{DEMO_PASSWORD}</code></p>
            <KeyValues>{groups}</KeyValues>
        </Section>
    }
}

fn one_press(person: &Person, next: &str) -> impl IntoView + use<> {
    view! {
        <form method="post" action="/sign-in">
            <Hidden name="email" value=person.email.clone()/>
            <Hidden name="password" value=DEMO_PASSWORD/>
            <Hidden name="next" value=next.to_string()/>
            <button class="button button-small" type="submit">{person.name.clone()}</button>
        </form>
    }
}
