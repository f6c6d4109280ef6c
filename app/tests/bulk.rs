//! Many rows at once, and saved views, as somebody without a script does it.

mod common;

use axum::http::StatusCode;
use common::*;
use domain::actor::{Actor, Role};
use domain::risk::library;
use sqlx::PgPool;

async fn risks(site: &Pages, who: &Actor, count: usize) {
    site.unit().await;
    let page = site.get(who, "/systems/new").await;
    let typed = [("name", "Claim sorter"), ("purpose", "Sorts claims"), ("stage", "pilot")];
    site.submit(who, &page, "/systems/new", &typed).await;
    let picks: Vec<String> = library::all().iter().take(count).map(|e| format!("pick={}", e.key)).collect();
    let page = site.get(who, &format!("/systems/AIS-1/risks/new?{}&rate=1", picks.join("&"))).await;
    let mut typed = Vec::new();
    for entry in library::all().iter().take(count) {
        for (field, value) in [("likelihood", "4"), ("impact", "4"), ("treatment", "mitigate")] {
            typed.push((format!("{field}-{}", entry.key), value));
        }
    }
    let typed: Vec<(&str, &str)> = typed.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    let saved = site.submit(who, &page, "/systems/AIS-1/risks/new", &typed).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn ticked_rows_are_previewed_and_changed_with_a_reason(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = site.person("Olga", Role::Owner).await;
    let otto = site.person("Otto", Role::Owner).await;
    risks(&site, &olga, 3).await;
    let otto_id = otto.id.to_string();
    // Nothing ticked, nothing chosen, two things at once: said, and nothing done.
    let list = site.get(&olga, "/risks?sort=ref").await;
    assert_eq!(list.html.matches("name=\"pick\"").count(), 3);
    assert_eq!(
        site.submit(&olga, &list, "/risks/bulk", &[("to-owner", &otto_id)]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let all = site.get(&olga, "/risks?sort=ref&select=all").await;
    for typed in
        [vec![], vec![("to-owner", otto_id.as_str()), ("to-status", "accepted")], vec![("to-status", "nonsense")]]
    {
        let answer = site.submit(&olga, &all, "/risks/bulk", &typed).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.html.contains("href=\"/risks?sort=ref\""), "the way back is there: {}", answer.html);
    }
    let preview = site.submit(&olga, &all, "/risks/bulk", &[("to-owner", &otto_id)]).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.html);
    assert!(preview.html.contains("3 risks would change"), "{}", preview.html);
    let missing = site.submit(&olga, &preview, "/risks/bulk/save", &[("reason", "")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.html.contains("Say why"));
    // Meanwhile one of them is closed: it is named, the others change.
    store::risks::close(&site.store, &olga, domain::ids::RiskRef(2), 1, "Gone").await.unwrap();
    let done = site.submit(&olga, &missing, "/risks/bulk/save", &[("reason", "Otto takes over")]).await;
    assert_eq!(done.status, StatusCode::OK, "{} {}", done.to, done.html);
    assert!(done.html.contains("2 of 3 risks changed") && done.html.contains(">R-2<"), "{}", done.html);
    let owned: i64 = sqlx::query_scalar("select count(*) from risk where owner_id = $1")
        .bind(otto.id.0)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(owned, 2);
    // With nothing refused it leads back to the list as it was filtered.
    let all = site.get(&olga, "/risks?sort=ref&select=all").await;
    let preview = site.submit(&olga, &all, "/risks/bulk", &[("to-status", "accepted")]).await;
    let done = site.submit(&olga, &preview, "/risks/bulk/save", &[("reason", "Board of March")]).await;
    assert_eq!((done.status, done.to.as_str()), (StatusCode::SEE_OTHER, "/risks?sort=ref&notice=bulk-changed"));
    // What the form did not offer is not taken: another list's rows, another site's way back.
    let foreign = site.submit(&olga, &all, "/risks/bulk", &[("pick", "AIS-1"), ("to-status", "open")]).await;
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY);
    let away =
        site.submit(&olga, &all, "/risks/bulk", &[("back", "https://evil.example"), ("to-status", "open")]).await;
    assert!(!away.html.contains("evil.example"), "{}", away.html);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn readers_are_offered_no_change_and_others_see_no_foreign_rows(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = site.person("Olga", Role::Owner).await;
    let otto = site.person("Otto", Role::Owner).await;
    let eve = site.person("Eve", Role::Executive).await;
    risks(&site, &olga, 2).await;
    assert!(!site.get(&eve, "/risks").await.html.contains("name=\"pick\""));
    let form = site.get(&olga, "/risks?select=all").await;
    for (who, words) in [(&otto, "Nothing would change"), (&eve, "Executives and auditors read")] {
        let preview = site.submit(who, &form, "/risks/bulk", &[("to-status", "accepted")]).await;
        assert!(preview.html.contains(words), "{}: {}", who.name, preview.html);
        assert!(!preview.html.contains("/risks/bulk/save"));
        assert_eq!(preview.html.contains("R-1"), who.name == "Eve");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_view_is_saved_shared_opened_and_deleted(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = site.person("Olga", Role::Owner).await;
    let otto = site.person("Otto", Role::Owner).await;
    risks(&site, &olga, 1).await;
    assert!(!site.get(&olga, "/risks").await.html.contains("action=\"/views\""), "nothing to save yet");
    let list = site.get(&olga, "/risks?treatment=mitigate&sort=-changed&after=9.9").await;
    let saved = site.submit(&olga, &list, "/views", &[("name", "Being <b>worked</b> on"), ("shared", "yes")]).await;
    assert_eq!(
        (saved.status, saved.to.as_str()),
        (StatusCode::SEE_OTHER, "/risks?treatment=mitigate&sort=-changed&notice=view-saved")
    );
    let other = site.get(&otto, "/risks").await;
    assert!(other.html.contains("href=\"/risks?treatment=mitigate&amp;sort=-changed\""), "{}", other.html);
    assert!(other.html.contains("Being &lt;b&gt;worked&lt;/b&gt; on"), "{}", other.html);
    let twice = site.submit(&olga, &list, "/views", &[("name", "being <B>worked</B> on")]).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.html.contains("value=\"being &lt;B&gt;worked&lt;/B&gt; on\""), "{}", twice.html);
    let open = site.get(&olga, "/risks?treatment=mitigate&sort=-changed").await;
    assert!(open.html.contains("aria-current=\"page\""));
    let action = open.html.split("action=\"/views/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let action = format!("/views/{action}");
    assert_eq!(site.submit(&otto, &open, &action, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.submit(&olga, &open, &action, &[]).await.to, "/risks?notice=view-deleted");
    assert!(!site.get(&otto, "/risks").await.html.contains("Saved views"));
}
