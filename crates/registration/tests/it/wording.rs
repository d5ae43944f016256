//! What people are told: two sentences in two languages, and never a word that promises
//! more than there is.

use heqi_pki::keys::SignError;
use heqi_registration::Custodian;
use heqi_registration::access::AuthenticateError;
use heqi_registration::add_party::AddPartyError;
use heqi_registration::attach_document::{AttachDocumentError, PdfError};
use heqi_registration::begin_signing::BeginSigningError;
use heqi_registration::capture_photo::{CapturePhotoError, PhotoError};
use heqi_registration::changed_documents::ChangedDocuments;
use heqi_registration::complete_signing::{CompleteSigningError, StatementPart};
use heqi_registration::confirm::ConfirmError;
use heqi_registration::confirm_at_counter::ConfirmAtCounterError;
use heqi_registration::declare_contact::DeclareContactError;
use heqi_registration::decline::{DeclineError, ReasonError};
use heqi_registration::disclose::DiscloseError;
use heqi_registration::fault::{ActError, Class, Fault, Refusal, Thing};
use heqi_registration::give_consent::GiveConsentError;
use heqi_registration::invite::InviteError;
use heqi_registration::object::ObjectError;
use heqi_registration::open_filing::OpenFilingError;
use heqi_registration::regulator::apply::ApplyError;
use heqi_registration::regulator::basis::BasisError;
use heqi_registration::regulator::compare::CompareError;
use heqi_registration::regulator::criteria::CriteriaError;
use heqi_registration::regulator::search::SearchError;
use heqi_registration::remove_party::RemovePartyError;
use heqi_registration::renewal::ExportRenewalsError;
use heqi_registration::search_index::{FragmentError, IndexFault};
use heqi_registration::special_name::SaySpecialNameError;
use heqi_registration::submit::SubmitError;
use heqi_vocabulary::Language;

use Class::{
    BadInput, Conflict, Forbidden, Gone, Internal, NotFound, Stale, TooLarge, Unauthenticated,
    Unavailable, WrongFormat,
};

fn errors() -> Vec<(Class, Box<dyn Refusal>)> {
    let issue = heqi_pki::authority::IssueError::Sign(SignError::new("no key"));
    let number = "61842059".parse().unwrap();
    let key = "".parse::<heqi_registration::IdempotencyKey>().unwrap_err();
    let word = "".parse::<heqi_filing::CompanyTitle>().unwrap_err();
    let mut errors: Vec<(Class, Box<dyn Refusal>)> = vec![
        (BadInput, Box::new(key)),
        (BadInput, Box::new(word)),
        (Forbidden, Box::new(ActError::Denied)),
        (Conflict, Box::new(ActError::KeyReused)),
        (Gone, Box::new(ActError::Withdrawn)),
        (Conflict, Box::new(RemovePartyError::OwnParty)),
        (Conflict, Box::new(RemovePartyError::Filing(heqi_filing::RemovePartyError::Signed))),
        (Stale, Box::new(ActError::Stale)),
        (Unauthenticated, Box::new(AuthenticateError::Unknown)),
        (Unavailable, Box::new(AuthenticateError::Fault(Fault::Stopped))),
        (Unavailable, Box::new(ActError::Fault(Fault::Busy))),
        (Unavailable, Box::new(Fault::DiskFull)),
        (Gone, Box::new(Fault::Erased)),
        (Internal, Box::new(Fault::Broken("row x".into()))),
        (Conflict, Box::new(OpenFilingError::NumberTaken(number))),
        (Conflict, Box::new(OpenFilingError::NotBound)),
        (Conflict, Box::new(DeclareContactError::OtherNumber)),
        (Conflict, Box::new(InviteError::HandlerNotNamed)),
        (Conflict, Box::new(AddPartyError::Filing(heqi_filing::AddPartyError::NotDrafting))),
        (BadInput, Box::new(AddPartyError::Filing(heqi_filing::AddPartyError::NoCapacity))),
        (TooLarge, Box::new(AttachDocumentError::FilingTooLarge)),
        (Conflict, Box::new(InviteError::Ceremony(heqi_filing::InviteError::NothingToSign))),
        (BadInput, Box::new(GiveConsentError::OtherLanguage)),
        (Conflict, Box::new(GiveConsentError::TooManyChanges)),
        (BadInput, Box::new(BeginSigningError::DeviceKey)),
        (Unavailable, Box::new(BeginSigningError::Authority(issue))),
        (BadInput, Box::new(CapturePhotoError::Malformed)),
        (Conflict, Box::new(CapturePhotoError::OtherActions)),
        (TooLarge, Box::new(CapturePhotoError::FrameTooLarge)),
        (BadInput, Box::new(CompleteSigningError::EnvelopeMalformed("x"))),
        (BadInput, Box::new(CompleteSigningError::OtherKey)),
        (BadInput, Box::new(CompleteSigningError::SignatureInvalid)),
        (BadInput, Box::new(CompleteSigningError::ClientMalformed("x"))),
        (BadInput, Box::new(CompleteSigningError::ClientAttribute("signed_at"))),
        (BadInput, Box::new(CompleteSigningError::PositionWithoutConsent)),
        (TooLarge, Box::new(DeclineError::Reason(ReasonError))),
        (Conflict, Box::new(BeginSigningError::CompanyMayNotSign)),
        (Conflict, Box::new(CompleteSigningError::CompanyMayNotSign)),
        (Conflict, Box::new(CompleteSigningError::DocumentChanged(ChangedDocuments::default()))),
        (Conflict, Box::new(ConfirmError::CompanyMayNotSign)),
        (Conflict, Box::new(BeginSigningError::WardCameOfAge)),
        (Conflict, Box::new(CompleteSigningError::WardCameOfAge)),
        (Conflict, Box::new(ConfirmError::WardCameOfAge)),
        (Conflict, Box::new(ConfirmError::ListChanged)),
        (Conflict, Box::new(ConfirmError::StatementChanged)),
        (Conflict, Box::new(SaySpecialNameError::NotAsked)),
        (Conflict, Box::new(SubmitError::Filing(heqi_filing::SubmitError::NotConfirmed))),
        (Conflict, Box::new(SubmitError::CustodyAwaited(Custodian::ALL.into()))),
        (Conflict, Box::new(SubmitError::CustodyRefused([Custodian::Preservation].into()))),
        (BadInput, Box::new(SaySpecialNameError::TooLong)),
        (BadInput, Box::new(BasisError::NoBasis)),
        (BadInput, Box::new(BasisError::NotABasis)),
        (BadInput, Box::new(BasisError::NoCase)),
        (BadInput, Box::new(BasisError::NotACase)),
        (BadInput, Box::new(CriteriaError::Code)),
        (BadInput, Box::new(CriteriaError::Number)),
        (BadInput, Box::new(CriteriaError::NameAlone)),
        (BadInput, Box::new(CriteriaError::PersonNumber)),
        (BadInput, Box::new(CriteriaError::Days)),
        (BadInput, Box::new(CriteriaError::Nothing)),
        (BadInput, Box::new(FragmentError::Short)),
        (BadInput, Box::new(FragmentError::Long)),
        (Gone, Box::new(SearchError::Over)),
        (Unavailable, Box::new(SearchError::Index(IndexFault::new("x")))),
        (BadInput, Box::new(CompareError::Unreadable)),
        (Conflict, Box::new(ApplyError::NoDesk)),
        (Conflict, Box::new(ApplyError::NotDeposited)),
        (Conflict, Box::new(ApplyError::Double)),
        (Conflict, Box::new(ObjectError::Filing(heqi_filing::ObjectError::Ended))),
        (BadInput, Box::new(DiscloseError::UnknownAttribute)),
    ];
    let things = [
        Thing::Filing,
        Thing::Party,
        Thing::Document,
        Thing::Ceremony,
        Thing::Signing,
        Thing::Record,
        Thing::ApiKey,
    ];
    errors.extend(things.map(|thing| (NotFound, Box::new(ActError::NotFound(thing)) as Box<_>)));
    errors.extend(of_files());
    errors.extend(statements_that_differ());
    errors
}

fn of_files() -> Vec<(Class, Box<dyn Refusal>)> {
    let pixels = (9000, 9000);
    let pdf = [
        (TooLarge, PdfError::TooLarge),
        (WrongFormat, PdfError::NotPdf),
        (BadInput, PdfError::Damaged),
        (BadInput, PdfError::Encrypted),
        (BadInput, PdfError::NoPage),
        (TooLarge, PdfError::TooManyPages),
    ];
    let pdf = pdf.map(|(class, e)| (class, Box::new(AttachDocumentError::Pdf(e)) as Box<_>));
    let photo = [
        (BadInput, PhotoError::Empty),
        (TooLarge, PhotoError::TooLarge),
        (WrongFormat, PhotoError::OtherFormat("PNG")),
        (WrongFormat, PhotoError::NotAnImage),
        (BadInput, PhotoError::Truncated),
        (BadInput, PhotoError::BytesAfterEnd),
        (BadInput, PhotoError::Damaged),
        (TooLarge, PhotoError::TooManyPixels { width: pixels.0, height: pixels.1 }),
        (BadInput, PhotoError::TooFewPixels { width: 1, height: 1 }),
    ];
    let photo = photo.map(|(class, e)| (class, Box::new(CapturePhotoError::Photo(e)) as Box<_>));
    pdf.into_iter().chain(photo).collect()
}

fn statements_that_differ() -> impl Iterator<Item = (Class, Box<dyn Refusal>)> {
    let parts = [
        StatementPart::Challenge,
        StatementPart::Party,
        StatementPart::Capacities,
        StatementPart::Documents,
        StatementPart::Certificate,
        StatementPart::Origin,
        StatementPart::Intent,
        StatementPart::Consents,
        StatementPart::ClientRoot,
    ];
    let differs = |part| Box::new(CompleteSigningError::StatementDiffers(part)) as Box<_>;
    parts.into_iter().map(move |part| (BadInput, differs(part)))
}

/// What an officer is told who hears a confirmation: not what the party would be.
fn at_the_counter() -> Vec<(Class, Box<dyn Refusal>)> {
    let rule = |rule| -> Box<dyn Refusal> {
        Box::new(ConfirmAtCounterError::Confirm(ConfirmError::Filing(rule)))
    };
    vec![
        (NotFound, Box::new(ConfirmAtCounterError::NoMatch)),
        (BadInput, Box::new(ConfirmAtCounterError::NotDeclared)),
        (Conflict, rule(heqi_filing::ConfirmError::AlreadyConfirmed)),
        (Conflict, rule(heqi_filing::ConfirmError::WindowClosed)),
    ]
}

#[test]
fn every_refusal_says_what_happened_and_what_to_do_in_both_languages() {
    let unstamped: (Class, Box<dyn Refusal>) =
        (NotFound, Box::new(ExportRenewalsError::NotStamped));
    for (class, error) in errors().into_iter().chain([unstamped]).chain(at_the_counter()) {
        assert_eq!(error.class(), class, "{error}");
        let code = error.code();
        assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
        assert!(!error.to_string().is_empty());
        for (language, stop) in [(Language::Zh, '。'), (Language::En, '.')] {
            let told = error.explain(language);
            for sentence in [&told.what, &told.next] {
                assert!(sentence.ends_with(stop), "{code}: {sentence}");
                assert!(!sentence.contains(['{', '}']), "{code}: {sentence}");
                for banned in ["见证", "已公证", "已证明", "公证签名"] {
                    assert!(!sentence.contains(banned), "{code}: {sentence}");
                }
            }
        }
    }
}
