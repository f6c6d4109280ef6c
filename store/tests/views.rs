//! Saved views: one's own and those that others share; each with its audit event, deleted by whoever saved it alone.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside the test functions themselves")]

mod common;

use common::register;
use domain::actor::Role;
use sqlx::PgPool;
use store::Error;
use store::views::{List, NAME_MAX, QUERY_MAX, VIEWS_MAX, delete, list, save};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn views_are_ones_own_or_shared(pool: PgPool) {
    let register = register(&pool);
    let (olga, otto) = (register.person("Olga", &[Role::Owner]).await, register.person("Otto", &[Role::Owner]).await);
    let eve = register.person("Eve", &[Role::Executive]).await;
    let store = &register.store;
    let before = register.count("select count(*) from audit_event").await;
    let mine = save(store, &olga, List::Risks, "Late ones", "above=yes", false).await.unwrap();
    let shared = save(store, &olga, List::Risks, "For the board", "above=yes&sort=-residual", true).await.unwrap();
    save(store, &eve, List::Risks, "Late ones", "owner=me", false).await.unwrap();
    let names = async |who| {
        list(store, who, List::Risks).await.unwrap().into_iter().map(|v| (v.name, v.own)).collect::<Vec<_>>()
    };
    let of = |name: &str, own| (name.to_owned(), own);
    assert_eq!(names(&olga).await, [of("For the board", true), of("Late ones", true)]);
    assert_eq!(names(&otto).await, [of("For the board", false)]);
    assert_eq!(names(&eve).await, [of("Late ones", true), of("For the board", false)]);
    assert!(list(store, &olga, List::Systems).await.unwrap().is_empty());
    assert_eq!(register.count("select count(*) from audit_event").await, before + 3);
    // Who changes nothing for others shares nothing; who did not save a view does not delete it.
    assert!(matches!(save(store, &eve, List::Risks, "Board", "a=b", true).await, Err(Error::Refused(_))));
    assert!(matches!(delete(store, &otto, shared).await, Err(Error::NotFound)));
    assert!(matches!(delete(store, &otto, mine).await, Err(Error::NotFound)));
    assert_eq!(delete(store, &olga, shared).await.unwrap(), List::Risks);
    assert!(names(&otto).await.is_empty());
    assert_eq!(register.count("select count(*) from audit_event").await, before + 4);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn names_queries_and_numbers_are_held_at_their_edges(pool: PgPool) {
    let register = register(&pool);
    let olga = register.person("Olga", &[Role::Owner]).await;
    let store = &register.store;
    let try_it = async |name: &str, query: &str| save(store, &olga, List::Systems, name, query, false).await;
    assert!(try_it(&"n".repeat(NAME_MAX), "a=b").await.is_ok());
    assert!(try_it(&"n".repeat(NAME_MAX + 1), "a=b").await.is_err());
    assert!(try_it("long", &"q".repeat(QUERY_MAX)).await.is_ok());
    assert!(try_it("longer", &"q".repeat(QUERY_MAX + 1)).await.is_err());
    assert!(try_it("nothing", "").await.is_err());
    assert!(try_it("LONG", "c=d").await.is_err(), "a name of one's own is there once, whatever its case");
    for n in 2..VIEWS_MAX {
        try_it(&format!("view {n}"), "a=b").await.unwrap();
    }
    assert!(try_it("one too many", "a=b").await.is_err());
    assert_eq!(register.count("select count(*) from saved_view").await, VIEWS_MAX);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_database_refuses_what_the_program_never_does(pool: PgPool) {
    let register = register(&pool);
    let olga = register.person("Olga", &[Role::Owner]).await;
    save(&register.store, &olga, List::Risks, "Late ones", "above=yes", false).await.unwrap();
    let attempt = async |sql: &'static str| sqlx::query(sql).execute(register.store.pool()).await;
    assert!(attempt("update saved_view set shared = true").await.is_err());
    assert!(attempt("delete from saved_view").await.is_err(), "without an audit event");
    assert!(attempt("truncate saved_view").await.is_err());
    assert_eq!(register.count("select count(*) from saved_view").await, 1);
}
