//! Criteria, what people made of proposals, words and keys, attacked by raw SQL.

use domain::ids::{RiskRef, SystemRef};
use domain::measure::criterion::{Criterion, Typed};
use domain::triage::Tier;
use sqlx::PgPool;

use super::{attempt, hold};
use crate::scene::Scene;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn criteria_keep_their_rules_below_the_program(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let (store, vocabulary) = (&s.reg.store, domain::measure::vocabulary::Vocabulary::default());
    let typed = Typed { metric: "accuracy", fail: "90 %", ..Typed::default() };
    let new = Criterion::parse(typed, &vocabulary).unwrap();
    let add = async || store::measure::criteria::add(store, &s.owner, s.system, &new, &[], None).await.unwrap();
    let dropped = add().await;
    store::measure::criteria::drop(store, &s.owner, dropped, 1, "Twice").await.unwrap();
    add().await;
    let live = "where dropped_at is null";
    let insert = |what: &str| {
        format!(
            "insert into criterion (id, system_id, metric, unit, slice, comparison, warn, fail, characteristic, created_at,
               created_by, changed_at, changed_by)
             select gen_random_uuid(), system_id, {what}, characteristic, now(), created_by, now(), created_by
             from criterion {live}"
        )
    };
    hold(
        &pool,
        &[
            (&format!("delete from criterion {live}"), "42501", "CS002"),
            ("truncate criterion cascade", "42501", "CS002"),
            ("update criterion set dropped_at = null, dropped_by = null, dropped_why = null", "CS002", "CS002"),
            ("update criterion set fail = 0.1 where dropped_at is not null", "CS002", "CS002"),
            ("update criterion set system_id = gen_random_uuid()", "42501", "CS002"),
            (&format!("update criterion set dropped_at = now() {live}"), "23514", "23514"),
            // It warns before it fails, and no limit is without end.
            (&format!("update criterion set warn = 0.8 {live}"), "23514", "23514"),
            (&format!("update criterion set fail = 'NaN' {live}"), "23514", "23514"),
            (&format!("update criterion set fail = '-Infinity' {live}"), "23514", "23514"),
            // Unaudited, whoever it is.
            (&format!("update criterion set fail = 0.1 {live}"), "CS003", "CS003"),
            (&insert("'accuracy', 'proportion', 'overall', 'at_least', null, 0.5"), "CS003", "CS003"),
            (&insert("'a key', 'proportion', 'overall', 'at_least', null, 0.5"), "23514", "23514"),
            ("insert into metric_term (key, body, changed_at, changed_by)
              select 'x', '{}', now(), created_by from criterion limit 1", "CS003", "CS003"),
            ("insert into signing_key values ('0123456789abcdef', decode(repeat('00', 32), 'hex'), now())", "CS003", "CS003"),
            (
                "insert into criterion_risk select c.id, gen_random_uuid() from criterion c",
                "CS005",
                "CS005",
            ),
            (
                "insert into proposal_answer (id, criterion_id, risk_id, evidence_id, likelihood, accepted, answered_by, answered_at)
                 select gen_random_uuid(), c.id, k.id, e.id, 3, true, c.created_by, now()
                 from criterion c, risk k, evidence e limit 1",
                "CS005",
                "CS005",
            ),
        ],
    )
    .await;
    // Under review all of it stands still.
    s.submit().await;
    let still = [
        format!("update criterion set fail = 0.1 {live}"),
        insert("'accuracy', 'proportion', 'overall', 'at_least', null, 0.5"),
    ];
    for sql in &still {
        assert_eq!(
            (attempt(&pool, true, sql).await, attempt(&pool, false, sql).await),
            ("CS001".into(), "CS001".into()),
            "{sql}"
        );
    }
}

/// A dossier that leaves a criterion out, or names another limit, is refused.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_dossier_names_the_criteria_as_they_are(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let vocabulary = domain::measure::vocabulary::Vocabulary::default();
    let typed = Typed {
        metric: "accuracy",
        fail: "90 %",
        warn: "95 %",
        max_age_days: "90",
        min_samples: "400",
        ..Typed::default()
    };
    let new = Criterion::parse(typed, &vocabulary).unwrap();
    let risk: i64 = sqlx::query_scalar("select min(number) from risk").fetch_one(&pool).await.unwrap();
    store::measure::criteria::add(&s.reg.store, &s.owner, s.system, &new, &[RiskRef(risk)], None).await.unwrap();
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
        ("replace(d.body, '\"fail\":\"0.9\"', '\"fail\":\"0.1\"')", "CS005"),
        ("replace(d.body, '\"warn\":\"0.95\"', '\"warn\":null')", "CS005"),
        ("replace(d.body, '\"slice\":\"overall\"', '\"slice\":\"worst_group\"')", "CS005"),
        ("replace(d.body, '\"scope\":null', '\"scope\":\"easy\"')", "CS005"),
        ("replace(d.body, '\"unit\":\"proportion\"', '\"unit\":\"percent\"')", "CS005"),
        ("replace(d.body, '\"min_samples\":400', '\"min_samples\":4')", "CS005"),
        ("replace(d.body, '\"max_age_days\":90', '\"max_age_days\":null')", "CS005"),
        ("jsonb_set(d.body::jsonb, '{criteria,0,characteristic}', '\"fair\"')::text", "CS005"),
        ("jsonb_set(d.body::jsonb, '{criteria,0,risks}', '[]')::text", "CS005"),
        ("jsonb_set(d.body::jsonb, '{criteria,0,note}', '\"Because\"')::text", "CS005"),
        ("jsonb_set(d.body::jsonb, '{criteria,1}', d.body::jsonb #> '{criteria,0}')::text", "CS005"),
        ("(d.body::jsonb - 'criteria')::text", "CS005"),
    ] {
        assert_eq!(attempt(&pool, false, &again(body)).await, code, "{body}");
    }
}

/// Answers to proposals, columns and what was read by them: not under review, and not on a retired system.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_was_measured_stands_still_with_its_system(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let vocabulary = domain::measure::vocabulary::Vocabulary::default();
    let new = Criterion::parse(Typed { metric: "accuracy", fail: "90 %", ..Typed::default() }, &vocabulary).unwrap();
    let risk: i64 = sqlx::query_scalar("select min(number) from risk").fetch_one(&pool).await.unwrap();
    store::measure::criteria::add(&s.reg.store, &s.owner, s.system, &new, &[RiskRef(risk)], None).await.unwrap();
    let answer = |accepted: bool| {
        format!(
            "insert into proposal_answer (id, criterion_id, risk_id, evidence_id, likelihood, accepted, why, answered_by,
               answered_at)
             select gen_random_uuid(), l.criterion_id, l.risk_id, e.id, 3, {accepted}, 'x', e.uploaded_by, now()
             from criterion_risk l, evidence e limit 1"
        )
    };
    let attacks = [
        answer(true),
        answer(false),
        "insert into table_mapping (system_id, columns_sha256, body, changed_at, changed_by)
         select id, sha256('x'), '{}', now(), owner_id from system"
            .to_owned(),
        "insert into mapped_reading (id, evidence_id, mapping, body, summary, read_at, read_by)
         select gen_random_uuid(), id, '{}', '{}', 'x', now(), uploaded_by from evidence limit 1"
            .to_owned(),
        "delete from criterion_risk".to_owned(),
    ];
    let met = async |code: &str| {
        for sql in &attacks {
            let met = (attempt(&pool, true, sql).await, attempt(&pool, false, sql).await);
            assert_eq!(met, (code.to_owned(), code.to_owned()), "{sql}");
        }
    };
    // While content may move, they lack an audit event alone.
    met("CS003").await;
    s.submit().await;
    met("CS001").await;
    let review = store::reviews::withdraw::withdraw(&s.reg.store, &s.owner, domain::ids::ReviewRef(1), "Later").await;
    review.unwrap();
    store::systems::retire::retire(&s.reg.store, &s.owner, SystemRef(1), "Replaced").await.unwrap();
    met("CS011").await;
}
