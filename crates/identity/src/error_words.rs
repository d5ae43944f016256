//! The word that programs read of every error here, and its two sentences in both languages.

use heqi_vocabulary::{Explain, Language};

use crate::amount::{Fen, FenError};
use crate::company_name::CompanyNameError;
use crate::contributions::ContributionsError;
use crate::email::EmailError;
use crate::last_four::LastFourError;
use crate::mobile::MobileError;
use crate::name_declaration::NameDeclarationError as Name;
use crate::person_name::PersonNameError;
use crate::personal_document::{DocumentKind, PersonalDocumentError};
use crate::registration_no::RegistrationNoError;
use crate::resident_id::ResidentIdError;
use crate::uscc::{Uscc, UsccError};

const ERRORS: &[(&dyn Explain, &str)] = &[
    (&FenError::Form, "amount_form"),
    (&FenError::TooMuch, "amount_too_large"),
    (&CompanyNameError::Length, "company_name_length"),
    (&CompanyNameError::Character, "company_name_character"),
    (&CompanyNameError::Brackets, "company_name_brackets"),
    (&ContributionsError::Shareholders(51), "contributions_shareholders"),
    (&ContributionsError::Nothing(2), "contributions_nothing"),
    (&ContributionsError::Due(3), "contributions_due"),
    (&EmailError, "email_form"),
    (&LastFourError, "last_four_form"),
    (&MobileError::Form, "mobile_form"),
    (&MobileError::NotAllotted, "mobile_not_allotted"),
    (&MobileError::Machines, "mobile_of_a_machine"),
    (&Name::Region, "name_region"),
    (&Name::TradeName, "name_trade_name"),
    (&Name::TradeNameIsRegion, "name_trade_name_is_region"),
    (&Name::TradeNameIsIndustry, "name_trade_name_is_industry"),
    (&Name::Industry, "name_industry"),
    (&Name::Form, "name_form"),
    (&Name::Prohibited, "name_prohibited"),
    (&Name::NeedsApproval, "name_needs_approval"),
    (&PersonNameError::Length, "name_length"),
    (&PersonNameError::PrivateUse, "name_private_character"),
    (&PersonNameError::Character, "name_character"),
    (&PersonNameError::Separator, "name_separator"),
    (&PersonalDocumentError::Form(DocumentKind::Passport), "document_form"),
    (&RegistrationNoError::Form, "registration_no_form"),
    (&RegistrationNoError::Checksum, "registration_no_checksum"),
    (&ResidentIdError::Form, "id_form"),
    (&ResidentIdError::FifteenDigits, "id_fifteen_digits"),
    (&ResidentIdError::Region, "id_region"),
    (&ResidentIdError::BirthDate, "id_birthdate"),
    (&ResidentIdError::Checksum, "id_checksum"),
    (&ResidentIdError::ResidencePermit, "id_residence_permit"),
    (&UsccError::Length, "uscc_length"),
    (&UsccError::Alphabet { suggestion: None }, "uscc_alphabet"),
    (&UsccError::Region, "uscc_region"),
    (&UsccError::Checksum, "uscc_checksum"),
];

/// Chinese sentences end in `。`, English ones in `.`.
fn explains_itself_in_both_languages(error: &dyn Explain) {
    for (language, end, other) in [(Language::Zh, '。', '.'), (Language::En, '.', '。')] {
        let said = error.explain(language);
        for sentence in [&said.what, &said.next] {
            assert!(sentence.ends_with(end) && !sentence.contains(other), "{sentence}");
        }
    }
}

#[test]
fn every_error_has_its_own_word_and_two_sentences_in_both_languages() {
    for (error, word) in ERRORS {
        assert_eq!(error.code(), *word);
        explains_itself_in_both_languages(*error);
        let same = ERRORS.iter().filter(|(_, other)| other == word).count();
        assert_eq!(same, 1, "{word}");
    }
}

#[test]
fn errors_with_amounts_and_codes_say_them() {
    let [sum, capital] = [85_000_000, 100_000_000].map(|fen| Fen::new(fen).unwrap());
    let differs = ContributionsError::Sum { sum, capital };
    assert_eq!(differs.code(), "contributions_sum");
    let meant = Uscc::parse("91330112MA00000159").unwrap();
    let mistyped = UsccError::Alphabet { suggestion: Some(meant) };
    assert_eq!(mistyped.code(), "uscc_alphabet");
    explains_itself_in_both_languages(&mistyped);
    for language in [Language::Zh, Language::En] {
        let what = differs.explain(language).what;
        assert!(what.contains("850,000.00") && what.contains("1,000,000.00"), "{what}");
        assert!(mistyped.explain(language).next.contains("91330112MA00000159"));
    }
}

#[test]
fn a_wrong_document_is_explained_as_its_number_is_or_by_its_kind() {
    let checksum = PersonalDocumentError::Checksum(DocumentKind::ForeignPermanentResident);
    explains_itself_in_both_languages(&checksum);
    assert_eq!(checksum.code(), "id_checksum");
    let number = PersonalDocumentError::ResidentId(ResidentIdError::Region);
    assert_eq!(number.code(), "id_region");
    for language in [Language::Zh, Language::En] {
        assert_eq!(number.explain(language), ResidentIdError::Region.explain(language));
        for kind in DocumentKind::ALL {
            let what = PersonalDocumentError::Form(kind).explain(language).what;
            assert!(what.contains(kind.name(language)), "{what}");
        }
    }
}
