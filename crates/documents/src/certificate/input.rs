//! What a certificate is made from: plain values, decided elsewhere.

use heqi_vocabulary::{Digest, Sm3Digest, UtcMillis};

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
    /// Who applies.
    pub applicants: Vec<Applicant>,
    /// Who acts for them.
    pub agent: Option<Agent>,
    /// What for, as it follows on 因: `向人民法院提供证据`.
    pub purpose: String,
    /// When the application was accepted.
    pub accepted_at: UtcMillis,
    /// When the certificate is issued.
    pub issued_at: UtcMillis,
    /// The platform that deposited, as parties know it.
    pub platform: String,
    /// The office's own system.
    pub system: String,
    /// What was deposited.
    pub deposits: Vec<Deposit>,
    /// The extraction session: the only source of place, time and steps.
    pub extraction: Extraction,
    /// What the data say about signings.
    pub facts: Vec<SigningFact>,
    /// Whether an objection is on record.
    pub objection: Objection,
    /// Whether the last paragraph limits what is certified; an office may leave it out.
    pub states_limits: bool,
    /// The files of the deposits (annex 1).
    pub files: Vec<EvidenceFile>,
    /// What was verified and found (annex 3).
    pub verification: Vec<VerificationLine>,
    /// Annexes beside the first four, on paper or on a medium.
    pub attachments: Vec<ListedAttachment>,
    /// The evidence bundles, embedded (annex 4).
    pub bundles: Vec<Bundle>,
    /// Where the certificate is checked.
    pub check: CheckPlace,
    /// The fee.
    pub fee: Fee,
    /// The text as it was approved, line by line, in the place of the one that follows from the
    /// fields above: what is printed is what the approver read. Annexes follow from the fields
    /// all the same.
    pub approved_text: Option<String>,
}

/// Who applies. Numbers are printed as they are given: mask them with [`crate::masked`] where
/// the office does not print them whole.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a person or an organisation")]
pub enum Applicant {
    /// A person.
    Person {
        /// Name.
        name: String,
        /// 男 or 女.
        sex: String,
        /// Day of birth as `1990年1月1日`; left out when empty.
        born: String,
        /// Kind of document, `公民身份号码`.
        document: String,
        /// Its number.
        number: String,
        /// Address; left out when empty.
        address: String,
    },
    /// A company, or an authority.
    Organisation {
        /// Full name.
        name: String,
        /// 统一社会信用代码.
        credit_code: String,
        /// Address; left out when empty.
        address: String,
        /// 法定代表人; left out when empty.
        representative: String,
    },
}

/// Who acts for the applicant.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Agent {
    /// Name.
    pub name: String,
    /// Number of the document, masked.
    pub number: String,
}

/// A deposit.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Deposit {
    /// 存证编号.
    pub number: String,
    /// 签署凭证号, where the deposit is of a signing.
    pub voucher_no: Option<String>,
    /// When the office's system received it.
    pub received_at: UtcMillis,
    /// How many files.
    pub files: usize,
    /// SHA-256 of the bundle, computed at admission.
    pub sha256: Digest,
    /// SM3 of the bundle, computed at admission.
    pub sm3: Sm3Digest,
    /// Which system generated the data (SF/T 0091-2021).
    pub generated_by: GeneratedBy,
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
    /// How many copies were made and sealed.
    pub copies: u32,
    /// How many pages were printed.
    pub printed_pages: u32,
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

/// What the data say about one signing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SigningFact {
    /// When.
    pub signed_at: UtcMillis,
    /// In whose name.
    pub name: String,
    /// The number of that person's document, masked.
    pub number: String,
    /// How the name was checked.
    pub identity_check: String,
    /// How the face was checked, or what stood in its place.
    pub face_check: String,
    /// The document's title.
    pub document: String,
    /// What the person answered afterwards.
    pub confirmation: Option<Confirmation>,
}

/// An answer to the message after signing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Confirmation {
    /// When.
    pub at: UtcMillis,
    /// 短信, 电子邮件 and the like.
    pub by: String,
    /// What.
    pub answer: Answer,
}

/// What a person answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "two buttons")]
pub enum Answer {
    /// 确认.
    Confirmed,
    /// 异议.
    Objected,
}

/// Whether an objection is on record (公证法 article 31(4)).
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "none, or one with or without the approver's tick")]
pub enum Objection {
    /// None: what was recorded about the signing is stated.
    None,
    /// One, and the approver did not tick the paragraph: it is left out, and that is said.
    LeftOut,
    /// One, and the approver ticked the paragraph: it is stated together with the objection.
    Stated {
        /// When the objection was recorded.
        recorded_at: UtcMillis,
    },
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

/// An annex beside the first four.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ListedAttachment {
    /// What it is.
    pub title: String,
    /// In which form: `光盘1张`, `打印件3页`.
    pub form: String,
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
