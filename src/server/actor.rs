//! Session → actor before the handler; the handler's wish → session after it.

use app::server::session::{ClientAddress, SessionChange, SessionId};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use domain::actor::Actor;
use domain::ids::PersonId;
use hyper::body::Body as _;
use serde_json::json;
use tower_sessions::Session;

use super::session::{ACTOR, CLIENT, PERSON, SESSION_ID, actor};
use super::{plain, request};

/// Puts `Option<Actor>` into the request, and brings about what the response asks of the session.
pub async fn bind(session: Session, mut request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ClientAddress>().map(|client| client.0);
    let agent = request::user_agent(request.headers());
    let person = match known(&session).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "the session cannot be read");
            return plain::AWAY.response();
        }
    };
    let person = person.map(|(mut actor, id)| {
        actor.address = address;
        request.extensions_mut().insert(id);
        actor
    });
    if let Some(actor) = &person {
        tracing::Span::current().record("person", tracing::field::display(actor.id));
    }
    request.extensions_mut().insert::<Option<Actor>>(person);

    let mut response = next.run(request).await;
    let Some(change) = response.extensions_mut().remove::<SessionChange>() else { return response };
    let client = json!({ "address": address, "agent": agent });
    match apply(&session, change, client).await {
        Ok(()) => response,
        Err(error) => {
            tracing::error!(%error, ?change, "the session cannot be changed");
            plain::LOST.response()
        }
    }
}

/// Around the session's layer, which answers 500 without a word when a session can't be kept. What the handler did before,
/// such as a vote, is done.
pub async fn say_lost(response: Response) -> Response {
    let wordless = response.status() == StatusCode::INTERNAL_SERVER_ERROR && response.body().is_end_stream();
    if wordless { plain::LOST.response() } else { response }
}

/// No statement where there is no cookie.
async fn known(session: &Session) -> Result<Option<(Actor, SessionId)>, tower_sessions::session::Error> {
    if session.id().is_none() {
        return Ok(None);
    }
    let Some(found) = session.get_value(ACTOR).await?.and_then(actor) else { return Ok(None) };
    let id = session.get(SESSION_ID).await?;
    Ok(id.map(|id| (found, SessionId(id))))
}

async fn apply(
    session: &Session,
    change: SessionChange,
    client: serde_json::Value,
) -> Result<(), tower_sessions::session::Error> {
    match change {
        SessionChange::Begin(person) => begin(session, person, client).await,
        SessionChange::Renew => session.cycle_id().await,
        SessionChange::End => session.flush().await,
    }
}

/// Nothing of an earlier session goes on, its secret least of all.
async fn begin(
    session: &Session,
    person: PersonId,
    client: serde_json::Value,
) -> Result<(), tower_sessions::session::Error> {
    session.clear().await;
    session.cycle_id().await?;
    session.insert(PERSON, person).await?;
    session.insert(CLIENT, client).await
}
