//! Who may do what, as a whole: the matrix of roles, actions and relations, and separation of duties.

#![allow(clippy::unwrap_used, reason = "tests")]

use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::ids::PersonId;
use domain::policy::{Action, Relation, allow, change_roles, content_moves, sees};
use proptest::prelude::*;

fn actor(roles: &[Role]) -> Actor {
    let id = PersonId(uuid::Uuid::from_u128(1));
    Actor {
        id,
        name: "Somebody".into(),
        email: "s@example.org".into(),
        roles: roles.to_vec(),
        address: None,
        token: None,
    }
}

fn relations() -> [(&'static str, Relation); 6] {
    let none = Relation::default();
    [
        ("none", none),
        ("owner", Relation { owner: true, involved: true, ..none }),
        ("contributor", Relation { contributor: true, involved: true, ..none }),
        ("assignee", Relation { assignee: true, ..none }),
        ("involved before", Relation { involved: true, ..none }),
        ("recused", Relation { recused: true, ..none }),
    ]
}

/// One line an action and relation, one column a role: `+` may, `.` may not.
#[test]
fn the_whole_matrix() {
    let roles: Vec<(&str, Vec<Role>)> = std::iter::once(("nothing", vec![]))
        .chain(Role::ALL.iter().map(|r| (r.as_str(), vec![*r])))
        .chain([
            ("owner+committee", vec![Role::Owner, Role::Committee]),
            ("admin+chair", vec![Role::Admin, Role::Chair]),
        ])
        .collect();
    let mut text = format!("{:<42}", "");
    for (name, _) in &roles {
        text.push_str(&format!(" {name}"));
    }
    text.push('\n');
    for action in Action::ALL {
        for (name, relation) in relations() {
            if !action.on_system() && name != "none" {
                continue;
            }
            text.push_str(&format!("{:<42}", format!("{action} / {name}")));
            for (column, roles) in &roles {
                let mark = if allow(&actor(roles), *action, relation).is_ok() { '+' } else { '.' };
                text.push_str(&format!(" {mark:<width$}", width = column.len()));
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
    }
    insta::assert_snapshot!(text);
}

fn any_roles() -> impl Strategy<Value = Vec<Role>> {
    proptest::sample::subsequence(Role::ALL.to_vec(), 0..=Role::ALL.len())
}

fn any_relation() -> impl Strategy<Value = Relation> {
    any::<[bool; 5]>().prop_map(|[owner, contributor, involved, assignee, recused]| Relation {
        owner,
        contributor,
        // Whoever owns it or contributes to it is involved: the register sees to that.
        involved: involved || owner || contributor,
        assignee,
        recused,
    })
}

const JUDGING: [Action; 6] = [
    Action::ReviewVote,
    Action::ReviewDecide,
    Action::DecisionRevoke,
    Action::TierOverride,
    Action::ReviewOpen,
    Action::ReviewRequestChanges,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Nobody judges what they had a hand in, or stepped aside from, whatever roles they hold.
    #[test]
    fn duties_are_separate(roles in any_roles(), relation in any_relation(), which in 0..JUDGING.len()) {
        let verdict = allow(&actor(&roles), JUDGING[which], relation);
        if relation.involved || relation.recused {
            prop_assert!(verdict.is_err());
        }
        if verdict.is_ok() {
            for change in [Action::SystemEdit, Action::RiskRate, Action::EvidenceWrite, Action::ReviewSubmit] {
                prop_assert!(allow(&actor(&roles), change, relation).is_err(), "{} may judge and {}", roles.len(), change);
            }
        }
    }

    /// Executives and auditors change nothing, whatever else they are.
    #[test]
    fn readers_change_nothing(roles in any_roles(), relation in any_relation(), action in proptest::sample::select(Action::ALL)) {
        if roles.iter().any(|r| matches!(r, Role::Executive | Role::Auditor)) && action.writes() {
            prop_assert!(matches!(allow(&actor(&roles), action, relation), Err(Refusal::Forbidden(_))));
        }
    }

    /// What may be done to a system may be done only by those who see it.
    #[test]
    fn nobody_acts_on_what_they_do_not_see(roles in any_roles(), relation in any_relation(), action in proptest::sample::select(Action::ALL)) {
        if action.on_system() && allow(&actor(&roles), action, relation).is_ok() {
            prop_assert!(sees(&actor(&roles), relation), "{action}");
        }
    }

    /// Nobody gives themself a role, and no set of roles both reads only and writes.
    #[test]
    fn roles_are_given_by_others(roles in any_roles(), new in any_roles(), own in any::<bool>(), admins in 0usize..3) {
        let target = PersonId(uuid::Uuid::from_u128(if own { 1 } else { 2 }));
        if change_roles(&actor(&roles), target, &new, admins).is_ok() {
            prop_assert!(!own && roles.contains(&Role::Admin));
            prop_assert!(admins > 0 || new.contains(&Role::Admin));
            let reads = new.iter().any(|r| matches!(r, Role::Executive | Role::Auditor));
            prop_assert!(!reads || new.iter().all(|r| matches!(r, Role::Executive | Role::Auditor)));
        }
    }
}

#[test]
fn content_stands_still_under_review_and_once_it_is_retired() {
    for action in Action::ALL {
        assert!(content_moves(*action, false, false).is_ok());
        assert!(matches!(content_moves(*action, true, false), Err(Refusal::NotNow(_))));
        // Somebody has to be able to bring it back, whoever left.
        let people = matches!(action, Action::SystemRetire | Action::SystemTransfer);
        assert_eq!(content_moves(*action, false, true).is_ok(), people, "{action}");
    }
}
