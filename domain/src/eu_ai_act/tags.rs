//! What holds for a system, as a closed list of words: obligations, reasons and warnings are picked by them.

use super::facts::View;
use super::key::Key;
use std::collections::BTreeSet;

crate::words! {
    /// Something that holds for the screened system or model, or for us.
    Tag {
        NotAi = "not_ai", "No AI system";
        PlainModel = "plain_model", "A model that is not general-purpose";
        NoUnionLink = "no_union_link", "No link to the Union";
        ExcludedMilitary = "excluded_military", "Military, defence, national security";
        ExcludedCooperation = "excluded_cooperation", "International cooperation";
        ExcludedResearch = "excluded_research", "Scientific research only";
        ExcludedBeforeRelease = "excluded_before_release", "Before release";
        PersonalUse = "personal_use", "Personal use";
        OpenSourceExempt = "open_source_exempt", "Open source, exempt";
        InScope = "in_scope", "A system in scope";
        Stopped = "stopped", "Prohibited on any ground";
        Prohibited = "prohibited", "Prohibited since 2025";
        ProhibitedContent = "prohibited_content", "Prohibited since 2026";
        PhysicalState = "physical_state", "Reads a physical state only";
        EmotionExcepted = "emotion_excepted", "Emotions for medical or safety reasons";
        RealtimePermitted = "realtime_permitted", "Real-time identification for a named objective";
        ContentPrevented = "content_prevented", "Ban on sexual content does not hold";
        UnsafeSupply = "unsafe_supply", "Used, though offered without safeguards";
        NoSafetyComponent = "no_safety_component", "In a product without safety function";
        AssessedForOtherRisks = "assessed_for_other_risks", "Product assessed for other risks";
        NotAssessed = "not_assessed", "Product not assessed by a third party";
        SectionA = "section_a", "High-risk product, Section A";
        SectionB = "section_b", "High-risk product, Section B";
        Area = "area", "High-risk by area";
        HighRiskDuties = "high_risk_duties", "Bound by Chapter III";
        Profiling = "profiling", "Profiles people, under Annex III";
        Exception = "exception", "Excepted by Art. 6(3)";
        Verification = "verification", "Only verification";
        FraudDetection = "fraud_detection", "Only fraud detection";
        TravelDocuments = "travel_documents", "Only travel documents";
        CampaignLogistics = "campaign_logistics", "Only logistics of a campaign";
        Biometrics = "biometrics", "Annex III, point 1";
        AreaOtherThanBiometrics = "area_other_than_biometrics", "Annex III, points 2 to 8";
        RemoteIdentification = "remote_identification", "Annex III, point 1(a)";
        Infrastructure = "infrastructure", "Annex III, point 2";
        AreaOtherThanInfrastructure = "area_other_than_infrastructure", "Annex III, not point 2";
        Enforcement = "enforcement", "Annex III, points 1, 6 or 7";
        PublicAuthority = "public_authority", "Public authority as deployer";
        FundamentalRights = "fundamental_rights", "Owes the assessment of Art. 27";
        Workplace = "workplace", "Used at the workplace";
        LegacyArea = "legacy_area", "Annex III, there before";
        LegacyProduct = "legacy_product", "Annex I, there before";
        LegacyPublic = "legacy_public", "There before, for public authorities";
        LegacyLargeIt = "legacy_large_it", "There before, large IT system";
        ChangeOfRole = "change_of_role", "Provider by Art. 25";
        OwnName = "own_name", "Own name";
        SubstantialModification = "substantial_modification", "Substantial modification";
        NewPurpose = "new_purpose", "New purpose";
        ManufacturerProvider = "manufacturer_provider", "Manufacturer as provider";
        Small = "small", "SME or small mid-cap";
        Sme = "sme", "SME";
        OutsideUnion = "outside_union", "Established outside the Union";
        Talks = "talks", "Art. 50(1)";
        Synthetic = "synthetic", "Art. 50(2)";
        Exposed = "exposed", "Art. 50(3)";
        DeepFake = "deep_fake", "Art. 50(4), deep fakes";
        DeepFakeInArt = "deep_fake_in_art", "Art. 50(4), deep fakes in art";
        PublicText = "public_text", "Art. 50(4), text";
        ModelOfOthers = "model_of_others", "Model of others, unchanged";
        ModelNotPlaced = "model_not_placed", "Model not placed on the market";
        MinorModification = "minor_modification", "Further training below the threshold";
        OwnModel = "own_model", "Provider of an own model";
        ModifiedModel = "modified_model", "Provider of a changed model";
        ModelDuties = "model_duties", "Bound by Art. 53";
        ModelDocuments = "model_documents", "Bound by Art. 53(1)(a) and (b)";
        Systemic = "systemic", "Systemic risk";
        PresumedSystemic = "presumed_systemic", "Systemic risk presumed by compute";
        ClassifiedSystemic = "classified_systemic", "Systemic risk on other grounds";
        BelowIndicative = "below_indicative", "Below the Commission's indication";
        OriginalUnknown = "original_unknown", "Original compute unknown";
        ModelOfBefore = "model_of_before", "Model of before August 2025";
        Minimal = "minimal", "Nothing else holds";
    }
}

/// What holds, by these answers.
pub(super) fn tags(view: &View<'_>) -> BTreeSet<Tag> {
    let tests = scope(view)
        .into_iter()
        .chain(practices(view))
        .chain(high_risk(view))
        .chain(exceptions(view))
        .chain(duties(view))
        .chain(transparency(view))
        .chain(models(view));
    let mut tags: BTreeSet<Tag> = tests.filter_map(|(tag, holds)| holds.then_some(tag)).collect();
    let any = |list: &[Tag]| list.iter().any(|tag| tags.contains(tag));
    let graver = [Tag::Stopped, Tag::Area, Tag::SectionA, Tag::SectionB, Tag::ModelDuties, Tag::OpenSourceExempt];
    let open = [Tag::Talks, Tag::Synthetic, Tag::Exposed, Tag::DeepFake, Tag::PublicText];
    if any(&[Tag::InScope]) && !any(&graver) && !any(&open) {
        tags.insert(Tag::Minimal);
    }
    tags
}

type Tests = Vec<(Tag, bool)>;

fn scope(view: &View<'_>) -> Tests {
    let excluded = |word| view.has(Key::Exclusions, word);
    let model = view.is_model();
    let linked = view.any(Key::UnionLink);
    vec![
        (Tag::NotAi, view.is(Key::Subject, "neither")),
        (Tag::PlainModel, model && view.is(Key::ModelOrigin, "none")),
        (Tag::NoUnionLink, (view.is_system() || model) && !linked),
        (Tag::ExcludedMilitary, excluded("military")),
        (Tag::ExcludedCooperation, excluded("cooperation")),
        (Tag::ExcludedResearch, excluded("research_only")),
        (Tag::ExcludedBeforeRelease, excluded("before_release")),
        (Tag::PersonalUse, excluded("personal_use") && view.has(Key::Roles, "deployer")),
        (Tag::OpenSourceExempt, view.yes(Key::OpenSource)),
        (Tag::InScope, view.in_scope() && !view.yes(Key::OpenSource)),
    ]
}

fn practices(view: &View<'_>) -> Tests {
    let content = ["intimate_content", "child_abuse_material"];
    let banned = view.practices();
    let asked_content = content.iter().any(|practice| view.has(Key::Practices, practice));
    let banned_content = banned.iter().any(|practice| content.contains(practice));
    vec![
        (Tag::Stopped, view.stopped()),
        (Tag::Prohibited, banned.iter().any(|practice| !content.contains(practice))),
        (Tag::ProhibitedContent, banned_content),
        (Tag::ContentPrevented, asked_content && !banned_content),
        (Tag::UnsafeSupply, asked_content && view.uses_what_others_left_unsafe()),
        (Tag::PhysicalState, view.is(Key::EmotionPurpose, "physical_state")),
        (Tag::EmotionExcepted, view.is(Key::EmotionPurpose, "medical_or_safety")),
        (Tag::RealtimePermitted, view.realtime_permitted()),
    ]
}

fn high_risk(view: &View<'_>) -> Tests {
    let points = view.points();
    let area = view.area() && !view.stopped();
    let point = |starts: &[char]| area && points.iter().any(|point| point.starts_with(starts));
    vec![
        (Tag::NoSafetyComponent, view.is(Key::ProductFunction, "no_safety")),
        (Tag::AssessedForOtherRisks, view.is(Key::ThirdPartyAssessment, "other_risks")),
        (Tag::NotAssessed, view.is(Key::ThirdPartyAssessment, "not_required")),
        (Tag::SectionA, view.section_a()),
        (Tag::SectionB, view.section_b()),
        (Tag::Area, area),
        (Tag::HighRiskDuties, view.high_risk_duties()),
        (Tag::Biometrics, point(&['1'])),
        (Tag::AreaOtherThanBiometrics, point(&['2', '3', '4', '5', '6', '7', '8'])),
        (Tag::RemoteIdentification, area && points.contains("1a")),
        (Tag::Infrastructure, point(&['2'])),
        (Tag::AreaOtherThanInfrastructure, point(&['1', '3', '4', '5', '6', '7', '8'])),
        (Tag::Enforcement, point(&['1', '6', '7'])),
    ]
}

fn exceptions(view: &View<'_>) -> Tests {
    vec![
        (Tag::Profiling, view.yes(Key::Profiling)),
        (Tag::Exception, view.exception()),
        (Tag::Verification, view.yes(Key::VerificationOnly)),
        (Tag::FraudDetection, view.yes(Key::FraudDetectionOnly)),
        (Tag::TravelDocuments, view.yes(Key::TravelDocumentsOnly)),
        (Tag::CampaignLogistics, view.yes(Key::CampaignLogisticsOnly)),
    ]
}

/// Who we are, and what was there before.
fn duties(view: &View<'_>) -> Tests {
    let sme = view.is(Key::CompanySize, "sme");
    let changed = |word| view.has(Key::ChangeOfRole, word);
    let starts = [view.area_start(), view.product_start()];
    vec![
        (Tag::PublicAuthority, view.is(Key::PublicBody, "public_authority")),
        (Tag::FundamentalRights, owes_rights_assessment(view)),
        (Tag::Workplace, view.yes(Key::Workplace)),
        (Tag::LegacyArea, view.area() && view.area_start().is_none()),
        (Tag::LegacyProduct, view.section_a() && view.product_start().is_none()),
        (Tag::LegacyPublic, starts.iter().flatten().any(|start| start.narrow)),
        (Tag::LegacyLargeIt, view.yes(Key::LargeScaleIt)),
        (Tag::ChangeOfRole, view.any(Key::ChangeOfRole)),
        (Tag::OwnName, changed("own_name")),
        (Tag::SubstantialModification, changed("substantial_modification")),
        (Tag::NewPurpose, changed("new_purpose")),
        (Tag::ManufacturerProvider, view.yes(Key::ManufacturerName)),
        (Tag::Sme, sme),
        (Tag::Small, sme || view.is(Key::CompanySize, "small_midcap")),
        (Tag::OutsideUnion, view.yes(Key::OutsideUnion)),
    ]
}

/// Art. 27(1): public bodies and private ones with public services for any area but infrastructure; anybody for credit
/// and insurance.
fn owes_rights_assessment(view: &View<'_>) -> bool {
    let points = view.points();
    let public = view.is(Key::PublicBody, "public_authority") || view.is(Key::PublicBody, "public_services");
    let not_infrastructure = points.iter().any(|point| *point != "2");
    view.area() && ((public && not_infrastructure) || points.contains("5b") || points.contains("5c"))
}

fn transparency(view: &View<'_>) -> Tests {
    let art = view.is(Key::DeepFakeException, "artistic");
    vec![
        (Tag::Talks, view.is(Key::TalksException, "none")),
        (Tag::Synthetic, view.must_mark()),
        (Tag::Exposed, view.no(Key::ExposedException)),
        (Tag::DeepFake, art || view.is(Key::DeepFakeException, "none")),
        (Tag::DeepFakeInArt, art),
        (Tag::PublicText, view.is(Key::PublicTextException, "none")),
    ]
}

fn models(view: &View<'_>) -> Tests {
    let provides = view.provides_model();
    let fine_tuned = view.is(Key::ModelOrigin, "fine_tuned") && view.yes(Key::ModelPlaced);
    let systemic = view.systemic();
    let unknown = fine_tuned && view.is_unknown(Key::OriginalCompute);
    vec![
        (Tag::ModelOfOthers, view.is(Key::ModelOrigin, "as_is")),
        (Tag::ModelNotPlaced, view.no(Key::ModelPlaced)),
        (Tag::MinorModification, fine_tuned && !provides),
        (Tag::OwnModel, provides && !fine_tuned),
        (Tag::ModifiedModel, provides && fine_tuned),
        (Tag::ModelDuties, provides),
        // Art. 53(2) and 54(6): open models owe neither, unless they have systemic risk.
        (Tag::ModelDocuments, provides && (systemic || !view.yes(Key::ModelOpen))),
        (Tag::Systemic, systemic),
        (Tag::PresumedSystemic, view.presumed_systemic()),
        (Tag::ClassifiedSystemic, systemic && !view.presumed_systemic()),
        (Tag::BelowIndicative, view.below_indicative()),
        (Tag::OriginalUnknown, unknown),
        (Tag::ModelOfBefore, view.model_of_before()),
    ]
}
