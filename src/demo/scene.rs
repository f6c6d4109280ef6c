//! Performs the events of the plot through the register's own functions.

use std::collections::BTreeMap;

use chrono::{Days, Duration};
use domain::actor::Actor;
use domain::evidence;
use domain::ids::{DecisionRef, MitigationRef, ReviewRef, RiskRef, SystemRef};
use domain::measure::criterion::{Criterion, Typed};
use domain::mitigation::Status;
use domain::review::Choice;
use domain::review::Part;
use domain::review::vote::{Ballot, Condition};
use domain::risk::matrix::Point;
use domain::risk::{RatingKind, Treatment, library};
use domain::system::{Context, Kind, Registration, Stage as Life};
use domain::triage::{Answers, Question, Tier};
use store::mitigations::{self, NewMitigation};
use store::profile::{Links, Said, Whose};
use store::risks::{self, NewRating, NewRisk};
use store::{Store, evidence as papers_store, reviews, systems};

use super::cast::{Cast, Organisation, System};
use super::papers::paper;
use super::plot::{Act, Step, Story};
use super::{PASSWORD, failed};
use crate::Failure;

/// What has come of each system so far.
#[derive(Default, Clone)]
struct Props {
    reference: Option<SystemRef>,
    risks: Vec<RiskRef>,
    mitigations: Vec<(MitigationRef, usize)>,
    review: Option<ReviewRef>,
    decision: Option<DecisionRef>,
    papers: usize,
}

/// The stage on which the year is played.
pub struct Stage<'a> {
    store: &'a Store,
    story: &'a Organisation,
    cast: &'a Cast,
    props: Vec<Props>,
}

type Done = Result<(), Failure>;

impl<'a> Stage<'a> {
    pub fn new(store: &'a Store, story: &'a Organisation, cast: &'a Cast) -> Self {
        Self { store, story, cast, props: vec![Props::default(); story.systems.len()] }
    }

    pub async fn perform(&mut self, step: &Step) -> Done {
        let system = &self.story.systems[step.system];
        let owner = self.cast.actor(&system.owner)?.clone();
        let n = step.system;
        let done = match &step.act {
            Act::Register => self.register(n, system, &owner).await,
            Act::Triage => self.triage(n, system, &owner).await,
            Act::Context { whole } => self.context(n, system, &owner, *whole).await,
            Act::Risks => self.risks(n, system, &owner).await,
            Act::Criteria(tier) => self.criteria(n, system, &owner, *tier).await,
            Act::Profile(tier) => self.profile(n, &owner, *tier).await,
            Act::Mitigations => self.mitigations(n, system, &owner).await,
            Act::Advance(which, to) => self.advance(n, system, *which, *to).await,
            Act::Evidence(kind) => self.evidence(n, system, &owner, *kind).await,
            Act::Rate => self.rate(n, system, &owner).await,
            Act::Submit => self.submit(n, &owner).await,
            Act::Open { by } => self.open(n, by).await,
            Act::Comment { by, text } => self.comment(n, by, text).await,
            Act::Answer => self.answer(n, &owner).await,
            Act::RequestChanges { by } => self.request_changes(n, by).await,
            Act::Vote { by, choice, condition_days } => self.vote(n, system, by, *choice, *condition_days).await,
            Act::Decide { by } => self.decide(n, by).await,
            Act::Revoke { by } => self.revoke(n, by).await,
            Act::Withdraw => self.withdraw(n, &owner).await,
            Act::Edit => self.edit(n, system, &owner).await,
            Act::Retire => self.retire(n, &owner).await,
        };
        done.map_err(|e| Failure::new(format!("{} on {}: {e}", system.name, step.at.date_naive())))
    }

    fn reference(&self, n: usize) -> Result<SystemRef, Failure> {
        self.props[n].reference.ok_or_else(|| Failure::new("not registered yet"))
    }

    fn review(&self, n: usize) -> Result<ReviewRef, Failure> {
        self.props[n].review.ok_or_else(|| Failure::new("not submitted yet"))
    }

    /// The version of the system's own fields.
    async fn version(&self, n: usize, actor: &Actor) -> Result<i32, Failure> {
        let header = systems::header(self.store, actor, self.reference(n)?).await.map_err(|e| failed("header", &e))?;
        Ok(header.located.version)
    }

    async fn register(&mut self, n: usize, system: &System, owner: &Actor) -> Done {
        let unit = *self.cast.units.get(&system.unit).ok_or_else(|| Failure::new("no such unit"))?;
        let stage = if system.stage == Life::Retired { Life::Production } else { system.stage };
        let new =
            Registration { name: system.name.clone(), purpose: system.purpose.clone(), unit, owner: owner.id, stage };
        let reference =
            systems::register::register(self.store, owner, &new, None).await.map_err(|e| failed("register", &e))?;
        self.props[n].reference = Some(reference);
        for key in &system.contributors {
            systems::people::add(self.store, owner, reference, self.cast.id(key)?)
                .await
                .map_err(|e| failed("contributor", &e))?;
        }
        Ok(())
    }

    async fn triage(&mut self, n: usize, system: &System, owner: &Actor) -> Done {
        let given: BTreeMap<_, _> = Question::ALL.iter().map(|q| (*q, system.yes.contains(q))).collect();
        let answers = Answers::new(given).map_err(|e| Failure::new(e.to_string()))?;
        systems::triage::answer(self.store, owner, self.reference(n)?, &answers, None)
            .await
            .map(drop)
            .map_err(|e| failed("triage", &e))
    }

    async fn context(&mut self, n: usize, system: &System, owner: &Actor, whole: bool) -> Done {
        let context = Context {
            kind: Some(system.kind),
            sourcing: Some(system.sourcing),
            vendor: system.vendor.clone(),
            intended_users: system.users.clone(),
            affected_groups: system.affected.clone(),
            data_categories: if whole { system.data.clone() } else { Vec::new() },
            autonomy: whole.then_some(system.autonomy),
            oversight: if whole { system.oversight.clone() } else { None },
            runs_where: if whole { system.runs_where.clone() } else { None },
            models: system.models.clone(),
        };
        let version = self.version(n, owner).await?;
        systems::context::describe(self.store, owner, self.reference(n)?, version, &context)
            .await
            .map_err(|e| failed("context", &e))
    }

    async fn risks(&mut self, n: usize, system: &System, owner: &Actor) -> Done {
        let mut new = Vec::new();
        for risk in &system.risks {
            let mut entry = NewRisk::from_library(&risk.key).map_err(|e| failed(&risk.key, &e))?;
            entry.owner = Some(owner.id);
            entry.treatment = Some(risk.treatment);
            entry.inherent = Some(point(risk.inherent));
            new.push(entry);
        }
        self.props[n].risks =
            risks::add(self.store, owner, self.reference(n)?, &new, None).await.map_err(|e| failed("risks", &e))?;
        Ok(())
    }

    /// Two of the library's usual mitigations for each risk that is mitigated: one at once, one within the year.
    /// Limits that most of its evidence keeps, and some of it does not; what nobody measures yet shows too.
    async fn criteria(&mut self, n: usize, system: &System, owner: &Actor, tier: Tier) -> Done {
        let vocabulary = store::measure::vocabulary::all(self.store).await.map_err(|e| failed("vocabulary", &e))?;
        let mut typed = vec![
            Typed { metric: "accuracy", warn: "76 %", fail: "70 %", min_samples: "1000", ..Typed::default() },
            Typed {
                metric: "error_rate",
                slice: "worst_group",
                characteristic: "fair",
                fail: "6 %",
                min_samples: "300",
                ..Typed::default()
            },
        ];
        if tier.demands().evidence.contains(&evidence::Kind::Verification) {
            typed.push(Typed {
                metric: "pass_rate",
                fail: "100 %",
                note: "What a release is checked for.",
                ..Typed::default()
            });
        }
        if system.kind != Kind::Predictive {
            typed.push(Typed {
                metric: "attack_success_rate",
                fail: "5 %",
                max_age_days: "90",
                min_samples: "200",
                ..Typed::default()
            });
        }
        let risks: Vec<_> = self.props[n].risks.iter().take(1).copied().collect();
        for typed in typed {
            let new = Criterion::parse(typed, &vocabulary).map_err(|e| Failure::new(format!("criterion: {e:?}")))?;
            store::measure::criteria::add(self.store, owner, self.reference(n)?, &new, &risks, None)
                .await
                .map_err(|e| failed("criterion", &e))?;
        }
        Ok(())
    }

    /// Most of what is asked is in place, some of it partly; what counts as evidence says what there is.
    async fn profile(&mut self, n: usize, owner: &Actor, tier: Tier) -> Done {
        let system = self.reference(n)?;
        for (at, asked) in domain::framework::required(tier).enumerate() {
            let there = asked.evidence.first().map_or_else(|| asked.title.clone(), Clone::clone);
            let missing = asked.evidence.get(1).cloned().unwrap_or_default();
            let whole = !(n + at).is_multiple_of(4) || missing.is_empty();
            let (state, text) = match whole {
                true => (
                    "implemented",
                    format!("{there}: kept in the project\u{2019}s folder, and looked at before each release."),
                ),
                false => ("partial", format!("{there}: written. Still missing: {}.", lower_first(&missing))),
            };
            let typed = domain::framework::Typed { state, text: &text, ..Default::default() };
            let draft = domain::framework::Draft::parse(typed).map_err(|e| Failure::new(format!("profile: {e:?}")))?;
            let links = match at % 5 {
                0 => Links { risks: self.props[n].risks.iter().take(2).copied().collect(), ..Links::default() },
                _ => Links::default(),
            };
            let said = Said { draft, owner: (at % 3 == 0).then_some(owner.id), links };
            store::profile::save(self.store, owner, Whose::System(system), &asked.id, 0, &said)
                .await
                .map_err(|e| failed("profile", &e))?;
        }
        Ok(())
    }

    async fn mitigations(&mut self, n: usize, system: &System, owner: &Actor) -> Done {
        let reference = self.reference(n)?;
        let today = self.store.today();
        for (index, risk) in system.risks.iter().enumerate().filter(|(_, r)| r.treatment == Treatment::Mitigate) {
            let usual = library::get(&risk.key).map(|l| l.mitigations.as_slice()).unwrap_or_default();
            for slot in 0..2 {
                let Some(usual) = usual.get(slot) else {
                    return Err(Failure::new("a risk with fewer than two mitigations"));
                };
                let (assignee, _) = self.assignee(system, index + slot)?;
                let days = if slot == 0 { 10 } else { self.second_due(n, index, system) };
                let new = NewMitigation {
                    title: usual.title.clone(),
                    kind: usual.kind,
                    description: usual.description.clone(),
                    assignee: Some(assignee.id),
                    due_on: today.checked_add_signed(Duration::days(days)),
                    risks: vec![self.props[n].risks[index]],
                    residual: Vec::new(),
                };
                let made = mitigations::add(self.store, owner, reference, &new, None)
                    .await
                    .map_err(|e| failed("mitigation", &e))?;
                self.props[n].mitigations.push((made, index + slot));
            }
        }
        Ok(())
    }

    /// Every fourth system is late with one; the others have weeks or months left, as seen from the end of the year.
    fn second_due(&self, n: usize, index: usize, system: &System) -> i64 {
        let to_now = system.days_ago - 5;
        if n % 4 == 1 && index == 0 {
            to_now - 6 - (n as i64 % 23)
        } else {
            to_now + 12 + ((n * 17 + index * 29) % 150) as i64
        }
    }

    /// Owner and contributors take turns.
    fn assignee(&self, system: &System, turn: usize) -> Result<(&Actor, usize), Failure> {
        let hands: Vec<&String> = system.contributors.iter().chain(std::iter::once(&system.owner)).collect();
        let pick = turn % hands.len();
        Ok((self.cast.actor(hands[pick])?, pick))
    }

    async fn advance(&mut self, n: usize, system: &System, which: usize, to: Status) -> Done {
        let Some((reference, turn)) = self.props[n].mitigations.get(which).copied() else { return Ok(()) };
        let actor = if to == Status::Verified {
            // Somebody else: a committee member looks.
            self.cast.actor(["samuel", "claire", "rafael", "hannah"][n % 4])?
        } else {
            self.assignee(system, turn)?.0
        };
        let page = mitigations::get(self.store, actor, reference).await.map_err(|e| failed("mitigation", &e))?;
        mitigations::advance(self.store, actor, reference, page.version, to, None)
            .await
            .map_err(|e| failed("progress", &e))
    }

    async fn evidence(&mut self, n: usize, system: &System, owner: &Actor, kind: evidence::Kind) -> Done {
        let today = self.store.today();
        let day = today - Days::new(2);
        self.props[n].papers += 1;
        let file = paper(kind, &system.name, n * 5 + self.props[n].papers, day);
        let label = papers_store::Label {
            title: file.title,
            kind,
            speaks_of: day,
            valid_until: (kind != evidence::Kind::Document).then(|| day + Days::new(365)),
            note: file.note,
            risks: self.props[n].risks.iter().take(2).copied().collect(),
            mitigations: self.props[n].mitigations.iter().take(1).map(|m| m.0).collect(),
        };
        let bytes = futures::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(file.bytes))]);
        papers_store::receive::receive(self.store, owner, self.reference(n)?, &label, &file.file_name, bytes, None)
            .await
            .map(drop)
            .map_err(|e| failed("evidence", &e))
    }

    async fn rate(&mut self, n: usize, system: &System, owner: &Actor) -> Done {
        for (index, risk) in system.risks.iter().enumerate() {
            let residual = point(risk.residual);
            let target = Point { likelihood: residual.likelihood.min(2), impact: residual.impact };
            let why = "With the first mitigations in place; see the test report.".to_owned();
            let new = [
                NewRating { kind: RatingKind::Residual, at: residual, rationale: Some(why) },
                NewRating { kind: RatingKind::Target, at: target, rationale: None },
            ];
            risks::rate(self.store, owner, self.props[n].risks[index], &new, None)
                .await
                .map_err(|e| failed("rating", &e))?;
        }
        Ok(())
    }

    async fn submit(&mut self, n: usize, owner: &Actor) -> Done {
        let review = reviews::submit::submit(self.store, owner, self.reference(n)?, None)
            .await
            .map_err(|e| failed("submit", &e))?;
        self.props[n].review = Some(review);
        Ok(())
    }

    async fn open(&mut self, n: usize, by: &str) -> Done {
        let actor = self.cast.actor(by)?;
        reviews::open::open(self.store, actor, self.review(n)?).await.map_err(|e| failed("open", &e))
    }

    async fn comment(&mut self, n: usize, by: &str, text: &str) -> Done {
        let actor = self.cast.actor(by)?;
        let place = reviews::comment::Place::Part(if n.is_multiple_of(2) { Part::Evidence } else { Part::Risks });
        reviews::comment::write(self.store, actor, self.review(n)?, place, text, None)
            .await
            .map(drop)
            .map_err(|e| failed("comment", &e))
    }

    /// The owner answers what is open.
    async fn answer(&mut self, n: usize, owner: &Actor) -> Done {
        let reference = self.review(n)?;
        let review = reviews::get::get(self.store, owner, reference).await.map_err(|e| failed("review", &e))?;
        for thread in review.threads.iter().filter(|t| t.resolved_by.is_none()) {
            let place = reviews::comment::Place::Answer(thread.id);
            let text = "Added to the note of the test report, with the numbers; the team lead answers for it.";
            reviews::comment::write(self.store, owner, reference, place, text, None)
                .await
                .map_err(|e| failed("answer", &e))?;
            reviews::comment::resolve(self.store, owner, reference, thread.id, true)
                .await
                .map_err(|e| failed("resolve", &e))?;
        }
        Ok(())
    }

    async fn dossier(&self, n: usize, actor: &Actor) -> Result<[u8; 32], Failure> {
        let review = reviews::get::get(self.store, actor, self.review(n)?).await.map_err(|e| failed("review", &e))?;
        Ok(review.found.sha256)
    }

    async fn request_changes(&mut self, n: usize, by: &str) -> Done {
        let actor = self.cast.actor(by)?;
        let read = self.dossier(n, actor).await?;
        let reason = "The purpose and what was tested do not match yet; see the comment.";
        reviews::request_changes::request_changes(self.store, actor, self.review(n)?, &read, reason)
            .await
            .map_err(|e| failed("request changes", &e))
    }

    async fn vote(&mut self, n: usize, system: &System, by: &str, choice: Choice, days: i64) -> Done {
        let actor = self.cast.actor(by)?;
        let conditions = if choice == Choice::ApproveWithConditions {
            let due = self.store.today().checked_add_signed(Duration::days(days.max(1))).unwrap_or_default();
            vec![Condition {
                text: CONDITIONS[n % CONDITIONS.len()].to_owned(),
                owner_id: self.cast.id(&system.owner)?,
                owner: self.cast.actor(&system.owner)?.name.clone(),
                due_on: due,
            }]
        } else {
            Vec::new()
        };
        let reason = match choice {
            Choice::Reject => "The remaining risk of unequal treatment is too high for what it saves.",
            Choice::ApproveWithConditions => "Sound, once the open point is closed.",
            Choice::Approve => REASONS[(n + by.len()) % REASONS.len()],
        };
        let ballot = Ballot { dossier: self.dossier(n, actor).await?, choice, reason: reason.to_owned(), conditions };
        reviews::vote::vote(self.store, actor, self.review(n)?, &ballot, PASSWORD, None)
            .await
            .map_err(|e| failed("vote", &e))
    }

    async fn decide(&mut self, n: usize, by: &str) -> Done {
        let actor = self.cast.actor(by)?;
        let review = reviews::get::get(self.store, actor, self.review(n)?).await.map_err(|e| failed("review", &e))?;
        let outcome = review.tally.outcome.ok_or_else(|| Failure::new("the quorum is not met"))?;
        let closing = reviews::decide::Closing {
            dossier: review.found.sha256,
            outcome,
            statement: Some("Discussed in the monthly meeting; nobody asked for more time.".to_owned()),
            valid_until: None,
        };
        let decision = reviews::decide::decide(self.store, actor, self.review(n)?, &closing, PASSWORD, None)
            .await
            .map_err(|e| failed("decide", &e))?;
        self.props[n].decision = Some(decision);
        Ok(())
    }

    async fn revoke(&mut self, n: usize, by: &str) -> Done {
        let actor = self.cast.actor(by)?;
        let decision = self.props[n].decision.ok_or_else(|| Failure::new("not decided yet"))?;
        let reason =
            "Two complaints were upheld: limits were lowered for people who had moved house, and nobody noticed.";
        reviews::revoke::revoke(self.store, actor, decision, reason, PASSWORD).await.map_err(|e| failed("revoke", &e))
    }

    async fn withdraw(&mut self, n: usize, owner: &Actor) -> Done {
        let reason = "The supplier announced a new version; we come back with that one.";
        reviews::withdraw::withdraw(self.store, owner, self.review(n)?, reason)
            .await
            .map_err(|e| failed("withdraw", &e))
    }

    /// A change of purpose: what it is used for has grown.
    async fn edit(&mut self, n: usize, system: &System, owner: &Actor) -> Done {
        let unit = *self.cast.units.get(&system.unit).ok_or_else(|| Failure::new("no such unit"))?;
        let grown = if system.story == Story::Stale { "two further branches" } else { "customers of the partner bank" };
        let new = Registration {
            name: system.name.clone(),
            purpose: format!("{} Since this month also for {grown}.", system.purpose),
            unit,
            owner: owner.id,
            stage: system.stage,
        };
        let version = self.version(n, owner).await?;
        systems::edit::edit(self.store, owner, self.reference(n)?, version, &new).await.map_err(|e| failed("edit", &e))
    }

    async fn retire(&mut self, n: usize, owner: &Actor) -> Done {
        let reason = "Replaced by contextual advertising that needs no personal data.";
        systems::retire::retire(self.store, owner, self.reference(n)?, reason).await.map_err(|e| failed("retire", &e))
    }
}

fn point([likelihood, impact]: [i16; 2]) -> Point {
    Point { likelihood, impact }
}

const CONDITIONS: [&str; 3] = [
    "Show the error rates for customers over 75 on at least 300 cases",
    "Publish the way to object on the customer page, with a name",
    "Try the switch that stops it, with the night shift, and write down how long it took",
];

const REASONS: [&str; 4] = [
    "The residual risk is within appetite and the evidence is recent.",
    "The oversight described is real: I watched it for an afternoon.",
    "Tested on the cases that matter; the open mitigations have owners and dates.",
    "Clear purpose, small reach, and somebody can stop it.",
];

/// The same, to go on a sentence with.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
