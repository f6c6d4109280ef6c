//! Which obligations are ours, and from when.

use super::facts::{Start, View};
use super::law::{DateKey, From, Obligation, law, obligations};
use super::outcome::{Due, Role, WorkItem};
use super::tags::Tag;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Our obligations: the earliest first, then in the order of the data.
pub(super) fn due(view: &View<'_>, tags: &BTreeSet<Tag>, on: NaiveDate) -> Vec<Due> {
    let ours = view.roles();
    let mut due: Vec<Due> = obligations().iter().filter_map(|known| one(known, view, tags, &ours, on)).collect();
    due.sort_by_key(|due| due.applies_from);
    due
}

fn one(known: &'static Obligation, view: &View<'_>, tags: &BTreeSet<Tag>, ours: &[Role], on: NaiveDate) -> Option<Due> {
    let holds = |list: &[Tag]| list.iter().all(|tag| tags.contains(tag));
    if !holds(&known.when) || known.unless.iter().any(|tag| tags.contains(tag)) {
        return None;
    }
    let start = start(known.from, view)?;
    let bound = |role: &Role| !start.narrow || matches!(role, Role::Provider | Role::Deployer);
    let roles: Vec<Role> = ours.iter().copied().filter(|role| known.roles.contains(role) && bound(role)).collect();
    (!roles.is_empty()).then(|| Due {
        key: &known.key,
        article: &known.article,
        title: &known.title,
        action: &known.action,
        roles,
        applies_from: start.from,
        in_force: start.from <= on,
        notes: known.notes.iter().filter(|note| holds(&note.when)).map(|note| note.text.as_str()).collect(),
        work: &known.work,
    })
}

/// From when; none where the law leaves a system of before alone.
fn start(from: From, view: &View<'_>) -> Option<Start> {
    let day = |key| Some(Start { from: law().date(key), narrow: false });
    match from {
        From::Prohibitions => day(DateKey::Prohibitions),
        From::NewProhibitions => day(DateKey::NewProhibitions),
        From::General => day(DateKey::General),
        From::Marking if view.marks_later() => day(DateKey::MarkingOfExisting),
        From::Marking => day(DateKey::General),
        From::Models if view.model_of_before() => day(DateKey::ModelsOfBefore),
        From::Models => day(DateKey::Models),
        // Art. 6(4) and 49(2) have the date of Annex III, though the excepted system is not high-risk.
        From::HighRiskArea if view.exception() => day(DateKey::HighRiskArea),
        From::HighRiskArea => view.area_start(),
        From::HighRiskProduct => view.product_start(),
        From::HighRisk => {
            let by_chapter_three = view.section_a().then(|| view.product_start()).flatten();
            [view.area_start(), by_chapter_three].into_iter().flatten().min_by_key(|start| start.from)
        }
    }
}

/// The work list of these obligations.
pub(super) fn work(due: &[Due]) -> Vec<WorkItem> {
    due.iter().map(|due| WorkItem { title: due.work, obligation: due.key, due: due.applies_from }).collect()
}
