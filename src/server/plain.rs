//! Pages for when the app cannot make one: starting up, too busy, refused at the door, broken.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

use super::assets;

/// What a plain page says.
#[derive(Clone, Copy, Debug)]
pub struct Plain {
    pub status: StatusCode,
    pub title: &'static str,
    pub text: &'static str,
    /// Seconds, where trying again makes sense.
    pub retry_after: Option<u64>,
}

pub const STARTING: Plain = Plain {
    status: StatusCode::SERVICE_UNAVAILABLE,
    title: "Countersign is starting",
    text: "The register is not ready yet. Try again in a moment.",
    retry_after: Some(1),
};

pub const AWAY: Plain = Plain {
    status: StatusCode::SERVICE_UNAVAILABLE,
    title: "The register is not reachable",
    text: "Nothing was changed. It usually comes back by itself: try again in a few seconds.",
    retry_after: Some(2),
};

pub const BUSY: Plain = Plain {
    status: StatusCode::SERVICE_UNAVAILABLE,
    title: "Too many requests at once",
    text: "Nothing was changed. Try again in a moment.",
    retry_after: Some(1),
};

pub const TOO_SLOW: Plain = Plain {
    status: StatusCode::SERVICE_UNAVAILABLE,
    title: "That took too long",
    text: "The request was ended. Look whether the change is there before you repeat it.",
    retry_after: Some(2),
};

pub const LOST: Plain = Plain {
    status: StatusCode::SERVICE_UNAVAILABLE,
    title: "The register went away in the middle",
    text: "What you sent was kept whole or not at all. Look whether the change is there before you repeat it; you may \
           have to sign in again.",
    retry_after: Some(2),
};

pub const TOO_SLOW_FORM: Plain = Plain {
    status: StatusCode::REQUEST_TIMEOUT,
    title: "The form did not arrive in time",
    text: "Nothing was changed. Look at your connection and send it again.",
    retry_after: None,
};

pub const CUT_OFF: Plain = Plain {
    status: StatusCode::BAD_REQUEST,
    title: "The request ended too early",
    text: "Nothing was changed. Send it again.",
    retry_after: None,
};

pub const TOO_LARGE: Plain = Plain {
    status: StatusCode::PAYLOAD_TOO_LARGE,
    title: "That is too large",
    text: "What you sent is larger than this page accepts. Nothing was changed.",
    retry_after: None,
};

pub const FOREIGN: Plain = Plain {
    status: StatusCode::FORBIDDEN,
    title: "This did not come from Countersign",
    text: "Your browser sent a form that another site seems to have made. Nothing was changed. Open the page again and \
           repeat what you did.",
    retry_after: None,
};

pub const BROKEN: Plain = Plain {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    title: "Something broke",
    text: "It is in the log, with the request's id. Nothing was half-done: a change is kept whole or not at all.",
    retry_after: None,
};

impl Plain {
    pub fn response(self) -> Response<Body> {
        let Self { title, text, .. } = self;
        let css = assets::base();
        let page = format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Countersign</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\">\
             <link rel=\"stylesheet\" href=\"{css}/countersign.css\"></head>\
             <body><main id=\"main\"><h1>{title}</h1><p>{text}</p></main></body></html>"
        );
        let mut response = Response::new(Body::from(page));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
