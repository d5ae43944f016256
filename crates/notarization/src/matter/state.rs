//! The states of a matter and what may follow what: pure, without clock, store or chance.
//!
//! ```text
//! Submitted ─ accept ─► Accepted ◄─► Supplementing
//!     │                    │ draft (checklist settled, extraction sealed)
//!     │                    ▼
//!     │                 Drafted ─ hand in ─► InApproval ─ approve (another person) ─┐
//!     │                    ▲────── send back ──────┘                                │
//!     │        own series: the number is given in the same commit ◄─────────────────┤
//!     │        else: NumberRequested ─ the register answers, or a number is typed ──┤
//!     │                                                                 Numbered ◄──┘
//!     │                                                  issue (good time token) │
//!     └► Refused · Terminated · Withdrawn (before issue)                 Issued ◄┘─► Voided
//! ```
//!
//! Refused, Terminated, and Voided of what was issued: one person proposes, another approves ([`Proposed`]).

use std::collections::BTreeMap;

use heqi_evidence_store::object::ObjectRef;
use heqi_vocabulary::{DepositNo, Digest, RecordId, StaffId, UtcMillis, VoucherNo};
use serde::{Deserialize, Serialize};

use super::checklist::Checklist;
use super::clock::StatutoryClock;
use super::extraction::Extraction;
use super::form::{ApplicantKind, DeliveryWay};
use super::notice::Notice;
use super::number::{AcceptanceNo, ApplicationNo, CertificateNo};
use crate::deposited::DepositKey;

mod proposed;
mod read;
mod rule;
mod transitions;

pub use proposed::{Proposed, ProposedChange};
pub use rule::Rule;

/// How far a matter has come.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum Stage {
    /// 待受理.
    Submitted,
    /// 审查中.
    Accepted,
    /// 待补正; the clock stands still.
    Supplementing,
    /// 已起草.
    Drafted,
    /// 待审批.
    InApproval,
    /// 待取号.
    NumberRequested,
    /// 待签章.
    Numbered,
    /// 已出具.
    Issued,
    /// 不予受理 or 不予办理.
    Refused,
    /// 终止.
    Terminated,
    /// 已撤回.
    Withdrawn,
    /// 已撤销.
    Voided,
}

impl Stage {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
            Self::Supplementing => "supplementing",
            Self::Drafted => "drafted",
            Self::InApproval => "in_approval",
            Self::NumberRequested => "number_requested",
            Self::Numbered => "numbered",
            Self::Issued => "issued",
            Self::Refused => "refused",
            Self::Terminated => "terminated",
            Self::Withdrawn => "withdrawn",
            Self::Voided => "voided",
        }
    }

    /// Whether nothing follows but the archive.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Refused | Self::Terminated | Self::Withdrawn | Self::Voided)
    }

    /// Whether the certificate may still be stopped without voiding it.
    const fn is_before_number(self) -> bool {
        matches!(
            self,
            Self::Submitted
                | Self::Accepted
                | Self::Supplementing
                | Self::Drafted
                | Self::InApproval
        )
    }
}

/// The acceptance of an application.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Acceptance {
    /// Its number.
    pub no: AcceptanceNo,
    /// When.
    pub at: UtcMillis,
    /// The responsible notary.
    pub notary: StaffId,
}

/// A declaration of interest.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Declaration {
    /// When.
    pub at: UtcMillis,
    /// Whether there is a conflict.
    pub conflict: bool,
}

/// The draft that stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Draft {
    /// Who wrote it last.
    pub by: StaffId,
    /// When.
    pub at: UtcMillis,
    /// SHA-256 of its text.
    pub sha256: Digest,
    /// Whether it holds the paragraph 『上述电子数据中记录…』 about the signing.
    pub tells_signing: bool,
}

/// The approval of a draft.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Approval {
    /// By whom: never who drafted.
    pub by: StaffId,
    /// When: the day of the certificate (公证程序规则 art. 44).
    pub at: UtcMillis,
    /// Whether the paragraph about the signing was approved although somebody objected.
    pub despite_objection: bool,
}

/// The certificate as it was issued.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Issue {
    /// When, by the office's clock.
    pub at: UtcMillis,
    /// The time of the token over the signature.
    pub stamped_at: UtcMillis,
    /// By whom.
    pub by: StaffId,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// The file, sealed.
    pub object: ObjectRef,
}

/// The fee of a matter, in fen.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum Fee {
    /// Not set.
    #[default]
    Unset,
    /// 应收.
    Due {
        /// How much.
        fen: u64,
    },
    /// 减免 (公证法 art. 34).
    Waived,
    /// 已收.
    Paid {
        /// How much.
        fen: u64,
        /// The receipt.
        receipt: String,
    },
}

/// What became of the sealed paper.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum Paper {
    /// None is to be made.
    #[default]
    None,
    /// 待签章.
    ToSeal,
    /// 已签章, with a scan.
    Sealed {
        /// SHA-256 of the scan of the sealed original.
        scan_sha256: Digest,
        /// The scan, sealed.
        scan: ObjectRef,
    },
    /// 已送达（签收）.
    Delivered,
}

/// A delivery.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Delivery {
    /// How.
    pub way: DeliveryWay,
    /// When.
    pub at: UtcMillis,
    /// The waybill of a letter, or who signed for it is kept sealed.
    pub waybill: Option<String>,
}

/// A re-examination (公证法 art. 39).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Reexamination {
    /// When it was asked for.
    pub asked_at: UtcMillis,
    /// By which notary it is done: never who issued.
    pub notary: StaffId,
    /// What came of it, and when.
    pub outcome: Option<(UtcMillis, ReexaminationOutcome)>,
}

/// What comes of a re-examination.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the law names three")]
pub enum ReexaminationOutcome {
    /// 维持.
    Upheld,
    /// 补正.
    Corrected,
    /// 撤销.
    Voided,
}

/// One matter. Holds nothing personal: what does is sealed beside it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    pub(crate) no: ApplicationNo,
    pub(crate) deposit: DepositKey,
    pub(crate) deposit_no: DepositNo,
    pub(crate) record_id: RecordId,
    pub(crate) voucher: Option<VoucherNo>,
    pub(crate) deposited_at: UtcMillis,
    pub(crate) applicant: ApplicantKind,
    pub(crate) submitted_at: UtcMillis,
    pub(crate) stage: Stage,
    pub(crate) acceptance: Option<Acceptance>,
    pub(crate) clock: Option<StatutoryClock>,
    pub(crate) declarations: BTreeMap<StaffId, Declaration>,
    pub(crate) supplement_asked: bool,
    pub(crate) checklist: Checklist,
    pub(crate) objections: u32,
    pub(crate) quarantined_at: Option<UtcMillis>,
    pub(crate) extraction: Option<Extraction>,
    pub(crate) package: Option<(Digest, ObjectRef)>,
    pub(crate) draft: Option<Draft>,
    pub(crate) approval: Option<Approval>,
    pub(crate) certificate: Option<CertificateNo>,
    pub(crate) issue: Option<Issue>,
    pub(crate) fee: Fee,
    pub(crate) paper: Paper,
    /// The scan of the sealed original once it was handed over; until then it stands with the paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scan: Option<(Digest, ObjectRef)>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) corrections: u32,
    pub(crate) voided_at: Option<UtcMillis>,
    pub(crate) reexamination: Option<Reexamination>,
    /// What waits for a second person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proposed: Option<Proposed>,
    /// Nothing once something has changed since.
    pub(crate) archived_at: Option<UtcMillis>,
    /// The small documents, oldest first.
    #[serde(default)]
    pub(crate) notices: Vec<Notice>,
    /// The pages that extraction sessions showed, oldest first, of every session there was.
    #[serde(default)]
    pub(crate) screens: Vec<(Digest, ObjectRef)>,
    /// How many steps there are.
    pub(crate) steps: u64,
    /// Digest of the newest step's statement; of nothing before the first.
    pub(crate) last_step: Digest,
}

/// What an application stands on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground {
    pub(crate) deposit: DepositKey,
    pub(crate) deposit_no: DepositNo,
    pub(crate) record_id: RecordId,
    pub(crate) voucher: Option<VoucherNo>,
    pub(crate) deposited_at: UtcMillis,
}
