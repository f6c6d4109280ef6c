//! Search on a real Postgres: references, words, parts of names, and nothing that a person may not see.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;

use common::register;
use domain::actor::Role;
use domain::ids::SystemRef;
use domain::system::{Registration, Stage};
use sqlx::PgPool;
use store::search::{Group, Kind, search};

fn shown(groups: &[Group]) -> Vec<(Kind, i64, Vec<String>)> {
    groups.iter().map(|g| (g.kind, g.total, g.hits.iter().map(|h| h.reference.clone()).collect())).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_there_is_found_and_what_is_not_ones_own_is_neither_found_nor_counted(pool: PgPool) {
    let register = register(&pool);
    let ada = register.person("Ada Okafor", &[Role::Owner]).await;
    let sam = register.person("Sam Stranger", &[Role::Owner]).await;
    let chair = register.person("Carla Chair", &[Role::Chair]).await;
    let unit = register.unit("Claims").await;
    for (name, purpose, owner) in [
        ("Fraud detection", "Flags invoices that look forged", &ada),
        ("Letter sorting", "Routes post to departments", &ada),
        ("Fraud scoring", "Ranks customers", &sam),
    ] {
        let (name, purpose) = (name.to_owned(), purpose.to_owned());
        let new = Registration { name, purpose, unit, owner: owner.id, stage: Stage::Pilot };
        store::systems::register::register(&register.store, owner, &new, None).await.unwrap();
    }
    let entry = &domain::risk::library::all()[0];
    let new = store::risks::NewRisk::from_library(&entry.key).unwrap();
    store::risks::add(&register.store, &ada, SystemRef(1), &[new], None).await.unwrap();

    let find = async |actor, text: &str| shown(&search(&register.store, actor, text, 5).await.unwrap());
    let systems = |refs: &[&str]| {
        vec![(Kind::System, refs.len() as i64, refs.iter().map(|r| (*r).to_owned()).collect::<Vec<_>>())]
    };
    for reference in ["AIS-2", "ais-2", "ais 2", " AIS-2 "] {
        assert_eq!(find(&ada, reference).await[0].2[0], "AIS-2", "{reference}");
    }
    assert_eq!(find(&ada, "forged invoice").await, systems(&["AIS-1"]), "words, by their stem");
    assert_eq!(find(&ada, "fraud").await, systems(&["AIS-1"]), "only one's own");
    assert_eq!(find(&ada, "fruad detection").await, systems(&["AIS-1"]), "a slip of the finger");
    assert_eq!(find(&ada, "lett").await, systems(&["AIS-2"]), "the beginning of a word");
    assert_eq!(find(&ada, "AIS-3").await, vec![]);
    assert_eq!(find(&chair, "AIS-3").await, systems(&["AIS-3"]));
    let mut both = find(&chair, "fraud").await.remove(0);
    both.2.sort();
    assert_eq!(both, (Kind::System, 2, vec!["AIS-1".to_owned(), "AIS-3".to_owned()]));
    assert_eq!(find(&ada, "R-1").await[0], (Kind::Risk, 1, vec!["R-1".to_owned()]));
    assert!(find(&ada, &entry.title).await.iter().any(|g| g.0 == Kind::Risk));
    assert_eq!(find(&sam, &entry.title).await.iter().filter(|g| g.0 == Kind::Risk).count(), 0);

    let one = search(&register.store, &chair, "fraud", 1).await.unwrap();
    assert_eq!((one[0].total, one[0].hits.len()), (2, 1), "cut, but counted");
    for nothing in
        ["", "   ", "the", "'); drop table system; --", "%", "\"", "&|!:*()", "\u{1F600}", "AIS-99999999999999999999"]
    {
        assert_eq!(find(&ada, nothing).await, vec![], "{nothing:?}");
    }
}
