//! The verifier against chains that were tampered with: each kind a hundred times, every one must be found; and good
//! chains, none of which may be called broken.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

use chrono::{DateTime, TimeDelta, Utc};
use domain::actor::Via;
use domain::audit::{Body, Broken, Columns, GENESIS, Head, Stored, Verifier, link};
use domain::canonical::hex;
use proptest::prelude::*;
use uuid::Uuid;

/// What an event says; the rest follows from its place.
#[derive(Debug, Clone)]
struct Said {
    actor: String,
    action: String,
    subject: u128,
    before: String,
    after: String,
    seconds: i64,
    address: bool,
    related: Vec<u128>,
}

fn said() -> impl Strategy<Value = Said> {
    (
        "[A-Za-zé ]{1,20}",
        "(risk|system)\\.[a-z]{3,8}",
        any::<u128>(),
        ".{0,30}",
        ".{0,30}",
        0..1_000_000_000_i64,
        any::<bool>(),
        prop::collection::vec(any::<u128>(), 0..3),
    )
        .prop_map(|(actor, action, subject, before, after, seconds, address, related)| Said {
            actor,
            action,
            subject,
            before,
            after,
            seconds,
            address,
            related,
        })
}

fn body(seq: i64, said: &Said) -> Body {
    Body {
        seq,
        at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(said.seconds),
        actor_id: Some(Uuid::from_u128(said.subject ^ 1)),
        actor: said.actor.clone(),
        address: said.address.then(|| "192.0.2.7".to_owned()),
        via: said.address.then(|| Via {
            id: Uuid::from_u128(said.subject ^ 2),
            token: "nightly".to_owned(),
            owner: said.actor.clone(),
        }),
        action: said.action.clone(),
        subject_kind: "risk".to_owned(),
        subject_id: Some(Uuid::from_u128(said.subject)),
        subject: format!("R-{seq}"),
        related: said.related.iter().map(|id| Uuid::from_u128(*id)).collect(),
        before: serde_json::json!({ "title": said.before }),
        after: serde_json::json!({ "title": said.after, "likelihood": seq }),
    }
}

fn event(previous: [u8; 32], body: &Body) -> (Stored, [u8; 32]) {
    let text = body.text().unwrap();
    let hash = link(&previous, &text);
    let columns = Columns::of(body);
    (Stored { seq: body.seq, body: text, previous: previous.to_vec(), hash: hash.to_vec(), columns }, hash)
}

/// A chain as the register writes it.
fn chain(all: &[Said]) -> Vec<Stored> {
    let mut previous = GENESIS;
    (1..)
        .zip(all)
        .map(|(seq, said)| {
            let (stored, hash) = event(previous, &body(seq, said));
            previous = hash;
            stored
        })
        .collect()
}

fn head(chain: &[Stored]) -> Head {
    chain.last().map_or(Head { seq: 0, hash: hex(&GENESIS) }, |e| Head { seq: e.seq, hash: hex(&e.hash) })
}

fn verify(chain: &[Stored], earlier: Vec<Head>, register: &Head) -> Result<Head, Broken> {
    let mut verifier = Verifier::new(earlier);
    for event in chain {
        verifier.push(event)?;
    }
    verifier.finish(Some(register))
}

/// Two to a dozen events.
fn chains() -> impl Strategy<Value = Vec<Said>> {
    prop::collection::vec(said(), 2..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn t35_a_good_chain_holds_against_every_head_it_ever_had(all in prop::collection::vec(said(), 0..30)) {
        let good = chain(&all);
        let heads: Vec<Head> = (0..=good.len()).map(|n| head(&good[..n])).collect();
        prop_assert_eq!(verify(&good, heads, &head(&good)), Ok(head(&good)));
    }

    #[test]
    fn t35_an_edit_is_found(all in chains(), at in any::<prop::sample::Index>(), other in said(), field in 0..9_u8) {
        let good = chain(&all);
        let mut bad = good.clone();
        let event = &mut bad[at.index(good.len())];
        match field {
            0 => event.body = body(event.seq, &other).text().unwrap(),
            1 => event.columns.actor = format!("{}x", event.columns.actor),
            2 => event.columns.action.push('x'),
            3 => event.columns.at += TimeDelta::seconds(1),
            4 => event.columns.related.push(Uuid::nil()),
            5 => event.hash[7] ^= 1,
            6 => event.previous[7] ^= 1,
            7 => event.columns.actor_id = None,
            _ => event.columns.subject_id = None,
        }
        prop_assume!(bad != good);
        let seq = bad[at.index(good.len())].seq;
        prop_assert_eq!(verify(&bad, vec![], &head(&good)).unwrap_err().seq, seq);
    }

    #[test]
    fn t35_an_edit_with_its_own_hash_made_anew_is_found(all in chains(), at in any::<prop::sample::Index>(), other in said()) {
        let good = chain(&all);
        let mut bad = good.clone();
        let i = at.index(good.len());
        let previous = if i == 0 { GENESIS } else { bad[i - 1].hash.clone().try_into().unwrap() };
        bad[i] = event(previous, &body(bad[i].seq, &other)).0;
        prop_assume!(bad != good);
        prop_assert!(verify(&bad, vec![], &head(&good)).is_err());
    }

    #[test]
    fn t35_a_deletion_is_found(all in chains(), at in any::<prop::sample::Index>()) {
        let good = chain(&all);
        let mut bad = good.clone();
        bad.remove(at.index(good.len()));
        prop_assert!(verify(&bad, vec![], &head(&good)).is_err());
    }

    #[test]
    fn t35_a_swap_is_found(all in chains(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(), renumber in any::<bool>()) {
        let good = chain(&all);
        let (a, b) = (a.index(good.len()), b.index(good.len()));
        prop_assume!(a != b);
        let mut bad = good.clone();
        bad.swap(a, b);
        if renumber {
            (bad[a].seq, bad[b].seq) = (bad[b].seq, bad[a].seq);
        }
        prop_assert!(verify(&bad, vec![], &head(&good)).is_err());
    }

    #[test]
    fn t35_an_insertion_is_found(all in chains(), at in any::<prop::sample::Index>(), other in said(), renumber in any::<bool>()) {
        let good = chain(&all);
        let i = at.index(good.len());
        let previous = if i == 0 { GENESIS } else { good[i - 1].hash.clone().try_into().unwrap() };
        let mut bad = good.clone();
        bad.insert(i, event(previous, &body(good[i].seq, &other)).0);
        if renumber {
            for (seq, event) in (1..).zip(&mut bad) {
                event.seq = seq;
            }
        }
        prop_assert!(verify(&bad, vec![], &head(&good)).is_err());
    }

    #[test]
    fn t35_a_cut_tail_is_found_against_a_head(all in chains(), keep in any::<prop::sample::Index>()) {
        let good = chain(&all);
        let bad = &good[..keep.index(good.len())];
        // The register's own head was cut back too: only the exported one tells.
        prop_assert!(verify(bad, vec![], &head(bad)).is_ok());
        let found = verify(bad, vec![head(&good)], &head(bad)).unwrap_err();
        prop_assert_eq!(found.seq, head(bad).seq + 1);
        // And without an exported head, the register's.
        prop_assert!(verify(bad, vec![], &head(&good)).is_err());
    }

    #[test]
    fn t35_a_full_rewrite_is_found_against_a_head(all in chains(), from in any::<prop::sample::Index>(), other in said(), more in prop::collection::vec(said(), 0..5)) {
        let good = chain(&all);
        let mut rewritten = all.clone();
        rewritten[from.index(all.len())] = other;
        rewritten.extend(more);
        let bad = chain(&rewritten);
        prop_assume!(bad[..good.len()] != good[..]);
        // Perfect in itself.
        prop_assert!(verify(&bad, vec![], &head(&bad)).is_ok());
        prop_assert!(verify(&bad, vec![head(&good)], &head(&bad)).is_err());
    }
}

#[test]
fn a_second_head_of_the_same_number_counts_too() {
    let said = Said {
        actor: "Ada".into(),
        action: "risk.rate".into(),
        subject: 1,
        before: String::new(),
        after: String::new(),
        seconds: 0,
        address: false,
        related: vec![],
    };
    let good = chain(&[said]);
    let other = Head { seq: 1, hash: "00".repeat(32) };
    assert!(verify(&good, vec![head(&good), other.clone()], &head(&good)).is_err());
    assert!(verify(&good, vec![other, head(&good)], &head(&good)).is_err());
    let nothing = Head { seq: 0, hash: "11".repeat(32) };
    assert!(verify(&good, vec![nothing], &head(&good)).is_err());
}
