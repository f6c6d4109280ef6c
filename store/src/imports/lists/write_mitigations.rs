//! Writing imported mitigations: one statement for the new ones, one for the changed ones, two for what they act on.

use super::Written;
use crate::{Result, Tx};
use domain::actor::Actor;
use domain::ids::MitigationRef;
use domain::import::lists::MitigationDraft;
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// A draft as SQL reads it.
#[derive(Serialize)]
struct Row<'a> {
    id: Option<Uuid>,
    number: Option<i64>,
    system: i64,
    title: &'a str,
    kind: &'static str,
    description: &'a str,
    assignee: Option<&'a str>,
    due_on: Option<chrono::NaiveDate>,
    status: &'static str,
    place: usize,
}

fn rows<'a>(drafts: &'a [Option<MitigationDraft>], new: bool, id: &mut impl FnMut() -> Uuid) -> Vec<Row<'a>> {
    let wanted = drafts.iter().enumerate().filter_map(|(place, d)| Some((place, d.as_ref()?)));
    wanted
        .filter(|(_, d)| d.existing.is_none() == new)
        .map(|(place, d)| Row {
            id: new.then(&mut *id),
            number: d.existing,
            system: d.system,
            title: &d.title,
            kind: d.kind.as_str(),
            description: &d.description,
            assignee: d.assignee.as_deref(),
            due_on: d.due_on,
            status: d.status.as_str(),
            place,
        })
        .collect()
}

pub(super) async fn write(tx: &mut Tx, actor: &Actor, drafts: &[Option<MitigationDraft>]) -> Result<Written> {
    let now = tx.now();
    let created = rows(drafts, true, &mut || tx.new_id());
    let updated = rows(drafts, false, &mut Uuid::nil);
    let added = sqlx::query!(
        r#"insert into mitigation (id, system_id, title, kind, description, assignee_id, due_on, status, created_at,
             created_by, changed_at, changed_by)
           select r.id, s.id, r.title, r.kind, r.description, p.id, r.due_on, r.status, $2, $3, $2, $3
           from jsonb_to_recordset($1) as r(id uuid, system bigint, title text, kind text, description text,
             assignee text, due_on date, status text, place bigint)
           join system s on s.number = r.system left join person p on p.email = r.assignee
           order by r.place
           returning id, number, system_id"#,
        serde_json::to_value(&created)?,
        now,
        actor.id.0
    )
    .fetch_all(tx.conn())
    .await?;
    let changed = sqlx::query!(
        r#"update mitigation m set title = r.title, kind = r.kind, description = r.description, assignee_id = p.id,
             due_on = r.due_on, version = m.version + 1, changed_at = $2, changed_by = $3
           from jsonb_to_recordset($1) as r(number bigint, title text, kind text, description text, assignee text,
             due_on date)
           left join person p on p.email = r.assignee
           where m.number = r.number
           returning m.id, m.number, m.system_id"#,
        serde_json::to_value(&updated)?,
        now,
        actor.id.0
    )
    .fetch_all(tx.conn())
    .await?;
    let ids: HashMap<i64, Uuid> = changed.iter().map(|c| (c.number, c.id)).collect();
    let places: HashMap<usize, Uuid> = created.iter().filter_map(|r| Some((r.place, r.id?))).collect();
    let (mut of, mut risks) = (Vec::new(), Vec::new());
    for (place, draft) in drafts.iter().enumerate().filter_map(|(p, d)| Some((p, d.as_ref()?))) {
        let id = draft.existing.map_or_else(|| places.get(&place), |number| ids.get(&number));
        let Some(id) = id else { continue };
        of.extend(draft.risks.iter().map(|_| *id));
        risks.extend(draft.risks.iter().copied());
    }
    link(tx, &changed.iter().map(|c| c.id).collect::<Vec<_>>(), &of, &risks).await?;
    let mut written = Written::default();
    written.systems.extend(added.iter().map(|a| a.system_id).chain(changed.iter().map(|c| c.system_id)));
    written.created = added.into_iter().map(|a| (a.id, MitigationRef(a.number).to_string())).collect();
    written.updated = changed.into_iter().map(|c| (c.id, MitigationRef(c.number).to_string())).collect();
    Ok(written)
}

/// Sets the risks that mitigations act on; those of changed ones that are no longer named are taken off.
async fn link(tx: &mut Tx, changed: &[Uuid], of: &[Uuid], risks: &[i64]) -> Result<()> {
    sqlx::query!(
        "delete from mitigation_risk l where l.mitigation_id = any ($1) and not exists
           (select from unnest($2::uuid[], $3::bigint[]) w(mitigation, risk) join risk k on k.number = w.risk
            where w.mitigation = l.mitigation_id and k.id = l.risk_id)",
        changed,
        of,
        risks
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into mitigation_risk (mitigation_id, risk_id)
         select w.mitigation, k.id from unnest($1::uuid[], $2::bigint[]) w(mitigation, risk)
         join risk k on k.number = w.risk on conflict do nothing",
        of,
        risks
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
