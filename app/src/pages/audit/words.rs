//! Actions and fields of the trail in words. What is not listed here is shown as it is stored, with its dots as spaces:
//! a new action needs no line to be readable.

/// What somebody did, after their name: "rated", "submitted".
pub fn did(action: &str) -> String {
    let known = match action {
        "system.register" => "registered",
        "system.edit" | "evidence.edit" | "risk.write" | "mitigation.write" | "criterion.write" => "changed",
        "system.transfer" => "changed the people of",
        "system.retire" => "retired",
        "triage.answer" => "answered the triage of",
        "tier.override" => "set the tier of",
        "risk.add" | "mitigation.add" | "evidence.add" | "criterion.add" | "person.add" => "added",
        "risk.rate" => "rated",
        "risk.handle" => "decided what to do about",
        "risk.close" => "closed",
        "risk.reopen" => "reopened",
        "mitigation.advance" => "reported progress on",
        "evidence.withdraw" => "withdrew",
        "evidence.map" => "said what the columns mean of",
        "criterion.drop" => "dropped",
        "proposal.accept" => "rated as proposed",
        "proposal.reject" => "kept the rating of",
        "profile.answer" => "answered",
        "profile.verify" => "verified the answer to",
        "profile.unverify" => "took back the verification of",
        "screening.answer" => "answered the EU AI Act interview of",
        "screening.conclude" => "screened",
        "framework.import" => "loaded the framework",
        "vocabulary.manage" => "changed the metric",
        "vocabulary.remove" => "removed the metric",
        "signing_key.add" => "began to sign with the key",
        "review.submit" => "submitted",
        "review.withdraw" => "withdrew",
        "review.open" => "started",
        "review.comment" => "commented on",
        "review.request_changes" => "asked for changes in",
        "review.vote" => "voted on",
        "review.recuse" => "stepped aside from",
        "review.decide" => "decided",
        "review.expire" => "noted the end of",
        "decision.revoke" => "revoked",
        "inventory.import" | "risk.import" | "mitigation.import" => "imported",
        "view.save" => "saved the view",
        "view.delete" => "deleted the view",
        "matrix.manage" => "changed the risk matrix:",
        "units.manage" => "changed the business unit",
        "person.deactivate" => "deactivated",
        "person.reactivate" => "reactivated",
        "person.invite" | "person.invite_again" | "person.first_link" => "invited",
        "person.first" | "person.join" => "took up the invitation of",
        "person.reset_link" => "gave a link for a new password to",
        "person.password" | "person.reset" => "changed the password of",
        "person.rehash" => "strengthened the stored password of",
        "person.roles" => "changed the roles of",
        "token.make" => "made the API token",
        "token.revoke" => "revoked the API token",
        "service.add" => "added the service account",
        "session.sign_in" => "signed in",
        "session.sign_out" => "signed out",
        "session.end" => "ended a session of",
        other => return other.replace(['.', '_'], " "),
    };
    known.to_owned()
}

/// The token that something was done with, after who did it: "through the token nightly of Maya Lindqvist".
pub fn via(via: &domain::actor::Via) -> String {
    format!("through the token \u{201c}{}\u{201d} of {}", via.token, via.owner)
}

/// The name of an action where it is chosen: "Risk: rate".
pub fn action(action: &str) -> String {
    let (noun, verb) = action.split_once('.').unwrap_or((action, ""));
    capital(&format!("{noun}: {verb}").replace('_', " "))
}

/// The name of a field: "speaks_of" is "Speaks of".
pub fn field(name: &str) -> String {
    let name = name.strip_suffix("_id").unwrap_or(name);
    if name == "sha256" { "SHA-256".to_owned() } else { capital(&name.replace(['_', '.'], " ")) }
}

/// The page of a thing, where it has one.
pub fn href(kind: &str, reference: &str) -> Option<String> {
    let area = match kind {
        "system" => "systems",
        "risk" => "risks",
        "mitigation" => "mitigations",
        "evidence" => "evidence",
        "criterion" => "criteria",
        "review" => "reviews",
        "decision" => "decisions",
        _ => return None,
    };
    // Several things in one event ("R-1 to R-3") have no page of their own.
    let one = reference.split_once('-').is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    one.then(|| format!("/{area}/{reference}"))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_can_be_read() {
        assert_eq!(did("risk.rate"), "rated");
        assert_eq!(did("robot.wind_up"), "robot wind up");
        assert_eq!(action("review.request_changes"), "Review: request changes");
        assert_eq!(field("business_unit_id"), "Business unit");
        assert_eq!(href("risk", "R-7"), Some("/risks/R-7".to_owned()));
        assert_eq!(href("risk", "R-7 to R-9"), None);
        assert_eq!(href("person", "Ada"), None);
    }
}
