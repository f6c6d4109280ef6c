//! Reads a profile: its answers with what they rest on, in one statement, whatever was answered.

use super::{Links, NIST, Whose, allow_write, id_of, open};
use crate::relation::Located;
use crate::{Result, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::framework::coverage::Standing;
use domain::framework::derive::{Derived, derive};
use domain::framework::oscal::{self, Entry, Subject};
use domain::framework::required::is_required;
use domain::framework::{Answer, Draft, State, Subcategory, nist};
use domain::ids::{EvidenceRef, MitigationRef, PersonId, RiskRef};
use domain::review::dossier::Named;
use domain::system::Kind;
use domain::triage::Tier;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An answer as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// "MEASURE 2.10"
    pub control: String,
    /// What was answered, by whom, and whether somebody checked it.
    pub answer: Answer,
    /// Who sees to it.
    pub owner: Option<Named>,
    /// Who answered last.
    pub answered_by: String,
    /// When.
    pub answered_at: DateTime<Utc>,
    /// Who checked it, and when.
    pub verified: Option<(Named, DateTime<Utc>)>,
    /// What it rests on.
    pub links: Links,
    /// Its version.
    pub version: i32,
}

/// A profile as it stands.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Whose it is.
    pub whose: Whose,
    /// The system, for a system's.
    pub located: Option<Located>,
    /// Its tier, once there is one.
    pub tier: Option<Tier>,
    /// What kind of system it is, once that is described.
    pub kind: Option<Kind>,
    /// The framework's own words by identifier, where they were loaded.
    pub official: BTreeMap<String, String>,
    /// What was answered, by identifier.
    pub answers: BTreeMap<String, Row>,
    /// What the register shows by itself, by identifier: a proposal until a person says so.
    pub derived: BTreeMap<&'static str, Derived>,
    /// Whether the person at hand may answer now.
    pub may_write: bool,
    /// The day.
    pub today: NaiveDate,
}

impl Profile {
    /// Where it stands with a subcategory by what people answered.
    #[must_use]
    pub fn state(&self, control: &str) -> State {
        self.answers.get(control).map_or(State::NotStarted, |row| row.answer.state())
    }

    /// All that is asked there, in the framework's order, with where it stands: as answered, or else as derived.
    #[must_use]
    pub fn standings(&self) -> Vec<Standing> {
        let standing = |asked: &Subcategory| {
            let row = self.answers.get(&asked.id);
            let found = self.proposal(&asked.id);
            Standing {
                subcategory: asked.id.clone(),
                state: found.map_or_else(|| self.state(&asked.id), |found| found.state),
                target: row.and_then(|row| row.answer.draft.target),
                due: row.and_then(|row| row.answer.draft.due),
                required: match self.whose {
                    Whose::Organisation => true,
                    Whose::System(_) => self.tier.is_some_and(|tier| is_required(tier, &asked.id)),
                },
                derived: found.is_some(),
            }
        };
        nist().at(self.whose.level()).map(standing).collect()
    }

    /// The profile as an OSCAL profile on the framework's catalog, as of a moment.
    #[must_use]
    pub fn oscal(&self, catalog: &str, now: DateTime<Utc>) -> serde_json::Value {
        let standings = self.standings();
        let entry = |standing: &'_ Standing| {
            let row = self.answers.get(&standing.subcategory);
            let draft = row.map(|row| &row.answer.draft);
            let found = self.proposal(&standing.subcategory).map(|found| found.sentence.as_str());
            (row, draft, found)
        };
        let entries: Vec<Entry<'_>> = standings
            .iter()
            .map(|standing| {
                let (row, draft, found) = entry(standing);
                Entry {
                    subcategory: &standing.subcategory,
                    state: standing.state,
                    target: standing.target,
                    due: standing.due,
                    required: standing.required,
                    derived: standing.derived,
                    text: draft.and_then(|draft| draft.text.as_deref()).or(found),
                    reason: draft.and_then(|draft| draft.reason.as_deref()),
                    answered_by: row.map(|row| row.answered_by.as_str()),
                    verified_by: row.and_then(|row| row.verified.as_ref()).map(|(who, _)| who.name.as_str()),
                }
            })
            .collect();
        let title = match &self.located {
            Some(located) => format!("AI RMF profile of {} {}", located.reference, located.name),
            None => "AI RMF profile of the organisation".to_owned(),
        };
        let id = self.located.as_ref().map_or(Uuid::nil(), |located| located.id.0);
        let version = now.date_naive().to_string();
        let subject = Subject { id, title: &title, version: &version, tier: self.tier, catalog };
        oscal::profile(&subject, &entries, now)
    }

    /// What the register shows to a subcategory that nobody has answered.
    #[must_use]
    pub fn proposal(&self, control: &str) -> Option<&Derived> {
        self.derived.get(control).filter(|_| self.state(control) == State::NotStarted)
    }
}

/// The profile for somebody who may see it.
///
/// # Errors
/// [`crate::Error::NotFound`] when the system does not exist or the person may not see its content.
pub async fn load(store: &Store, actor: &Actor, whose: Whose) -> Result<Profile> {
    let mut conn = store.pool().acquire().await?;
    let located = open(&mut conn, actor, whose, false).await?;
    let official = super::official::texts(&mut conn).await?;
    let rows = rows(&mut conn, id_of(located.as_ref()), None).await?;
    let (tier, kind, derived) = match &located {
        Some(located) => {
            let known = super::known::of_system(&mut conn, located.clone(), store.today()).await?;
            (known.tier, known.context.kind, derive(&known))
        }
        None => (None, None, super::known::of_organisation(store, &mut conn).await?),
    };
    let derived = derived.into_iter().map(|found| (found.subcategory, found)).collect();
    let may_write = allow_write(actor, located.as_ref()).is_ok();
    let answers = rows.into_iter().map(|row| (row.control.clone(), row)).collect();
    Ok(Profile { whose, located, tier, kind, official, answers, derived, may_write, today: store.today() })
}

/// Answers of a system, or the organisation's: all, or one.
pub(crate) async fn rows(conn: &mut PgConnection, system: Option<Uuid>, control: Option<&str>) -> Result<Vec<Row>> {
    let rows = sqlx::query!(
        r#"select a.id, a.control, a.state, a.target, a.text, a.reason, a.due_on, a.owner_id, o.name as "owner?",
             a.answered_by, p.name as answerer, a.answered_at, a.verified_by, v.name as "verifier?", a.verified_at,
             a.version,
             array(select k.number from profile_link l join risk k on k.id = l.risk_id where l.answer_id = a.id order by 1)
               as "risks!",
             array(select m.number from profile_link l join mitigation m on m.id = l.mitigation_id
                   where l.answer_id = a.id order by 1) as "mitigations!",
             array(select e.number from profile_link l join evidence e on e.id = l.evidence_id
                   where l.answer_id = a.id order by 1) as "evidence!"
           from profile_answer a
           join person p on p.id = a.answered_by
           left join person o on o.id = a.owner_id
           left join person v on v.id = a.verified_by
           where a.system_id is not distinct from $1 and a.framework = $2 and ($3::text is null or a.control = $3)"#,
        system,
        NIST,
        control
    )
    .fetch_all(conn)
    .await?;
    let named = |id: Option<Uuid>, name: Option<String>| Some(Named { id: PersonId(id?), name: name? });
    rows.into_iter()
        .map(|r| {
            let draft = Draft {
                state: r.state.parse()?,
                target: r.target.map(|word| word.parse()).transpose()?,
                text: r.text,
                reason: r.reason,
                due: r.due_on,
            };
            Ok(Row {
                id: r.id,
                control: r.control,
                answer: Answer {
                    draft,
                    answered_by: PersonId(r.answered_by),
                    verified_by: r.verified_by.map(PersonId),
                },
                owner: named(r.owner_id, r.owner),
                answered_by: r.answerer,
                answered_at: r.answered_at,
                verified: named(r.verified_by, r.verifier).zip(r.verified_at),
                links: Links {
                    risks: r.risks.into_iter().map(RiskRef).collect(),
                    mitigations: r.mitigations.into_iter().map(MitigationRef).collect(),
                    evidence: r.evidence.into_iter().map(EvidenceRef).collect(),
                },
                version: r.version,
            })
        })
        .collect()
}
