//! One change to many records at once: first what it would do to each, then, with a reason, doing it. Each record is
//! changed by its own verb, in its own transaction, with its own audit event and on the version that was previewed: what
//! cannot be changed any more is reported and holds up nothing else.

mod apply;
mod mitigations;
mod risks;
mod systems;

pub use apply::apply;

use crate::relation::Located;
use crate::{Result, Store};
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{PersonId, UnitId};
use domain::{mitigation, risk};

/// Most records of one change.
pub const BULK_MAX: usize = 200;

/// What is changed, and to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Who answers for risks; none for nobody.
    RiskOwner(Option<PersonId>),
    /// Where risks stand.
    RiskStatus(risk::Status),
    /// Who does mitigations; none for nobody.
    Assignee(Option<PersonId>),
    /// Until when mitigations are due.
    Due(NaiveDate),
    /// How far mitigations are.
    MitigationStatus(mitigation::Status),
    /// Who owns systems.
    SystemOwner(PersonId),
    /// Where systems belong.
    SystemUnit(UnitId),
}

/// What would become of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It changes.
    Changes,
    /// It says so already.
    Same,
    /// It can't be changed, and why.
    Refused(String),
}

/// One record of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number.
    pub number: i64,
    ///
    pub reference: String,
    /// Its title or name.
    pub title: String,
    /// The version that was looked at.
    pub version: i32,
    /// What it says now.
    pub before: String,
    /// What would become of it.
    pub verdict: Verdict,
}

/// What a change would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// "Owner".
    pub what: &'static str,
    /// "Ada Okafor".
    pub after: String,
    /// The records, in the order of their numbers. Those that the person may not see are not among them.
    pub items: Vec<Item>,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Its number.
    pub number: i64,
    /// Why it was not changed; none where it was.
    pub refused: Option<String>,
}

impl Change {
    /// What is changed, in a word.
    pub const fn what(&self) -> &'static str {
        match self {
            Change::RiskOwner(_) | Change::SystemOwner(_) => "Owner",
            Change::Assignee(_) => "Assignee",
            Change::RiskStatus(_) | Change::MitigationStatus(_) => "Status",
            Change::Due(_) => "Due date",
            Change::SystemUnit(_) => "Business unit",
        }
    }
}

/// Works out what a change would do to the records with these numbers: two statements, whatever their number.
///
/// # Errors
/// A refusal for no records, too many, or a value that can't be given to any.
pub async fn preview(store: &Store, actor: &Actor, numbers: &[i64], change: &Change) -> Result<Preview> {
    let numbers = counted(numbers)?;
    let after = value(store, change).await?;
    let items = match change {
        Change::RiskOwner(_) | Change::RiskStatus(_) => risks::items(store, actor, &numbers, change).await?,
        Change::Assignee(_) | Change::Due(_) | Change::MitigationStatus(_) => {
            mitigations::items(store, actor, &numbers, change).await?
        }
        Change::SystemOwner(_) | Change::SystemUnit(_) => systems::items(store, actor, &numbers, change).await?,
    };
    Ok(Preview { what: change.what(), after, items })
}

/// Each number once, and neither none nor too many.
fn counted(numbers: &[i64]) -> Result<Vec<i64>> {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    match numbers.len() {
        0 => Err(Refusal::field("pick", "Tick the rows to be changed").into()),
        n if n > BULK_MAX => {
            Err(Refusal::field("pick", format!("{n} rows are ticked; {BULK_MAX} can be changed at once")).into())
        }
        _ => Ok(numbers),
    }
}

/// The new value in words.
async fn value(store: &Store, change: &Change) -> Result<String> {
    match change {
        Change::RiskOwner(Some(person)) | Change::Assignee(Some(person)) | Change::SystemOwner(person) => {
            super::systems::people::may_hold(&mut *store.pool().acquire().await?, *person, "to").await
        }
        Change::RiskOwner(None) | Change::Assignee(None) => Ok("Nobody".to_owned()),
        Change::RiskStatus(status) => Ok(status.label().to_owned()),
        Change::MitigationStatus(status) => Ok(status.label().to_owned()),
        Change::Due(day) => Ok(day.to_string()),
        Change::SystemUnit(unit) => {
            sqlx::query_scalar!("select name from business_unit where id = $1 and archived_at is null", unit.0)
                .fetch_optional(store.pool())
                .await?
                .ok_or_else(|| Refusal::field("to", "Choose a business unit that is in use").into())
        }
    }
}

/// A verdict from what the rules say.
fn verdict(same: bool, allowed: Result<()>) -> Result<Verdict> {
    match allowed {
        Ok(()) if same => Ok(Verdict::Same),
        Ok(()) => Ok(Verdict::Changes),
        Err(crate::Error::Refused(refusal)) => Ok(Verdict::Refused(words(&refusal))),
        Err(other) => Err(other),
    }
}

/// A refusal as one sentence.
fn words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Forbidden(why) | Refusal::NotNow(why) => why.clone(),
        Refusal::Invalid(errors) => errors.0.values().cloned().collect::<Vec<_>>().join(". "),
    }
}

/// Whether somebody may see the record at all.
fn sees(actor: &Actor, located: &Located) -> bool {
    domain::policy::sees(actor, located.relation)
}
