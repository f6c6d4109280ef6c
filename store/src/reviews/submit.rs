//! The owner submits: the dossier is frozen, hashed, and handed to the committee.

use super::dossier;
use crate::audit::Entry;
use crate::relation::{self, Located};
use crate::{Error, Once, Result, Store, Tx};
use domain::actor::Actor;
use domain::canonical::hex;
use domain::error::Refusal;
use domain::ids::{ReviewId, ReviewRef, SystemRef};
use domain::policy::Action;
use domain::readiness::{self, Facts, Item};
use domain::review::dossier::{Change, Dossier, diff};
use domain::review::{DECLARATION, State, Verb, advance};

/// What the owner checks before submitting.
#[derive(Debug)]
pub struct Preview {
    /// The system.
    pub system: Located,
    /// What is asked for, and what of it is missing.
    pub readiness: Vec<Item>,
    /// What would be frozen; none before the triage.
    pub dossier: Option<Dossier>,
    /// The review that is open, if any.
    pub open: Option<(ReviewRef, State)>,
    /// What changed since the last submission of that review.
    pub changes: Vec<Change>,
}

/// Loads what the owner checks. Anybody who may see the system's reviews may look.
pub async fn preview(store: &Store, actor: &Actor, reference: SystemRef) -> Result<Preview> {
    let mut tx = store.begin().await?;
    let system = relation::locate(tx.conn(), actor, reference, false).await?;
    if !super::reads(actor, &system) {
        return Err(Error::NotFound);
    }
    let today = store.today();
    let facts = crate::systems::readiness::facts(tx.conn(), system.id, today).await?;
    let readiness = readiness::readiness(&facts);
    let mut dossier = dossier::load(tx.conn(), system.id).await?;
    if let Some(dossier) = &mut dossier {
        let answers = crate::profile::rows(tx.conn(), Some(system.id.0), None).await?;
        dossier::vouch(dossier, &crate::profile::vouched(&facts, &answers));
    }
    let open = sqlx::query!(
        r#"select r.number, r.state, d.body as "body?" from system s join review r on r.id = s.open_review_id
           left join lateral (select body from dossier where review_id = r.id order by revision desc limit 1) d on true
           where s.id = $1"#,
        system.id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let mut changes = Vec::new();
    if let (Some(body), Some(now)) = (open.as_ref().and_then(|o| o.body.as_ref()), &dossier) {
        changes = diff(&serde_json::from_str(body)?, now);
    }
    let open = open.map(|o| Ok::<_, Error>((ReviewRef(o.number), o.state.parse()?))).transpose()?;
    Ok(Preview { system, readiness, dossier, open, changes })
}

/// Submits a system, or submits it again after changes were requested.
///
/// # Errors
/// A refusal when the person is not its owner, or something is missing; [`Error::Replayed`].
pub async fn submit(store: &Store, actor: &Actor, reference: SystemRef, once: Option<Once>) -> Result<ReviewRef> {
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let system = relation::locate(tx.conn(), actor, reference, true).await?;
    system.allow(actor, Action::ReviewSubmit)?;
    let facts = ready(&mut tx, &system, store.today()).await?;
    let passage = passage(&mut tx, actor, &system).await?;
    let to = advance(passage.state, Verb::Submit)?;
    let (body, sha256) = freeze(&mut tx, actor, &system, &facts).await?;
    let (dossier, now) = (tx.new_id(), tx.now());
    sqlx::query!(
        "insert into dossier (id, review_id, revision, body, sha256, submitted_by, submitted_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        dossier,
        passage.id.0,
        passage.revision + 1,
        body,
        sha256.as_slice(),
        actor.id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update review set state = $2, submitted_at = $3, state_since = $3, state_by = $4, state_reason = null,
           version = version + 1 where id = $1",
        passage.id.0,
        to.as_str(),
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    tx.receipt(actor, once, &format!("/reviews/{}", passage.reference)).await?;
    let entry = Entry::new(Action::ReviewSubmit.as_str(), "review", passage.id.0, passage.reference)
        .related(system.id)
        .before(serde_json::json!({ "state": passage.state }))
        .after(serde_json::json!({
            "state": to,
            "revision": passage.revision + 1,
            "dossier_sha256": hex(&sha256),
            "declared": DECLARATION,
        }));
    tx.commit(actor, entry).await?;
    Ok(passage.reference)
}

/// The dossier, if nothing that the tier asks for is missing.
async fn ready(tx: &mut Tx, system: &Located, today: chrono::NaiveDate) -> Result<Facts> {
    let facts = crate::systems::readiness::facts(tx.conn(), system.id, today).await?;
    let items = readiness::readiness(&facts);
    let missing: Vec<String> =
        items.iter().filter_map(|item| Some(format!("{} ({})", item.step.label(), item.missing.as_ref()?))).collect();
    if !missing.is_empty() {
        return Err(Refusal::not_now(format!("Not ready yet. Missing: {}", missing.join("; "))).into());
    }
    if system.retired {
        return Err(Refusal::not_now("A retired system is not reviewed").into());
    }
    Ok(facts)
}

/// What the owner vouches for is written, and all of it frozen.
async fn freeze(tx: &mut Tx, actor: &Actor, system: &Located, facts: &Facts) -> Result<(String, [u8; 32])> {
    let answers = crate::profile::rows(tx.conn(), Some(system.id.0), None).await?;
    let found = crate::profile::vouched(facts, &answers);
    if !found.is_empty() {
        crate::profile::vouch(tx, actor, system.id, &found).await?;
    }
    let frozen = dossier::load(tx.conn(), system.id).await?;
    let frozen = frozen.ok_or_else(|| Refusal::not_now("Answer the triage first"))?;
    Ok(frozen.freeze()?)
}

/// The review that a submission belongs to.
struct Passage {
    id: ReviewId,
    reference: ReviewRef,
    state: State,
    revision: i32,
}

/// The open review, or a new one.
async fn passage(tx: &mut Tx, actor: &Actor, system: &Located) -> Result<Passage> {
    let open = sqlx::query!(
        r#"select r.id, r.number, r.state, (select count(*) from dossier d where d.review_id = r.id)::int as "revision!"
           from system s join review r on r.id = s.open_review_id where s.id = $1 for update of r"#,
        system.id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    if let Some(open) = open {
        return Ok(Passage {
            id: open.id.into(),
            reference: ReviewRef(open.number),
            state: open.state.parse()?,
            revision: open.revision,
        });
    }
    let (id, now) = (tx.new_id(), tx.now());
    let number = sqlx::query_scalar!(
        "insert into review (id, system_id, state, opened_by, opened_at, state_since, state_by)
         values ($1, $2, 'draft', $3, $4, $4, $3) returning number",
        id,
        system.id.0,
        actor.id.0,
        now
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Passage { id: id.into(), reference: ReviewRef(number), state: State::Draft, revision: 0 })
}
