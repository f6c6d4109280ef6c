//! Search over systems, risks, mitigations and evidence: words, parts of names, references. One statement; what a person
//! may not see is neither found nor counted.

use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::{EvidenceRef, MitigationRef, RiskRef, SystemRef};

domain::words! {
    /// What can be found.
    Kind {
        System = "system", "Systems";
        Risk = "risk", "Risks";
        Mitigation = "mitigation", "Mitigations";
        Evidence = "evidence", "Evidence";
    }
}

/// Longest text that is searched for, in characters; the rest is ignored.
pub const QUERY_MAX: usize = 200;

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its reference.
    pub reference: String,
    /// What it is called.
    pub title: String,
    /// Where it belongs: the business unit of a system, the system of the rest.
    pub context: String,
}

/// Hits of one kind, best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What they are.
    pub kind: Kind,
    /// How many there are in all.
    pub total: i64,
    /// The best of them.
    pub hits: Vec<Hit>,
}

/// Finds what the person may see; at most `each` of a kind. Nothing is found for an empty text.
///
/// # Errors
/// When the database can't be read.
pub async fn search(store: &Store, actor: &Actor, text: &str, each: i64) -> Result<Vec<Group>> {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(QUERY_MAX).collect();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let lower = text.to_lowercase();
    let number = |prefix: &str| -> i64 {
        let digits = lower.strip_prefix(prefix).map(|rest| rest.trim_start_matches(['-', ' ']));
        digits.filter(|d| d.bytes().all(|b| b.is_ascii_digit())).and_then(|d| d.parse().ok()).unwrap_or(0)
    };
    let part = format!("%{}%", lower.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_"));
    // A reference comes before everything else. Resemblance (`%>`, trigrams) is dear on many rows: only where no word fits.
    let rows = sqlx::query!(
        r#"with thing as not materialized (
             select 'system' as kind, s.number, s.name as title, u.name as context, s.search, s.number = $4 as named
             from system s join business_unit u on u.id = s.business_unit_id
             where $8 or s.owner_id = $9
               or exists (select from system_contributor c where c.system_id = s.id and c.person_id = $9)
             union all
             select 'risk', r.number, r.title, s.name, r.search, r.number = $5
             from risk r join system s on s.id = r.system_id
             where $8 or s.owner_id = $9
               or exists (select from system_contributor c where c.system_id = s.id and c.person_id = $9)
             union all
             select 'mitigation', m.number, m.title, s.name, m.search, m.number = $6
             from mitigation m join system s on s.id = m.system_id
             where $8 or s.owner_id = $9 or m.assignee_id = $9
               or exists (select from system_contributor c where c.system_id = s.id and c.person_id = $9)
             union all
             select 'evidence', e.number, e.title, s.name, e.search, e.number = $7
             from evidence e join system s on s.id = e.system_id
             where $8 or s.owner_id = $9
               or exists (select from system_contributor c where c.system_id = s.id and c.person_id = $9)
           ), word as (
             select kind, number, title, context, case when named then 10 else
               ts_rank(search, websearch_to_tsquery('english', $1)) * 2 + (strpos(lower(title), $2) > 0)::int end as score
             from thing
             where search @@ websearch_to_tsquery('english', $1) or lower(title) like $10 or named
           ), hit as (
             select * from word
             union all
             select kind, number, title, context, word_similarity($2, lower(title))
             from thing
             where lower(title) %> $2 and (select count(*) from word) = 0
           ), placed as (
             select kind, number, title, context, count(*) over (partition by kind) as total,
               row_number() over (partition by kind order by score desc, number desc) as place
             from hit
           )
           select kind as "kind!", number as "number!", title as "title!", context as "context!", total as "total!"
           from placed where place <= $3 order by kind, place"#,
        text,
        lower,
        each,
        number("ais"),
        number("r"),
        number("m"),
        number("e"),
        actor.reads_all(),
        actor.id.0,
        part
    )
    .fetch_all(store.pool())
    .await?;
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let kind: Kind = row.kind.parse()?;
        let reference = match kind {
            Kind::System => SystemRef(row.number).to_string(),
            Kind::Risk => RiskRef(row.number).to_string(),
            Kind::Mitigation => MitigationRef(row.number).to_string(),
            Kind::Evidence => EvidenceRef(row.number).to_string(),
        };
        let hit = Hit { reference, title: row.title, context: row.context };
        match groups.iter_mut().find(|group| group.kind == kind) {
            Some(group) => group.hits.push(hit),
            None => groups.push(Group { kind, total: row.total, hits: vec![hit] }),
        }
    }
    groups.sort_by_key(|group| group.kind);
    Ok(groups)
}
