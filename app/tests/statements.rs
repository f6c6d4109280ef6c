//! How many statements a page costs: a fixed number, whatever its rows. The session's one comes on top in the program.

#![expect(clippy::unwrap_used, reason = "a test that fails should say where")]

mod common;

use axum::http::StatusCode;
use common::*;
use domain::actor::{Actor, Role};
use domain::risk::library;
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Counts what sqlx says it has sent.
struct Counter(Arc<AtomicUsize>);

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        if self.enabled(event.metadata()) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Adds that many risks of the library, each with a mitigation.
async fn fill(site: &Pages, who: &Actor, risks: std::ops::Range<usize>) {
    for entry in &library::all()[risks] {
        let path = format!("/systems/AIS-1/risks/new?pick={}&rate=1", entry.key);
        let page = site.get(who, &path).await;
        let (l, i, t) =
            (format!("likelihood-{}", entry.key), format!("impact-{}", entry.key), format!("treatment-{}", entry.key));
        let typed = [(l.as_str(), "4"), (i.as_str(), "4"), (t.as_str(), "mitigate")];
        let added = site.submit(who, &page, "/systems/AIS-1/risks/new", &typed).await;
        let page = site.get(who, added.to.split('?').next().unwrap()).await;
        let typed = [("title", "Check"), ("due", "2026-06-30"), ("then", "done")];
        let saved = site.submit(who, &page, "/systems/AIS-1/mitigations/new", &typed).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_page_costs_the_same_whatever_its_rows(pool: PgPool) {
    // One connection: another one, opened under load, would say more than the page. It also shows that no page holds two.
    let site = Pages::with_connections(&pool, 1).await;
    let olga = site.person("Olga", Role::Owner).await;
    site.unit().await;
    let page = site.get(&olga, "/systems/new").await;
    let typed = [("name", "Claim sorter"), ("purpose", "Sorts claims"), ("stage", "pilot")];
    site.submit(&olga, &page, "/systems/new", &typed).await;
    let count = Arc::new(AtomicUsize::new(0));
    let _counting = tracing::subscriber::set_default(Counter(count.clone()));
    let cost = async |path: &str| {
        // Once for what the connection has to learn, once to count.
        site.get(&olga, path).await;
        count.store(0, Ordering::SeqCst);
        assert_eq!(site.get(&olga, path).await.status, StatusCode::OK, "{path}");
        count.load(Ordering::SeqCst)
    };
    // Most statements of each page; the risk list has two, and the session's makes three.
    let pages = [
        ("/risks", 2),
        ("/risks?q=data&owner=me&status=all&sort=-changed", 2),
        ("/risks.csv", 2),
        ("/mitigations", 3),
        ("/systems/AIS-1/risks", 3),
        ("/systems/AIS-1/mitigations", 3),
        ("/systems/AIS-1/mitigations/new", 5),
        ("/risks/R-1", 6),
        ("/mitigations/M-1", 5),
    ];
    fill(&site, &olga, 0..1).await;
    let mut few = Vec::new();
    for (path, most) in pages {
        let cost = cost(path).await;
        assert!(cost > 0 && cost <= most, "{path}: {cost} statements");
        few.push(cost);
    }
    fill(&site, &olga, 1..12).await;
    for ((path, _), before) in pages.into_iter().zip(few) {
        assert_eq!(cost(path).await, before, "{path}");
    }
}
