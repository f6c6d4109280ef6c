//! What holds below all tables: the chain of audit events, what the database lends to the program's role, and a dossier
//! that is what the register says.

use domain::triage::Tier;
use sqlx::PgPool;

use super::{attempt, hold, two_systems};
use crate::scene::Scene;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t35_the_audit_chain_takes_only_what_continues_it(pool: PgPool) {
    let (_scene, ..) = two_systems(&pool).await;
    let event = |seq: &str, previous: &str, hash: &str, action: &str| {
        format!(
            "with h as (select seq, hash from audit_event order by seq desc limit 1),
                  b as (select h.seq, h.hash, jsonb_build_object('seq', h.seq + 1, 'at', timestamptz '2026-05-01', 'actor_id', null,
                    'actor', 'x', 'action', 'x', 'subject_kind', 'x', 'subject_id', null, 'subject', 'x', 'related', '[]'::jsonb)::text as body from h)
             insert into audit_event (seq, at, actor, action, subject_kind, subject, related, body, previous, hash)
             select {seq}, timestamptz '2026-05-01', 'x', '{action}', 'x', 'x', '{{}}', body, {previous}, {hash} from b"
        )
    };
    let good = "sha256(b.hash || convert_to(b.body, 'UTF8'))";
    hold(
        &pool,
        &[
            (&event("b.seq + 1", "b.hash", "sha256('x')", "x"), "CS009", "CS009"),
            (&event("b.seq + 2", "b.hash", good, "x"), "CS009", "CS009"),
            (&event("b.seq", "b.hash", good, "x"), "CS009", "CS009"),
            (&event("b.seq + 1", "sha256('x')", good, "x"), "CS009", "CS009"),
            (&event("b.seq + 1", "b.hash", good, "other"), "CS009", "CS009"),
            ("update audit_head set seq = 0", "42501", "done"),
            ("delete from audit_head", "42501", "CS002"),
            // The attack itself is well formed: this one continues the chain.
            (&event("b.seq + 1", "b.hash", good, "x"), "done", "done"),
            // One transaction, one event.
            (&format!("{0}; {0}", event("b.seq + 1", "b.hash", good, "x")), "23505", "23505"),
        ],
    )
    .await;
}

/// What a hostile test found: temporary tables that stand before ours, functions that are hung on other tables, derived
/// columns that are laid in.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t34_the_program_lends_no_guard_and_shadows_no_table(pool: PgPool) {
    let (scene, review, _) = two_systems(&pool).await;
    let (owner, system) = (scene.owner.id.0, scene.system.0);
    hold(
        &pool,
        &[
            ("create temp table involvement (like involvement)", "42501", "done"),
            ("create table public.person2 (id uuid)", "42501", "done"),
            (&format!("select involve((select id from system limit 1), '{owner}')"), "42501", "done"),
            ("select count_again()", "42501", "CS003"),
            (
                &format!("insert into system (id, name, purpose, business_unit_id, owner_id, stage, created_at, created_by,
                   changed_at, changed_by, standing_outcome)
                 select gen_random_uuid(), 'X', 'Y', business_unit_id, owner_id, 'pilot', now(), owner_id, now(), owner_id,
                   'approved' from system where number = {system}"),
                "42501",
                "CS003",
            ),
            ("update mitigation set system_id = system_id", "42501", "CS003"),
            ("update evidence set sha256 = sha256", "42501", "CS001"),
            (
                &format!("update review set state_reason = 'Never said' where 'RV-' || number = '{review}'"),
                "CS002",
                "CS002",
            ),
        ],
    )
    .await;
    // Of every function that is not pure SQL: pinned to our tables, and the program's only where it calls it.
    let open: Vec<String> = sqlx::query_scalar(
        "select p.oid::regprocedure::text from pg_proc p join pg_language l on l.oid = p.prolang
         where p.pronamespace = 'public'::regnamespace
           and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
           and (l.lanname = 'plpgsql' or p.prosecdef)
           and (not 'search_path=pg_catalog, public, pg_temp' = any (coalesce(p.proconfig, '{}'))
             or has_function_privilege('countersign_app', p.oid, 'execute') and p.proname <> 'audit_lock_head')",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(open, [] as [String; 0]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_dossier_says_what_the_register_says(pool: PgPool) {
    let scene = Scene::new(&pool, Tier::High, false).await;
    scene.submit().await;
    let body: String = sqlx::query_scalar("select body from dossier limit 1").fetch_one(&pool).await.unwrap();
    let review: uuid::Uuid =
        sqlx::query_scalar("select review_id from dossier limit 1").fetch_one(&pool).await.unwrap();
    let whole: serde_json::Value = serde_json::from_str(&body).unwrap();
    for (said, code) in [
        (whole.clone(), "CS003"),
        (
            {
                let mut x = whole.clone();
                x["triage"]["tier"] = "minimal".into();
                x
            },
            "CS005",
        ),
        (
            {
                let mut x = whole.clone();
                x["risks"] = serde_json::json!([]);
                x
            },
            "CS005",
        ),
    ] {
        let sql = format!(
            "set local session_replication_role = replica;
             update review set state = 'changes_requested' where id = '{review}';
             set local session_replication_role = origin;
             insert into dossier (id, review_id, revision, body, sha256, submitted_by, submitted_at)
             select gen_random_uuid(), review_id, 2, $b${said}$b$, sha256(convert_to($b${said}$b$, 'UTF8')), submitted_by, now()
             from dossier where review_id = '{review}'"
        );
        assert_eq!(attempt(&pool, false, &sql).await, code, "{said}");
    }
}
