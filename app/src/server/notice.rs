//! What a page says after a redirect. Only a code travels in the URL, never text: a link cannot put words on our pages.

use super::PageUrl;

macro_rules! notices {
    ($($variant:ident $code:literal $tone:ident $text:literal,)+) => {
        /// The sentences that may follow a redirect.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Notice { $($variant),+ }

        impl Notice {
            /// The code that stands in the URL.
            pub fn code(self) -> &'static str {
                match self { $(Notice::$variant => $code),+ }
            }

            /// What people read.
            pub fn text(self) -> &'static str {
                match self { $(Notice::$variant => $text),+ }
            }

            /// How it looks.
            pub fn tone(self) -> NoticeTone {
                match self { $(Notice::$variant => NoticeTone::$tone),+ }
            }

            fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Notice::$variant),)+ _ => None }
            }
        }
    };
}

/// Success, or something to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeTone {
    Success,
    Warning,
}

// One line a notice, by area.
notices! {
    RisksAdded "risks-added" Success "Risks added. Next: what is done about them, by whom, and until when.",
    RiskClosed "risk-closed" Success "The risk is closed. It can be reopened.",
    Rated "rated" Success "Rated. Earlier ratings stay in its history.",
    Screened "screened" Success "The result is made. It stays as it is; answers can be changed for another one.",
    Saved "saved" Success "Saved.",
    Created "created" Success "Created.",
    ViewSaved "view-saved" Success "The view is saved. Its address can be sent to others.",
    ViewDeleted "view-deleted" Success "The view is deleted. The list is as it was.",
    BulkChanged "bulk-changed" Success "Changed. Each record has its own event in the audit trail.",
    Imported "imported" Success "Imported. What became of each row stands below.",
    Removed "removed" Success "Removed.",
    Unchanged "unchanged" Warning "Nothing was changed.",
    AlreadyDone "already-done" Warning "This was sent before. It counted once, and this is it.",
    Submitted "submitted" Success "Submitted. The dossier is frozen, and the committee has it.",
    ReviewStarted "review-started" Success "The review has started.",
    Commented "commented" Success "Your comment is written.",
    Voted "voted" Success "Your vote is signed.",
    ChangesRequested "changes-requested" Success "The dossier went back to its owner.",
    Recused "recused" Success "You stepped aside from this review.",
    Withdrawn "withdrawn" Success "The submission is withdrawn.",
    Decided "decided" Success "The review is closed, and the decision is signed.",
    Revoked "revoked" Success "The approval is revoked.",
    Registered "registered" Success "Registered. Next: answer the triage.",
    Triaged "triaged" Success "The tier is set. Next: describe the context.",
    ContextSaved "context-saved" Success "The context is saved.",
    TierSet "tier-set" Success "The tier is set. If the system was under review, it went back to its owner.",
    Retired "retired" Success "Retired. Nothing was deleted; it can be reopened.",
    Reopened "reopened" Success "Reopened.",
    Transferred "transferred" Success "The system has a new owner.",
    SignedOut "signed-out" Success "You are signed out.",
    PasswordChanged "password-changed" Success "Your password is changed. Your other sessions have ended.",
    SessionsEnded "sessions-ended" Success "Those sessions have ended.",
    TokenRevoked "token-revoked" Success "The token is revoked. Its next request is refused.",
    RolesChanged "roles-changed" Success "The roles are changed. The person signs in again to use them.",
    Deactivated "deactivated" Success "This person can no longer sign in. Their sessions have ended.",
    Reactivated "reactivated" Success "This person can sign in again.",
    ReadAnew "read-anew" Success "Read by what you said. The next file with these columns is read so too.",
    CriterionAdded "criterion-added" Success "The criterion is set. The evidence is held against it from now on.",
    CriterionDropped "criterion-dropped" Success "The criterion is dropped. It judges nothing any more.",
    ProposalAccepted "proposal-accepted" Success "Rated as proposed, with the reason.",
    ProposalRejected "proposal-rejected" Success "The rating stays. Your reason is kept.",
    Archived "archived" Success "The unit is archived. Its systems keep it.",
}

impl Notice {
    /// Reads `notice=…` from a query.
    pub fn from_query(query: &str) -> Option<Self> {
        PageUrl::parse("", query).get("notice").and_then(Self::parse)
    }

    /// The address with this notice; a fragment stays at its end.
    pub fn on(self, to: &str) -> String {
        let (address, fragment) = match to.split_once('#') {
            Some((address, fragment)) => (address, format!("#{fragment}")),
            None => (to, String::new()),
        };
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        format!("{}{fragment}", PageUrl::parse(path, query).with("notice", self.code()))
    }
}

#[cfg(test)]
mod tests {
    use super::Notice;

    #[test]
    fn a_code_becomes_a_sentence_and_nothing_else_does() {
        assert_eq!(Notice::from_query("notice=saved"), Some(Notice::Saved));
        assert_eq!(Notice::from_query("notice=<b>hello</b>"), None);
        assert_eq!(Notice::Saved.on("/systems/AIS-1?tab=a#risks"), "/systems/AIS-1?tab=a&notice=saved#risks");
    }
}
