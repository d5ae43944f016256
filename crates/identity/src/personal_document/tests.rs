use super::*;

fn parse(kind: DocumentKind, text: &str) -> Result<PersonalDocument, PersonalDocumentError> {
    PersonalDocument::parse(kind, text, NaiveDate::from_ymd_opt(2026, 11, 23).unwrap())
}

#[test]
fn edge_case_3_a_residence_permit_is_its_own_document() {
    let permit = parse(DocumentKind::ResidencePermit, "810000198802029997").unwrap();
    assert_eq!(permit.kind(), DocumentKind::ResidencePermit);
    assert!(parse(DocumentKind::ResidencePermit, "330112199003079999").is_err());
    assert!(parse(DocumentKind::ResidentId, "810000198802029997").is_err());
}

#[test]
fn edge_case_3_travel_permits_have_their_forms() {
    for good in ["H12345678", "M1234567890", "h12345678"] {
        assert!(parse(DocumentKind::HongKongMacaoPermit, good).is_ok(), "{good}");
    }
    for bad in ["T12345678", "H1234567", "H123456789", "H1234567A"] {
        assert!(parse(DocumentKind::HongKongMacaoPermit, bad).is_err(), "{bad}");
    }
    for good in ["12345678", "1234567890", "1234567890A"] {
        assert!(parse(DocumentKind::TaiwanPermit, good).is_ok(), "{good}");
    }
    for bad in
        ["1234567", "123456789", "1234567890AB", "A1234567", "一二三", "12345678901", "123456789AB"]
    {
        assert!(parse(DocumentKind::TaiwanPermit, bad).is_err(), "{bad}");
    }
}

#[test]
fn edge_case_2_the_card_of_a_foreign_resident_of_either_edition() {
    let kind = DocumentKind::ForeignPermanentResident;
    assert!(parse(kind, "933840198510019994").is_ok());
    assert!(parse(kind, "USA330112345678").is_ok());
    let wrong = parse(kind, "933840198510019995").unwrap_err();
    assert_eq!(wrong, PersonalDocumentError::Checksum(kind));
    let day = parse(kind, "933840198513019994").unwrap_err();
    assert_eq!(day, PersonalDocumentError::ResidentId(ResidentIdError::BirthDate));
    assert!(parse(kind, "US1330112345678").is_err());
}

#[test]
fn passports_are_letters_and_digits_and_chinese_ones_are_recognised() {
    assert!(parse(DocumentKind::Passport, "e12345678").unwrap().looks_chinese());
    assert!(parse(DocumentKind::Passport, "EA1234567").unwrap().looks_chinese());
    for other in ["X1234567", "E123456", "E123456789", "E1234567A", "EAB123456"] {
        assert!(!parse(DocumentKind::Passport, other).unwrap().looks_chinese(), "{other}");
    }
    for bad in ["1234", "E1234-567", "E12345678901234567890"] {
        assert!(parse(DocumentKind::Passport, bad).is_err(), "{bad}");
    }
}

#[test]
fn edge_case_8_only_numbers_that_say_a_day_of_birth_hint_at_an_age() {
    let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let hints = |kind, text| parse(kind, text).unwrap().hints(today);
    let minor = [ResidentIdHint::Minor];
    assert_eq!(hints(DocumentKind::ResidentId, "330112201501019999"), minor);
    assert_eq!(hints(DocumentKind::ResidencePermit, "810000198802029997"), []);
    assert_eq!(hints(DocumentKind::ForeignPermanentResident, "933840198510019994"), []);
    assert_eq!(hints(DocumentKind::ForeignPermanentResident, "933840201510019999"), minor);
    assert_eq!(hints(DocumentKind::Passport, "E12345678"), []);
    assert_eq!(as_printed(" ００2x\u{3000}"), "002X");
}

#[test]
fn no_kind_prints_its_number_and_every_kind_has_two_names() {
    let passport = parse(DocumentKind::Passport, "E12345678").unwrap();
    assert_eq!(format!("{passport:?}"), "PersonalDocument(Passport, …)");
    assert!(passport.last_four().is_some());
    for kind in DocumentKind::ALL {
        assert_ne!(kind.name(Language::Zh), kind.name(Language::En));
    }
}

#[test]
fn edge_case_2_a_foreign_resident_is_numbered_from_nine_and_born_until_today() {
    let kind = DocumentKind::ForeignPermanentResident;
    assert!(parse(kind, "93384020261123000X").is_ok(), "born today");
    let tomorrow = parse(kind, "933840202611240005").unwrap_err();
    assert_eq!(tomorrow, PersonalDocumentError::ResidentId(ResidentIdError::BirthDate));
    for form in
        ["330112199003079999", "833840198510019994", "9338401985100199A4", "93384019851001999"]
    {
        assert_eq!(parse(kind, form).unwrap_err(), PersonalDocumentError::Form(kind), "{form}");
    }
}

#[test]
fn the_day_of_birth_is_read_from_numbers_that_say_one() {
    for (kind, text, born) in [
        (DocumentKind::ResidentId, "330112199003079999", Some((1990, 3, 7))),
        (DocumentKind::ResidencePermit, "810000198802029997", Some((1988, 2, 2))),
        (DocumentKind::ForeignPermanentResident, "933840198510019994", Some((1985, 10, 1))),
        (DocumentKind::ForeignPermanentResident, "USA330112345678", None),
        (DocumentKind::Passport, "E12345678", None),
        (DocumentKind::HongKongMacaoPermit, "H12345678", None),
        (DocumentKind::TaiwanPermit, "12345678", None),
    ] {
        let document = parse(kind, text).unwrap();
        let wanted = born.and_then(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day));
        assert_eq!((document.kind(), document.expose(), document.born()), (kind, text, wanted));
    }
}

#[test]
fn every_kind_has_its_word_on_the_wire() {
    assert_eq!(
        DocumentKind::ALL.map(DocumentKind::code),
        [
            "resident_id",
            "hmt_residence_permit",
            "hong_kong_macao_permit",
            "taiwan_permit",
            "foreign_permanent_resident",
            "passport",
        ]
    );
}

#[test]
fn a_number_alone_is_not_printed_either() {
    assert_eq!(format!("{:?}", Number("E12345678".to_owned())), "Number(…)");
}
