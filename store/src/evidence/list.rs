//! Lists of evidence: the whole register's, or one system's.

use crate::{Result, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::evidence::Kind;
use domain::ids::{EvidenceRef, SystemId, SystemRef};
use domain::page::{PAGE_ROWS, Page};

domain::words! {
    /// Whether evidence still counts.
    Standing {
        Current = "current", "Current";
        Expired = "expired", "Expired";
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

impl Standing {
    /// How a piece of evidence stands on a day.
    pub fn of(valid_until: Option<NaiveDate>, withdrawn: bool, today: NaiveDate) -> Self {
        match withdrawn {
            true => Standing::Withdrawn,
            false if domain::evidence::is_current(valid_until, false, today) => Standing::Current,
            false => Standing::Expired,
        }
    }
}

/// Which evidence.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this system's; whether it may be seen was asked when it was looked up.
    pub system: Option<SystemId>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only what stands so today.
    pub standing: Option<Standing>,
    /// Words of title, file name or note.
    pub text: Option<String>,
    /// Cursor of an earlier page.
    pub after: Option<String>,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its reference.
    pub reference: EvidenceRef,
    /// What it is called.
    pub title: String,
    /// Name of the file.
    pub file_name: String,
    /// What it shows.
    pub kind: Kind,
    /// The date that it speaks of.
    pub speaks_of: NaiveDate,
    /// Last day on which it counts.
    pub valid_until: Option<NaiveDate>,
    /// Whether it counts today.
    pub standing: Standing,
    /// Bytes.
    pub size: u64,
    /// Who brought it.
    pub uploaded_by: String,
    /// When.
    pub uploaded_at: DateTime<Utc>,
    /// Whose it is.
    pub system: SystemRef,
    /// That system's name.
    pub system_name: String,
    /// Number of risks and mitigations that it speaks about.
    pub links: i64,
    /// What it says, in a line, if it is a result file.
    pub says: Option<String>,
}

/// A page of evidence, newest first: what the person may read. One statement.
///
/// # Errors
/// When the database can't be read.
pub async fn list(store: &Store, actor: &Actor, filter: &Filter) -> Result<Page<Row>> {
    rows(store, actor, filter, PAGE_ROWS).await
}

/// The same with so many rows on a page.
///
/// # Errors
/// When the database can't be read.
pub async fn rows(store: &Store, actor: &Actor, filter: &Filter, limit: usize) -> Result<Page<Row>> {
    let today = store.today();
    let before = filter.after.as_deref().and_then(|cursor| cursor.parse::<i64>().ok());
    let text = filter.text.as_deref().map(str::trim).filter(|t| !t.is_empty());
    let rows = sqlx::query!(
        r#"select e.number, e.title, e.file_name, e.kind, e.speaks_of, e.valid_until, e.withdrawn_at is not null as "withdrawn!",
             f.size, p.name as uploaded_by, e.uploaded_at, s.number as system, s.name as system_name,
             (select count(*) from evidence_risk l where l.evidence_id = e.id)
               + (select count(*) from evidence_mitigation l where l.evidence_id = e.id) as "links!",
             (select x.summary from evidence_reading x where x.evidence_id = e.id) as says
           from evidence e
           join evidence_file f on f.sha256 = e.sha256
           join person p on p.id = e.uploaded_by
           join system s on s.id = e.system_id
           where ($1::uuid is null or e.system_id = $1)
             and ($2::text is null or e.kind = $2)
             and case $3::text
               when 'current' then e.withdrawn_at is null and (e.valid_until is null or e.valid_until >= $4)
               when 'expired' then e.withdrawn_at is null and e.valid_until < $4
               when 'withdrawn' then e.withdrawn_at is not null
               else true end
             and ($5::text is null or e.search @@ websearch_to_tsquery('english', $5)
               or strpos(lower(e.title || ' ' || e.file_name), lower($5)) > 0 or 'E-' || e.number = upper($5))
             and ($6::bigint is null or e.number < $6)
             and ($7 or s.owner_id = $8
               or exists (select from system_contributor c where c.system_id = s.id and c.person_id = $8))
           order by e.number desc limit $9"#,
        filter.system.map(|s| s.0),
        filter.kind.map(Kind::as_str),
        filter.standing.map(Standing::as_str),
        today,
        text,
        before,
        actor.reads_all(),
        actor.id.0,
        limit as i64 + 1,
    )
    .fetch_all(store.pool())
    .await?;
    let rows = rows
        .into_iter()
        .map(|r| {
            Ok(Row {
                reference: EvidenceRef(r.number),
                title: r.title,
                file_name: r.file_name,
                kind: r.kind.parse()?,
                speaks_of: r.speaks_of,
                valid_until: r.valid_until,
                standing: Standing::of(r.valid_until, r.withdrawn, today),
                size: r.size.unsigned_abs(),
                uploaded_by: r.uploaded_by,
                uploaded_at: r.uploaded_at,
                system: SystemRef(r.system),
                system_name: r.system_name,
                links: r.links,
                says: r.says,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(rows, limit, |row| row.reference.0.to_string()))
}
