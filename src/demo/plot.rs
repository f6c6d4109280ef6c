//! What happened to each system, and on which day.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use domain::evidence;
use domain::mitigation::Status;
use domain::review::Choice;
use domain::risk::matrix::{Matrix, Point};
use domain::triage::{self, Answers, Question, Tier};
use serde::Deserialize;

use super::cast::System;

/// How a system's year went.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Story {
    Registered,
    Triaged,
    DraftContext,
    DraftRisks,
    DraftEvidence,
    Prohibited,
    Submitted,
    InReview,
    InReviewAbove,
    InReviewRereview,
    Changes,
    Withdrawn,
    Rejected,
    Approved,
    Conditional,
    Suspended,
    Stale,
    Expired,
    Revoked,
    Superseded,
    Retired,
}

/// One event.
pub struct Step {
    pub at: DateTime<Utc>,
    /// Index of the system.
    pub system: usize,
    pub act: Act,
}

/// What somebody does.
pub enum Act {
    Register,
    Triage,
    Context {
        whole: bool,
    },
    Risks,
    /// What its measurements must show.
    Criteria(Tier),
    /// Answers to the AI RMF, as far as the tier asks for them.
    Profile(Tier),
    Mitigations,
    /// The n-th mitigation gets as far as this.
    Advance(usize, Status),
    Evidence(evidence::Kind),
    Rate,
    Submit,
    Open {
        by: String,
    },
    Comment {
        by: String,
        text: &'static str,
    },
    Answer,
    RequestChanges {
        by: String,
    },
    Vote {
        by: String,
        choice: Choice,
        condition_days: i64,
    },
    Decide {
        by: String,
    },
    Revoke {
        by: String,
    },
    Withdraw,
    Edit,
    Retire,
}

const MEMBERS: [&str; 4] = ["samuel", "claire", "rafael", "hannah"];
const CHAIRS: [&str; 2] = ["margaret", "viktor"];
/// Days from submission to decision.
const PASSAGE: i64 = 7;

struct Plan<'a> {
    index: usize,
    system: &'a System,
    tier: Tier,
    now: DateTime<Utc>,
    steps: Vec<Step>,
}

/// The events of one system, in no particular order.
pub fn of(index: usize, system: &System, now: DateTime<Utc>) -> Vec<Step> {
    let given = Question::ALL.iter().map(|q| (*q, system.yes.contains(q))).collect();
    let tier = Answers::new(given).map_or(Tier::Minimal, |answers| triage::tier(&answers).tier);
    let mut plan = Plan { index, system, tier, now, steps: Vec::new() };
    plan.tell();
    plan.steps
}

impl Plan<'_> {
    /// Working hours, spread by system so that two never meet.
    fn on(&mut self, days_ago: i64, hour: u32, act: Act) {
        let day = (self.now - Duration::days(days_ago)).date_naive();
        let minute = (self.index as u32 * 7) % 60;
        let time = NaiveTime::from_hms_opt(hour, minute, self.index as u32 % 60).unwrap_or_default();
        self.steps.push(Step { at: day.and_time(time).and_utc(), system: self.index, act });
    }

    fn tell(&mut self) {
        use Story as S;
        let (story, start) = (self.system.story, self.system.days_ago);
        self.on(start, 8, Act::Register);
        if story == S::Registered {
            return;
        }
        self.on(start - 1, 9, Act::Triage);
        if matches!(story, S::Triaged | S::Prohibited) {
            return;
        }
        self.on(start - 3, 10, Act::Context { whole: story != S::DraftContext });
        if story == S::DraftContext {
            return;
        }
        self.on(start - 4, 11, Act::Risks);
        if story == S::Retired {
            self.on(start / 3, 15, Act::Retire);
            return;
        }
        if story == S::DraftRisks {
            return;
        }
        self.assess(start);
        if story == S::DraftEvidence {
            return;
        }
        self.decide(story, start - 12);
    }

    /// Mitigations, evidence, and the rating with the first mitigations in place.
    fn assess(&mut self, start: i64) {
        if self.tier > Tier::Minimal {
            self.on(start - 4, 14, Act::Criteria(self.tier));
        }
        self.on(start - 5, 10, Act::Mitigations);
        let treated = self.system.risks.iter().filter(|r| r.treatment == domain::risk::Treatment::Mitigate).count();
        for n in 0..treated {
            self.on(start - 9, 9, Act::Advance(2 * n, Status::Implemented));
            if n % 2 == 0 {
                self.on(start - 25, 14, Act::Advance(2 * n, Status::Verified));
            }
            // The second one of each risk is on its way; some are done later.
            self.on(start - 10, 9, Act::Advance(2 * n + 1, Status::InProgress));
            if (self.index + n).is_multiple_of(3) {
                self.on(start - 60, 16, Act::Advance(2 * n + 1, Status::Implemented));
            }
        }
        if self.system.story == Story::DraftEvidence {
            return;
        }
        self.papers(start - 10);
        self.on(start - 10, 15, Act::Profile(self.tier));
        self.on(start - 11, 13, Act::Rate);
    }

    fn papers(&mut self, day: i64) {
        for kind in self.tier.demands().evidence {
            self.on(day, 11, Act::Evidence(*kind));
        }
        if self.index.is_multiple_of(3) {
            self.on(day, 12, Act::Evidence(evidence::Kind::Document));
        }
    }

    fn decide(&mut self, story: Story, submitted: i64) {
        use Story as S;
        match story {
            S::Submitted => self.on(3 + (self.index as i64 % 9), 10, Act::Submit),
            S::Withdrawn => {
                self.on(submitted, 10, Act::Submit);
                self.on(submitted - 4, 15, Act::Withdraw);
            }
            S::InReview | S::InReviewAbove => self.under_way(11 + (self.index as i64 % 8)),
            S::Changes => {
                let day = 21 + (self.index as i64 % 5);
                self.on(day, 10, Act::Submit);
                let by = self.member(0);
                self.on(day - 2, 9, Act::Open { by: by.clone() });
                self.on(day - 2, 10, Act::Comment { by: by.clone(), text: CHANGES });
                self.on(day - 3, 15, Act::RequestChanges { by });
            }
            S::Rejected => self.passage(submitted, Choice::Reject, 0),
            S::Conditional => self.passage(submitted, Choice::ApproveWithConditions, submitted - PASSAGE + 45),
            S::Suspended => self.passage(submitted, Choice::ApproveWithConditions, submitted - PASSAGE - 9),
            S::Expired => self.passage(submitted, Choice::Approve, 0),
            S::Revoked => {
                self.keep_approved(submitted);
                let by = self.chair();
                self.on(24, 16, Act::Revoke { by });
            }
            S::Superseded => {
                self.passage(submitted, Choice::Approve, 0);
                self.papers(submitted / 2 + 2);
                self.passage(submitted / 2, Choice::Approve, 0);
            }
            S::Stale => {
                self.keep_approved(submitted);
                self.on(18 + (self.index as i64 % 14), 11, Act::Edit);
            }
            S::InReviewRereview => {
                self.keep_approved(submitted);
                self.on(16, 11, Act::Edit);
                self.under_way(9);
            }
            _ => self.keep_approved(submitted),
        }
    }

    /// Approved, and again before each approval ends. A conditional story's approval is not renewed.
    fn keep_approved(&mut self, submitted: i64) {
        let lasts = i64::from(self.tier.demands().validity_months) * 30;
        let mut day = submitted;
        loop {
            self.passage(day, Choice::Approve, 0);
            day = day - PASSAGE - lasts + 10;
            if day <= PASSAGE + 1 {
                return;
            }
            self.papers(day + 2);
        }
    }

    /// A whole passage: submitted, opened, discussed, voted on, closed. `condition_days` is when a condition is due, in
    /// days after now less than which it was set.
    fn passage(&mut self, day: i64, choice: Choice, condition_days: i64) {
        self.on(day, 10, Act::Submit);
        let voters = self.voters();
        self.on(day - 1, 9, Act::Open { by: voters[0].clone() });
        let text = QUESTIONS[self.index % QUESTIONS.len()];
        self.on(day - 2, 11, Act::Comment { by: voters[0].clone(), text });
        self.on(day - 3, 10, Act::Answer);
        for (n, by) in voters.iter().enumerate() {
            // One member does not share the others' view now and then.
            let choice = match choice {
                Choice::ApproveWithConditions if n > 0 => Choice::Approve,
                other => other,
            };
            self.on(day - 4 - n as i64 % 2, 13 + n as u32, Act::Vote { by: by.clone(), choice, condition_days });
        }
        let by = self.chair();
        self.on(day - PASSAGE, 17, Act::Decide { by });
    }

    /// Submitted, opened, and voted on by all but the last.
    fn under_way(&mut self, day: i64) {
        self.on(day, 10, Act::Submit);
        let voters = self.voters();
        self.on(day - 1, 9, Act::Open { by: voters[0].clone() });
        let text = QUESTIONS[self.index % QUESTIONS.len()];
        self.on(day - 2, 11, Act::Comment { by: voters[0].clone(), text });
        for by in voters.iter().filter(|v| !CHAIRS.contains(&v.as_str())).take(2) {
            self.on(day - 3, 14, Act::Vote { by: by.clone(), choice: Choice::Approve, condition_days: 0 });
        }
    }

    fn member(&self, n: usize) -> String {
        MEMBERS[(self.index + n) % MEMBERS.len()].to_owned()
    }

    fn chair(&self) -> String {
        CHAIRS[self.index % CHAIRS.len()].to_owned()
    }

    fn voters(&self) -> Vec<String> {
        let demands = self.tier.demands();
        let matrix = Matrix::default();
        let above = self.system.risks.iter().any(|r| {
            matrix
                .level(Point { likelihood: r.residual[0], impact: r.residual[1] })
                .is_some_and(|level| matrix.above_appetite(level))
        });
        let chair = demands.chair || above;
        let members = usize::from(demands.quorum) - usize::from(chair && demands.quorum > 1);
        let mut voters: Vec<String> = (0..members).map(|n| self.member(n)).collect();
        if chair {
            voters.push(self.chair());
        }
        voters
    }
}

const CHANGES: &str = "The test report covers **German** conversations only, but the purpose says nine languages. \
    Please add results for the others, or narrow the purpose.";

const QUESTIONS: [&str; 5] = [
    "How many people were in the smallest group of the test? Five would prove nothing.",
    "Who notices first when the inputs drift, and what do they do then?",
    "The residual rating rests on the second look by a person. How often does that person disagree?",
    "Is the version that was tested the one that runs?",
    "What happens to somebody who objects? I would like to see the path, with names.",
];
