//! What a handler is called with: who asks, for what, and the register to answer from.

use super::{
    FormState, PageUrl,
    frame::Frame,
    notice::Notice,
    page::{self, PageResult},
    state::AppState,
};
use axum::{
    extract::FromRequestParts,
    http::{Method, StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use leptos::IntoView;
use store::Store;

/// A request by somebody who is signed in. Asking for it sends everybody else to the sign-in page.
#[derive(Clone)]
pub struct Cx {
    pub actor: Actor,
    pub store: Store,
    pub state: AppState,
    pub frame: Frame,
}

/// A request to a public page; somebody may be signed in.
#[derive(Clone)]
pub struct Anon {
    pub actor: Option<Actor>,
    pub store: Store,
    pub state: AppState,
    pub frame: Frame,
}

macro_rules! pages {
    ($context:ty) => {
        impl $context {
            /// The time of the request; the only clock there is.
            pub fn now(&self) -> DateTime<Utc> {
                self.frame.now
            }

            /// The day of the request, in UTC.
            pub fn today(&self) -> NaiveDate {
                self.frame.now.date_naive()
            }

            /// Path and query of this page: for links that sort, filter and page.
            pub fn url(&self) -> PageUrl {
                PageUrl::parse(&self.frame.path, &self.frame.query)
            }

            /// An empty form with a token that makes it count once.
            pub fn form(&self) -> FormState {
                FormState::new(self.store.new_id())
            }

            /// A page in the shell, status 200. The view is made inside the closure: islands need the rendering's context.
            pub fn page<V: IntoView + 'static>(&self, title: &str, view: impl FnOnce() -> V) -> PageResult {
                self.page_as(StatusCode::OK, title, view)
            }

            /// The same with another status.
            pub fn page_as<V: IntoView + 'static>(
                &self,
                status: StatusCode,
                title: &str,
                view: impl FnOnce() -> V,
            ) -> PageResult {
                Ok(page::render(&self.state, &self.frame, status, title, None, view))
            }

            /// A page with a form: the error summary on top and status 422 where the form has errors.
            pub fn form_page<V: IntoView + 'static>(
                &self,
                title: &str,
                form: &FormState,
                view: impl FnOnce() -> V,
            ) -> PageResult {
                let status = match form.has_errors() {
                    true => StatusCode::UNPROCESSABLE_ENTITY,
                    false => StatusCode::OK,
                };
                Ok(page::render(&self.state, &self.frame, status, title, Some(form), view))
            }

            /// The page of an edit on an outdated version: status 409, with a `ConflictNotice` above its form.
            pub fn conflict_page<V: IntoView + 'static>(&self, title: &str, view: impl FnOnce() -> V) -> PageResult {
                self.page_as(StatusCode::CONFLICT, title, view)
            }

            /// 303 to a page of this site.
            pub fn redirect(&self, to: impl AsRef<str>) -> PageResult {
                Ok(Redirect::to(to.as_ref()).into_response())
            }

            /// 303 to a page of this site that says what happened.
            pub fn redirect_with(&self, to: impl AsRef<str>, notice: Notice) -> PageResult {
                self.redirect(notice.on(to.as_ref()))
            }
        }
    };
}

pages!(Cx);
pages!(Anon);

impl FromRequestParts<AppState> for Anon {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let frame = Frame::read(parts, state);
        Ok(Self { actor: frame.actor.clone(), store: state.store.clone(), state: state.clone(), frame })
    }
}

impl FromRequestParts<AppState> for Cx {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let Anon { actor, store, state, frame } = Anon::from_request_parts(parts, state).await?;
        match actor {
            Some(actor) => Ok(Self { actor, store, state, frame }),
            None => Err(sign_in_first(parts, &frame)),
        }
    }
}

/// A GET comes back to its page after signing in; a POST comes back to the page that it was sent from by the path alone.
pub(crate) fn sign_in_first(parts: &Parts, frame: &Frame) -> Response {
    let mut next = PageUrl::parse(&frame.path, "");
    if parts.method == Method::GET {
        next = PageUrl::parse(&frame.path, &frame.query).without("notice");
    }
    let to = PageUrl::parse("/sign-in", "").with("next", &next.to_string());
    Redirect::to(&to.to_string()).into_response()
}

/// A path of this site to go to after an action, or `fallback` where somebody wrote another site's address there.
pub fn own_path<'a>(next: &'a str, fallback: &'a str) -> &'a str {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t'])
        && next.len() <= 2_000;
    if own { next } else { fallback }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        assert_eq!(own_path("/risks?q=x", "/work"), "/risks?q=x");
        for foreign in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nb"] {
            assert_eq!(own_path(foreign, "/work"), "/work", "{foreign:?}");
        }
    }
}
