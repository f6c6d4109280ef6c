//! The API, asked from a pipeline: with a token, patient with a busy server, and never led elsewhere.

use std::path::Path;
use std::time::Duration;

use domain::ids::SystemRef;
use serde_json::Value;
use ureq::http::{Response, Uri, header};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, SendBody};

use super::upload::File;
use crate::Failure;

/// Where the token is, if no file is named. No flag takes it: a command line is read by others.
const TOKEN: &str = "COUNTERSIGN_TOKEN";
/// How often a busy server is asked.
const TRIES: u32 = 4;
/// Longest between two tries, whatever the server wishes.
const PAUSE: Duration = Duration::from_secs(10);
/// To be connected.
const CONNECT: Duration = Duration::from_secs(15);
/// For the answer, once all is sent: a large file is read first.
const ANSWER: Duration = Duration::from_secs(300);
/// Most bytes of an answer.
const ANSWER_MAX: u64 = 64 * 1024 * 1024;

/// A server and a token.
pub struct Client {
    agent: Agent,
    base: String,
    token: String,
}

impl Client {
    /// Checks the address and finds the token; nothing is sent yet.
    ///
    /// # Errors
    /// A wrong address, no token, certificates that can't be read.
    pub fn new(url: &str, token_file: Option<&Path>, ca: Option<&Path>) -> Result<Self, Failure> {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER));
        if let Some(path) = ca {
            config = config.tls_config(TlsConfig::builder().root_certs(certificates(path)?).build());
        }
        Ok(Self { base: base(url)?, token: token(token_file)?, agent: config.build().into() })
    }

    /// The gate's answer.
    ///
    /// # Errors
    /// No connection, or an answer that is an error.
    pub fn gate(&self, system: SystemRef, model: Option<&str>) -> Result<Value, Failure> {
        self.patiently(|| {
            let mut request = self.agent.get(format!("{}/api/v1/systems/{system}/gate", self.base));
            if let Some(model) = model {
                request = request.query("model", model);
            }
            request.header(header::AUTHORIZATION, format!("Bearer {}", self.token)).call()
        })
    }

    /// Brings a file.
    ///
    /// # Errors
    /// No connection, or an answer that is an error.
    pub fn upload(&self, system: SystemRef, file: &File) -> Result<Value, Failure> {
        let key = file.key(system);
        self.patiently(|| {
            let body = file.body().map_err(|error| ureq::Error::Other(error.into()))?;
            self.agent
                .post(format!("{}/api/v1/systems/{system}/evidence", self.base))
                .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
                .header("Idempotency-Key", &key)
                .header(header::CONTENT_TYPE, body.kind)
                .header(header::CONTENT_LENGTH, body.length)
                .send(SendBody::from_owned_reader(body.reader))
        })
        .map_err(|error| Failure::new(format!("{}: {error}", file.name)))
    }

    /// Asks until the server has time. Whatever is asked here may be asked twice.
    fn patiently(&self, send: impl Fn() -> Result<Response<Body>, ureq::Error>) -> Result<Value, Failure> {
        let mut left = TRIES;
        loop {
            let mut answer = send().map_err(|error| Failure::new(format!("{}: {error}", self.base)))?;
            left -= 1;
            let wait = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            if answer.status() == 503 && left > 0 {
                std::thread::sleep(wait.map_or(PAUSE, Duration::from_secs).min(PAUSE));
                continue;
            }
            let text = answer.body_mut().with_config().limit(ANSWER_MAX).read_to_string();
            let text = text.map_err(|error| Failure::new(format!("{}: {error}", self.base)))?;
            if answer.status().is_success() {
                let wrong = |_| Failure::new(format!("{}: this is no Countersign that has a gate", self.base));
                return serde_json::from_str(&text).map_err(wrong);
            }
            let to = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            return Err(refused(answer.status().as_u16(), to, &text));
        }
    }
}

/// What a problem says, in one line.
fn refused(status: u16, to: Option<&str>, text: &str) -> Failure {
    let problem: Value = serde_json::from_str(text).unwrap_or_default();
    let said = |field: &str| problem[field].as_str().map(str::to_owned);
    let fields = problem["errors"].as_array().into_iter().flatten().filter_map(|error| {
        let (field, message) = (error["field"].as_str()?, error["message"].as_str()?);
        (!field.is_empty()).then(|| format!("{field}: {message}"))
    });
    let mut parts: Vec<String> = fields.collect();
    if parts.is_empty() {
        parts.extend(said("detail").or_else(|| said("title")));
    }
    match (status, to) {
        (300..400, Some(to)) => parts.push(format!("it leads to {to}: give that address")),
        (404, _) => parts.push("there is no such system, or the token's person may not see it".to_owned()),
        _ => {}
    }
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    Failure::new(format!("the server answered {status}: {}", parts.join("; ")).chars().map(plain).collect::<String>())
}

fn base(url: &str) -> Result<String, Failure> {
    let trimmed = url.trim_end_matches('/');
    let uri: Option<Uri> = trimmed.parse().ok();
    let fits = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
            && uri.query().is_none()
    });
    match fits {
        true => Ok(trimmed.to_owned()),
        false => Err(Failure::new("--url (COUNTERSIGN_URL): this is no address such as https://risk.example.org")),
    }
}

fn token(file: Option<&Path>) -> Result<String, Failure> {
    let (text, place) = match file {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|error| Failure::new(format!("--token-file {}: {error}", path.display())))?;
            (text, format!("--token-file {}", path.display()))
        }
        None => match std::env::var(TOKEN) {
            Ok(text) => (text, TOKEN.to_owned()),
            Err(_) => return Err(Failure::new(format!("no token: set {TOKEN}, or name a file by --token-file"))),
        },
    };
    let text = text.trim();
    match domain::token::hash(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(Failure::new(format!("{place}: this is no token of Countersign"))),
    }
}

fn certificates(path: &Path) -> Result<RootCerts, Failure> {
    let wrong = |why: &dyn std::fmt::Display| Failure::new(format!("--ca {}: {why}", path.display()));
    let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
    let mut all = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| wrong(&error))? {
            all.push(certificate);
        }
    }
    if all.is_empty() {
        return Err(wrong(&"there is no certificate (PEM) in it"));
    }
    Ok(RootCerts::new_with_certs(&all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_place_and_holds_no_secret() {
        for (given, read) in [
            ("https://risk.example.org", "https://risk.example.org"),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
            ("https://example.org/risk/", "https://example.org/risk"),
        ] {
            assert_eq!(base(given).unwrap(), read);
        }
        for wrong in
            ["risk.example.org", "ftp://risk.example.org", "https://", "https://me:secret@host", "https://h?x=1", ""]
        {
            let said = base(wrong).unwrap_err().to_string();
            assert!(!said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn a_refusal_is_one_line_that_names_the_fields() {
        let problem =
            r#"{"title":"Unprocessable","detail":"Some","errors":[{"field":"kind","message":"Choose\none"}]}"#;
        assert_eq!(refused(422, None, problem).to_string(), "the server answered 422: kind: Choose one");
        assert_eq!(
            refused(409, None, r#"{"title":"Conflict","detail":"Locked"}"#).to_string(),
            "the server answered 409: Locked"
        );
        assert!(refused(308, Some("https://other"), "").to_string().contains("leads to https://other"));
        assert!(refused(502, None, "<html>").to_string().starts_with("the server answered 502"));
    }
}
