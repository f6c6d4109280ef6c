//! What was typed into a form when its session had ended (WCAG 2.2.5): the sign-in page carries it, and after signing in
//! it waits to be sent on. Nothing is sent without being seen, because somebody else may sign in.

use super::sign_in;
use crate::{
    components::*,
    server::{
        Anon, FormState, PageUrl, RawForm,
        cx::{own_path, sign_in_first},
        form::{ONCE, VERSION},
        frame::Frame,
        page::render,
        state::AppState,
    },
};
use axum::{
    body::Body,
    extract::FromRequest,
    http::{Method, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use domain::actor::Actor;
use leptos::prelude::*;

/// What the names of kept fields begin with.
const PREFIX: &str = "kept.";
/// Where the form was going.
const AT: &str = "kept-at";
/// Fields that are never carried.
const PASSWORDS: [&str; 3] = ["password", "new", "again"];

/// A form that was not sent on yet.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    at: String,
    pairs: Vec<(String, String)>,
}

/// Answers a request whose session had ended: with the sign-in page, holding the form if it was one.
pub async fn keep(state: &AppState, frame: &Frame, parts: Parts, body: Body) -> Response {
    if parts.method != Method::POST {
        return sign_in_first(&parts, frame);
    }
    let request = axum::extract::Request::from_parts(parts.clone(), body);
    // Files can't be carried; whoever uploads signs in and chooses the file again.
    let Ok(mut form) = RawForm::from_request(request, state).await else { return sign_in_first(&parts, frame) };
    let kept = Kept { at: frame.path.clone(), pairs: form.take_prefixed("") }.without_passwords();
    if !kept.holds_text() {
        return sign_in_first(&parts, frame);
    }
    let cx = Anon { actor: None, store: state.store.clone(), state: state.clone(), frame: frame.clone() };
    let next = PageUrl::parse(&frame.path, "").to_string();
    let page = sign_in::page(&cx, StatusCode::UNAUTHORIZED, FormState::default(), &next, &kept).await;
    page.unwrap_or_else(IntoResponse::into_response)
}

impl Kept {
    /// Takes a kept form out of the sign-in form.
    pub fn take(form: &mut RawForm) -> Self {
        let at = form.take(AT).unwrap_or_default();
        let pairs = form.take_prefixed(PREFIX);
        Self { at: own_path(&at, "").to_string(), pairs }.without_passwords()
    }

    fn without_passwords(mut self) -> Self {
        self.pairs.retain(|(name, _)| !PASSWORDS.contains(&name.as_str()));
        self
    }

    /// Whether anything of it is somebody's, not the form's own.
    fn holds_text(&self) -> bool {
        self.pairs.iter().any(|(name, value)| name != ONCE && name != VERSION && !value.is_empty())
    }

    /// Whether there is nothing to send on.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty() || !self.holds_text()
    }

    /// The fields, for the sign-in form to carry.
    pub fn hidden(&self) -> impl IntoView + use<> {
        let at = (!self.is_empty()).then(|| view! { <Hidden name=AT value=self.at.clone()/> });
        let pairs = self.pairs.clone().into_iter();
        let fields = pairs.map(|(name, value)| view! { <Hidden name=format!("{PREFIX}{name}") value/> }).collect_view();
        (at, fields)
    }

    /// After signing in: the text, and the button that sends it on.
    pub fn page(&self, cx: &Anon, actor: &Actor) -> Response {
        let frame =
            Frame { actor: Some(actor.clone()), path: "/work".into(), query: String::new(), ..cx.frame.clone() };
        let lead = format!("You are signed in as {}. Nothing was sent yet.", actor.name);
        let (at, pairs) = (self.at.clone(), self.pairs.clone());
        let fields = pairs.iter().cloned().map(|(name, value)| view! { <Hidden name value/> }).collect_view();
        let shown = pairs.into_iter().filter(|(name, value)| name != ONCE && name != VERSION && !value.is_empty());
        let rows = shown
            .map(|(name, value)| view! { <KeyValue label=label(&name)><span class="kept-text">{value}</span></KeyValue> })
            .collect_view();
        render(&cx.state, &frame, StatusCode::OK, "Your text was kept", None, || {
            view! {
                <div class="narrow">
                    <PageHeader title="Your text was kept" lead/>
                    <Section title="What you typed"><KeyValues>{rows}</KeyValues></Section>
                    <form class="form" method="post" action=at>
                        {fields}
                        <p>"A password that you typed was not kept; the next page asks for it again."</p>
                        <Actions submit="Send it now" cancel="/work"/>
                    </form>
                </div>
            }
        })
    }
}

/// "due_on" as people read it.
fn label(name: &str) -> String {
    let words = name.replace(['_', '-', '.'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(body: &str) -> Kept {
        Kept::take(&mut RawForm::parse(body.as_bytes()).unwrap())
    }

    #[test]
    fn a_form_is_carried_without_its_passwords() {
        let kept = take("kept-at=/reviews/RV-1/vote&kept.reason=a&kept.reason=b&kept.password=x&kept.once=1&email=e");
        assert_eq!(kept.at, "/reviews/RV-1/vote");
        let names: Vec<_> = kept.pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
        assert_eq!(names, ["once=1", "reason=a", "reason=b"]);
        assert!(!kept.is_empty());
    }

    #[test]
    fn nothing_is_sent_to_another_site() {
        assert!(take("kept-at=https://evil.example/&kept.reason=a").is_empty());
        assert!(take("kept-at=//evil.example/&kept.reason=a").is_empty());
        assert!(take("kept-at=/work&kept.once=1").is_empty());
    }

    #[test]
    fn names_of_fields_become_words() {
        assert_eq!(label("intended_users"), "Intended users");
    }
}
