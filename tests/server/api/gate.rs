//! The gate through the API: why it is shut, when it is open, and that its statement can be checked by anybody.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use countersign::signing::Signer;
use countersign::signing::dsse::Envelope;
use countersign::signing::statement::Statement;
use domain::canonical::hex;
use domain::ids::SystemRef;
use domain::review::{Choice, Outcome};
use domain::token::Scope;
use ed25519_dalek::VerifyingKey;
use serde_json::{Value, json};
use sqlx::PgPool;
use store::reviews::decide::{Closing, decide};

use super::input::upload;
use super::measure::lm_eval;
use super::{call, json, master, token};
use crate::scene::PASSWORD;
use crate::world::{SECRET, World, approve};

/// The checks that do not hold, each once.
fn short(answer: &Value) -> Vec<&str> {
    let reasons = answer["reasons"].as_array().unwrap();
    assert_eq!(answer["allow"], json!(reasons.iter().all(|reason| reason["holds"] == true)));
    let mut all: Vec<&str> =
        reasons.iter().filter(|r| r["holds"] == false).map(|r| r["check"].as_str().unwrap()).collect();
    all.dedup();
    all
}

async fn ask(world: &World, system: SystemRef, query: &str) -> Value {
    // Made each time: they end, and clocks are moved here.
    let key = token(world, &world.scene.owner, &[Scope::CriteriaRead]).await;
    let answer = call(world, &key, "GET", &format!("/systems/{system}/gate{query}"), &[], None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    json(&answer)
}

fn public() -> VerifyingKey {
    VerifyingKey::from_bytes(&Signer::new(&SECRET).public()).unwrap()
}

fn opened(answer: &Value) -> Statement {
    let envelope: Envelope = serde_json::from_value(answer["statement"].clone()).unwrap();
    Statement::open(&envelope, &[public()]).unwrap()
}

/// The system of the approval.
async fn approved(world: &World) -> SystemRef {
    let key = master(world, &world.scene.owner).await;
    let decision = call(world, &key, "GET", &format!("/decisions/{}", world.decision), &[], None).await;
    json(&decision)["system"].as_str().unwrap().parse().unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_draft_may_not_go_on_and_says_all_that_is_missing(pool: PgPool) {
    let world = World::new(&pool).await;
    let answer = ask(&world, world.draft, "?model=3").await;
    assert_eq!(short(&answer), ["approval", "fresh", "criteria", "model"]);
    assert_eq!((&answer["name"], &answer["decision"]), (&json!("Draft scoring"), &Value::Null));
    let said = opened(&answer);
    assert!(
        !said.allow && said.decision.is_none() && said.reasons.len() == answer["reasons"].as_array().unwrap().len()
    );
    // A review that is under way is no approval either.
    let under_review = world.scene.system;
    assert_eq!(short(&ask(&world, under_review, "").await), ["approval", "fresh"]);
    let key = token(&world, &world.scene.owner, &[Scope::CriteriaRead]).await;
    let place = format!("/systems/{}/gate", world.draft);
    for query in ["?model=", "?modell=3", &format!("?model={}", "m".repeat(201))] {
        assert_eq!(call(&world, &key, "GET", &format!("{place}{query}"), &[], None).await.status, 422, "{query}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_approved_system_may_go_on_until_something_changes(pool: PgPool) {
    let world = World::new(&pool).await;
    let system = approved(&world).await;
    let answer = ask(&world, system, "").await;
    assert_eq!(short(&answer), Vec::<&str>::new(), "{answer}");
    assert_eq!(answer["decision"]["reference"], json!(world.decision.to_string()));
    for (model, expected) in [("3", &[][..]), ("gbm@3", &[]), ("4", &["model"]), ("gbm", &["model"])] {
        assert_eq!(short(&ask(&world, system, &format!("?model={model}")).await), expected, "{model}");
    }
    // A risk that is rated higher.
    let key = master(&world, &world.scene.owner).await;
    let risks = json(&call(&world, &key, "GET", &format!("/risks?system={system}"), &[], None).await);
    let place = format!("/risks/{}/ratings", risks["items"][0]["reference"].as_str().unwrap());
    let rating = json!({ "kind": "residual", "likelihood": 5, "impact": 5, "rationale": "It happened" });
    assert_eq!(call(&world, &key, "POST", &place, &[], Some(rating)).await.status, 201);
    assert_eq!(short(&ask(&world, system, "").await), ["fresh"]);
    // And when it has run out.
    world.scene.reg.clock.advance(Duration::days(800));
    assert!(short(&ask(&world, system, "").await).contains(&"approval"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_condition_that_is_overdue_shuts_it(pool: PgPool) {
    let world = World::new(&pool).await;
    let (scene, review) = (&world.scene, world.review);
    for member in &scene.members {
        scene.vote(review, member, Choice::ApproveWithConditions).await;
    }
    let outcome = Outcome::ApprovedWithConditions;
    let closing = Closing { dossier: scene.hash(review).await, outcome, statement: None, valid_until: None };
    decide(world.store(), &scene.chair, review, &closing, PASSWORD, None).await.unwrap();
    let answer = ask(&world, scene.system, "").await;
    assert_eq!(short(&answer), Vec::<&str>::new(), "{answer}");
    scene.reg.clock.advance(Duration::days(31));
    let late = ask(&world, scene.system, "").await;
    assert_eq!(short(&late), ["conditions"]);
    assert!(late.to_string().contains("Report drift every month: was due on"), "{late}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn evidence_that_fails_shuts_it_and_the_statement_names_the_file(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let draft = world.draft.to_string();
    let label = |day: &str| json!({ "title": "Benchmark", "kind": "test", "speaks_of": day }).to_string();
    let good = lm_eval(0.95, "2026-03-01");
    let sent = world.send(upload(&key, &draft, &[], &label("2026-03-01"), good.as_bytes())).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    let decision = approve(&world.scene, world.draft).await;
    let answer = ask(&world, world.draft, "").await;
    assert_eq!(short(&answer), Vec::<&str>::new(), "{answer}");
    let said = opened(&answer);
    assert_eq!(said.decision.unwrap().reference, decision.to_string());
    assert_eq!(said.evidence.len(), 1);
    assert_eq!(said.evidence[0].sha256, hex(&domain::canonical::sha256(good.as_bytes())));
    assert_eq!(said.instance, "http://localhost");
    assert_eq!(said.valid_until, said.at + Duration::hours(24));

    world.scene.reg.clock.advance(Duration::days(2));
    let key = master(&world, &world.scene.owner).await;
    let bad = lm_eval(0.5, "2026-03-03");
    let sent = world.send(upload(&key, &draft, &[], &label("2026-03-03"), bad.as_bytes())).await;
    assert_eq!(json(&sent)["verdicts"][0]["verdict"], "fail", "{}", sent.text);
    assert!(short(&ask(&world, world.draft, "").await).contains(&"criteria"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_statement_holds_by_the_public_key_alone_and_not_when_it_is_changed(pool: PgPool) {
    let world = World::new(&pool).await;
    store::measure::keys::note(world.store(), &Signer::new(&SECRET).public()).await.unwrap();
    store::measure::keys::note(world.store(), &Signer::new(&SECRET).public()).await.unwrap();
    let key = token(&world, &world.scene.owner, &[Scope::CriteriaRead]).await;
    let keys = json(&call(&world, &key, "GET", "/signing-keys", &[], None).await);
    assert_eq!(keys["items"].as_array().unwrap().len(), 1, "{keys}");
    assert_eq!(keys["items"][0]["public_key"], json!(hex(public().as_bytes())));

    let system = approved(&world).await;
    let answer = ask(&world, system, "?model=3").await;
    let sealed = &answer["statement"];
    assert_eq!(sealed["payloadType"], "application/vnd.countersign.gate+json");
    assert_eq!(sealed["signatures"][0]["keyid"], keys["items"][0]["id"]);
    // Canonical: written again from what it says, it is the same text.
    let payload = STANDARD.decode(sealed["payload"].as_str().unwrap()).unwrap();
    let text = String::from_utf8(payload).unwrap();
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(domain::canonical::to_string(&read).unwrap(), text);
    assert_eq!((&read["allow"], &read["model"]), (&json!(true), &json!("3")));
    // A denial that somebody turns into a permission.
    let denied = ask(&world, system, "?model=4").await;
    let mut envelope: Envelope = serde_json::from_value(denied["statement"].clone()).unwrap();
    let said = STANDARD.decode(&envelope.payload).unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("\"allow\":false"));
    envelope.payload = STANDARD.encode(said.replace("\"allow\":false", "\"allow\":true"));
    assert!(Statement::open(&envelope, &[public()]).is_err());
    // A signature of another statement.
    let mut moved: Envelope = serde_json::from_value(denied["statement"].clone()).unwrap();
    moved.signatures = serde_json::from_value(sealed["signatures"].clone()).unwrap();
    assert!(Statement::open(&moved, &[public()]).is_err());
}
