//! What each address is as text.

use std::fmt;

use heqi_vocabulary::{FilingId, RecordId};

use super::case::CasePicture;
use super::counter::CounterStep;
use super::{Link, path_segment};

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invitation(code) => write!(f, "/s/{}", path_segment(code)),
            Self::Front => f.write_str("/"),
            Self::EntryCode => f.write_str("/enter/code"),
            Self::EntryCheck => f.write_str("/enter/check"),
            Self::Coverage => f.write_str("/coverage"),
            Self::Journey => f.write_str("/sign"),
            Self::SendCode => f.write_str("/sign/code"),
            Self::CheckCode => f.write_str("/sign/code/check"),
            Self::CheckIdentity => f.write_str("/sign/identity"),
            Self::Consent => f.write_str("/sign/consent"),
            Self::ConsentAgain(kind) => write!(f, "/sign/consent/{}", path_segment(kind)),
            Self::Read => f.write_str("/sign/read"),
            Self::Photo => f.write_str("/sign/photo"),
            Self::Begin => f.write_str("/sign/begin"),
            Self::Drawing => f.write_str("/sign/drawing"),
            Self::Seal => f.write_str("/sign/seal"),
            Self::Guardian => f.write_str("/sign/guardian"),
            Self::Decline => f.write_str("/sign/decline"),
            Self::OwnConsents => f.write_str("/sign/consents"),
            Self::NextParty => f.write_str("/sign/next"),
            Self::Leave => f.write_str("/sign/leave"),
            Self::AfterSigning(code) => write!(f, "/c/{}", path_segment(code)),
            Self::Confirm => f.write_str("/sign/confirm"),
            Self::Object => f.write_str("/sign/object"),
            Self::TakeBack => f.write_str("/sign/object/take-back"),
            Self::Timeline => f.write_str("/sign/filing"),
            Self::OtherWay => f.write_str("/sign/other-way"),
            Self::SpecialName => f.write_str("/sign/name"),
            Self::Offline => f.write_str("/offline"),
            Self::Handover => f.write_str("/sign/handover"),
            Self::HandoverAnswer => f.write_str("/sign/handover/answer"),
            Self::HandoverPhoto => f.write_str("/sign/handover/photo"),
            Self::HandoverLink(code) => write!(f, "/h/{}", path_segment(code)),
            Self::OtherDevice => f.write_str("/handover"),
            Self::OtherPhoto => f.write_str("/handover/photo"),
            Self::OtherStrokes => f.write_str("/handover/strokes"),
            Self::OtherFacts => f.write_str("/handover/facts"),
            Self::OtherDone => f.write_str("/handover/done"),
            Self::Document(id) => write!(f, "/api/v1/documents/{id}"),
            Self::PagePicture(id, number) => write!(f, "/sign/pages/{id}/{number}"),
            Self::Bundle(id) => write!(f, "/api/v1/records/{id}/bundle"),
            Self::Verifier => f.write_str("/verify"),
            Self::Held => f.write_str("/my"),
            Self::HeldCode => f.write_str("/my/code"),
            Self::HeldEnter => f.write_str("/my/enter"),
            Self::HeldEvidence(number) => write!(f, "/my/evidence/{number}"),
            Self::HeldFile(number, sha256) => write!(f, "/my/evidence/{number}/files/{sha256}"),
            Self::HeldBundle(number) => write!(f, "/my/evidence/{number}/bundle"),
            Self::HeldSay(number) => write!(f, "/my/evidence/{number}/say"),
            Self::HeldApply(voucher) => write!(f, "/my/apply/{voucher}"),
            Self::HeldWatch => f.write_str("/my/watch"),
            Self::HeldLeave => f.write_str("/my/leave"),
            Self::VerifierFile => f.write_str("/verify.html"),
            Self::StaffLogin => f.write_str("/staff"),
            Self::StaffCode => f.write_str("/staff/code"),
            Self::StaffCases => f.write_str("/staff/cases"),
            Self::StaffCase(id) => write!(f, "/staff/cases/{id}"),
            Self::StaffDecide(id) => write!(f, "/staff/cases/{id}/decision"),
            Self::StaffPicture(id, CasePicture::Photo) => write!(f, "/staff/cases/{id}/photo"),
            Self::StaffPicture(id, CasePicture::Frame(number)) => {
                write!(f, "/staff/cases/{id}/frames/{number}")
            }
            Self::StaffPicture(id, CasePicture::Portrait) => {
                write!(f, "/staff/cases/{id}/portrait")
            }
            Self::StaffVideo(id) => write!(f, "/staff/cases/{id}/video"),
            Self::StaffObjection(id) => write!(f, "/staff/objections/{id}"),
            Self::StaffFile(id, which) => write!(f, "/staff/cases/{id}/{}", which.word()),
            Self::Desk(link) => link.fmt(f),
            Self::HandlerFilings => f.write_str("/staff/filings"),
            Self::HandlerConfirm => f.write_str("/staff/filings/confirmation"),
            Self::HandlerAskAgain | Self::HandlerSubmit => self.of_handled(f),
            Self::HandlerRemoval => f.write_str("/staff/filings/removal"),
            Self::HandlerRemove => f.write_str("/staff/filings/removal/done"),
            Self::StaffCorrections => f.write_str("/staff/corrections"),
            Self::StaffAccounts
            | Self::StaffAccountDo(..)
            | Self::StaffJournal
            | Self::StaffJournalOf(_)
            | Self::StaffJournalFile(_) => self.of_duties(f),
            Self::StaffCounter | Self::StaffSeen | Self::StaffConfirm(_) => self.of_counter(f),
            Self::StaffPassword => f.write_str("/staff/password"),
            Self::StaffLeave => f.write_str("/staff/leave"),
            Self::Regulator => f.write_str("/regulator"),
            Self::RegulatorSearch => f.write_str("/regulator/searches"),
            Self::RegulatorResults(..)
            | Self::RegulatorFiling(..)
            | Self::RegulatorPhoto(..)
            | Self::RegulatorBundle(..)
            | Self::RegulatorPackage(..)
            | Self::RegulatorCompare(..)
            | Self::RegulatorHold(..)
            | Self::RegulatorLift(..)
            | Self::RegulatorApply(..) => self.of_found(f),
            Self::Office(link) => link.fmt(f),
            Self::Asset(asset) => write!(f, "/assets/{}/{}", crate::assets::digest(), asset.name()),
        }
    }
}

impl Link {
    /// What a regulator's search has found, and what is below it.
    fn of_found(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RegulatorResults(query, None) => write!(f, "/regulator/searches/{query}"),
            Self::RegulatorResults(query, Some(after)) => {
                write!(f, "/regulator/searches/{query}?after={}", path_segment(after))
            }
            Self::RegulatorFiling(query, filing, None) => {
                found(f, (query, filing), format_args!(""))
            }
            Self::RegulatorFiling(query, filing, Some(from)) => {
                found(f, (query, filing), format_args!("?from={from}"))
            }
            Self::RegulatorPhoto(query, filing, record) => {
                found(f, (query, filing), format_args!("/photos/{record}"))
            }
            Self::RegulatorBundle(query, filing, record) => {
                found(f, (query, filing), format_args!("/bundles/{record}"))
            }
            Self::RegulatorPackage(query, filing) => {
                found(f, (query, filing), format_args!("/court-package"))
            }
            Self::RegulatorCompare(query, filing, document) => {
                found(f, (query, filing), format_args!("/documents/{document}/comparison"))
            }
            Self::RegulatorHold(query, filing) => found(f, (query, filing), format_args!("/holds")),
            Self::RegulatorLift(query, filing, record) => {
                found(f, (query, filing), format_args!("/holds/{record}/lift"))
            }
            Self::RegulatorApply(query, filing, record) => {
                found(f, (query, filing), format_args!("/signatures/{record}/application"))
            }
            _ => f.write_str("/regulator"),
        }
    }

    /// Where the security administrator and the auditor work.
    fn of_duties(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StaffAccountDo(id, act) => {
                write!(f, "/staff/accounts/{}/{}", path_segment(id), path_segment(act))
            }
            Self::StaffJournal => f.write_str("/staff/journal"),
            Self::StaffJournalOf(day) => write!(f, "/staff/journal?day={}", path_segment(day)),
            Self::StaffJournalFile(day) => write!(f, "/staff/journal/{}", path_segment(day)),
            _ => f.write_str("/staff/accounts"),
        }
    }

    /// What a handler does once everybody has signed.
    fn of_handled(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::HandlerSubmit) {
            "/staff/filings/submission"
        } else {
            "/staff/filings/confirmation-requests"
        })
    }

    /// Where people are seen in person.
    fn of_counter(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StaffSeen => "/staff/counter/seen",
            Self::StaffConfirm(CounterStep::Find) => "/staff/counter/confirmation",
            Self::StaffConfirm(CounterStep::Record) => "/staff/counter/confirmation/done",
            _ => "/staff/counter",
        })
    }
}

/// An address below a filing that a search found.
fn found(
    f: &mut fmt::Formatter<'_>,
    (query, filing): (&RecordId, &FilingId),
    below: fmt::Arguments<'_>,
) -> fmt::Result {
    write!(f, "/regulator/searches/{query}/filings/{filing}{below}")
}
