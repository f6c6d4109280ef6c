//! How far a profile has come: counts by function and category, current against target, and the gaps as a list of work.

use super::{Framework, State, Subcategory};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Where one subcategory stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The subcategory's identifier.
    pub subcategory: String,
    /// Where we stand.
    pub state: State,
    /// Where we want to get; none if nobody said so.
    pub target: Option<State>,
    /// By when.
    pub due: Option<NaiveDate>,
    /// Whether it must be answered: what the tier asks of a system, all of GOVERN of the organisation.
    pub required: bool,
    /// Whether the portal derived the state, and no person confirmed it.
    pub derived: bool,
}

impl Standing {
    /// What is aimed at: the target that somebody set, else the default where an answer is required.
    #[must_use]
    pub fn aim(&self, default: State) -> Option<State> {
        self.target.or(self.required.then_some(default))
    }

    /// Whether it applies and falls short of what is aimed at.
    #[must_use]
    pub fn falls_short(&self, default: State) -> bool {
        self.aim(default).is_some_and(|aim| !self.state.meets(aim))
    }
}

/// Counts of subcategories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// In [`State::NotStarted`].
    pub not_started: usize,
    /// In [`State::Partial`].
    pub partial: usize,
    /// In [`State::Implemented`].
    pub implemented: usize,
    /// In [`State::Verified`].
    pub verified: usize,
    /// In [`State::NotApplicable`].
    pub not_applicable: usize,
    /// Of those that apply, how many aim at something.
    pub aimed: usize,
    /// Of those, how many have reached it.
    pub reached: usize,
    /// How many rest on what the portal derived.
    pub derived: usize,
}

impl Coverage {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.applicable() + self.not_applicable
    }

    /// Those that apply.
    #[must_use]
    pub const fn applicable(&self) -> usize {
        self.not_started + self.partial + self.done()
    }

    /// Those in place, checked by somebody else or not.
    #[must_use]
    pub const fn done(&self) -> usize {
        self.implemented + self.verified
    }

    /// Share in place of those that apply, in whole percent; none if nothing applies. 100 only when all are.
    #[must_use]
    pub fn percent_done(&self) -> Option<u8> {
        percent(self.done(), self.applicable())
    }

    /// Share that reached its target of those that have one, in whole percent; none if none has.
    #[must_use]
    pub fn percent_reached(&self) -> Option<u8> {
        percent(self.reached, self.aimed)
    }

    fn count(&mut self, standing: &Standing, default: State) {
        *match standing.state {
            State::NotStarted => &mut self.not_started,
            State::Partial => &mut self.partial,
            State::Implemented => &mut self.implemented,
            State::Verified => &mut self.verified,
            State::NotApplicable => &mut self.not_applicable,
        } += 1;
        if standing.state != State::NotApplicable && standing.aim(default).is_some() {
            self.aimed += 1;
            self.reached += usize::from(!standing.falls_short(default));
        }
        self.derived += usize::from(standing.derived);
    }
}

/// Rounded down, so that 100 means all.
fn percent(part: usize, whole: usize) -> Option<u8> {
    (part * 100).checked_div(whole).and_then(|percent| u8::try_from(percent).ok())
}

/// Coverage of a part of the framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'f> {
    /// The identifier of the function or category.
    pub id: &'f str,
    /// What people read.
    pub title: &'f str,
    /// Its counts.
    pub coverage: Coverage,
}

/// Coverage of a profile, as a whole and part by part. Parts that the profile says nothing about are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile<'f> {
    /// All together.
    pub total: Coverage,
    /// By function, in the official order.
    pub functions: Vec<Part<'f>>,
    /// By category, in the official order.
    pub categories: Vec<Part<'f>>,
}

/// Counts a profile. `default` is aimed at where an answer is required and nobody set a target. What the framework does
/// not know is not counted.
#[must_use]
pub fn coverage<'f>(framework: &'f Framework, standings: &[Standing], default: State) -> Profile<'f> {
    let mut profile = Profile { total: Coverage::default(), functions: Vec::new(), categories: Vec::new() };
    for function in &framework.functions {
        let mut of_function = Coverage::default();
        for category in &function.categories {
            let mut of_category = Coverage::default();
            for standing in
                standings.iter().filter(|s| category.subcategories.iter().any(|sub| sub.id == s.subcategory))
            {
                for counts in [&mut profile.total, &mut of_function, &mut of_category] {
                    counts.count(standing, default);
                }
            }
            if of_category.total() > 0 {
                profile.categories.push(Part { id: &category.id, title: &category.title, coverage: of_category });
            }
        }
        if of_function.total() > 0 {
            profile.functions.push(Part { id: &function.id, title: &function.title, coverage: of_function });
        }
    }
    profile
}

/// What is still to be done about one subcategory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap<'f> {
    /// Which one; its `next` says what to do.
    pub subcategory: &'f Subcategory,
    /// Where we stand.
    pub state: State,
    /// Where we want to get.
    pub target: State,
    /// By when.
    pub due: Option<NaiveDate>,
    /// Whether that day has passed.
    pub overdue: bool,
    /// Whether it must be answered.
    pub required: bool,
}

/// What falls short, as a list of work: overdue first, then what is required, then in the official order.
#[must_use]
pub fn gaps<'f>(framework: &'f Framework, standings: &[Standing], default: State, today: NaiveDate) -> Vec<Gap<'f>> {
    let gap = |standing: &Standing| {
        let target = standing.aim(default).filter(|_| standing.falls_short(default))?;
        let subcategory = framework.get(&standing.subcategory)?;
        let overdue = standing.due.is_some_and(|due| due < today);
        Some(Gap {
            subcategory,
            state: standing.state,
            target,
            due: standing.due,
            overdue,
            required: standing.required,
        })
    };
    let mut gaps: Vec<_> = standings.iter().filter_map(gap).collect();
    gaps.sort_by_key(|gap| (!gap.overdue, !gap.required, framework.position(&gap.subcategory.id)));
    gaps
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
