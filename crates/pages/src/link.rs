//! Typed addresses. A page names where it leads; what that is as text stands here, once.

use std::fmt;

use heqi_vocabulary::{CaseId, DepositNo, Digest, DocumentId, FilingId, RecordId, VoucherNo};

use crate::assets::Asset;

mod case;
mod desk;
mod office;

pub use case::{CaseDocument, CasePicture};
pub use desk::DeskLink;
pub use office::OfficeLink;

/// An address of the platform.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever serves pages must serve each")]
pub enum Link {
    /// The link of an invitation: looked at by GET, used by POST.
    Invitation(String),
    /// The front page.
    Front,
    /// A code is wanted by number and contact.
    EntryCode,
    /// That code was typed.
    EntryCheck,
    /// What of all evidence is held by whom.
    Coverage,
    /// The step a signer stands at.
    Journey,
    /// A one-time code is wanted.
    SendCode,
    /// A one-time code was typed.
    CheckCode,
    /// The last four of the identity number were typed.
    CheckIdentity,
    /// The answer to a consent.
    Consent,
    /// A consent, asked again.
    ConsentAgain(String),
    /// A document has been read.
    Read,
    /// The camera again, although there is a photo.
    Photo,
    /// Beginning the signature where a person looks instead of the camera.
    Begin,
    /// With what a company seals.
    Seal,
    /// By what a guardian proves to be one.
    Guardian,
    /// The handwriting again.
    Drawing,
    /// Not wanting to sign.
    Decline,
    /// What somebody consented to, and taking it back.
    OwnConsents,
    /// On to another party of the same person.
    NextParty,
    /// The end of the session.
    Leave,
    /// The link of a message sent after signing: looked at by GET, used by POST.
    AfterSigning(String),
    /// What was signed, and the answer to it.
    Confirm,
    /// An objection.
    Object,
    /// An objection is taken back.
    TakeBack,
    /// Where the filing stands.
    Timeline,
    /// Being checked by a person instead of the camera.
    OtherWay,
    /// Something special about the signer's name.
    SpecialName,
    /// The page for no network.
    Offline,
    /// A step is to be done on another device; how that stands.
    Handover,
    /// Which device is the signer's.
    HandoverAnswer,
    /// The photo that the other device took.
    HandoverPhoto,
    /// The link in the code: looked at by GET, used by POST.
    HandoverLink(String),
    /// The step at the other device.
    OtherDevice,
    /// The other device's photo.
    OtherPhoto,
    /// The other device's handwriting.
    OtherStrokes,
    /// What the other device says about itself.
    OtherFacts,
    /// The other device has done its part.
    OtherDone,
    /// The exact bytes of a document.
    Document(DocumentId),
    /// The picture of a page of a document; pages count from 1.
    PagePicture(DocumentId, u32),
    /// The evidence bundle of a record.
    Bundle(RecordId),
    /// The verifier, which runs in the browser.
    Verifier,
    /// Where staff comes in, and login name and password go.
    StaffLogin,
    /// The second factor of staff.
    StaffCode,
    /// What a reviewer has to decide.
    StaffCases,
    /// One case.
    StaffCase(CaseId),
    /// The decision of a case.
    StaffDecide(CaseId),
    /// The video of a case.
    StaffVideo(CaseId),
    /// What the registry decides about an objection.
    StaffObjection(FilingId),
    /// Where an officer says who is at the counter.
    StaffCounter,
    /// An officer saw person and card.
    StaffSeen,
    /// A file of a case that is no picture of a person.
    StaffFile(CaseId, CaseDocument),
    /// Where a handler prepares a filing.
    Desk(DeskLink),
    /// How a filing stands, for its handler.
    HandlerFilings,
    /// The handler confirms.
    HandlerConfirm,
    /// The handler asks those again who have not confirmed in time.
    HandlerAskAgain,
    /// The handler says that the filing was submitted to the registry.
    HandlerSubmit,
    /// The handler is asked whether to take out a party.
    HandlerRemoval,
    /// The handler takes it out.
    HandlerRemove,
    /// A name or a number is put right.
    StaffCorrections,
    /// Accounts of staff, for security and audit.
    StaffAccounts,
    /// An account is let in or shut out.
    StaffAccountDo(String, String),
    /// What staff did today, for audit.
    StaffJournal,
    /// The same of another day.
    StaffJournalOf(String),
    /// The same as a file.
    StaffJournalFile(String),
    /// A picture of a case.
    StaffPicture(CaseId, CasePicture),
    /// Another password for the own account.
    StaffPassword,
    /// The end of a session of staff.
    StaffLeave,
    /// A page of the notary's workbench, or its public check.
    Office(OfficeLink),
    /// What a custodian holds of a person.
    Held,
    /// A code is wanted to see it.
    HeldCode,
    /// Code and name were typed.
    HeldEnter,
    /// One signing that is held.
    HeldEvidence(DepositNo),
    /// A photo or document of it.
    HeldFile(DepositNo, Digest),
    /// The bundle of it.
    HeldBundle(DepositNo),
    /// Something is said about it.
    HeldSay(DepositNo),
    /// A certificate is applied for, about the signing of this voucher.
    HeldApply(VoucherNo),
    /// Whether one is told of signings in one's name.
    HeldWatch,
    /// The end of a session there.
    HeldLeave,
    /// The verifier as one file, at a custodian.
    VerifierFile,
    /// Where a regulator begins.
    Regulator,
    /// A search is made.
    RegulatorSearch,
    /// What a search found, behind one of the found.
    RegulatorResults(RecordId, Option<String>),
    /// A filing that a search found, from one of its records on.
    RegulatorFiling(RecordId, FilingId, Option<usize>),
    /// The photo of a signing of that filing.
    RegulatorPhoto(RecordId, FilingId, RecordId),
    /// The bundle of a record of that filing.
    RegulatorBundle(RecordId, FilingId, RecordId),
    /// All bundles of that filing, for a court.
    RegulatorPackage(RecordId, FilingId),
    /// A copy is compared with a document of that filing.
    RegulatorCompare(RecordId, FilingId, DocumentId),
    /// A legal hold is placed over that filing.
    RegulatorHold(RecordId, FilingId),
    /// One is lifted.
    RegulatorLift(RecordId, FilingId, RecordId),
    /// A certificate about a signing of that filing is applied for.
    RegulatorApply(RecordId, FilingId, RecordId),
    /// A file of ours.
    Asset(Asset),
}

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
            Self::StaffCounter | Self::StaffSeen => self.of_counter(f),
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
        f.write_str(if matches!(self, Self::StaffSeen) {
            "/staff/counter/seen"
        } else {
            "/staff/counter"
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

impl Link {
    /// Whether it is an address of 实时保, which is an application of its own.
    pub const fn is_held(&self) -> bool {
        matches!(
            self,
            Self::Held
                | Self::HeldCode
                | Self::HeldEnter
                | Self::HeldEvidence(_)
                | Self::HeldFile(..)
                | Self::HeldBundle(_)
                | Self::HeldSay(_)
                | Self::HeldApply(_)
                | Self::HeldWatch
                | Self::HeldLeave
        )
    }
}

/// Only letters, digits and hyphens: whatever else somebody put into an address is dropped
/// rather than written into a page.
fn path_segment(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(64).collect()
}

impl maud::Render for Link {
    fn render_to(&self, buffer: &mut String) {
        maud::Render::render_to(&self.to_string(), buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_made_of_what_it_names_and_nothing_else() {
        assert_eq!(Link::Invitation("abc-1/../\"<x>".into()).to_string(), "/s/abc-1x");
        assert_eq!(Link::Journey.to_string(), "/sign");
        let style = Link::Asset(Asset::Style).to_string();
        assert!(style.starts_with("/assets/") && style.ends_with("/style.css"), "{style}");
        assert_eq!(Link::Desk(DeskLink::New).to_string(), "/staff/filings/new");
        let query = RecordId::from_bytes([7; 16]);
        let whole = Link::RegulatorResults(query, None).to_string();
        let behind = Link::RegulatorResults(query, Some("00ff\"<".into())).to_string();
        assert_eq!(behind, format!("{whole}?after=00ff"));
        let filing = FilingId::from_bytes([8; 16]);
        let one = Link::RegulatorFiling(query, filing, None).to_string();
        assert_eq!(one, format!("{whole}/filings/{filing}"));
        let part = Link::RegulatorFiling(query, filing, Some(500)).to_string();
        assert_eq!(part, format!("{one}?from=500"));
    }
}
