//! POST /theme: light, dark, or as the system says. A cookie of its own, so that it works before signing in.

use crate::server::{Anon, PageResult, RawForm, cx::own_path, frame::Theme};
use axum::{
    http::{HeaderValue, header},
    response::IntoResponse,
};

/// A year, in seconds.
const KEPT: u32 = 31_536_000;

/// Keeps the choice and goes back to the page that it was made on.
pub async fn choose(cx: Anon, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let theme = Theme::parse(&form.opt("theme").unwrap_or_default());
    let next = form.opt("next").unwrap_or_default();
    let mut response = cx.redirect(own_path(&next, "/")).into_response();
    let cookie = format!("theme={}; Path=/; Max-Age={KEPT}; SameSite=Lax; HttpOnly", theme.code());
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}
