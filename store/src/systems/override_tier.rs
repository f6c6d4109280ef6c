//! The committee sets another tier than the answers lead to, with a reason.

use crate::audit::Entry;
use crate::relation::locate;
use crate::{Once, Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{ReviewRef, SystemId, SystemRef};
use domain::policy::Action;
use domain::review::{self, State, Verb};
use domain::text;
use domain::triage::Tier;
use serde_json::json;
use uuid::Uuid;

/// Sets the tier in force, or with `None` lifts the override. A system under review goes back to its owner in the same
/// breath: the tier stands in the dossier, and what the committee signs must be what it reads.
///
/// # Errors
/// A refusal; [`crate::Error::Replayed`].
pub async fn override_tier(
    store: &Store,
    actor: &Actor,
    reference: SystemRef,
    tier: Option<Tier>,
    reason: &str,
    once: Option<Once>,
) -> Result<()> {
    let reason = text::prose(reason)
        .map_err(|why| Refusal::field("reason", format!("This {why}")))?
        .ok_or_else(|| Refusal::field("reason", "Say why the answers lead to the wrong tier"))?;
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let located = locate(tx.conn(), actor, reference, true).await?;
    located.allow_in_use(actor, Action::TierOverride)?;
    let now_in_force = sqlx::query!(
        r#"select s.tier,
             (select t.tier from triage_result t where t.system_id = s.id order by t.answered_at desc, t.id desc limit 1)
               as "derived?",
             (select o.tier from tier_override o where o.system_id = s.id order by o.set_at desc, o.id desc limit 1)
               as "overridden?"
           from system s where s.id = $1"#,
        located.id.0
    )
    .fetch_one(tx.conn())
    .await?;
    let derived: Tier =
        now_in_force.derived.ok_or_else(|| Refusal::not_now("The triage is not answered yet"))?.parse()?;
    if derived == Tier::Prohibited {
        return Err(Refusal::not_now("The answers name a prohibited practice: no tier takes that away").into());
    }
    match tier {
        None if now_in_force.overridden.is_none() => {
            return Err(Refusal::field("tier", "The tier is the one that the answers lead to").into());
        }
        Some(tier) if now_in_force.tier.as_deref() == Some(tier.as_str()) => {
            return Err(Refusal::field("tier", "This tier is in force already").into());
        }
        _ => {}
    }
    let sent_back = send_back(&mut tx, actor, located.id, &reason).await?;
    let (id, now) = (tx.new_id(), tx.now());
    sqlx::query!(
        "insert into tier_override (id, system_id, tier, reason, set_by, set_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        located.id.0,
        tier.map(|t| t.as_str()),
        reason,
        actor.id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    tx.receipt(actor, once, &format!("/systems/{reference}/triage")).await?;
    let mut entry = Entry::new("tier.override", "system", located.id.0, reference)
        .before(json!({ "tier": now_in_force.tier }))
        .after(json!({
            "tier": tier.unwrap_or(derived),
            "override": tier,
            "reason": reason,
            "review_sent_back": sent_back.map(|(_, r)| r),
        }));
    if let Some((review, _)) = sent_back {
        entry = entry.related(review);
    }
    tx.commit_content(actor, located.id, entry).await
}

/// Moves a review that the committee has to "changes requested", by the moves that exist.
async fn send_back(
    tx: &mut crate::Tx,
    actor: &Actor,
    system: SystemId,
    reason: &str,
) -> Result<Option<(Uuid, ReviewRef)>> {
    let open = sqlx::query!(
        "select id, number, state from review where system_id = $1 and state in ('submitted', 'in_review') for update",
        system.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(open) = open else { return Ok(None) };
    let mut state: State = open.state.parse()?;
    let verbs: &[Verb] =
        if state == State::Submitted { &[Verb::Open, Verb::RequestChanges] } else { &[Verb::RequestChanges] };
    for verb in verbs {
        state = review::advance(state, *verb)?;
        let (now, why) = (tx.now(), format!("The committee set another tier. {reason}"));
        sqlx::query!(
            "update review set state = $2, state_since = $3, state_by = $4, state_reason = left($5, 10000),
               version = version + 1 where id = $1",
            open.id,
            state.as_str(),
            now,
            actor.id.0,
            why
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(Some((open.id, ReviewRef(open.number))))
}
