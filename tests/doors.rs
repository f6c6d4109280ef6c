//! The doors as a browser meets them: the first administrator, signing in and out, what was typed when a session ended,
//! roles that change under way (checklist T5, T9, T10, T20, U11).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;

use std::time::Duration;

use app::server::state::Site as Settings;
use app::server::{AppState, Assets};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use chrono::{DateTime, Utc};
use common::{Answer, Site};
use countersign::env::SystemEnv;
use domain::actor::Role;
use domain::ids::PersonId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use store::Env;
use store::people::{bootstrap, invite::Newcomer, operator};
use store::tx::Who;

const RIGHT: &str = "walnut ferry oblique";

/// Guessed addresses come from here.
const FORM: &str = "application/x-www-form-urlencoded";

/// The moment when the test began.
struct Still(DateTime<Utc>);

impl Env for Still {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
    fn uuid(&self) -> uuid::Uuid {
        SystemEnv.uuid()
    }
    fn secret(&self) -> [u8; 32] {
        SystemEnv.secret()
    }
}

fn site(options: PgConnectOptions) -> Site {
    let files = std::sync::Arc::new(object_store::memory::InMemory::new());
    // The pages' own store, whose clock stands still: every page says when it was made. The site's moves the sessions'.
    let store = store::Store::connect(options.clone(), 3, std::sync::Arc::new(Still(SystemEnv.now())), files);
    let state = AppState {
        store,
        assets: Assets { base: "/assets/test".into(), islands: true },
        site: Settings {
            organisation: "Meridian".into(),
            version: "0".into(),
            base_url: "http://localhost".into(),
            upload_limit: 1_000_000,
            session_idle: Duration::from_secs(1800),
            demo: false,
        },
    };
    Site::new(options, &[], app::routes::router().with_state(state))
}

async fn member(site: &Site, key: &str, roles: &[Role]) -> PersonId {
    let new = Newcomer { email: format!("{key}@example.org"), name: format!("Member {key}"), roles: roles.to_vec() };
    operator::add(&site.store, Who::Program("test"), &new, RIGHT).await.unwrap()
}

/// Sends a form as a browser does, and keeps the cookie that comes back.
async fn post(site: &Site, path: &str, form: &str) -> Answer {
    let request = Request::builder().method(Method::POST).uri(path).header("host", "localhost");
    let mut request = request.header("sec-fetch-site", "same-origin").header(header::CONTENT_TYPE, FORM);
    if let Some(cookie) = site.cookie() {
        request = request.header(header::COOKIE, cookie);
    }
    let answer = site.send(request.body(Body::from(form.to_owned())).unwrap()).await;
    if let Some(set) = answer.headers.get(header::SET_COOKIE) {
        let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        site.set_cookie(Some(pair).filter(|pair| !pair.ends_with('=')));
    }
    answer
}

async fn get(site: &Site, path: &str) -> Answer {
    site.browse(Method::GET, path).await
}

async fn sign_in(site: &Site, key: &str) -> Answer {
    post(site, "/sign-in", &format!("email={key}%40example.org&password={}&next=%2Faccount", RIGHT.replace(' ', "+")))
        .await
}

fn location(answer: &Answer) -> &str {
    answer.headers[header::LOCATION].to_str().unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_first_administrator_comes_in_by_the_link_and_signs_out(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db);
    let link = bootstrap::link(&site.store).await.unwrap().unwrap();
    let path = format!("/invite/{}", link.secret);
    let page = get(&site, &path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Become the first administrator"));
    let short = post(&site, &path, "email=ada%40example.org&name=Ada&password=short&again=short").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text.contains("15 characters") && short.text.contains("ada@example.org"), "{}", short.text);
    let form = "email=ada%40example.org&name=Ada+Lovelace&password=walnut+ferry+oblique&again=walnut+ferry+oblique";
    let joined = post(&site, &path, form).await;
    assert_eq!((joined.status, location(&joined)), (StatusCode::SEE_OTHER, "/work"));
    let account = get(&site, "/account").await;
    assert!(account.text.contains("Ada Lovelace") && account.text.contains("This session"), "{}", account.text);
    let again = get(&site, &path).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert!(again.text.contains("This link does not work"));

    let before = site.cookie();
    let out = post(&site, "/sign-out", "").await;
    assert_eq!(location(&out), "/sign-in?notice=signed-out");
    site.set_cookie(before);
    assert_eq!(location(&get(&site, "/account").await), "/sign-in?next=%2Faccount", "the old cookie is dead");
    assert_eq!(location(&get(&site, "/").await), "/sign-in");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_wrong_guess_gets_the_same_page_and_the_sixth_waits(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db);
    member(&site, "ada", &[Role::Admin]).await;
    let page = get(&site, "/sign-in?next=https://evil.example/").await;
    assert!(!page.text.contains("<script"), "the sign-in page has no script");
    // What differs by request alone: nonce, and the address that was typed.
    let same = |answer: &Answer, key: &str| answer.text.replace(key, "KEY");
    let known = post(&site, "/sign-in", "email=ada%40example.org&password=wrong&next=").await;
    let unknown = post(&site, "/sign-in", "email=eve%40example.org&password=wrong&next=").await;
    assert_eq!(known.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(known.status, unknown.status);
    assert_eq!(same(&known, "ada"), same(&unknown, "eve"));
    assert!(known.text.contains("The address or the password is wrong"));
    for _ in 0..4 {
        post(&site, "/sign-in", "email=ada%40example.org&password=wrong&next=").await;
    }
    for key in ["ada", "ada"] {
        let locked = sign_in(&site, key).await;
        assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
        let wait: u64 = locked.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((1..=900).contains(&wait), "{wait}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t10_whoever_is_turned_away_is_told_the_same(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db);
    let secret = async |key: &str| {
        let new = Newcomer { email: format!("{key}@example.org"), name: "Invited".into(), roles: vec![] };
        operator::invite(&site.store, &new).await.unwrap().secret
    };
    member(&site, "ada", &[Role::Admin]).await;
    let gone = member(&site, "eva", &[]).await;
    site.sql("update person set deactivated_at = now() where id = $1", gone.0).await;
    let unused = secret("ivy").await;
    let mut told = Vec::new();
    // Wrong; nobody; deactivated and invited only, with the password that would be right.
    for (key, password) in [("ada", "wrong"), ("eve", "wrong"), ("eva", RIGHT), ("ivy", RIGHT)] {
        let form = format!("email={key}%40example.org&password={}&next=", password.replace(' ', "+"));
        let answer = post(&site, "/sign-in", &form).await;
        assert!(answer.text.contains("The address or the password is wrong"), "{key}");
        told.push((answer.status, answer.text.replace(key, "KEY"), answer.headers.contains_key(header::SET_COOKIE)));
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");

    let form = "name=Ivy&password=walnut+ferry+oblique&again=walnut+ferry+oblique";
    let used = secret("uma").await;
    assert_eq!(post(&site, &format!("/invite/{used}"), form).await.status, StatusCode::SEE_OTHER);
    site.set_cookie(None);
    let (old, of_gone) = (secret("old").await, secret("max").await);
    let late = "update invite set expires_at = now() - interval '1 minute', created_at = now() - interval '1 hour'
                where person_id = (select id from person where email = 'old@example.org') and $1::uuid is not null";
    site.sql(late, gone.0).await;
    site.sql(
        "update person set deactivated_at = now() where email = 'max@example.org' and $1::uuid is not null",
        gone.0,
    )
    .await;
    let mut told = Vec::new();
    for secret in ["ab".repeat(32), used, old, of_gone, "short".into()] {
        let path = format!("/invite/{secret}");
        for answer in [get(&site, &path).await, post(&site, &path, form).await] {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{secret}");
            told.push(answer.text.replace(&secret, "SECRET"));
        }
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:#?}");
    assert_eq!(get(&site, &format!("/invite/{unused}")).await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_is_led_to_another_site(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db);
    member(&site, "ada", &[]).await;
    for next in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example"] {
        let form = format!("email=ada%40example.org&password=walnut+ferry+oblique&next={next}");
        let answer = post(&site, "/sign-in", &form).await;
        assert_eq!((answer.status, location(&answer)), (StatusCode::SEE_OTHER, "/work"), "{next}");
        assert_eq!(location(&get(&site, &format!("/sign-in?next={next}")).await), "/work", "{next}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_was_typed_when_the_session_ended_is_kept_and_sent_on(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db);
    member(&site, "ada", &[Role::Admin]).await;
    let lost = post(&site, "/admin/units", "name=Treasury+%26+%3Cb%3ERisk&password=secret").await;
    assert_eq!(lost.status, StatusCode::UNAUTHORIZED);
    assert!(lost.text.contains("What you typed is kept"), "{}", lost.text);
    assert!(lost.text.contains("name=\"kept.name\" value=\"Treasury &amp; &lt;b&gt;Risk\""), "{}", lost.text);
    assert!(!lost.text.contains("secret"), "passwords are not carried");
    assert_eq!(site.count("select count(*) from business_unit").await, 0);

    let kept = "kept-at=%2Fadmin%2Funits&kept.name=Treasury+%26+%3Cb%3ERisk";
    let wrong = post(&site, "/sign-in", &format!("email=ada%40example.org&password=wrong&next=&{kept}")).await;
    assert!(wrong.text.contains("name=\"kept.name\""), "a wrong password loses nothing");
    let form = format!("email=ada%40example.org&password=walnut+ferry+oblique&next=&{kept}");
    let page = post(&site, "/sign-in", &form).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Your text was kept") && page.text.contains("signed in as Member ada"), "{}", page.text);
    assert!(page.text.contains("action=\"/admin/units\"") && page.text.contains("name=\"name\""), "{}", page.text);
    assert_eq!(site.count("select count(*) from business_unit").await, 0, "nothing is sent without being seen");
    let sent = post(&site, "/admin/units", "name=Treasury+%26+%3Cb%3ERisk").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert_eq!(site.count("select count(*) from business_unit where name = 'Treasury & <b>Risk'").await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_administrator_works_with_people_units_and_the_matrix(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db);
    store::matrix::ensure_first(&site.store).await.unwrap();
    let ada = member(&site, "ada", &[Role::Admin]).await;
    let eve = member(&site, "eve", &[Role::Owner]).await;
    sign_in(&site, "eve").await;
    let eves = site.cookie();
    for path in ["/admin", "/admin/people", "/admin/units", "/admin/matrix", "/admin/matrix/edit"] {
        assert_eq!(get(&site, path).await.status, StatusCode::NOT_FOUND, "{path} for an owner");
    }
    site.set_cookie(None);
    assert_eq!(location(&sign_in(&site, "ada").await), "/account");
    for path in
        ["/admin", "/admin/people", "/admin/people/invite", "/admin/units", "/admin/matrix", "/admin/matrix/edit"]
    {
        assert_eq!(get(&site, path).await.status, StatusCode::OK, "{path}");
    }
    let own = get(&site, &format!("/admin/people/{ada}")).await;
    assert!(own.text.contains("This is you") && !own.text.contains("/deactivate"));
    let forged = post(&site, &format!("/admin/people/{ada}/roles"), "roles=admin&roles=chair&version=1").await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);

    let invited = post(&site, "/admin/people/invite", "name=Grace&email=grace%40example.org&roles=committee").await;
    assert!(invited.text.contains("http://localhost/invite/"), "{}", invited.text);
    let mixed = post(&site, "/admin/people/invite", "name=X&email=x%40example.org&roles=auditor&roles=owner").await;
    assert_eq!(mixed.status, StatusCode::UNPROCESSABLE_ENTITY);

    let page = get(&site, &format!("/admin/people/{eve}")).await;
    assert!(page.text.contains("value=\"owner\" checked"), "the form shows the roles held: {}", page.text);
    let stale = post(&site, &format!("/admin/people/{eve}/roles"), "roles=chair&version=7").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("value=\"chair\" checked"), "what was chosen stays: {}", stale.text);
    let changed = post(&site, &format!("/admin/people/{eve}/roles"), "roles=chair&version=1").await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER);
    let adas = site.cookie();
    site.set_cookie(eves);
    assert!(location(&get(&site, "/work").await).starts_with("/sign-in"), "a change of roles counts at once");
    site.set_cookie(adas);
    let off = post(&site, &format!("/admin/people/{eve}/deactivate"), "version=2").await;
    assert_eq!(off.status, StatusCode::SEE_OTHER);
    assert!(get(&site, &format!("/admin/people/{eve}")).await.text.contains("Reactivate"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_matrix_is_looked_at_before_it_is_saved(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db);
    store::matrix::ensure_first(&site.store).await.unwrap();
    member(&site, "ada", &[Role::Admin]).await;
    sign_in(&site, "ada").await;
    let matrix = domain::risk::matrix::Matrix::default();
    let mut form: Vec<String> = Vec::new();
    for (kind, labels) in [("likelihood", &matrix.likelihood), ("impact", &matrix.impact)] {
        form.extend(labels.iter().enumerate().map(|(n, l)| format!("{kind}-{}={}", n + 1, l.replace(' ', "+"))));
    }
    for (n, level) in matrix.levels.iter().enumerate() {
        form.push(format!("level-{0}={1}&tone-{0}={2}", n + 1, level.label, level.tone));
    }
    for (l, row) in matrix.cells.iter().enumerate() {
        form.extend(row.iter().enumerate().map(|(i, c)| format!("cell-{}-{}={c}", l + 1, i + 1)));
    }
    let form = form.join("&");
    let preview = post(&site, "/admin/matrix/edit", &format!("{form}&appetite=2&version=1&step=preview")).await;
    assert_eq!(preview.status, StatusCode::OK);
    assert!(
        preview.text.contains("appetite: Medium") && preview.text.contains("Save as a new version"),
        "{}",
        preview.text
    );
    let falling = form.replace("cell-5-5=3", "cell-5-5=0");
    let refused = post(&site, "/admin/matrix/edit", &format!("{falling}&appetite=2&version=1&step=save")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("must not fall"));
    assert_eq!(site.count("select count(*) from matrix_version").await, 1);
    let save = format!("{form}&appetite=2&version=1&step=save");
    assert_eq!(post(&site, "/admin/matrix/edit", &save).await.status, StatusCode::SEE_OTHER);
    assert_eq!(post(&site, "/admin/matrix/edit", &save).await.status, StatusCode::CONFLICT, "made on version 1");
    assert_eq!(site.count("select count(*) from matrix_version").await, 2);
}
