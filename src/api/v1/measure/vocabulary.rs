//! The vocabulary of metrics: the words that criteria are written in.

use axum::extract::State;
use domain::evidence::findings::{Better, Unit};
use domain::measure::vocabulary::Term;
use domain::risk::Characteristic;
use serde::Serialize;
use store::measure::vocabulary as register;
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::output::{Answer, List};
use crate::api::words::Word;

// The document's macros want names without parameters.
type BetterWord = Word<Better>;
type CharacteristicWord = Word<Characteristic>;
type UnitWord = Word<Unit>;

/// What a metric means, whatever a tool calls it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TermView {
    /// The name that criteria use.
    #[schema(example = "attack_success_rate")]
    pub key: String,
    /// What people read.
    pub label: String,
    /// What it measures.
    pub meaning: String,
    /// The unit of values and limits.
    pub unit: UnitWord,
    /// Where better lies.
    pub better: BetterWord,
    /// The characteristic that it usually speaks for.
    pub characteristic: CharacteristicWord,
    /// What tools call it: `format: name`, `*` for any format or any characters.
    pub aliases: Vec<String>,
}

impl From<&Term> for TermView {
    fn from(term: &Term) -> Self {
        Self {
            key: term.key.clone(),
            label: term.label.clone(),
            meaning: term.meaning.clone(),
            unit: Word(term.unit),
            better: Word(term.better),
            characteristic: Word(term.characteristic),
            aliases: term.aliases.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Lists the vocabulary of metrics
#[utoipa::path(get, path = "/metrics", tag = "Measure", security(("token" = ["criteria:read"])),
    responses((status = 200, description = "All terms", body = List<TermView>)))]
pub async fn metrics(State(api): State<Api>) -> Answer<List<TermView>> {
    let vocabulary = register::all(&api.store).await?;
    Ok(List::whole(vocabulary.terms().iter().map(TermView::from).collect()))
}
