//! Answers to the AI RMF, attacked by raw SQL.

use domain::triage::Tier;
use sqlx::PgPool;

use super::{attempt, hold};
use crate::scene::Scene;

/// Rows of one answer, with another person beside its author.
const OTHER: &str = "(select id from person where name = 'Carl Contributor')";
const NEXT: &str = "version = version + 1";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn answers_keep_their_rules_below_the_program(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let one = "where control = (select min(control) from profile_answer)";
    let insert = |what: &str| {
        format!(
            "insert into profile_answer (id, system_id, framework, control, state, text, reason, answered_by, verified_by,
               answered_at, verified_at, created_at, changed_at, changed_by)
             select gen_random_uuid(), id, 'nist-ai-rmf', {what}, now(), now(), owner_id from system"
        )
    };
    let update = |what: &str| format!("update profile_answer set {NEXT}, {what} {one}");
    hold(
        &pool,
        &[
            (&format!("delete from profile_answer {one}"), "42501", "CS002"),
            ("truncate profile_answer cascade", "42501", "CS002"),
            (&update("control = 'MEASURE 9.9'"), "42501", "CS002"),
            (&update("system_id = null"), "42501", "CS002"),
            (&format!("update profile_answer set text = 'x' {one}"), "CS002", "CS002"),
            // Nobody verifies their own, in nobody else's name, or with other words at once.
            (&update("verified_by = answered_by, verified_at = now(), changed_by = answered_by"), "CS004", "CS004"),
            (&update(&format!("verified_by = {OTHER}, verified_at = now()")), "CS005", "CS005"),
            (&update(&format!("verified_by = {OTHER}, verified_at = now(), changed_by = {OTHER}, text = 'x'")), "CS005", "CS005"),
            (&update(&format!("answered_by = {OTHER}, changed_by = {OTHER}")), "CS005", "CS005"),
            (&update(&format!("text = 'x', changed_by = {OTHER}")), "CS005", "CS005"),
            (&update("state = 'verified'"), "23514", "23514"),
            (&update("state = 'not_applicable'"), "23514", "23514"),
            (&update("text = null"), "23514", "23514"),
            (&insert(&format!("'MEASURE 2.99', 'implemented', 'x', null, owner_id, {OTHER}, now(), now()")), "CS005", "CS005"),
            (&insert("'1; drop', 'partial', 'x', null, owner_id, null, now(), null"), "23514", "23514"),
            // An answer rests on its own system's records, and on one thing a row.
            ("insert into profile_link (answer_id, risk_id) select a.id, gen_random_uuid() from profile_answer a limit 1", "CS005", "CS005"),
            ("insert into framework (key, body, changed_at, changed_by) select 'x', '{}', now(), owner_id from system", "CS003", "CS003"),
            // What is allowed lacks its event alone.
            (&update("target = 'verified'"), "CS003", "CS003"),
            (&update(&format!("verified_by = {OTHER}, verified_at = now(), changed_by = {OTHER}")), "CS003", "CS003"),
            (&insert("'MEASURE 2.99', 'partial', 'x', null, owner_id, null, now(), null"), "CS003", "CS003"),
        ],
    )
    .await;
    let link = "insert into profile_link (answer_id, risk_id) select a.id, r.id from profile_answer a, risk r limit 1";
    let moves = [
        update("target = 'verified'"),
        insert("'MEASURE 2.99', 'partial', 'x', null, owner_id, null, now(), null"),
        link.to_owned(),
    ];
    let met = async |code: &str| {
        for sql in &moves {
            let met = (attempt(&pool, true, sql).await, attempt(&pool, false, sql).await);
            assert_eq!(met, (code.to_owned(), code.to_owned()), "{sql}");
        }
    };
    met("CS003").await;
    s.submit().await;
    met("CS001").await;
    store::reviews::withdraw::withdraw(&s.reg.store, &s.owner, domain::ids::ReviewRef(1), "Later").await.unwrap();
    store::systems::retire::retire(&s.reg.store, &s.owner, domain::ids::SystemRef(1), "Replaced").await.unwrap();
    met("CS011").await;
}

/// Whoever answers or verifies has a part in the system, whatever the program forgot.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_verifies_is_no_judge(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let mut tx = s.reg.store.begin().await.unwrap();
    sqlx::query(
        "update profile_answer set version = version + 1, verified_by = $1, verified_at = now(), changed_by = $1
         where control = (select min(control) from profile_answer)",
    )
    .bind(s.members[0].id.0)
    .execute(tx.conn())
    .await
    .unwrap();
    let entry = store::audit::Entry::new("profile.verify", "profile_answer", None, "behind the program's back");
    tx.commit(&s.members[0], entry).await.unwrap();
    let review = s.submit().await;
    let vote = s.try_vote(review, &s.members[0], domain::review::Choice::Approve).await;
    assert!(vote.is_err(), "{vote:?}");
}

/// A dossier that says another answer, or leaves one out, is refused.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_dossier_says_what_the_profile_says(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let review = s.submit().await;
    let hash = s.hash(review).await;
    store::reviews::request_changes::request_changes(&s.reg.store, &s.members[0], review, &hash, "Again")
        .await
        .unwrap();
    let again = |body: &str| {
        format!(
            "insert into dossier (id, review_id, revision, body, sha256, submitted_by, submitted_at)
             select gen_random_uuid(), review_id, 2, b, sha256(convert_to(b, 'UTF8')), submitted_by, now()
             from (select d.*, {body} as b from dossier d) d"
        )
    };
    for (body, code) in [
        ("d.body", "CS003"),
        ("jsonb_set(d.body::jsonb, '{profile,0,state}', '\"partial\"')::text", "CS005"),
        ("jsonb_set(d.body::jsonb, '{profile,0,text}', '\"Other words\"')::text", "CS005"),
        ("jsonb_set(d.body::jsonb, '{profile,0,target}', '\"partial\"')::text", "CS005"),
        ("jsonb_set(d.body::jsonb, '{profile,0,verified_by}', '{\"id\": \"x\", \"name\": \"x\"}')::text", "CS005"),
        ("(d.body::jsonb #- '{profile,0}')::text", "CS005"),
        ("(d.body::jsonb - 'profile')::text", "CS005"),
    ] {
        assert_eq!(attempt(&pool, false, &again(body)).await, code, "{body}");
    }
}
