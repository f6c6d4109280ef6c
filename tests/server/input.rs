//! Bad input of every kind: the right status, nothing changed, never a 500 (checklist T12, T13, T19, T25).

use axum::body::Body;
use axum::http::{Request, header};
use domain::actor::Actor;
use domain::text::{LINE_MAX, PROSE_MAX};
use sqlx::PgPool;

use crate::browser::{encode, typed};
use crate::routes::filled;
use crate::world::World;

const FORM: &str = "application/x-www-form-urlencoded";

/// Whoever gets furthest on a path.
fn furthest<'a>(world: &'a World, path: &str) -> &'a Actor {
    match path.split('/').nth(1).unwrap_or_default() {
        "admin" | "audit" => &world.admin,
        "reviews" | "decisions" | "committee" | "reports" => &world.scene.chair,
        _ => &world.scene.owner,
    }
}

/// Rows of every table that people's forms write to.
async fn rows(world: &World) -> i64 {
    world
        .scene
        .reg
        .count(
            "select (select count(*) from audit_event) + (select count(*) from system) + (select count(*) from risk)
               + (select count(*) from mitigation) + (select count(*) from evidence) + (select count(*) from comment)
               + (select count(*) from vote) + (select count(*) from import_stage) + (select count(*) from form_receipt)",
        )
        .await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_body_however_malformed_changes_anything_or_breaks_the_server(pool: PgPool) {
    let world = World::new(&pool).await;
    let (risk, mitigation) = (world.risk().await, world.mitigation().await);
    let many = "a=1&".repeat(1_001);
    let large = format!("name={}", "x".repeat(520 * 1024));
    let bodies: [(&str, &str, &[u8]); 9] = [
        ("half an escape", FORM, b"name=%&purpose=%Z"),
        ("no UTF-8", FORM, b"name=\xff\xfe&version=%ff"),
        ("a zero byte", FORM, b"name=a%00b&reason=%00&q=%00&why=%00"),
        ("a field that nobody asked for", FORM, b"roles%5B%5D=admin&status=approved&tier_is=minimal"),
        ("more fields than any form", FORM, many.as_bytes()),
        ("more bytes than any form", FORM, large.as_bytes()),
        ("JSON", "application/json", b"{\"name\":\"x\"}"),
        ("no boundary", "multipart/form-data", b"--x\r\n"),
        (
            "a cut multipart",
            "multipart/form-data; boundary=x",
            b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nab",
        ),
    ];
    let mut faults = Vec::new();
    for route in app::routes::ROUTES.iter().filter(|route| route.method == "POST") {
        // They read no form: the address says all.
        let no_form = [
            "/sign-out",
            "/tokens/{token}/revoke",
            "/end",
            "/end-others",
            "/theme",
            "/link",
            "/confirm",
            "/discard",
            "/archive",
            "/restore",
        ];
        if no_form.iter().any(|verb| route.path.ends_with(verb)) {
            continue;
        }
        let place = filled(route.path, &world, &risk, &mitigation, &world.spare.to_string());
        let who = furthest(&world, route.path);
        for (name, kind, body) in bodies {
            let before = rows(&world).await;
            let answer = world.request(Some(who), "POST", &place, kind, Body::from(body.to_vec())).await;
            let status = answer.status.as_u16();
            let changed = rows(&world).await != before;
            if changed || !(300..500).contains(&status) {
                faults.push(format!(
                    "{name} to {}: {status}{}",
                    route.path,
                    if changed { ", and something changed" } else { "" }
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_address_however_odd_breaks_the_server(pool: PgPool) {
    let world = World::new(&pool).await;
    let long = "x".repeat(60_000);
    let queries = [
        "after=nonsense",
        "after=%00",
        "after=%FF",
        "after=eyJ9",
        "sort=nonsense",
        "sort=-",
        "q=%00",
        "q=%27%22%3B--",
        "q=%F0%9F%92%A9",
        "cell=9-9",
        "cell=-1--1",
        "cell=x",
        "unit=x",
        "unit=00000000-0000-0000-0000-000000000000",
        "owner=x",
        "owner=me",
        "level=99999999999999999999",
        "level=-1",
        "level=none",
        "status=x",
        "status=x&status=draft",
        "tier=x",
        "tier=none",
        "expiring=x",
        "expiring=-1",
        "expiring=99999999999",
        "due=x",
        "from=0001-01-01",
        "from=99999-01-01",
        "to=x",
        "notice=x",
        "above=x",
        "characteristic=x",
        "treatment=x",
        "kind=x",
        "stage=x",
        "assignee=x",
        "actor=x",
        "action=%00",
        "person=x",
        "risk=x",
        "risk=R-0",
        "%",
        "=&=&&",
        "%00=%00",
        "q=%25%5F%5C",
        "next=//evil.example",
    ];
    let records = [
        "/systems/AIS-0",
        "/systems/AIS--1",
        "/systems/AIS-99999999999999999999",
        "/systems/AIS-9223372036854775807",
        "/systems/%00",
        "/systems/..%2Fadmin",
        "/systems/AIS-1%20",
        "/systems/ais-1",
        "/risks/R-",
        "/risks/R-1e3",
        "/mitigations/M-9999999",
        "/evidence/E-99999999/download",
        "/reviews/RV-0/vote",
        "/decisions/D-0.json",
        "/decisions/D-x.json",
        "/invite/short",
        "/invite/%00",
        "/nowhere/%F0%9F",
        "/systems/AIS-2/nowhere",
        "//systems",
        "/systems/",
    ];
    let mut faults = Vec::new();
    let mut look = async |who: &Actor, place: &str, expected: &[u16]| {
        let before = world.events().await;
        let answer = world.get(who, place).await;
        let status = answer.status.as_u16();
        if status >= 500 || (!expected.is_empty() && !expected.contains(&status)) || world.events().await != before {
            faults.push(format!("{}: {status}", place.chars().take(80).collect::<String>()));
        }
    };
    let lists = app::routes::ROUTES.iter().filter(|r| r.method == "GET" && !r.path.contains('{'));
    for route in lists {
        let who = furthest(&world, route.path);
        for query in queries {
            look(who, &format!("{}?{query}", route.path), &[]).await;
        }
        look(who, &format!("{}?q={long}", route.path), &[]).await;
    }
    for place in records {
        look(&world.scene.chair, place, &[404]).await;
    }
    look(&world.scene.chair, "/systems/%FF", &[400]).await;
    look(&world.scene.chair, &format!("/systems/{long}"), &[404]).await;
    look(&world.scene.chair, &format!("/{long}"), &[404]).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn other_methods_are_answered_as_they_should(pool: PgPool) {
    let world = World::new(&pool).await;
    let (risk, mitigation) = (world.risk().await, world.mitigation().await);
    let before = rows(&world).await;
    let mut faults = Vec::new();
    for route in app::routes::ROUTES.iter().filter(|route| route.method == "GET") {
        let place = filled(route.path, &world, &risk, &mitigation, "");
        let who = furthest(&world, route.path);
        let get = world.get(who, &place).await;
        let head = world.request(Some(who), "HEAD", &place, "text/plain", Body::empty()).await;
        if head.status != get.status || !head.text.is_empty() {
            faults.push(format!("HEAD {place}: {} and {} bytes, GET: {}", head.status, head.text.len(), get.status));
        }
        for method in ["PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"] {
            let status = world.request(Some(who), method, &place, FORM, Body::empty()).await.status;
            if status != 405 {
                faults.push(format!("{method} {place}: {status}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(rows(&world).await, before);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn another_sites_forms_change_nothing(pool: PgPool) {
    let world = World::new(&pool).await;
    let owner = &world.scene.owner;
    let edit = format!("/systems/{}/edit", world.draft);
    let form = encode(&world.filled(owner, &edit, &edit, &[("name", "Taken over")]).await);
    let before = rows(&world).await;
    let send = async |headers: &[(&str, &str)]| {
        let mut request = Request::post(&edit).header(header::HOST, "localhost").header(header::CONTENT_TYPE, FORM);
        request = request.header(header::COOKIE, world.cookie(owner).await);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        world.send(request.body(Body::from(form.clone())).unwrap()).await.status.as_u16()
    };
    let site = "sec-fetch-site";
    for headers in [
        &[(site, "cross-site")][..],
        &[(site, "same-site")],
        &[(site, "none")],
        &[(site, "cross-site"), ("origin", "http://localhost")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[],
    ] {
        assert_eq!(send(headers).await, 403, "{headers:?}");
    }
    assert_eq!(rows(&world).await, before);
    assert_eq!(send(&[("origin", "http://localhost")]).await, 303, "our own page");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn texts_end_at_their_limits_and_what_was_typed_stays(pool: PgPool) {
    let world = World::new(&pool).await;
    let owner = &world.scene.owner;
    let edit = format!("/systems/{}/edit", world.draft);
    for (field, most) in [("name", LINE_MAX), ("purpose", PROSE_MAX)] {
        let form = world.filled(owner, &edit, &edit, &[(field, &"é".repeat(most + 1))]).await;
        let before = rows(&world).await;
        let answer = world.post(owner, &edit, &form).await;
        assert_eq!(answer.status, 422, "{field}");
        assert!(answer.text.contains(&"é".repeat(most + 1)), "{field}: what was typed is gone");
        assert_eq!(rows(&world).await, before);
        let form = world.filled(owner, &edit, &edit, &[(field, &"é".repeat(most))]).await;
        assert_eq!(world.post(owner, &edit, &form).await.status, 303, "{field} at its limit");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn ids_of_others_are_refused_without_a_trace(pool: PgPool) {
    let world = World::new(&pool).await;
    let owner = &world.scene.owner;
    let system = format!("/systems/{}", world.draft);
    let own_risk = world.risk().await;
    let foreign: i64 = world
        .first("select min(k.number) from risk k join system s on s.id = k.system_id where s.name = 'Foreign scoring' and $1 > 0")
        .await;
    let (foreign, missing) = (format!("R-{foreign}"), world.store().new_id().to_string());
    let new = |risks: &str| {
        typed(
            Vec::new(),
            &[
                ("title", "Watch"),
                ("kind", "detective"),
                ("due", "2026-06-01"),
                ("risks", risks),
                ("assignee", &owner.id.to_string()),
                ("once", &world.store().new_id().to_string()),
            ],
        )
    };
    let register = |unit: &str, person: &str| {
        typed(
            Vec::new(),
            &[
                ("name", "New"),
                ("purpose", "Scores"),
                ("unit", unit),
                ("owner", person),
                ("stage", "pilot"),
                ("once", &world.store().new_id().to_string()),
            ],
        )
    };
    let edit = world.filled(owner, &format!("{system}/edit"), &format!("{system}/edit"), &[]).await;
    let unit = world.spare_unit.to_string();
    let cases = [
        ("a foreign risk", format!("{system}/mitigations/new"), new(&foreign)),
        ("a risk that is not there", format!("{system}/mitigations/new"), new("R-999999")),
        ("a unit that is not there", "/systems/new".to_owned(), register(&missing, &owner.id.to_string())),
        ("a person who is not there", "/systems/new".to_owned(), register(&unit, &missing)),
        ("no unit at all", "/systems/new".to_owned(), register("x' or 1=1 --", &owner.id.to_string())),
        ("a unit that is not there, in an edit", format!("{system}/edit"), typed(edit.clone(), &[("unit", &missing)])),
        ("a version that is no number", format!("{system}/edit"), typed(edit.clone(), &[("version", "1e3")])),
        (
            "a version beyond numbers",
            format!("{system}/edit"),
            typed(edit.clone(), &[("version", "99999999999999999999")]),
        ),
        ("a version to come", format!("{system}/edit"), typed(edit.clone(), &[("version", "2147483647")])),
        ("no version", format!("{system}/edit"), edit.iter().filter(|(name, _)| name != "version").cloned().collect()),
        ("a status of one's own", format!("{system}/edit"), typed(edit.clone(), &[("status", "approved")])),
        (
            "somebody who is not there, as contributor",
            format!("{system}/people/add"),
            typed(Vec::new(), &[("person", &missing)]),
        ),
    ];
    let before = rows(&world).await;
    for (name, path, form) in cases {
        let answer = world.post(owner, &path, &form).await;
        assert!(matches!(answer.status.as_u16(), 404 | 409 | 422), "{name}: {} {}", answer.status, answer.said());
        assert_eq!(rows(&world).await, before, "{name}");
    }
    let path = format!("{system}/mitigations/new");
    let form = new(&own_risk);
    let answer = world.post(owner, &path, &world.filled(owner, &path, &path, &[]).await).await;
    assert_eq!(answer.status, 422, "an empty one");
    let whole = world
        .filled(owner, &path, &path, &form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>())
        .await;
    assert_eq!(world.post(owner, &path, &whole).await.status, 303, "and with one's own risk it works");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_edit_of_an_older_version_shows_both_texts_and_changes_nothing(pool: PgPool) {
    let world = World::new(&pool).await;
    let (owner, contributor) = (&world.scene.owner, &world.scene.contributor);
    let risk = format!("/risks/{}", world.risk().await);
    let mitigation = format!("/mitigations/{}", world.mitigation().await);
    let system = format!("/systems/{}", world.draft);
    for (path, field) in [
        (format!("{system}/edit"), "purpose"),
        (format!("{system}/map"), "oversight"),
        (format!("{risk}/edit"), "cause"),
        (format!("{mitigation}/edit"), "title"),
        (format!("/evidence/{}/edit", world.evidence), "title"),
    ] {
        let mine = world.filled(owner, &path, &path, &[(field, "What I typed")]).await;
        let theirs = world.filled(contributor, &path, &path, &[(field, "What they saved")]).await;
        assert_eq!(world.post(contributor, &path, &theirs).await.status, 303, "{path}");
        let before = rows(&world).await;
        let answer = world.post(owner, &path, &mine).await;
        assert_eq!(answer.status, 409, "{path}: {}", answer.said());
        assert!(answer.text.contains("What I typed") && answer.text.contains("What they saved"), "{path}");
        assert!(answer.text.contains(&contributor.name), "{path} says who");
        assert_eq!(rows(&world).await, before, "{path}");
        // Looked at, the same text can be saved.
        let again = crate::browser::form(&answer.text, &path).unwrap();
        assert_eq!(world.post(owner, &path, &again).await.status, 303, "{path}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_sent_twenty_times_counts_once(pool: PgPool) {
    let world = World::new(&pool).await;
    let owner = &world.scene.owner;
    let (unit, path) = (world.spare_unit.to_string(), "/systems/new");
    let given = [("name", "Only once"), ("purpose", "Scores"), ("unit", unit.as_str()), ("stage", "pilot")];
    let form = world.filled(owner, path, path, &given).await;
    // Whom a busy machine sends away sends it again, as people do.
    let send = async || loop {
        let answer = world.post(owner, path, &form).await;
        if answer.status != 503 {
            break answer;
        }
    };
    let answers = futures::future::join_all((0..20).map(|_| send())).await;
    let mut places: Vec<String> = Vec::new();
    for answer in &answers {
        assert_eq!(answer.status, 303, "{}", answer.said());
        places.push(answer.to().split(['?', '#']).next().unwrap().trim_end_matches("/triage").to_owned());
    }
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 1, "{places:?}");
    assert_eq!(world.scene.reg.count("select count(*) from system where name = 'Only once'").await, 1);
}
