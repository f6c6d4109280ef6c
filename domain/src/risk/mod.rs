//! Risks: cause → event → consequence (ISO 31000), rated on a matrix, treated, watched.

pub mod hints;
pub mod library;
pub mod matrix;

use crate::ids::PersonId;
use crate::{error::FieldErrors, system::required, text};

crate::words! {
    /// Characteristics of trustworthy AI (NIST AI RMF 1.0, section 3).
    Characteristic {
        ValidReliable = "valid_reliable", "Valid and reliable";
        Safe = "safe", "Safe";
        SecureResilient = "secure_resilient", "Secure and resilient";
        AccountableTransparent = "accountable_transparent", "Accountable and transparent";
        ExplainableInterpretable = "explainable_interpretable", "Explainable and interpretable";
        PrivacyEnhanced = "privacy_enhanced", "Privacy-enhanced";
        Fair = "fair", "Fair, with harmful bias managed";
    }
}

crate::words! {
    /// What is decided to do about a risk (ISO 31000, 6.5.2).
    Treatment {
        Mitigate = "mitigate", "Mitigate";
        Accept = "accept", "Accept";
        Transfer = "transfer", "Transfer";
        Avoid = "avoid", "Avoid";
    }
}

crate::words! {
    /// Where a risk stands. `Accepted` counts only with a decision of the committee behind it.
    Status {
        Open = "open", "Open";
        Treating = "treating", "Being treated";
        Accepted = "accepted", "Accepted";
        Closed = "closed", "Closed";
    }
}

crate::words! {
    /// Which rating: before mitigations, with those that are in place, and the one aimed at.
    RatingKind {
        Inherent = "inherent", "Inherent";
        Residual = "residual", "Residual";
        Target = "target", "Target";
    }
}

/// A risk as it is written down, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskText {
    /// Short name.
    pub title: String,
    /// What brings it about.
    pub cause: String,
    /// What happens.
    pub event: String,
    /// What follows for people or the organisation.
    pub consequence: String,
    /// The characteristic of trustworthy AI that it threatens.
    pub characteristic: Characteristic,
}

impl RiskText {
    /// Checks a risk as typed.
    ///
    /// # Errors
    /// A message per field.
    pub fn parse(
        title: &str,
        cause: &str,
        event: &str,
        consequence: &str,
        characteristic: &str,
    ) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let title = required(&mut errors, "title", text::line(title), "Enter a title");
        let cause = required(&mut errors, "cause", text::prose(cause), "Say what could bring it about");
        let event = required(&mut errors, "event", text::prose(event), "Say what could happen");
        let consequence =
            required(&mut errors, "consequence", text::prose(consequence), "Say what would follow, and for whom");
        let characteristic =
            characteristic.parse().map_err(|_| errors.add("characteristic", "Choose a characteristic")).ok();
        match (title, cause, event, consequence, characteristic) {
            (Some(title), Some(cause), Some(event), Some(consequence), Some(characteristic)) => {
                Ok(Self { title, cause, event, consequence, characteristic })
            }
            _ => Err(errors),
        }
    }
}

/// A risk's treatment and who answers for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handling {
    /// What is decided to do.
    pub treatment: Option<Treatment>,
    /// Who answers for it.
    pub owner: Option<PersonId>,
    /// Where it stands.
    pub status: Status,
}
