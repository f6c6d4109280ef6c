//! What the gate answered, as a statement that somebody without the register can check: by the instance's public key.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::measure::gate::Reason;
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use store::measure::gate::Answer;

use super::Signer;
use super::dsse::{Envelope, Invalid};

/// The envelope's type.
pub const TYPE: &str = "application/vnd.countersign.gate+json";
/// The version of what a statement holds.
pub const FORMAT: u32 = 1;
/// How long an answer may be relied on: longer, and what it rests on has changed.
const HOURS: i64 = 24;

/// A gate's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// [`FORMAT`].
    pub format: u32,
    /// Where it was asked, "https://risk.example.org".
    pub instance: String,
    /// AIS-12
    pub system: String,
    /// The system's name.
    pub name: String,
    /// Whether it may go on.
    pub allow: bool,
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// Until when the answer may be relied on: a day, and never beyond the approval's last.
    pub valid_until: DateTime<Utc>,
    /// The model version that was asked about.
    pub model: Option<String>,
    /// The approval that it rests on.
    pub decision: Option<Decided>,
    /// Every reason, held or not.
    pub reasons: Vec<Reason>,
    /// The evidence that decided, by reference.
    pub evidence: Vec<Rested>,
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// D-3
    pub reference: String,
    /// SHA-256 of the dossier that was signed, hexadecimal.
    pub dossier_sha256: String,
    /// Its last day.
    pub valid_until: Option<NaiveDate>,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rested {
    /// E-9
    pub reference: String,
    /// SHA-256 of its file, hexadecimal.
    pub sha256: String,
}

impl Statement {
    /// What was answered.
    #[must_use]
    pub fn of(answer: &Answer, instance: &str) -> Self {
        let decided = answer.board.scorecard.results().filter_map(|result| result.deciding.as_ref());
        let evidence: BTreeMap<_, _> = decided.map(|found| (found.evidence, found.sha256.clone())).collect();
        let approval = answer.approval.as_ref();
        Self {
            format: FORMAT,
            instance: instance.to_owned(),
            system: answer.board.located.reference.to_string(),
            name: answer.board.located.name.clone(),
            allow: answer.gate.allow,
            at: answer.at,
            valid_until: until(answer.at, approval.and_then(|found| found.valid_until)),
            model: answer.model.clone(),
            decision: approval.map(|found| Decided {
                reference: found.reference.to_string(),
                dossier_sha256: found.dossier_sha256.clone(),
                valid_until: found.valid_until,
            }),
            reasons: answer.gate.reasons.clone(),
            evidence: evidence
                .into_iter()
                .map(|(reference, sha256)| Rested { reference: reference.to_string(), sha256 })
                .collect(),
        }
    }

    /// Signs it, as canonical JSON.
    ///
    /// # Errors
    /// When it can't be JSON.
    pub fn seal(&self, signer: &Signer) -> Result<Envelope, serde_json::Error> {
        let text = domain::canonical::to_string(self)?;
        Ok(Envelope::seal(signer, TYPE, text.as_bytes()))
    }

    /// Reads one that a given key has signed.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn open(envelope: &Envelope, keys: &[VerifyingKey]) -> Result<Self, Invalid> {
        let payload = envelope.open(TYPE, keys)?;
        let said: Self = serde_json::from_slice(&payload).map_err(|error| Invalid::Text(error.to_string()))?;
        match said.format {
            FORMAT => Ok(said),
            other => Err(Invalid::Text(format!("it is of format {other}, and this program reads {FORMAT}"))),
        }
    }
}

/// A day after it was asked, or the end of the approval's last day where that comes first.
fn until(at: DateTime<Utc>, last: Option<NaiveDate>) -> DateTime<Utc> {
    let tomorrow = at + TimeDelta::hours(HOURS);
    let end = last.and_then(|day| day.checked_add_days(Days::new(1))).map(|day| day.and_time(NaiveTime::MIN).and_utc());
    end.map_or(tomorrow, |end| end.clamp(at, tomorrow))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::measure::gate::Check;

    fn statement() -> Statement {
        let at: DateTime<Utc> = "2026-11-24T10:00:00Z".parse().unwrap();
        Statement {
            format: FORMAT,
            instance: "https://risk.example.org".into(),
            system: "AIS-12".into(),
            name: "Claims triage".into(),
            allow: true,
            at,
            valid_until: until(at, None),
            model: Some("3.1".into()),
            decision: None,
            reasons: vec![Reason { check: Check::Approval, holds: true, says: "Approved by D-3".into() }],
            evidence: vec![Rested { reference: "E-9".into(), sha256: "00".repeat(32) }],
        }
    }

    fn keys(signer: &Signer) -> Vec<VerifyingKey> {
        vec![VerifyingKey::from_bytes(&signer.public()).unwrap()]
    }

    #[test]
    fn it_is_read_as_it_was_said_and_only_with_the_right_key() {
        let (ours, other) = (Signer::new(&[7; 32]), Signer::new(&[8; 32]));
        let sealed = statement().seal(&ours).unwrap();
        assert_eq!(Statement::open(&sealed, &keys(&ours)).unwrap(), statement());
        assert_eq!(Statement::open(&sealed, &keys(&other)), Err(Invalid::Signature));
        // Through JSON, as it is kept.
        let kept: Envelope = serde_json::from_str(&serde_json::to_string(&sealed).unwrap()).unwrap();
        assert!(Statement::open(&kept, &keys(&ours)).is_ok());
    }

    #[test]
    fn another_format_or_no_statement_at_all_is_refused_though_it_is_signed() {
        let ours = Signer::new(&[7; 32]);
        let newer = Statement { format: 2, ..statement() }.seal(&ours).unwrap();
        assert!(matches!(Statement::open(&newer, &keys(&ours)), Err(Invalid::Text(_))));
        let nothing = Envelope::seal(&ours, TYPE, b"{\"allow\":true}");
        assert!(matches!(Statement::open(&nothing, &keys(&ours)), Err(Invalid::Text(_))));
    }

    #[test]
    fn an_answer_is_good_for_a_day_and_not_beyond_its_approval() {
        let at: DateTime<Utc> = "2026-11-24T10:00:00Z".parse().unwrap();
        let good = |last: Option<&str>| until(at, last.map(|day| day.parse().unwrap())).to_rfc3339();
        assert_eq!(good(None), "2026-11-25T10:00:00+00:00");
        assert_eq!(good(Some("2027-01-01")), "2026-11-25T10:00:00+00:00");
        assert_eq!(good(Some("2026-11-24")), "2026-11-25T00:00:00+00:00", "its last day counts");
        assert_eq!(good(Some("2026-11-20")), "2026-11-24T10:00:00+00:00", "never before it was asked");
    }
}
