//! What a page costs: a fixed number of SQL statements, whatever the number of rows.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Once;

use domain::actor::Actor;
use domain::ids::SystemId;
use domain::triage::Tier;
use sqlx::PgPool;
use store::Store;
use store::audit::Entry;
use store::reviews::comment::{self, Place};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::scene;
use crate::world::{Client, World, server};

/// Most statements of a page, the session's one included, that has no limit of its own below.
const MOST: usize = 12;
/// Pages with a limit of their own. A decision's page and a submission freeze today's content as a dossier; the TEVV report
/// tells a whole system.
const PROMISED: [(&str, usize); 7] = [
    ("/risks", 3),
    ("/reports", 8),
    ("/decisions/{reference}", 16),
    ("/systems/{reference}/submit", 16),
    ("/systems/{reference}/tevv", 14),
    ("/systems/{reference}/tevv.md", 14),
    ("/systems/{reference}/tevv.pdf", 14),
];

thread_local! {
    /// The statements that sqlx says it ran on this test's thread, which is the only one of its runtime.
    static HEARD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn heard() -> Vec<String> {
    HEARD.with_borrow_mut(std::mem::take)
}

/// One for all tests of this program: what a thread is the first to log is else never heard by another.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let statements = Targets::new().with_target("sqlx::query", tracing::Level::DEBUG);
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Listener.with_filter(statements)))
            .unwrap();
    });
}

struct Listener;

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut said = Summary::default();
        event.record(&mut said);
        HEARD.with_borrow_mut(|heard| heard.push(said.0));
    }
}

#[derive(Default)]
struct Summary(String);

impl Visit for Summary {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "summary" {
            self.0 = format!("{value:?}");
        }
    }
}

/// More of everything: these systems with ten risks each, and a draft and a review that grew.
async fn grow(world: &World, systems: std::ops::Range<usize>, each: i32) {
    let reg = &world.scene.reg;
    let unit = world.spare_unit.0;
    for n in systems {
        let name = format!("System {n}");
        let (_, id) =
            scene::ready(reg, &world.scene.owner, &world.scene.contributor, unit, &name, Tier::High, n % 2 == 0).await;
        risks(world, id, &world.scene.owner, 7).await;
    }
    let draft: uuid::Uuid = sqlx::query_scalar("select id from system where number = $1")
        .bind(world.draft.0)
        .fetch_one(&reg.owner)
        .await
        .unwrap();
    risks(world, SystemId(draft), &world.scene.owner, each).await;
    for n in 0..each {
        let text = format!("Question {n}");
        let place = Place::Part(domain::review::Part::Evidence);
        comment::write(world.store(), &world.scene.members[1], world.review, place, &text, None).await.unwrap();
    }
}

/// Rated risks with a mitigation and a piece of evidence each, in a few statements.
async fn risks(world: &World, system: SystemId, owner: &Actor, count: i32) {
    let mut tx = world.store().begin().await.unwrap();
    let now = tx.now();
    for sql in [
        "insert into risk (id, system_id, title, cause, event, consequence, characteristic, treatment, owner_id, status,
           created_at, created_by, changed_at, changed_by)
         select gen_random_uuid(), $1, 'More ' || n || ' of ' || $3::int, 'Old data', 'Wrong score', 'Refused', 'fair', 'mitigate', $2, 'treating',
           $4, $2, $4, $2 from generate_series(1, $3::int) n",
        "insert into rating (id, risk_id, kind, likelihood, impact, level, matrix_version, rationale, rated_by, rated_at)
         select gen_random_uuid(), k.id, 'residual', 2, 3, 1, 1, 'Measured', $2, $4
         from risk k where k.system_id = $1 and k.title like 'More % of ' || $3",
        "insert into mitigation (id, system_id, title, kind, description, assignee_id, due_on, status, created_at, created_by,
           changed_at, changed_by)
         select gen_random_uuid(), $1, 'More ' || n || ' of ' || $3::int, 'preventive', '', $2, $4::timestamptz::date - 3, 'planned', $4, $2, $4, $2
         from generate_series(1, $3::int) n",
        "insert into mitigation_risk (mitigation_id, risk_id)
         select m.id, k.id from mitigation m join risk k on k.system_id = m.system_id and k.title = m.title
         where m.system_id = $1 and m.title like 'More % of ' || $3 and $2::uuid is not null and $4::timestamptz is not null",
    ] {
        sqlx::query(sql).bind(system.0).bind(owner.id.0).bind(count).bind(now).execute(tx.conn()).await.unwrap();
    }
    tx.commit(owner, Entry::new("risk.write", "system", system.0, "more")).await.unwrap();
}

/// Statements of every page, by the first person who may open it.
async fn costs(world: &World, browser: &Client) -> BTreeMap<String, Vec<String>> {
    let (risk, mitigation) = (world.risk().await, world.mitigation().await);
    let people = [&world.scene.owner, &world.scene.chair, &world.scene.members[2], &world.admin];
    let mut costs = BTreeMap::new();
    for route in app::routes::ROUTES.iter().filter(|route| route.method == "GET") {
        let place = crate::routes::filled(route.path, world, &risk, &mitigation, "");
        let lists = ["/risks", "/systems", "/mitigations", "/evidence", "/audit", "/search", "/work"];
        for who in people {
            // Lists are longest for those who read everything.
            if lists.contains(&route.path) && who.id == world.scene.owner.id {
                continue;
            }
            if browser.get(who, &place).await.status != 200 {
                continue;
            }
            let place = if route.path == "/search" { "/search?q=scoring".to_owned() } else { place.clone() };
            let cookie = browser.cookie(who).await;
            heard();
            let request = axum::http::Request::get(&place).header("host", "localhost").header("cookie", cookie);
            assert_eq!(browser.send(request.body(axum::body::Body::empty()).unwrap()).await.status, 200, "{place}");
            costs.insert(route.path.to_owned(), heard());
            break;
        }
    }
    costs
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_page_costs_the_same_however_large_the_register(pool: PgPool) {
    listen();
    let world = World::new(&pool).await;
    // One connection: another one, opened under load, would say more than the page. It also shows that no page holds two.
    let (options, clock) = (pool.connect_options().as_ref().clone(), world.scene.reg.clock.clone());
    let one = Store::connect(options, 1, clock.clone(), world.store().files().clone());
    let browser = Client::new(server(&one, clock));
    grow(&world, 0..3, 3).await;
    let small = costs(&world, &browser).await;
    grow(&world, 3..60, 40).await;
    let large = costs(&world, &browser).await;
    let unopened: Vec<&str> = app::routes::ROUTES
        .iter()
        .filter(|r| r.method == "GET" && !large.contains_key(r.path))
        .map(|r| r.path)
        .collect();
    let mut faults = Vec::new();
    for (path, statements) in &large {
        let (few, many) = (small.get(path).map_or(0, Vec::len), statements.len());
        let most = PROMISED.iter().find(|(promised, _)| promised == path).map_or(MOST, |(_, most)| *most);
        println!("{many:>3} {path}");
        let needs_none = path == "/sign-in" || path.starts_with("/invite/");
        if few != many || many > most || (many == 0 && !needs_none) {
            faults.push(format!(
                "{path}: {few} on the small register, {many} on the large one, {most} at most\n  {}",
                [&small[path][..], statements].concat().join("\n  ")
            ));
        }
    }
    println!("not opened: {unopened:?}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(large.len() > 60, "{} pages were opened", large.len());
}
