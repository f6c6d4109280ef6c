//! The fields of one question, and what they say.

use crate::components::*;
use crate::server::{FormReader, FormState};
use domain::eu_ai_act::{Answer, Compute, Kind, Question};
use leptos::prelude::*;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How an amount of compute is known, and the numbers that each way takes.
const WAYS: [(&str, &str, &[(&str, &str)]); 3] = [
    ("flop", "The amount is known", &[("flop", "Floating-point operations (FLOP), such as 3e24")]),
    (
        "hardware",
        "From the hardware",
        &[
            ("count", "Chips"),
            ("peak_flop_per_s", "Peak of one chip, in FLOP per second, such as 9.9e14"),
            ("utilisation", "Share of the peak that was reached, such as 0.4"),
            ("hours", "Hours of training"),
        ],
    ),
    (
        "model",
        "From the size of the model",
        &[("parameters", "Parameters, such as 7e10"), ("tokens", "Tokens seen in training, such as 1.5e13")],
    ),
];

/// The form as it was answered.
pub fn filled(form: FormState, answer: Option<&Answer>) -> FormState {
    match answer {
        None => form,
        Some(Answer::YesNo(yes)) => form.fill("answer", if *yes { "yes" } else { "no" }),
        Some(Answer::One(word)) => form.fill("answer", word),
        Some(Answer::Several(words)) => form.fill_all("answer", words),
        Some(Answer::Day(Some(day))) => form.fill("answer", "day").fill("day", day),
        Some(Answer::Day(None)) => form.fill("answer", "not_yet"),
        Some(Answer::Compute(None)) => form.fill("answer", "unknown"),
        Some(Answer::Compute(Some(compute))) => match *compute {
            Compute::Flop { flop } => form.fill("answer", "flop").fill("flop", number(flop)),
            Compute::Hardware { count, peak_flop_per_s, utilisation, hours } => form
                .fill("answer", "hardware")
                .fill("count", number(count))
                .fill("peak_flop_per_s", number(peak_flop_per_s))
                .fill("utilisation", number(utilisation))
                .fill("hours", number(hours)),
            Compute::Model { parameters, tokens } => {
                form.fill("answer", "model").fill("parameters", number(parameters)).fill("tokens", number(tokens))
            }
        },
    }
}

/// As it would be typed.
fn number(value: f64) -> String {
    if value >= 1e9 { format!("{value:e}") } else { value.to_string() }
}

/// What was answered, in the form that the domain reads.
pub fn read(form: &mut FormReader, question: &Question) -> Option<Value> {
    let choose = match question.kind {
        Kind::YesNo => "Choose yes or no",
        Kind::Compute => "Choose how it is known",
        _ => "Choose one",
    };
    match question.kind {
        Kind::Several => {
            let words = form.all("answer");
            if words.len() < question.at_least {
                form.error("answer", format!("Choose at least {}", question.at_least));
                return None;
            }
            Some(Value::from(words))
        }
        Kind::YesNo | Kind::OneOf => form.text("answer", choose).map(Value::from),
        Kind::Date => {
            let word = form.text("answer", choose);
            let day = form.opt_date("day");
            match (word?.as_str(), day) {
                ("day", Some(day)) => Some(Value::from(day.to_string())),
                ("day", None) => {
                    form.error("day", "Enter the day");
                    None
                }
                (word, _) => Some(Value::from(word)),
            }
        }
        Kind::Compute => {
            let way = form.text("answer", choose);
            // Every number is on the page, whichever way is chosen.
            let typed: BTreeMap<&str, Option<String>> =
                WAYS.iter().flat_map(|(_, _, numbers)| *numbers).map(|(name, _)| (*name, form.opt(name))).collect();
            let way = way?;
            let Some((_, _, numbers)) = WAYS.iter().find(|(key, ..)| *key == way) else {
                return Some(Value::from(way));
            };
            let mut fields = Map::new();
            for (name, _) in *numbers {
                let text = typed.get(name).cloned().flatten();
                match text.and_then(|text| text.replace(['_', ' '], "").parse::<f64>().ok()) {
                    Some(value) => {
                        fields.insert((*name).to_owned(), Value::from(value));
                    }
                    None => form.error(name, "Enter a number, such as 3e24"),
                }
            }
            (fields.len() == numbers.len()).then_some(Value::Object(fields))
        }
    }
}

/// The fields.
pub fn fields(question: &'static Question) -> AnyView {
    let option = |o: &domain::eu_ai_act::Choice| Choice::new(&o.key, o.label.clone()).hint(o.article.clone());
    match question.kind {
        Kind::YesNo => view! { <YesNo name="answer" label=question.title.clone()/> }.into_any(),
        Kind::OneOf => {
            let choices = question.options.iter().map(option).collect();
            view! { <Radios name="answer" label=question.title.clone() choices/> }.into_any()
        }
        Kind::Several if question.options.iter().any(|o| o.group.is_some()) => {
            let mut groups: Vec<(String, Vec<Choice>)> = Vec::new();
            for o in &question.options {
                let name = group(o.group.as_deref().unwrap_or_default());
                match groups.last_mut().filter(|(last, _)| *last == name) {
                    Some((_, list)) => list.push(option(o)),
                    None => groups.push((name, vec![option(o)])),
                }
            }
            view! { <CheckboxGroups name="answer" label=question.title.clone() groups hint="Leave all empty for none of these."/> }.into_any()
        }
        Kind::Several => {
            let choices = question.options.iter().map(option).collect();
            let hint =
                if question.at_least == 0 { "Leave all empty for none of these." } else { "Choose all that hold." };
            view! { <Checkboxes name="answer" label=question.title.clone() choices hint/> }.into_any()
        }
        Kind::Date => {
            let choices = vec![Choice::new("not_yet", "Not yet"), Choice::new("day", "On this day")];
            view! {
                <Radios name="answer" label=question.title.clone() choices/>
                <DateField name="day" label="Day" optional=true/>
            }
            .into_any()
        }
        Kind::Compute => compute(question),
    }
}

fn group(word: &str) -> String {
    match word {
        "a" => "Annex I, section A".to_owned(),
        "b" => "Annex I, section B".to_owned(),
        other => other.to_owned(),
    }
}

fn compute(question: &Question) -> AnyView {
    let mut choices: Vec<Choice> = WAYS.iter().map(|(key, label, _)| Choice::new(key, *label)).collect();
    if question.may_be_unknown {
        choices.push(Choice::new("unknown", "It is not known"));
    }
    let numbers = WAYS
        .iter()
        .map(|(_, label, numbers)| {
            let inputs = numbers
                .iter()
                .map(|(name, label)| view! { <TextField name=*name label=*label optional=true chars=20/> })
                .collect_view();
            view! { <fieldset class="group"><legend>{*label}</legend>{inputs}</fieldset> }
        })
        .collect_view();
    view! { <Radios name="answer" label=question.title.clone() choices/>{numbers} }.into_any()
}
