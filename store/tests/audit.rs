//! The audit chain on a real Postgres: complete under parallel writers, and broken by whatever a superuser does to it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;

use common::{Register, register};
use domain::actor::{Actor, Role};
use domain::audit::{Body, Head, link};
use domain::ids::{SystemRef, UnitId};
use domain::system::{Registration, Stage};
use futures::{StreamExt, stream};
use sqlx::PgPool;
use store::Error;
use store::audit::{self, Filter};

async fn add(register: &Register, owner: &Actor, unit: UnitId, name: String) -> SystemRef {
    let purpose = "Sorts letters".to_owned();
    let new = Registration { name, purpose, unit, owner: owner.id, stage: Stage::Ideation };
    loop {
        match store::systems::register::register(&register.store, owner, &new, None).await {
            // The pool is smaller than the crowd: 503, and the browser tries again.
            Err(Error::Busy) => {}
            done => return done.unwrap(),
        }
    }
}

async fn verify(register: &Register, earlier: Vec<Head>) -> audit::Report {
    audit::verify(&register.store, earlier).await.unwrap()
}

/// A chain of two set-up events and `n` registrations.
async fn chain(pool: &PgPool, n: usize) -> (Register, Actor) {
    let register = register(pool);
    let ada = register.person("Ada Okafor", &[Role::Owner]).await;
    let unit = register.unit("Post").await;
    for i in 0..n {
        add(&register, &ada, unit, format!("System {i}")).await;
    }
    (register, ada)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t33_fifty_parallel_writers_leave_every_event_once_and_a_chain_that_holds(pool: PgPool) {
    let (register, ada) = chain(&pool, 0).await;
    let unit = register.unit("Letters").await;
    let before = register.count("select count(*) from audit_event").await;
    let writers = (0..50).map(|i| add(&register, &ada, unit, format!("System {i}")));
    let systems: Vec<SystemRef> = stream::iter(writers).buffer_unordered(50).collect().await;
    assert_eq!(systems.len(), 50);
    // And all of them on the same row.
    let (register, ada, first) = (&register, &ada, systems[0]);
    let edits = systems.iter().map(|system| async move {
        loop {
            let label = store::evidence::Label {
                title: "Note".into(),
                kind: domain::evidence::Kind::Document,
                speaks_of: register.store.today(),
                valid_until: None,
                note: None,
                risks: vec![],
                mitigations: vec![],
            };
            let bytes = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(format!("of {system}")))]);
            match store::evidence::receive(&register.store, ada, first, &label, "n.txt", bytes, None).await {
                Err(Error::Busy) => {}
                done => break done.unwrap(),
            }
        }
    });
    stream::iter(edits).buffer_unordered(50).collect::<Vec<_>>().await;
    assert_eq!(register.count("select count(*) from audit_event").await, before + 100);
    assert_eq!(register.count("select max(seq) from audit_event").await, before + 100);
    let report = verify(register, vec![]).await;
    assert!(report.intact, "{report:?}");
    assert_eq!(report.events, before + 100);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t35_an_edit_by_a_superuser_is_named(pool: PgPool) {
    let (register, _) = chain(&pool, 5).await;
    register.sql("alter table audit_event disable trigger user").await;
    register.sql("update audit_event set body = replace(body, 'System 2', 'System X') where seq = 5").await;
    let broken = verify(&register, vec![]).await.broken.unwrap();
    assert_eq!(broken.seq, 5);
    register.sql("update audit_event set body = replace(body, 'System X', 'System 2') where seq = 5").await;
    assert!(verify(&register, vec![]).await.intact);
    // The columns by which people filter are held too.
    register.sql("update audit_event set actor = 'Nobody' where seq = 6").await;
    assert_eq!(verify(&register, vec![]).await.broken.unwrap().seq, 6);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t35_deletions_and_swaps_by_a_superuser_are_named(pool: PgPool) {
    let (register, _) = chain(&pool, 6).await;
    register.sql("alter table audit_event disable trigger user; create table kept as select * from audit_event").await;
    let restore = "truncate audit_event; insert into audit_event select * from kept";
    for (attack, seq) in [
        ("delete from audit_event where seq = 4", 4),
        ("delete from audit_event where seq = 1", 1),
        ("delete from audit_event where seq > 6", 7),
        ("update audit_event set seq = -seq where seq in (4, 5); update audit_event set seq = 9 + seq where seq < 0", 4),
        ("insert into audit_event select 0, at, actor_id, actor, action, subject_kind, subject_id, subject, related, body,
            previous, 'x', '1' from audit_event where seq = 1", 1),
    ] {
        register.sql(attack).await;
        assert_eq!(verify(&register, vec![]).await.broken.map(|b| b.seq), Some(seq), "{attack}");
        register.sql(restore).await;
        assert!(verify(&register, vec![]).await.intact, "after {attack}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t35_a_cut_tail_and_a_full_rewrite_show_against_an_exported_head(pool: PgPool) {
    let (register, _) = chain(&pool, 6).await;
    let exported = audit::export_head(&register.store).await.unwrap().head;
    assert_eq!(exported.seq, 8);
    assert!(verify(&register, vec![exported.clone()]).await.intact);

    register.sql("alter table audit_event disable trigger user; alter table audit_head disable trigger user").await;
    rewrite(&register).await;
    assert!(verify(&register, vec![]).await.intact, "perfect in itself");
    assert!(!verify(&register, vec![exported.clone()]).await.intact);

    register
        .sql("delete from audit_event where seq > 5; update audit_head set (seq, hash) = (select seq, hash from audit_event where seq = 5)")
        .await;
    let cut = verify(&register, vec![]).await;
    assert!(cut.intact, "perfect in itself");
    let cut =
        verify(&register, vec![Head { seq: 5, ..cut.head.unwrap() }, Head { hash: "ab".repeat(32), ..exported }]).await;
    assert_eq!(cut.broken.unwrap().seq, 6);
}

/// Tells another story from event 3 on, with every hash made anew, as somebody with all power over the database could.
async fn rewrite(register: &Register) {
    let rows: Vec<(i64, String, Vec<u8>)> =
        sqlx::query_as("select seq, body, previous from audit_event where seq >= 3 order by seq")
            .fetch_all(&register.owner)
            .await
            .unwrap();
    let mut previous: [u8; 32] = rows[0].2.clone().try_into().unwrap();
    for (seq, text, _) in rows {
        let mut body: Body = serde_json::from_str(&text).unwrap();
        body.actor = "Somebody else".to_owned();
        let text = body.text().unwrap();
        let hash = link(&previous, &text);
        sqlx::query("update audit_event set body = $2, previous = $3, hash = $4, actor = $5 where seq = $1")
            .bind(seq)
            .bind(text)
            .bind(previous.as_slice())
            .bind(hash.as_slice())
            .bind(&body.actor)
            .execute(&register.owner)
            .await
            .unwrap();
        previous = hash;
    }
    sqlx::query("update audit_head set hash = $1").bind(previous.as_slice()).execute(&register.owner).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_trail_is_filtered_paged_and_for_those_who_may_read_it(pool: PgPool) {
    let (register, ada) = chain(&pool, 55).await;
    let olga = register.person("Olga Auditor", &[Role::Auditor]).await;
    let store = &register.store;
    let refused = audit::list(store, &ada, &Filter::default()).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    let list = async |filter: Filter| audit::list(store, &olga, &filter).await.unwrap();
    let first = list(Filter { action: Some("system.register".into()), ..Filter::default() }).await;
    assert_eq!((first.rows.len(), first.rows[0].subject.as_str()), (50, "AIS-55"));
    let rest = list(Filter { action: Some("system.register".into()), after: first.next, ..Filter::default() }).await;
    assert_eq!(rest.rows.len(), 5);
    assert_eq!(list(Filter { text: Some("system 17".into()), ..Filter::default() }).await.rows.len(), 1);
    assert_eq!(list(Filter { actor: Some(olga.id.0), ..Filter::default() }).await.rows.len(), 0);
    assert_eq!(list(Filter { subject_kind: Some("unit".into()), ..Filter::default() }).await.rows.len(), 1);
    let today = store.today();
    assert_eq!(list(Filter { from: Some(today), until: Some(today), ..Filter::default() }).await.rows.len(), 50);
    assert_eq!(list(Filter { from: today.succ_opt(), ..Filter::default() }).await.rows.len(), 0);
    assert_eq!(list(Filter { until: today.pred_opt(), ..Filter::default() }).await.rows.len(), 0);
    let choices = audit::choices(store, &olga).await.unwrap();
    assert_eq!(choices.actions, ["people.manage", "system.register", "units.manage"]);
    assert_eq!(choices.people.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["Ada Okafor"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_record_shows_its_history_to_those_who_see_the_record(pool: PgPool) {
    let (register, ada) = chain(&pool, 1).await;
    let store = &register.store;
    let new = store::risks::NewRisk::from_library(&domain::risk::library::all()[0].key).unwrap();
    store::risks::add(store, &ada, SystemRef(1), &[new], None).await.unwrap();
    let id = async |sql| sqlx::query_scalar::<_, uuid::Uuid>(sql).fetch_one(&register.owner).await.unwrap();
    let (system, risk) = (id("select id from system").await, id("select id from risk").await);
    let stranger = register.person("Sam Stranger", &[Role::Owner]).await;
    let whole = audit::history(store, &ada, system, None).await.unwrap();
    assert_eq!(whole.rows.iter().map(|e| e.subject_kind.as_str()).collect::<Vec<_>>(), ["risk", "system"]);
    assert_eq!(audit::history(store, &ada, risk, None).await.unwrap().rows.len(), 1);
    for record in [system, risk, ada.id.0] {
        let hidden = audit::history(store, &stranger, record, None).await;
        assert!(matches!(hidden, Err(Error::NotFound)), "{hidden:?}");
    }
    let olga = register.person("Olga Auditor", &[Role::Auditor]).await;
    // A person's history holds what was done to them, and the systems that they were made to own.
    assert_eq!(audit::history(store, &olga, ada.id.0, None).await.unwrap().rows.len(), 2);
}
