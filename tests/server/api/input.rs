//! What requests bring: every wrong field named, versions, keys, pages, files (checklist T23, T28 to T30).

use axum::body::Body;
use axum::http::{Request, header};
use domain::token::Scope;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::BTreeSet;

use super::{call, document, json, master, tag, token, wrong};
use crate::world::{Answer, World};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t28_every_wrong_field_is_named_and_unknown_ones_are_refused(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let post = async |body: Value| call(&world, &key, "POST", "/systems", &[], Some(body)).await;
    let cases = [
        (json!({}), vec!["name", "owner", "purpose", "stage", "unit"]),
        (
            json!({ "name": 7, "purpose": "x", "unit": "no id", "owner": world.spare, "stage": "idea", "status": "approved" }),
            vec!["name", "stage", "status", "unit"],
        ),
        (
            json!({ "name": "", "purpose": "\u{0}", "unit": world.spare_unit, "owner": world.spare, "stage": "pilot" }),
            vec!["name", "purpose"],
        ),
        (
            json!({ "name": "x".repeat(201), "purpose": "x", "unit": world.spare_unit, "owner": world.spare, "stage": "pilot", "tier": "minimal" }),
            vec!["tier"],
        ),
    ];
    let before = world.events().await;
    for (body, fields) in cases {
        let answer = post(body.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), wrong(&answer)),
            (422, fields.iter().map(ToString::to_string).collect()),
            "{body}"
        );
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
    }
    for (kind, text, status) in [
        ("application/json", "{", 400),
        ("application/json", "[]", 422),
        ("application/json", "", 400),
        ("text/plain", "{}", 415),
        ("application/x-www-form-urlencoded", "name=x", 415),
    ] {
        let request = Request::builder().method("POST").uri("/api/v1/systems").header(header::CONTENT_TYPE, kind);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {key}")).body(Body::from(text)).unwrap();
        assert_eq!(world.send(request).await.status, status, "{kind} {text}");
    }
    for (query, field) in [
        ("?colour=red", "colour"),
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
        ("?limit=many", "limit"),
        ("?sort=beauty", "sort"),
        ("?unit=x", "unit"),
        ("?tier=medium", "tier"),
    ] {
        let answer = call(&world, &key, "GET", &format!("/systems{query}"), &[], None).await;
        assert_eq!((answer.status.as_u16(), wrong(&answer)), (422, vec![field.to_owned()]), "{query}");
    }
    assert_eq!(world.events().await, before);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t23_a_body_larger_than_its_limit_is_refused_before_it_is_read(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let limit = countersign::config::FORM_LIMIT;
    let sent = async |bytes: usize| {
        let request = Request::builder().method("POST").uri("/api/v1/systems");
        let request = request.header(header::CONTENT_TYPE, "application/json").header(header::CONTENT_LENGTH, bytes);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        world.send(request.body(Body::from(" ".repeat(bytes))).unwrap()).await
    };
    let over = sent(limit + 1).await;
    assert_eq!(over.status, 413);
    assert_eq!(over.headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(sent(limit).await.status, 400, "at the limit it is read, and is no JSON");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t29_an_edit_carries_its_version_and_nobody_overwrites_unseen(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let risk = world.risk().await;
    let place = format!("/risks/{risk}");
    let read = call(&world, &key, "GET", &place, &[], None).await;
    let text = |title: &str| json!({ "title": title, "cause": "c", "event": "e", "consequence": "q", "characteristic": "fair" });
    let put = async |headers: &[(&str, &str)], title: &str| {
        call(&world, &key, "PUT", &place, headers, Some(text(title))).await
    };
    assert_eq!(put(&[], "Mine").await.status, 428);
    let version = tag(&read);
    assert_eq!(put(&[("if-match", &version)], "First").await.status, 204);
    let second = put(&[("if-match", &version)], "Second").await;
    assert_eq!(second.status, 412);
    let now = call(&world, &key, "GET", &place, &[], None).await;
    assert_eq!(json(&second)["current_version"], json(&now)["version"]);
    assert_eq!(json(&now)["title"], "First");
    for never in ["*", "W/\"2\"", "2", "\"two\"", "\"99999999999\""] {
        assert_eq!(put(&[("if-match", never)], "Third").await.status, 412, "{never}");
    }
    assert_eq!(json(&call(&world, &key, "GET", &place, &[], None).await)["title"], "First");
    // Each edit of the document asks for the version.
    for (path, item) in document(&world).await["paths"].as_object().unwrap() {
        let Some(put) = item.get("put") else { continue };
        let named =
            put["parameters"].as_array().unwrap().iter().any(|p| p["name"] == "If-Match" && p["required"] == true);
        assert!(named || path == "/units/{unit}", "PUT {path} does not ask for a version");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t30_fifty_parallel_repeats_make_one_thing_and_get_one_answer(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let owner = world.scene.owner.id;
    let system = |name: &str| json!({ "name": name, "purpose": "p", "unit": world.spare_unit, "owner": owner, "stage": "pilot" });
    let headers = [("idempotency-key", "a-key-of-ours")];
    let before = world.events().await;
    let all = (0..50).map(|_| call(&world, &key, "POST", "/systems", &headers, Some(system("Once"))));
    let answers: Vec<Answer> = futures::future::join_all(all).await;
    let texts: BTreeSet<&str> = answers.iter().map(|a| a.text.as_str()).collect();
    // Too many at once may be told to come again; whoever is answered gets the one answer.
    let (done, later): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|a| a.status == 201);
    assert!(!done.is_empty() && later.iter().all(|a| a.status == 503), "{texts:?}");
    assert_eq!(done.iter().map(|a| a.text.as_str()).collect::<BTreeSet<_>>().len(), 1, "{texts:?}");
    assert_eq!(world.events().await, before + 1);
    let again = call(&world, &key, "POST", "/systems", &headers, Some(system("Once"))).await;
    assert_eq!((again.status.as_u16(), &again.text), (201, &done[0].text));
    assert_eq!(again.headers[header::LOCATION], json(&again)["url"].as_str().unwrap());
    let other = call(&world, &key, "POST", "/systems", &headers, Some(system("Twice"))).await;
    assert_eq!((other.status.as_u16(), wrong(&other)), (422, vec!["Idempotency-Key".to_owned()]));
    // The key is the person's own.
    let foreign = master(&world, &world.foreign).await;
    let theirs = call(&world, &foreign, "POST", "/systems", &headers, Some(system("Theirs"))).await;
    assert_eq!(theirs.status, 201);
    assert_ne!(theirs.text, again.text);
    // Their token's event is the third.
    assert_eq!(world.events().await, before + 3);
    let long = "k".repeat(256);
    for bad in ["", " ", long.as_str()] {
        let answer = call(&world, &key, "POST", "/systems", &[("idempotency-key", bad)], Some(system("Bad"))).await;
        assert_eq!(answer.status, 422, "{bad}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_list_is_paged_by_its_links_and_each_row_comes_once(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = token(&world, &world.auditor, &[Scope::SystemsRead, Scope::RisksRead]).await;
    for list in ["/systems?sort=name", "/systems?sort=-changed", "/risks?sort=ref", "/risks"] {
        let whole = json(&call(&world, &key, "GET", list, &[], None).await);
        let all: Vec<&str> =
            whole["items"].as_array().unwrap().iter().map(|i| i["reference"].as_str().unwrap()).collect();
        assert!(all.len() > 3, "{list}: {all:?}");
        let mut next = format!("{list}{}limit=2", if list.contains('?') { "&" } else { "?" });
        let mut found = Vec::new();
        loop {
            let page = call(&world, &key, "GET", &next, &[], None).await;
            let read = json(&page);
            assert!(read["items"].as_array().unwrap().len() <= 2);
            found.extend(read["items"].as_array().unwrap().iter().map(|i| i["reference"].as_str().unwrap().to_owned()));
            let Some(following) = read["next"].as_str() else {
                assert!(!page.headers.contains_key(header::LINK));
                break;
            };
            assert_eq!(page.headers[header::LINK], format!("<{following}>; rel=\"next\""));
            next = following.strip_prefix("/api/v1").unwrap().to_owned();
        }
        assert_eq!(found, all, "{list}");
    }
    for list in ["/systems", "/risks", "/mitigations", "/evidence", "/reviews", "/admin/people", "/audit/events"] {
        let admin = master(&world, &world.admin).await;
        let answer = call(&world, &admin, "GET", &format!("{list}?after=nonsense'%00"), &[], None).await;
        assert!(matches!(answer.status.as_u16(), 404 | 409 | 422), "{list}: {} {}", answer.status, answer.text);
    }
}

/// A multipart body of a label and a file.
pub fn upload(key: &str, system: &str, headers: &[(&str, &str)], label: &str, file: &[u8]) -> Request<Body> {
    let mut body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"label\"\r\nContent-Type: application/json\r\n\r\n{label}\r\n\
         --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"results.csv\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");

    let mut request = Request::builder().method("POST").uri(format!("/api/v1/systems/{system}/evidence"));
    request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body)).unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_file_goes_up_once_and_comes_down_as_it_was(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let system = world.draft.to_string();
    let label = r#"{"title":"Rates","kind":"test","speaks_of":"2026-01-05"}"#;
    let again = [("idempotency-key", "upload-1")];
    let first = world.send(upload(&key, &system, &again, label, b"a,b\n1,2\n")).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let repeat = world.send(upload(&key, &system, &again, label, b"a,b\n1,2\n")).await;
    assert_eq!((repeat.status.as_u16(), &repeat.text), (201, &first.text));
    let other = world.send(upload(&key, &system, &again, label, b"a,b\n1,3\n")).await;
    assert_eq!((other.status.as_u16(), wrong(&other)), (422, vec!["Idempotency-Key".to_owned()]));
    let place = json(&first)["url"].as_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    let seen = json(&call(&world, &key, "GET", &place, &[], None).await);
    assert_eq!(seen["sha256"], domain::canonical::hex(&domain::canonical::sha256(b"a,b\n1,2\n")));
    let file = call(&world, &key, "GET", &format!("{place}/file"), &[], None).await;
    assert_eq!(file.text, "a,b\n1,2\n");
    assert!(file.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
    assert_eq!(file.headers[header::CONTENT_TYPE], "application/octet-stream");
    for (bad, fields) in [
        (r#"{"title":"","kind":"test","speaks_of":"2026-01-05"}"#, vec!["title"]),
        (r#"{"title":"x","kind":"guess","speaks_of":"someday"}"#, vec!["kind", "speaks_of"]),
        (r#"{"title":"x","kind":"test","speaks_of":"2999-01-05"}"#, vec!["speaks_of"]),
    ] {
        let answer = world.send(upload(&key, &system, &[], bad, b"x")).await;
        assert_eq!(
            (answer.status.as_u16(), wrong(&answer)),
            (422, fields.iter().map(ToString::to_string).collect()),
            "{bad}"
        );
    }
    let foreign = master(&world, &world.foreign).await;
    assert_eq!(world.send(upload(&foreign, &system, &[], label, b"x")).await.status, 404);
    assert_eq!(call(&world, &foreign, "GET", &format!("{place}/file"), &[], None).await.status, 404);
}
