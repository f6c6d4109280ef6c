//! Who gets what on every route (checklist T17 to T19).
//!
//! The table `routes.txt` is made by walking the router's own list of routes: a route that is added without a line in it
//! fails. `UPDATE_ROUTES=1` writes it anew; the difference is then read by a person. A `+` means that something was
//! written. Forms are sent empty here; what whole forms do for those who must never is tried below it.

use app::routes::Access;
use axum::body::Body;
use domain::actor::{Actor, Role};
use domain::canonical::hex;
use domain::triage::Question;
use sqlx::PgPool;
use std::fmt::Write as _;
use store::audit::Entry;
use store::tx::Who;

use crate::browser::{Fields, typed};
use crate::scene::PASSWORD;
use crate::world::World;

/// What is typed into a form: names and values.
type Typed<'a> = Vec<(&'a str, &'a str)>;

/// Who tries, where, with what.
type Try = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Routes of the program itself, around those of the pages.
const OWN: [(&str, &str); 7] = [
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/assets/none/none.css"),
    ("GET", "/nowhere"),
    ("POST", "/nowhere"),
    ("POST", "/work"),
    ("GET", "/theme"),
];

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/routes.txt");

fn columns(world: &World) -> Vec<(&'static str, Option<&Actor>)> {
    vec![
        ("nobody", None),
        ("owner", Some(&world.scene.owner)),
        ("contrib.", Some(&world.scene.contributor)),
        ("foreign", Some(&world.foreign)),
        ("committee", Some(&world.scene.members[0])),
        ("chair", Some(&world.scene.chair)),
        ("executive", Some(&world.executive)),
        ("auditor", Some(&world.auditor)),
        ("admin", Some(&world.admin)),
    ]
}

/// A path of the table with something real in its variable parts.
pub fn filled(path: &str, world: &World, risk: &str, mitigation: &str, session: &str) -> String {
    let reference = match path.split('/').nth(1).unwrap_or_default() {
        "systems" => world.draft.to_string(),
        "risks" => risk.to_owned(),
        "mitigations" => mitigation.to_owned(),
        "evidence" => world.evidence.to_string(),
        "reviews" => world.review.to_string(),
        "decisions" => world.decision.to_string(),
        "criteria" => world.criterion.to_string(),
        _ => String::new(),
    };
    let asked = if path.starts_with("/systems/") { "MEASURE-2.10" } else { "GOVERN-1.1" };
    let admins = path.starts_with("/admin/");
    let person = if path.starts_with("/admin/services/") { world.service } else { world.spare };
    path.replace("{reference}", &reference)
        .replace("{token}", &world.tokens[usize::from(admins)].to_string())
        .replace("{thread}", &world.thread.to_string())
        .replace("{stage}", &world.stage.to_string())
        .replace("{run}", &world.run.to_string())
        .replace("{person}", &person.to_string())
        .replace("{view}", &uuid::Uuid::nil().to_string())
        .replace("{key}", "accuracy")
        .replace("{control}", asked)
        .replace("{subcategory}", asked)
        .replace("{question}", "subject")
        .replace("{unit}", &world.spare_unit.to_string())
        .replace("{secret}", &world.invitation)
        .replace("{session}", session)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_route_answers_every_role_as_the_table_says(pool: PgPool) {
    store::migrate(&pool.connect_options()).await.unwrap();
    let world = World::new(&pool).await;
    let (risk, mitigation) = (world.risk().await, world.mitigation().await);
    world.cookie(&world.scene.owner).await;
    let session: uuid::Uuid = sqlx::query_scalar("select id from session order by created_at, id limit 1")
        .fetch_one(&world.scene.reg.owner)
        .await
        .unwrap();
    let routes = OWN.iter().copied().chain(app::routes::ROUTES.iter().map(|r| (r.method, r.path)));
    let mut table = format!("{:<58}", "route");
    for (name, _) in columns(&world) {
        write!(table, " {name:<9}").unwrap();
    }
    let mut faults = Vec::new();
    for (method, path) in routes {
        let place = filled(path, &world, &risk, &mitigation, &session.to_string());
        assert!(!place.contains('{'), "nothing real for {path}");
        write!(table, "\n{:<58}", format!("{method} {path}")).unwrap();
        for (name, who) in columns(&world) {
            let before = world.events().await;
            let kind = "application/x-www-form-urlencoded";
            let answer = world.request(who, method, &place, kind, Body::empty()).await;
            let wrote = world.events().await != before;
            let status = answer.status.as_u16();
            write!(table, " {:<9}", format!("{status}{}", if wrote { "+" } else { "" })).unwrap();
            let reader = matches!(name, "executive" | "auditor");
            let of_their_own = path == "/sign-out" || path.starts_with("/account") || path.starts_with("/invite/");
            if wrote && (method == "GET" || !(200..400).contains(&status) || (reader && !of_their_own)) {
                faults.push(format!("{method} {path} by {name}: {status}, and something was written"));
            }
            // Who may not is told so before the form is read: never that a field of it is wrong.
            let of_a_record = method == "POST" && path.contains("{reference}");
            if of_a_record && (reader || name == "foreign") && !matches!(status, 403 | 404) {
                faults.push(format!("{method} {path} by {name}: {status} before the permission was asked"));
            }
            if status >= 500 {
                faults.push(format!("{method} {path} by {name}: {status}"));
            }
        }
    }
    let table: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    assert!(faults.is_empty(), "{}\n{table}", faults.join("\n"));
    if std::env::var_os("UPDATE_ROUTES").is_some() {
        std::fs::write(TABLE, &table).unwrap();
    }
    let expected = std::fs::read_to_string(TABLE).unwrap_or_default();
    let differing: Vec<&str> = table.lines().filter(|line| !expected.lines().any(|e| e == *line)).collect();
    assert!(table == expected, "{TABLE} says otherwise of:\n{}", differing.join("\n"));
}

/// What is sent to a record is read by nobody before it is known that the person may send it.
#[test]
fn every_form_of_a_record_asks_for_the_permission_first() {
    let unasked =
        app::routes::ROUTES.iter().filter(|route| route.method == "POST" && route.path.contains("{reference}"));
    let unasked: Vec<&str> =
        unasked.filter(|route| !matches!(route.access, Access::May(_))).map(|route| route.path).collect();
    assert!(unasked.is_empty(), "{unasked:?}");
}

/// A whole form, who may send it, and who must not.
struct Verb<'a> {
    path: String,
    form: Fields,
    never: Vec<&'a Actor>,
    by: &'a Actor,
}

/// Each form is refused for those who must not, changes nothing then, and works for whoever may: so it was whole.
async fn try_all(world: &World, verbs: Vec<Verb<'_>>) {
    let mut faults = Vec::new();
    for Verb { path, form, never, by } in verbs {
        for actor in never {
            let before = world.events().await;
            let answer = world.post(actor, &path, &form).await;
            if !matches!(answer.status.as_u16(), 403 | 404) || world.events().await != before {
                faults.push(format!("{path} by {}: {} {}", actor.name, answer.status, answer.said()));
            }
        }
        let before = world.events().await;
        let answer = world.post(by, &path, &form).await;
        if answer.status != 303 || world.events().await <= before {
            faults.push(format!("{path} by {}, who may: {} {}", by.name, answer.status, answer.said()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn content_is_changed_by_those_who_work_on_it_alone(pool: PgPool) {
    let world = World::new(&pool).await;
    let (owner, contributor) = (&world.scene.owner, &world.scene.contributor);
    let system = format!("/systems/{}", world.draft);
    let (risk, mitigation) =
        (format!("/risks/{}", world.risk().await), format!("/mitigations/{}", world.mitigation().await));
    let evidence = format!("/evidence/{}", world.evidence);
    let others = || {
        vec![
            &world.foreign,
            &world.scene.members[0],
            &world.scene.chair,
            &world.executive,
            &world.auditor,
            &world.admin,
        ]
    };
    let foreign = world.foreign.id.to_string();
    let answers: Vec<(&str, &str)> = Question::ALL
        .iter()
        .map(|q| (q.as_str(), if matches!(q, Question::Rights | Question::Public) { "yes" } else { "no" }))
        .collect();

    let content: Vec<(String, &str, Typed)> = vec![
        (system.clone(), "/edit", vec![("name", "Draft scoring two")]),
        (system.clone(), "/triage", answers),
        (system.clone(), "/map", vec![("oversight", "An officer looks at each case")]),
        (
            system.clone(),
            "/risks/write",
            vec![
                ("title", "Drift"),
                ("cause", "New customers"),
                ("event", "Scores drift"),
                ("consequence", "Loans are refused"),
                ("characteristic", "fair"),
                ("treatment", "mitigate"),
                ("likelihood", "3"),
                ("impact", "3"),
            ],
        ),
        (
            system.clone(),
            "/mitigations/new",
            vec![
                ("title", "Watch drift"),
                ("kind", "detective"),
                ("due", "2026-06-01"),
                ("risks", risk.trim_start_matches("/risks/")),
            ],
        ),
        (risk.clone(), "/edit", vec![("title", "Unequal errors")]),
        (risk.clone(), "/handle", vec![("status", "treating"), ("treatment", "avoid")]),
        (
            risk.clone(),
            "/rate",
            vec![("residual-likelihood", "1"), ("residual-impact", "3"), ("residual-why", "Measured")],
        ),
        (mitigation.clone(), "/edit", vec![("title", "Retrain every month")]),
        (evidence.clone(), "/edit", vec![("title", "Error rates by group")]),
    ];
    for (place, verb, text) in content {
        let path = format!("{place}{verb}");
        let form = world.filled(owner, &path, &path, &text).await;
        try_all(&world, vec![Verb { path, form, never: others(), by: contributor }]).await;
    }

    // Judges may say how far a mitigation is; readers and strangers may not.
    let advance = format!("{mitigation}/advance");
    let form = world.filled(owner, &mitigation, &advance, &[("to", "in_progress")]).await;
    let never = vec![&world.foreign, &world.executive, &world.auditor, &world.admin];
    try_all(&world, vec![Verb { path: advance, form, never, by: owner }]).await;

    // What an owner alone may: administrators change people too, contributors neither.
    let people = format!("{system}/people");
    let add = format!("{people}/add");
    let form = world.filled(owner, &people, &add, &[("person", &foreign)]).await;
    let never = vec![
        contributor,
        &world.foreign,
        &world.scene.members[0],
        &world.scene.chair,
        &world.executive,
        &world.auditor,
    ];
    try_all(&world, vec![Verb { path: add, form, never, by: owner }]).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_judges_their_own_and_readers_judge_nothing(pool: PgPool) {
    let world = World::new(&pool).await;
    let review = format!("/reviews/{}", world.review);
    let members = &world.scene.members;
    let (owner, contributor, chair) = (&world.scene.owner, &world.scene.contributor, &world.scene.chair);
    // The owner and the contributor get every judge's role: the person counts, not the role.
    for person in [owner, contributor] {
        let mut tx = world.store().begin().await.unwrap();
        let roles = "update person set roles = array['owner', 'committee', 'chair'] where id = $1";
        sqlx::query(roles).bind(person.id.0).execute(tx.conn()).await.unwrap();
        tx.commit(Who::Program("test"), Entry::new("people.manage", "person", person.id.0, &person.name))
            .await
            .unwrap();
    }
    let never = || vec![owner, contributor, &world.foreign, &world.executive, &world.auditor, &world.admin];
    let but_members = || never().into_iter().chain(members).collect::<Vec<_>>();

    // Submitting is the owner's alone, and no contributor's.
    let submit = format!("/systems/{}/submit", world.draft);
    let form = world.filled(owner, &submit, &submit, &[("declared", "yes")]).await;
    let others = || but_members().into_iter().filter(|actor| actor.id != owner.id).chain([chair]).collect();
    try_all(&world, vec![Verb { path: submit, form, never: others(), by: owner }]).await;

    let open = format!("{review}/open");
    try_all(&world, vec![Verb { path: open, form: Vec::new(), never: never(), by: &members[0] }]).await;

    let comments = format!("{review}/comments");
    let form = world.filled(&members[0], &review, &comments, &[("comment_summary", "And this?")]).await;
    let strangers = vec![&world.foreign, &world.executive, &world.auditor, &world.admin];
    try_all(&world, vec![Verb { path: comments, form, never: strangers.clone(), by: &members[0] }]).await;
    let resolve = format!("{review}/comments/{}/resolve", world.thread);
    let form = vec![("resolved".to_owned(), "yes".to_owned())];
    try_all(&world, vec![Verb { path: resolve, form, never: strangers, by: owner }]).await;

    let vote = format!("{review}/vote");
    let ballot = [("choice", "approve"), ("reason", "As the dossier says"), ("password", PASSWORD)];
    for by in members.iter().chain([chair]) {
        let form = world.filled(by, &vote, &vote, &ballot).await;
        try_all(&world, vec![Verb { path: vote.clone(), form, never: never(), by }]).await;
    }
    let back = format!("{review}/request-changes");
    let dossier = hex(&world.scene.hash(world.review).await);
    let form: Fields = typed(Vec::new(), &[("dossier", &dossier), ("reason", "Explain")]);
    for actor in never() {
        let before = world.events().await;
        let answer = world.post(actor, &back, &form).await;
        assert!(matches!(answer.status.as_u16(), 403 | 404), "{}: {}", actor.name, answer.status);
        assert_eq!(world.events().await, before);
    }
    let aside = format!("{review}/recuse");
    let form = typed(Vec::new(), &[("reason", "I advised the team")]);
    for actor in [&world.foreign, &world.executive, &world.auditor, &world.admin] {
        let answer = world.post(actor, &aside, &form).await;
        assert!(matches!(answer.status.as_u16(), 403 | 404), "{}: {}", actor.name, answer.status);
    }
    // A withdrawal is the owner's alone.
    let form = typed(Vec::new(), &[("reason", "Not yet")]);
    for actor in but_members().into_iter().filter(|a| a.id != owner.id) {
        let answer = world.post(actor, &format!("{review}/withdraw"), &form).await;
        assert!(matches!(answer.status.as_u16(), 403 | 404), "{}: {}", actor.name, answer.status);
    }

    let decide = format!("{review}/decide");
    let form = world.filled(chair, &decide, &decide, &[("password", PASSWORD)]).await;
    try_all(&world, vec![Verb { path: decide, form, never: but_members(), by: chair }]).await;
    let revoke = format!("/decisions/{}/revoke", world.decision);
    let said = [("reason", "Harm"), ("confirm", &*world.decision.to_string()), ("password", PASSWORD)];
    try_all(&world, vec![Verb { path: revoke, form: typed(Vec::new(), &said), never: but_members(), by: chair }]).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn administrators_give_themselves_nothing_and_others_manage_nothing(pool: PgPool) {
    let world = World::new(&pool).await;
    let scene = &world.scene;
    let never = || {
        vec![
            &scene.owner,
            &scene.contributor,
            &world.foreign,
            &scene.members[0],
            &scene.chair,
            &world.executive,
            &world.auditor,
        ]
    };
    let person = format!("/admin/people/{}", world.spare);
    let roles = format!("{person}/roles");
    let form = world.filled(&world.admin, &person, &roles, &[("roles", "committee")]).await;
    try_all(&world, vec![Verb { path: roles, form: form.clone(), never: never(), by: &world.admin }]).await;

    // To themself an administrator gives no role, and takes none away.
    let mine = format!("/admin/people/{}/roles", world.admin.id);
    let mut form = form;
    form.retain(|(name, _)| name == "version");
    form.iter_mut().for_each(|(_, version)| *version = "1".to_owned());
    for given in [vec![("roles", "admin"), ("roles", "chair")], vec![("roles", "committee")]] {
        let before = world.events().await;
        let answer = world.post(&world.admin, &mine, &typed(form.clone(), &given)).await;
        assert!(answer.status.is_client_error(), "{}: {}", answer.status, answer.said());
        assert_eq!(world.events().await, before);
    }
    let kept: Vec<String> = sqlx::query_scalar("select roles from person where id = $1")
        .bind(world.admin.id.0)
        .fetch_one(&scene.reg.owner)
        .await
        .unwrap();
    assert_eq!(kept, [Role::Admin.as_str()]);

    let verbs: [Try; 3] = [
        (
            "/admin/people/invite",
            "/admin/people/invite",
            &[("name", "Nina"), ("email", "nina@example.org"), ("roles", "owner")],
        ),
        ("/admin/units", "/admin/units", &[("name", "Harbour")]),
        ("/admin/matrix/edit", "/admin/matrix/edit", &[("step", "save"), ("likelihood-1", "Almost never")]),
    ];
    for (page, path, text) in verbs {
        let form = world.filled(&world.admin, page, path, text).await;
        let before = world.events().await;
        for actor in never() {
            assert_eq!(world.post(actor, path, &form).await.status, 404, "{path} by {}", actor.name);
        }
        assert_eq!(world.events().await, before, "{path}");
        let answer = world.post(&world.admin, path, &form).await;
        assert!(world.events().await > before, "{path} works for whom it is: {} {}", answer.status, answer.said());
    }
}
