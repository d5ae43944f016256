//! What a certificate is made from: plain values, decided elsewhere.

use heqi_vocabulary::{Digest, Sm3Digest, UtcMillis};

use super::signing::SigningAnnex;
use crate::Office;

/// Everything that stands in a certificate.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CertificateInput {
    /// The full number, `（2026）杭示证经字第000001号`.
    pub number: String,
    /// The office that issues.
    pub office: Office,
    /// The notary's name.
    pub notary: String,
    /// The text as it was approved, a paragraph a line: what is printed is what the approver read. All
    /// annexes follow from the fields below.
    pub text: String,
    /// When the certificate is issued.
    pub issued_at: UtcMillis,
    /// What was deposited.
    pub deposits: Vec<Deposit>,
    /// The extraction session: the only source of place, time and steps.
    pub extraction: Extraction,
    /// The files of the deposits (annex 1).
    pub files: Vec<EvidenceFile>,
    /// What was verified and found (annex 3).
    pub verification: Vec<VerificationLine>,
    /// Photos, surroundings and receipts of the signing (annexes 5 and 6).
    pub signing: SigningAnnex,
    /// What was answered after it (annex 7).
    pub answers: Answers,
    /// The evidence bundles, embedded (annex 4).
    pub bundles: Vec<Bundle>,
    /// Where the certificate is checked.
    pub check: CheckPlace,
    /// The fee.
    pub fee: Fee,
}

/// A deposit.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Deposit {
    /// 存证编号.
    pub number: String,
    /// 签署凭证号, where the deposit is of a signing.
    pub voucher_no: Option<String>,
}

/// Which system generated data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "controlled by a notary office, or not")]
pub enum GeneratedBy {
    /// 公证保管系统.
    NotarySystem,
    /// 平台(非公证机构管控).
    Platform,
}

impl GeneratedBy {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::NotarySystem => "公证保管系统",
            Self::Platform => "平台（非公证机构管控）",
        }
    }
}

/// The extraction session.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Extraction {
    /// Where.
    pub place: String,
    /// The second person of the office.
    pub assistant: String,
    /// The office's computer.
    pub computer: String,
    /// The six steps, in order.
    pub steps: Vec<Step>,
    /// Whether the digests computed again are those of the deposit.
    pub digests_agree: bool,
}

/// A step of the session.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Step {
    /// Which.
    pub kind: StepKind,
    /// When, to the second.
    pub at: UtcMillis,
    /// Who.
    pub operator: String,
    /// What came out.
    pub outcome: String,
    /// SHA-256 of the program that was used.
    pub tool: Option<Digest>,
    /// SHA-256 of the picture of the screen.
    pub screenshot: Option<Digest>,
}

/// The steps of a session (domain analysis 11.8).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the session has six steps")]
pub enum StepKind {
    /// 环境清洁性检查.
    CleanCheck,
    /// 检索.
    Search,
    /// 提取.
    Extract,
    /// 重算摘要.
    Recompute,
    /// 验签验时.
    Verify,
    /// 封存.
    Seal,
}

impl StepKind {
    /// In their order.
    pub const ALL: [Self; 6] =
        [Self::CleanCheck, Self::Search, Self::Extract, Self::Recompute, Self::Verify, Self::Seal];

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::CleanCheck => "环境清洁性检查",
            Self::Search => "检索",
            Self::Extract => "提取",
            Self::Recompute => "重算摘要",
            Self::Verify => "验签验时",
            Self::Seal => "封存",
        }
    }
}

/// What the parties answered after a signing.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Answers {
    /// One for each, in order of time.
    pub rows: Vec<AnswerRow>,
    /// The same for programs, embedded as `answers.json` unless it is empty.
    pub file: Vec<u8>,
}

/// One answer, or one decision about an objection.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct AnswerRow {
    /// Who; masked where it is a third party.
    pub who: String,
    /// What.
    pub what: String,
    /// When.
    pub at: UtcMillis,
    /// In what way.
    pub way: String,
    /// Root of its record, where there is one.
    pub root: Option<Digest>,
}

/// A file of a deposit.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct EvidenceFile {
    /// The deposit.
    pub deposit_no: String,
    /// What it is.
    pub title: String,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Its SHA-256.
    pub sha256: Digest,
    /// Its SM3.
    pub sm3: Sm3Digest,
    /// Which system generated it.
    pub generated_by: GeneratedBy,
}

/// What was verified.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct VerificationLine {
    /// What.
    pub what: String,
    /// The finding, in the words of the verdict.
    pub finding: String,
    /// Why.
    pub reason: String,
}

/// An evidence bundle.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Bundle {
    /// The deposit it is the evidence of.
    pub deposit_no: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Where a certificate is checked.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CheckPlace {
    /// What the code on the page leads to; no personal data in it.
    pub address: String,
    /// The short code to type.
    pub code: String,
}

/// The fee.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "due, paid or waived")]
pub enum Fee {
    /// 应收.
    Due {
        /// In cents of a yuan.
        cents: u64,
    },
    /// 已收.
    Paid {
        /// In cents of a yuan.
        cents: u64,
        /// The receipt.
        receipt_no: String,
    },
    /// 减免.
    Waived {
        /// Why.
        reason: String,
    },
}
