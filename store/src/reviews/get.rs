//! One review as a page shows it: the dossier, the votes, the words, and what changed. Nine statements, whatever
//! its size.

use super::Found;
use crate::{Result, Store};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::ids::{CommentId, CriterionRef, DecisionRef, PersonId, ReviewRef};
use domain::measure::scorecard::CriterionResult;
use domain::policy::{self, Action};
use domain::review::dossier::{Change, Dossier, diff};
use domain::review::quorum::{self, Ballot, Tally};
use domain::review::vote::Condition;
use domain::review::{Choice, Part, Reading, State};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// A review with all that its page shows.
#[derive(Debug)]
pub struct Review {
    /// The review, its system, its dossier's hash.
    pub found: Found,
    /// Since when it stands where it stands.
    pub state_since: DateTime<Utc>,
    /// Who moved it there; none for the program.
    pub state_by: Option<String>,
    /// Why, where a reason was given.
    pub state_reason: Option<String>,
    /// The newest dossier.
    pub dossier: Dossier,
    /// What each of its result files says, in a line, by the file's SHA-256.
    pub says: BTreeMap<String, String>,
    /// What the evidence says to each of its criteria that is still in force, today.
    pub verdicts: Vec<CriterionResult<CriterionRef>>,
    /// Its canonical text, as it was hashed.
    pub text: String,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// By whom.
    pub submitted_by: String,
    /// Votes on the newest dossier, in the order of signing.
    pub votes: Vec<Vote>,
    /// Votes on earlier revisions: they no longer count.
    pub void_votes: Vec<Vote>,
    /// The count.
    pub tally: Tally,
    /// Who stepped aside, and why.
    pub recusals: Vec<(String, String)>,
    /// Members who may vote and have not.
    pub awaited: Vec<Awaited>,
    /// Threads, by part and time.
    pub threads: Vec<Thread>,
    /// The last decision before this one, and what differs from it.
    pub since_decision: Option<(DecisionRef, DateTime<Utc>, Vec<Change>)>,
    /// What differs from the revision before this one.
    pub since_revision: Option<Vec<Change>>,
    /// The decision of this review.
    pub decision: Option<DecisionRef>,
    /// What this person ticked as viewed.
    pub viewed: Vec<Reading>,
    /// What this person may do now.
    pub may: May,
}

/// A signed vote.
#[derive(Debug, Clone)]
pub struct Vote {
    /// Revision of the dossier that it speaks of.
    pub revision: i32,
    /// Who.
    pub voter_id: PersonId,
    /// Their name when they signed.
    pub voter: String,
    /// Whether as chair.
    pub chair: bool,
    /// How.
    pub choice: Choice,
    /// Why.
    pub reason: String,
    /// On what conditions.
    pub conditions: Vec<Condition>,
    /// What the signature means, in full.
    pub meaning: String,
    /// When.
    pub signed_at: DateTime<Utc>,
    /// Hash of the dossier, hexadecimal.
    pub dossier_sha256: String,
}

/// A member who may vote.
#[derive(Debug, Clone)]
pub struct Awaited {
    /// Their name.
    pub name: String,
    /// Whether a chair.
    pub chair: bool,
}

/// A thread of comments.
#[derive(Debug, Clone)]
pub struct Thread {
    /// Its first comment.
    pub id: CommentId,
    /// Where it stands.
    pub part: Part,
    /// Who resolved it, if it is resolved.
    pub resolved_by: Option<String>,
    /// Its comments, oldest first.
    pub comments: Vec<Comment>,
}

/// One comment.
#[derive(Debug, Clone)]
pub struct Comment {
    /// Who.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Markdown.
    pub body: String,
}

/// What a person may do with a review in its present state.
#[derive(Debug, Clone, Copy, Default)]
pub struct May {
    /// Take it up.
    pub open: bool,
    /// Vote: allowed and not yet done.
    pub vote: bool,
    /// Close it: quorum stands.
    pub decide: bool,
    /// Send it back.
    pub request_changes: bool,
    /// Step aside.
    pub recuse: bool,
    /// Take it back.
    pub withdraw: bool,
    /// Submit again.
    pub resubmit: bool,
    /// Comment, resolve.
    pub comment: bool,
    /// Tick what is read.
    pub tick: bool,
}

impl Review {
    /// What there is to read: what changed, where something did, and the parts of the dossier.
    pub fn readings(&self) -> Vec<Reading> {
        let changed =
            |reading, changes: Option<&Vec<Change>>| changes.is_some_and(|c| !c.is_empty()).then_some(reading);
        let since_revision = changed(Reading::SinceRevision, self.since_revision.as_ref());
        let since_decision = changed(Reading::SinceDecision, self.since_decision.as_ref().map(|(.., changes)| changes));
        since_revision.into_iter().chain(since_decision).chain(Part::ALL.iter().map(|part| (*part).into())).collect()
    }

    /// Whether anything of a part changed since the last decision, or since the last revision.
    pub fn changed(&self, part: Part) -> bool {
        let since_decision = self.since_decision.iter().flat_map(|(.., changes)| changes);
        self.since_revision.iter().flatten().chain(since_decision).any(|change| change.part == part)
    }
}

/// Loads a review.
///
/// # Errors
/// [`crate::Error::NotFound`] for people who don't read it.
pub async fn get(store: &Store, actor: &Actor, reference: ReviewRef) -> Result<Review> {
    // One transaction that is never committed: one picture of all tables.
    let mut tx = store.begin().await?;
    sqlx::query!("set transaction isolation level repeatable read read only").execute(tx.conn()).await?;
    let found = super::find(tx.conn(), actor, reference, false).await?;
    let row = sqlx::query!(
        r#"select r.state_since, p.name as "state_by?", r.state_reason, d.body, d.submitted_at, q.name as submitted_by,
             before.body as "before_body?", x.number as "decision?",
             array(select v.reading from dossier_viewed v where v.dossier_id = d.id and v.person_id = $3) as "viewed!",
             -- The files stand still; what was read from them is as of today.
             (select coalesce(jsonb_object_agg(e ->> 'sha256', f.summary), '{}')
              from jsonb_array_elements(d.body::jsonb -> 'evidence') e
              join evidence x on x.number = substr(e ->> 'reference', 3)::bigint
              join evidence_reading f on f.evidence_id = x.id
              where f.summary is not null) as "says!",
             last.number as "last_number?", last.decided_at as "last_at?", last.body as "last_body?"
           from review r
           join dossier d on d.id = $2
           join person q on q.id = d.submitted_by
           left join person p on p.id = r.state_by
           left join dossier before on before.review_id = r.id and before.revision = d.revision - 1
           left join decision x on x.review_id = r.id
           left join lateral (select c.number, c.decided_at, b.body from decision c join dossier b on b.id = c.dossier_id
                              where c.system_id = r.system_id and c.review_id <> r.id and c.decided_at < d.submitted_at
                              order by c.decided_at desc limit 1) last on true
           where r.id = $1"#,
        found.id.0,
        found.dossier_id.0,
        actor.id.0
    )
    .fetch_one(tx.conn())
    .await?;
    let dossier: Dossier = serde_json::from_str(&row.body)?;
    let since_revision =
        row.before_body.map(|b| Ok::<_, serde_json::Error>(diff(&serde_json::from_str(&b)?, &dossier))).transpose()?;
    let since_decision = match (row.last_number, row.last_at, row.last_body) {
        (Some(number), Some(at), Some(body)) => {
            Some((DecisionRef(number), at, diff(&serde_json::from_str(&body)?, &dossier)))
        }
        _ => None,
    };
    let (votes, void_votes): (Vec<_>, Vec<_>) =
        votes(tx.conn(), &found).await?.into_iter().partition(|v| v.revision == found.revision);
    let ballots: Vec<Ballot> = votes.iter().map(|v| Ballot { chair: v.chair, choice: v.choice }).collect();
    let tally = quorum::tally(dossier.triage.tier, dossier.above_appetite(), &ballots);
    let recusals = recusals(tx.conn(), &found).await?;
    let awaited = if found.state.is_under_review() { awaited(tx.conn(), &found).await? } else { Vec::new() };
    let threads = threads(tx.conn(), &found).await?;
    let may = may(actor, &found, &votes, &tally);
    let verdicts = verdicts(tx.conn(), &found, &dossier, store.today()).await?;
    Ok(Review {
        state_since: row.state_since,
        state_by: row.state_by,
        state_reason: row.state_reason,
        dossier,
        says: serde_json::from_value(row.says)?,
        verdicts,
        text: row.body,
        submitted_at: row.submitted_at,
        submitted_by: row.submitted_by,
        votes,
        void_votes,
        tally,
        recusals,
        awaited,
        threads,
        since_decision,
        since_revision,
        decision: row.decision.map(DecisionRef),
        viewed: row.viewed.iter().map(|word| word.parse()).collect::<std::result::Result<_, _>>()?,
        may,
        found,
    })
}

/// A dossier without criteria costs no statement.
async fn verdicts(
    conn: &mut PgConnection,
    found: &Found,
    dossier: &Dossier,
    today: chrono::NaiveDate,
) -> Result<Vec<CriterionResult<CriterionRef>>> {
    if dossier.criteria.is_empty() {
        return Ok(Vec::new());
    }
    let board = crate::measure::board::of(conn, found.system.clone(), today).await?;
    let asked = |result: &&CriterionResult<CriterionRef>| dossier.criteria.iter().any(|c| c.reference == result.id);
    Ok(board.scorecard.results().filter(asked).cloned().collect())
}

fn may(actor: &Actor, found: &Found, votes: &[Vote], tally: &Tally) -> May {
    let mut relation = found.system.relation;
    relation.recused = found.recused;
    let allowed = |action| policy::allow(actor, action, relation).is_ok();
    let (state, under_review) = (found.state, found.state.is_under_review());
    let voted = votes.iter().any(|v| v.voter_id == actor.id);
    May {
        open: state == State::Submitted && allowed(Action::ReviewOpen),
        vote: under_review && !voted && allowed(Action::ReviewVote),
        decide: state == State::InReview && tally.is_met() && allowed(Action::ReviewDecide),
        request_changes: under_review && allowed(Action::ReviewRequestChanges),
        recuse: state.is_open() && !voted && allowed(Action::ReviewVote),
        withdraw: state.is_open() && allowed(Action::ReviewWithdraw),
        resubmit: state == State::ChangesRequested && !found.system.retired && allowed(Action::ReviewSubmit),
        comment: state.is_open() && allowed(Action::ReviewComment),
        tick: under_review && allowed(Action::ReviewTick),
    }
}

/// All votes of the review, oldest first.
pub(super) async fn votes(conn: &mut PgConnection, found: &Found) -> Result<Vec<Vote>> {
    let rows = sqlx::query!(
        "select d.revision, v.voter_id, v.voter_name, v.voter_chair, v.choice, v.reason, v.conditions, v.meaning,
           v.signed_at, v.dossier_sha256
         from vote v join dossier d on d.id = v.dossier_id where v.review_id = $1 order by v.signed_at, v.id",
        found.id.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Vote {
                revision: r.revision,
                voter_id: r.voter_id.into(),
                voter: r.voter_name,
                chair: r.voter_chair,
                choice: r.choice.parse()?,
                reason: r.reason,
                conditions: serde_json::from_value(r.conditions)?,
                meaning: r.meaning,
                signed_at: r.signed_at,
                dossier_sha256: domain::canonical::hex(&r.dossier_sha256),
            })
        })
        .collect()
}

async fn recusals(conn: &mut PgConnection, found: &Found) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        "select p.name, u.reason from recusal u join person p on p.id = u.person_id where u.review_id = $1 order by u.at",
        found.id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|r| (r.name, r.reason)).collect())
}

/// Members without a part in the system who have neither voted nor stepped aside.
async fn awaited(conn: &mut PgConnection, found: &Found) -> Result<Vec<Awaited>> {
    let rows = sqlx::query!(
        r#"select p.name, 'chair' = any (p.roles) as "chair!" from person p
           where p.roles && array['committee', 'chair'] and p.deactivated_at is null
             and not exists (select from involvement i where i.system_id = $1 and i.person_id = p.id)
             and not exists (select from recusal u where u.review_id = $2 and u.person_id = p.id)
             and not exists (select from vote v where v.dossier_id = $3 and v.voter_id = p.id)
           order by 2 desc, p.name"#,
        found.system.id.0,
        found.id.0,
        found.dossier_id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|r| Awaited { name: r.name, chair: r.chair }).collect())
}

async fn threads(conn: &mut PgConnection, found: &Found) -> Result<Vec<Thread>> {
    let rows = sqlx::query!(
        r#"select c.id, c.parent_id, c.part, c.body, p.name as author, c.written_at,
             case when c.resolved_at is not null then coalesce(q.name, '?') end as resolved_by
           from comment c join person p on p.id = c.author_id left join person q on q.id = c.resolved_by
           where c.review_id = $1 order by c.parent_id is not null, c.written_at, c.id"#,
        found.id.0
    )
    .fetch_all(conn)
    .await?;
    let mut threads: Vec<Thread> = Vec::new();
    for row in rows {
        let comment = Comment { author: row.author, at: row.written_at, body: row.body };
        // Threads come before answers, so that an answer finds its thread.
        match row.parent_id {
            None => threads.push(Thread {
                id: row.id.into(),
                part: row.part.parse()?,
                resolved_by: row.resolved_by,
                comments: vec![comment],
            }),
            Some(parent) => {
                if let Some(thread) = threads.iter_mut().find(|t| t.id.0 == parent) {
                    thread.comments.push(comment);
                }
            }
        }
    }
    Ok(threads)
}
