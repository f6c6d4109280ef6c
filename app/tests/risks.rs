//! Risks and mitigations over HTTP, without script: fields and clicks of the journey counted, two editors who lose nothing,
//! and what each person may see.

#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

mod common;

use axum::http::StatusCode;
use common::*;
use domain::actor::{Actor, Role};
use sqlx::PgPool;

/// A registered system, AIS-1.
async fn system(site: &Pages) -> Actor {
    let olga = site.person("Olga", Role::Owner).await;
    site.unit().await;
    let page = site.get(&olga, "/systems/new").await;
    let typed = [("name", "Claim sorter"), ("purpose", "Sorts claims"), ("stage", "pilot")];
    let done = site.submit(&olga, &page, "/systems/new", &typed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    olga
}

/// Adds a risk in one's own words; gives its address.
async fn risk(site: &Pages, who: &Actor, title: &str) -> String {
    let page = site.get(who, "/systems/AIS-1/risks/write").await;
    let typed = [
        ("title", title),
        ("cause", "Old data"),
        ("event", "Wrong scores"),
        ("consequence", "Unfair refusals"),
        ("characteristic", "fair"),
        ("likelihood", "4"),
        ("impact", "4"),
        ("treatment", "mitigate"),
    ];
    let done = site.submit(who, &page, "/systems/AIS-1/risks/write", &typed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
    done.to.split('?').next().unwrap().to_owned()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn three_risks_and_their_mitigations_in_few_clicks(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = system(&site).await;
    let empty = site.get(&olga, "/systems/AIS-1/risks").await;
    assert!(empty.html.contains("href=\"/systems/AIS-1/risks/new\""));

    // Risks: open the library, tick and go on, rate and add.
    let (mut fields, mut clicks) = (0, 1);
    let library = site.get(&olga, "/systems/AIS-1/risks/new?q=prompt+injection").await;
    assert!(library.html.contains("name=\"pick\""));
    let nothing = site.get(&olga, "/systems/AIS-1/risks/new?rate=1").await;
    assert!(nothing.html.contains("Pick at least one risk"));
    let keys: Vec<_> = domain::risk::library::all().iter().take(3).map(|r| r.key.as_str()).collect();
    let picked = format!("/systems/AIS-1/risks/new?pick={}&pick={}&pick={}&rate=1", keys[0], keys[1], keys[2]);
    let form_page = site.get(&olga, &picked).await;
    clicks += 1;
    let action = "/systems/AIS-1/risks/new";
    let missing = site.submit(&olga, &form_page, action, &[]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let filled = form(&form_page.html, action);
    assert!(filled.contains(&("owner".into(), olga.id.to_string())), "the owner stands in it already");
    let mut typed = Vec::new();
    for name in asked(&form_page.html, action).iter().filter(|name| *name != "owner") {
        fields += 1;
        typed.push((name.clone(), if name.starts_with("treatment") { "mitigate" } else { "4" }));
    }
    let typed: Vec<_> = typed.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    let added = site.submit(&olga, &form_page, action, &typed).await;
    clicks += 1;
    assert_eq!(added.to, "/systems/AIS-1/mitigations/new?notice=risks-added", "{}", added.html);
    assert_eq!(fields, 9);
    assert!(clicks <= 5);

    // Mitigations: each save leads to the next risk that waits; title, date and what is left are typed.
    let (mut next, mut clicks) = (added.to, 0);
    for _ in 0..3 {
        let page = site.get(&olga, &next).await;
        let action = "/systems/AIS-1/mitigations/new";
        let ticked = form(&page.html, action).into_iter().find(|(name, _)| name == "risks").unwrap().1;
        let (likelihood, impact) = (format!("likelihood-{ticked}"), format!("impact-{ticked}"));
        let typed =
            [("title", "Check it"), ("due", "2026-06-30"), (&likelihood, "2"), (&impact, "3"), ("then", "next")];
        let saved = site.submit(&olga, &page, action, &typed).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
        clicks += 1;
        next = saved.to;
    }
    assert!(clicks <= 4);
    let list = site.get(&olga, "/systems/AIS-1/mitigations").await;
    assert!(list.html.contains("3 of 3 mitigations"));
    let page = site.get(&olga, "/risks/R-1").await;
    assert!(page.html.contains("Check it") && page.html.contains("With M-") && page.html.contains("Bow-tie"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_second_editor_of_a_risk_sees_both_versions_and_loses_nothing(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = system(&site).await;
    let home = risk(&site, &olga, "Unfair scores").await;
    let edit = format!("{home}/edit");
    let (first, second) = (site.get(&olga, &edit).await, site.get(&olga, &edit).await);
    let saved = site.submit(&olga, &first, &edit, &[("cause", "Theirs")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let long = "Mine & <long>\nin two lines";
    let clash = site.submit(&olga, &second, &edit, &[("cause", long), ("title", "My title")]).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert!(clash.html.contains("Theirs") && clash.html.contains("Unfair scores"));
    let kept = form(&clash.html, &edit);
    assert!(kept.contains(&("cause".into(), long.into())) && kept.contains(&("title".into(), "My title".into())));
    // Nothing was saved; saving again is a decision.
    assert!(!site.get(&olga, &home).await.html.contains("My title"));
    let saved = site.submit(&olga, &clash, &edit, &[]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert!(site.get(&olga, &home).await.html.contains("My title"));

    // Treatment and owner; a mitigation.
    let handle = format!("{home}/handle");
    let (first, second) = (site.get(&olga, &handle).await, site.get(&olga, &handle).await);
    site.submit(&olga, &first, &handle, &[("treatment", "avoid")]).await;
    let clash = site.submit(&olga, &second, &handle, &[("treatment", "transfer")]).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert!(form(&clash.html, &handle).contains(&("treatment".into(), "transfer".into())));
    let page = site.get(&olga, "/systems/AIS-1/mitigations/new").await;
    let typed = [("title", "Check"), ("due", "2026-06-30"), ("risks", "R-1"), ("then", "done")];
    let added = site.submit(&olga, &page, "/systems/AIS-1/mitigations/new", &typed).await;
    assert_eq!(added.to, "/systems/AIS-1/mitigations?notice=created", "{}", added.html);
    let edit = "/mitigations/M-1/edit";
    let (first, second) = (site.get(&olga, edit).await, site.get(&olga, edit).await);
    site.submit(&olga, &first, edit, &[("description", "Theirs")]).await;
    let clash = site.submit(&olga, &second, edit, &[("description", "Mine")]).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert!(clash.html.contains("Theirs") && clash.html.contains("Mine"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn ratings_are_added_where_they_changed_and_lists_lead_back(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = system(&site).await;
    let home = risk(&site, &olga, "=cmd|'/c calc'!A1").await;
    let rate = format!("{home}/rate");
    let page = site.get(&olga, &rate).await;
    let same = site.submit(&olga, &page, &rate, &[]).await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    let half = site.submit(&olga, &page, &rate, &[("target-likelihood", "2"), ("target-why", "Kept")]).await;
    assert!(half.status == StatusCode::UNPROCESSABLE_ENTITY && half.html.contains("Kept"));
    let done = site.submit(&olga, &half, &rate, &[("target-impact", "2"), ("residual-likelihood", "5")]).await;
    assert_eq!(done.to, format!("{home}?notice=rated"), "{}", done.html);
    let shown = site.get(&olga, &home).await;
    assert!(shown.html.contains("The residual rating is higher than the inherent one"));

    // In the list, folded up, and back to the same view.
    let list = site.get(&olga, "/systems/AIS-1/risks?sort=ref").await;
    let quick = site.submit(&olga, &list, &rate, &[("residual-likelihood", "1")]).await;
    assert_eq!(quick.to, "/systems/AIS-1/risks?sort=ref&notice=rated");
    let foreign = site.get(&olga, "/systems/AIS-1/risks").await;
    let led = site.submit(&olga, &foreign, &rate, &[("residual-likelihood", "2"), ("back", "//evil.example")]).await;
    assert_eq!(led.to, format!("{home}?notice=rated"));

    // A cell that starts like a formula is text in the file.
    let csv = site.get(&olga, "/risks.csv?q=calc").await;
    assert_eq!(csv.html.lines().count(), 2);
    assert!(csv.html.contains(",'=cmd|"), "{}", csv.html);

    // Closing asks why and can be undone.
    let page = site.get(&olga, &home).await;
    let close = format!("{home}/close");
    let why = site.submit(&olga, &page, &close, &[("why", "")]).await;
    assert_eq!(why.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Somebody saved in between: the reason stays, and closing again is a decision.
    let edit = format!("{home}/edit");
    let meanwhile = site.get(&olga, &edit).await;
    site.submit(&olga, &meanwhile, &edit, &[("cause", "Newer data")]).await;
    let late = site.submit(&olga, &page, &close, &[("why", "The model is gone")]).await;
    assert!(late.status == StatusCode::UNPROCESSABLE_ENTITY && late.html.contains("changed this risk meanwhile"));
    let closed = site.submit(&olga, &late, &close, &[]).await;
    assert_eq!(closed.to, format!("{home}?notice=risk-closed"));
    assert!(site.get(&olga, "/risks").await.html.contains("No risks yet"));
    let page = site.get(&olga, &home).await;
    let opened = site.submit(&olga, &page, &format!("{home}/reopen"), &[]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER);
    let history = site.get(&olga, &format!("{home}/history")).await;
    assert!(
        history.status == StatusCode::OK
            && history.html.contains("reopened")
            && history.html.contains("The model is gone")
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn pages_open_for_those_who_see_the_system_and_for_no_others(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = system(&site).await;
    risk(&site, &olga, "Unfair scores").await;
    let page = site.get(&olga, "/systems/AIS-1/mitigations/new").await;
    let typed = [("title", "Check"), ("due", "2026-06-30"), ("then", "done")];
    site.submit(&olga, &page, "/systems/AIS-1/mitigations/new", &typed).await;
    let (eve, ada) = (site.person("Eve", Role::Owner).await, site.person("Ada", Role::Auditor).await);
    let reading = [
        "/systems/AIS-1/risks",
        "/systems/AIS-1/mitigations",
        "/risks/R-1",
        "/risks/R-1/history",
        "/mitigations/M-1",
        "/mitigations/M-1/history",
    ];
    let writing = [
        "/systems/AIS-1/risks/new",
        "/systems/AIS-1/risks/write",
        "/systems/AIS-1/mitigations/new",
        "/risks/R-1/edit",
        "/risks/R-1/handle",
        "/risks/R-1/rate",
        "/mitigations/M-1/edit",
    ];
    for path in reading.iter().chain(&writing) {
        assert_eq!(site.get(&olga, path).await.status, StatusCode::OK, "{path}");
        assert_eq!(site.get(&eve, path).await.status, StatusCode::NOT_FOUND, "{path}");
        let seen = site.get(&ada, path).await;
        let expected = if writing.contains(path) { StatusCode::FORBIDDEN } else { StatusCode::OK };
        assert_eq!(seen.status, expected, "{path}");
        assert!(
            !seen.html.contains("method=\"post\" action=\"/risks") && !seen.html.contains("action=\"/mitigations/M")
        );
    }
    for path in ["/risks", "/mitigations", "/risks?cell=3-4&of=inherent&above=yes", "/mitigations?due=overdue"] {
        assert_eq!(site.get(&eve, path).await.status, StatusCode::OK, "{path}");
        assert!(!site.get(&eve, path).await.html.contains("Unfair"), "{path}");
    }
    assert!(site.get(&ada, "/risks").await.html.contains("Unfair scores"));
    for path in [
        "/risks/R-2",
        "/risks/R-01",
        "/risks/x",
        "/mitigations/M-9",
        "/risks?level=x",
        "/risks?after=x",
        "/mitigations?after=1.2",
    ] {
        assert_eq!(site.get(&olga, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn progress_is_reported_by_one_and_verified_by_another(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = system(&site).await;
    risk(&site, &olga, "Unfair scores").await;
    let page = site.get(&olga, "/systems/AIS-1/mitigations/new").await;
    let typed = [("title", "Check"), ("due", "2026-06-30"), ("then", "done")];
    site.submit(&olga, &page, "/systems/AIS-1/mitigations/new", &typed).await;
    let mia = site.person("Mia", Role::Committee).await;
    let advance = "/mitigations/M-1/advance";
    let page = site.get(&olga, "/mitigations/M-1").await;
    assert!(page.html.contains("value=\"implemented\"") && !page.html.contains("value=\"verified\""));
    let done = site.submit(&olga, &page, advance, &[("to", "implemented")]).await;
    assert_eq!(done.to, "/mitigations/M-1?notice=saved");
    let outdated = site.submit(&olga, &page, advance, &[("to", "dropped"), ("note", "Kept")]).await;
    assert!(outdated.status == StatusCode::UNPROCESSABLE_ENTITY && outdated.html.contains("Kept"));
    let own = site.get(&olga, "/mitigations/M-1").await;
    assert!(own.html.contains("has to verify it") && !own.html.contains("value=\"verified\""));
    let forced = site.submit(&olga, &own, advance, &[("to", "verified")]).await;
    assert_eq!(forced.status, StatusCode::FORBIDDEN);
    let page = site.get(&mia, "/mitigations/M-1").await;
    let verified = site.submit(&mia, &page, advance, &[("to", "verified")]).await;
    assert_eq!(verified.status, StatusCode::SEE_OTHER);
    assert!(site.get(&olga, "/mitigations/M-1").await.html.contains("Verified by Mia"));
}
