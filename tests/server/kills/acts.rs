//! What people do while the program is killed: forms of the browser, and requests to the API.

use countersign::env::SystemEnv;
use domain::actor::{Actor, Role};
use domain::token::{NewToken, Scope};
use serde_json::json;
use store::{Env as _, imports, reviews};

use super::{FILE, Scenes};
use crate::browser::{Fields, encode};
use crate::program::{self, upload};
use crate::scene::PASSWORD;

/// Something that somebody does.
pub struct Act {
    pub kind: usize,
    /// What the rows are found by.
    pub subject: String,
    who: Actor,
    path: String,
    sent: Sent,
    file: Option<Vec<u8>>,
}

enum Sent {
    Form(Fields),
    /// A token, an idempotency key and a body.
    Call {
        token: String,
        key: String,
        body: serde_json::Value,
    },
}

impl Scenes {
    /// One of each, on systems of their own.
    pub async fn acts(&self, round: &str) -> Vec<Act> {
        if self.api {
            return self.calls(round).await;
        }
        let (owner, member) = (&self.scene.owner, &self.scene.members[0]);
        let voted = self.system(&format!("Voted {round}")).await;
        let review = reviews::submit::submit(&self.store, owner, voted, None).await.unwrap();
        let path = format!("/reviews/{review}/vote");
        let ballot = [("choice", "approve"), ("reason", "As the dossier says"), ("password", PASSWORD)];
        let form = self.client.filled(member, &path, &path, &ballot).await;
        let vote =
            Act { kind: 0, subject: review.to_string(), who: member.clone(), path, sent: Sent::Form(form), file: None };

        let submitted = self.system(&format!("Submitted {round}")).await;
        let path = format!("/systems/{submitted}/submit");
        let form = self.client.filled(owner, &path, &path, &[("declared", "yes")]).await;
        let submission = Act {
            kind: 1,
            subject: submitted.to_string(),
            who: owner.clone(),
            path,
            sent: Sent::Form(form),
            file: None,
        };

        let title = format!("Upload {round}");
        let path = format!("/systems/{}/evidence/new", self.scene.system);
        let day = self.store.today().to_string();
        let typed = [("kind", "test"), ("speaks_of", day.as_str()), ("title", title.as_str())];
        let form = self.client.filled(owner, &path, &path, &typed).await;
        let mut file = title.clone().into_bytes();
        file.resize(FILE, b'.');
        let upload =
            Act { kind: 2, subject: title, who: owner.clone(), path, sent: Sent::Form(form), file: Some(file) };
        vec![vote, submission, upload, self.import(round).await]
    }

    /// By an administrator of its own: few files may wait for one person.
    async fn import(&self, round: &str) -> Act {
        let (name, store) = (format!("Import {round}"), &self.store);
        let who = self.scene.reg.person(&format!("Admin {round}"), &[Role::Admin]).await;
        let rows: String = (1..=3).map(|n| format!("{name} {n},Sorts letters,{name},Production\n")).collect();
        let text = format!("Name,Purpose,Business unit,Stage\n{rows}");
        let id = imports::stage::put(store, &who, &format!("{name}.csv"), text.into()).await.unwrap();
        let mut mapping = imports::stage::load(store, &who, id).await.unwrap().mapping;
        mapping.defaults.insert(domain::import::Field::Owner, who.email.clone());
        imports::stage::map(store, &who, id, &mapping).await.unwrap();
        let page = format!("/admin/import/{id}/preview");
        let path = format!("/admin/import/{id}/import");
        let form = self.client.filled(&who, &page, &path, &[]).await;
        Act { kind: 3, subject: name, who, path, sent: Sent::Form(form), file: None }
    }

    /// The same through the API; a registration in place of the import, which the API has not.
    async fn calls(&self, round: &str) -> Vec<Act> {
        let (owner, member) = (&self.scene.owner, &self.scene.members[0]);
        let voted = self.system(&format!("Voted {round}")).await;
        let review = reviews::submit::submit(&self.store, owner, voted, None).await.unwrap();
        let hash: String = sqlx::query_scalar(
            "select encode(d.sha256, 'hex') from dossier d join review r on r.id = d.review_id where 'RV-' || r.number = $1",
        )
        .bind(review.to_string())
        .fetch_one(&self.owner)
        .await
        .unwrap();
        let ballot = json!({ "dossier_sha256": hash, "choice": "approve", "reason": "As the dossier says", "password": PASSWORD });
        let submitted = self.system(&format!("Submitted {round}")).await;
        let (title, name) = (format!("Upload {round}"), format!("Registered {round}"));
        let label = json!({ "title": title, "kind": "test", "speaks_of": self.store.today() });
        let mut file = title.clone().into_bytes();
        file.resize(FILE, b'.');
        let system = json!({ "name": name, "purpose": "Sorts letters", "unit": self.unit.0, "owner": owner.id.0, "stage": "pilot" });
        vec![
            self.call(0, member, (review.to_string(), format!("/reviews/{review}/votes")), ballot, None).await,
            self.call(1, owner, (submitted.to_string(), format!("/systems/{submitted}/submit")), json!(null), None)
                .await,
            self.call(2, owner, (title, format!("/systems/{}/evidence", self.scene.system)), label, Some(file)).await,
            self.call(4, owner, (name, "/systems".to_owned()), system, None).await,
        ]
    }

    async fn call(
        &self,
        kind: usize,
        who: &Actor,
        (subject, path): (String, String),
        body: serde_json::Value,
        file: Option<Vec<u8>>,
    ) -> Act {
        let new = NewToken::parse("pipeline", Scope::ALL.to_vec(), None).unwrap();
        let token = store::tokens::make(&self.store, who, &new, PASSWORD).await.unwrap().secret;
        let key = SystemEnv.uuid().to_string();
        let path = format!("/api/v1{path}");
        Act { kind, subject, who: who.clone(), path, sent: Sent::Call { token, key, body }, file }
    }

    /// The bytes that are sent, the same each time.
    pub(super) async fn request(&self, act: &Act) -> Vec<u8> {
        match (&act.sent, &act.file) {
            (Sent::Form(form), file) => {
                let cookie = format!("cookie: {}\r\n", self.client.cookie(&act.who).await);
                let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                match file {
                    Some(file) => upload(&act.path, &cookie, &fields, "result.bin", file),
                    None => program::post(&act.path, &cookie, &encode(form)),
                }
            }
            (Sent::Call { token, key, body }, Some(file)) => {
                let who = format!("authorization: Bearer {token}\r\nidempotency-key: {key}\r\n");
                upload(&act.path, &who, &[("label", &body.to_string())], "result.bin", file)
            }
            (Sent::Call { token, key, body }, None) => {
                let body = if body.is_null() { String::new() } else { body.to_string() };
                format!(
                    "POST {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
                     idempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    act.path,
                    body.len()
                )
                .into_bytes()
            }
        }
    }
}
