//! The rules below the program: each guard is attacked by raw SQL, as the role that the program works as and as the
//! database's superuser. Nothing of what the store checks stands in the way here.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/scene.rs"]
mod scene;

mod below;
mod measure;
mod profile;

use common::*;
use domain::actor::Role;
use domain::ids::ReviewRef;
use domain::review::Choice;
use domain::triage::Tier;
use scene::{PASSWORD, Scene};
use sqlx::{Connection, PgPool};
use store::reviews::decide::{self, Closing};
use store::reviews::{recuse, request_changes};

/// What the attempt gives: the SQLSTATE of the refusal, or "done". Never committed.
async fn attempt(pool: &PgPool, as_program: bool, sql: &str) -> String {
    let mut conn = pool.acquire().await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    if as_program {
        sqlx::raw_sql("set local role countersign_app").execute(&mut *tx).await.unwrap();
    }
    let code = |e: sqlx::Error| match &e {
        sqlx::Error::Database(db) => db.code().unwrap_or_default().into_owned(),
        other => panic!("{sql}: {other}"),
    };
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    if let Err(e) = sqlx::raw_sql(sql).execute(&mut *tx).await {
        return code(e);
    }
    // What would be refused at commit.
    match sqlx::raw_sql("set constraints all immediate").execute(&mut *tx).await {
        Err(e) => code(e),
        Ok(_) => "done".to_owned(),
    }
}

/// Each attack with the codes that the program's role and the superuser must meet.
async fn hold(pool: &PgPool, attacks: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (sql, program, superuser) in attacks {
        let met = (attempt(pool, true, sql).await, attempt(pool, false, sql).await);
        if (met.0.as_str(), met.1.as_str()) != (*program, *superuser) {
            wrong.push(format!("{sql}\n    expected {program}, {superuser}; met {}, {}", met.0, met.1));
        }
    }
    assert!(wrong.is_empty(), "{} of {} attacks:\n{}", wrong.len(), attacks.len(), wrong.join("\n"));
}

/// No grant, and a trigger below it.
const DENIED: (&str, &str) = ("42501", "CS002");

/// A decided system with a condition, and a review of another one: second revision, one vote.
async fn two_systems(pool: &PgPool) -> (Scene, ReviewRef, ReviewRef) {
    let s = Scene::new(pool, Tier::Minimal, false).await;
    let decided = s.submit().await;
    s.vote(decided, &s.members[0], Choice::ApproveWithConditions).await;
    let closing = Closing {
        dossier: s.hash(decided).await,
        outcome: domain::review::Outcome::ApprovedWithConditions,
        statement: None,
        valid_until: None,
    };
    decide::decide(&s.reg.store, &s.chair, decided, &closing, PASSWORD, None).await.unwrap();

    // Members with a part in the second system: by a rating, by having contributed once.
    let unit: uuid::Uuid = sqlx::query_scalar("select id from business_unit").fetch_one(pool).await.unwrap();
    let (system, id) = scene::ready(&s.reg, &s.owner, &s.contributor, unit, "Chat helper", Tier::Limited, false).await;
    let s = Scene { system, id, ..s };
    let editor = s.reg.person("Edda Editor", &[Role::Owner]).await;
    let former = s.reg.person("Fred Former", &[Role::Owner]).await;
    s.reg.person("Eva Executive", &[Role::Executive]).await;
    let mut tx = s.reg.store.begin().await.unwrap();
    sqlx::query("update risk set changed_by = $1 where system_id = $2")
        .bind(editor.id.0)
        .bind(id.0)
        .execute(tx.conn())
        .await
        .unwrap();
    sqlx::query("insert into system_contributor (system_id, person_id, added_at) values ($1, $2, now())")
        .bind(id.0)
        .bind(former.id.0)
        .execute(tx.conn())
        .await
        .unwrap();
    sqlx::query("delete from system_contributor where person_id = $1")
        .bind(former.id.0)
        .execute(tx.conn())
        .await
        .unwrap();
    // Everybody with a part becomes a member and chair; one member is deactivated.
    sqlx::query("update person set roles = '{committee,chair}' where name in ('Olga Owner', 'Carl Contributor', 'Edda Editor', 'Fred Former')")
        .execute(tx.conn())
        .await
        .unwrap();
    sqlx::query("update person set deactivated_at = now() where name = 'Max Member'").execute(tx.conn()).await.unwrap();
    let entry = store::audit::Entry::new("people.manage", "person", None, "roles");
    tx.commit(store::tx::Who::Program("test"), entry).await.unwrap();
    let review = s.submit().await;
    let hash = s.hash(review).await;
    request_changes::request_changes(&s.reg.store, &s.members[0], review, &hash, "Again").await.unwrap();
    s.set_purpose("Answers questions").await.unwrap();
    s.submit().await;
    recuse::recuse(&s.reg.store, &s.members[2], review, "Knows the team").await.unwrap();
    s.vote(review, &s.members[0], Choice::Approve).await;
    (s, decided, review)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t34_what_is_append_only_is_never_touched(pool: PgPool) {
    let (_scene, ..) = two_systems(&pool).await;
    let tables = [
        ("matrix_version", "body"),
        ("triage_result", "tier"),
        ("rating", "level"),
        ("evidence_file", "size"),
        ("dossier", "body"),
        ("vote", "choice"),
        ("recusal", "reason"),
        ("decision", "outcome"),
        ("audit_event", "body"),
        ("involvement", "person_id"),
    ];
    for (table, column) in tables {
        let rows = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(format!("select count(*) from {table}")));
        assert!(rows.fetch_one(&pool).await.unwrap() > 0, "{table} is empty: the attack would prove nothing");
        for sql in [
            format!("update {table} set {column} = {column}"),
            format!("delete from {table}"),
            format!("truncate {table} cascade"),
        ] {
            hold(&pool, &[(sql.as_str(), DENIED.0, DENIED.1)]).await;
        }
    }
    // Their rows may change in ways that other guards hold; they never go.
    for table in ["system", "risk", "mitigation", "evidence", "review", "person"] {
        for sql in [format!("delete from {table}"), format!("truncate {table} cascade")] {
            hold(&pool, &[(sql.as_str(), DENIED.0, DENIED.1)]).await;
        }
    }
    for table in ["tier_override", "decision_end", "import_run", "comment"] {
        let sql = format!("truncate {table} cascade");
        hold(&pool, &[(sql.as_str(), DENIED.0, DENIED.1)]).await;
    }
}

fn vote_by(name: &str) -> String {
    vote_sql(name, "d.sha256", "false", "d.revision = 2")
}

fn vote_sql(name: &str, hash: &str, chair: &str, dossier: &str) -> String {
    format!(
        "insert into vote (id, review_id, dossier_id, dossier_sha256, voter_id, voter_name, voter_chair, choice, reason,
           meaning, signed_at)
         select gen_random_uuid(), d.review_id, d.id, {hash}, p.id, p.name, {chair}, 'approve', 'x', 'x', now()
         from dossier d join review r on r.id = d.review_id, person p
         where r.state = 'in_review' and {dossier} and p.name = '{name}'"
    )
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_with_a_part_votes(pool: PgPool) {
    let (_scene, ..) = two_systems(&pool).await;
    // Owner and submitter, contributor, editor, former contributor, recused, deactivated, without the role.
    for name in
        ["Olga Owner", "Carl Contributor", "Edda Editor", "Fred Former", "Mo Member", "Max Member", "Eva Executive"]
    {
        hold(&pool, &[(vote_by(name).as_str(), "CS004", "CS004")]).await;
    }
    hold(
        &pool,
        &[
            (vote_by("Mia Member").as_str(), "23505", "23505"),
            // A chair's vote that is none; another hash; the dossier of an earlier revision; a decided review.
            (vote_sql("Mia Member", "d.sha256", "true", "d.revision = 2").as_str(), "CS004", "CS004"),
            (vote_sql("Chiara Chair", "sha256('x')", "true", "d.revision = 2").as_str(), "CS006", "CS006"),
            (vote_sql("Chiara Chair", "d.sha256", "true", "d.revision = 1").as_str(), "CS006", "CS006"),
            (
                vote_by("Chiara Chair")
                    .replace("r.state = 'in_review'", "r.state = 'approved_with_conditions'")
                    .replace("d.revision = 2", "d.revision = 1")
                    .as_str(),
                "CS005",
                "CS005",
            ),
            // All in order, but nobody is told.
            (vote_by("Chiara Chair").as_str(), "CS003", "CS003"),
        ],
    )
    .await;
}

fn decision(by: &str, outcome: &str, valid: &str, hash: &str) -> String {
    format!(
        "insert into decision (id, review_id, system_id, dossier_id, dossier_sha256, outcome, tier, quorum,
           above_appetite, meaning, decided_by, decided_by_name, decided_at, valid_until)
         select gen_random_uuid(), r.id, r.system_id, d.id, {hash}, '{outcome}', 'limited', 2, false, 'x', p.id, p.name,
           now(), {valid}
         from review r join dossier d on d.review_id = r.id and d.revision = 2, person p
         where r.state = 'in_review' and p.name = '{by}'"
    )
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_decision_is_what_the_votes_amount_to(pool: PgPool) {
    let (s, _, review) = two_systems(&pool).await;
    let soon = "(now() + interval '1 month')::date";
    // One vote of two.
    hold(&pool, &[(decision("Chiara Chair", "approved", soon, "d.sha256").as_str(), "CS007", "CS007")]).await;
    s.vote(review, &s.other_chair, Choice::Approve).await;
    let long = "(now() + interval '18 months 2 days')::date";
    hold(
        &pool,
        &[
            (decision("Chiara Chair", "rejected", "null", "d.sha256").as_str(), "CS007", "CS007"),
            (decision("Chiara Chair", "approved_with_conditions", soon, "d.sha256").as_str(), "CS007", "CS007"),
            (decision("Chiara Chair", "approved", long, "d.sha256").as_str(), "CS007", "CS007"),
            (decision("Chiara Chair", "approved", "null", "d.sha256").as_str(), "23514", "23514"),
            (decision("Chiara Chair", "approved", soon, "sha256('x')").as_str(), "CS006", "CS006"),
            (
                decision("Chiara Chair", "approved", soon, "d.sha256").replace("'limited', 2", "'minimal', 1").as_str(),
                "CS007",
                "CS007",
            ),
            (decision("Mia Member", "approved", soon, "d.sha256").as_str(), "CS004", "CS004"),
            (decision("Olga Owner", "approved", soon, "d.sha256").as_str(), "CS004", "CS004"),
            (decision("Edda Editor", "approved", soon, "d.sha256").as_str(), "CS004", "CS004"),
            (decision("Chiara Chair", "approved", soon, "d.sha256").as_str(), "CS003", "CS003"),
        ],
    )
    .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn states_move_through_their_verbs_only(pool: PgPool) {
    let (_scene, ..) = two_systems(&pool).await;
    let closed = "where state = 'approved_with_conditions'";
    hold(&pool, &[
        ("update review set state = 'approved' where state = 'in_review'", "CS005", "CS005"),
        ("update review set state = 'rejected' where state = 'in_review'", "CS005", "CS005"),
        ("update review set state = 'draft' where state = 'in_review'", "CS005", "CS005"),
        (&format!("update review set state = 'in_review' {closed}"), "CS005", "CS005"),
        (&format!("update review set state = 'approved' {closed}"), "CS005", "CS005"),
        (&format!("update review set state = 'revoked' {closed}"), "CS005", "CS005"),
        (&format!("update review set state = 'superseded' {closed}"), "CS005", "CS005"),
        ("update review set system_id = (select id from system where name = 'Loan scoring') where state = 'in_review'", "42501", "CS002"),
        // A review that begins at its end, one without a dossier, a second open one.
        ("insert into review (id, system_id, state, opened_by, opened_at, state_since)
          select gen_random_uuid(), id, 'approved', owner_id, now(), now() from system limit 1", "CS005", "CS005"),
        ("insert into review (id, system_id, state, opened_by, opened_at, state_since)
          select gen_random_uuid(), id, 'draft', owner_id, now(), now() from system where open_review_id is null;
          update review set state = 'submitted', submitted_at = now() where state = 'draft';
          set constraints submitted_has_dossier immediate", "CS005", "CS005"),
        ("insert into review (id, system_id, state, opened_by, opened_at, state_since)
          select gen_random_uuid(), id, 'draft', owner_id, now(), now() from system where open_review_id is not null", "23505", "23505"),
        // A dossier under the committee's hands.
        ("insert into dossier (id, review_id, revision, body, sha256, submitted_by, submitted_at)
          select gen_random_uuid(), r.id, 3, '{}', sha256('{}'), s.owner_id, now()
          from review r join system s on s.id = r.system_id where r.state = 'in_review'", "CS005", "CS005"),
        // Endings: by somebody who may not, without a newer decision.
        ("insert into decision_end (decision_id, kind, reason, ended_by, ended_at)
          select d.id, 'revoked', 'x', p.id, now() from decision d, person p where p.name = 'Mo Member'", "CS004", "CS004"),
        ("insert into decision_end (decision_id, kind, reason, ended_by, ended_at)
          select d.id, 'superseded', 'x', p.id, now() from decision d, person p where p.name = 'Chiara Chair'", "CS005", "CS005"),
        // What is derived is not written by the program.
        ("update system set tier = 'minimal'", "42501", "CS003"),
        ("update system set open_review_id = null", "42501", "CS003"),
        ("update system set decision_id = null", "42501", "CS003"),
        ("update risk set residual_level = 0, residual_above = false", "42501", "CS003"),
        ("insert into involvement select s.id, p.id from system s, person p on conflict do nothing", "42501", "done"),
    ])
    .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn content_stands_still_under_review(pool: PgPool) {
    let (_scene, ..) = two_systems(&pool).await;
    let there = "where system_id = (select system_id from review where state = 'in_review')";
    hold(&pool, &[
        ("update system set purpose = 'x' where name = 'Chat helper'", "CS001", "CS001"),
        ("update system set owner_id = (select id from person where name = 'Edda Editor') where name = 'Chat helper'", "CS001", "CS001"),
        (&format!("update risk set title = 'x' {there}"), "CS001", "CS001"),
        (&format!("update mitigation set due_on = due_on + 1 {there}"), "CS001", "CS001"),
        (&format!("update mitigation set status = 'dropped' {there}"), "CS001", "CS001"),
        (&format!("update evidence set title = 'x' {there}"), "CS001", "CS001"),
        (&format!("delete from system_model {there}"), "CS001", "CS001"),
        (&format!("insert into rating (id, risk_id, kind, likelihood, impact, level, matrix_version, rated_by, rated_at)
           select gen_random_uuid(), id, 'residual', 1, 1, 0, 1, changed_by, now() from risk {there}"), "CS001", "CS001"),
        ("delete from mitigation_risk where mitigation_id in (select m.id from mitigation m join system s on s.id = m.system_id
           where s.name = 'Chat helper')", "CS001", "CS001"),
        // Progress goes on: refused only for want of an audit event.
        (&format!("update mitigation set status = 'in_progress' {there}"), "CS003", "CS003"),
    ])
    .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn conditions_ratings_evidence_and_people_keep_their_rules(pool: PgPool) {
    let (_scene, ..) = two_systems(&pool).await;
    let rate = |level: i32, version: i32| {
        format!(
            "insert into rating (id, risk_id, kind, likelihood, impact, level, matrix_version, rated_by, rated_at)
             select gen_random_uuid(), k.id, 'residual', 4, 4, {level}, {version}, k.changed_by, now()
             from risk k join system s on s.id = k.system_id where s.name = 'Loan scoring'"
        )
    };
    hold(
        &pool,
        &[
            ("update mitigation set due_on = due_on + 30 where decision_id is not null", "CS002", "CS002"),
            ("update mitigation set description = 'Nothing' where decision_id is not null", "CS002", "CS002"),
            ("update mitigation set decision_id = null where decision_id is not null", "42501", "CS002"),
            ("update mitigation set status = 'dropped' where decision_id is not null", "23514", "23514"),
            (
                "update mitigation set status = 'verified', implemented_by = assignee_id, verified_by = assignee_id
          where decision_id is not null",
                "23514",
                "23514",
            ),
            (&rate(0, 1), "CS008", "CS008"),
            (&rate(3, 1), "CS008", "CS008"),
            (&rate(2, 1), "CS003", "CS003"),
            ("update evidence set file_name = 'other.txt'", "42501", "CS002"),
            (
                "update evidence set sha256 = (select sha256 from evidence_file order by sha256 limit 1)",
                "42501",
                "CS002",
            ),
            // Days that nobody meant.
            ("update evidence set speaks_of = '0202-01-01' where kind = 'test'", "23514", "23514"),
            ("update evidence set valid_until = '9999-12-31' where kind = 'test'", "23514", "23514"),
            ("update mitigation set due_on = '20260-01-01' where decision_id is null", "23514", "23514"),
            ("update person set roles = '{committee,executive}' where name = 'Mia Member'", "23514", "23514"),
            (
                "insert into tier_override (id, system_id, tier, reason, set_by, set_at)
          select gen_random_uuid(), s.id, 'minimal', 'x', p.id, now() from system s, person p
          where s.name = 'Loan scoring' and p.name = 'Olga Owner'",
                "CS004",
                "CS004",
            ),
            // Unaudited, whoever it is.
            ("update system set purpose = 'x' where name = 'Loan scoring'", "CS003", "CS003"),
            (
                "insert into business_unit (id, name, created_at) values (gen_random_uuid(), 'Shadow', now())",
                "CS003",
                "CS003",
            ),
            ("update person set roles = '{admin}' where name = 'Mia Member'", "CS003", "CS003"),
        ],
    )
    .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_retired_system_stands_still_until_it_is_reopened(pool: PgPool) {
    let (s, decided, _) = two_systems(&pool).await;
    let store = &s.reg.store;
    let loan = domain::ids::SystemRef(1);
    store::systems::retire::retire(store, &s.owner, loan, "Replaced").await.unwrap();
    let it = "(select id from system where name = 'Loan scoring')";
    let risk = format!("(select min(id::text)::uuid from risk where system_id = {it})");
    let still = [
        format!("update system set purpose = 'x' where id = {it}"),
        format!("update system set autonomy = 'acts_alone' where id = {it}"),
        format!("delete from system_model where system_id = {it}"),
        format!("insert into system_model (system_id, provider, name, version) values ({it}, 'x', 'x', 'x')"),
        format!("update risk set title = 'x' where system_id = {it}"),
        format!("update risk set status = 'closed' where system_id = {it}"),
        format!(
            "insert into risk (id, system_id, title, cause, event, consequence, characteristic, status, created_at, created_by,
               changed_at, changed_by)
             select gen_random_uuid(), id, 'x', 'x', 'x', 'x', 'fair', 'open', now(), owner_id, now(), owner_id
             from system where id = {it}"
        ),
        format!(
            "insert into rating (id, risk_id, kind, likelihood, impact, level, matrix_version, rated_by, rated_at)
             select gen_random_uuid(), id, 'residual', 1, 1, 0, 1, changed_by, now() from risk where id = {risk}"
        ),
        format!("update mitigation set status = 'in_progress' where system_id = {it} and decision_id is null"),
        format!("update mitigation set assignee_id = changed_by where system_id = {it}"),
        format!("delete from mitigation_risk where risk_id = {risk}"),
        format!("update evidence set title = 'x' where system_id = {it}"),
        format!("delete from evidence_risk where risk_id = {risk}; insert into evidence_risk (evidence_id, risk_id)
          select e.id, {risk} from evidence e where e.system_id = {it}"),
        format!("insert into triage_result (id, system_id, answers, tier, because, rules_version, answered_by, answered_at)
          select gen_random_uuid(), id, '{{}}', 'minimal', '{{}}', 1, owner_id, now() from system where id = {it}"),
        format!("insert into tier_override (id, system_id, tier, reason, set_by, set_at)
          select gen_random_uuid(), {it}, 'minimal', 'x', id, now() from person where name = 'Chiara Chair'"),
        format!("insert into review (id, system_id, state, opened_by, opened_at, state_since)
          select '00000000-0000-0000-0000-000000000001', id, 'draft', owner_id, now(), now() from system where id = {it};
          insert into dossier (id, review_id, revision, body, sha256, submitted_by, submitted_at)
          select gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 1, d.body, sha256(convert_to(d.body, 'UTF8')), owner_id,
            now()
          from system cross join lateral (select jsonb_build_object('triage', jsonb_build_object('tier', tier), 'risks',
            coalesce(jsonb_agg(jsonb_build_object('reference', 'R-' || k.number, 'status', k.status, 'above_appetite',
              k.residual_above)), '[]'))::text as body from risk k where k.system_id = system.id) d where id = {it}"),
    ];
    for sql in &still {
        hold(&pool, &[(sql.as_str(), "CS011", "CS011")]).await;
    }
    // Refused for want of an audit event alone: reopening, another owner, what triggers derive, the end of the decision.
    let revoked = format!(
        "insert into decision_end (decision_id, kind, reason, ended_by, ended_at)
         select d.id, 'revoked', 'x', p.id, now() from decision d, person p where d.system_id = {it} and p.name = 'Chiara Chair'"
    );
    hold(
        &pool,
        &[
            (&format!("update system set stage = 'pilot', purpose = 'x' where id = {it}"), "CS003", "CS003"),
            (
                &format!("update system set owner_id = changed_by, stale_since = now() where id = {it}"),
                "CS003",
                "CS003",
            ),
            (&format!("update review set state = 'expired' where system_id = {it}"), "CS003", "CS003"),
            (&revoked, "CS003", "CS003"),
            (&format!("update risk set residual_above = not residual_above where system_id = {it}"), "42501", "CS003"),
        ],
    )
    .await;
    // By its verbs: the approval ends, the system comes back, and its content moves again.
    let decision = domain::ids::DecisionRef(1);
    store::reviews::revoke::revoke(store, &s.chair, decision, "Harm", PASSWORD).await.unwrap();
    let state: String = sqlx::query_scalar("select state from review where number = $1")
        .bind(decided.0)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(state, "revoked");
    store::systems::retire::reopen(store, &s.owner, loan, domain::system::Stage::Pilot).await.unwrap();
    hold(&pool, &[(still[0].as_str(), "CS003", "CS003"), (still[4].as_str(), "CS003", "CS003")]).await;
}
