//! Triage: eight yes/no answers decide the tier; the tier decides how much scrutiny a system gets.
//!
//! The rules are ours, ordered as the EU AI Act orders them: practices of Art. 5 stop the journey; the areas of
//! Annex III and safety components of Art. 6(1) are high; duties of transparency (Art. 50) and personal data are
//! limited. They are a triage, not a legal classification.

use crate::text::UnknownWord;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::words! {
    /// How much scrutiny a system gets.
    Tier {
        Minimal = "minimal", "Minimal";
        Limited = "limited", "Limited";
        High = "high", "High";
        Critical = "critical", "Critical";
        Prohibited = "prohibited", "Prohibited";
    }
}

crate::words! {
    /// The questions of the triage.
    Question {
        ProhibitedPractice = "prohibited_practice", "Does it manipulate people below their awareness, exploit their vulnerability, score them socially, or do anything else that Article 5 of the EU AI Act prohibits?";
        Safety = "safety", "Could a wrong output injure people, or stop essential services such as energy, water, transport or health care?";
        Rights = "rights", "Does it decide, or strongly influence, what a person gets: work, education, credit, insurance, benefits, housing, justice, migration?";
        Sensitive = "sensitive", "Does it process special categories of personal data, biometrics, criminal records or data of children?";
        Personal = "personal", "Does it process other personal data?";
        Acts = "acts", "Does it act by itself: send, buy, pay, delete or change things without a person confirming each step?";
        Public = "public", "Do people outside the organisation talk to it or see what it makes?";
        Scale = "scale", "Would a fault reach more than 10,000 people, or cost more than a year's budget of the unit, before anybody noticed?";
    }
}

/// Version of the rules below; kept with every result, so that an old one keeps its meaning.
pub const RULES_VERSION: i32 = 1;

/// A complete set of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<Question, bool>);

/// What is wrong with a set of answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswers {
    /// Some questions have no answer.
    #[error("{} of {} questions are not answered", .0.len(), Question::ALL.len())]
    Missing(Vec<Question>),
    /// A question that we don't ask.
    #[error(transparent)]
    Unknown(#[from] UnknownWord),
}

impl Answers {
    /// Every question answered, or the list of those that are not.
    pub fn new(given: BTreeMap<Question, bool>) -> Result<Self, BadAnswers> {
        let missing: Vec<_> = Question::ALL.iter().copied().filter(|q| !given.contains_key(q)).collect();
        if missing.is_empty() { Ok(Self(given)) } else { Err(BadAnswers::Missing(missing)) }
    }

    /// The answer to one question.
    pub fn yes(&self, question: Question) -> bool {
        self.0.get(&question).copied().unwrap_or(false)
    }

    /// All answers, in the order of the questions.
    pub fn iter(&self) -> impl Iterator<Item = (Question, bool)> + '_ {
        self.0.iter().map(|(q, a)| (*q, *a))
    }
}

/// A tier, and the answers that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The tier.
    pub tier: Tier,
    /// Questions whose answer decided it; empty for minimal.
    pub because: Vec<Question>,
    /// [`RULES_VERSION`] at the time.
    pub rules_version: i32,
}

/// Derives the tier. A further "yes" never lowers it.
pub fn tier(answers: &Answers) -> Outcome {
    use Question as Q;
    let (safety, rights) = (answers.yes(Q::Safety), answers.yes(Q::Rights));
    let (acts, scale) = (answers.yes(Q::Acts), answers.yes(Q::Scale));
    let grave = safety || rights;
    // In falling order; the first rule whose answers are all "yes" decides, with every rule of that tier named.
    let rules: [(Tier, bool, &[Question]); 9] = [
        (Tier::Prohibited, answers.yes(Q::ProhibitedPractice), &[Q::ProhibitedPractice]),
        (Tier::Critical, grave && acts, &[Q::Safety, Q::Rights, Q::Acts]),
        (Tier::Critical, grave && scale, &[Q::Safety, Q::Rights, Q::Scale]),
        (Tier::High, grave, &[Q::Safety, Q::Rights]),
        (Tier::High, answers.yes(Q::Sensitive), &[Q::Sensitive]),
        (Tier::High, acts && scale, &[Q::Acts, Q::Scale]),
        (Tier::Limited, acts, &[Q::Acts]),
        (Tier::Limited, answers.yes(Q::Personal), &[Q::Personal]),
        (Tier::Limited, answers.yes(Q::Public) || scale, &[Q::Public, Q::Scale]),
    ];
    let tier = rules.iter().find(|(_, holds, _)| *holds).map_or(Tier::Minimal, |(tier, ..)| *tier);
    let mut because: Vec<Question> = rules
        .iter()
        .filter(|(t, holds, _)| *t == tier && *holds)
        .flat_map(|(_, _, questions)| questions.iter().copied())
        .filter(|q| answers.yes(*q))
        .collect();
    because.sort_unstable();
    because.dedup();
    Outcome { tier, because, rules_version: RULES_VERSION }
}

/// What a tier asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Demands {
    /// Votes that a decision needs.
    pub quorum: u8,
    /// Whether the chair's vote must be among them whatever the risk.
    pub chair: bool,
    /// How long an approval lasts, in months.
    pub validity_months: u32,
    /// Fewest risks that an assessment holds.
    pub risks: usize,
    /// Kinds of evidence of which at least one piece must be current.
    pub evidence: &'static [crate::evidence::Kind],
    /// Whether users, affected groups and oversight must be described.
    pub full_context: bool,
}

impl Tier {
    /// What a submission and a decision at this tier need. Prohibited systems can't be submitted at all.
    pub const fn demands(self) -> Demands {
        use crate::evidence::Kind as E;
        match self {
            Tier::Minimal => {
                Demands { quorum: 1, chair: false, validity_months: 24, risks: 1, evidence: &[], full_context: false }
            }
            Tier::Limited => Demands {
                quorum: 2,
                chair: false,
                validity_months: 18,
                risks: 2,
                evidence: &[E::Test],
                full_context: false,
            },
            Tier::High => Demands {
                quorum: 3,
                chair: false,
                validity_months: 12,
                risks: 3,
                evidence: &[E::Test, E::Validation],
                full_context: true,
            },
            Tier::Critical | Tier::Prohibited => Demands {
                quorum: 3,
                chair: true,
                validity_months: 6,
                risks: 3,
                evidence: &[E::Test, E::Evaluation, E::Validation],
                full_context: true,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answers(yes: &[Question]) -> Answers {
        Answers::new(Question::ALL.iter().map(|q| (*q, yes.contains(q))).collect()).unwrap()
    }

    #[test]
    fn the_deciding_answers_are_named() {
        use Question as Q;
        let cases: &[(&[Question], Tier, &[Question])] = &[
            (&[], Tier::Minimal, &[]),
            (&[Q::Public], Tier::Limited, &[Q::Public]),
            (&[Q::Personal, Q::Public], Tier::Limited, &[Q::Personal, Q::Public]),
            (&[Q::Sensitive, Q::Public], Tier::High, &[Q::Sensitive]),
            (&[Q::Rights], Tier::High, &[Q::Rights]),
            (&[Q::Acts, Q::Scale], Tier::High, &[Q::Acts, Q::Scale]),
            (&[Q::Rights, Q::Acts], Tier::Critical, &[Q::Rights, Q::Acts]),
            (&[Q::Safety, Q::Scale, Q::Personal], Tier::Critical, &[Q::Safety, Q::Scale]),
            (&[Q::ProhibitedPractice, Q::Safety], Tier::Prohibited, &[Q::ProhibitedPractice]),
        ];
        for (yes, expected, because) in cases {
            let outcome = tier(&answers(yes));
            assert_eq!((outcome.tier, outcome.because.as_slice()), (*expected, *because), "{yes:?}");
        }
    }

    #[test]
    fn unanswered_questions_are_listed() {
        let Err(BadAnswers::Missing(missing)) = Answers::new(BTreeMap::new()) else { panic!("complete?") };
        assert_eq!(missing, Question::ALL);
    }

    #[test]
    fn a_higher_tier_asks_for_at_least_as_much() {
        for pair in Tier::ALL.windows(2) {
            let (low, high) = (pair[0].demands(), pair[1].demands());
            assert!(low.quorum <= high.quorum && low.risks <= high.risks);
            assert!(low.validity_months >= high.validity_months);
            assert!(low.evidence.iter().all(|k| high.evidence.contains(k)));
        }
    }

    proptest! {
        #[test]
        fn one_more_yes_never_lowers_the_tier(bits in 0u32..256, extra in 0usize..8) {
            let yes: Vec<_> = Question::ALL.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, q)| *q).collect();
            let mut more = yes.clone();
            more.push(Question::ALL[extra]);
            prop_assert!(tier(&answers(&more)).tier >= tier(&answers(&yes)).tier);
        }

        #[test]
        fn every_reason_is_a_yes(bits in 0u32..256) {
            let yes: Vec<_> = Question::ALL.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, q)| *q).collect();
            let outcome = tier(&answers(&yes));
            prop_assert!(outcome.because.iter().all(|q| yes.contains(q)));
            prop_assert_eq!(outcome.because.is_empty(), outcome.tier == Tier::Minimal);
        }
    }
}
