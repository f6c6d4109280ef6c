//! The AI system: what is registered, and the words that describe it.

use crate::error::FieldErrors;
use crate::text;
use serde::{Deserialize, Serialize};

crate::words! {
    /// Where a system stands in its life.
    Stage {
        Ideation = "ideation", "Idea";
        Development = "development", "In development";
        Pilot = "pilot", "Pilot";
        Production = "production", "In production";
        Retired = "retired", "Retired";
    }
}

crate::words! {
    /// What kind of AI it is.
    Kind {
        Predictive = "predictive", "Predictive";
        Generative = "generative", "Generative";
        Agentic = "agentic", "Agentic";
        GeneralPurpose = "general_purpose", "General-purpose model";
    }
}

crate::words! {
    /// Made here or bought.
    Sourcing {
        Built = "built", "Built in-house";
        Bought = "bought", "Bought or licensed";
        Mixed = "mixed", "Built on a bought model or service";
    }
}

crate::words! {
    /// How far it acts by itself.
    Autonomy {
        Informs = "informs", "Informs a person who decides";
        Recommends = "recommends", "Recommends; a person confirms each case";
        ActsSupervised = "acts_supervised", "Acts; a person watches and can stop it";
        ActsAlone = "acts_alone", "Acts by itself";
    }
}

crate::words! {
    /// Categories of data that it processes.
    DataCategory {
        Public = "public", "Public data";
        Internal = "internal", "Internal business data";
        Confidential = "confidential", "Confidential business data";
        Personal = "personal", "Personal data";
        Special = "special", "Special categories of personal data (GDPR Art. 9)";
        Criminal = "criminal", "Criminal convictions (GDPR Art. 10)";
        Children = "children", "Data of children";
        Biometric = "biometric", "Biometric data";
        Financial = "financial", "Financial or payment data";
        Health = "health", "Health data";
        Content = "content", "Works of others (text, images, code)";
    }
}

crate::words! {
    /// Where the system stands in the workflow; computed, never written by a client.
    Status {
        Draft = "draft", "Draft";
        InReview = "in_review", "In review";
        ChangesRequested = "changes_requested", "Changes requested";
        Approved = "approved", "Approved";
        Conditional = "conditional", "Approved with conditions";
        Stale = "stale", "Approval out of date";
        Suspended = "suspended", "Approval suspended";
        Expired = "expired", "Approval expired";
        Revoked = "revoked", "Approval revoked";
        Rejected = "rejected", "Rejected";
        Prohibited = "prohibited", "Prohibited";
        Retired = "retired", "Retired";
    }
}

/// A model that a system is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Model {
    /// Who provides it.
    pub provider: String,
    /// Its name.
    pub name: String,
    /// Its version; empty when the provider names none.
    pub version: String,
}

/// The five fields that a registration needs, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// What people call it.
    pub name: String,
    /// What it is for (intended purpose).
    pub purpose: String,
    /// Where it belongs.
    pub unit: crate::ids::UnitId,
    /// Who answers for it.
    pub owner: crate::ids::PersonId,
    /// Where it stands in its life.
    pub stage: Stage,
}

impl Registration {
    /// Checks the five fields as typed.
    ///
    /// # Errors
    /// A message per field that is missing, too long or unknown.
    pub fn parse(name: &str, purpose: &str, unit: &str, owner: &str, stage: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = required(&mut errors, "name", text::line(name), "Enter a name");
        let purpose = required(&mut errors, "purpose", text::prose(purpose), "Say what the system is for");
        let unit = unit.parse().map_err(|_| errors.add("unit", "Choose a business unit")).ok();
        let owner = owner.parse().map_err(|_| errors.add("owner", "Choose who answers for the system")).ok();
        let stage = stage.parse().map_err(|_| errors.add("stage", "Choose where the system stands in its life")).ok();
        match (name, purpose, unit, owner, stage) {
            (Some(name), Some(purpose), Some(unit), Some(owner), Some(stage)) => {
                Ok(Self { name, purpose, unit, owner, stage })
            }
            _ => Err(errors),
        }
    }
}

/// Takes a checked text, or notes what is wrong with the field. The message names the field's subject.
pub fn required(
    errors: &mut FieldErrors,
    field: &str,
    checked: Result<Option<String>, &'static str>,
    missing: &str,
) -> Option<String> {
    match checked {
        Ok(Some(text)) => Some(text),
        Ok(None) => {
            errors.add(field, missing);
            None
        }
        Err(why) => {
            errors.add(field, format!("This {why}"));
            None
        }
    }
}

/// What MAP asks about a system beyond its registration. Empty until filled; a submission needs what its tier asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// What kind of AI it is.
    pub kind: Option<Kind>,
    /// Made or bought.
    pub sourcing: Option<Sourcing>,
    /// Whom it was bought from.
    pub vendor: Option<String>,
    /// Who uses it.
    pub intended_users: Option<String>,
    /// Who is affected by it.
    pub affected_groups: Option<String>,
    /// What data it processes.
    pub data_categories: Vec<DataCategory>,
    /// How far it acts by itself.
    pub autonomy: Option<Autonomy>,
    /// How people oversee it.
    pub oversight: Option<String>,
    /// Where it runs (place and provider).
    pub runs_where: Option<String>,
    /// Models it is made of.
    pub models: Vec<Model>,
}

/// Most models that a system names.
pub const MODELS_MAX: usize = 50;

impl Context {
    /// Checks every text, sorts the lists and drops what stands in them twice.
    ///
    /// # Errors
    /// A message per field that is too long or holds control characters.
    pub fn checked(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut check = |field: &str,
                         text: &mut Option<String>,
                         rule: fn(&str) -> Result<Option<String>, &'static str>| {
            match text.as_deref().map(rule).transpose() {
                Ok(checked) => *text = checked.flatten(),
                Err(why) => errors.add(field, format!("This {why}")),
            }
        };
        check("vendor", &mut self.vendor, text::line);
        check("intended_users", &mut self.intended_users, text::prose);
        check("affected_groups", &mut self.affected_groups, text::prose);
        check("oversight", &mut self.oversight, text::prose);
        check("runs_where", &mut self.runs_where, text::prose);
        if self.models.len() > MODELS_MAX {
            errors.add("models", format!("Name {MODELS_MAX} models or fewer"));
        }
        for model in &mut self.models {
            for part in [&mut model.provider, &mut model.name, &mut model.version] {
                match text::line(part) {
                    Ok(checked) => *part = checked.unwrap_or_default(),
                    Err(why) => errors.add("models", format!("Every part of a model {why}")),
                }
            }
            if model.name.is_empty() {
                errors.add("models", "Name every model, or leave its line empty");
            }
        }
        self.models.sort();
        self.models.dedup();
        self.data_categories.sort_unstable();
        self.data_categories.dedup();
        errors.into_result().map(|()| self)
    }

    /// Fills what is empty with what the triage's answers imply; gives the names of the fields that it filled, so that a
    /// page can say which ones to check.
    pub fn prefilled(&self, answers: &crate::triage::Answers) -> (Self, Vec<&'static str>) {
        use crate::triage::Question as Q;
        let (mut context, mut filled) = (self.clone(), Vec::new());
        if context.data_categories.is_empty() {
            if answers.yes(Q::Personal) || answers.yes(Q::Sensitive) {
                context.data_categories.push(DataCategory::Personal);
            } else {
                context.data_categories.push(DataCategory::Internal);
            }
            filled.push("data_categories");
        }
        if context.autonomy.is_none() {
            let acts = answers.yes(Q::Acts);
            context.autonomy = Some(if acts { Autonomy::ActsSupervised } else { Autonomy::Recommends });
            filled.push("autonomy");
        }
        if context.sourcing.is_none() && context.vendor.is_some() {
            context.sourcing = Some(Sourcing::Bought);
            filled.push("sourcing");
        }
        (context, filled)
    }
}

#[cfg(test)]
#[path = "system_tests.rs"]
mod tests;
