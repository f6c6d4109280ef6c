//! Evidence files of the demonstration: small, readable, and different for each system.

use chrono::NaiveDate;
use domain::evidence::Kind;

/// A file and what is said about it.
pub struct Paper {
    pub file_name: String,
    pub title: String,
    pub note: Option<String>,
    pub bytes: Vec<u8>,
}

/// The file of one kind for a system. `seed` makes the numbers differ.
pub fn paper(kind: Kind, system: &str, seed: usize, day: NaiveDate) -> Paper {
    let slug: String = system.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let (title, extension, body, note) = match kind {
        Kind::Test => (
            "Error rates by group",
            "csv",
            groups(seed),
            Some("Groups with fewer than 50 cases are listed, but nothing is concluded from them."),
        ),
        Kind::Evaluation => ("Evaluation on held-out cases", "json", evaluation(&slug, seed, day), None),
        Kind::Verification => ("Verification of the build", "xml", verification(system, seed, day), None),
        Kind::Validation => (
            "Validation with the people who use it",
            "md",
            validation(system, seed, day),
            Some("Done by people who did not build it."),
        ),
        Kind::Document => ("Description for the people who use it", "md", description(system, day), None),
    };
    Paper {
        file_name: format!("{slug}-{}-{day}.{extension}", kind.as_str()),
        title: format!("{title}, {}", day.format("%B %Y")),
        note: note.map(str::to_owned),
        bytes: body.into_bytes(),
    }
}

fn groups(seed: usize) -> String {
    let mut out = String::from("group,cases,errors,error_rate\n");
    for (n, group) in ["18-29", "30-44", "45-59", "60-74", "75 and older"].iter().enumerate() {
        let cases = 2_400 - 430 * n + seed * 13 % 97;
        let errors = cases * (38 + (seed * 7 + n * 5) % 21) / 1_000;
        out.push_str(&format!("{group},{cases},{errors},{:.4}\n", errors as f64 / cases as f64));
    }
    out
}

/// As lm-evaluation-harness writes its results.
fn evaluation(task: &str, seed: usize, day: NaiveDate) -> String {
    let (cases, right) = (1_200 + seed * 31 % 400, 1_100 + seed * 17 % 90);
    let share = |n: usize| n as f64 / cases as f64;
    let stderr = |p: f64| (p * (1.0 - p) / (cases - 1) as f64).sqrt();
    let (accuracy, refused) = (share(right), share(seed * 3 % 20));
    let written = day.and_hms_opt(9, 30, 0).map_or(0, |at| at.and_utc().timestamp());
    serde_json::json!({
        "results": { task: {
            "alias": task, "acc,none": accuracy, "acc_stderr,none": stderr(accuracy), "refused,none": refused,
            "refused_stderr,none": stderr(refused),
        }},
        "group_subtasks": { task: [] }, "configs": { task: { "task": task, "num_fewshot": 0 } },
        "versions": { task: 1.0 }, "n-shot": { task: 0 },
        "higher_is_better": { task: { "acc": true, "refused": false } },
        "n-samples": { task: { "original": cases, "effective": cases } },
        "config": { "model": "local-completions", "model_args": format!("model={task}"), "limit": null },
        "date": written, "model_name": task, "total_evaluation_time_seconds": format!("{}.5", 300 + seed % 900),
    })
    .to_string()
}

/// As a test runner writes it.
fn verification(system: &str, seed: usize, day: NaiveDate) -> String {
    let checks = [
        "the container was built from the tagged source",
        "the model file has the hash that was approved",
        "no dependency has a known critical vulnerability",
        "the fallback answers when the model does not",
        "inputs beyond the limits are refused",
        "a person can set an output aside",
    ];
    let cases: String =
        checks.iter().map(|check| format!("  <testcase classname=\"release\" name=\"{check}\"/>\n")).collect();
    let skipped = match seed % 4 {
        0 => {
            "  <testcase classname=\"release\" name=\"load of a month's end\"><skipped message=\"no load generator here\"/></testcase>\n"
        }
        _ => "",
    };
    let count = checks.len() + usize::from(!skipped.is_empty());
    let name = system.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{name}\" timestamp=\"{day}T07:15:00\" tests=\"{count}\" \
         failures=\"0\" errors=\"0\" skipped=\"{}\">\n{cases}{skipped}</testsuite>\n",
        usize::from(!skipped.is_empty())
    )
}

fn validation(system: &str, seed: usize, day: NaiveDate) -> String {
    let people = 6 + seed % 9;
    format!(
        "# Validation of {system}\n\n{day}, with {people} people who work with it every day.\n\n\
         Each of them worked through 30 real cases, half of them with the system. We noted where they followed it \
         although it was wrong, and where they set it aside although it was right.\n\n\
         - followed a wrong output: {} of {}\n- set a right output aside: {} of {}\n",
        seed % 7,
        people * 15,
        3 + seed % 11,
        people * 15
    )
}

fn description(system: &str, day: NaiveDate) -> String {
    format!(
        "# {system}: what it does and what it does not\n\n{day}\n\nIt helps; it does not decide. When in doubt, decide \
         without it and tell the owner.\n"
    )
}
