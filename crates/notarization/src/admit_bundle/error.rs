//! Why a deposit has no receipt. Nothing was kept: what is sent right succeeds.

use heqi_evidence::bundle::BundleError;
use heqi_evidence::canonical::CanonicalError;
use heqi_evidence::statement::StatementError;
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::InvalidChangeset;
use heqi_evidence_store::table::TableError;
use heqi_evidence_store::vault::VaultError;
use heqi_vocabulary::{Explain, Explanation, Language};

use crate::admit_bundle::MAX_PARTS;
use crate::deposited::DepositedError;

/// Why a deposit has no receipt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdmitBundleError {
    /// The file is no bundle.
    #[error("the deposit is no evidence bundle")]
    Unreadable(#[from] BundleError),
    /// An entry does not fit the digest listed for it: damaged on the way.
    #[error("entry {entry} was damaged on the way")]
    Damaged {
        /// The entry.
        entry: String,
    },
    /// A part does not follow its format, or stands where it does not belong.
    #[error("the deposit is malformed: {reason}")]
    Malformed {
        /// Stable code of what is wrong.
        reason: String,
    },
    /// Slots of the record or of the device's attributes are closed: a deposit is always full.
    #[error("the record is disclosed in part only")]
    NotWhole,
    /// A document or photo that the record names is not there.
    #[error("{missing} documents or photos that the record names are not in the deposit")]
    Incomplete {
        /// How many.
        missing: usize,
    },
    /// More than [`MAX_PARTS`].
    #[error("the deposit has more than {MAX_PARTS} parts")]
    TooManyParts,
    /// A part is longer than one object may be.
    #[error("a part of the deposit is too long")]
    PartTooLong,
    /// Nothing proves that the record stands in a log this office knows.
    #[error("the record is not proved to stand in the log: {reason}")]
    NotLogged {
        /// Stable code of what is missing.
        reason: String,
    },
    /// It is not the record, or not the place, that the receipt it comes with is about.
    #[error("the receipt is about another record")]
    NotReceipted,
    /// Records before this one are missing.
    #[error("the chain continues at place {expected_seq}")]
    Gap {
        /// The place that is next.
        expected_seq: u64,
    },
    /// The keys that this deposit would be sealed under were erased on request.
    #[error("the data keys of this deposit were erased")]
    Erased,
    /// No number is left for this day.
    #[error("no deposit number is left for this day")]
    NumbersExhausted,
    /// The receipt or chain head could not be signed.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// Something could not be written as JSON.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// It breaks a bound of the store.
    #[error(transparent)]
    Invalid(#[from] InvalidChangeset),
    /// A row could not be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// What is held could not be read.
    #[error(transparent)]
    Deposited(#[from] DepositedError),
    /// By what people are found.
    #[error(transparent)]
    Holder(#[from] crate::holder::HolderFault),
    /// The vault gave no key.
    #[error(transparent)]
    Vault(VaultError),
    /// The process is stopping.
    #[error("the examination was interrupted")]
    Interrupted,
}

impl From<VaultError> for AdmitBundleError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Shredded { .. } => Self::Erased,
            other => Self::Vault(other),
        }
    }
}

impl AdmitBundleError {
    /// Whether the fault is the office's own: the sender tries again later.
    pub const fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::NumbersExhausted
                | Self::Statement(_)
                | Self::Canonical(_)
                | Self::Store(_)
                | Self::Invalid(_)
                | Self::Table(_)
                | Self::Deposited(_)
                | Self::Holder(_)
                | Self::Vault(_)
                | Self::Interrupted
        )
    }
}

impl Explain for AdmitBundleError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "bundle_unreadable",
            Self::Damaged { .. } => "entry_damaged",
            Self::Malformed { .. } => "deposit_malformed",
            Self::NotWhole => "record_not_whole",
            Self::Incomplete { .. } => "deposit_incomplete",
            Self::TooManyParts => "too_many_parts",
            Self::PartTooLong => "part_too_long",
            Self::NotLogged { .. } => "not_logged",
            Self::NotReceipted => "not_receipted",
            Self::Gap { .. } => "chain_gap",
            Self::Erased => "erased",
            Self::NumbersExhausted => "numbers_exhausted",
            Self::Store(CommitError::DiskFull) => "disk_full",
            Self::Store(_) | Self::Interrupted => "unavailable",
            _ => "internal",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        match language {
            Language::Zh => Explanation::new(self.what_zh(), self.next_zh()),
            Language::En => Explanation::new(self.what_en(), self.next_en()),
        }
    }
}

impl AdmitBundleError {
    fn what_zh(&self) -> String {
        match self {
            Self::Unreadable(_) => "提交的文件不是证据包，未作任何保存。".into(),
            Self::Damaged { entry } => format!("{entry} 与清单摘要不一致，未作任何保存。"),
            Self::Malformed { reason } => format!("证据包格式不合规（{reason}），未作任何保存。"),
            Self::NotWhole => "存证必须提交完整记录，本次记录只披露了一部分。".into(),
            Self::Incomplete { missing } => format!("缺少记录所引用的 {missing} 个文件或照片。"),
            Self::TooManyParts => format!("一次存证最多 {MAX_PARTS} 个部分。"),
            Self::PartTooLong => "证据包中有一个部分超过允许的大小。".into(),
            Self::NotLogged { reason } => {
                format!("不能证明该记录位于本机构认可的日志中（{reason}）。")
            }
            Self::Gap { expected_seq } => {
                format!("该记录链应先存证第 {expected_seq} 条，本条未作任何保存。")
            }
            Self::NotReceipted => "回执所述并非这条记录，未作任何保存。".into(),
            Self::Erased => "该记录的数据密钥已按要求删除，不能再次存证。".into(),
            Self::NumbersExhausted => "当日存证编号已用完。".into(),
            Self::Store(CommitError::DiskFull) => "存储空间不足，暂停接收存证。".into(),
            _ => "存证服务内部出错，未出具回执。".into(),
        }
    }

    fn next_zh(&self) -> &'static str {
        match self {
            Self::Unreadable(_) | Self::Malformed { .. } | Self::TooManyParts => {
                "请按证据包格式规范重新生成后提交。"
            }
            Self::Damaged { .. } => "请检查传输后重新提交。",
            Self::NotWhole | Self::Incomplete { .. } => "请补齐后重新提交。",
            Self::PartTooLong => "请将该文件缩小到 20 MiB 以内。",
            Self::NotLogged { .. } => "请附上日志已签名树头的包含证明后重新提交。",
            Self::NotReceipted => "请提交回执所述的那条记录。",
            Self::Gap { .. } => "请从该序号起按顺序提交。",
            Self::Erased => "如有异议，请联系公证机构。",
            _ => "请稍后重新提交，不会重复存证。",
        }
    }

    fn what_en(&self) -> String {
        match self {
            Self::Unreadable(_) => "The file is no evidence bundle; nothing was kept.".into(),
            Self::Damaged { entry } => {
                format!("{entry} does not fit the digest listed for it; nothing was kept.")
            }
            Self::Malformed { reason } => {
                format!("The bundle does not follow its format ({reason}); nothing was kept.")
            }
            Self::NotWhole => {
                "A deposit is always a full record; this one is disclosed in part.".into()
            }
            Self::Incomplete { missing } => {
                format!("{missing} documents or photos that the record names are missing.")
            }
            Self::TooManyParts => format!("A deposit has at most {MAX_PARTS} parts."),
            Self::PartTooLong => "A part of the bundle is longer than allowed.".into(),
            Self::NotLogged { reason } => format!(
                "It is not proved that the record stands in a log this office knows ({reason})."
            ),
            Self::Gap { expected_seq } => format!(
                "The record at place {expected_seq} of the chain comes first; nothing was kept."
            ),
            Self::NotReceipted => "The receipt is about another record; nothing was kept.".into(),
            Self::Erased => {
                "The data keys of this record were erased on request; it cannot be deposited again."
                    .into()
            }
            Self::NumbersExhausted => "No deposit number is left for today.".into(),
            Self::Store(CommitError::DiskFull) => {
                "The store is nearly full; no deposits are taken at present.".into()
            }
            _ => "The deposit service failed; no receipt was made.".into(),
        }
    }

    fn next_en(&self) -> &'static str {
        match self {
            Self::Unreadable(_) | Self::Malformed { .. } | Self::TooManyParts => {
                "Make the bundle again by the format and send it again."
            }
            Self::Damaged { .. } => "Check the connection and send it again.",
            Self::NotWhole | Self::Incomplete { .. } => "Complete it and send it again.",
            Self::PartTooLong => "Keep each file within 20 MiB.",
            Self::NotLogged { .. } => {
                "Send it again with the inclusion proof of a head that the log signed."
            }
            Self::NotReceipted => "Send the record that the receipt is about.",
            Self::Gap { .. } => "Send the records in order from that place on.",
            Self::Erased => "If you object, contact the notary office.",
            _ => "Send it again later; it will not be deposited twice.",
        }
    }
}
