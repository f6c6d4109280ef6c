//! My work: what a person has to do now, most urgent first, nothing else. Two statements, whatever there is to do.

use crate::systems::readiness::facts_of;
use crate::{Result, Store};
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::actor::{Actor, Role};
use domain::ids::{SystemId, SystemRef};
use domain::readiness::{Facts, Item, readiness};

/// How far ahead the end of an approval becomes work, in days.
pub const APPROVAL_AHEAD: u64 = 60;
/// How far ahead the end of a piece of evidence, and a mitigation's date, become work, in days.
const SOON: u64 = 30;
/// Most items: more than anybody does in a day.
const ITEMS: i64 = 200;

domain::words! {
    /// Why something is work.
    WorkKind {
        Suspended = "suspended", "Approval suspended";
        Expired = "expired", "Approval expired";
        MitigationOverdue = "mitigation_overdue", "Mitigation overdue";
        ChangesRequested = "changes_requested", "Changes requested";
        Vote = "vote", "Your vote";
        Close = "close", "Ready to close";
        Ownerless = "ownerless", "Owner has left";
        Stale = "stale", "Approval out of date";
        Expiring = "expiring", "Approval ends soon";
        EvidenceExpiring = "evidence_expiring", "Evidence runs out";
        MitigationDue = "mitigation_due", "Mitigation due";
        Verify = "verify", "Verify a mitigation";
        Triage = "triage", "Triage";
        Refused = "refused", "Without approval";
        Draft = "draft", "Draft";
        MitigationOpen = "mitigation_open", "Mitigation without date";
    }
}

/// One thing to do.
#[derive(Debug, Clone)]
pub struct WorkItem {
    /// Why.
    pub kind: WorkKind,
    /// The system that it is about.
    pub system: SystemRef,
    /// Its name.
    pub system_name: String,
    /// The thing itself where it is not the system: M-3, E-4, RV-5.
    pub reference: Option<String>,
    /// Its name.
    pub title: String,
    /// Until when.
    pub due: Option<NaiveDate>,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// What a draft still misses.
    pub readiness: Option<Vec<Item>>,
}

/// What a person has to do: the most urgent things, and how many there are in all.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// At most [`ITEMS`].
    pub items: Vec<WorkItem>,
    /// All of them.
    pub total: i64,
}

/// What the person has to do.
pub async fn work(store: &Store, actor: &Actor) -> Result<Work> {
    if actor.has_any(&[Role::Executive, Role::Auditor]) {
        // They read; nothing waits for them.
        return Ok(Work::default());
    }
    let today = store.today();
    let mut conn = store.pool().acquire().await?;
    let rows = sqlx::query!(
        r#"with mine as (
             select s.id, s.number, s.name, s.tier, s.stage, s.created_at, s.stale_since, s.owner_id = $1 as owner,
               t.valid_until, t.condition_due, t.submitted_at, d.decided_at, d.id as decision_id, r.state_since,
               system_status(s.stage, s.tier, t.open_state, t.outcome, t.ended, t.valid_until, t.condition_due,
                 s.stale_since, $2) as status
             from system s
             join system_standing t on t.system_id = s.id
             left join decision d on d.id = s.decision_id
             left join review r on r.id = s.open_review_id
             where s.id in (select id from system where owner_id = $1
                            union all select system_id from system_contributor where person_id = $1)
           ),
           committee as (
             select v.id, v.number, v.state, v.submitted_at, s.id as system_id, s.number as system, s.name
             from review v join system s on s.id = v.system_id
             where $3 and v.state in ('submitted', 'in_review')
               and not exists (select from involvement i where i.system_id = s.id and i.person_id = $1)
               and not exists (select from recusal u where u.review_id = v.id and u.person_id = $1)
           ),
           items as (
             select 'suspended' as kind, id, number, name, null as reference, name as title, condition_due as due,
               decided_at as since
             from mine where owner and status = 'suspended'
             union all
             select 'expired', id, number, name, null, name, valid_until, decided_at
             from mine where owner and status = 'expired'
             union all
             select case when m.due_on < $2 then 'mitigation_overdue' when m.due_on <= $6 then 'mitigation_due'
                    else 'mitigation_open' end,
               s.id, s.number, s.name, 'M-' || m.number, m.title, m.due_on, m.created_at
             from mitigation m join system s on s.id = m.system_id
             where m.assignee_id = $1 and m.status in ('planned', 'in_progress') and s.stage <> 'retired'
               and (m.due_on is null or m.due_on <= $6)
             union all
             select 'changes_requested', id, number, name, null, name, null, state_since
             from mine where status = 'changes_requested'
             union all
             select 'vote', c.system_id, c.system, c.name, 'RV-' || c.number, c.name, null, c.submitted_at
             from committee c
             where not exists (select from vote v where v.dossier_id = (current_dossier(c.id)).id and v.voter_id = $1)
             union all
             select 'close', c.system_id, c.system, c.name, 'RV-' || c.number, c.name, null, c.submitted_at
             from committee c
             cross join lateral (select x.id, x.body::jsonb as body from current_dossier(c.id) x) d
             cross join lateral (select count(*) as cast_votes, count(*) filter (where v.voter_chair) as chairs
               from vote v where v.dossier_id = d.id) b
             where $4 and c.state = 'in_review' and b.cast_votes >= tier_quorum(d.body #>> '{triage,tier}')
               and (b.chairs > 0 or not (tier_needs_chair(d.body #>> '{triage,tier}') or exists (
                 select from jsonb_array_elements(d.body->'risks') k
                 where (k->>'above_appetite')::boolean and k->>'status' <> 'closed')))
             union all
             select 'ownerless', s.id, s.number, s.name, null, s.name, null, p.deactivated_at
             from system s join person p on p.id = s.owner_id
             where $5 and p.deactivated_at is not null and s.stage <> 'retired'
             union all
             select 'stale', id, number, name, null, name, valid_until, stale_since
             from mine where owner and status = 'stale'
             union all
             select 'expiring', id, number, name, null, name, valid_until, decided_at
             from mine where owner and status in ('approved', 'conditional') and valid_until <= $7
             union all
             select 'evidence_expiring', s.id, s.number, s.name, 'E-' || e.number, e.title, e.valid_until, e.uploaded_at
             from evidence e join mine s on s.id = e.system_id
             where s.status <> 'retired' and e.withdrawn_at is null and e.valid_until <= $6
               and not exists (select from evidence n where n.system_id = e.system_id and n.kind = e.kind
                 and n.withdrawn_at is null and (n.valid_until is null or n.valid_until > $6))
             union all
             select 'verify', s.id, s.number, s.name, 'M-' || m.number, m.title, null, coalesce(m.implemented_at, m.changed_at)
             from mitigation m join system s on s.id = m.system_id
             where m.id in (select x.id from mitigation x join mine on mine.id = x.system_id
                            union select id from mitigation where $3 and decision_id is not null)
               and m.status = 'implemented' and s.stage <> 'retired'
               and m.assignee_id is distinct from $1 and m.implemented_by is distinct from $1
             union all
             select 'triage', id, number, name, null, name, null, created_at
             from mine where status = 'draft' and tier is null
             union all
             select 'refused', id, number, name, null, name, null, decided_at
             from mine where owner and status in ('rejected', 'revoked')
             union all
             select 'draft', id, number, name, null, name, null, created_at
             from mine where status = 'draft' and tier is not null
           )
           select kind as "kind!", id as "id!", number as "number!", name as "name!", reference, title as "title!", due,
             coalesce(since, now()) as "since!", count(*) over () as "total!"
           from items
           order by array_position($8::text[], kind), due nulls last, since, number
           limit $9"#,
        actor.id.0,
        today,
        actor.votes(),
        actor.has(Role::Chair),
        actor.has(Role::Admin),
        today + Days::new(SOON),
        today + Days::new(APPROVAL_AHEAD),
        &WorkKind::ALL.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ITEMS,
    )
    .fetch_all(&mut *conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let kinds = rows.iter().map(|r| r.kind.parse()).collect::<Result<Vec<WorkKind>, _>>()?;
    let drafts: Vec<SystemId> =
        rows.iter().zip(&kinds).filter(|(_, k)| needs_list(**k)).map(|(r, _)| SystemId(r.id)).collect();
    let facts = facts_of(&mut conn, &drafts, today).await?;
    let items = rows.into_iter().zip(kinds).map(|(row, kind)| WorkItem {
        kind,
        system: SystemRef(row.number),
        system_name: row.name,
        reference: row.reference,
        title: row.title,
        due: row.due,
        since: row.since,
        readiness: facts.get(&SystemId(row.id)).filter(|_| needs_list(kind)).map(|f: &Facts| readiness(f)),
    });
    Ok(Work { items: items.collect(), total })
}

/// Whether an item says what is missing before the next submission.
const fn needs_list(kind: WorkKind) -> bool {
    matches!(kind, WorkKind::Draft | WorkKind::ChangesRequested | WorkKind::Stale | WorkKind::Expired)
}
