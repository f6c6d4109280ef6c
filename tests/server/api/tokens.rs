//! A token's life through HTTP (checklist T5, T20, T22).

use axum::http::Request;
use domain::actor::Role;
use domain::token::{NewToken, Scope};
use serde_json::json;
use sqlx::PgPool;
use store::{people, tokens};

use super::{call, json, master, token};
use crate::scene::PASSWORD;
use crate::world::World;

async fn status(world: &World, token: &str) -> u16 {
    call(world, token, "GET", "/me", &[], None).await.status.as_u16()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_a_deleted_token_opens_nothing_and_one_that_ran_out_neither(pool: PgPool) {
    let world = World::new(&pool).await;
    let owner = &world.scene.owner;
    let new = NewToken::parse("nightly", vec![Scope::SystemsRead], Some(1)).unwrap();
    let made = tokens::make(world.store(), owner, &new, PASSWORD).await.unwrap();
    let me = call(&world, &made.secret, "GET", "/me", &[], None).await;
    assert_eq!(json(&me)["token"], "nightly");
    assert_eq!(json(&me)["scopes"], json!(["systems:read"]));
    let used = &tokens::own(world.store(), owner).await.unwrap()[0];
    assert!(used.last_used_at.is_some() && used.last_used_from.is_some());

    tokens::revoke(world.store(), owner, made.id).await.unwrap();
    assert_eq!(status(&world, &made.secret).await, 401);
    assert!(tokens::revoke(world.store(), owner, made.id).await.is_err(), "revoked once");
    assert!(tokens::revoke(world.store(), &world.foreign, made.id).await.is_err());

    let brief = tokens::make(world.store(), owner, &new, PASSWORD).await.unwrap();
    assert_eq!(status(&world, &brief.secret).await, 200);
    world.scene.reg.clock.advance(chrono::Duration::hours(25));
    assert_eq!(status(&world, &brief.secret).await, 401);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t05_a_new_password_or_the_end_of_an_account_ends_its_tokens(pool: PgPool) {
    let world = World::new(&pool).await;
    let owner = world.scene.owner.clone();
    let key = master(&world, &owner).await;
    assert_eq!(status(&world, &key).await, 200);
    people::password::change(world.store(), &owner, None, PASSWORD, "another long walnut phrase").await.unwrap();
    assert_eq!(status(&world, &key).await, 401);

    let service = tokens::NewService::parse("Pipeline", vec![Role::Owner]).unwrap();
    let service = tokens::add_service(world.store(), &world.admin, &service).await.unwrap();
    let new = NewToken::parse("ci", vec![Scope::SystemsRead], None).unwrap();
    let made = tokens::make_for(world.store(), &world.admin, service, &new, PASSWORD).await.unwrap();
    let me = json(&call(&world, &made.secret, "GET", "/me", &[], None).await);
    assert_eq!((me["name"].as_str(), &me["roles"]), (Some("Pipeline"), &json!(["owner"])));
    let mut other = world.scene.reg.person("Ben Admin", &[Role::Admin]).await;
    other.address = None;
    let version = people::get::get(world.store(), &other, world.admin.id).await.unwrap().person.version;
    // Another administrator who can sign in must be left.
    let same = "update person set password_hash = (select password_hash from person where id = $1) where id = $2";
    let mut tx = world.store().begin().await.unwrap();
    sqlx::query(same).bind(world.admin.id.0).bind(other.id.0).execute(tx.conn()).await.unwrap();
    let entry = store::audit::Entry::new("people.manage", "person", None, "password");
    tx.commit(store::tx::Who::Program("test"), entry).await.unwrap();
    people::deactivate::deactivate(world.store(), &other, world.admin.id, version).await.unwrap();
    assert_eq!(status(&world, &made.secret).await, 401, "nobody answers for it any more");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t20_a_role_that_was_taken_counts_from_the_next_request(pool: PgPool) {
    let world = World::new(&pool).await;
    let chair = world.scene.chair.clone();
    let key = master(&world, &chair).await;
    assert_eq!(call(&world, &key, "GET", "/reviews", &[], None).await.status, 200);
    let version = people::get::get(world.store(), &world.admin, chair.id).await.unwrap().person.version;
    people::roles::change(world.store(), &world.admin, chair.id, version, &[Role::Owner]).await.unwrap();
    assert_eq!(call(&world, &key, "GET", "/reviews", &[], None).await.status, 403);
    assert_eq!(call(&world, &key, "GET", "/audit/events", &[], None).await.status, 403);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_trail_names_token_and_owner(pool: PgPool) {
    let world = World::new(&pool).await;
    let service = tokens::NewService::parse("Pipeline", vec![Role::Owner]).unwrap();
    let service = tokens::add_service(world.store(), &world.admin, &service).await.unwrap();
    let new = NewToken::parse("nightly", vec![Scope::SystemsWrite], None).unwrap();
    let made = tokens::make_for(world.store(), &world.admin, service, &new, PASSWORD).await.unwrap();
    let system = json!({ "name": "Sorter", "purpose": "Sorts", "unit": world.spare_unit, "owner": world.scene.owner.id, "stage": "pilot" });
    let added = call(&world, &made.secret, "POST", "/systems", &[], Some(system)).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let auditor = token(&world, &world.auditor, &[Scope::AuditRead]).await;
    let events = json(&call(&world, &auditor, "GET", "/audit/events?action=system.register", &[], None).await);
    let event = &events["items"][0];
    assert_eq!(event["actor"], "Pipeline");
    assert_eq!(event["token"], "nightly");
    assert_eq!(event["token_owner"], "Ada Admin");
    let found = call(&world, &auditor, "POST", "/audit/verify", &[], Some(json!({}))).await;
    assert_eq!(json(&found)["intact"], true, "{}", found.text);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_token_makes_no_tokens_and_two_are_none(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let mut bearer = world.scene.owner.clone();
    let hash = domain::token::hash(&key).unwrap();
    bearer.token = tokens::authenticate(world.store(), &hash, None).await.unwrap().unwrap().actor.token;
    let new = NewToken::parse("more", vec![Scope::SystemsRead], None).unwrap();
    assert!(tokens::make(world.store(), &bearer, &new, PASSWORD).await.is_err());
    assert!(tokens::make(world.store(), &world.scene.owner, &new, "wrong").await.is_err());
    let twice = Request::builder().uri("/api/v1/me").header("authorization", format!("Bearer {key}"));
    let twice = twice.header("authorization", format!("Bearer {key}")).body(axum::body::Body::empty()).unwrap();
    assert_eq!(world.send(twice).await.status, 401);
}
