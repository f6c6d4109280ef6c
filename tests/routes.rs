//! Every route × everybody, walked from the router's own table (checklist T17, T18, T20), and what a page costs.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use app::routes::{Access, ROUTES, Route};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use common::{Answer, Site};
use domain::actor::Role;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// A path with references that nothing has.
fn path(route: &Route) -> String {
    let parts = route.path.split('/').map(|part| match part {
        "{secret}" => "0".repeat(64),
        part if part.starts_with('{') => "00000000-0000-7000-8000-000000000000".to_owned(),
        part => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn ask(site: &Site, route: &Route, cookie: Option<&str>) -> Answer {
    let mut request = Request::builder().method(route.method).uri(path(route)).header("host", "localhost");
    request = request.header("sec-fetch-site", "same-origin");
    if route.method == "POST" {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    site.send(request.body(Body::empty()).unwrap()).await
}

fn asks_to_sign_in(answer: &Answer) -> bool {
    let to = answer.headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
    answer.status == StatusCode::SEE_OTHER && to.is_some_and(|to| to.starts_with("/sign-in"))
}

/// The table of who gets in where, as it was agreed on. A new route, or another access, changes this file: look at it.
#[test]
fn the_table_of_access_is_the_one_agreed_on() {
    let mut table = BTreeMap::<String, String>::new();
    for route in ROUTES {
        let access = match route.access {
            Access::Public => "everybody".to_owned(),
            Access::SignedIn => "signed in".to_owned(),
            Access::Roles(roles) => roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" "),
        };
        assert!(table.insert(format!("{} {}", route.path, route.method), access).is_none(), "twice: {route:?}");
    }
    let mut text = String::new();
    for (route, access) in table {
        writeln!(text, "{route} → {access}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_route_lets_in_whom_it_promises_and_nobody_else(_: PgPoolOptions, db: PgConnectOptions) {
    let site = Site::whole(db);
    store::matrix::ensure_first(&site.store).await.unwrap();
    let mut cookies = Vec::new();
    for role in Role::ALL {
        cookies.push((*role, site.someone(role.label(), &[*role]).await.1));
    }
    let (_, nothing) = site.someone("Nobody", &[]).await;
    let mut wrong = Vec::new();
    for route in ROUTES {
        let place = format!("{} {}", route.method, route.path);
        let mut check = |holds: bool, who: &str, answer: &Answer| {
            if !holds {
                wrong.push(format!("{place} as {who}: {}", answer.status));
            }
        };
        let anonymous = ask(&site, route, None).await;
        check(!anonymous.status.is_server_error(), "nobody", &anonymous);
        let must_sign_in = route.access != Access::Public && !TO_SIGN_IN.contains(&route.path);
        check(asks_to_sign_in(&anonymous) == must_sign_in || TO_SIGN_IN.contains(&route.path), "nobody", &anonymous);
        for (role, cookie) in &cookies {
            if route.path == "/sign-out" {
                break; // the browsers keep their sessions for the routes that follow
            }
            let answer = ask(&site, route, Some(cookie)).await;
            check(!answer.status.is_server_error(), role.as_str(), &answer);
            check(!asks_to_sign_in(&answer) || route.access == Access::Public, role.as_str(), &answer);
            let allowed = match route.access {
                Access::Roles(roles) => roles.contains(role),
                Access::Public | Access::SignedIn => true,
            };
            // Of a record that is not there, or not theirs, nobody learns more than that.
            let of_a_record = route.path.contains('{') && !LEADS_BACK.contains(&route.path);
            if !allowed {
                check(answer.status == StatusCode::NOT_FOUND, role.as_str(), &answer);
            } else if of_a_record {
                // An empty form may be refused before anything is looked up.
                let told = [StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST].contains(&answer.status);
                check(told, role.as_str(), &answer);
            } else if route.method == "GET" && !route.path.contains('{') {
                check(answer.status != StatusCode::NOT_FOUND, role.as_str(), &answer);
            }
        }
        if let Access::Roles(_) = route.access {
            let answer = ask(&site, route, Some(&nothing)).await;
            check(answer.status == StatusCode::NOT_FOUND, "somebody without a role", &answer);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Public, and lead to the sign-in page by themselves.
const TO_SIGN_IN: [&str; 1] = ["/sign-out"];
/// A used link and a staged import that is gone say so on a page of their own; nobody's sessions are ended already.
const LEADS_BACK: [&str; 3] = ["/invite/{secret}", "/admin/import/{stage}/import", "/admin/people/{person}/sign-out"];

/// Counts the statements that sqlx sends.
struct Statements(Arc<AtomicUsize>);

impl<S: tracing::Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Highest number of statements that any page takes, the session's included; the two that the register's size hits
/// hardest have their own (issue 2, part 4).
const MOST: usize = 5;
const OWN: [(&str, usize); 2] = [("/risks", 3), ("/reports", 8)];

/// Statements of every page without a reference in its path, on a register of so many systems.
async fn statements(db: PgConnectOptions, systems: u32) -> BTreeMap<&'static str, usize> {
    let site = Site::whole(db);
    store::matrix::ensure_first(&site.store).await.unwrap();
    let (_, cookie) = site.someone("Ada", &[Role::Admin, Role::Chair, Role::Owner]).await;
    site.bench_data(systems).await;
    let count = Arc::new(AtomicUsize::new(0));
    let subscriber = tracing_subscriber::registry().with(Statements(count.clone()));
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut taken = BTreeMap::new();
    for route in ROUTES.iter().filter(|route| route.method == "GET" && !route.path.contains('{')) {
        ask(&site, route, Some(&cookie)).await; // connections are made, statements prepared
        count.store(0, Ordering::SeqCst);
        let answer = ask(&site, route, Some(&cookie)).await;
        assert!(!answer.status.is_server_error(), "{}", route.path);
        taken.insert(route.path, count.load(Ordering::SeqCst));
    }
    site.store.pool().close().await;
    taken
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_page_takes_as_many_statements_for_many_rows_as_for_few(_: PgPoolOptions, db: PgConnectOptions) {
    let few = statements(db.clone(), 2).await;
    let other = format!("countersign_many_{}", std::process::id());
    let sql = |text: String| sqlx::raw_sql(sqlx::AssertSqlSafe(text));
    let mut connection = db.connect().await.unwrap();
    sql(format!("create database {other}")).execute(&mut connection).await.unwrap();
    let larger = db.clone().database(&other);
    store::migrate(&larger).await.unwrap();
    let many = statements(larger, 60).await;
    sql(format!("drop database {other} with (force)")).execute(&mut connection).await.unwrap();

    println!("{many:#?}");
    assert!(many.values().sum::<usize>() > 20, "the counter counts");
    assert_eq!(few, many, "statements per page, with few rows and with many");
    for (path, taken) in &many {
        // The session's statement is not the page's.
        let most = OWN.iter().find(|(own, _)| own == path).map_or(MOST, |(_, most)| most + 1);
        assert!(*taken <= most, "{path}: {taken} statements, {most} at most");
    }
}
