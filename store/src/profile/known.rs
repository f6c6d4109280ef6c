//! What the register knows of a system or of the organisation, for the states that follow from it.

use crate::measure::board;
use crate::relation::Located;
use crate::systems::readiness;
use crate::{Result, Store};
use chrono::NaiveDate;
use domain::evidence::is_current;
use domain::framework::derive::{Derived, Known, KnownOfOrganisation, derive_organisation};
use domain::measure::scorecard::Verdict;
use sqlx::PgConnection;

/// What is known of a system, in seven statements whatever its size.
pub(super) async fn of_system(conn: &mut PgConnection, located: Located, today: NaiveDate) -> Result<Known> {
    let id = located.id;
    let facts = readiness::facts(conn, id, today).await?;
    let board = board::of(conn, located, today).await?;
    let row = sqlx::query!(
        r#"select s.stage, (select max(version) > 1 from matrix_version) as "appetite!",
             (select jsonb_object_agg(c.characteristic, c.n) from (select characteristic, count(*) as n from risk
                where system_id = s.id and status <> 'closed' group by 1) c) as risks_by,
             m.held as "held!", m.assigned as "assigned!", m.done as "done!",
             (select count(distinct r.id) from review r join decision d on d.review_id = r.id where r.system_id = s.id)
               as "decided!",
             s.decision_id is not null and s.stale_since is null and s.standing_ended is null
               and s.standing_outcome <> 'rejected' and s.standing_until >= $2 as in_force,
             (select count(*) from mitigation c where c.decision_id = s.decision_id) as "conditions!"
           from system s
           cross join lateral (
             select count(*) as held, count(*) filter (where assignee_id is not null and due_on is not null) as assigned,
               count(*) filter (where status in ('implemented', 'verified')) as done
             from mitigation where system_id = s.id and status <> 'dropped') m
           where s.id = $1"#,
        id.0,
        today
    )
    .fetch_one(&mut *conn)
    .await?;
    let count = |n: i64| usize::try_from(n).unwrap_or_default();
    let measured = |verdict: Verdict| verdict != Verdict::NotMeasured;
    let rows = board.scorecard.characteristics.iter().filter(|row| !row.results.is_empty());
    Ok(Known {
        stage: Some(row.stage.parse()?),
        context: facts.context,
        tier: facts.tier,
        appetite_set: row.appetite,
        risks: facts.risks,
        risks_rated: facts.risks.saturating_sub(facts.risks_unrated),
        risks_treated: facts.risks.saturating_sub(facts.risks_untreated),
        risks_unmitigated: facts.risks_unmitigated,
        risks_by: row.risks_by.map(serde_json::from_value).transpose()?.unwrap_or_default(),
        mitigations: count(row.held),
        mitigations_assigned: count(row.assigned),
        mitigations_done: count(row.done),
        evidence: facts.evidence.into_iter().collect(),
        results_read: board.evidence.iter().filter(|e| is_current(e.valid_until, false, today)).count(),
        criteria: board.criteria.len(),
        criteria_measured: board.scorecard.results().filter(|r| measured(r.verdict)).count(),
        criteria_repeated: board.scorecard.results().filter(|r| r.trend.len() > 1).count(),
        scorecard: rows.map(|row| (row.characteristic, row.verdict)).collect(),
        reviews_decided: count(row.decided),
        decision_in_force: row.in_force.unwrap_or_default(),
        conditions: count(row.conditions),
        monitors: 0,
    })
}

/// What follows for the organisation, in one statement.
pub(super) async fn of_organisation(store: &Store, conn: &mut PgConnection) -> Result<Vec<Derived>> {
    let row = sqlx::query!(
        r#"select p.committee as "committee!", p.chairs as "chairs!", p.auditors as "auditors!",
             p.executives as "executives!", p.services as "services!",
             (select max(version) > 1 from matrix_version) as "appetite!",
             (select count(*) from business_unit where archived_at is null) as "units!",
             s.running as "running!", s.tiered as "tiered!", s.risky as "risky!", s.shown as "shown!",
             s.overseen as "overseen!", s.retired as "retired!",
             (select count(*) from decision) as "decisions!"
           from (select
               count(*) filter (where kind = 'human' and roles && array['committee', 'chair']) as committee,
               count(*) filter (where kind = 'human' and 'chair' = any(roles)) as chairs,
               count(*) filter (where kind = 'human' and 'auditor' = any(roles)) as auditors,
               count(*) filter (where kind = 'human' and 'executive' = any(roles)) as executives,
               count(*) filter (where kind = 'service') as services
             from person where deactivated_at is null) p
           cross join (select
               count(*) filter (where stage <> 'retired') as running,
               count(*) filter (where stage <> 'retired' and tier is not null) as tiered,
               count(*) filter (where stage <> 'retired' and exists (select from risk r where r.system_id = t.id)) as risky,
               count(*) filter (where stage <> 'retired' and exists (select from evidence e where e.system_id = t.id
                 and e.withdrawn_at is null and (e.valid_until is null or e.valid_until >= $1))) as shown,
               count(*) filter (where stage <> 'retired' and oversight is not null) as overseen,
               count(*) filter (where stage = 'retired') as retired
             from system t) s"#,
        store.today()
    )
    .fetch_one(conn)
    .await?;
    let count = |n: i64| usize::try_from(n).unwrap_or_default();
    Ok(derive_organisation(&KnownOfOrganisation {
        committee: count(row.committee),
        chairs: count(row.chairs),
        auditors: count(row.auditors),
        executives: count(row.executives),
        appetite_set: row.appetite,
        units: count(row.units),
        systems: count(row.running),
        systems_with_tier: count(row.tiered),
        systems_with_risks: count(row.risky),
        systems_with_evidence: count(row.shown),
        systems_with_oversight: count(row.overseen),
        systems_retired: count(row.retired),
        decisions: count(row.decisions),
        services: count(row.services),
        // Verifying the whole chain is work for `audit verify`, not for a page: nothing is claimed of it here.
        audit_chain_whole: false,
    }))
}
