//! One step of a matter as a statement: a leaf of the office's own log, as receipts are. It
//! names nobody but the account that acted, and holds what was said only as a salted digest.

use std::fmt;

use heqi_evidence::statement::Statement;
use heqi_vocabulary::{Digest, StaffId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::number::ApplicationNo;

/// The statement (`docs/spec/matter.md`).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the statement's format, version 1")]
pub struct MatterStep {
    /// The matter.
    pub application: ApplicationNo,
    /// When, by the office's clock.
    pub at: UtcMillis,
    /// Who acted.
    pub by: ActedBy,
    /// Which office.
    pub custodian: String,
    /// SHA-256 over 16 random bytes and what was said, which stays sealed.
    pub detail_sha256: Digest,
    /// SHA-256 of the statement before it; of nothing for the first.
    pub previous: Digest,
    /// Its place in the matter, from 1.
    pub seq: u64,
    /// What was done.
    pub step: StepKind,
}

impl Statement for MatterStep {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.matter-step.v1+json";
}

/// Who acted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "who", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "the statement's format, version 1")]
pub enum ActedBy {
    /// A member of staff, and in what role.
    Staff {
        /// The account.
        account: StaffId,
        /// The role.
        role: String,
    },
    /// The authority that applied through the interface.
    Regulator,
    /// Whoever signed and applied through 实时保.
    Signer,
    /// The office's case system, which gave a number.
    Register,
    /// The office's own service, which made a document that a step owed.
    Office,
}

/// What was done.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the statement's format, version 1")]
pub enum StepKind {
    /// 申请.
    Applied,
    /// 利益冲突申报.
    Declared,
    /// 受理.
    Accepted,
    /// 改由其他公证员承办.
    TakenOver,
    /// 一次性告知补正.
    SupplementAsked,
    /// 补正材料到齐.
    SupplementArrived,
    /// 期限中止.
    Paused,
    /// 期限恢复.
    Resumed,
    /// 不予受理、不予办理.
    Refused,
    /// 终止.
    Terminated,
    /// 撤回.
    Withdrawn,
    /// 系统预检.
    Recomputed,
    /// 人工审查.
    Ticked,
    /// 打开提取会话.
    ExtractionOpened,
    /// 提取会话的一步.
    ExtractionAct,
    /// 起草.
    Drafted,
    /// 送审.
    HandedIn,
    /// 退回.
    SentBack,
    /// 审批通过.
    Approved,
    /// 编号.
    Numbered,
    /// 出具.
    Issued,
    /// 收费.
    FeeSet,
    /// 纸质签章.
    PaperSealed,
    /// 送达.
    Delivered,
    /// 补正公证书.
    Corrected,
    /// 撤销公证书.
    Voided,
    /// 申请复查.
    ReexaminationAsked,
    /// 复查决定.
    ReexaminationDecided,
    /// 提请补正、撤销，或者提交复查结论.
    StandingProposed,
    /// 不同意.
    ProposalTurnedDown,
    /// 提请不予受理、不予办理，或者终止.
    EndingProposed,
    /// 收回提请.
    ProposalWithdrawn,
    /// 归档.
    Archived,
    /// 文书制作.
    NoticeMade,
}

impl StepKind {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Declared => "declared",
            Self::Accepted => "accepted",
            Self::TakenOver => "taken_over",
            Self::SupplementAsked => "supplement_asked",
            Self::SupplementArrived => "supplement_arrived",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Refused => "refused",
            Self::Terminated => "terminated",
            Self::Withdrawn => "withdrawn",
            Self::Recomputed => "recomputed",
            Self::Ticked => "ticked",
            Self::ExtractionOpened => "extraction_opened",
            Self::ExtractionAct => "extraction_act",
            Self::Drafted => "drafted",
            Self::HandedIn => "handed_in",
            Self::SentBack => "sent_back",
            Self::Approved => "approved",
            Self::Numbered => "numbered",
            Self::Issued => "issued",
            Self::FeeSet => "fee_set",
            Self::PaperSealed => "paper_sealed",
            Self::Delivered => "delivered",
            Self::Corrected => "corrected",
            Self::Voided => "voided",
            Self::ReexaminationAsked => "reexamination_asked",
            Self::ReexaminationDecided => "reexamination_decided",
            Self::StandingProposed => "standing_proposed",
            Self::ProposalTurnedDown => "proposal_turned_down",
            Self::EndingProposed => "ending_proposed",
            Self::ProposalWithdrawn => "proposal_withdrawn",
            Self::Archived => "archived",
            Self::NoticeMade => "notice_made",
        }
    }
}

impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
