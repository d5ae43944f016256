use heqi_documents::samples;
use heqi_evidence::deposit::DualDigest;
use heqi_notarization::matter::MatterError;
use heqi_notarization::matter::certificate_text::{
    CertificateWords, PackageWords, SessionWords, certificate_text,
};
use heqi_notarization::matter::form::{
    Application, CertificateLanguage, DeliveryWay, Lawsuit, PowerOfAttorney,
};
use heqi_notarization::matter::rows::{Facts, HeldPart};
use heqi_pki::certificate::ChainError;
use heqi_pki::seal::SealFault;
use heqi_pki::timestamp::TimestampFault;
use heqi_sealed_pdf::SealingError;
use heqi_vocabulary::{Explain as _, Language, UtcMillis};

fn at(text: &str) -> UtcMillis {
    text.parse().unwrap()
}

/// What is tested, measured and shown to other programs is worded as what is issued.
#[test]
fn the_sample_certificate_has_the_wording_that_is_issued() {
    let sample = samples::certificate(b"PK no bundle".to_vec());
    let part =
        HeldPart { name: String::new(), size_bytes: 0, sha256: String::new(), sm3: String::new() };
    let facts = Facts {
        signer: "龚𠮷㛃".into(),
        number: "3301**************".into(),
        signed_at: Some(at("2026-11-23T12:05:09.000Z")),
        documents: vec!["股东会决议".into()],
        parts: vec![part; sample.files.len()],
        checked: vec!["示例核验机构实名信息核验".into(), "示例登记机关人工核验".into()],
        answer: "confirmed".into(),
        answered_at: Some(at("2026-11-23T12:20:44.000Z")),
        answered_by: "短信通知后在线".into(),
        ..Facts::default()
    };
    let application = Application {
        kind: super::ApplicantKind::Signer,
        name: "龚𠮷㛃".into(),
        sex: Some("女".into()),
        born: "1990-01-01".parse().ok(),
        document_kind: "resident_id".into(),
        document_number: heqi_documents::masked("330106199001011234"),
        address: "浙江省杭州市示例街道示例路2号".into(),
        phone: "0571-0000110".into(),
        legal_representative: None,
        agent: None,
        acting_document: None,
        legal_basis: None,
        purpose: "向人民法院提供证据".into(),
        manner: "本人在手机上签署".into(),
        materials: Vec::new(),
        copies: 2,
        delivery: DeliveryWay::Download,
        litigation: None,
        duplicates: 0,
        language: CertificateLanguage::default(),
        lawsuit: Lawsuit::default(),
        medium: None,
        power_of_attorney: PowerOfAttorney::default(),
        witnesses: None,
    };
    let steps = &sample.extraction.steps;
    let text = certificate_text(&CertificateWords {
        application: &application,
        is_code_compared: false,
        accepted_at: at("2026-11-25T01:30:00.000Z"),
        platform_name: "示例商事文签平台",
        deposit_no: &sample.deposits[0].number,
        received_at: at("2026-11-23T12:05:11.000Z"),
        manifest: &DualDigest::of(b"manifest"),
        package: PackageWords {
            digests: &DualDigest::of(&sample.bundles[0].bytes),
            is_narrowed: false,
            is_proof_anew: false,
            has_photo: !sample.signing.photos.is_empty(),
        },
        session: SessionWords {
            second: &sample.extraction.assistant,
            place: &sample.extraction.place,
            workstation: &sample.extraction.computer,
            from: steps[0].at,
            to: steps[5].at,
        },
        facts: &facts,
        is_disputed: false,
    });
    assert_eq!(sample.text, text);
}

#[test]
fn a_seal_that_is_not_believed_is_told_as_the_seal_and_a_token_as_the_time() {
    let told = |fault: SealFault| super::of_sealing(SealingError::NotBelieved(fault.into()));
    for seal in [SealFault::Chain(ChainError::Untrusted), SealFault::NoCertificate] {
        let said = told(seal);
        assert!(matches!(said, super::PressError::Seal), "{said}");
    }
    for time in [SealFault::Token(TimestampFault::Untrusted), SealFault::NoToken] {
        let said = told(time);
        assert!(matches!(said, super::PressError::NoTime), "{said}");
    }
}

/// Whoever issues is told which character it is, and not that a sheet could not be made.
#[test]
fn edge_case_10_a_character_no_font_has_is_named_to_whoever_issues() {
    let mut sample = samples::certificate(b"PK no bundle".to_vec());
    sample.text = sample.text.replace("龚𠮷㛃", "陈\u{E8A1}");
    let told = super::of_render(super::render(&sample, &super::FONTS).unwrap_err());
    assert!(matches!(told, super::PressError::Character('\u{E8A1}')), "{told}");
    let said = MatterError::Press(told);
    for language in [Language::Zh, Language::En] {
        let what = said.explain(language).what;
        assert!(what.contains("U+E8A1"), "{what}");
    }
}
