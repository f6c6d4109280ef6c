//! Tokens of the API (checklist T22): shown once and kept nowhere, scoped, expiring, ended with their person; and the
//! guards below the program, attacked by raw SQL.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;
#[path = "common/scene.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod scene;

use chrono::Duration;
use common::*;
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::ids::PersonId;
use domain::token::{self, NewToken, Scope, TOKENS_MAX};
use domain::triage::Tier;
use scene::{PASSWORD, Scene};
use sqlx::{Connection, PgPool};
use store::audit::Entry;
use store::people;
use store::systems;
use store::tokens::{self, Made, NewService};
use store::tx::Who;

/// The scene's people, an administrator, and a token of the owner.
struct Kit {
    scene: Scene,
    admin: Actor,
    made: Made,
}

impl Kit {
    async fn new(pool: &PgPool) -> Self {
        let scene = Scene::new(pool, Tier::Limited, false).await;
        let admin = scene.reg.person("Ada Admin", &[Role::Admin]).await;
        with_password(&scene, &admin).await;
        let made = tokens::make(&scene.reg.store, &scene.owner, &nightly(), PASSWORD).await.unwrap();
        Self { scene, admin, made }
    }

    fn store(&self) -> &store::Store {
        &self.scene.reg.store
    }

    /// Whom a secret acts as now.
    async fn opens(&self, secret: &str) -> Option<tokens::Bearer> {
        tokens::authenticate(self.store(), &token::hash(secret)?, None).await.unwrap()
    }

    async fn service(&self) -> (PersonId, Made) {
        let new = NewService::parse("Pipeline", vec![Role::Owner]).unwrap();
        let service = tokens::add_service(self.store(), &self.admin, &new).await.unwrap();
        let made = tokens::make_for(self.store(), &self.admin, service, &nightly(), PASSWORD).await.unwrap();
        (service, made)
    }
}

fn nightly() -> NewToken {
    NewToken::parse("Nightly", vec![Scope::SystemsRead, Scope::EvidenceWrite], Some(30)).unwrap()
}

async fn with_password(scene: &Scene, who: &Actor) {
    let mut tx = scene.reg.store.begin().await.unwrap();
    let same =
        "update person set password_hash = (select password_hash from person where name = 'Olga Owner') where id = $1";
    sqlx::query(same).bind(who.id.0).execute(tx.conn()).await.unwrap();
    tx.commit(Who::Program("test"), Entry::new("people.manage", "person", who.id.0, &who.name)).await.unwrap();
}

async fn version(pool: &PgPool, person: PersonId) -> i32 {
    sqlx::query_scalar("select version from person where id = $1").bind(person.0).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_a_secret_is_stored_nowhere(pool: PgPool) {
    let kit = Kit::new(&pool).await;
    let (_, service) = kit.service().await;
    assert!(kit.opens(&kit.made.secret).await.is_some());
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text from information_schema.columns where table_schema = 'public'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(columns.len() > 100, "{} columns", columns.len());
    for secret in [&kit.made.secret, &service.secret] {
        let digits = secret.strip_prefix(token::PREFIX).unwrap();
        for (table, column) in &columns {
            // Bytes show as hexadecimal in text: the digits would be found in either form.
            let sql = format!("select count(*) from \"{table}\" where strpos(\"{column}\"::text, $1) > 0");
            let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(digits).fetch_one(&pool).await.unwrap();
            assert_eq!(found, 0, "{table}.{column} holds a secret");
        }
    }
    let hashed: Vec<u8> = sqlx::query_scalar("select secret_sha256 from api_token where id = $1")
        .bind(kit.made.id)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(hashed, domain::canonical::sha256(kit.made.secret.as_bytes()));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_a_token_acts_as_its_person_within_its_scopes(pool: PgPool) {
    let kit = Kit::new(&pool).await;
    let bearer = kit.opens(&kit.made.secret).await.unwrap();
    assert_eq!(bearer.actor.id, kit.scene.owner.id);
    assert_eq!(bearer.scopes, [Scope::SystemsRead, Scope::EvidenceWrite]);
    let via = bearer.actor.token.clone().unwrap();
    assert_eq!((via.token.as_str(), via.owner.as_str()), ("Nightly", "Olga Owner"));
    // A token makes no tokens, not even with the password.
    let refused = tokens::make(kit.store(), &bearer.actor, &nightly(), PASSWORD).await.unwrap_err();
    assert!(matches!(refused, store::Error::Refused(Refusal::Forbidden(_))), "{refused}");
    // Roles count as they are now, not as they were when it was made.
    people::roles::change(
        kit.store(),
        &kit.admin,
        kit.scene.owner.id,
        version(&pool, kit.scene.owner.id).await,
        &[Role::Auditor],
    )
    .await
    .unwrap();
    assert_eq!(kit.opens(&kit.made.secret).await.unwrap().actor.roles, [Role::Auditor]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_making_one_asks_for_the_password(pool: PgPool) {
    let kit = Kit::new(&pool).await;
    let before = kit.scene.reg.count("select count(*) from api_token").await;
    let wrong = tokens::make(kit.store(), &kit.scene.owner, &nightly(), "not the password at all").await.unwrap_err();
    assert!(matches!(&wrong, store::Error::Refused(Refusal::Invalid(fields)) if fields.0.contains_key("password")));
    assert_eq!(kit.scene.reg.count("select count(*) from api_token").await, before);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_a_revoked_token_opens_nothing(pool: PgPool) {
    let kit = Kit::new(&pool).await;
    // Somebody else's is a token that does not exist.
    let foreign = tokens::revoke(kit.store(), &kit.scene.contributor, kit.made.id).await.unwrap_err();
    assert!(matches!(foreign, store::Error::NotFound));
    assert!(kit.opens(&kit.made.secret).await.is_some());
    tokens::revoke(kit.store(), &kit.scene.owner, kit.made.id).await.unwrap();
    assert!(kit.opens(&kit.made.secret).await.is_none());
    let again = tokens::revoke(kit.store(), &kit.scene.owner, kit.made.id).await.unwrap_err();
    assert!(matches!(again, store::Error::Refused(Refusal::NotNow(_))));
    // An administrator revokes anybody's.
    let other = tokens::make(kit.store(), &kit.scene.owner, &nightly(), PASSWORD).await.unwrap();
    tokens::revoke(kit.store(), &kit.admin, other.id).await.unwrap();
    assert!(kit.opens(&other.secret).await.is_none());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_a_token_ends_on_its_day(pool: PgPool) {
    let kit = Kit::new(&pool).await;
    kit.scene.reg.clock.advance(Duration::days(30) - Duration::seconds(1));
    assert!(kit.opens(&kit.made.secret).await.is_some());
    kit.scene.reg.clock.advance(Duration::seconds(1));
    assert!(kit.opens(&kit.made.secret).await.is_none());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_no_token_outlives_its_person_or_who_answers_for_it(pool: PgPool) {
    let kit = Kit::new(&pool).await;
    let (service, its) = kit.service().await;
    let other = kit.scene.reg.person("Bea Admin", &[Role::Admin]).await;
    with_password(&kit.scene, &other).await;
    let deactivate = async |by: &Actor, who: PersonId| {
        let version = version(&pool, who).await;
        people::deactivate::deactivate(kit.store(), by, who, version).await.unwrap();
    };
    deactivate(&kit.admin, kit.scene.owner.id).await;
    assert!(kit.opens(&kit.made.secret).await.is_none());
    // Taking the person back does not take the token back.
    people::deactivate::reactivate(
        kit.store(),
        &kit.admin,
        kit.scene.owner.id,
        version(&pool, kit.scene.owner.id).await,
    )
    .await
    .unwrap();
    assert!(kit.opens(&kit.made.secret).await.is_none());

    assert!(kit.opens(&its.secret).await.is_some());
    deactivate(&other, kit.admin.id).await;
    assert!(kit.opens(&its.secret).await.is_none(), "nobody answers for it any more");
    let renewed = tokens::make_for(kit.store(), &other, service, &nightly(), PASSWORD).await.unwrap();
    assert!(kit.opens(&renewed.secret).await.is_some());
    deactivate(&other, service).await;
    assert!(kit.opens(&renewed.secret).await.is_none());
    let ended = tokens::make_for(kit.store(), &other, service, &nightly(), PASSWORD).await.unwrap_err();
    assert!(matches!(ended, store::Error::Refused(Refusal::NotNow(_))));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_a_new_password_ends_the_tokens(pool: PgPool) {
    let kit = Kit::new(&pool).await;
    let new = "seven other words than those before";
    people::password::change(kit.store(), &kit.scene.owner, None, PASSWORD, new).await.unwrap();
    assert!(kit.opens(&kit.made.secret).await.is_none());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_there_are_never_more_than_so_many(pool: PgPool) {
    let kit = Kit::new(&pool).await;
    // One is there already. The password's hash is slow, so the others are written as the store writes them.
    let mut tx = kit.store().begin().await.unwrap();
    sqlx::query(
        "insert into api_token (id, person_id, owner_id, name, secret_sha256, hint, scopes, created_at, expires_at)
         select gen_random_uuid(), $1, $1, 'n', sha256(n::text::bytea), 'abcd', '{systems:read}', $2, $2 + interval '1 day'
         from generate_series(2, $3::int) n",
    )
    .bind(kit.scene.owner.id.0)
    .bind(kit.store().now())
    .bind(i32::try_from(TOKENS_MAX).unwrap())
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit(&kit.scene.owner, Entry::new("token.make", "token", None, "many")).await.unwrap();
    let refused = tokens::make(kit.store(), &kit.scene.owner, &nightly(), PASSWORD).await.unwrap_err();
    assert!(matches!(refused, store::Error::Refused(Refusal::NotNow(_))), "{refused}");
    kit.scene.reg.clock.advance(Duration::days(1));
    tokens::make(kit.store(), &kit.scene.owner, &nightly(), PASSWORD).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_a_service_account_is_nobody_who_signs_in_or_judges(pool: PgPool) {
    let kit = Kit::new(&pool).await;
    let (service, its) = kit.service().await;
    let bearer = kit.opens(&its.secret).await.unwrap();
    assert_eq!(bearer.actor.id, service);
    assert_eq!(bearer.actor.token.unwrap().owner, "Ada Admin");
    // No link leads in, no role makes it a judge, nothing is given to it.
    let link = people::invite::renew(kit.store(), &kit.admin, service).await.unwrap_err();
    assert!(matches!(link, store::Error::Refused(Refusal::NotNow(_))), "{link}");
    for role in [Role::Committee, Role::Chair, Role::Admin] {
        let refused =
            people::roles::change(kit.store(), &kit.admin, service, version(&pool, service).await, &[role]).await;
        assert!(matches!(&refused, Err(store::Error::Refused(Refusal::Invalid(_)))), "{refused:?}");
    }
    assert!(people::choices(kit.store()).await.unwrap().iter().all(|person| person.id != service));
    let choices = store::systems::choices(kit.store()).await.unwrap();
    assert!(choices.people.iter().all(|(id, _)| *id != service));
    assert!(choices.services.iter().any(|(id, _)| *id == service));
    let listed = people::get::get(kit.store(), &kit.admin, service).await.unwrap().person;
    assert!(listed.service && !listed.joined);
    let system = kit.scene.system;
    let given = systems::people::transfer(kit.store(), &kit.scene.owner, system, 1, service, true).await;
    let given = match given {
        // Whatever the version is, the refusal speaks of the owner.
        Err(store::Error::Stale { current }) => {
            systems::people::transfer(kit.store(), &kit.scene.owner, system, current, service, true).await
        }
        other => other,
    };
    let Err(store::Error::Refused(Refusal::Invalid(wrong))) = given else { panic!("{given:?}") };
    assert!(wrong.0.contains_key("owner"));
    systems::people::add(kit.store(), &kit.scene.owner, system, service).await.unwrap();
    // Only administrators make one, or a token for one.
    let new = NewService::parse("Mine", vec![]).unwrap();
    assert!(tokens::add_service(kit.store(), &kit.scene.owner, &new).await.is_err());
    assert!(tokens::make_for(kit.store(), &kit.scene.owner, service, &nightly(), PASSWORD).await.is_err());
    // A person gets no token from somebody else.
    let person = tokens::make_for(kit.store(), &kit.admin, kit.scene.owner.id, &nightly(), PASSWORD).await.unwrap_err();
    assert!(matches!(person, store::Error::NotFound));
}

/// What an attempt by the program's own role and by the database's owner meets: the SQLSTATE, or "done".
async fn attempt(pool: &PgPool, as_program: bool, sql: &str) -> String {
    let mut conn = pool.acquire().await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    if as_program {
        sqlx::raw_sql("set local role countersign_app").execute(&mut *tx).await.unwrap();
    }
    let code = |error: sqlx::Error| match &error {
        sqlx::Error::Database(db) => db.code().unwrap_or_default().into_owned(),
        other => panic!("{sql}: {other}"),
    };
    if let Err(error) = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await {
        return code(error);
    }
    match sqlx::raw_sql("set constraints all immediate").execute(&mut *tx).await {
        Err(error) => code(error),
        Ok(_) => "done".to_owned(),
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t22_raw_sql_neither_widens_nor_revives_a_token(pool: PgPool) {
    let kit = Kit::new(&pool).await;
    kit.service().await;
    let revoked = tokens::make(kit.store(), &kit.scene.owner, &nightly(), PASSWORD).await.unwrap();
    tokens::revoke(kit.store(), &kit.scene.owner, revoked.id).await.unwrap();
    let person = kit.scene.owner.id;
    let insert = format!(
        "insert into api_token (id, person_id, owner_id, name, secret_sha256, hint, scopes, created_at, expires_at)
         values (gen_random_uuid(), '{person}', '{person}', 'mine', sha256('known'), 'abcd', '{{people:write}}', now(), now() + interval"
    );
    let of_owner = "where name = 'Nightly' and revoked_at is null";
    // What is tried, and the SQLSTATE that the program's role and the owner of the database meet.
    let attacks = [
        (format!("update api_token set scopes = '{{people:write}}' {of_owner}"), "42501", "CS002"),
        (format!("update api_token set expires_at = expires_at + interval '1 day' {of_owner}"), "42501", "CS002"),
        (format!("update api_token set secret_sha256 = sha256('known') {of_owner}"), "42501", "CS002"),
        (format!("update api_token set person_id = '{}' {of_owner}", kit.admin.id), "42501", "CS002"),
        (format!("update api_token set revoked_at = null where id = '{}'", revoked.id), "CS002", "CS002"),
        (format!("update api_token set revoked_at = now() where id = '{}'", revoked.id), "CS002", "CS002"),
        ("delete from api_token".to_owned(), "42501", "CS002"),
        ("truncate api_token".to_owned(), "42501", "CS002"),
        // Nothing is made or revoked without an audit event.
        (format!("{insert} '1 day')"), "CS003", "CS003"),
        (format!("{insert} '1000 days')"), "23514", "23514"),
        (format!("update api_token set revoked_at = now() {of_owner}"), "CS003", "CS003"),
        // It answers for nothing.
        ("update system set owner_id = (select id from person where kind = 'service')".to_owned(), "CS012", "CS012"),
        ("update risk set owner_id = (select id from person where kind = 'service')".to_owned(), "CS012", "CS012"),
        (
            "update mitigation set assignee_id = (select id from person where kind = 'service')".to_owned(),
            "CS012",
            "CS012",
        ),
        // A service account has no password and judges nothing; a person becomes none, and one becomes no person.
        ("update person set password_hash = 'x' where kind = 'service'".to_owned(), "23514", "23514"),
        ("update person set roles = '{committee}' where kind = 'service'".to_owned(), "23514", "23514"),
        ("update person set roles = '{chair}' where kind = 'service'".to_owned(), "23514", "23514"),
        ("update person set roles = '{admin}' where kind = 'service'".to_owned(), "23514", "23514"),
        (
            "update person set kind = 'service', password_hash = null where name = 'Olga Owner'".to_owned(),
            "CS002",
            "CS002",
        ),
        ("update person set kind = 'human', answerable_id = null where kind = 'service'".to_owned(), "CS002", "CS002"),
    ];
    let mut wrong = Vec::new();
    for (sql, program, owner) in &attacks {
        let met = (attempt(&pool, true, sql).await, attempt(&pool, false, sql).await);
        if (met.0.as_str(), met.1.as_str()) != (*program, *owner) {
            wrong.push(format!("{sql}\n    expected {program}, {owner}; met {}, {}", met.0, met.1));
        }
    }
    assert!(wrong.is_empty(), "{} of {} attacks:\n{}", wrong.len(), attacks.len(), wrong.join("\n"));
    assert!(kit.opens(&kit.made.secret).await.is_some(), "the attacks changed nothing");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t21_whoever_answers_for_a_service_account_has_done_what_it_did(pool: PgPool) {
    let kit = Kit::new(&pool).await;
    let (service, its) = kit.service().await;
    let system = kit.scene.system;
    store::systems::people::add(kit.store(), &kit.scene.owner, system, service).await.unwrap();
    let involved = async |who: PersonId| {
        let sql = "select count(*) from involvement i join system s on s.id = i.system_id where s.number = $1 and i.person_id = $2";
        sqlx::query_scalar::<_, i64>(sql).bind(system.0).bind(who.0).fetch_one(&pool).await.unwrap() == 1
    };
    assert!(involved(service).await && involved(kit.admin.id).await, "as a contributor already");

    // Whoever stops being an administrator keeps no pipeline's key.
    let other = kit.scene.reg.person("Bea Admin", &[Role::Admin]).await;
    with_password(&kit.scene, &other).await;
    let version = version(&pool, kit.admin.id).await;
    people::roles::change(kit.store(), &other, kit.admin.id, version, &[Role::Committee]).await.unwrap();
    assert!(kit.opens(&its.secret).await.is_none());
}
