//! Screening of a system against the EU AI Act: the interview as far as it got, and the results, which stay as they were made.

use crate::audit::Entry;
use crate::error::same_version;
use crate::relation::{Located, locate};
use crate::{Error, Result, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::eu_ai_act::{Answers, Outcome, classify};
use domain::ids::SystemRef;
use domain::policy::Action;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Most results that are listed; older ones stay in the register.
const RESULTS_MAX: i64 = 20;

/// A sentence of a result and where the Act says so.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KeptReason {
    /// The article.
    pub article: String,
    /// One sentence.
    pub text: String,
}

/// An obligation of a result, in the words that it was made with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KeptDue {
    /// Stable name.
    pub key: String,
    /// The article.
    pub article: String,
    /// Short name.
    pub title: String,
    /// What to do.
    pub action: String,
    /// In which roles it is owed.
    pub roles: Vec<domain::eu_ai_act::Role>,
    /// First day on which it applies.
    pub applies_from: NaiveDate,
    /// What eases it.
    pub notes: Vec<String>,
}

/// The law that a result was made on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KeptLaw {
    /// Name of the version.
    pub version: String,
    /// The act.
    pub regulation: String,
    /// What amended it.
    pub amendment: String,
}

/// A result as it was made, whatever the program says today.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Kept {
    /// The law.
    pub law: KeptLaw,
    /// The day that it speaks of.
    pub on: NaiveDate,
    /// Our roles.
    pub roles: Vec<domain::eu_ai_act::Role>,
    /// The gravest class.
    pub class: domain::eu_ai_act::Class,
    /// Further classes.
    pub also: Vec<domain::eu_ai_act::Class>,
    /// Why.
    pub reasons: Vec<KeptReason>,
    /// What is owed.
    pub obligations: Vec<KeptDue>,
    /// What to look out for.
    pub warnings: Vec<KeptReason>,
}

/// A result, who made it and when.
#[derive(Debug, Clone)]
pub struct ResultRow {
    /// Its id.
    pub id: Uuid,
    /// What it says.
    pub kept: Kept,
    /// The answers that it was made from.
    pub answers: Answers,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// The screening of a system.
#[derive(Debug, Clone)]
pub struct Screening {
    /// The system.
    pub located: Located,
    /// The interview as far as it got.
    pub answers: Answers,
    /// Its version; 0 before the first answer.
    pub version: i32,
    /// Results, the newest first.
    pub results: Vec<ResultRow>,
    /// Whether the person at hand may answer now.
    pub may_write: bool,
    /// The day.
    pub today: NaiveDate,
}

/// The screening of a system for somebody who may see it, in three statements.
///
/// # Errors
/// [`Error::NotFound`] when the system does not exist or the person may not see its content.
pub async fn load(store: &Store, actor: &Actor, system: SystemRef) -> Result<Screening> {
    let mut conn = store.pool().acquire().await?;
    let located = locate(&mut conn, actor, system, false).await?;
    if !located.sees_content(actor) {
        return Err(Error::NotFound);
    }
    let (answers, version) = interview(&mut conn, located.id.0).await?;
    let rows = sqlx::query!(
        "select r.id, r.body, r.answers, r.made_at, p.name from screening_result r join person p on p.id = r.made_by
         where r.system_id = $1 order by r.made_at desc, r.id desc limit $2",
        located.id.0,
        RESULTS_MAX
    )
    .fetch_all(&mut *conn)
    .await?;
    let row = |r: sqlx::types::JsonValue| serde_json::from_value::<Kept>(r);
    let results = rows
        .into_iter()
        .map(|r| {
            Ok(ResultRow {
                id: r.id,
                kept: row(r.body)?,
                answers: kept_answers(r.answers)?,
                made_by: r.name,
                made_at: r.made_at,
            })
        })
        .collect::<Result<_>>()?;
    let may_write = located.allow_change(actor, Action::ScreeningWrite).is_ok();
    Ok(Screening { located, answers, version, results, may_write, today: store.today() })
}

async fn interview(conn: &mut PgConnection, system: Uuid) -> Result<(Answers, i32)> {
    let row = sqlx::query!("select answers, version from screening where system_id = $1", system)
        .fetch_optional(conn)
        .await?;
    match row {
        Some(row) => Ok((kept_answers(row.answers)?, row.version)),
        None => Ok((Answers::default(), 0)),
    }
}

/// Answers as they are kept. A question that a change of law took away is left out of them.
fn kept_answers(value: Value) -> Result<Answers> {
    let mut answers = Answers::default();
    let Value::Object(fields) = value else { return Err(Error::Stored("answers that are no object".to_owned())) };
    for (name, value) in &fields {
        if let Ok(key) = name.parse() {
            // One that no longer reads is asked again.
            let _ = answers.set(key, value);
        }
    }
    Ok(answers)
}

/// Saves the interview as far as it got; its version then. `version` is the one that was read, 0 before the first answer.
///
/// # Errors
/// A refusal; [`Error::Stale`] when somebody else answered meanwhile; [`Error::NotFound`].
pub async fn answer(store: &Store, actor: &Actor, system: SystemRef, version: i32, new: &Answers) -> Result<i32> {
    let mut tx = store.begin().await?;
    let located = locate(tx.conn(), actor, system, true).await?;
    located.allow_change(actor, Action::ScreeningWrite)?;
    let (old, stored) = interview(tx.conn(), located.id.0).await?;
    same_version(stored, version)?;
    if old == *new {
        return Ok(version);
    }
    let now = tx.now();
    sqlx::query!(
        "insert into screening (system_id, answers, changed_at, changed_by) values ($1, $2, $3, $4)
         on conflict (system_id) do update set answers = excluded.answers, version = screening.version + 1,
           changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        located.id.0,
        serde_json::to_value(new)?,
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::new("screening.answer", "screening", located.id.0, located.reference)
        .related(located.id)
        .before(words(&old))
        .after(words(new));
    tx.commit_content(actor, located.id, entry).await?;
    Ok(version + 1)
}

/// Makes a result of the complete interview, by the law that the program knows today; it stays as it is. Asked again, it is the same one.
///
/// # Errors
/// A refusal where questions are open; [`Error::Stale`]; [`Error::NotFound`].
pub async fn conclude(store: &Store, actor: &Actor, system: SystemRef, version: i32) -> Result<Uuid> {
    let mut tx = store.begin().await?;
    let located = locate(tx.conn(), actor, system, true).await?;
    located.allow_change(actor, Action::ScreeningWrite)?;
    let (answers, stored) = interview(tx.conn(), located.id.0).await?;
    same_version(stored, version)?;
    let outcome = classify(&answers, store.today()).map_err(|open| {
        Refusal::not_now(format!("The interview is not complete: {} questions are open", open.missing.len()))
    })?;
    let kept = sqlx::query!(
        "select id, answers, law from screening_result where system_id = $1 order by made_at desc, id desc limit 1",
        located.id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    // The same answers on the same law make the same result: it stands already.
    if let Some(kept) = kept.filter(|kept| kept.law == outcome.law.version)
        && kept_answers(kept.answers)? == answers
    {
        return Ok(kept.id);
    }
    let (id, now) = (tx.new_id(), tx.now());
    sqlx::query!(
        "insert into screening_result (id, system_id, answers, law, made_on, class, body, made_by, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        located.id.0,
        serde_json::to_value(&answers)?,
        outcome.law.version,
        outcome.on,
        outcome.class.as_str(),
        serde_json::to_value(&outcome)?,
        actor.id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    let entry =
        Entry::new("screening.conclude", "screening", id, located.reference).related(located.id).after(said(&outcome));
    tx.commit_content(actor, located.id, entry).await?;
    Ok(id)
}

/// For the audit trail: as text, for canonical JSON has no floating-point numbers.
fn words(answers: &Answers) -> Value {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let fields = answers.iter().map(|(key, answer)| {
        (key.as_str().to_owned(), Value::String(serde_json::to_value(answer).map(text).unwrap_or_default()))
    });
    Value::Object(fields.collect())
}

fn said(outcome: &Outcome) -> Value {
    let classes: Vec<_> = outcome.classes().map(|class| class.as_str()).collect();
    let roles: Vec<_> = outcome.roles.iter().map(|role| role.as_str()).collect();
    json!({ "law": outcome.law.version, "on": outcome.on, "classes": classes, "roles": roles })
}
