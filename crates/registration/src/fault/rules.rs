//! Of which class the refusals of the pure rules are.

use heqi_filing as filing;

use super::{Class, Refusal};

/// The pure rules refuse because of the present state, with few exceptions.
macro_rules! refused_by_state {
    ($($error:ty $(, $other:pat => $class:expr)*;)+) => {$(
        impl Refusal for $error {
            fn class(&self) -> Class {
                match self {
                    $($other => $class,)*
                    _ => Class::Conflict,
                }
            }
        }
    )+};
}

refused_by_state! {
    filing::AddPartyError,
        filing::AddPartyError::NoCapacity
        | filing::AddPartyError::UnfitCapacity { .. }
        | filing::AddPartyError::HandlerSignsForOthers => Class::BadInput;
    filing::AttachDocumentError;
    filing::ReplaceDocumentError,
        filing::ReplaceDocumentError::UnknownDocument => Class::NotFound;
    filing::OpenSigningError;
    filing::InviteError, filing::InviteError::UnknownParty => Class::NotFound;
    filing::ConsentError,
        filing::ConsentError::UnknownText => Class::BadInput,
        filing::ConsentError::Finished(filing::Finished::Withdrawn) => Class::Gone;
    filing::BeginError,
        filing::BeginError::Finished(filing::Finished::Withdrawn) => Class::Gone;
    filing::CaptureError,
        filing::CaptureError::Finished(filing::Finished::Withdrawn) => Class::Gone;
    filing::StandInError,
        filing::StandInError::Finished(filing::Finished::Withdrawn) => Class::Gone;
    filing::CompleteError,
        filing::CompleteError::Finished(filing::Finished::Withdrawn) => Class::Gone;
    filing::Finished, filing::Finished::Withdrawn => Class::Gone;
    filing::ConfirmError, filing::ConfirmError::UnknownParty => Class::NotFound;
    filing::CodeRefusal;
    filing::IdentityRefusal,
        filing::IdentityRefusal::CodeFirst => Class::Forbidden;
    filing::ObjectError, filing::ObjectError::UnknownParty => Class::NotFound;
    filing::AskAgainError;
    filing::SubmitError;
    filing::RemovePartyError,
        filing::RemovePartyError::UnknownParty => Class::NotFound,
        filing::RemovePartyError::ReasonMissing => Class::BadInput;
    filing::CorrectNameError, filing::CorrectNameError::UnknownParty => Class::NotFound;
    filing::TakeBackError;
    filing::ResolveError, filing::ResolveError::NotTheRegistry => Class::Forbidden;
}

impl Refusal for filing::NotInside {
    fn class(&self) -> Class {
        Class::Forbidden
    }
}

refused_by_state! {
    filing::DecideError, filing::DecideError::OtherOffice => Class::NotFound;
}

impl Refusal for filing::NotAReviewer {
    fn class(&self) -> Class {
        Class::Forbidden
    }
}

macro_rules! bad_input {
    ($($error:ty),+ $(,)?) => {$(
        impl Refusal for $error {
            fn class(&self) -> Class {
                Class::BadInput
            }
        }
    )+};
}

bad_input!(
    heqi_identity::personal_document::PersonalDocumentError,
    heqi_identity::person_name::PersonNameError,
    heqi_identity::uscc::UsccError,
    heqi_identity::mobile::MobileError,
    heqi_identity::email::EmailError,
    heqi_identity::amount::FenError,
    heqi_identity::contributions::ContributionsError,
);

impl Refusal for filing::WordsError {
    fn class(&self) -> Class {
        Class::BadInput
    }
}
