//! Writing imported risks: one statement for the new ones, one for the changed ones, one for all ratings.

use super::Written;
use crate::risks::{NewRating, ratings};
use crate::{Result, Tx};
use domain::actor::Actor;
use domain::ids::{RiskId, RiskRef};
use domain::import::lists::RiskDraft;
use domain::risk::{RatingKind, Status, Treatment};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

const RATIONALE: &str = "From the imported list.";

/// A draft as SQL reads it.
#[derive(Serialize)]
struct Row<'a> {
    id: Option<Uuid>,
    number: Option<i64>,
    system: i64,
    title: &'a str,
    cause: &'a str,
    event: &'a str,
    consequence: &'a str,
    characteristic: &'static str,
    treatment: Option<&'static str>,
    owner: Option<&'a str>,
    status: &'static str,
    place: usize,
}

fn rows<'a>(drafts: &'a [Option<RiskDraft>], new: bool, id: &mut impl FnMut() -> Uuid) -> Vec<Row<'a>> {
    let wanted = drafts.iter().enumerate().filter_map(|(place, d)| Some((place, d.as_ref()?)));
    wanted
        .filter(|(_, d)| d.existing.is_none() == new)
        .map(|(place, d)| Row {
            id: new.then(&mut *id),
            number: d.existing,
            system: d.system,
            title: &d.text.title,
            cause: &d.text.cause,
            event: &d.text.event,
            consequence: &d.text.consequence,
            characteristic: d.text.characteristic.as_str(),
            treatment: d.treatment.map(Treatment::as_str),
            owner: d.owner.as_deref(),
            status: match d.treatment {
                Some(Treatment::Mitigate | Treatment::Transfer | Treatment::Avoid) => Status::Treating,
                Some(Treatment::Accept) | None => Status::Open,
            }
            .as_str(),
            place,
        })
        .collect()
}

pub(super) async fn write(tx: &mut Tx, actor: &Actor, drafts: &[Option<RiskDraft>]) -> Result<Written> {
    let now = tx.now();
    let created = rows(drafts, true, &mut || tx.new_id());
    let updated = rows(drafts, false, &mut Uuid::nil);
    let added = sqlx::query!(
        r#"insert into risk (id, system_id, title, cause, event, consequence, characteristic, treatment, owner_id, status,
             created_at, created_by, changed_at, changed_by)
           select r.id, s.id, r.title, r.cause, r.event, r.consequence, r.characteristic, r.treatment, p.id, r.status,
             $2, $3, $2, $3
           from jsonb_to_recordset($1) as r(id uuid, system bigint, title text, cause text, event text, consequence text,
             characteristic text, treatment text, owner text, status text, place bigint)
           join system s on s.number = r.system left join person p on p.email = r.owner
           order by r.place
           returning id, number, system_id"#,
        serde_json::to_value(&created)?,
        now,
        actor.id.0
    )
    .fetch_all(tx.conn())
    .await?;
    let changed = sqlx::query!(
        r#"update risk k set title = r.title, cause = r.cause, event = r.event, consequence = r.consequence,
             characteristic = r.characteristic, treatment = r.treatment, owner_id = p.id, version = k.version + 1,
             changed_at = $2, changed_by = $3
           from jsonb_to_recordset($1) as r(number bigint, title text, cause text, event text, consequence text,
             characteristic text, treatment text, owner text)
           left join person p on p.email = r.owner
           where k.number = r.number
           returning k.id, k.number, k.system_id"#,
        serde_json::to_value(&updated)?,
        now,
        actor.id.0
    )
    .fetch_all(tx.conn())
    .await?;
    let ids: HashMap<i64, Uuid> = changed.iter().map(|c| (c.number, c.id)).collect();
    let places: HashMap<usize, Uuid> = created.iter().filter_map(|r| Some((r.place, r.id?))).collect();
    let mut all = Vec::new();
    for (place, draft) in drafts.iter().enumerate().filter_map(|(p, d)| Some((p, d.as_ref()?))) {
        let id = draft.existing.map_or_else(|| places.get(&place), |number| ids.get(&number));
        let Some(id) = id.copied().map(RiskId) else { continue };
        all.extend(of(draft).into_iter().map(|rating| (id, rating)));
    }
    let pairs: Vec<_> = all.iter().map(|(id, rating)| (*id, rating)).collect();
    ratings::insert(tx, actor, &pairs).await?;
    let mut written = Written::default();
    written.systems.extend(added.iter().map(|a| a.system_id).chain(changed.iter().map(|c| c.system_id)));
    written.created = added.into_iter().map(|a| (a.id, RiskRef(a.number).to_string())).collect();
    written.updated = changed.into_iter().map(|c| (c.id, RiskRef(c.number).to_string())).collect();
    Ok(written)
}

/// The ratings that a row adds; a new risk's residual one equals its inherent one unless the row says otherwise.
fn of(draft: &RiskDraft) -> Vec<NewRating> {
    let rating = |kind, at| NewRating { kind, at, rationale: Some(RATIONALE.to_owned()) };
    let residual = draft.residual.or(draft.inherent.filter(|_| draft.existing.is_none()));
    let inherent = draft.inherent.map(|at| rating(RatingKind::Inherent, at));
    inherent.into_iter().chain(residual.map(|at| rating(RatingKind::Residual, at))).collect()
}
