//! Criteria, scorecard, proposals, comparison and report through the API.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::input::upload;
use super::{call, json, master, tag, wrong};
use crate::world::{Answer, World};

/// A results file of lm-evaluation-harness: one task of 1,000 samples.
pub fn lm_eval(accuracy: f64, day: &str) -> String {
    let at = chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").unwrap().and_time(chrono::NaiveTime::MIN).and_utc();
    json!({
        "results": { "arc_easy": { "alias": "arc_easy", "acc,none": accuracy, "acc_stderr,none": 0.008 } },
        "versions": { "arc_easy": 1.0 },
        "n-samples": { "arc_easy": { "original": 1000, "effective": 1000 } },
        "higher_is_better": { "arc_easy": { "acc": true } },
        "config": { "model": "hf", "model_args": "pretrained=example/one" },
        "date": at.timestamp() as f64,
        "lm_eval_version": "0.4.9",
    })
    .to_string()
}

async fn send(world: &World, key: &str, accuracy: f64, day: &str) -> Answer {
    let label = json!({ "title": format!("Benchmark of {day}"), "kind": "test", "speaks_of": day }).to_string();
    let file = lm_eval(accuracy, day);
    world.send(upload(key, &world.draft.to_string(), &[], &label, file.as_bytes())).await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_criterion_is_written_read_changed_and_dropped(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let list = format!("/systems/{}/criteria", world.draft);
    let risk = world.risk().await;
    let asked = json!({ "metric": "attack_success_rate", "fail": 0.05, "warn": 0.03, "min_samples": 200,
                        "max_age_days": 90, "risks": [risk], "note": "As the policy says" });
    let once = [("idempotency-key", "criterion-1")];
    let made = call(&world, &key, "POST", &list, &once, Some(asked.clone())).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let again = call(&world, &key, "POST", &list, &once, Some(asked.clone())).await;
    assert_eq!(again.text, made.text);
    let place = json(&made)["url"].as_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    let read = call(&world, &key, "GET", &place, &[], None).await;
    let (version, seen) = (tag(&read), json(&read));
    for (field, value) in asked.as_object().unwrap() {
        assert_eq!(&seen[field], value, "{field}");
    }
    assert_eq!((&seen["comparison"], &seen["slice"]), (&json!("at_most"), &json!("overall")));
    assert_eq!(seen["characteristic"], "secure_resilient");
    assert!(seen["says"].as_str().unwrap().starts_with("Attack success rate at most 5 % (warns above 3 %)"), "{seen}");

    let looser = json!({ "metric": "attack_success_rate", "fail": 0.1 });
    let put =
        async |version: &str| call(&world, &key, "PUT", &place, &[("if-match", version)], Some(looser.clone())).await;
    assert_eq!(call(&world, &key, "PUT", &place, &[], Some(looser.clone())).await.status, 428);
    assert_eq!(put(&version).await.status, 204);
    assert_eq!(put(&version).await.status, 412);
    let read = call(&world, &key, "GET", &place, &[], None).await;
    assert_eq!(
        (&json(&read)["fail"], &json(&read)["warn"], &json(&read)["risks"]),
        (&json!(0.1), &Value::Null, &json!([]))
    );
    assert_eq!(json(&call(&world, &key, "GET", &list, &[], None).await)["items"].as_array().unwrap().len(), 2);

    let version = tag(&read);
    let drop = async |headers: &[(&str, &str)], reason: &str| {
        call(&world, &key, "POST", &format!("{place}/drop"), headers, Some(json!({ "reason": reason }))).await
    };
    let unsaid = drop(&[("if-match", &version)], " ").await;
    assert_eq!((unsaid.status.as_u16(), wrong(&unsaid)), (422, vec!["reason".to_owned()]));
    assert_eq!(drop(&[("if-match", &version)], "Measured elsewhere").await.status, 204);
    let read = call(&world, &key, "GET", &place, &[], None).await;
    assert_eq!(json(&read)["dropped"]["reason"], "Measured elsewhere");
    assert_eq!(drop(&[("if-match", &tag(&read))], "Twice").await.status, 409);
    assert_eq!(put(&tag(&read)).await.status, 409);
    assert_eq!(json(&call(&world, &key, "GET", &list, &[], None).await)["items"].as_array().unwrap().len(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_wrong_field_of_a_criterion_is_named(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let list = format!("/systems/{}/criteria", world.draft);
    let before = world.events().await;
    for (body, fields) in [
        (json!({}), vec!["fail", "metric"]),
        (json!({ "metric": "beauty", "fail": 0.5, "risks": ["AIS-1"] }), vec!["metric", "risks"]),
        (json!({ "metric": "accuracy", "fail": "0.5" }), vec!["fail"]),
        (json!({ "metric": "accuracy", "fail": 5 }), vec!["fail"]),
        (
            json!({ "metric": "accuracy", "fail": -0.1, "max_age_days": 0, "min_samples": 0 }),
            vec!["fail", "max_age_days", "min_samples"],
        ),
        (json!({ "metric": "accuracy", "fail": 0.9, "warn": 0.8 }), vec!["warn"]),
        (
            json!({ "metric": "accuracy", "fail": 0.9, "slice": "best", "comparison": "near" }),
            vec!["comparison", "slice"],
        ),
        (json!({ "metric": "accuracy", "fail": 0.9, "max_age_days": -1 }), vec!["max_age_days"]),
        (
            json!({ "metric": "accuracy", "fail": 1e300, "note": "\u{0}", "scope": "a\u{1}" }),
            vec!["fail", "note", "scope"],
        ),
        (json!({ "metric": "accuracy", "fail": 0.9, "unit": "percent" }), vec!["unit"]),
        (json!({ "metric": "accuracy", "fail": 0.9, "risks": ["R-999999"] }), vec!["risks"]),
    ] {
        let answer = call(&world, &key, "POST", &list, &[], Some(body.clone())).await;
        let fields: Vec<String> = fields.into_iter().map(str::to_owned).collect();
        assert_eq!((answer.status.as_u16(), wrong(&answer)), (422, fields), "{body} {}", answer.text);
    }
    assert_eq!(world.events().await, before);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_upload_says_what_it_decides_and_the_same_file_is_one_piece(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let first = send(&world, &key, 0.95, "2026-02-20").await;
    assert_eq!(first.status, 201, "{}", first.text);
    let said = json(&first);
    assert_eq!((&said["findings"]["format"], &said["unread"]), (&json!("lm_eval"), &Value::Null));
    assert_eq!(said["verdicts"][0]["criterion"], json!(world.criterion.to_string()));
    assert_eq!(said["verdicts"][0]["verdict"], "pass", "{said}");
    // The same bytes under another name, and without a key.
    let label = json!({ "title": "Again", "kind": "evaluation", "speaks_of": "2026-02-21" }).to_string();
    let file = lm_eval(0.95, "2026-02-20");
    for headers in [&[][..], &[("idempotency-key", "other")]] {
        let again = world.send(upload(&key, &world.draft.to_string(), headers, &label, file.as_bytes())).await;
        assert_eq!((again.status.as_u16(), &json(&again)["reference"]), (201, &said["reference"]), "{}", again.text);
    }
    // What nothing reads is kept all the same.
    let plain = world.send(upload(&key, &world.draft.to_string(), &[], &label, b"Dear reader")).await;
    assert_eq!(plain.status, 201);
    assert!(json(&plain)["findings"].is_null() && json(&plain)["verdicts"] == json!([]), "{}", plain.text);

    let card = json(&call(&world, &key, "GET", &format!("/systems/{}/scorecard", world.draft), &[], None).await);
    let rows = card["characteristics"].as_array().unwrap();
    assert_eq!(rows.len(), 7);
    let decided = &rows.iter().find(|row| row["characteristic"] == "valid_reliable").unwrap()["results"][0]["deciding"];
    assert_eq!(
        (&decided["value"], &decided["samples"], &decided["evidence"]),
        (&json!(0.95), &json!(1000), &said["reference"])
    );
    assert!(decided["low"].as_f64().unwrap() < 0.95 && decided["high"].as_f64().unwrap() > 0.95);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_failing_criterion_proposes_and_a_person_answers(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let (system, risk) = (format!("/systems/{}", world.draft), world.risk().await);
    let place = format!("/criteria/{}", world.criterion);
    let tied = json!({ "metric": "accuracy", "fail": 0.9, "risks": [risk] });
    assert_eq!(call(&world, &key, "PUT", &place, &[("if-match", "\"1\"")], Some(tied)).await.status, 204);
    world.scene.reg.clock.advance(chrono::Duration::minutes(1));
    assert_eq!(send(&world, &key, 0.5, "2026-03-02").await.status, 201);
    let card = async || json(&call(&world, &key, "GET", &format!("{system}/scorecard"), &[], None).await);
    let open = card().await["proposals"].clone();
    assert_eq!(open.as_array().unwrap().len(), 1, "{open}");
    let proposed = &open[0];
    assert_eq!((&proposed["risk"], &proposed["now"], &proposed["likelihood"]), (&json!(risk), &json!(2), &json!(3)));

    let answer = async |criterion: &Value, accepted: bool, why: Option<&str>| {
        let body = json!({ "criterion": criterion, "risk": risk, "evidence": proposed["evidence"], "accepted": accepted,
                           "why": why });
        call(&world, &key, "POST", &format!("{system}/proposals"), &[("idempotency-key", "p")], Some(body)).await
    };
    let unsaid = answer(&proposed["criterion"], false, None).await;
    assert_eq!((unsaid.status.as_u16(), wrong(&unsaid)), (422, vec!["why".to_owned()]));
    assert_eq!(answer(&json!("C-999"), true, None).await.status, 409);
    assert_eq!(wrong(&answer(&json!("R-1"), true, None).await), ["criterion"]);
    let before = world.events().await;
    assert_eq!(answer(&proposed["criterion"], true, None).await.status, 204);
    assert_eq!(answer(&proposed["criterion"], true, None).await.status, 204, "a repeat is the same answer");
    assert_eq!(world.events().await, before + 1);
    assert_eq!(card().await["proposals"], json!([]));
    let ratings = json(&call(&world, &key, "GET", &format!("/risks/{risk}"), &[], None).await)["ratings"].clone();
    let residual = ratings.as_array().unwrap().iter().find(|r| r["kind"] == "residual").unwrap().clone();
    assert_eq!(residual["likelihood"], 3, "{residual}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_runs_are_compared_and_the_report_is_the_same_all_day(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.scene.owner).await;
    let reference = |answer: Answer| json(&answer)["reference"].as_str().unwrap().to_owned();
    let a = reference(send(&world, &key, 0.80, "2026-02-20").await);
    let b = reference(send(&world, &key, 0.95, "2026-03-01").await);
    let compare = async |a: &str, b: &str| {
        call(&world, &key, "GET", &format!("/systems/{}/compare?a={a}&b={b}", world.draft), &[], None).await
    };
    let found = json(&compare(&a, &b).await);
    assert_eq!(
        (&found["rows"][0]["change"], &found["rows"][0]["metric"]),
        (&json!("better"), &json!("accuracy")),
        "{found}"
    );
    assert_eq!(json(&compare(&b, &a).await)["rows"][0]["change"], "worse");
    assert_eq!(json(&compare(&a, &a).await)["rows"][0]["change"], "same");
    assert_eq!(wrong(&compare(&a, "E-999999").await), ["b"]);
    assert_eq!(wrong(&compare("R-1", &b).await), ["a"]);

    let report = async |query: &str| {
        call(&world, &key, "GET", &format!("/systems/{}/report{query}", world.draft), &[], None).await
    };
    let document = json(&report("").await);
    assert_eq!((&document["title"], &document["reference"]), (&json!("TEVV report"), &json!(world.draft.to_string())));
    assert_eq!(report("").await.text, report("?format=json").await.text);
    let markdown = report("?format=markdown").await;
    assert_eq!(markdown.headers["content-type"], "text/markdown; charset=utf-8");
    let sha256 = domain::canonical::hex(&domain::canonical::sha256(lm_eval(0.95, "2026-03-01").as_bytes()));
    assert!(markdown.text.contains(&sha256), "{}", markdown.text);
    let pdf = report("?format=pdf").await;
    assert_eq!((pdf.status.as_u16(), &pdf.headers["content-type"]), (200, &"application/pdf".parse().unwrap()));
    assert!(pdf.text.starts_with("%PDF-"));
    world.scene.reg.clock.advance(chrono::Duration::hours(5));
    assert_eq!(report("?format=pdf").await.text, pdf.text, "the same inputs give the same bytes");
    assert_eq!(report("?format=word").await.status, 422);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_vocabulary_says_what_criteria_are_written_in(pool: PgPool) {
    let world = World::new(&pool).await;
    let key = master(&world, &world.auditor).await;
    let terms = json(&call(&world, &key, "GET", "/metrics", &[], None).await);
    let accuracy = terms["items"].as_array().unwrap().iter().find(|term| term["key"] == "accuracy").unwrap();
    assert_eq!((&accuracy["unit"], &accuracy["better"]), (&json!("proportion"), &json!("higher")));
    assert!(accuracy["aliases"].as_array().unwrap().contains(&json!("*: acc")), "{accuracy}");
}
