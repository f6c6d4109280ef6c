//! Croissant: what a data set is, where it comes from, and what its makers say of its risks.

use super::json::Shape;
use super::pick::{all, entry, pick, sort};
use super::slim::Slim;
use super::{Source, Unreadable};
use crate::evidence::findings::{Findings, Format};

/// Fields of the document, and those of responsible AI, that are statements.
const FACTS: &[&str] = &[
    "description",
    "license",
    "url",
    "version",
    "citeAs",
    "conformsTo",
    "creator",
    "publisher",
    "datePublished",
    "dateModified",
    "keywords",
    "inLanguage",
    "isLiveDataset",
    "rai:dataCollection",
    "rai:dataCollectionType",
    "rai:dataCollectionMissingData",
    "rai:dataCollectionRawData",
    "rai:dataCollectionTimeframe",
    "rai:dataImputationProtocol",
    "rai:dataPreprocessingProtocol",
    "rai:dataManipulationProtocol",
    "rai:dataAnnotationProtocol",
    "rai:dataAnnotationPlatform",
    "rai:dataAnnotationAnalysis",
    "rai:annotationsPerItem",
    "rai:annotatorDemographics",
    "rai:machineAnnotationTools",
    "rai:dataReleaseMaintenancePlan",
    "rai:personalSensitiveInformation",
    "rai:dataSocialImpact",
    "rai:dataBiases",
    "rai:dataLimitations",
    "rai:dataUseCases",
];

/// Whether it is a Croissant document.
pub fn fits(shape: &Shape) -> bool {
    let conforms = shape.text("conformsTo").is_some_and(|to| to.contains("mlcommons.org/croissant"));
    let kind = shape.text("@type").is_some_and(|kind| kind.rsplit([':', '/']).next() == Some("Dataset"));
    conforms || kind && shape.has(&["@context"]) && (shape.has(&["distribution"]) || shape.has(&["recordSet"]))
}

/// Reads a document.
///
/// # Errors
/// Broken JSON.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::Croissant);
    let mut picks = vec![
        all("name"),
        all("distribution"),
        all("recordSet.[].name"),
        sort("recordSet.[].@id"),
        sort("recordSet.[].field.[]"),
    ];
    let first = picks.len();
    picks.extend(FACTS.iter().map(|path| all(path)));
    let (mut sets, mut fields) = (0_usize, 0_u64);
    pick(file, Format::Croissant.label(), &picks, &mut findings, &mut |f, at, steps, piece| match at {
        0 => f.data_set(&piece.words()),
        1 => files(f, &piece),
        2 | 3 => sets = sets.max(entry(steps).saturating_add(1)),
        4 => {
            sets = sets.max(entry(steps).saturating_add(1));
            fields = fields.saturating_add(1);
        }
        _ => {
            if let Some(name) = at.checked_sub(first).and_then(|at| FACTS.get(at)) {
                f.fact(name, &said(&piece));
            }
        }
    })?;
    findings.fact("record sets", &format!("{sets} with {fields} fields"));
    if !findings.facts.iter().any(|(name, _)| name == "license") {
        findings.note("The data set names no licence");
    }
    if !findings.facts.iter().any(|(name, _)| name.starts_with("rai:")) {
        findings.note("The data set says nothing on responsible use (no rai: fields)");
    }
    Ok(findings)
}

/// A person or organisation by name, anything else in words.
fn said(piece: &Slim) -> String {
    let one = |piece: &Slim| piece.at("name").str().map_or_else(|| piece.words(), str::to_owned);
    piece.items().iter().take(50).map(one).filter(|one| !one.is_empty()).collect::<Vec<_>>().join(", ")
}

fn files(findings: &mut Findings, distribution: &Slim) {
    let mut unsealed = 0_usize;
    for file in distribution.items() {
        let kind = [file.at("@type").words(), file.at("type").words()].concat();
        // A set of files has no bytes of its own.
        if kind.ends_with("FileSet") {
            continue;
        }
        let name = [file.text("name"), file.text("@id"), file.text("contentUrl")];
        let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or("file");
        findings.fact(&format!("{name}: contentUrl"), file.text("contentUrl"));
        let sha = file.text("sha256");
        let sealed = sha.len() == 64 && sha.bytes().all(|b| b.is_ascii_hexdigit());
        if !sealed && !sha.is_empty() {
            findings.note(format!("What {name} gives as its SHA-256 is none ({sha:?})"));
        }
        match (if sealed { sha } else { "" }, file.text("md5")) {
            ("", "") => unsealed = unsealed.saturating_add(1),
            ("", md5) => {
                findings.fact(&format!("{name}: md5"), md5);
                unsealed = unsealed.saturating_add(1);
            }
            (sha, _) => findings.fact(&format!("{name}: sha256"), sha),
        }
    }
    if unsealed > 0 {
        findings.note(format!("{unsealed} files of the data set have no SHA-256"));
    }
}
