//! The frame of every page: who gets in, what an error looks like, what the script policy may rely on.

#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

use app::{
    components::*,
    islands::RatingPreview,
    routes::{Access, ROUTES},
    server::{AppError, AppState, Assets, Cx, PageResult, RawForm, error::framed, state::Site},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Response, StatusCode, header},
    routing,
};
use chrono::{DateTime, Utc};
use domain::{
    actor::{Actor, Role},
    risk::matrix::Matrix,
};
use leptos::{nonce::Nonce, prelude::*};
use std::{collections::HashSet, sync::Arc};
use tower::ServiceExt;

struct Fixed;

impl store::Env for Fixed {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }
    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::from_u128(7)
    }
    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

/// Nothing here reaches the database.
fn state() -> AppState {
    let options = "postgres://nobody@localhost/nothing".parse().unwrap();
    let files = Arc::new(object_store::memory::InMemory::new());
    AppState {
        store: store::Store::connect(options, 1, Arc::new(Fixed), files),
        assets: Assets { base: "/assets/abc".into(), islands: true },
        site: Site {
            organisation: "Meridian <Group>".into(),
            version: "1.2.3".into(),
            demo: false,
            base_url: "https://register.example".into(),
            upload_limit: 100_000_000,
            session_idle: std::time::Duration::from_secs(1800),
        },
    }
}

async fn show(cx: Cx) -> PageResult {
    cx.page("A <title>", || {
        view! {
            <PageHeader title="Rate"/>
            <RatingPreview matrix=Matrix::default() likelihood_id="l".to_string() impact_id="i".to_string()
                likelihood="4".to_string() impact="5".to_string()/>
        }
    })
}

async fn save(cx: Cx, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let name = form.text("name", "Enter a name");
    let kind = form.yes_no("kind", "Answer the question");
    let form = match form.finish((name, kind)) {
        Ok(_) => return cx.redirect("/done"),
        Err(form) => form,
    };
    cx.form_page("Edit", &form, || {
        view! {
            <Form action="/save" submit="Save">
                <TextField name="name" label="Name"/>
                <YesNo name="kind" label="Kind?"/>
            </Form>
        }
    })
}

async fn note(cx: Cx, form: RawForm) -> PageResult {
    let mut form = form.reader();
    form.text("name", "Enter a name");
    form.opt_prose("note");
    let form = form.state();
    cx.form_page("Note", &form, || {
        view! { <TextArea name="note" label="Note"/><TextField name="note" label="Note"/> }
    })
}

async fn fail() -> PageResult {
    Err(AppError::from(store::Error::Unavailable(sqlx::Error::PoolClosed)))
}

fn router() -> Router {
    fn wrap<H, T>(handler: H, access: Access) -> routing::MethodRouter<AppState>
    where
        H: axum::handler::Handler<T, AppState>,
        T: 'static,
    {
        routing::any(move |state: State<AppState>, request: Request| framed(handler.clone(), access, state, request))
    }
    Router::new()
        .route("/rate", wrap(show, Access::SignedIn))
        .route("/save", wrap(save, Access::SignedIn))
        .route("/note", wrap(note, Access::SignedIn))
        .route("/fail", wrap(fail, Access::Public))
        .route("/people", wrap(show, Access::Roles(&[Role::Admin])))
        .with_state(state())
}

fn person(roles: &[Role]) -> Actor {
    Actor {
        id: uuid::Uuid::from_u128(1).into(),
        name: "Ada <b>Okafor</b>".into(),
        email: "ada@example.org".into(),
        roles: roles.to_vec(),
        address: None,
        token: None,
    }
}

async fn ask(path: &str, actor: Option<Actor>, form: Option<&str>) -> Response<Body> {
    let mut request = Request::builder().uri(path).method(if form.is_some() { "POST" } else { "GET" });
    if form.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let mut request = request.body(Body::from(form.unwrap_or_default().to_string())).unwrap();
    request.extensions_mut().insert(actor);
    request.extensions_mut().insert(Nonce::from_value("n0nce"));
    router().oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn who_is_not_signed_in_comes_back_after_signing_in() {
    let response = ask("/rate?tier=high", None, None).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()[header::LOCATION], "/sign-in?next=%2Frate%3Ftier%3Dhigh");
}

#[tokio::test]
async fn a_page_for_other_roles_does_not_exist() {
    assert_eq!(ask("/people", Some(person(&[Role::Admin])), None).await.status(), StatusCode::OK);
    let response = ask("/people", Some(person(&[Role::Chair, Role::Auditor])), None).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(text(response).await.contains("<h1>Page not found</h1>"));
}

#[tokio::test]
async fn a_page_holds_nothing_that_the_script_policy_refuses() {
    let response = ask("/rate", Some(person(&[])), None).await;
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let html = text(response).await;
    assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{}", &html[..60]);
    assert!(!html.contains(" style="), "inline style");
    assert!(!html.contains(" onclick="), "inline handler");
    for script in html.match_indices("<script").map(|(at, _)| &html[at..at + 80]) {
        assert!(script.contains("nonce=\"n0nce\""), "{script}");
    }
    assert!(html.contains("/assets/abc") && html.contains("countersign_bg"));
    assert!(html.contains("<leptos-island data-component=\"RatingPreview_"));
    assert!(html.contains("data-level=\"grave\""), "the preview is there before the script");
    assert!(html.contains("A &lt;title&gt;") && !html.contains("<b>Okafor"));
}

#[tokio::test]
async fn no_script_before_signing_in() {
    let html = text(ask("/fail", None, None).await).await;
    assert!(!html.contains("<script") && !html.contains(".wasm"));
}

#[tokio::test]
async fn a_refused_form_comes_back_with_its_text_and_linked_messages() {
    let response = ask("/save", Some(person(&[])), Some("name=&kind=&once=abc")).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let html = text(response).await;
    assert!(html.contains("<title>Error: Edit"));
    let ids: HashSet<&str> =
        html.match_indices(" id=\"").filter_map(|(at, _)| html[at + 5..].split('"').next()).collect();
    for target in ["f-name", "f-kind", "f-name-error", "f-kind-error", "error-summary-title"] {
        assert!(ids.contains(target), "{target} missing in {ids:?}");
    }
    assert!(html.contains("href=\"#f-name\"") && html.contains("href=\"#f-kind\""));
    assert!(html.contains("name=\"once\" value=\"abc\""), "the same form again, so the same token");
    let response = ask("/save", Some(person(&[])), Some("name=x&kind=yes&once=abc")).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_was_typed_is_kept_to_the_letter() {
    let typed = "a <!> \"b\" & <leptos-island> </textarea>";
    let body = format!("name=&note={}", serde_html_form::to_string([("x", typed)]).unwrap().trim_start_matches("x="));
    let html = text(ask("/note", Some(person(&[])), Some(&body)).await).await;
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    assert!(html.contains(&format!(">\n{}</textarea>", escaped(typed))), "{html}");
    assert!(html.contains(&format!("value=\"{}\"", escaped(typed).replace('"', "&quot;"))), "{html}");
}

#[tokio::test]
async fn bodies_that_no_form_sends_are_refused_with_a_page() {
    let long = format!("name={}", "x".repeat(600 * 1024));
    let response = ask("/save", Some(person(&[])), Some(&long)).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text(response).await.contains("<h1>That is too large</h1>"));
}

#[tokio::test]
async fn a_register_that_is_away_says_when_to_try_again() {
    let response = ask("/fail", None, None).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(header::RETRY_AFTER));
    let html = text(response).await;
    assert!(html.contains("The register is not reachable") && !html.contains("Pool"), "internals stay in the log");
}

#[test]
fn every_route_stands_once() {
    let mut seen = HashSet::new();
    for route in ROUTES {
        assert!(seen.insert((route.method, route.path)), "{} {} twice", route.method, route.path);
        assert!(route.path.starts_with('/') && (route.path == "/" || !route.path.ends_with('/')), "{}", route.path);
    }
}
