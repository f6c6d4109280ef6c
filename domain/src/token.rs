//! Tokens of the API: what they open, how long, and what they look like.

use crate::actor::{Actor, Role};
use crate::error::{FieldErrors, Refusal};
use crate::system::required;
use crate::text;

crate::words! {
    /// What a token opens: an area and a verb. It never opens more than its person may do.
    Scope {
        SystemsRead = "systems:read", "Read systems, their triage and readiness";
        SystemsWrite = "systems:write", "Register, describe and triage systems";
        RisksRead = "risks:read", "Read risks and ratings";
        RisksWrite = "risks:write", "Write and rate risks";
        MitigationsRead = "mitigations:read", "Read mitigations";
        MitigationsWrite = "mitigations:write", "Write mitigations and report progress";
        EvidenceRead = "evidence:read", "Read and download evidence";
        EvidenceWrite = "evidence:write", "Upload and correct evidence";
        CriteriaRead = "criteria:read", "Read criteria, the scorecard, the TEVV report and the gate";
        CriteriaWrite = "criteria:write", "Write acceptance criteria";
        ProfileRead = "profile:read", "Read the AI RMF profiles";
        ProfileWrite = "profile:write", "Answer the AI RMF profiles, and verify answers";
        ReviewsRead = "reviews:read", "Read reviews and decisions";
        ReviewsSubmit = "reviews:submit", "Submit systems, and withdraw submissions";
        ReviewsComment = "reviews:comment", "Comment on reviews";
        ReviewsVote = "reviews:vote", "Vote and recuse oneself, with the password as signature";
        ReviewsDecide = "reviews:decide", "Open, send back and close reviews, with the password as signature";
        PeopleRead = "people:read", "Read people, units and the risk matrix";
        PeopleWrite = "people:write", "Manage people and units";
        AuditRead = "audit:read", "Read and verify the audit trail";
        SearchRead = "search:read", "Search";
        PortfolioRead = "portfolio:read", "Read the portfolio's figures";
    }
}

impl Scope {
    /// Whether it changes nothing.
    pub fn reads(self) -> bool {
        self.as_str().ends_with(":read")
    }
}

/// Longest life of a token, in days.
pub const DAYS_MAX: u16 = 366;
/// Days that a new token lives unless said otherwise.
pub const DAYS: u16 = 90;
/// Most tokens in force of one person.
pub const TOKENS_MAX: i64 = 50;
/// How every secret begins, so that scanners of leaked secrets know ours.
pub const PREFIX: &str = "countersign_";

/// A token to be made, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What its owner calls it ("nightly evaluations").
    pub name: String,
    /// What it opens; sorted, each once.
    pub scopes: Vec<Scope>,
    /// Days until it ends, 1 to [`DAYS_MAX`].
    pub days: u16,
}

impl NewToken {
    /// Checks a token as asked for.
    ///
    /// # Errors
    /// A message per field.
    pub fn parse(name: &str, mut scopes: Vec<Scope>, days: Option<u16>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = required(&mut errors, "name", text::line(name), "Say what the token is for");
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            errors.add("scopes", "Choose what the token opens");
        }
        let days = days.unwrap_or(DAYS);
        if !(1..=DAYS_MAX).contains(&days) {
            errors.add("days", format!("Choose 1 to {DAYS_MAX} days"));
        }
        errors.into_result()?;
        Ok(Self { name: name.unwrap_or_default(), scopes, days })
    }
}

/// Roles that a service account may hold: it neither judges nor administers.
pub const SERVICE_ROLES: &[Role] = &[Role::Owner, Role::Executive, Role::Auditor];

/// Checks the roles of a service account.
///
/// # Errors
/// By field.
pub fn service_roles(roles: &[Role]) -> Result<(), Refusal> {
    match roles.iter().all(|role| SERVICE_ROLES.contains(role)) {
        true => Ok(()),
        false => Err(Refusal::field("roles", "A service account neither judges nor administers")),
    }
}

/// A service account works; people answer: for a system, a risk, a mitigation.
///
/// # Errors
/// A refusal for a service account.
pub fn answers_in_person(service: bool) -> Result<(), Refusal> {
    match service {
        true => Err(Refusal::not_now("A service account answers for nothing: choose a person")),
        false => Ok(()),
    }
}

/// The secret as it is handed out, from 32 random bytes: prefix and hexadecimal digits.
pub fn secret(random: &[u8; 32]) -> String {
    format!("{PREFIX}{}", crate::canonical::hex(random))
}

/// The SHA-256 of a secret that looks like one of ours.
pub fn hash(secret: &str) -> Option<[u8; 32]> {
    let digits = secret.strip_prefix(PREFIX)?;
    crate::canonical::unhex32(digits).map(|_| crate::canonical::sha256(secret.as_bytes()))
}

/// A token opens what its scopes say.
///
/// # Errors
/// [`Refusal::Forbidden`], naming the scope that is missing.
pub fn opens(scopes: &[Scope], needed: Scope) -> Result<(), Refusal> {
    match scopes.contains(&needed) {
        true => Ok(()),
        false => Err(Refusal::forbidden(format!("This token lacks the scope {needed}"))),
    }
}

/// Whether a person may end a token: its person, its owner, or an administrator.
pub fn may_revoke(actor: &Actor, person: crate::ids::PersonId, owner: crate::ids::PersonId) -> bool {
    actor.id == person || actor.id == owner || actor.has(Role::Admin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_needs_a_name_a_scope_and_an_end() {
        let wrong = NewToken::parse(" ", vec![], Some(0)).unwrap_err();
        assert_eq!(wrong.0.keys().collect::<Vec<_>>(), ["days", "name", "scopes"]);
        let twice = vec![Scope::RisksRead, Scope::SystemsRead, Scope::RisksRead];
        let token = NewToken::parse("nightly", twice, None).unwrap();
        assert_eq!(token.scopes, [Scope::SystemsRead, Scope::RisksRead]);
        assert_eq!(token.days, DAYS);
        assert!(NewToken::parse("x", vec![Scope::RisksRead], Some(DAYS_MAX)).is_ok());
        assert!(NewToken::parse("x", vec![Scope::RisksRead], Some(DAYS_MAX + 1)).is_err());
    }

    #[test]
    fn only_what_we_handed_out_is_hashed() {
        let made = secret(&[0xab; 32]);
        assert!(made.starts_with("countersign_abab"));
        assert_eq!(hash(&made), Some(crate::canonical::sha256(made.as_bytes())));
        for wrong in ["", "countersign_", "ab", "countersign_zz", &made[..made.len() - 1], &made.to_uppercase()] {
            assert_eq!(hash(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn people_answer() {
        assert!(answers_in_person(false).is_ok() && answers_in_person(true).is_err());
    }

    #[test]
    fn services_never_judge() {
        assert!(service_roles(&[Role::Owner]).is_ok());
        for role in [Role::Committee, Role::Chair, Role::Admin] {
            assert!(service_roles(&[Role::Owner, role]).is_err());
        }
    }
}
