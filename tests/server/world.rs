//! A small register behind the whole server: one system in review, one draft, one approved, and somebody of each kind.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use app::server::{AppState, Assets, state};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use chrono::Days;
use countersign::config::{Config, Settings};
use countersign::server::front::Front;
use countersign::server::{Edge, router, session};
use countersign::signing::Signer;
use domain::actor::{Actor, Role};
use domain::evidence::Kind;
use domain::ids::{CriterionRef, DecisionRef, EvidenceRef, PersonId, ReviewRef, SystemRef, UnitId};
use domain::measure::criterion::Criterion;
use domain::review::{Choice, Outcome, Part};
use domain::token::{NewToken, Scope};
use domain::triage::Tier;
use http_body_util::BodyExt as _;
use sqlx::PgPool;
use store::audit::Entry;
use store::reviews::decide::{Closing, decide};
use store::tx::Who;
use store::{Store, evidence, imports, measure, people, reviews, tokens};
use tower::ServiceExt as _;
use tower_sessions::SessionStore as _;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use uuid::Uuid;

use crate::browser;
use crate::scene::{self, Scene};

/// Two rows of a system each.
const INVENTORY: &str =
    "Name,Purpose,Business unit,Stage\nLetter sorter,Sorts letters,Post Office,Production\n,,Post Office,Pilot\n";

/// What the server signs with.
pub const SECRET: [u8; 32] = [7; 32];

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn to(&self) -> &str {
        self.headers.get(header::LOCATION).map(|to| to.to_str().unwrap()).unwrap_or_default()
    }

    /// The first messages of a page, for a test that fails.
    pub fn said(&self) -> String {
        let main = self.text.split("<main").nth(1).unwrap_or(&self.text);
        let mut text = String::new();
        for part in main.split('<').skip(1) {
            let words = part.split_once('>').map(|(_, words)| words.trim()).unwrap_or_default();
            if !words.is_empty() {
                text.push_str(words);
                text.push_str(" · ");
            }
        }
        text.chars().take(400).collect()
    }
}

/// The server and the register behind it.
pub struct World {
    pub scene: Scene,
    pub foreign: Actor,
    pub executive: Actor,
    pub auditor: Actor,
    pub admin: Actor,
    /// Not somebody who signs in.
    pub spare: PersonId,
    pub spare_unit: UnitId,
    /// A service account.
    pub service: PersonId,
    /// A token of the owner, and one of the service account.
    pub tokens: [Uuid; 2],
    pub invitation: String,
    /// A draft like the scene's system.
    pub draft: SystemRef,
    pub review: ReviewRef,
    pub thread: Uuid,
    pub decision: DecisionRef,
    pub evidence: EvidenceRef,
    /// A criterion of the draft.
    pub criterion: CriterionRef,
    pub stage: Uuid,
    pub run: Uuid,
    client: Client,
}

/// A browser for everybody.
pub struct Client {
    app: Router,
    sessions: session::Register,
}

impl std::ops::Deref for World {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

fn settings() -> Config {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }
    Config::new(&<Line as clap::Parser>::parse_from(["countersign"]).settings).unwrap()
}

/// The program's router on a store.
pub fn server(store: &Store, env: Arc<dyn store::Env>) -> (Router, session::Register) {
    let config = settings();
    let edge = Edge::new(&config, env);
    let state = AppState {
        store: store.clone(),
        assets: Assets { base: countersign::server::assets::base().into(), islands: false },
        site: state::Site {
            organisation: "Meridian".into(),
            version: "1".into(),
            base_url: "http://localhost".into(),
            upload_limit: config.upload_limit,
            session_idle: config.session_idle,
            demo: false,
        },
    };
    let front = Front::default();
    front.open(router::pages(&edge, state, Arc::new(Signer::new(&SECRET))), store.clone());
    let minutes = |n: u64| Duration::from_secs(60 * n);
    (front.router(&edge), session::Register::new(store.clone(), minutes(30), minutes(720)))
}

impl World {
    pub async fn new(pool: &PgPool) -> Self {
        let scene = Scene::new(pool, Tier::High, false).await;
        let (reg, store) = (&scene.reg, scene.reg.store.clone());
        let foreign = reg.person("Frida Foreign", &[Role::Owner]).await;
        let executive = reg.person("Eva Executive", &[Role::Executive]).await;
        let auditor = reg.person("Anna Auditor", &[Role::Auditor]).await;
        let admin = reg.person("Ada Admin", &[Role::Admin]).await;
        let spare = reg.person("Sven Spare", &[Role::Owner]).await.id;
        let mut tx = store.begin().await.unwrap();
        let same = "update person set password_hash = (select password_hash from person where name = 'Olga Owner')
                    where password_hash is null";
        sqlx::query(same).execute(tx.conn()).await.unwrap();
        tx.commit(Who::Program("test"), Entry::new("people.manage", "person", None, "passwords")).await.unwrap();
        let invited = people::invite::Newcomer {
            email: "ines@example.org".into(),
            name: "Ines".into(),
            roles: vec![Role::Owner],
        };
        let invitation = people::invite::invite(&store, &admin, &invited).await.unwrap().secret;
        let spare_unit = reg.unit("Spare").await;
        let unit = reg.unit("Claims").await;

        let (owner, contributor) = (&scene.owner, &scene.contributor);
        let ready = |name| scene::ready(reg, owner, contributor, unit.0, name, Tier::High, false);
        let (draft, _) = ready("Draft scoring").await;
        let (approved, _) = ready("Approved scoring").await;
        scene::ready(reg, &foreign, &foreign, unit.0, "Foreign scoring", Tier::High, false).await;
        let evidence = evidence_of(&store, owner, draft).await;
        let criterion = criterion_of(&store, owner, draft).await;
        let decision = approve(&scene, approved).await;
        let review = scene.submit().await;
        let place = reviews::comment::Place::Part(Part::Risks);
        let thread =
            reviews::comment::write(&store, &scene.members[0], review, place, "Why so low?", None).await.unwrap();
        let (stage, run) = import(&store, &admin).await;
        let (service, tokens) = tokens_of(&store, owner, &admin).await;
        let client = Client::new(server(&store, reg.clock.clone()));
        Self {
            foreign,
            executive,
            auditor,
            admin,
            spare,
            spare_unit,
            service,
            tokens,
            invitation,
            draft,
            review,
            decision,
            evidence,
            criterion,
            stage,
            run,
            client,
            scene,
            thread: thread.0,
        }
    }

    pub fn store(&self) -> &Store {
        &self.scene.reg.store
    }

    /// Rows written so far, by the audit trail.
    pub async fn events(&self) -> i64 {
        self.scene.reg.count("select count(*) from audit_event").await
    }

    /// The lowest number of a table's rows of the draft.
    pub async fn first(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).bind(self.draft.0).fetch_one(&self.scene.reg.owner).await.unwrap()
    }

    pub async fn risk(&self) -> String {
        format!(
            "R-{}",
            self.first("select min(k.number) from risk k join system s on s.id = k.system_id where s.number = $1")
                .await
        )
    }

    pub async fn mitigation(&self) -> String {
        let sql = "select min(m.number) from mitigation m join system s on s.id = m.system_id where s.number = $1";
        format!("M-{}", self.first(sql).await)
    }
}

impl Client {
    pub fn new((app, sessions): (Router, session::Register)) -> Self {
        Self { app, sessions }
    }

    /// A new session's cookie.
    pub async fn cookie(&self, actor: &Actor) -> String {
        let data = HashMap::from([(session::PERSON.to_owned(), serde_json::to_value(actor.id).unwrap())]);
        let mut record = Record { id: Id(0), data, expiry_date: OffsetDateTime::now_utc() };
        self.sessions.create(&mut record).await.unwrap();
        format!("session={}", record.id)
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.app.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// A request as our own pages make it.
    pub async fn request(&self, who: Option<&Actor>, method: &str, path: &str, kind: &str, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        request = request.header("sec-fetch-site", "same-origin").header(header::CONTENT_TYPE, kind);
        if let Some(actor) = who {
            request = request.header(header::COOKIE, self.cookie(actor).await);
        }
        self.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, who: &Actor, path: &str) -> Answer {
        self.request(Some(who), "GET", path, "text/plain", Body::empty()).await
    }

    pub async fn post(&self, who: &Actor, path: &str, fields: &[(String, String)]) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        self.request(Some(who), "POST", path, kind, Body::from(browser::encode(fields))).await
    }

    /// The form of a page as somebody sees it, with something typed into it.
    pub async fn filled(&self, who: &Actor, page: &str, action: &str, typed: &[(&str, &str)]) -> browser::Fields {
        let answer = self.get(who, page).await;
        let form = browser::form(&answer.text, action);
        let form = form.unwrap_or_else(|| panic!("{page} ({}) has no form {action}: {}", answer.status, answer.said()));
        browser::typed(form, typed)
    }
}

async fn evidence_of(store: &Store, owner: &Actor, system: SystemRef) -> EvidenceRef {
    let label = evidence::Label {
        title: "Error rates".into(),
        kind: Kind::Document,
        speaks_of: store.today() - Days::new(1),
        valid_until: None,
        note: None,
        risks: Vec::new(),
        mitigations: Vec::new(),
    };
    let bytes = futures::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"group,errors\na,1\n"))]);
    evidence::receive(store, owner, system, &label, "rates.csv", bytes, None).await.unwrap()
}

async fn criterion_of(store: &Store, owner: &Actor, system: SystemRef) -> CriterionRef {
    let vocabulary = measure::vocabulary::all(store).await.unwrap();
    let accuracy = Criterion::new(vocabulary.get("accuracy").unwrap(), 0.9);
    measure::criteria::add(store, owner, system, &accuracy, &[], None).await.unwrap()
}

/// A token of the owner's own, and one of a service account that the administrator answers for.
async fn tokens_of(store: &Store, owner: &Actor, admin: &Actor) -> (PersonId, [Uuid; 2]) {
    let new = NewToken::parse("Nightly", vec![Scope::SystemsRead], Some(30)).unwrap();
    let own = tokens::make(store, owner, &new, scene::PASSWORD).await.unwrap();
    let account = tokens::NewService::parse("Pipeline", vec![Role::Owner]).unwrap();
    let service = tokens::add_service(store, admin, &account).await.unwrap();
    let its = tokens::make_for(store, admin, service, &new, scene::PASSWORD).await.unwrap();
    (service, [own.id, its.id])
}

/// Submitted, voted on and approved.
pub async fn approve(scene: &Scene, system: SystemRef) -> DecisionRef {
    let store = &scene.reg.store;
    let review = reviews::submit::submit(store, &scene.owner, system, None).await.unwrap();
    for member in &scene.members {
        scene.vote(review, member, Choice::Approve).await;
    }
    let dossier = scene.hash(review).await;
    let closing = Closing { dossier, outcome: Outcome::Approved, statement: None, valid_until: None };
    decide(store, &scene.chair, review, &closing, scene::PASSWORD, None).await.unwrap()
}

/// A file that waits, and one that was imported.
async fn import(store: &Store, admin: &Actor) -> (Uuid, Uuid) {
    let put = async || imports::stage::put(store, admin, "inventory.csv", INVENTORY.into()).await.unwrap();
    let first = imports::stage::load(store, admin, put().await).await.unwrap();
    imports::stage::map(store, admin, first.id, &first.mapping).await.unwrap();
    let run = imports::run::staged(store, admin, first.id, None).await.unwrap();
    (put().await, run)
}
