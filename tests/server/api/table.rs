//! Who gets what on every operation (checklist T17): the operations are those of the document, which is made from the
//! router's own handlers. `UPDATE_ROUTES=1` writes the table anew; a person reads the difference. A `+` means that
//! something was written.

use domain::canonical::hex;
use domain::token::Scope;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::fmt::Write as _;

use super::{call, document, master, token};
use crate::scene::PASSWORD;
use crate::world::World;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/api/table.txt");

/// Something whole to send to every operation that takes a body.
async fn body(world: &World, operation: &str, risk: &str) -> Option<Value> {
    let owner = world.scene.owner.id;
    let dossier = hex(&world.scene.hash(world.review).await);
    let system = json!({ "name": "Draft scoring", "purpose": "Scores drafts", "unit": world.spare_unit, "owner": owner,
                         "stage": "pilot" });
    let why = json!({ "reason": "Because" });
    let text = json!({ "title": "Drift", "cause": "c", "event": "e", "consequence": "q", "characteristic": "fair" });
    Some(match operation {
        "POST /systems" | "PUT /systems/{reference}" => system,
        "PUT /systems/{reference}/context" => json!({ "kind": "predictive" }),
        "POST /systems/{reference}/triage" => json!({ "prohibited_practice": false, "safety": false, "rights": true,
            "sensitive": false, "personal": true, "acts": false, "public": true, "scale": false }),
        "POST /systems/{reference}/tier" => json!({ "tier": "high", "reason": "Because" }),
        "POST /systems/{reference}/contributors" => json!({ "person": world.spare }),
        "POST /systems/{reference}/transfer" => json!({ "owner": world.spare }),
        "POST /systems/{reference}/reopen" => json!({ "stage": "pilot" }),
        "POST /systems/{reference}/risks" => json!({ "library": "hallucination", "treatment": "mitigate" }),
        "PUT /risks/{reference}" => text,
        "PUT /risks/{reference}/handling" => json!({ "treatment": "mitigate", "owner": owner, "status": "treating" }),
        "POST /risks/{reference}/ratings" => json!({ "kind": "residual", "likelihood": 2, "impact": 2 }),
        "POST /systems/{reference}/mitigations" | "PUT /mitigations/{reference}" => {
            json!({ "title": "Watch", "kind": "detective", "risks": [risk] })
        }
        "POST /mitigations/{reference}/progress" => json!({ "status": "in_progress" }),
        "POST /systems/{reference}/criteria" | "PUT /criteria/{reference}" => {
            json!({ "metric": "accuracy", "fail": 0.8, "warn": 0.9, "risks": [risk] })
        }
        "PUT /systems/{reference}/profile/{subcategory}" | "PUT /profile/{subcategory}" => {
            json!({ "stands": "partial", "text": "Half of it" })
        }
        "POST /systems/{reference}/profile/{subcategory}/verify" | "POST /profile/{subcategory}/verify" => {
            json!({ "verified": true })
        }
        "PUT /systems/{reference}/screening" => json!({ "answers": { "subject": "neither" } }),
        "POST /systems/{reference}/proposals" => json!({ "criterion": world.criterion, "risk": risk,
            "evidence": world.evidence, "accepted": true }),
        "PUT /evidence/{reference}" => json!({ "title": "Rates", "kind": "document", "speaks_of": "2026-01-01" }),
        "POST /reviews/{reference}/comments" => json!({ "part": "risks", "body": "Why?" }),
        "POST /reviews/{reference}/comments/{thread}/resolve" => json!({ "resolved": true }),
        "POST /reviews/{reference}/votes" => {
            json!({ "dossier_sha256": dossier, "choice": "approve", "reason": "Fine", "password": PASSWORD })
        }
        "POST /reviews/{reference}/request-changes" => json!({ "dossier_sha256": dossier, "reason": "Because" }),
        "POST /reviews/{reference}/decide" => {
            json!({ "dossier_sha256": dossier, "outcome": "approved", "password": PASSWORD })
        }
        "POST /decisions/{reference}/revoke" => json!({ "reason": "Because", "password": PASSWORD }),
        "POST /admin/people" => json!({ "email": "new@example.org", "name": "New", "roles": ["owner"] }),
        "PUT /admin/people/{person}/roles" => json!({ "roles": ["owner", "committee"] }),
        "POST /units" | "PUT /units/{unit}" => json!({ "name": "Another" }),
        "POST /audit/verify" => json!({}),
        "POST /systems/{reference}/retire"
        | "POST /risks/{reference}/close"
        | "POST /evidence/{reference}/withdraw"
        | "POST /criteria/{reference}/drop"
        | "POST /reviews/{reference}/recuse"
        | "POST /reviews/{reference}/withdraw" => why,
        "POST /systems/{reference}/submit"
        | "POST /systems/{reference}/evidence"
        | "POST /systems/{reference}/screening/results"
        | "POST /risks/{reference}/reopen"
        | "POST /reviews/{reference}/open"
        | "POST /admin/people/{person}/deactivate"
        | "POST /admin/people/{person}/reactivate" => return None,
        other if other.starts_with("GET ") || other.starts_with("DELETE ") => return None,
        other => panic!("nothing to send to {other}: add it here"),
    })
}

/// Operations by method and path, in a steady order: reading first, ending verbs last.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    let weight = |method: &str, path: &str| match (method, path.rsplit('/').next().unwrap_or_default()) {
        ("GET", _) => 0,
        (_, "retire" | "transfer" | "deactivate" | "withdraw" | "revoke" | "close" | "drop" | "request-changes") => 3,
        (_, "decide" | "recuse" | "{person}") => 2,
        _ => 1,
    };
    found.sort_by_key(|(method, path, _)| (weight(method, path), path.clone(), method.clone()));
    found
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t17_every_operation_answers_every_role_as_the_table_says(pool: PgPool) {
    let world = World::new(&pool).await;
    let (risk, mitigation) = (world.risk().await, world.mitigation().await);
    let mut people = vec![("nobody", String::new())];
    for (name, actor) in [
        ("owner", &world.scene.owner),
        ("contrib.", &world.scene.contributor),
        ("foreign", &world.foreign),
        ("committee", &world.scene.members[0]),
        ("chair", &world.scene.chair),
        ("executive", &world.executive),
        ("auditor", &world.auditor),
        ("admin", &world.admin),
    ] {
        people.push((name, master(&world, actor).await));
    }
    let mut table = format!("{:<58}", "operation");
    for (name, _) in &people {
        write!(table, " {name:<9}").unwrap();
    }
    let mut faults = Vec::new();
    for (method, path, _) in operations(&document(&world).await) {
        let place = crate::routes::filled(&path, &world, &risk, &mitigation, "");
        assert!(!place.contains('{'), "nothing real for {path}");
        let place = match path.as_str() {
            "/search" => format!("{place}?q=scoring"),
            "/systems/{reference}/compare" => format!("{place}?a={0}&b={0}", world.evidence),
            _ => place,
        };
        let name = format!("{method} {path}");
        write!(table, "\n{name:<58}").unwrap();
        for (who, token) in &people {
            let sent = body(&world, &name, &risk).await;
            let before = world.events().await;
            // Of version 1 of everything: what changed meanwhile answers 412, which is an answer too.
            let answer = call(&world, token, &method, &place, &[("if-match", "\"1\"")], sent).await;
            let (status, wrote) = (answer.status.as_u16(), world.events().await != before);
            write!(table, " {:<9}", format!("{status}{}", if wrote { "+" } else { "" })).unwrap();
            if wrote && (method == "GET" || !(200..300).contains(&status) || matches!(*who, "executive" | "auditor")) {
                faults.push(format!("{name} by {who}: {status}, and something was written"));
            }
            if status >= 500 || (status >= 400 && answer.headers["content-type"] != "application/problem+json") {
                faults.push(format!("{name} by {who}: {status} {}", answer.text));
            }
        }
    }
    let table: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    assert!(faults.is_empty(), "{}\n{table}", faults.join("\n"));
    if std::env::var_os("UPDATE_ROUTES").is_some() {
        std::fs::write(TABLE, &table).unwrap();
    }
    let expected = std::fs::read_to_string(TABLE).unwrap_or_default();
    let differing: Vec<&str> = table.lines().filter(|line| !expected.lines().any(|e| e == *line)).collect();
    assert!(table == expected, "{TABLE} says otherwise of:\n{}", differing.join("\n"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_every_operation_asks_for_its_scope_and_for_the_header_alone(pool: PgPool) {
    let world = World::new(&pool).await;
    let (risk, mitigation) = (world.risk().await, world.mitigation().await);
    let document = document(&world).await;
    let all = master(&world, &world.admin).await;
    let mut without = std::collections::HashMap::new();
    for scope in Scope::ALL {
        let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|other| other != scope).collect();
        without.insert(scope.as_str(), token(&world, &world.admin, &others).await);
    }
    let cookie = world.cookie(&world.admin).await;
    let mut asked = std::collections::HashSet::new();
    let mut ids = std::collections::HashSet::new();
    for (method, path, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id.clone()), "two operations are called {id}");
        if path == "/openapi.json" {
            continue;
        }
        let place = crate::routes::filled(&path, &world, &risk, &mitigation, "");
        let scopes = operation["security"][0]["token"].as_array();
        let scopes = scopes.unwrap_or_else(|| panic!("{method} {path} asks for no token"));
        let before = world.events().await;
        for (headers, place) in [
            (vec![], place.clone()),
            (vec![("cookie", cookie.as_str())], place.clone()),
            (vec![("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")], place.clone()),
            (vec![("authorization", "Basic YTpi")], place.clone()),
            (vec![("authorization", "Bearer nonsense")], place.clone()),
            (vec![], format!("{place}?access_token={all}")),
        ] {
            let answer = call(&world, "", &method, &place, &headers, Some(json!({}))).await;
            assert!(matches!(answer.status.as_u16(), 401 | 403), "{method} {path} {headers:?}: {}", answer.status);
        }
        if let Some(scope) = scopes.first().and_then(Value::as_str) {
            let token = without.get(scope).unwrap_or_else(|| panic!("{scope} of {path} is no scope"));
            let answer = call(&world, token, &method, &place, &[], Some(json!({}))).await;
            assert_eq!(answer.status, 403, "{method} {path} without {scope}: {}", answer.text);
            let challenge = answer.headers["www-authenticate"].to_str().unwrap();
            assert!(challenge.contains("insufficient_scope") && challenge.contains(scope), "{challenge}");
            asked.insert(scope.to_owned());
        }
        assert_eq!(world.events().await, before, "{method} {path} wrote something");
    }
    let unused: Vec<_> = Scope::ALL.iter().filter(|scope| !asked.contains(scope.as_str())).collect();
    assert!(unused.is_empty(), "no operation asks for {unused:?}");
}
