//! Answers in words.

use domain::eu_ai_act::{Answer, Class, Compute, Question};

use crate::components::Tone;
use crate::format;

/// An answer as people read it.
pub fn said(question: &Question, answer: &Answer) -> Vec<String> {
    let label = |word: &str| question.option(word).map_or_else(|| word.to_owned(), |option| option.label.clone());
    match answer {
        Answer::YesNo(yes) => vec![if *yes { "Yes" } else { "No" }.to_owned()],
        Answer::One(word) => vec![label(word)],
        Answer::Several(words) if words.is_empty() => vec!["None of these".to_owned()],
        Answer::Several(words) => words.iter().map(|word| label(word)).collect(),
        Answer::Day(Some(day)) => vec![format::date(*day)],
        Answer::Day(None) => vec!["Not yet".to_owned()],
        Answer::Compute(None) => vec!["Not known".to_owned()],
        Answer::Compute(Some(compute)) => vec![amount(compute)],
    }
}

/// "2.1e25 FLOP, from 400 chips …".
fn amount(compute: &Compute) -> String {
    let flop = compute.flop();
    match compute {
        Compute::Flop { .. } => format!("{flop:.2e} FLOP"),
        Compute::Hardware { count, peak_flop_per_s, utilisation, hours } => format!(
            "{flop:.2e} FLOP: {count} chips at {peak_flop_per_s:.2e} FLOP/s, {} % used, for {hours} hours",
            utilisation * 100.0
        ),
        Compute::Model { parameters, tokens } => {
            format!("{flop:.2e} FLOP: 6 \u{d7} {parameters:.2e} parameters \u{d7} {tokens:.2e} tokens")
        }
    }
}

/// How grave a class looks.
pub fn tone(class: Class) -> Tone {
    match class {
        Class::Prohibited => Tone::Danger,
        Class::HighRiskProduct | Class::HighRiskArea | Class::SystemicModel => Tone::Warning,
        Class::GeneralPurposeModel | Class::Transparency => Tone::Info,
        Class::Minimal | Class::OutOfScope | Class::NotAiSystem => Tone::Neutral,
    }
}
