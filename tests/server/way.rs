//! The two ways into the program: pages with a cookie, the API with a token. Whatever goes wrong behind the door must be
//! met alike on both, so that each fault is brought about on each.

use domain::actor::Actor;
use domain::ids::SystemRef;
use domain::token::{NewToken, Scope};
use serde_json::json;
use store::Store;

use crate::browser::{encode, typed};
use crate::program::{self, get, upload};
use crate::scene::PASSWORD;
use crate::world::{Client, World};

/// How somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Pages,
    Api,
}

/// Somebody, let in.
#[derive(Clone)]
pub struct Guest {
    pub way: Way,
    /// The header that says who it is, with its line's end.
    who: String,
}

impl Way {
    /// The table that is asked who somebody is.
    pub fn table(self) -> &'static str {
        match self {
            Way::Pages => "session",
            Way::Api => "api_token",
        }
    }

    /// Lets somebody in, by the clock of `store`, which is the program's.
    pub async fn guest(self, store: &Store, client: &Client, who: &Actor) -> Guest {
        let line = match self {
            Way::Pages => format!("cookie: {}\r\n", client.cookie(who).await),
            Way::Api => {
                let new = NewToken::parse("fault", Scope::ALL.to_vec(), None).unwrap();
                format!(
                    "authorization: Bearer {}\r\n",
                    store::tokens::make(store, who, &new, PASSWORD).await.unwrap().secret
                )
            }
        };
        Guest { way: self, who: line }
    }
}

impl Guest {
    /// A list that pages and API call the same: "systems".
    pub fn list(&self, name: &str) -> Vec<u8> {
        self.read(&format!("/{name}"), &format!("/api/v1/{name}"))
    }

    /// A page, or what stands for it in the API.
    pub fn read(&self, page: &str, api: &str) -> Vec<u8> {
        let path = if self.way == Way::Pages { page } else { api };
        let request = String::from_utf8(get(path, None)).unwrap();
        request.replacen("\r\n\r\n", &format!("\r\n{}\r\n", self.who), 1).into_bytes()
    }

    /// A registration of this name: sent again, it is the same one.
    pub fn registration(&self, world: &World, store: &Store, name: &str) -> Vec<u8> {
        let (unit, owner) = (world.spare_unit.to_string(), world.scene.owner.id.to_string());
        let once = store.new_id().to_string();
        if self.way == Way::Api {
            let body = json!({ "name": name, "purpose": "Scores", "unit": unit, "owner": owner, "stage": "pilot" });
            return self.call("/systems", &once, &body);
        }
        let form = [
            ("name", name),
            ("purpose", "Scores"),
            ("unit", &unit),
            ("owner", &owner),
            ("stage", "pilot"),
            ("once", &once),
        ];
        program::post("/systems/new", &self.who, &encode(&typed(Vec::new(), &form)))
    }

    /// A file of this size for a system.
    pub fn evidence(&self, system: SystemRef, store: &Store, size: usize) -> Vec<u8> {
        let (once, file) = (store.new_id().to_string(), vec![b'x'; size]);
        if self.way == Way::Api {
            let label = json!({ "title": "Result", "kind": "test", "speaks_of": "2026-03-01" }).to_string();
            let who = format!("{}idempotency-key: {once}\r\n", self.who);
            return upload(&format!("/api/v1/systems/{system}/evidence"), &who, &[("label", &label)], "a.txt", &file);
        }
        let fields = [("once", once.as_str()), ("kind", "test"), ("speaks_of", "2026-03-01")];
        upload(&format!("/systems/{system}/evidence/new"), &self.who, &fields, "a.txt", &file)
    }

    /// Where the file lies that an answer to [`Guest::evidence`] names.
    pub fn file(&self, answer: &program::Answer) -> String {
        let path = answer.header("location").unwrap().split('?').next().unwrap().replace("/e-", "/E-");
        format!("{path}/{}", if self.way == Way::Pages { "download" } else { "file" })
    }

    fn call(&self, path: &str, key: &str, body: &serde_json::Value) -> Vec<u8> {
        let (who, body) = (&self.who, body.to_string());
        format!(
            "POST /api/v1{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{who}idempotency-key: {key}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }
}
