//! Writes answers: each on the version that was read, each with its audit event, and none where nothing changed.

use super::links::{self, Links};
use super::load::{Row, rows};
use super::{NIST, Whose, allow_write, id_of, open};
use crate::audit::Entry;
use crate::error::same_version;
use crate::relation::Located;
use crate::{Error, Result, Store, Tx};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::framework::{Answer, Draft};
use domain::ids::PersonId;
use serde_json::{Value, json};
use uuid::Uuid;

/// What somebody says to a subcategory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Where it stands, and in which words.
    pub draft: Draft,
    /// Who sees to it.
    pub owner: Option<PersonId>,
    /// What it rests on.
    pub links: Links,
}

/// Saves an answer; the version that it has now. `version` is the one that was read, 0 where there was no answer yet.
///
/// # Errors
/// A refusal; [`Error::Stale`] when somebody else saved first; [`Error::NotFound`].
pub async fn save(store: &Store, actor: &Actor, whose: Whose, control: &str, version: i32, said: &Said) -> Result<i32> {
    whose.asks(control)?;
    let mut tx = store.begin().await?;
    let located = open(tx.conn(), actor, whose, true).await?;
    allow_write(actor, located.as_ref())?;
    let system = id_of(located.as_ref());
    let old = rows(tx.conn(), system, Some(control)).await?.pop();
    same_version(old.as_ref().map_or(0, |row| row.version), version)?;
    owner_exists(&mut tx, old.as_ref(), said.owner).await?;
    let found = links::find(tx.conn(), system, &said.links).await?;
    let answer = match &old {
        // What somebody verified rests on what they saw behind it.
        Some(row) if row.links != said.links => {
            Answer { verified_by: None, ..row.answer.revised(said.draft.clone(), actor.id) }
        }
        Some(row) => row.answer.revised(said.draft.clone(), actor.id),
        None => Answer::new(said.draft.clone(), actor.id),
    };
    if let Some(row) = &old
        && same(row, &answer, said)
    {
        return Ok(row.version);
    }
    let id = match &old {
        Some(row) => change(&mut tx, actor, row, &answer, said.owner).await?,
        None => insert(&mut tx, actor, system, control, said).await?,
    };
    links::set(tx.conn(), id, &found).await?;
    let mut entry = Entry::new("profile.answer", "profile_answer", id, subject(located.as_ref(), control))
        .after(words(&said.draft, said.owner, &said.links));
    if let Some(row) = &old {
        entry = entry.before(words(&row.answer.draft, row.owner.as_ref().map(|o| o.id), &row.links));
    }
    commit(tx, actor, located.as_ref(), entry).await?;
    Ok(version + 1)
}

/// Confirms what the register shows, as it is: every proposal, or one. Each is an answer of its own; how many there were.
///
/// # Errors
/// A refusal; [`Error::NotFound`]. An answer that somebody gave meanwhile stays.
pub async fn confirm(store: &Store, actor: &Actor, whose: Whose, control: Option<&str>) -> Result<usize> {
    let profile = super::load(store, actor, whose).await?;
    allow_write(actor, profile.located.as_ref())?;
    let asked = |id: &&str| control.is_none_or(|control| control == *id);
    let mut confirmed = 0;
    for id in profile.derived.keys().copied().filter(asked) {
        let Some(found) = profile.proposal(id) else { continue };
        let row = profile.answers.get(id);
        let said = Said {
            draft: found.confirmed(row.map(|row| &row.answer.draft)),
            owner: row.and_then(|row| row.owner.as_ref()).map(|owner| owner.id),
            links: row.map(|row| row.links.clone()).unwrap_or_default(),
        };
        match save(store, actor, whose, id, row.map_or(0, |row| row.version), &said).await {
            Ok(_) => confirmed += 1,
            Err(Error::Stale { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(confirmed)
}

/// Notes that somebody else than the author checked an answer; its version then.
///
/// # Errors
/// A refusal; [`Error::Stale`]; [`Error::NotFound`].
pub async fn verify(store: &Store, actor: &Actor, whose: Whose, control: &str, version: i32) -> Result<i32> {
    look(store, actor, whose, control, version, true).await
}

/// Takes that back.
///
/// # Errors
/// A refusal; [`Error::Stale`]; [`Error::NotFound`].
pub async fn unverify(store: &Store, actor: &Actor, whose: Whose, control: &str, version: i32) -> Result<i32> {
    look(store, actor, whose, control, version, false).await
}

async fn look(store: &Store, actor: &Actor, whose: Whose, control: &str, version: i32, holds: bool) -> Result<i32> {
    whose.asks(control)?;
    let mut tx = store.begin().await?;
    let located = open(tx.conn(), actor, whose, true).await?;
    allow_write(actor, located.as_ref())?;
    let row = rows(tx.conn(), id_of(located.as_ref()), Some(control)).await?.pop().ok_or(Error::NotFound)?;
    same_version(row.version, version)?;
    if holds {
        row.answer.verify(actor.id)?;
        if same_human(&mut tx, row.answer.answered_by, actor.id).await? {
            let why = "You answer for the service account that gave this answer, or it for you: somebody else has to verify it";
            return Err(Refusal::forbidden(why).into());
        }
    } else if row.verified.is_none() {
        return Err(Refusal::not_now("Nobody has verified this").into());
    }
    let now = tx.now();
    let done = sqlx::query!(
        "update profile_answer set verified_by = $2, verified_at = $3, version = version + 1, changed_by = $4,
           changed_at = $5 where id = $1 and version = $6",
        row.id,
        holds.then_some(actor.id.0),
        holds.then_some(now),
        actor.id.0,
        now,
        row.version
    )
    .execute(tx.conn())
    .await?;
    // The organisation's profile has no row to lock: somebody may have given another answer meanwhile.
    if done.rows_affected() != 1 {
        return Err(Error::Stale { current: row.version + 1 });
    }
    let verb = if holds { "profile.verify" } else { "profile.unverify" };
    let entry = Entry::new(verb, "profile_answer", row.id, subject(located.as_ref(), control))
        .after(json!({ "state": row.answer.draft.state, "verified": holds }));
    commit(tx, actor, located.as_ref(), entry).await?;
    Ok(version + 1)
}

/// Whether one person stands behind both: a service account does what whoever answers for it does.
async fn same_human(tx: &mut Tx, one: PersonId, other: PersonId) -> Result<bool> {
    let same = sqlx::query_scalar!(
        r#"select exists (select from person a, person b where a.id = $1 and b.id = $2
             and coalesce(a.answerable_id, a.id) = coalesce(b.answerable_id, b.id)) as "same!""#,
        one.0,
        other.0
    );
    Ok(same.fetch_one(tx.conn()).await?)
}

/// "AIS-12 MEASURE 2.10", or the identifier alone for the organisation.
fn subject(located: Option<&Located>, control: &str) -> String {
    located.map_or_else(|| control.to_owned(), |located| format!("{} {control}", located.reference))
}

async fn commit(tx: Tx, actor: &Actor, located: Option<&Located>, entry: Entry) -> Result<()> {
    match located {
        Some(located) => tx.commit_content(actor, located.id, entry.related(located.id)).await,
        None => tx.commit(actor, entry).await,
    }
}

fn same(row: &Row, answer: &Answer, said: &Said) -> bool {
    row.answer == *answer && row.owner.as_ref().map(|o| o.id) == said.owner && row.links == said.links
}

/// Whoever is named anew is a person who works here; one who left may stay named.
async fn owner_exists(tx: &mut Tx, old: Option<&Row>, owner: Option<PersonId>) -> Result<()> {
    let Some(owner) = owner else { return Ok(()) };
    if old.and_then(|row| row.owner.as_ref()).is_some_and(|named| named.id == owner) {
        return Ok(());
    }
    let works = sqlx::query_scalar!(
        r#"select exists (select from person where id = $1 and deactivated_at is null and kind = 'human') as "works!""#,
        owner.0
    );
    if works.fetch_one(tx.conn()).await? {
        return Ok(());
    }
    Err(Refusal::field("owner", "Choose a person of the list").into())
}

async fn insert(tx: &mut Tx, actor: &Actor, system: Option<Uuid>, control: &str, said: &Said) -> Result<Uuid> {
    let (id, now, draft) = (tx.new_id(), tx.now(), &said.draft);
    let done = sqlx::query!(
        "insert into profile_answer (id, system_id, framework, control, state, target, text, reason, owner_id, due_on,
           answered_by, answered_at, created_at, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $12, $11) on conflict do nothing",
        id,
        system,
        NIST,
        control,
        draft.state.as_str(),
        draft.target.map(|t| t.as_str()),
        draft.text,
        draft.reason,
        said.owner.map(|o| o.0),
        draft.due,
        actor.id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    // The organisation's profile has no row to lock: somebody else may have been first.
    if done.rows_affected() == 1 { Ok(id) } else { Err(Error::Stale { current: 1 }) }
}

async fn change(tx: &mut Tx, actor: &Actor, row: &Row, answer: &Answer, owner: Option<PersonId>) -> Result<Uuid> {
    let (now, draft) = (tx.now(), &answer.draft);
    let anew = answer.answered_by != row.answer.answered_by
        || (&draft.state, &draft.text, &draft.reason)
            != (&row.answer.draft.state, &row.answer.draft.text, &row.answer.draft.reason);
    let done = sqlx::query!(
        "update profile_answer set state = $2, target = $3, text = $4, reason = $5, owner_id = $6, due_on = $7,
           answered_by = $8, answered_at = case when $9 then $10 else answered_at end,
           verified_by = case when $13 then verified_by end, verified_at = case when $13 then verified_at end,
           version = version + 1, changed_by = $11, changed_at = $10
         where id = $1 and version = $12",
        row.id,
        draft.state.as_str(),
        draft.target.map(|t| t.as_str()),
        draft.text,
        draft.reason,
        owner.map(|o| o.0),
        draft.due,
        answer.answered_by.0,
        anew,
        now,
        actor.id.0,
        row.version,
        answer.verified_by.is_some()
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 1 { Ok(row.id) } else { Err(Error::Stale { current: row.version + 1 }) }
}

fn words(draft: &Draft, owner: Option<PersonId>, links: &Links) -> Value {
    json!({
        "state": draft.state, "target": draft.target, "text": draft.text, "reason": draft.reason, "due": draft.due,
        "owner": owner, "links": links.to_string(),
    })
}
