//! What the shell around a page needs to know of the request.

use super::{
    notice::Notice,
    session::{ClientAddress, SessionId},
    state::AppState,
};
use axum::http::{HeaderMap, header, request::Parts};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use leptos::nonce::Nonce;

/// The request as the shell sees it; taken before the handler runs, so that an error gets the same shell.
#[derive(Clone)]
pub struct Frame {
    /// The path, without the query.
    pub path: String,
    /// The query, without the question mark; empty when there is none.
    pub query: String,
    /// The Content-Security-Policy's nonce of this response.
    pub nonce: Option<Nonce>,
    /// The time of the request.
    pub now: DateTime<Utc>,
    /// Who is signed in.
    pub actor: Option<Actor>,
    /// The session that the request came with.
    pub session: Option<uuid::Uuid>,
    /// Where the request came from.
    pub address: Option<std::net::IpAddr>,
    /// What to say after a redirect.
    pub notice: Option<Notice>,
    /// The theme chosen; `None` follows the system.
    pub theme: Theme,
    /// Named on the page that says that something broke, so that the log can be searched for it.
    pub request_id: Option<String>,
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// Reads the value of the cookie or of the form.
    pub fn parse(text: &str) -> Self {
        match text {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// The cookie's value.
    pub fn code(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The value of `data-theme` on the root element.
    pub fn attribute(self) -> Option<&'static str> {
        (self != Theme::System).then(|| self.code())
    }
}

/// The request's id, put into its extensions by the program.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

impl Frame {
    /// Reads the frame from the request.
    pub fn read(parts: &Parts, state: &AppState) -> Self {
        let query = parts.uri.query().unwrap_or_default().to_string();
        Self {
            path: parts.uri.path().to_string(),
            notice: Notice::from_query(&query),
            query,
            nonce: parts.extensions.get::<Nonce>().cloned(),
            now: state.store.now(),
            actor: parts.extensions.get::<Option<Actor>>().cloned().flatten(),
            session: parts.extensions.get::<SessionId>().map(|id| id.0),
            address: parts.extensions.get::<ClientAddress>().map(|client| client.0),
            theme: cookie(&parts.headers, "theme").map(Theme::parse).unwrap_or_default(),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
        }
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
