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
        Kind::Evaluation => ("Evaluation on held-out cases", "json", evaluation(system, seed, day), None),
        Kind::Verification => ("Verification of the build", "txt", verification(system, day), None),
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

fn evaluation(system: &str, seed: usize, day: NaiveDate) -> String {
    let (cases, right) = (1_200 + seed * 31 % 400, 1_100 + seed * 17 % 90);
    serde_json::json!({
        "system": system, "run_on": day, "state": "complete", "cases": cases,
        "metrics": [
            { "name": "accuracy", "value": right as f64 / cases as f64, "n": cases },
            { "name": "refused", "value": (seed * 3 % 20) as f64 / cases as f64, "n": cases },
        ],
    })
    .to_string()
}

fn verification(system: &str, day: NaiveDate) -> String {
    format!("Verification of {system}\n{day}\n\nThe container that runs was built from the tagged source.\n")
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
