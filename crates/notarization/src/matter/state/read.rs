//! What is read of a matter.

use heqi_evidence_store::object::ObjectRef;
use heqi_vocabulary::{DepositNo, Digest, RecordId, StaffId, UtcMillis, VoucherNo};

use super::{
    Acceptance, Approval, Declaration, Delivery, Draft, Fee, Issue, Matter, Paper, Reexamination,
    Stage,
};
use crate::matter::checklist::Checklist;
use crate::matter::clock::StatutoryClock;
use crate::matter::extraction::Extraction;
use crate::matter::form::ApplicantKind;
use crate::matter::notice::Notice;
use crate::matter::number::{ApplicationNo, CertificateNo};

/// What is read of a matter.
impl Matter {
    /// Its number.
    pub const fn no(&self) -> ApplicationNo {
        self.no
    }

    /// How far it has come.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The deposit it is about.
    pub const fn deposit_no(&self) -> DepositNo {
        self.deposit_no
    }

    /// The record it is about.
    pub const fn record_id(&self) -> RecordId {
        self.record_id
    }

    /// The signing's voucher number.
    pub const fn voucher(&self) -> Option<VoucherNo> {
        self.voucher
    }

    /// When the office received the deposit.
    pub const fn deposited_at(&self) -> UtcMillis {
        self.deposited_at
    }

    /// Who applied.
    pub const fn applicant(&self) -> ApplicantKind {
        self.applicant
    }

    /// When.
    pub const fn submitted_at(&self) -> UtcMillis {
        self.submitted_at
    }

    /// Its acceptance.
    pub const fn acceptance(&self) -> Option<Acceptance> {
        self.acceptance
    }

    /// The statutory clock, once accepted.
    pub const fn clock(&self) -> Option<&StatutoryClock> {
        self.clock.as_ref()
    }

    /// What somebody said about their interest.
    pub fn declaration(&self, account: StaffId) -> Option<Declaration> {
        self.declarations.get(&account).copied()
    }

    /// Whether the supplement was asked for.
    pub const fn supplement_asked(&self) -> bool {
        self.supplement_asked
    }

    /// The checklist.
    pub const fn checklist(&self) -> &Checklist {
        &self.checklist
    }

    /// How many objections the held chain holds.
    pub const fn objections(&self) -> u32 {
        self.objections
    }

    /// Since when it is quarantined.
    pub const fn quarantined_at(&self) -> Option<UtcMillis> {
        self.quarantined_at
    }

    /// The extraction session.
    pub const fn extraction(&self) -> Option<&Extraction> {
        self.extraction.as_ref()
    }

    /// SHA-256 of the sealed evidence package.
    pub fn package_sha256(&self) -> Option<Digest> {
        self.package.map(|(sha256, _)| sha256)
    }

    /// The draft.
    pub const fn draft(&self) -> Option<Draft> {
        self.draft
    }

    /// The approval.
    pub const fn approval(&self) -> Option<Approval> {
        self.approval
    }

    /// The certificate's number.
    pub const fn certificate(&self) -> Option<&CertificateNo> {
        self.certificate.as_ref()
    }

    /// The certificate as issued.
    pub const fn issue(&self) -> Option<Issue> {
        self.issue
    }

    /// The fee.
    pub const fn fee(&self) -> &Fee {
        &self.fee
    }

    /// The paper.
    pub const fn paper(&self) -> Paper {
        self.paper
    }

    /// The scan of the sealed original.
    pub(crate) const fn scan(&self) -> Option<(Digest, ObjectRef)> {
        match self.paper {
            Paper::Sealed { scan_sha256, scan } => Some((scan_sha256, scan)),
            Paper::None | Paper::ToSeal | Paper::Delivered => self.scan,
        }
    }

    /// SHA-256 of the scan of the sealed original, where one is kept.
    pub fn scan_sha256(&self) -> Option<Digest> {
        self.scan().map(|(sha256, _)| sha256)
    }

    /// Deliveries so far.
    pub fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    /// How often it was corrected.
    pub const fn corrections(&self) -> u32 {
        self.corrections
    }

    /// Since when the certificate is void.
    pub const fn voided_at(&self) -> Option<UtcMillis> {
        self.voided_at
    }

    /// The re-examination, the last one.
    pub const fn reexamination(&self) -> Option<Reexamination> {
        self.reexamination
    }

    /// Whether there is a number, or will be one, that was not issued and nothing but voiding takes back.
    pub fn takes_void(&self) -> bool {
        let is_given = self.certificate.is_some() || self.stage == Stage::NumberRequested;
        is_given && self.issue.is_none() && !self.stage.is_closed()
    }

    /// Whether another notary looks at it again and has not decided yet.
    pub(crate) fn is_looked_at_again(&self) -> bool {
        self.stage == Stage::Issued && self.reexamination.is_some_and(|one| one.outcome.is_none())
    }

    /// Whether something about it waits for a second person, or another notary looks at it again: nothing for the archive.
    pub fn is_open_again(&self) -> bool {
        self.proposed().is_some() || self.is_looked_at_again()
    }

    /// The small documents, oldest first.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// SHA-256 of the pages that extraction sessions showed, oldest first.
    pub fn screens(&self) -> impl Iterator<Item = Digest> + '_ {
        self.screens.iter().map(|(sha256, _)| *sha256)
    }

    /// When the dossier was archived, as it is: nothing where something has changed since.
    pub const fn archived_at(&self) -> Option<UtcMillis> {
        self.archived_at
    }
}
