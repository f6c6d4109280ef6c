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
    // `%>` is trigram word similarity on the indexes of names; a reference comes before everything else.
    let rows = sqlx::query!(
        r#"with hit as (
             select 'system' as kind, s.number, s.name as title, u.name as context,
               case when s.number = $4 then 10 else
                 greatest(ts_rank(s.search, websearch_to_tsquery('english', $1)) * 2, word_similarity($2, lower(s.name))) end as score
             from system s join business_unit u on u.id = s.business_unit_id
             where (s.search @@ websearch_to_tsquery('english', $1) or lower(s.name) %> $2 or s.number = $4)
               and ($8 or s.owner_id = $9
                 or exists (select from system_contributor c where c.system_id = s.id and c.person_id = $9))
             union all
             select 'risk', r.number, r.title, s.name,
               case when r.number = $5 then 10 else
                 greatest(ts_rank(r.search, websearch_to_tsquery('english', $1)) * 2, word_similarity($2, lower(r.title))) end
             from risk r join system s on s.id = r.system_id
             where (r.search @@ websearch_to_tsquery('english', $1) or lower(r.title) %> $2 or r.number = $5)
               and ($8 or s.owner_id = $9
                 or exists (select from system_contributor c where c.system_id = s.id and c.person_id = $9))
             union all
             select 'mitigation', m.number, m.title, s.name,
               case when m.number = $6 then 10 else
                 greatest(ts_rank(m.search, websearch_to_tsquery('english', $1)) * 2, word_similarity($2, lower(m.title))) end
             from mitigation m join system s on s.id = m.system_id
             where (m.search @@ websearch_to_tsquery('english', $1) or lower(m.title) %> $2 or m.number = $6)
               and ($8 or s.owner_id = $9 or m.assignee_id = $9
                 or exists (select from system_contributor c where c.system_id = s.id and c.person_id = $9))
             union all
             select 'evidence', e.number, e.title, s.name,
               case when e.number = $7 then 10 else
                 greatest(ts_rank(e.search, websearch_to_tsquery('english', $1)) * 2, word_similarity($2, lower(e.title))) end
             from evidence e join system s on s.id = e.system_id
             where (e.search @@ websearch_to_tsquery('english', $1) or lower(e.title) %> $2 or e.number = $7)
               and ($8 or s.owner_id = $9
                 or exists (select from system_contributor c where c.system_id = s.id and c.person_id = $9))
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
        actor.id.0
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
