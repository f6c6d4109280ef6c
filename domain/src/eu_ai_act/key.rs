//! The names of the questions, in the order in which they are asked.

crate::words! {
    /// A question of the interview. Its stored word is the field of the exported answers.
    Key {
        Subject = "subject", "What is screened";
        UnionLink = "union_link", "Link to the Union";
        Roles = "roles", "Our roles";
        Exclusions = "exclusions", "Exclusions";
        Practices = "practices", "Prohibited practices";
        CrimePredictionFacts = "crime_prediction_facts", "Support of an assessment by facts";
        EmotionPurpose = "emotion_purpose", "Purpose of reading emotions";
        CategorisationLabelling = "categorisation_labelling", "Labelling of biometric data";
        IdentificationObjective = "identification_objective", "Objective of real-time identification";
        ContentCause = "content_cause", "How sexual content comes about";
        ProductActs = "product_acts", "Acts of Annex I";
        ProductFunction = "product_function", "Function in the product";
        ThirdPartyAssessment = "third_party_assessment", "Assessment by a third party";
        Areas = "areas", "Uses of Annex III";
        VerificationOnly = "verification_only", "Only verification";
        FraudDetectionOnly = "fraud_detection_only", "Only fraud detection";
        TravelDocumentsOnly = "travel_documents_only", "Only travel documents";
        CampaignLogisticsOnly = "campaign_logistics_only", "Only logistics of a campaign";
        Profiling = "profiling", "Profiling";
        Exceptions = "exceptions", "Exceptions of Article 6(3)";
        Transparency = "transparency", "Situations of Article 50";
        TalksException = "talks_exception", "Exception from telling people";
        SyntheticException = "synthetic_exception", "Exception from marking";
        ExposedException = "exposed_exception", "Exception from telling people exposed";
        DeepFakeException = "deep_fake_exception", "Exception for deep fakes";
        PublicTextException = "public_text_exception", "Exception for published text";
        OpenSource = "open_source", "Open-source system";
        ChangeOfRole = "change_of_role", "Change of role";
        ManufacturerName = "manufacturer_name", "Under the manufacturer's name";
        PublicBody = "public_body", "Kind of deployer";
        Workplace = "workplace", "Use at the workplace";
        ReleasedOn = "released_on", "Day of release";
        LargeScaleIt = "large_scale_it", "Large IT system of the Union";
        SignificantChange = "significant_change", "Significant change of design";
        ForPublicAuthorities = "for_public_authorities", "Intended for public authorities";
        ModelOrigin = "model_origin", "Origin of the model";
        ModelPlaced = "model_placed", "Model placed on the market";
        TrainingCompute = "training_compute", "Training compute";
        ModificationCompute = "modification_compute", "Compute of the further training";
        OriginalCompute = "original_compute", "Compute of the original model";
        OriginalSystemic = "original_systemic", "Original with systemic risk";
        HighImpact = "high_impact", "High impact on other grounds";
        ModelOpen = "model_open", "Open-source model";
        ModelReleasedOn = "model_released_on", "Day of the model's release";
        CompanySize = "company_size", "Size of our organisation";
        OutsideUnion = "outside_union", "Established outside the Union";
    }
}
