//! Systems: each verb, its refusals, outdated versions, what outsiders get, the lock under review.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use chrono::Duration;
use common::{Register, register};
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::ids::{SystemRef, UnitId};
use domain::page::PAGE_ROWS;
use domain::system::{Autonomy, Context, DataCategory, Kind, Model, Registration, Sourcing, Stage, Status};
use domain::triage::{Answers, Question, Tier};
use sqlx::PgPool;
use store::audit::Entry;
use store::systems::list::{Filter, Paging, Sort, list};
use store::systems::{
    context::describe, edit::edit, get::details, header, override_tier::override_tier, people, readiness,
    register::register as add, retire, similar::similar, triage::answer,
};
use store::{Error, matrix, reviews, work::WorkKind, work::work};

struct World {
    r: Register,
    olga: Actor,
    unit: UnitId,
}

async fn world(pool: &PgPool) -> World {
    let r = register(pool);
    matrix::ensure_first(&r.store).await.unwrap();
    let olga = r.person("Olga Owner", &[Role::Owner]).await;
    let unit = r.unit("Claims").await;
    World { r, olga, unit }
}

impl World {
    fn registration(&self, name: &str) -> Registration {
        Registration {
            name: name.into(),
            purpose: "Sorts claims by urgency".into(),
            unit: self.unit,
            owner: self.olga.id,
            stage: Stage::Development,
        }
    }

    async fn system(&self, name: &str) -> SystemRef {
        self.r.clock.advance(Duration::minutes(1));
        add(&self.r.store, &self.olga, &self.registration(name), None).await.unwrap()
    }

    /// A system of minimal tier with all that a submission needs.
    async fn ready(&self, name: &str) -> SystemRef {
        let s = self.system(name).await;
        answer(&self.r.store, &self.olga, s, &yes(&[]), None).await.unwrap();
        let version = self.version(s).await;
        describe(&self.r.store, &self.olga, s, version, &context()).await.unwrap();
        let id = header(&self.r.store, &self.olga, s).await.unwrap().located.id;
        let mut tx = self.r.store.begin().await.unwrap();
        let (risk, now) = (tx.new_id(), tx.now());
        sqlx::query(
            "insert into risk (id, system_id, title, cause, event, consequence, characteristic, treatment, owner_id,
               status, created_at, created_by, changed_at, changed_by)
             values ($1, $2, 'Wrong order', 'c', 'e', 'k', 'safe', 'accept', $3, 'open', $4, $3, $4, $3)",
        )
        .bind(risk)
        .bind(id.0)
        .bind(self.olga.id.0)
        .bind(now)
        .execute(tx.conn())
        .await
        .unwrap();
        for kind in ["inherent", "residual"] {
            sqlx::query(
                "insert into rating (id, risk_id, kind, likelihood, impact, level, matrix_version, rated_by, rated_at)
                 values ($1, $2, $3, 1, 1, 0, 1, $4, $5)",
            )
            .bind(tx.new_id())
            .bind(risk)
            .bind(kind)
            .bind(self.olga.id.0)
            .bind(now)
            .execute(tx.conn())
            .await
            .unwrap();
        }
        tx.commit(&self.olga, Entry::new("risk.write", "risk", risk, "R-1").related(id)).await.unwrap();
        s
    }

    async fn version(&self, s: SystemRef) -> i32 {
        header(&self.r.store, &self.olga, s).await.unwrap().located.version
    }

    async fn events(&self) -> i64 {
        self.r.count("select count(*) from audit_event").await
    }
}

fn yes(list: &[Question]) -> Answers {
    Answers::new(Question::ALL.iter().map(|q| (*q, list.contains(q))).collect()).unwrap()
}

fn context() -> Context {
    Context {
        kind: Some(Kind::Predictive),
        sourcing: Some(Sourcing::Built),
        intended_users: Some("Clerks".into()),
        data_categories: vec![DataCategory::Internal],
        autonomy: Some(Autonomy::Recommends),
        runs_where: Some("Own data centre".into()),
        models: vec![Model { provider: "Acme".into(), name: "Small".into(), version: "2".into() }],
        ..Context::default()
    }
}

fn forbidden<T: std::fmt::Debug>(result: store::Result<T>) {
    assert!(matches!(result, Err(Error::Refused(Refusal::Forbidden(_)))), "{result:?}");
}

fn not_now<T: std::fmt::Debug>(result: store::Result<T>) {
    assert!(matches!(result, Err(Error::Refused(Refusal::NotNow(_)))), "{result:?}");
}

fn wrong<T: std::fmt::Debug>(result: store::Result<T>, field: &str) {
    match result {
        Err(Error::Refused(Refusal::Invalid(errors))) => assert!(errors.0.contains_key(field), "{errors:?}"),
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn registering_for_somebody_else_keeps_it_in_sight(pool: PgPool) {
    let w = world(&pool).await;
    let ben = w.r.person("Ben Builder", &[Role::Owner]).await;
    let auditor = w.r.person("Ada Auditor", &[Role::Auditor]).await;
    let s = add(&w.r.store, &ben, &w.registration("Claim sorter"), None).await.unwrap();
    let seen = header(&w.r.store, &ben, s).await.unwrap();
    assert!(seen.located.relation.contributor && !seen.located.relation.owner);
    assert_eq!((seen.status, seen.tier, seen.owner.as_str()), (Status::Draft, None, "Olga Owner"));
    // Auditors change nothing, and own nothing.
    forbidden(add(&w.r.store, &auditor, &w.registration("Other"), None).await);
    let theirs = Registration { owner: auditor.id, ..w.registration("Other") };
    wrong(add(&w.r.store, &w.olga, &theirs, None).await, "owner");
    // The same form counts once.
    let once = Some(uuid::Uuid::from_u128(7).into());
    let first = add(&w.r.store, &w.olga, &w.registration("Once"), once).await.unwrap();
    match add(&w.r.store, &w.olga, &w.registration("Once"), once).await {
        Err(Error::Replayed { location }) => assert_eq!(location, format!("/systems/{first}")),
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn for_outsiders_a_system_does_not_exist(pool: PgPool) {
    let w = world(&pool).await;
    let s = w.system("Claim sorter").await;
    let eve = w.r.person("Eve Elsewhere", &[Role::Owner]).await;
    let before = w.events().await;
    let st = &w.r.store;
    let absent = |r: store::Result<()>| assert!(matches!(r, Err(Error::NotFound)), "{r:?}");
    absent(header(st, &eve, s).await.map(drop));
    absent(edit(st, &eve, s, 1, &w.registration("Mine")).await);
    absent(describe(st, &eve, s, 1, &context()).await);
    absent(answer(st, &eve, s, &yes(&[]), None).await.map(drop));
    absent(override_tier(st, &eve, s, Some(Tier::High), "because", None).await);
    absent(people::add(st, &eve, s, eve.id).await);
    absent(people::remove(st, &eve, s, w.olga.id).await);
    absent(people::transfer(st, &eve, s, 1, eve.id, false).await);
    absent(retire::retire(st, &eve, s, "because").await);
    absent(header(st, &w.olga, SystemRef(999)).await.map(drop));
    assert_eq!(list(st, &eve, &Filter::default(), &Paging::default()).await.unwrap().page.rows.len(), 0);
    assert_eq!(w.events().await, before);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_edit_on_an_outdated_version_is_refused(pool: PgPool) {
    let w = world(&pool).await;
    let s = w.system("Claim sorter").await;
    edit(&w.r.store, &w.olga, s, 1, &w.registration("Claim triage")).await.unwrap();
    let stale = edit(&w.r.store, &w.olga, s, 1, &w.registration("Something else")).await;
    assert!(matches!(stale, Err(Error::Stale { current: 2 })), "{stale:?}");
    let stale = describe(&w.r.store, &w.olga, s, 1, &context()).await;
    assert!(matches!(stale, Err(Error::Stale { current: 2 })), "{stale:?}");
    assert_eq!(header(&w.r.store, &w.olga, s).await.unwrap().located.name, "Claim triage");
    // Saving the same again is no change and no event.
    let before = w.events().await;
    edit(&w.r.store, &w.olga, s, 2, &w.registration("Claim triage")).await.unwrap();
    assert_eq!((w.events().await, w.version(s).await), (before, 2));
    let retired = Registration { stage: Stage::Retired, ..w.registration("Claim triage") };
    wrong(edit(&w.r.store, &w.olga, s, 2, &retired).await, "stage");
    // The event holds what changed, and nothing else.
    let after: String =
        sqlx::query_scalar("select body::jsonb->>'after' from audit_event where action = 'system.edit'")
            .fetch_one(&w.r.owner)
            .await
            .unwrap();
    assert_eq!(after, r#"{"name": "Claim triage"}"#);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_context_is_kept_with_its_models(pool: PgPool) {
    let w = world(&pool).await;
    let s = w.system("Claim sorter").await;
    let id = header(&w.r.store, &w.olga, s).await.unwrap().located.id;
    describe(&w.r.store, &w.olga, s, 1, &context()).await.unwrap();
    assert_eq!(details(&w.r.store, id).await.unwrap().context, context());
    let less = Context { models: Vec::new(), vendor: Some("Acme".into()), ..context() };
    describe(&w.r.store, &w.olga, s, 2, &less).await.unwrap();
    assert_eq!(details(&w.r.store, id).await.unwrap().context, less);
    let nameless =
        Context { models: vec![Model { provider: "x".into(), name: " ".into(), version: String::new() }], ..context() };
    wrong(describe(&w.r.store, &w.olga, s, 3, &nameless).await, "models");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_tier_follows_from_the_answers_and_a_prohibited_one_stops(pool: PgPool) {
    let w = world(&pool).await;
    let s = w.system("Claim sorter").await;
    let member = w.r.person("Mia Member", &[Role::Committee]).await;
    let tier = async || header(&w.r.store, &w.olga, s).await.unwrap().tier;
    not_now(override_tier(&w.r.store, &member, s, Some(Tier::High), "because", None).await);
    let outcome = answer(&w.r.store, &w.olga, s, &yes(&[Question::Rights]), None).await.unwrap();
    assert_eq!((outcome.tier, tier().await), (Tier::High, Some(Tier::High)));
    w.r.clock.advance(Duration::minutes(1));
    answer(&w.r.store, &w.olga, s, &yes(&[Question::ProhibitedPractice]), None).await.unwrap();
    let shown = header(&w.r.store, &w.olga, s).await.unwrap();
    assert_eq!((shown.tier, shown.status), (Some(Tier::Prohibited), Status::Prohibited));
    not_now(override_tier(&w.r.store, &member, s, Some(Tier::Minimal), "because", None).await);
    assert_eq!(w.r.count("select count(*) from triage_result").await, 2);
    forbidden(answer(&w.r.store, &member, s, &yes(&[]), None).await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_an_uninvolved_member_overrides_a_tier(pool: PgPool) {
    let w = world(&pool).await;
    let s = w.system("Claim sorter").await;
    answer(&w.r.store, &w.olga, s, &yes(&[Question::Public]), None).await.unwrap();
    let mia = w.r.person("Mia Member", &[Role::Committee]).await;
    let max = w.r.person("Max Member", &[Role::Committee]).await;
    people::add(&w.r.store, &w.olga, s, max.id).await.unwrap();
    people::remove(&w.r.store, &w.olga, s, max.id).await.unwrap();
    // Max contributed once: that lasts.
    forbidden(override_tier(&w.r.store, &max, s, Some(Tier::High), "because", None).await);
    forbidden(override_tier(&w.r.store, &w.olga, s, Some(Tier::Minimal), "because", None).await);
    wrong(override_tier(&w.r.store, &mia, s, Some(Tier::Limited), "because", None).await, "tier");
    wrong(override_tier(&w.r.store, &mia, s, None, "because", None).await, "tier");
    wrong(override_tier(&w.r.store, &mia, s, Some(Tier::High), "  ", None).await, "reason");
    override_tier(&w.r.store, &mia, s, Some(Tier::High), "Many people see it", None).await.unwrap();
    let shown = header(&w.r.store, &mia, s).await.unwrap();
    assert_eq!((shown.tier, shown.tier_overridden), (Some(Tier::High), true));
    assert!(!shown.located.relation.involved, "who overrides may still vote");
    w.r.clock.advance(Duration::minutes(1));
    override_tier(&w.r.store, &mia, s, None, "Not so many", None).await.unwrap();
    let shown = header(&w.r.store, &mia, s).await.unwrap();
    assert_eq!((shown.tier, shown.tier_overridden), (Some(Tier::Limited), false));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn under_review_content_stands_still_and_an_override_sends_it_back(pool: PgPool) {
    let w = world(&pool).await;
    let s = w.ready("Claim sorter").await;
    let mia = w.r.person("Mia Member", &[Role::Committee]).await;
    let review = reviews::submit::submit(&w.r.store, &w.olga, s, None).await.unwrap();
    let st = &w.r.store;
    let version = w.version(s).await;
    not_now(edit(st, &w.olga, s, version, &w.registration("Other")).await);
    not_now(describe(st, &w.olga, s, version, &Context::default()).await);
    not_now(answer(st, &w.olga, s, &yes(&[Question::Public]), None).await);
    not_now(people::add(st, &w.olga, s, mia.id).await);
    not_now(people::transfer(st, &w.olga, s, version, mia.id, true).await);
    not_now(retire::retire(st, &w.olga, s, "because").await);
    w.r.clock.advance(Duration::minutes(1));
    override_tier(st, &mia, s, Some(Tier::Limited), "People see it", None).await.unwrap();
    let shown = header(st, &w.olga, s).await.unwrap();
    assert_eq!((shown.tier, shown.status), (Some(Tier::Limited), Status::ChangesRequested));
    let open = shown.open_review.unwrap();
    assert_eq!(open.reference, review);
    assert!(open.reason.unwrap().contains("People see it"));
    // It is the owner's turn again, and Limited asks for more.
    let todo = work(st, &w.olga).await.unwrap().items;
    assert_eq!(todo[0].kind, WorkKind::ChangesRequested);
    assert!(todo[0].readiness.as_ref().unwrap().iter().any(|i| !i.done()));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_owner_gives_a_system_away_and_stays_involved(pool: PgPool) {
    let w = world(&pool).await;
    let s = w.system("Claim sorter").await;
    let ben = w.r.person("Ben Builder", &[Role::Owner]).await;
    let gone = w.r.person("Gus Gone", &[Role::Owner]).await;
    let mut tx = w.r.store.begin().await.unwrap();
    let now = tx.now();
    sqlx::query("update person set deactivated_at = $2 where id = $1")
        .bind(gone.id.0)
        .bind(now)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit(&w.olga, Entry::new("people.manage", "person", gone.id.0, "Gus Gone")).await.unwrap();
    wrong(people::transfer(&w.r.store, &w.olga, s, 1, gone.id, false).await, "owner");
    wrong(people::add(&w.r.store, &w.olga, s, gone.id).await, "person");
    wrong(people::add(&w.r.store, &w.olga, s, w.olga.id).await, "person");
    people::add(&w.r.store, &w.olga, s, ben.id).await.unwrap();
    // Contributors don't hand it on.
    forbidden(people::transfer(&w.r.store, &ben, s, 1, ben.id, false).await);
    let stale = people::transfer(&w.r.store, &w.olga, s, 9, ben.id, false).await;
    assert!(matches!(stale, Err(Error::Stale { current: 1 })), "{stale:?}");
    people::transfer(&w.r.store, &w.olga, s, 1, ben.id, false).await.unwrap();
    assert!(matches!(header(&w.r.store, &w.olga, s).await, Err(Error::NotFound)));
    let shown = header(&w.r.store, &ben, s).await.unwrap();
    assert!(shown.located.relation.owner && !shown.located.relation.contributor);
    assert_eq!(w.r.count("select count(*) from involvement").await, 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_system_is_retired_and_reopened(pool: PgPool) {
    let w = world(&pool).await;
    let s = w.system("Claim sorter").await;
    wrong(retire::retire(&w.r.store, &w.olga, s, " ").await, "reason");
    not_now(retire::reopen(&w.r.store, &w.olga, s, Stage::Pilot).await);
    retire::retire(&w.r.store, &w.olga, s, "Replaced").await.unwrap();
    assert_eq!(header(&w.r.store, &w.olga, s).await.unwrap().status, Status::Retired);
    not_now(retire::retire(&w.r.store, &w.olga, s, "Again").await);
    wrong(retire::reopen(&w.r.store, &w.olga, s, Stage::Retired).await, "stage");
    retire::reopen(&w.r.store, &w.olga, s, Stage::Pilot).await.unwrap();
    assert_eq!(header(&w.r.store, &w.olga, s).await.unwrap().stage, Stage::Pilot);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_name_that_exists_is_pointed_out_and_nothing_more(pool: PgPool) {
    let w = world(&pool).await;
    w.system("Claim sorter").await;
    w.system("Invoice reader").await;
    let eve = w.r.person("Eve Elsewhere", &[Role::Owner]).await;
    let own = similar(&w.r.store, &w.olga, "claims sorter").await.unwrap();
    assert_eq!(own.iter().map(|s| s.shown.clone().unwrap().1).collect::<Vec<_>>(), ["Claim sorter"]);
    // To somebody who may not see it: that there is one and where to ask, not its name; and only when nearly the same.
    let other = similar(&w.r.store, &eve, "Claim sorters").await.unwrap();
    assert_eq!(other.iter().map(|s| (s.shown.is_none(), s.unit.as_str())).collect::<Vec<_>>(), [(true, "Claims")]);
    assert!(similar(&w.r.store, &eve, "Claim").await.unwrap().is_empty());
    assert!(similar(&w.r.store, &w.olga, "cl").await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_order_of_the_list_pages_through_each_system_once(pool: PgPool) {
    let w = world(&pool).await;
    for i in 0..7 {
        let s = w.system(["Alpha", "beta", "Gamma"][i % 3]).await;
        if i % 2 == 0 {
            answer(&w.r.store, &w.olga, s, &yes(&[[Question::Public, Question::Rights][i % 4 / 2]]), None)
                .await
                .unwrap();
        }
    }
    for sort in Sort::ALL {
        for descending in [false, true] {
            let (mut after, mut seen) = (None, Vec::new());
            loop {
                let paging = Paging { sort: *sort, descending, after: after.clone(), rows: 2 };
                let found = list(&w.r.store, &w.olga, &Filter::default(), &paging).await.unwrap();
                assert_eq!(found.total, after.is_none().then_some(7));
                seen.extend(found.page.rows.iter().map(|r| r.reference.0));
                after = found.page.next;
                if after.is_none() {
                    break;
                }
            }
            let mut all = seen.clone();
            all.sort_unstable();
            all.dedup();
            assert_eq!((seen.len(), all.len()), (7, 7), "{sort} {descending}");
        }
    }
    for bad in ["x", "1~", "~", "1~2026", "9999999999999999999999~a"] {
        let paging = Paging { after: Some(bad.into()), ..Paging::default() };
        not_now(list(&w.r.store, &w.olga, &Filter::default(), &paging).await);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn filters_narrow_the_list(pool: PgPool) {
    let w = world(&pool).await;
    let a = w.system("Claim sorter 100%").await;
    let b = w.system("Invoice reader").await;
    answer(&w.r.store, &w.olga, b, &yes(&[Question::Public]), None).await.unwrap();
    let admin = w.r.person("Abe Admin", &[Role::Admin]).await;
    let find = async |actor: &Actor, filter: Filter| -> Vec<SystemRef> {
        let found =
            list(&w.r.store, actor, &filter, &Paging { sort: Sort::Reference, descending: false, ..Paging::default() })
                .await
                .unwrap();
        assert_eq!(found.total, Some(found.page.rows.len() as i64));
        found.page.rows.iter().map(|r| r.reference).collect()
    };
    let text = |t: &str| Filter { text: Some(t.into()), ..Filter::default() };
    assert_eq!(find(&admin, Filter::default()).await, [a, b]);
    assert_eq!(find(&admin, Filter { mine: true, ..Filter::default() }).await, []);
    assert_eq!(find(&w.olga, text("sorter")).await, [a]);
    assert_eq!(find(&w.olga, text("0%")).await, [a]);
    assert_eq!(find(&w.olga, text("_")).await, []);
    assert_eq!(find(&w.olga, text(&b.to_string().to_lowercase())).await, [b]);
    assert_eq!(find(&w.olga, text("urgency")).await, [a, b]);
    assert_eq!(find(&w.olga, text("a\0b' \" & | ! (")).await, [a, b], "what Postgres can't take is left out");
    assert_eq!(find(&w.olga, Filter { tier: Some(None), ..Filter::default() }).await, [a]);
    assert_eq!(find(&w.olga, Filter { tier: Some(Some(Tier::Limited)), ..Filter::default() }).await, [b]);
    assert_eq!(find(&w.olga, Filter { status: vec![Status::Draft], ..Filter::default() }).await, [a, b]);
    assert_eq!(find(&w.olga, Filter { status: vec![Status::Approved], ..Filter::default() }).await, []);
    assert_eq!(find(&w.olga, Filter { stage: Some(Stage::Pilot), ..Filter::default() }).await, []);
    assert_eq!(find(&w.olga, Filter { unit: Some(w.unit), owner: Some(w.olga.id), ..Filter::default() }).await, [a, b]);
    assert_eq!(find(&w.olga, Filter { kind: Some(Kind::Agentic), ..Filter::default() }).await, []);
    assert_eq!(find(&w.olga, Filter { expiring: Some(90), ..Filter::default() }).await, []);
    assert_eq!(Paging::default().rows, PAGE_ROWS);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_long_list_of_work_is_cut_and_says_how_long_it_is(pool: PgPool) {
    let w = world(&pool).await;
    for n in 0..205 {
        w.system(&format!("System {n}")).await;
    }
    let todo = work(&w.r.store, &w.olga).await.unwrap();
    assert_eq!((todo.items.len(), todo.total), (200, 205));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn work_is_what_waits_and_nothing_else(pool: PgPool) {
    let w = world(&pool).await;
    let st = &w.r.store;
    let mia = w.r.person("Mia Member", &[Role::Committee]).await;
    let xia = w.r.person("Xia Executive", &[Role::Executive]).await;
    let kinds = async |actor: &Actor| work(st, actor).await.unwrap().items.iter().map(|i| i.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&w.olga).await, []);
    let new = w.system("Invoice reader").await;
    let s = w.ready("Claim sorter").await;
    assert_eq!(kinds(&w.olga).await, [WorkKind::Triage, WorkKind::Draft]);
    let todo = work(st, &w.olga).await.unwrap().items;
    assert_eq!((todo[0].system, todo[1].system), (new, s));
    assert!(domain::readiness::is_ready(todo[1].readiness.as_ref().unwrap()));
    assert_eq!(kinds(&mia).await, []);
    let review = reviews::submit::submit(st, &w.olga, s, None).await.unwrap();
    assert_eq!(kinds(&w.olga).await, [WorkKind::Triage]);
    let hers = work(st, &mia).await.unwrap().items;
    assert_eq!(
        hers.iter().map(|i| (i.kind, i.reference.clone())).collect::<Vec<_>>(),
        [(WorkKind::Vote, Some(review.to_string()))]
    );
    assert_eq!(kinds(&xia).await, []);
    reviews::recuse::recuse(st, &mia, review, "I know the vendor").await.unwrap();
    assert_eq!(kinds(&mia).await, []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn readiness_counts_what_is_there(pool: PgPool) {
    let w = world(&pool).await;
    let s = w.ready("Claim sorter").await;
    let id = header(&w.r.store, &w.olga, s).await.unwrap().located.id;
    let mut conn = w.r.store.pool().acquire().await.unwrap();
    let facts = readiness::facts(&mut conn, id, w.r.store.today()).await.unwrap();
    assert_eq!((facts.tier, facts.risks, facts.risks_unrated, facts.risks_untreated), (Some(Tier::Minimal), 1, 0, 0));
    assert_eq!((facts.risks_unmitigated, facts.mitigations_unassigned, facts.open_comments), (0, 0, 0));
    assert!(domain::readiness::is_ready(&domain::readiness::readiness(&facts)));
    w.r.sql("alter table risk disable trigger all; update risk set treatment = 'mitigate'").await;
    let facts = readiness::facts(&mut conn, id, w.r.store.today()).await.unwrap();
    assert_eq!(facts.risks_unmitigated, 1);
    let other = w.system("Empty").await;
    let other = header(&w.r.store, &w.olga, other).await.unwrap().located.id;
    assert_eq!(readiness::facts_of(&mut conn, &[id, other], w.r.store.today()).await.unwrap().len(), 2);
}
