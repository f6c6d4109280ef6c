//! Adding risks to a system: written freely or taken from the library, one or many at once.

use super::ratings::{self, NewRating};
use super::{people_words, unknown_owner};
use crate::audit::Entry;
use crate::relation::locate;
use crate::{Once, Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{PersonId, RiskId, RiskRef, SystemId, SystemRef};
use domain::policy::Action;
use domain::risk::{RatingKind, RiskText, Status, Treatment, library, matrix::Point};
use domain::system::Kind;
use serde_json::json;
use uuid::Uuid;

/// Most risks that are added at once.
pub const ADD_MAX: usize = 50;

/// A risk to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRisk {
    /// Its texts.
    pub text: RiskText,
    /// The entry of the library that it was taken from.
    pub library_key: Option<String>,
    /// What is decided to do about it.
    pub treatment: Option<Treatment>,
    /// Who answers for it.
    pub owner: Option<PersonId>,
    /// Where it lies before mitigations; until one is in place, the residual rating is the same.
    pub inherent: Option<Point>,
}

impl NewRisk {
    /// A risk of the library, its texts copied: a later edition of the library does not change it.
    ///
    /// # Errors
    /// A key that the library does not have.
    pub fn from_library(key: &str) -> Result<Self> {
        let entry = library::get(key).ok_or_else(|| Refusal::field("pick", "Choose risks from the library"))?;
        Ok(Self {
            text: RiskText {
                title: entry.title.clone(),
                cause: entry.cause.clone(),
                event: entry.event.clone(),
                consequence: entry.consequence.clone(),
                characteristic: entry.characteristic,
            },
            library_key: Some(entry.key.clone()),
            treatment: None,
            owner: None,
            inherent: None,
        })
    }

    /// A risk to which something is being done begins as "being treated".
    fn status(&self) -> Status {
        match self.treatment {
            Some(Treatment::Mitigate | Treatment::Transfer | Treatment::Avoid) => Status::Treating,
            Some(Treatment::Accept) | None => Status::Open,
        }
    }
}

/// The kind of a system, for what the library suggests; the caller has located it.
pub async fn kind_of(store: &Store, system: SystemId) -> Result<Option<Kind>> {
    let kind = sqlx::query_scalar!("select kind from system where id = $1", system.0).fetch_one(store.pool()).await?;
    Ok(kind.map(|k| k.parse()).transpose()?)
}

/// The library's entry that a risk was taken from; the caller has seen the risk.
pub async fn library_key(store: &Store, risk: RiskRef) -> Result<Option<String>> {
    let key = sqlx::query_scalar!("select library_key from risk where number = $1", risk.0);
    Ok(key.fetch_optional(store.pool()).await?.flatten())
}

/// Adds the risks, in their order, with their first ratings.
///
/// # Errors
/// A refusal; [`crate::Error::Replayed`] with the first one's address.
pub async fn add(
    store: &Store,
    actor: &Actor,
    system: SystemRef,
    new: &[NewRisk],
    once: Option<Once>,
) -> Result<Vec<RiskRef>> {
    if new.is_empty() || new.len() > ADD_MAX {
        return Err(Refusal::field("pick", format!("Add 1 to {ADD_MAX} risks at once")).into());
    }
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let located = locate(tx.conn(), actor, system, true).await?;
    located.allow_change(actor, Action::RiskWrite)?;
    let ids: Vec<Uuid> = new.iter().map(|_| tx.new_id()).collect();
    let text = |pick: fn(&RiskText) -> &String| new.iter().map(|r| pick(&r.text).clone()).collect::<Vec<String>>();
    let now = tx.now();
    let numbers = sqlx::query_scalar!(
        "insert into risk (id, library_key, title, cause, event, consequence, characteristic, treatment, owner_id, status,
                           system_id, created_at, created_by, changed_at, changed_by)
         select n.id, n.library_key, n.title, n.cause, n.event, n.consequence, n.characteristic, n.treatment, n.owner_id,
                n.status, $11, $12, $13, $12, $13
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::uuid[], $10::text[]) with ordinality
              n (id, library_key, title, cause, event, consequence, characteristic, treatment, owner_id, status, place)
         order by n.place
         returning number",
        &ids,
        &new.iter().map(|r| r.library_key.clone()).collect::<Vec<_>>() as &[Option<String>],
        &text(|t| &t.title),
        &text(|t| &t.cause),
        &text(|t| &t.event),
        &text(|t| &t.consequence),
        &new.iter().map(|r| r.text.characteristic.to_string()).collect::<Vec<_>>(),
        &new.iter().map(|r| r.treatment.map(|t| t.to_string())).collect::<Vec<_>>() as &[Option<String>],
        &new.iter().map(|r| r.owner.map(|o| o.0)).collect::<Vec<_>>() as &[Option<Uuid>],
        &new.iter().map(|r| r.status().to_string()).collect::<Vec<_>>(),
        located.id.0,
        now,
        actor.id.0
    )
    .fetch_all(tx.conn())
    .await
    .map_err(unknown_owner)?;
    let firsts = first_ratings(&ids, new);
    let pairs: Vec<_> = firsts.iter().map(|(risk, rating)| (*risk, rating)).collect();
    let written = ratings::insert(&mut tx, actor, &pairs).await?;
    let references: Vec<RiskRef> = numbers.into_iter().map(RiskRef).collect();
    let home = match references.as_slice() {
        [one] => format!("/risks/{one}"),
        _ => format!("/systems/{system}/risks"),
    };
    tx.receipt(actor, once, &home).await?;
    let named = references.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let single = if let [one] = ids.as_slice() { Some(*one) } else { None };
    let mut entry = Entry::new("risk.add", "risk", single, named).related(located.id);
    for id in &ids {
        entry = entry.related(*id);
    }
    let names = people_words(tx.conn(), new.iter().map(|r| r.owner)).await?;
    let risks = new.iter().zip(&references).map(|(risk, reference)| {
        json!({ "reference": reference, "title": risk.text.title, "cause": risk.text.cause, "event": risk.text.event,
                "consequence": risk.text.consequence, "characteristic": risk.text.characteristic,
                "library": risk.library_key, "treatment": risk.treatment, "owner": risk.owner.and_then(|o| names.get(&o)) })
    });
    let after = json!({ "risks": risks.collect::<Vec<_>>(), "ratings": written });
    tx.commit_content(actor, located.id, entry.after(after)).await?;
    Ok(references)
}

/// The inherent rating, and the residual one that equals it as long as nothing is in place.
fn first_ratings(ids: &[Uuid], new: &[NewRisk]) -> Vec<(RiskId, NewRating)> {
    let rated = ids.iter().zip(new).filter_map(|(id, risk)| Some((RiskId(*id), risk.inherent?)));
    rated
        .flat_map(|(id, at)| {
            let none_yet = Some("No mitigation is in place yet.".to_owned());
            [
                (id, NewRating { kind: RatingKind::Inherent, at, rationale: None }),
                (id, NewRating { kind: RatingKind::Residual, at, rationale: none_yet }),
            ]
        })
        .collect()
}
