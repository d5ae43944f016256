//! Typed addresses. A page names where it leads; what that is as text stands here, once.

use heqi_vocabulary::{CaseId, DepositNo, Digest, DocumentId, FilingId, RecordId, VoucherNo};

use crate::assets::Asset;

mod case;
mod counter;
mod desk;
mod office;
mod text;

pub use case::{CaseDocument, CasePicture};
pub use counter::CounterStep;
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
    /// Where somebody confirms at the counter.
    StaffConfirm(CounterStep),
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
