//! Reads a sent form into values, collecting every message before anything is refused.

use super::{FieldErrors, FormState, ONCE, VERSION};
use crate::server::AppError;
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use std::{collections::BTreeMap, ops::RangeInclusive, str::FromStr};
use uuid::Uuid;

/// Most bytes of a form without files.
pub const FORM_BYTES: usize = 512 * 1024;
/// Most fields of a form: a bulk action on 200 rows, and room.
pub const FORM_FIELDS: usize = 1_000;

/// A sent form, urlencoded; repeated fields keep all their values.
pub struct RawForm(BTreeMap<String, Vec<String>>);

impl<S: Send + Sync> FromRequest<S> for RawForm {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(AppError::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE).into_response());
        }
        let body = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        Self::parse(&body).map_err(|status| AppError::Status(status).into_response())
    }
}

impl RawForm {
    /// Takes a body apart.
    pub fn parse(body: &[u8]) -> Result<Self, StatusCode> {
        if body.len() > FORM_BYTES {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        // Browsers send UTF-8; anything else would be kept as question marks.
        std::str::from_utf8(body).map_err(|_| StatusCode::BAD_REQUEST)?;
        let pairs: Vec<(String, String)> = serde_html_form::from_bytes(body).map_err(|_| StatusCode::BAD_REQUEST)?;
        if pairs.len() > FORM_FIELDS {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        Ok(Self::from_pairs(pairs))
    }

    /// From pairs that came another way, such as the fields of a multipart form.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            values.entry(name).or_default().push(value);
        }
        Self(values)
    }

    /// Takes a field out that is ours, not somebody's text: an address to go on to.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).and_then(|mut values| values.pop())
    }

    /// Takes out the fields whose names begin so, without the beginning, in the order of their names.
    pub fn take_prefixed(&mut self, prefix: &str) -> Vec<(String, String)> {
        let names: Vec<String> = self.0.keys().filter(|name| name.starts_with(prefix)).cloned().collect();
        let pairs = names.into_iter().flat_map(|name| {
            let values = self.0.remove(&name).unwrap_or_default();
            values.into_iter().map(move |value| (name[prefix.len()..].to_string(), value))
        });
        pairs.collect()
    }

    /// Begins to read.
    pub fn reader(self) -> FormReader {
        FormReader { values: self.0, asked: vec![ONCE.into(), VERSION.into()], errors: Vec::new() }
    }
}

/// Reads field after field; the order of reading is the order of the error summary.
pub struct FormReader {
    values: BTreeMap<String, Vec<String>>,
    asked: Vec<String>,
    errors: Vec<(String, String)>,
}

impl FormReader {
    fn ask(&mut self, name: &str) -> &str {
        self.asked.push(name.to_string());
        self.values.get(name).and_then(|v| v.first()).map(|v| v.trim()).unwrap_or_default()
    }

    /// Adds a message to a field; the first one stays.
    pub fn error(&mut self, name: &str, message: impl Into<String>) {
        if !self.errors.iter().any(|(field, _)| field == name) {
            self.errors.push((name.to_string(), message.into()));
        }
    }

    fn checked_value<T>(&mut self, name: &str, missing: &str, value: Result<Option<T>, &str>) -> Option<T> {
        match value {
            Ok(Some(value)) => return Some(value),
            Ok(None) => self.error(name, missing),
            Err(message) => self.error(name, message),
        }
        None
    }

    fn opt_value<T>(&mut self, name: &str, value: Result<Option<T>, &str>) -> Option<T> {
        value.unwrap_or_else(|message| {
            self.error(name, message);
            None
        })
    }

    /// One line of text that must be there: `text("name", "Enter the system's name")`.
    pub fn text(&mut self, name: &str, missing: &str) -> Option<String> {
        let value = domain::text::line(self.ask(name)).map_err(sentence);
        self.checked_value(name, missing, value)
    }

    /// One line of text that may be left out.
    pub fn opt(&mut self, name: &str) -> Option<String> {
        let value = domain::text::line(self.ask(name)).map_err(sentence);
        self.opt_value(name, value)
    }

    /// Several lines of text that must be there.
    pub fn prose(&mut self, name: &str, missing: &str) -> Option<String> {
        let value = domain::text::prose(self.ask(name)).map_err(sentence);
        self.checked_value(name, missing, value)
    }

    /// Several lines of text that may be left out.
    pub fn opt_prose(&mut self, name: &str) -> Option<String> {
        let value = domain::text::prose(self.ask(name)).map_err(sentence);
        self.opt_value(name, value)
    }

    /// A password, exactly as it was typed; it is never shown again.
    pub fn password(&mut self, name: &str, missing: &str) -> Option<String> {
        self.asked.push(name.to_string());
        let value = self.values.remove(name).and_then(|mut v| v.pop()).filter(|v| !v.is_empty());
        self.checked_value(name, missing, Ok(value))
    }

    /// Whatever can be read from text: words of the domain, references, typed ids.
    pub fn pick<T: FromStr>(&mut self, name: &str, missing: &str) -> Option<T> {
        let text = self.ask(name);
        let value = if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| missing) };
        self.checked_value(name, missing, value)
    }

    /// The same, where it may be left out; what can't be read is a fault all the same.
    pub fn opt_pick<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let text = self.ask(name);
        let value =
            if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| "Choose one of the list") };
        self.opt_value(name, value)
    }

    /// The ticked boxes of a group.
    pub fn picks<T: FromStr>(&mut self, name: &str) -> Vec<T> {
        let parsed: Vec<Option<T>> = self.all(name).iter().map(|text| text.parse().ok()).collect();
        if parsed.iter().any(Option::is_none) {
            self.error(name, "Choose from the list");
        }
        parsed.into_iter().flatten().collect()
    }

    /// All values of a repeated field, without the empty ones.
    pub fn all(&mut self, name: &str) -> Vec<String> {
        self.ask(name);
        let values = self.values.get(name).into_iter().flatten();
        values.map(|v| v.trim().to_string()).filter(|v| !v.is_empty()).collect()
    }

    /// A UUID that must be there.
    pub fn uuid(&mut self, name: &str, missing: &str) -> Option<Uuid> {
        self.pick(name, missing)
    }

    /// A UUID that may be left out.
    pub fn opt_uuid(&mut self, name: &str) -> Option<Uuid> {
        self.opt_pick(name)
    }

    /// A whole number within limits.
    pub fn int(&mut self, name: &str, missing: &str, limits: RangeInclusive<i64>) -> Option<i64> {
        let out = format!("Enter a whole number from {} to {}", limits.start(), limits.end());
        let value = match self.ask(name) {
            "" => Ok(None),
            text => text.parse().ok().filter(|n| limits.contains(n)).map(Some).ok_or(out.as_str()),
        };
        self.checked_value(name, missing, value)
    }

    /// A date that must be there.
    pub fn date(&mut self, name: &str, missing: &str) -> Option<NaiveDate> {
        let value = day(self.ask(name));
        self.checked_value(name, missing, value)
    }

    /// A date that may be left out.
    pub fn opt_date(&mut self, name: &str) -> Option<NaiveDate> {
        let value = day(self.ask(name));
        self.opt_value(name, value)
    }

    /// An answered yes/no question.
    pub fn yes_no(&mut self, name: &str, missing: &str) -> Option<bool> {
        let value = match self.ask(name) {
            "yes" => Ok(Some(true)),
            "no" => Ok(Some(false)),
            _ => Ok(None),
        };
        self.checked_value(name, missing, value)
    }

    /// Whether a single checkbox is ticked.
    pub fn ticked(&mut self, name: &str) -> bool {
        !self.ask(name).is_empty()
    }

    /// The text typed to confirm something that can't be undone; it must be `expected`.
    pub fn confirmed(&mut self, name: &str, expected: &str) -> Option<()> {
        let same = self.ask(name).eq_ignore_ascii_case(expected);
        let message = format!("Type {expected} to confirm");
        self.checked_value(name, &message, Ok(same.then_some(())))
    }

    /// The token that makes this form count once. A form without one was not made by us.
    pub fn once(&mut self) -> Option<store::Once> {
        self.uuid(ONCE, "This form is incomplete. Open the page again").map(store::Once::from)
    }

    /// The version that this edit was made on.
    pub fn version(&mut self) -> Option<i32> {
        self.pick(VERSION, "This form is incomplete. Open the page again")
    }

    /// The values that must be there, or the form as it is to be shown again. Fields that nobody asked for are refused.
    ///
    /// `let (name, owner) = match form.finish((name, owner)) { Ok(read) => read, Err(form) => return … };`
    pub fn finish<C: Complete>(&mut self, required: C) -> Result<C::Values, FormState> {
        let unknown = self.values.keys().find(|name| !self.asked.contains(name)).cloned();
        if let Some(name) = unknown {
            self.error(
                "",
                format!("This form has no field \u{201c}{}\u{201d}", name.chars().take(40).collect::<String>()),
            );
        }
        match required.complete() {
            Some(values) if self.errors.is_empty() => Ok(values),
            _ => Err(self.state()),
        }
    }

    /// The form as it was sent, with the messages so far.
    pub fn state(&self) -> FormState {
        FormState::from_parts(self.values.clone(), self.errors.clone())
    }

    /// The form as it was sent, with the messages of a refusal by the register, in the order of the page.
    pub fn refused(&self, errors: &FieldErrors) -> FormState {
        let place = |field: &String| self.asked.iter().position(|asked| asked == field);
        let mut sorted: Vec<_> = errors.0.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        sorted.sort_by_key(|(field, _)| place(field));
        FormState::from_parts(self.values.clone(), sorted)
    }
}

/// Values that must all be there: an `Option`, or a tuple of them (tuples may be nested).
pub trait Complete {
    /// The values without their `Option`.
    type Values;
    /// All of them, or nothing.
    fn complete(self) -> Option<Self::Values>;
}

impl<T> Complete for Option<T> {
    type Values = T;
    fn complete(self) -> Option<T> {
        self
    }
}

macro_rules! complete {
    ($($name:ident)*) => {
        impl<$($name: Complete),*> Complete for ($($name,)*) {
            type Values = ($($name::Values,)*);
            #[allow(non_snake_case, clippy::unused_unit, reason = "one macro for every length")]
            fn complete(self) -> Option<Self::Values> {
                let ($($name,)*) = self;
                Some(($($name.complete()?,)*))
            }
        }
    };
}

complete!();
complete!(A);
complete!(A B);
complete!(A B C);
complete!(A B C D);
complete!(A B C D E);
complete!(A B C D E F);
complete!(A B C D E F G);
complete!(A B C D E F G H);

/// "must be a date" becomes a message that stands alone.
fn sentence(message: &'static str) -> &'static str {
    match message {
        "must be 200 characters or fewer" => "Use 200 characters or fewer",
        "must be 10,000 characters or fewer" => "Use 10,000 characters or fewer",
        "must not contain control characters" => "Remove the control characters from this text",
        other => other,
    }
}

/// `<input type=date>` sends 2026-03-12.
///
/// # Errors
/// The message for a text that is no date.
pub fn day(text: &str) -> Result<Option<NaiveDate>, &'static str> {
    const WRONG: &str = "Enter a date such as 2026-03-12";
    if text.is_empty() {
        return Ok(None);
    }
    let mut parts = text.splitn(3, '-').map(str::parse::<u32>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (parts.next(), parts.next(), parts.next()) else {
        return Err(WRONG);
    };
    if !(1900..=2200).contains(&year) {
        return Err("Enter a date between 1900 and 2200");
    }
    NaiveDate::from_ymd_opt(year as i32, month, day).map(Some).ok_or(WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(body: &str) -> FormReader {
        RawForm::parse(body.as_bytes()).unwrap().reader()
    }

    #[test]
    fn a_complete_form_is_read() {
        let mut form = reader("name=+Fraud++model+&due=2026-03-12&tags=a&tags=b&ok=yes&once=x");
        let name = form.text("name", "Enter a name");
        let due = form.date("due", "Enter a date");
        let tags = form.all("tags");
        let ok = form.yes_no("ok", "Answer");
        let (name, due, ok) = form.finish((name, due, ok)).unwrap();
        assert_eq!(name, "Fraud model");
        assert_eq!(due, NaiveDate::from_ymd_opt(2026, 3, 12).unwrap());
        assert_eq!(tags, ["a", "b"]);
        assert!(ok);
    }

    #[test]
    fn every_fault_is_told_in_the_order_of_the_page_and_nothing_typed_is_lost() {
        let mut form = reader("name=&due=2026-13-01&score=9&note=kept");
        let name = form.text("name", "Enter a name");
        let due = form.date("due", "Enter a date");
        let score = form.int("score", "Enter a score", 1..=5);
        let _note = form.opt("note");
        let state = form.finish((name, due, score)).unwrap_err();
        let fields: Vec<_> = state.errors().iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["name", "due", "score"]);
        assert_eq!(state.value("due"), "2026-13-01");
        assert_eq!(state.value("note"), "kept");
    }

    #[test]
    fn a_field_that_nobody_asked_for_is_refused() {
        let mut form = reader("name=x&role=admin");
        let name = form.text("name", "Enter a name");
        let state = form.finish((name,)).unwrap_err();
        assert!(state.errors()[0].1.contains("role"));
    }

    #[test]
    fn a_password_is_never_shown_again() {
        let mut form = reader("password=+secret+&email=");
        assert_eq!(form.password("password", "Enter it").as_deref(), Some(" secret "));
        let email = form.text("email", "Enter an address");
        assert_eq!(form.finish((email,)).unwrap_err().value("password"), "");
    }

    #[test]
    fn limits_hold_at_their_edges() {
        let many = |n: usize| vec!["a=1"; n].join("&");
        assert!(RawForm::parse(many(FORM_FIELDS).as_bytes()).is_ok());
        assert_eq!(RawForm::parse(many(FORM_FIELDS + 1).as_bytes()).err(), Some(StatusCode::PAYLOAD_TOO_LARGE));
        let long = |n: usize| format!("a={}", "x".repeat(n - 2));
        assert!(RawForm::parse(long(FORM_BYTES).as_bytes()).is_ok());
        assert_eq!(RawForm::parse(long(FORM_BYTES + 1).as_bytes()).err(), Some(StatusCode::PAYLOAD_TOO_LARGE));
    }

    #[test]
    fn dates_are_strict() {
        for wrong in ["2026-02-30", "12.3.2026", "99999-01-01", "2026-3", "x"] {
            assert!(day(wrong).is_err(), "{wrong}");
        }
        assert_eq!(day(""), Ok(None));
    }
}
