//! Outcomes of DeepEval test cases: the score and the verdict of each metric. A case is known by its name and its input; the
//! names that DeepEval gives by number say nothing. A metric without a verdict is none.

use super::super::deepeval::{Case, FORMAT};
use super::super::loose::Object;
use super::super::walk::{Each, Walk, Walked, document, skip};
use super::super::{Source, Unreadable};
use super::Outcomes;
use super::collect::Collect;
use super::print::sample;
use serde::de::MapAccess;

/// A test run while it is read.
#[derive(Default)]
struct Run(Collect);

impl Walk for Run {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "testRunData" => map.next_value_seed(Walked(self)).map(drop),
            "testCases" | "conversationalTestCases" => {
                map.next_value_seed(Each::new(|case: Object<Case>| self.add(&case.0.unwrap_or_default())))
            }
            _ => skip(map),
        }
    }
}

/// Reads one.
///
/// # Errors
/// Broken JSON, or a stream that failed.
pub(super) fn read(file: &mut dyn Source) -> Result<Outcomes, Unreadable> {
    let mut run = Run::default();
    document(file, FORMAT, Walked(&mut run))?;
    Ok(run.0.finish())
}

impl Run {
    fn add(&mut self, case: &Case) {
        let (name, input) = (case.name.word().unwrap_or_default(), case.input.0.as_str());
        let name = if is_number(&name) && !input.is_empty() { "" } else { name.as_str() };
        if name.is_empty() && input.is_empty() {
            return;
        }
        let sample = sample(&[name, input]);
        for metric in case.judged() {
            let judged = metric.unjudged().is_none();
            let called = metric.called();
            let verdict = f64::from(u8::from(metric.success.bool() == Some(true)));
            self.0.add((called, ""), sample, 0, metric.score.num().filter(|_| judged));
            self.0.add(("pass_rate", called), sample, 0, Some(verdict).filter(|_| judged));
        }
    }
}

/// Whether a name only says the how-manieth case it is: `test_case_3`, `conversational_test_case_0`.
fn is_number(name: &str) -> bool {
    let number = name.strip_prefix("conversational_").unwrap_or(name).strip_prefix("test_case_");
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}
