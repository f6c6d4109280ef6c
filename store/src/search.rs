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

/// Hits of a kind that are weighed against each other, and counted; where there are more, the text says too little.
pub const HITS_MAX: i64 = 500;

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
    /// How many there are in all; more than [`HITS_MAX`] are not counted.
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
    // A reference comes before everything else. Of each kind at most so many are looked at whose name holds the text, and
    // as many that hold its words. Resemblance (`%>`, trigrams) is dear on many rows: only where no word fits.
    let rows = sqlx::query!(
        r#"with mine as materialized (
             select id from system where owner_id = $9
             union all
             select system_id from system_contributor where person_id = $9
           ), thing as not materialized (
             select 'system' as kind, number, name as title, business_unit_id as place, search, number = $4 as named
             from system where $8 or id in (select id from mine)
             union all
             select 'risk', number, title, system_id, search, number = $5
             from risk where $8 or system_id in (select id from mine)
             union all
             select 'mitigation', number, title, system_id, search, number = $6
             from mitigation where $8 or assignee_id = $9 or system_id in (select id from mine)
             union all
             select 'evidence', number, title, system_id, search, number = $7
             from evidence where $8 or system_id in (select id from mine)
           ), kinds as (
             select k from unnest(array['system', 'risk', 'mitigation', 'evidence']) k
           ), word as (
             select distinct x.kind, x.number, x.title, x.place, case when x.named then 10 else
               ts_rank(x.search, websearch_to_tsquery('english', $1)) * 2 + (strpos(lower(x.title), $2) > 0)::int end as score
             from kinds cross join lateral (
               (select * from thing where kind = k and (lower(title) like $10 or named) limit $11)
               union all
               (select * from thing where kind = k and search @@ websearch_to_tsquery('english', $1) limit $11)) x
           ), hit as (
             select * from word
             union all
             select x.kind, x.number, x.title, x.place, word_similarity($2, lower(x.title))
             from kinds cross join lateral (select * from thing where kind = k and lower(title) %> $2 limit $11) x
             where (select count(*) from word) = 0
           ), placed as (
             select *, count(*) over (partition by kind) as total,
               row_number() over (partition by kind order by score desc, number desc) as rank
             from hit
           )
           select p.kind as "kind!", p.number as "number!", p.title as "title!",
             case p.kind when 'system' then (select name from business_unit where id = p.place)
               else (select name from system where id = p.place) end as "context!",
             p.total as "total!"
           from placed p where p.rank <= $3 order by p.kind, p.rank"#,
        text,
        lower,
        each,
        number("ais"),
        number("r"),
        number("m"),
        number("e"),
        actor.reads_all(),
        actor.id.0,
        part,
        HITS_MAX + 1
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
            None => groups.push(Group { kind, total: row.total.min(HITS_MAX + 1), hits: vec![hit] }),
        }
    }
    groups.sort_by_key(|group| group.kind);
    Ok(groups)
}
