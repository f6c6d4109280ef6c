//! The first steps of the main journey over HTTP, without script: register, triage, context. Required fields and clicks are
//! counted against what was promised; refusals keep what was typed; two editors lose nothing.

#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

mod common;

use axum::http::StatusCode;
use common::*;
use domain::actor::Role;
use domain::triage::Question;
use sqlx::PgPool;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_owner_registers_triages_and_describes(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = site.person("Olga", Role::Owner).await;
    site.unit().await;
    let mut clicks = 0;

    let empty = site.get(&olga, "/work").await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(empty.html.contains("Nothing waits for you") && empty.html.contains("href=\"/systems/new\""));

    // Register: open the form, send it; owner and the only unit stand in it already.
    let page = site.get(&olga, "/systems/new").await;
    clicks += 1;
    assert_eq!(asked(&page.html, "/systems/new"), ["name", "purpose", "unit", "owner", "stage"]);
    let refused = site.submit(&olga, &page, "/systems/new", &[("purpose", "Sorts <claims>")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("Enter a name") && refused.html.contains("Sorts &lt;claims&gt;"));
    let done = site.submit(&olga, &refused, "/systems/new", &[("name", "Claim sorter"), ("stage", "pilot")]).await;
    clicks += 1;
    assert_eq!((done.status, done.to.as_str()), (StatusCode::SEE_OTHER, "/systems/AIS-1/triage?notice=registered"));
    assert_eq!(clicks, 2);
    // The same form again leads to the same system.
    let again = site.submit(&olga, &refused, "/systems/new", &[("name", "Claim sorter"), ("stage", "pilot")]).await;
    assert_eq!(again.to, "/systems/AIS-1?notice=already-done");

    // Triage: eight answers, one click.
    let page = site.get(&olga, &done.to).await;
    assert_eq!(asked(&page.html, "/systems/AIS-1/triage").len(), 8);
    let one: Vec<_> = Question::ALL.iter().skip(1).map(|q| (q.as_str(), "no")).collect();
    let refused = site.submit(&olga, &page, "/systems/AIS-1/triage", &one).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("href=\"#f-prohibited-practice\""), "the summary leads to the field");
    let all: Vec<_> =
        Question::ALL.iter().map(|q| (q.as_str(), if *q == Question::Rights { "yes" } else { "no" })).collect();
    let done = site.submit(&olga, &page, "/systems/AIS-1/triage", &all).await;
    assert_eq!(done.to, "/systems/AIS-1/map?notice=triaged");

    // Context: the tier and why stand beside; what follows from the answers is filled in.
    let page = site.get(&olga, &done.to).await;
    assert!(page.html.contains("High") && page.html.contains("Because of a yes to:"));
    let filled = form(&page.html, "/systems/AIS-1/map");
    assert!(filled.contains(&("autonomy".into(), "recommends".into())));
    let saved =
        site.submit(&olga, &page, "/systems/AIS-1/map", &[("kind", "predictive"), ("model_name_0", "Small")]).await;
    assert_eq!(saved.to, "/systems/AIS-1/risks/new?notice=context-saved");

    let overview = site.get(&olga, "/systems/AIS-1").await;
    assert_eq!(overview.status, StatusCode::OK);
    assert!(overview.html.contains("Missing: built or bought, intended users, where it runs"), "{}", overview.html);
    let todo = site.get(&olga, "/work").await;
    assert!(todo.html.contains("href=\"/systems/AIS-1/map\""), "one click to what is missing");
    let list = site.get(&olga, "/systems?q=claim&tier=high").await;
    assert!(list.html.contains("/systems/AIS-1") && list.html.contains("1 system"));
    let none = site.get(&olga, "/systems?tier=none").await;
    assert!(none.html.contains("No system matches"));
    let csv = site.get(&olga, "/systems.csv?q=claim").await;
    assert_eq!(csv.html.lines().count(), 2);
    assert!(csv.html.contains("AIS-1,Claim sorter,Claims,Olga,Pilot,Predictive,High,Draft"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_second_editor_sees_both_versions(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = site.person("Olga", Role::Owner).await;
    site.unit().await;
    let page = site.get(&olga, "/systems/new").await;
    site.submit(&olga, &page, "/systems/new", &[("name", "A"), ("purpose", "P"), ("stage", "pilot")]).await;
    let (first, second) = (site.get(&olga, "/systems/AIS-1/edit").await, site.get(&olga, "/systems/AIS-1/edit").await);
    let saved = site.submit(&olga, &first, "/systems/AIS-1/edit", &[("purpose", "Theirs")]).await;
    assert_eq!(saved.to, "/systems/AIS-1?notice=saved");
    let clash = site.submit(&olga, &second, "/systems/AIS-1/edit", &[("purpose", "Mine, and long")]).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert!(
        clash.html.contains("Theirs")
            && form(&clash.html, "/systems/AIS-1/edit").contains(&("purpose".into(), "Mine, and long".into()))
    );
    // Saving again is a decision.
    let saved = site.submit(&olga, &clash, "/systems/AIS-1/edit", &[]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert!(site.get(&olga, "/systems/AIS-1").await.html.contains("Mine, and long"));
    // The context of the same system: the older page is refused as well, with what was typed in it.
    let map = site.get(&olga, "/systems/AIS-1/map").await;
    site.submit(&olga, &map, "/systems/AIS-1/map", &[("runs_where", "Here")]).await;
    let clash = site.submit(&olga, &map, "/systems/AIS-1/map", &[("runs_where", "There")]).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert!(clash.html.contains("Here") && clash.html.contains("There"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_page_of_a_system_opens_for_those_who_see_it_and_for_no_others(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = site.person("Olga", Role::Owner).await;
    site.unit().await;
    let page = site.get(&olga, "/systems/new").await;
    site.submit(&olga, &page, "/systems/new", &[("name", "A"), ("purpose", "P"), ("stage", "pilot")]).await;
    let (eve, ada) = (site.person("Eve", Role::Owner).await, site.person("Ada", Role::Auditor).await);
    for path in ["", "/triage", "/map", "/people", "/edit", "/retire", "/tier"] {
        let path = format!("/systems/AIS-1{path}");
        let tier = path.ends_with("/tier");
        let changes = path.ends_with("/edit") || path.ends_with("/retire") || tier;
        let expected = if tier { StatusCode::FORBIDDEN } else { StatusCode::OK };
        assert_eq!(site.get(&olga, &path).await.status, expected, "{path}");
        assert_eq!(site.get(&eve, &path).await.status, StatusCode::NOT_FOUND, "{path}");
        let expected = if changes { StatusCode::FORBIDDEN } else { StatusCode::OK };
        let seen = site.get(&ada, &path).await;
        assert_eq!(seen.status, expected, "{path}");
        assert!(!seen.html.contains(&format!("action=\"{path}\"")), "an auditor is offered no form: {path}");
    }
    for path in ["/systems/AIS-2", "/systems/AIS-01", "/systems/x", "/systems/AIS-99999999999999999999/map"] {
        assert_eq!(site.get(&olga, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // People: a contributor comes and goes; the system is given away.
    let people = site.get(&olga, "/systems/AIS-1/people").await;
    let added = site.submit(&olga, &people, "/systems/AIS-1/people/add", &[("person", &eve.id.to_string())]).await;
    assert_eq!(added.to, "/systems/AIS-1/people?notice=saved");
    assert_eq!(site.get(&eve, "/systems/AIS-1").await.status, StatusCode::OK);
    let people = site.get(&olga, "/systems/AIS-1/people").await;
    let given = site.submit(&olga, &people, "/systems/AIS-1/people/transfer", &[("owner", &eve.id.to_string())]).await;
    assert_eq!(given.to, "/systems/AIS-1/people?notice=transferred", "{}", given.html);
    // Retiring is confirmed by typing.
    let retire = site.get(&eve, "/systems/AIS-1/retire").await;
    let not = site.submit(&eve, &retire, "/systems/AIS-1/retire", &[("reason", "Done"), ("confirm", "AIS-2")]).await;
    assert_eq!(not.status, StatusCode::UNPROCESSABLE_ENTITY);
    let retired = site.submit(&eve, &not, "/systems/AIS-1/retire", &[("confirm", "ais-1")]).await;
    assert_eq!(retired.to, "/systems/AIS-1?notice=retired");
    let reopen = site.get(&eve, "/systems/AIS-1/retire").await;
    let back = site.submit(&eve, &reopen, "/systems/AIS-1/reopen", &[("stage", "pilot")]).await;
    assert_eq!(back.to, "/systems/AIS-1?notice=reopened");
}
