//! What other registers were seen to let through, put as requests (and checklist T18, T21, T31, T32).

use domain::canonical::hex;
use domain::review::Choice;
use domain::token::Scope;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{call, document, json, master, tag, token};
use crate::scene::PASSWORD;
use crate::world::World;

/// A request that must change nothing.
async fn refused(world: &World, key: &str, method: &str, path: &str, body: Value, with: &[u16]) {
    let before = world.events().await;
    let answer = call(world, key, method, path, &[("if-match", "\"1\"")], Some(body)).await;
    assert!(with.contains(&answer.status.as_u16()), "{method} {path}: {} {}", answer.status, answer.text);
    assert_eq!(world.events().await, before, "{method} {path} wrote something");
}

async fn ballot(world: &World, choice: &str, password: &str) -> Value {
    let dossier = hex(&world.scene.hash(world.review).await);
    json!({ "dossier_sha256": dossier, "choice": choice, "reason": "Fine", "password": password })
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t21_nobody_approves_their_own(pool: PgPool) {
    let world = World::new(&pool).await;
    let votes = format!("/reviews/{}/votes", world.review);
    for actor in [&world.scene.owner, &world.scene.contributor, &world.executive, &world.auditor, &world.admin] {
        let key = master(&world, actor).await;
        refused(&world, &key, "POST", &votes, ballot(&world, "approve", PASSWORD).await, &[403]).await;
    }
    let key = master(&world, &world.foreign).await;
    refused(&world, &key, "POST", &votes, ballot(&world, "approve", PASSWORD).await, &[404]).await;
    // Nor does an owner who is made a member afterwards.
    let admin = master(&world, &world.admin).await;
    let owner = format!("/admin/people/{}", world.scene.owner.id);
    let read = call(&world, &admin, "GET", &owner, &[], None).await;
    let version = tag(&read);
    let roles = json!({ "roles": ["owner", "committee"] });
    let given = call(&world, &admin, "PUT", &format!("{owner}/roles"), &[("if-match", &version)], Some(roles)).await;
    assert_eq!(given.status, 204, "{}", given.text);
    let key = master(&world, &world.scene.owner).await;
    refused(&world, &key, "POST", &votes, ballot(&world, "approve", PASSWORD).await, &[403]).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t31_no_state_is_written_by_a_field(pool: PgPool) {
    let world = World::new(&pool).await;
    let owner = master(&world, &world.scene.owner).await;
    let base = json!({ "name": "Fast lane", "purpose": "p", "unit": world.spare_unit, "owner": world.scene.owner.id, "stage": "pilot" });
    // Creating something that is approved already, or editing it to be.
    for (field, value) in [
        ("status", json!("approved")),
        ("state", json!("approved")),
        ("decision", json!("D-1")),
        ("tier", json!("minimal")),
        ("valid_until", json!("2999-12-31")),
        ("reference", json!("AIS-1")),
        ("version", json!(7)),
        ("created_at", json!("2020-01-01T00:00:00Z")),
    ] {
        let mut body = base.clone();
        body[field] = value;
        refused(&world, &owner, "POST", "/systems", body.clone(), &[422]).await;
        refused(&world, &owner, "PUT", &format!("/systems/{}", world.draft), body, &[422]).await;
    }
    // A review is neither made nor moved by hand, a decision neither made, changed nor deleted.
    let chair = master(&world, &world.scene.chair).await;
    for key in [&owner, &chair] {
        for (method, path) in [
            ("POST", "/reviews".to_owned()),
            ("PUT", format!("/reviews/{}", world.review)),
            ("PATCH", format!("/reviews/{}", world.review)),
            ("DELETE", format!("/reviews/{}", world.review)),
            ("PUT", format!("/reviews/{}/votes", world.review)),
            ("DELETE", format!("/reviews/{}/votes", world.review)),
            ("POST", "/decisions".to_owned()),
            ("PUT", format!("/decisions/{}", world.decision)),
            ("PATCH", format!("/decisions/{}", world.decision)),
            ("DELETE", format!("/decisions/{}", world.decision)),
            ("DELETE", format!("/evidence/{}", world.evidence)),
            ("DELETE", "/audit/events".to_owned()),
            ("DELETE", format!("/risks/{}/ratings", world.risk().await)),
        ] {
            refused(
                &world,
                key,
                method,
                &path,
                json!({ "state": "approved", "valid_until": "2999-12-31" }),
                &[404, 405],
            )
            .await;
        }
    }
    // Nothing in the document takes a state, a tier in force, a validity of a decision or an author.
    let document = document(&world).await;
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if name.ends_with("Input") {
            for field in ["state", "decision", "approved", "created_by", "author", "voter", "signed_at", "level"] {
                assert!(schema["properties"].get(field).is_none(), "{name} takes {field}");
            }
            assert_eq!(schema["additionalProperties"], false, "{name} takes unknown fields");
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t32_a_vote_is_signed_once_on_the_dossier_that_was_read(pool: PgPool) {
    let world = World::new(&pool).await;
    let member = master(&world, &world.scene.members[0]).await;
    let votes = format!("/reviews/{}/votes", world.review);
    refused(&world, &member, "POST", &votes, ballot(&world, "approve", "not the password").await, &[422]).await;
    let mut unsigned = ballot(&world, "approve", PASSWORD).await;
    unsigned.as_object_mut().unwrap().remove("password");
    refused(&world, &member, "POST", &votes, unsigned, &[422]).await;
    let mut other = ballot(&world, "approve", PASSWORD).await;
    other["dossier_sha256"] = json!("0".repeat(64));
    refused(&world, &member, "POST", &votes, other, &[409]).await;
    let mut for_another = ballot(&world, "approve", PASSWORD).await;
    for_another["voter"] = json!(world.scene.members[1].id);
    refused(&world, &member, "POST", &votes, for_another, &[422]).await;
    // A scope that reads does not sign.
    let reader = token(&world, &world.scene.members[0], &[Scope::ReviewsRead, Scope::ReviewsComment]).await;
    refused(&world, &reader, "POST", &votes, ballot(&world, "approve", PASSWORD).await, &[403]).await;

    let signed = call(&world, &member, "POST", &votes, &[], Some(ballot(&world, "approve", PASSWORD).await)).await;
    assert_eq!(signed.status, 201, "{}", signed.text);
    refused(&world, &member, "POST", &votes, ballot(&world, "reject", PASSWORD).await, &[409]).await;
    let seen = json(&call(&world, &member, "GET", &format!("/reviews/{}", world.review), &[], None).await);
    let vote = &seen["votes"][0];
    assert_eq!(vote["voter_id"], json!(world.scene.members[0].id));
    assert!(vote["meaning"].as_str().unwrap().contains(seen["dossier_sha256"].as_str().unwrap()));
    // What was hashed is what is sent.
    let dossier = call(&world, &member, "GET", &format!("/reviews/{}/dossier", world.review), &[], None).await;
    assert_eq!(hex(&domain::canonical::sha256(dossier.text.as_bytes())), seen["dossier_sha256"].as_str().unwrap());
    // A decision without its quorum.
    let chair = master(&world, &world.scene.chair).await;
    let close = json!({ "dossier_sha256": seen["dossier_sha256"], "outcome": "approved", "password": PASSWORD });
    refused(&world, &chair, "POST", &format!("/reviews/{}/decide", world.review), close, &[409]).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_risk_raised_after_the_approval_makes_it_stale(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let decision = format!("/decisions/{}", world.decision);
    let before = json(&call(&world, &key, "GET", &decision, &[], None).await);
    assert!(before["stale_since"].is_null());
    let system = before["system"].as_str().unwrap().to_owned();
    let risks = json(&call(&world, &key, "GET", &format!("/risks?system={system}"), &[], None).await);
    let risk = risks["items"][0]["reference"].as_str().unwrap().to_owned();
    let rating = json!({ "kind": "residual", "likelihood": 5, "impact": 5, "rationale": "It happened" });
    let rated = call(&world, &key, "POST", &format!("/risks/{risk}/ratings"), &[], Some(rating)).await;
    assert_eq!(rated.status, 201, "{}", rated.text);
    let after = json(&call(&world, &key, "GET", &decision, &[], None).await);
    assert!(after["stale_since"].is_string(), "{after}");
    let now = json(&call(&world, &key, "GET", &format!("/systems/{system}"), &[], None).await);
    assert_eq!(now["status"], "stale");
    assert_eq!(after["bundle"], before["bundle"], "what was signed stays");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_promotes_themself_and_readers_write_nothing(pool: PgPool) {
    let world = World::new(&pool).await;
    let admin = master(&world, &world.admin).await;
    let me = format!("/admin/people/{}", world.admin.id);
    let read = call(&world, &admin, "GET", &me, &[], None).await;
    let version = tag(&read);
    let roles = json!({ "roles": ["admin", "chair"] });
    let own = call(&world, &admin, "PUT", &format!("{me}/roles"), &[("if-match", &version)], Some(roles.clone())).await;
    assert_eq!(own.status, 403, "{}", own.text);
    for actor in [&world.scene.owner, &world.scene.members[0], &world.scene.chair, &world.executive, &world.auditor] {
        let key = master(&world, actor).await;
        refused(&world, &key, "PUT", &format!("/admin/people/{}/roles", actor.id), roles.clone(), &[403]).await;
    }
    // A token that only reads does not write, whoever holds it.
    let reads: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| scope.reads()).collect();
    let key = token(&world, &world.admin, &reads).await;
    refused(&world, &key, "POST", "/units", json!({ "name": "New" }), &[403]).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t18_what_one_may_not_see_is_not_found_anywhere(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.foreign).await;
    let (risk, mitigation) = (world.risk().await, world.mitigation().await);
    for path in [
        format!("/systems/{}", world.draft),
        format!("/systems/{}/context", world.draft),
        format!("/systems/{}/triage", world.draft),
        format!("/systems/{}/readiness", world.draft),
        format!("/systems/{}/reviews", world.draft),
        format!("/systems/{}/criteria", world.draft),
        format!("/systems/{}/scorecard", world.draft),
        format!("/systems/{}/report", world.draft),
        format!("/systems/{}/gate", world.draft),
        format!("/systems/{}/compare?a=E-1&b=E-1", world.draft),
        format!("/criteria/{}", world.criterion),
        format!("/systems/{}/profile", world.draft),
        format!("/systems/{}/profile/MEASURE-2.10", world.draft),
        format!("/systems/{}/screening", world.draft),
        format!("/risks/{risk}"),
        format!("/risks/{risk}/ratings"),
        format!("/mitigations/{mitigation}"),
        format!("/evidence/{}", world.evidence),
        format!("/evidence/{}/file", world.evidence),
        format!("/evidence?system={}", world.draft),
        format!("/reviews/{}", world.review),
        format!("/reviews/{}/dossier", world.review),
        format!("/decisions/{}", world.decision),
    ] {
        let answer = call(&world, &key, "GET", &path, &[], None).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
        let invented = path.replace(|c: char| c.is_ascii_digit(), "9");
        let never = call(&world, &key, "GET", &invented, &[], None).await;
        assert_eq!((never.status, &never.text), (answer.status, &answer.text), "{path} differs from what never was");
    }
    for list in ["/systems", "/risks", "/mitigations", "/evidence"] {
        let found = json(&call(&world, &key, "GET", list, &[], None).await);
        let text = found.to_string();
        assert!(!text.contains("Draft scoring"), "{list} shows what it must not");
        if let Some(total) = found["total"].as_i64() {
            assert_eq!(usize::try_from(total).unwrap(), found["items"].as_array().unwrap().len(), "{list} counts more");
        }
    }
    let hits = json(&call(&world, &key, "GET", "/search?q=draft%20scoring", &[], None).await);
    assert!(!hits.to_string().contains("Draft scoring"), "{hits}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_earlier_vote_counts_no_more_when_the_dossier_changes(pool: PgPool) {
    let world = World::new(&pool).await;
    let (member, chair) = (&world.scene.members[0], &world.scene.chair);
    world.scene.vote(world.review, member, Choice::Approve).await;
    let key = master(&world, chair).await;
    let place = format!("/reviews/{}", world.review);
    let seen = json(&call(&world, &key, "GET", &place, &[], None).await);
    assert_eq!(seen["votes"][0]["counts"], true);
    let changes = json!({ "dossier_sha256": seen["dossier_sha256"], "reason": "Say more" });
    let back = call(&world, &key, "POST", &format!("{place}/request-changes"), &[], Some(changes)).await;
    assert_eq!(back.status, 204, "{}", back.text);
    world.scene.set_purpose("Something else").await.unwrap();
    let owner = master(&world, &world.scene.owner).await;
    let thread = format!("{place}/comments/{}/resolve", world.thread);
    let settled = call(&world, &owner, "POST", &thread, &[], Some(json!({ "resolved": true }))).await;
    assert_eq!(settled.status, 204, "{}", settled.text);
    let system = seen["system"].as_str().unwrap();
    let again = call(&world, &owner, "POST", &format!("/systems/{system}/submit"), &[], None).await;
    assert_eq!(again.status, 201, "{}", again.text);
    let seen = json(&call(&world, &key, "GET", &place, &[], None).await);
    assert_eq!((&seen["revision"], &seen["votes"][0]["counts"]), (&json!(2), &json!(false)));
}
