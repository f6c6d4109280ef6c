//! Evidence on a real Postgres and a real folder: what is stored, what is refused, what a kill leaves, what an altered
//! byte does.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;

use bytes::Bytes;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use common::{Register, register_with};
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::evidence::Kind;
use domain::ids::{EvidenceRef, RiskRef, SystemRef};
use domain::system::{Registration, Stage};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::local::LocalFileSystem;
use sqlx::PgPool;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::evidence::{self, Filter, Label, Reading, Standing};
use store::{Error, Store};
use uuid::Uuid;

/// A register whose files lie in a folder of its own, which is gone afterwards.
struct Place {
    register: Register,
    folder: PathBuf,
    store: Store,
    ada: Actor,
    system: SystemRef,
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn place(pool: &PgPool) -> Place {
    let database = pool.connect_options().get_database().unwrap().to_owned();
    let folder = std::env::temp_dir().join(format!("countersign-{database}"));
    std::fs::create_dir_all(&folder).unwrap();
    let register = register_with(pool, Arc::new(LocalFileSystem::new_with_prefix(&folder).unwrap()));
    let store = register.store.clone().files_in(&folder).with_file_max(1000);
    let ada = register.person("Ada Okafor", &[Role::Owner]).await;
    let system = system(&register, &ada, "Fraud model").await;
    Place { register, folder, store, ada, system }
}

async fn system(register: &Register, owner: &Actor, name: &str) -> SystemRef {
    let unit = register.unit(&format!("Unit of {name}")).await;
    let new = Registration {
        name: name.to_owned(),
        purpose: "Finds fraud".to_owned(),
        unit,
        owner: owner.id,
        stage: Stage::Pilot,
    };
    store::systems::register::register(&register.store, owner, &new, None).await.unwrap()
}

async fn risk(register: &Register, actor: &Actor, system: SystemRef) -> RiskRef {
    let new = store::risks::NewRisk::from_library(&domain::risk::library::all()[0].key).unwrap();
    store::risks::add(&register.store, actor, system, &[new], None).await.unwrap()[0]
}

fn label() -> Label {
    Label {
        title: "Bias test".to_owned(),
        kind: Kind::Test,
        speaks_of: day("2026-02-01"),
        valid_until: Some(day("2026-06-30")),
        note: Some("On the *holdout* set".to_owned()),
        risks: vec![],
        mitigations: vec![],
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn pieces(pieces: &[&[u8]]) -> impl futures::Stream<Item = Result<Bytes, std::io::Error>> + Send + use<> {
    stream::iter(pieces.iter().map(|p| Ok(Bytes::copy_from_slice(p))).collect::<Vec<_>>())
}

impl Place {
    async fn add(&self, label: &Label, bytes: &[u8]) -> Result<EvidenceRef, Error> {
        evidence::receive(&self.store, &self.ada, self.system, label, "bias test.txt", pieces(&[bytes]), None).await
    }

    /// The same for another system of the same owner.
    async fn add_elsewhere(&self, name: &str, bytes: &[u8]) -> Result<EvidenceRef, Error> {
        let other = system(&self.register, &self.ada, name).await;
        evidence::receive(&self.store, &self.ada, other, &label(), "bias test.txt", pieces(&[bytes]), None).await
    }

    async fn read(&self, actor: &Actor, reference: EvidenceRef) -> Result<Vec<u8>, Error> {
        let download = evidence::open(&self.store, actor, reference).await?;
        let pieces: Vec<Bytes> = download.bytes.try_collect().await?;
        Ok(pieces.concat())
    }

    fn blob(&self, bytes: &[u8]) -> PathBuf {
        let hex = domain::canonical::hex(&domain::canonical::sha256(bytes));
        self.folder.join("sha256").join(&hex[..2]).join(hex)
    }

    /// Every file in the folder.
    fn files(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        walk(&self.folder, &mut found);
        found
    }
}

fn field(error: Error) -> String {
    match error {
        Error::Refused(Refusal::Invalid(errors)) => errors.0.into_keys().collect::<Vec<_>>().join(","),
        other => format!("{other:?}"),
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_file_comes_back_as_it_was_and_is_kept_once(pool: PgPool) {
    let place = place(&pool).await;
    let risk = risk(&place.register, &place.ada, place.system).await;
    let label = Label { risks: vec![risk], ..label() };
    let first = place.add(&label, b"{\"f1\": 91}").await.unwrap();
    assert_eq!(place.read(&place.ada, first).await.unwrap(), b"{\"f1\": 91}");
    let detail = evidence::get(&place.store, &place.ada, first).await.unwrap();
    assert_eq!(detail.label, label);
    assert_eq!((detail.media_type.as_str(), detail.size, detail.standing), ("application/json", 10, Standing::Current));
    assert_eq!(detail.risks[0].number, risk.0);
    assert!(detail.may_change);

    let second = place.add_elsewhere("Churn model", b"{\"f1\": 91}").await.unwrap();
    assert_ne!(first, second);
    assert_eq!(place.files(), [place.blob(b"{\"f1\": 91}")], "one copy, nothing incoming");
    assert_eq!(place.register.count("select count(*) from evidence_file").await, 1);
    assert_eq!(place.register.count("select count(*) from audit_event where action = 'evidence.add'").await, 2);
    let history = store::audit::history(&place.store, &place.ada, detail.id.0, None).await.unwrap();
    assert!(history.rows[0].changes.iter().any(|c| c.field == "sha256" && c.after.as_deref() == Some(&detail.sha256)));
    let report = evidence::verify(&place.store).await.unwrap();
    assert!(report.intact && report.orphans.is_empty());
    assert_eq!((report.files, report.bytes), (1, 10));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_refused_leaves_nothing(pool: PgPool) {
    let place = place(&pool).await;
    assert_eq!(field(place.add(&label(), b"").await.unwrap_err()), "file");
    let large = place.add(&label(), &[b'x'; 1001]).await;
    assert!(matches!(large, Err(Error::TooLarge { max: 1000 })), "{large:?}");
    let named = pieces(&[b"MZ no pdf"]);
    let named = evidence::receive(&place.store, &place.ada, place.system, &label(), "r.pdf", named, None).await;
    assert_eq!(field(named.unwrap_err()), "file");
    let ahead = Label { speaks_of: day("2026-03-03"), ..label() };
    assert_eq!(field(place.add(&ahead, b"x").await.unwrap_err()), "speaks_of");
    let turned = Label { valid_until: Some(day("2026-01-31")), ..label() };
    assert_eq!(field(place.add(&turned, b"x").await.unwrap_err()), "valid_until");

    let other = system(&place.register, &place.ada, "Another").await;
    let foreign = Label { risks: vec![risk(&place.register, &place.ada, other).await], ..label() };
    assert_eq!(field(place.add(&foreign, b"x").await.unwrap_err()), "risks");

    let cut = stream::iter([Ok(Bytes::from_static(b"half")), Err(std::io::Error::other("connection lost"))]);
    let cut = evidence::receive(&place.store, &place.ada, place.system, &label(), "a", cut, None).await;
    assert!(matches!(cut, Err(Error::Interrupted(_))), "{cut:?}");

    assert_eq!(place.files(), Vec::<PathBuf>::new());
    assert_eq!(place.register.count("select count(*) from evidence").await, 0);
    assert_eq!(place.register.count("select count(*) from evidence_file").await, 0);
    // The edge itself is allowed.
    place.add(&label(), &[b'x'; 1000]).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_same_form_counts_once(pool: PgPool) {
    let place = place(&pool).await;
    let once = Some(Uuid::from_u128(7).into());
    let label = label();
    let send =
        || evidence::receive(&place.store, &place.ada, place.system, &label, "a.txt", pieces(&[b"ab", b"cd"]), once);
    let first = send().await.unwrap();
    match send().await {
        Err(Error::Replayed { location }) => assert_eq!(location, format!("/evidence/{first}")),
        other => panic!("{other:?}"),
    }
    assert_eq!(place.register.count("select count(*) from evidence").await, 1);
    assert_eq!(place.read(&place.ada, first).await.unwrap(), b"abcd");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_altered_or_missing_file_is_never_sent_and_is_reported(pool: PgPool) {
    let place = place(&pool).await;
    let altered = place.add(&label(), b"accuracy 0.91").await.unwrap();
    let missing = place.add(&label(), b"recall 0.80").await.unwrap();
    std::fs::write(place.blob(b"accuracy 0.91"), b"accuracy 0.99").unwrap();
    std::fs::remove_file(place.blob(b"recall 0.80")).unwrap();
    for reference in [altered, missing] {
        let error = place.read(&place.ada, reference).await.unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
    }
    let report = evidence::verify(&place.store).await.unwrap();
    assert!(!report.intact);
    assert_eq!(report.altered.len(), 1);
    assert_eq!(report.altered[0].evidence, [altered.to_string()]);
    assert_eq!(
        report.altered[0].found.as_deref(),
        Some(domain::canonical::hex(&domain::canonical::sha256(b"accuracy 0.99")).as_str())
    );
    assert_eq!(report.missing[0].evidence, [missing.to_string()]);
    // The original, sent again, mends it, and is the same piece of evidence.
    let again = place.add(&label(), b"accuracy 0.91").await;
    assert!(
        matches!(&again, Err(Error::Replayed { location }) if location.ends_with(&altered.to_string())),
        "{again:?}"
    );
    assert_eq!(place.read(&place.ada, altered).await.unwrap(), b"accuracy 0.91");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_sweep_takes_what_a_kill_left_and_nothing_else(pool: PgPool) {
    let place = place(&pool).await;
    let kept = place.add(&label(), b"kept").await.unwrap();
    std::fs::create_dir_all(place.folder.join("incoming")).unwrap();
    let orphan = place.blob(b"stored, but killed before its row");
    std::fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    let left = [
        place.folder.join("incoming/0190-half#1"),
        place.folder.join("incoming/0190-whole"),
        orphan,
        place.folder.join("sha256/no-hash"),
    ];
    let set = |path: &Path, at: DateTime<Utc>| {
        let age = std::time::Duration::from_micros(at.timestamp_micros().unsigned_abs());
        std::fs::File::options().append(true).open(path).unwrap().set_modified(std::time::UNIX_EPOCH + age).unwrap();
    };
    let now = place.store.now();
    for path in &left {
        std::fs::write(path, b"left behind").unwrap();
        set(path, now);
    }
    set(&place.blob(b"kept"), now - Duration::days(30));

    place.register.clock.advance(Duration::minutes(59));
    assert_eq!(evidence::sweep(&place.store).await.unwrap(), evidence::Swept::default(), "too young");
    place.register.clock.advance(Duration::minutes(2));
    let swept = evidence::sweep(&place.store).await.unwrap();
    assert_eq!(swept, evidence::Swept { incoming: 2, files: 2 });
    assert_eq!(place.files(), [place.blob(b"kept")]);
    assert_eq!(place.read(&place.ada, kept).await.unwrap(), b"kept");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn strangers_find_nothing_and_readers_change_nothing(pool: PgPool) {
    let place = place(&pool).await;
    let reference = place.add(&label(), b"secret").await.unwrap();
    let stranger = place.register.person("Sam Stranger", &[Role::Owner]).await;
    let auditor = place.register.person("Olga Auditor", &[Role::Auditor]).await;
    let detail = evidence::get(&place.store, &place.ada, reference).await.unwrap();
    let of_system = Filter { system: Some(detail.system.id), ..Filter::default() };
    assert!(matches!(evidence::get(&place.store, &stranger, reference).await, Err(Error::NotFound)));
    assert!(matches!(place.read(&stranger, reference).await, Err(Error::NotFound)));
    for filter in [&of_system, &Filter::default()] {
        assert!(evidence::list(&place.store, &stranger, filter).await.unwrap().rows.is_empty());
    }
    let foreign = evidence::receive(&place.store, &stranger, place.system, &label(), "a", pieces(&[b"x"]), None).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");

    assert_eq!(place.read(&auditor, reference).await.unwrap(), b"secret");
    assert_eq!(evidence::list(&place.store, &auditor, &of_system).await.unwrap().rows.len(), 1);
    let written = evidence::edit(&place.store, &auditor, reference, 1, &label()).await;
    assert!(matches!(written, Err(Error::Refused(Refusal::Forbidden(_)))), "{written:?}");
    let withdrawn = evidence::withdraw(&place.store, &auditor, reference, 1, "no").await;
    assert!(matches!(withdrawn, Err(Error::Refused(Refusal::Forbidden(_)))), "{withdrawn:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn labels_are_corrected_on_their_version_and_withdrawal_is_final(pool: PgPool) {
    let place = place(&pool).await;
    let risk = risk(&place.register, &place.ada, place.system).await;
    let reference = place.add(&label(), b"x").await.unwrap();
    let new = Label { title: "Bias test of May".to_owned(), risks: vec![risk, risk], ..label() };
    evidence::edit(&place.store, &place.ada, reference, 1, &new).await.unwrap();
    let stale = evidence::edit(&place.store, &place.ada, reference, 1, &label()).await;
    assert!(matches!(stale, Err(Error::Stale { current: 2 })), "{stale:?}");
    let detail = evidence::get(&place.store, &place.ada, reference).await.unwrap();
    assert_eq!((detail.label.title.as_str(), detail.label.risks.as_slice()), ("Bias test of May", [risk].as_slice()));
    let history = store::audit::history(&place.store, &place.ada, detail.id.0, None).await.unwrap();
    let fields: Vec<_> = history.rows[0].changes.iter().map(|c| c.field.as_str()).collect();
    assert_eq!(fields, ["risks", "title"], "only what changed");

    assert_eq!(field(evidence::withdraw(&place.store, &place.ada, reference, 2, "  ").await.unwrap_err()), "why");
    evidence::withdraw(&place.store, &place.ada, reference, 2, "Wrong model").await.unwrap();
    let again = evidence::withdraw(&place.store, &place.ada, reference, 3, "Again").await;
    assert!(matches!(again, Err(Error::Refused(Refusal::NotNow(_)))), "{again:?}");
    let edited = evidence::edit(&place.store, &place.ada, reference, 3, &label()).await;
    assert!(matches!(edited, Err(Error::Refused(Refusal::NotNow(_)))), "{edited:?}");
    assert_eq!(place.read(&place.ada, reference).await.unwrap(), b"x", "what a dossier rests on stays readable");
    // Nor are its words written anew below the program.
    for change in ["withdrawn_why = 'Never mind'", "withdrawn_at = null, withdrawn_by = null, withdrawn_why = null"] {
        let sql = format!("update evidence set {change} where id = '{}'", detail.id.0);
        let met = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap_err();
        assert_eq!(met.as_database_error().unwrap().code().as_deref(), Some("CS002"), "{change}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn lists_filter_and_page(pool: PgPool) {
    let place = place(&pool).await;
    for n in 0..52 {
        let kind = if n % 2 == 0 { Kind::Test } else { Kind::Document };
        let valid_until = (n < 4).then(|| day("2026-02-02"));
        let label = Label { title: format!("Report {n}"), kind, valid_until, ..label() };
        place.add(&label, format!("{n}").as_bytes()).await.unwrap();
    }
    let list = async |filter: Filter| evidence::list(&place.store, &place.ada, &filter).await.unwrap();
    let first = list(Filter::default()).await;
    assert_eq!((first.rows.len(), first.rows[0].title.as_str()), (50, "Report 51"));
    let second = list(Filter { after: first.next, ..Filter::default() }).await;
    assert_eq!((second.rows.len(), second.next), (2, None));
    assert_eq!(list(Filter { kind: Some(Kind::Document), ..Filter::default() }).await.rows.len(), 26);
    assert_eq!(list(Filter { standing: Some(Standing::Expired), ..Filter::default() }).await.rows.len(), 4);
    assert_eq!(list(Filter { standing: Some(Standing::Current), ..Filter::default() }).await.rows.len(), 48);
    let found = list(Filter { text: Some("report 17".into()), ..Filter::default() }).await;
    assert_eq!(found.rows.iter().map(|r| r.title.as_str()).collect::<Vec<_>>(), ["Report 17"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn parallel_uploads_of_the_same_bytes_for_twelve_systems_all_count(pool: PgPool) {
    let place = place(&pool).await;
    let place = &place;
    let sent =
        stream::iter(0..12).map(|n| async move { place.add_elsewhere(&format!("Model {n}"), b"the same bytes").await });
    let sent: Vec<_> = sent.buffer_unordered(4).collect().await;
    assert_eq!(sent.iter().filter(|s| s.is_ok()).count(), 12, "{sent:?}");
    assert_eq!(place.files(), [place.blob(b"the same bytes")]);
    assert_eq!(place.register.count("select count(*) from evidence").await, 12);
}

/// An lm-evaluation-harness result, as small as they come.
const RESULT: &str = r#"{"results": {"arc": {"acc,none": 0.61, "acc_stderr,none": 0.02, "alias": "arc"}}, "configs": {},
    "versions": {"arc": 1}, "n-shot": {"arc": 0}, "n-samples": {"arc": {"original": 600, "effective": 600}},
    "higher_is_better": {"arc": {"acc": true}}, "config": {"model": "hf"}, "date": 1760000000.0}"#;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_result_file_is_read_when_it_arrives_and_by_newer_readers_anew(pool: PgPool) {
    let place = place(&pool).await;
    let (register, store, owner) = (&place.register, &place.store, &place.ada);
    let result = place.add(&label(), RESULT.as_bytes()).await.unwrap();
    let Some(Reading::Says(says)) = evidence::get(store, owner, result).await.unwrap().reading else {
        panic!("not read")
    };
    assert_eq!((says.metrics.len(), says.metrics[0].value, says.metrics[0].samples), (1, 0.61, Some(600)));

    let text = place.add(&label(), b"Nothing measured").await.unwrap();
    let read = evidence::get(store, owner, text).await.unwrap().reading;
    assert!(matches!(read, Some(Reading::Nothing(why)) if why.contains("not a result file")));
    assert_eq!(evidence::findings::catch_up(store).await.unwrap(), 0, "all are read");

    // Of older readers: read anew, and the older reading stays.
    register
        .sql("set session_replication_role = replica; update evidence_findings set readers = readers + 1000 where unread is not null;
              delete from evidence_findings where unread is null")
        .await;
    assert_eq!(evidence::findings::catch_up(store).await.unwrap(), 2);
    assert_eq!(register.count("select count(*) from evidence_findings").await, 3);
    for sql in ["update evidence_findings set unread = 'x'", "delete from evidence_findings"] {
        let refused = sqlx::raw_sql(sql).execute(store.pool()).await.unwrap_err();
        let code = refused.as_database_error().and_then(|e| e.code()).unwrap_or_default().into_owned();
        assert_eq!(code, "42501", "{sql}");
    }
}
