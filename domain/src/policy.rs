//! Who may do what: one function, asked by every use case in `store`.
//!
//! "Must never" rules hold for the person, not for the role: an executive or auditor changes nothing, whatever else they
//! are; whoever owns a system, contributed to it or submitted it never votes on it.

use crate::actor::{Actor, Role};
use crate::error::Refusal;

crate::words! {
    /// Everything that the program lets people do.
    Action {
        SystemRegister = "system.register", "register a system";
        SystemRead = "system.read", "read this system";
        SystemEdit = "system.edit", "edit this system";
        SystemTransfer = "system.transfer", "change who owns or contributes to this system";
        SystemRetire = "system.retire", "retire this system";
        TriageAnswer = "triage.answer", "answer this system's triage";
        TierOverride = "tier.override", "override this system's tier";
        RiskWrite = "risk.write", "write risks of this system";
        RiskRate = "risk.rate", "rate risks of this system";
        MitigationWrite = "mitigation.write", "write mitigations of this system";
        MitigationAdvance = "mitigation.advance", "report progress on this mitigation";
        EvidenceWrite = "evidence.write", "add evidence to this system";
        CriterionWrite = "criterion.write", "write acceptance criteria of this system";
        ProfileWrite = "profile.write", "answer the AI RMF profile of this system";
        ScreeningWrite = "screening.write", "screen this system against the EU AI Act";
        ReviewSubmit = "review.submit", "submit this system";
        ReviewWithdraw = "review.withdraw", "withdraw this submission";
        ReviewRead = "review.read", "read this review";
        ReviewComment = "review.comment", "comment on this review";
        ReviewTick = "review.tick", "tick what you have read of this review";
        ReviewOpen = "review.open", "start this review";
        ReviewRequestChanges = "review.request_changes", "request changes";
        ReviewVote = "review.vote", "vote on this review";
        ReviewRecuse = "review.recuse", "recuse yourself from this review";
        ReviewDecide = "review.decide", "close this review";
        DecisionRevoke = "decision.revoke", "revoke this decision";
        CommitteeRead = "committee.read", "see the committee's queue";
        PortfolioRead = "portfolio.read", "see the portfolio";
        AuditRead = "audit.read", "read the whole audit trail";
        PeopleManage = "people.manage", "manage people";
        UnitsManage = "units.manage", "manage business units";
        MatrixManage = "matrix.manage", "change the risk matrix";
        VocabularyManage = "vocabulary.manage", "change the vocabulary of metrics";
        InventoryImport = "inventory.import", "import an inventory";
        GovernRead = "govern.read", "read the organisation's AI RMF profile";
        GovernWrite = "govern.write", "answer the organisation's AI RMF profile";
        FrameworksManage = "frameworks.manage", "load and remove frameworks";
    }
}

impl Action {
    /// Whether it changes anything.
    pub const fn writes(self) -> bool {
        !matches!(
            self,
            Action::SystemRead
                | Action::ReviewRead
                | Action::CommitteeRead
                | Action::PortfolioRead
                | Action::AuditRead
                | Action::GovernRead
        )
    }

    /// Whether it is about the content of one system (and so shows nothing to those who may not see it).
    pub const fn on_system(self) -> bool {
        !matches!(
            self,
            Action::SystemRegister
                | Action::CommitteeRead
                | Action::PortfolioRead
                | Action::AuditRead
                | Action::PeopleManage
                | Action::UnitsManage
                | Action::MatrixManage
                | Action::VocabularyManage
                | Action::InventoryImport
                | Action::GovernRead
                | Action::GovernWrite
                | Action::FrameworksManage
        )
    }
}

/// How a person stands to the system that an action is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relation {
    /// Answers for it now.
    pub owner: bool,
    /// Contributes to it now.
    pub contributor: bool,
    /// Owned it, contributed to it, changed or submitted it at any time.
    pub involved: bool,
    /// Is assigned to the mitigation at hand.
    pub assignee: bool,
    /// Recused themself from the review at hand.
    pub recused: bool,
}

/// Whether somebody may see the system at all. Who may not gets "not found".
pub fn sees(actor: &Actor, relation: Relation) -> bool {
    actor.reads_all() || relation.owner || relation.contributor || relation.assignee
}

/// Whether a system's content may change now, whoever asks: it stands still while the committee has the dossier, and once
/// the system is retired. Who owns a retired system may still change, and it may be reopened.
///
/// # Errors
/// [`Refusal::NotNow`] that says what it waits for.
pub fn content_moves(action: Action, under_review: bool, retired: bool) -> Result<(), Refusal> {
    if under_review {
        return Err(Refusal::not_now(
            "The system is under review: its content stands still until the committee is done",
        ));
    }
    if retired { still_in_use(action) } else { Ok(()) }
}

/// What a retired system takes.
///
/// # Errors
/// [`Refusal::NotNow`].
pub fn still_in_use(action: Action) -> Result<(), Refusal> {
    match action {
        Action::SystemRetire | Action::SystemTransfer => Ok(()),
        _ => Err(Refusal::not_now("The system is retired: reopen it before anything about it changes")),
    }
}

/// Whether the person may do it, as far as person and system go; the state of things is asked elsewhere.
///
/// # Errors
/// [`Refusal::Forbidden`] with the reason, in words for that person.
pub fn allow(actor: &Actor, action: Action, relation: Relation) -> Result<(), Refusal> {
    use Action as A;
    if action.writes() && actor.has_any(&[Role::Executive, Role::Auditor]) {
        return Err(Refusal::forbidden("Executives and auditors read; they change nothing"));
    }
    let works_on_it = relation.owner || relation.contributor;
    let allowed = match action {
        A::SystemRegister => actor.has_any(&[Role::Owner, Role::Admin]),
        A::SystemRead | A::ReviewRead => sees(actor, relation),
        A::SystemEdit
        | A::TriageAnswer
        | A::RiskWrite
        | A::RiskRate
        | A::MitigationWrite
        | A::EvidenceWrite
        | A::CriterionWrite
        | A::ProfileWrite
        | A::ScreeningWrite => works_on_it,
        A::MitigationAdvance => works_on_it || relation.assignee || actor.votes(),
        A::SystemTransfer => relation.owner || actor.has(Role::Admin),
        A::SystemRetire | A::ReviewSubmit | A::ReviewWithdraw => relation.owner,
        A::ReviewComment => works_on_it || actor.votes(),
        A::ReviewRecuse | A::ReviewTick => actor.votes(),
        A::TierOverride | A::ReviewOpen | A::ReviewRequestChanges | A::ReviewVote => {
            return judge(actor, action, relation, actor.votes());
        }
        A::ReviewDecide | A::DecisionRevoke => {
            return judge(actor, action, relation, actor.has(Role::Chair));
        }
        A::CommitteeRead => actor.reads_all(),
        A::PortfolioRead => actor.reads_all(),
        A::AuditRead => actor.has_any(&[Role::Auditor, Role::Admin, Role::Chair]),
        A::PeopleManage
        | A::UnitsManage
        | A::MatrixManage
        | A::VocabularyManage
        | A::InventoryImport
        | A::FrameworksManage => actor.has(Role::Admin),
        // What the organisation says of itself is for everybody in it.
        A::GovernRead => true,
        A::GovernWrite => actor.has_any(&[Role::Admin, Role::Committee, Role::Chair]),
    };
    if allowed { Ok(()) } else { Err(Refusal::forbidden(format!("You may not {}", action.label()))) }
}

/// Separation of duties: a judge has no part in the system, and did not step aside.
fn judge(actor: &Actor, action: Action, relation: Relation, role: bool) -> Result<(), Refusal> {
    if !role {
        return Err(Refusal::forbidden(format!("You may not {}", action.label())));
    }
    if relation.owner || relation.contributor || relation.involved {
        return Err(Refusal::forbidden(format!(
            "{}, you own this system, contributed to it or submitted it: somebody else has to judge it",
            actor.name
        )));
    }
    if relation.recused {
        return Err(Refusal::forbidden("You recused yourself from this review"));
    }
    Ok(())
}

/// Checks a change of roles: nobody changes their own, and the last administrator stays.
///
/// # Errors
/// [`Refusal::Forbidden`] or [`Refusal::NotNow`].
pub fn change_roles(
    actor: &Actor,
    target: crate::ids::PersonId,
    new: &[Role],
    other_admins: usize,
) -> Result<(), Refusal> {
    allow(actor, Action::PeopleManage, Relation::default())?;
    if actor.id == target {
        return Err(Refusal::forbidden("Nobody changes their own roles; ask another administrator"));
    }
    if !new.contains(&Role::Admin) && other_admins == 0 {
        return Err(Refusal::not_now("There must be an administrator left"));
    }
    let reads_only = new.iter().any(|r| matches!(r, Role::Executive | Role::Auditor));
    let writes = new.iter().any(|r| matches!(r, Role::Owner | Role::Committee | Role::Chair | Role::Admin));
    if reads_only && writes {
        return Err(Refusal::field(
            "roles",
            "Executives and auditors change nothing: their roles can't be combined with ones that do",
        ));
    }
    Ok(())
}
