//! What a request brings: JSON and query with every wrong field named, the version of an edit, the key that makes a
//! creation count once.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header, request::Parts};
use domain::canonical::sha256;
use domain::error::FieldErrors;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use store::Once;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use uuid::Uuid;

use super::Api;
use super::problem::Problem;

/// Most characters of an `Idempotency-Key`.
pub const KEY_MAX: usize = 255;
/// Most bytes of a list's cursor.
const CURSOR_MAX: usize = 400;
/// The header's name.
pub const KEY: &str = "Idempotency-Key";

/// A JSON body.
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// The request's key, bound to what was sent with it.
    pub once: Option<Once>,
}

impl<T: DeserializeOwned + ToSchema> FromRequest<Api> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        is_json(request.headers())?;
        let (method, uri, key) = (request.method().clone(), request.uri().clone(), key(request.headers())?);
        let bytes = Bytes::from_request(request, api).await.map_err(|_| Problem::new(StatusCode::BAD_REQUEST))?;
        Ok(Self { once: key.map(|key| once(&key, &method, &uri, &bytes)), value: read(&bytes)? })
    }
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind.eq_ignore_ascii_case("application/json") {
        true => Ok(()),
        false => {
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE).because("Send JSON: Content-Type: application/json"))
        }
    }
}

/// Reads JSON; every wrong field is named, not only the first.
///
/// # Errors
/// 400 for what is no JSON object, 422 by field.
pub fn read<T: DeserializeOwned + ToSchema>(bytes: &[u8]) -> Result<T, Problem> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST).because(format!("This is no JSON: {error}")))?;
    let Value::Object(map) = value else { return Err(Problem::field("", "Send a JSON object")) };
    fields(map, &required::<T>())
}

/// Takes the fields; what is wrong with one is noted, and the rest is looked at without it.
fn fields<T: DeserializeOwned>(mut map: Map<String, Value>, required: &[String]) -> Result<T, Problem> {
    let mut errors = FieldErrors::default();
    for field in required.iter().filter(|field| !map.contains_key(*field)) {
        errors.add(field, "This field is required");
    }
    loop {
        match serde_path_to_error::deserialize::<_, T>(Value::Object(map.clone())) {
            Ok(value) if errors.is_empty() => return Ok(value),
            Ok(_) => return Err(Problem::fields(errors)),
            Err(error) => {
                let (path, message) = (error.path().to_string(), error.inner().to_string());
                let first = path.split(['.', '[']).next().unwrap_or_default().to_owned();
                let name = if map.contains_key(&first) { path } else { unknown(&message).unwrap_or_default() };
                let gone = map.remove(&first).or_else(|| map.remove(&name));
                if gone.is_none() {
                    // A required field that is missing or was wrong: noted before.
                    if errors.is_empty() {
                        errors.add("", message);
                    }
                    return Err(Problem::fields(errors));
                }
                errors.add(&name, plainly(&message));
            }
        }
    }
}

/// The name in serde's "unknown field `x`, expected …".
fn unknown(message: &str) -> Option<String> {
    Some(message.strip_prefix("unknown field `")?.split('`').next()?.to_owned())
}

/// serde's message without Rust's names of types.
fn plainly(message: &str) -> String {
    match message.starts_with("unknown field") {
        true => "There is no such field".to_owned(),
        false => message.replace(" at line 0 column 0", ""),
    }
}

/// The fields that the document says are required: the same list that callers read.
fn required<T: ToSchema>() -> Vec<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.required,
        _ => Vec::new(),
    }
}

/// The query; unknown and wrong parameters are named.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Api> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let mut query = parts.uri.query().unwrap_or_default().to_owned();
        let mut errors = FieldErrors::default();
        // `unit=` would be read as no unit, and the whole list sent to somebody who asked for a part.
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            if value.is_empty() {
                errors.add(&key, "Give it a value, or leave it out");
            } else if key == "after" && value.len() > CURSOR_MAX {
                errors.add(&key, "This is no cursor of this list");
            }
        }
        loop {
            let pairs = form_urlencoded::parse(query.as_bytes());
            let read = serde_path_to_error::deserialize::<_, T>(serde_html_form::Deserializer::new(pairs));
            let error = match read {
                Ok(value) if errors.is_empty() => return Ok(Self(value)),
                Ok(_) => return Err(Problem::fields(errors)),
                Err(error) => error,
            };
            let message = error.inner().to_string();
            let path = error.path().to_string();
            let name =
                unknown(&message).unwrap_or_else(|| path.split(['.', '[']).next().unwrap_or_default().to_owned());
            let rest: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
                .filter(|(key, _)| *key != name)
                .map(|(key, value)| (key.into_owned(), value.into_owned()))
                .collect();
            let before = form_urlencoded::parse(query.as_bytes()).count();
            errors.add(&name, plainly(&message));
            if rest.len() == before {
                return Err(Problem::fields(errors));
            }
            query = form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
        }
    }
}

/// The version that an edit was made on: `If-Match: "3"` (RFC 9110, section 13.1.1). Without one it is 428.
pub struct IfMatch(pub i32);

impl FromRequestParts<Api> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let sent = parts.headers.get(header::IF_MATCH).ok_or_else(Problem::without_version)?;
        let version = sent.to_str().ok().and_then(|tag| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        // Any other tag is a version that was never handed out: it matches nothing.
        version.map(Self).ok_or_else(|| {
            Problem::new(StatusCode::PRECONDITION_FAILED)
                .because("If-Match must be the ETag of what you read, like \"3\"")
        })
    }
}

/// The key of a request without a body.
pub struct Key(pub Option<Once>);

impl FromRequestParts<Api> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let key = key(&parts.headers)?;
        Ok(Self(key.map(|key| once(&key, &parts.method, &parts.uri, b""))))
    }
}

/// The key as sent.
///
/// # Errors
/// 422 when it is empty, too long or not visible ASCII; so is more than one.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut sent = headers.get_all(KEY).iter();
    let (Some(first), more) = (sent.next(), sent.next()) else { return Ok(None) };
    match first.to_str() {
        Ok(key)
            if more.is_none() && (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) =>
        {
            Ok(Some(key.to_owned()))
        }
        _ => Err(Problem::field(KEY, format!("Send 1 to {KEY_MAX} visible ASCII characters"))),
    }
}

/// The key as the register keeps it, per person, and what it was sent with.
pub fn once(key: &str, method: &Method, uri: &Uri, body: &[u8]) -> Once {
    let name = sha256(format!("countersign api key\n{key}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&name[..16]);
    let head = format!("{method} {uri}\n");
    Once::of(uuid::Builder::from_custom_bytes(bytes).into_uuid(), sha256(&[head.as_bytes(), body].concat()))
}

/// A person's or unit's id in a body.
///
/// # Errors
/// 422 at the field.
pub fn id<T: From<Uuid>>(field: &str, given: &str) -> Result<T, Problem> {
    Uuid::parse_str(given).map(T::from).map_err(|_| Problem::field(field, "This is no id"))
}

/// A reference in a path; one that can't be read names nothing.
///
/// # Errors
/// 404.
pub fn reference<T: std::str::FromStr>(given: &str) -> Result<T, Problem> {
    given.parse().map_err(|_| Problem::new(StatusCode::NOT_FOUND))
}
