//! Why a claim has its status: one variant per reason, with a stable code for programs
//! and one sentence for people in each language.

use heqi_vocabulary::Language;

/// The reason of a status.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// Everything fits.
    PartsAgree {
        /// How many parts.
        parts: usize,
    },
    /// An entry does not fit the manifest.
    Damaged {
        /// The entry.
        entry: String,
    },
    /// The record breaks its format.
    RecordMalformed {
        /// What is wrong.
        detail: String,
    },
    /// A part breaks its format.
    PartMalformed {
        /// The entry.
        entry: &'static str,
    },
    /// A part is missing.
    PartMissing {
        /// The entry.
        entry: &'static str,
    },
    /// A part has no place here.
    PartUnexpected {
        /// The entry.
        entry: &'static str,
    },
    /// Nothing ties a part to the record.
    NotBound {
        /// The attribute that would.
        attribute: &'static str,
    },
    /// Two parts disagree.
    Mismatch {
        /// What disagrees, `snake_case`.
        what: &'static str,
        /// With what.
        against: &'static str,
    },
    /// An attachment belongs to nothing.
    AttachmentUnreferenced {
        /// The entry.
        entry: String,
    },
    /// Answered too late.
    ChallengeExpired,
    /// The signature holds.
    SignatureValid {
        /// The algorithm.
        algorithm: String,
        /// Serial number of the certificate.
        serial: String,
        /// Whether the certificate has no legal effect.
        test_only: bool,
    },
    /// The signature does not hold.
    SignatureInvalid,
    /// Another device.
    OtherDeviceKey,
    /// The chain is broken.
    CertificateBroken,
    /// No anchor for the chain.
    CertificateUntrusted,
    /// No proof of validity in time.
    ValidityNotProved,
    /// Nothing to check.
    NoSignature,
    /// No anchors.
    NoAnchors,
    /// Nobody vouches.
    IdentityDeclared,
    /// Closed.
    IdentityNotDisclosed,
    /// Not concerned.
    IdentityNotConcerned,
    /// In the log.
    Included {
        /// Index in the log.
        index: u64,
        /// Size of the tree.
        size: u64,
        /// Origin of the log.
        origin: String,
    },
    /// Not in the log.
    NotIncluded,
    /// No proof.
    NoProof,
    /// Unknown log.
    LogUnknown {
        /// Origin of the log.
        origin: String,
    },
    /// Bad head.
    LogSignatureInvalid,
    /// Key outside its validity.
    KeyNotValidThen {
        /// Whose key.
        who: String,
    },
    /// Cosigned.
    Cosigned {
        /// Who cosigned.
        names: String,
        /// When.
        at: String,
    },
    /// Not cosigned.
    NotCosigned,
    /// Held.
    Deposited {
        /// How many hold it.
        held: usize,
        /// Of how many.
        of: usize,
    },
    /// Not all hold it.
    DepositedPartly {
        /// How many hold it.
        held: usize,
        /// Of how many.
        of: usize,
    },
    /// Refused.
    DepositRefused {
        /// Who refused.
        custodian: String,
        /// Stable code of the refusal.
        code: String,
    },
    /// Not this record's receipt.
    ReceiptOfAnother {
        /// The entry.
        entry: String,
    },
    /// Bad receipt.
    ReceiptInvalid {
        /// The entry.
        entry: String,
    },
    /// Nothing dropped.
    CompleteUpTo {
        /// Number of records.
        seq: u64,
        /// When.
        at: String,
        /// How many are objections.
        objections: usize,
    },
    /// No statement.
    NoChainHead,
    /// Broken chain.
    ChainBroken {
        /// What is wrong.
        detail: String,
    },
    /// Bad statement.
    ChainHeadInvalid,
    /// Dropped or replaced.
    ChainHeadDiffers {
        /// What the notary states.
        stated: u64,
        /// What the bundle has.
        found: u64,
    },
    /// Not in the chain.
    NotInChain,
    /// An interval.
    Between {
        /// Earliest.
        from: String,
        /// Latest.
        to: String,
    },
    /// One end.
    OnlyNotAfter {
        /// Latest.
        to: String,
    },
    /// No time.
    NoTime,
    /// Times disagree.
    TimeOutside,
    /// None.
    NoCertificate,
}

impl Reason {
    /// A stable word for programs, `snake_case`.
    pub fn code(&self) -> String {
        match self {
            Self::Mismatch { what, .. } => return format!("mismatch_{what}"),
            Self::PartsAgree { .. } => "parts_agree",
            Self::Damaged { .. } => "entry_damaged",
            Self::RecordMalformed { .. } => "record_malformed",
            Self::PartMalformed { .. } => "part_malformed",
            Self::PartMissing { .. } => "part_missing",
            Self::PartUnexpected { .. } => "part_unexpected",
            Self::NotBound { .. } => "not_bound",
            Self::AttachmentUnreferenced { .. } => "attachment_unreferenced",
            Self::ChallengeExpired => "challenge_expired",
            Self::SignatureValid { .. } => "signature_valid",
            Self::SignatureInvalid => "signature_invalid",
            Self::OtherDeviceKey => "other_device_key",
            Self::CertificateBroken => "certificate_broken",
            Self::CertificateUntrusted => "certificate_untrusted",
            Self::ValidityNotProved => "validity_not_proved",
            Self::NoSignature => "no_signature",
            Self::NoAnchors => "no_anchors",
            Self::IdentityDeclared => "identity_declared",
            Self::IdentityNotDisclosed => "identity_not_disclosed",
            Self::IdentityNotConcerned => "identity_not_concerned",
            Self::Included { .. } => "included",
            Self::NotIncluded => "not_included",
            Self::NoProof => "no_proof",
            Self::LogUnknown { .. } => "log_unknown",
            Self::LogSignatureInvalid => "log_signature_invalid",
            Self::KeyNotValidThen { .. } => "key_not_valid_then",
            Self::Cosigned { .. } => "cosigned",
            Self::NotCosigned => "not_cosigned",
            Self::Deposited { .. } => "deposited",
            Self::DepositedPartly { .. } => "deposited_partly",
            Self::DepositRefused { .. } => "deposit_refused",
            Self::ReceiptOfAnother { .. } => "receipt_of_another",
            Self::ReceiptInvalid { .. } => "receipt_invalid",
            Self::CompleteUpTo { .. } => "complete_up_to",
            Self::NoChainHead => "no_chain_head",
            Self::ChainBroken { .. } => "chain_broken",
            Self::ChainHeadInvalid => "chain_head_invalid",
            Self::ChainHeadDiffers { .. } => "chain_head_differs",
            Self::NotInChain => "not_in_chain",
            Self::Between { .. } => "between",
            Self::OnlyNotAfter { .. } => "only_not_after",
            Self::NoTime => "no_time",
            Self::TimeOutside => "time_outside",
            Self::NoCertificate => "no_certificate",
        }
        .to_owned()
    }

    /// The sentence for people.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Zh => self.in_chinese(),
            Language::En => self.in_english(),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::PartsAgree { parts } => format!("全部 {parts} 个部分与各自摘要及相互引用一致"),
            Self::Damaged { entry } => format!("{entry} 的内容与清单摘要不一致,文件已被改动"),
            Self::RecordMalformed { detail } => format!("记录格式不合规:{detail}"),
            Self::PartMalformed { entry } => format!("{entry} 格式不合规"),
            Self::PartMissing { entry } => format!("签署记录缺少 {entry}"),
            Self::PartUnexpected { entry } => format!("该类记录不应有 {entry}"),
            Self::NotBound { attribute } => {
                format!("记录未披露 {attribute},不能证明所附签名属于该记录")
            }
            Self::Mismatch { what, against } => format!("{what} 与 {against} 不一致"),
            Self::AttachmentUnreferenced { entry } => format!("附件 {entry} 未被记录引用"),
            Self::ChallengeExpired => "签署应答晚于挑战有效期".into(),
            Self::SignatureValid { algorithm, serial, test_only } => {
                let mark = if *test_only { ",测试证书,不具有法律效力" } else { "" };
                format!("设备密钥({algorithm})签名有效,证书序列号 {serial}{mark}")
            }
            Self::SignatureInvalid => "签名验证不通过,或由其他密钥作出".into(),
            Self::OtherDeviceKey => "证书中的密钥不是挑战所绑定的设备密钥".into(),
            Self::CertificateBroken => "证书链有误,签发关系不成立".into(),
            Self::CertificateUntrusted => "证书链未通向所给信任锚".into(),
            Self::ValidityNotProved => "不能证明签名作出于证书有效期内".into(),
            Self::NoSignature => "该类记录不含签署人签名".into(),
            Self::NoAnchors => "未提供信任锚,只能核对自身一致性".into(),
            Self::IdentityDeclared => "姓名由经办人申报,未经权威来源核验".into(),
            Self::IdentityNotDisclosed => "身份信息未披露".into(),
            Self::IdentityNotConcerned => "该类记录不涉及身份".into(),
            Self::Included { index, size, origin } => {
                format!("位于日志 {origin} 第 {index} 条(树大小 {size})")
            }
            Self::NotIncluded => "日志证明不包含该记录".into(),
            Self::NoProof => "证据包不含日志证明".into(),
            Self::LogUnknown { origin } => format!("日志 {origin} 不在信任锚中"),
            Self::LogSignatureInvalid => "日志树头签名无效".into(),
            Self::KeyNotValidThen { who } => format!("{who} 的密钥在当时不可信"),
            Self::Cosigned { names, at } => format!("{names},{at}"),
            Self::NotCosigned => "树头没有独立机构的相应签名".into(),
            Self::Deposited { held, of } => format!("存证回执 {held}/{of}"),
            Self::DepositedPartly { held, of } => format!("存证回执只有 {held}/{of}"),
            Self::DepositRefused { custodian, code } => format!("{custodian} 拒绝接收:{code}"),
            Self::ReceiptOfAnother { entry } => format!("回执 {entry} 属于其他记录或其他内容"),
            Self::ReceiptInvalid { entry } => format!("回执 {entry} 签名无效或格式有误"),
            Self::CompleteUpTo { seq, at, objections } => {
                format!("截至 {at} 共 {seq} 条记录,无缺漏;其中异议 {objections} 条")
            }
            Self::NoChainHead => "没有公证机构对记录链的声明".into(),
            Self::ChainBroken { detail } => format!("记录链不连续:{detail}"),
            Self::ChainHeadInvalid => "记录链声明签名无效或格式有误".into(),
            Self::ChainHeadDiffers { stated, found } => format!(
                "公证机构记到第 {stated} 条,证据包到第 {found} 条或内容不同:有记录被删除或替换"
            ),
            Self::NotInChain => "本记录不在所列记录链的相应位置".into(),
            Self::Between { from, to } => format!("介于 {from} 与 {to} 之间;未取得可信时间戳"),
            Self::OnlyNotAfter { to } => format!("不晚于 {to};无法证明不早于何时;未取得可信时间戳"),
            Self::NoTime => "没有平台以外的时间;未取得可信时间戳".into(),
            Self::TimeOutside => "平台记录的时间不在独立方证明的区间内".into(),
            Self::NoCertificate => "尚未出具公证书".into(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::PartsAgree { parts } => {
                format!("all {parts} parts fit their digests and each other")
            }
            Self::Damaged { entry } => {
                format!("the bytes of {entry} do not fit the manifest: the file was altered")
            }
            Self::RecordMalformed { detail } => format!("the record is malformed: {detail}"),
            Self::PartMalformed { entry } => format!("{entry} is malformed"),
            Self::PartMissing { entry } => format!("a signing record needs {entry}"),
            Self::PartUnexpected { entry } => format!("a record of this kind has no {entry}"),
            Self::NotBound { attribute } => format!(
                "the record does not disclose {attribute}: nothing ties the signature beside it to it"
            ),
            Self::Mismatch { what, against } => format!("{what} differs from {against}"),
            Self::AttachmentUnreferenced { entry } => {
                format!("the record does not refer to attachment {entry}")
            }
            Self::ChallengeExpired => "the challenge was answered after it expired".into(),
            Self::SignatureValid { algorithm, serial, test_only } => {
                let mark = if *test_only { ", TEST ONLY, no legal effect" } else { "" };
                format!("the device key's {algorithm} signature holds, certificate {serial}{mark}")
            }
            Self::SignatureInvalid => "the signature does not hold, or another key made it".into(),
            Self::OtherDeviceKey => {
                "the certificate is for another device key than the challenge binds".into()
            }
            Self::CertificateBroken => "the certificate chain is broken".into(),
            Self::CertificateUntrusted => "the certificate chain leads to no given anchor".into(),
            Self::ValidityNotProved => {
                "it is not proved that the signature was made while the certificate was valid"
                    .into()
            }
            Self::NoSignature => "records of this kind carry no signature of a signer".into(),
            Self::NoAnchors => {
                "no trust anchors were given: only self-consistency can be checked".into()
            }
            Self::IdentityDeclared => {
                "the name was declared by the handler and no authority confirmed it".into()
            }
            Self::IdentityNotDisclosed => "the identity is not disclosed".into(),
            Self::IdentityNotConcerned => "records of this kind say nothing about identity".into(),
            Self::Included { index, size, origin } => {
                format!("entry {index} of log {origin} (tree size {size})")
            }
            Self::NotIncluded => "the log proof does not contain this record".into(),
            Self::NoProof => "the bundle has no log proof".into(),
            Self::LogUnknown { origin } => format!("log {origin} is not among the anchors"),
            Self::LogSignatureInvalid => "a signature of the log head does not hold".into(),
            Self::KeyNotValidThen { who } => {
                format!("the key of {who} was not to be trusted at that time")
            }
            Self::Cosigned { names, at } => format!("{names}, {at}"),
            Self::NotCosigned => "no independent organisation cosigned this head".into(),
            Self::Deposited { held, of } => format!("deposit receipts {held}/{of}"),
            Self::DepositedPartly { held, of } => format!("only {held} of {of} deposit receipts"),
            Self::DepositRefused { custodian, code } => format!("{custodian} refused it: {code}"),
            Self::ReceiptOfAnother { entry } => {
                format!("receipt {entry} is for another record or other content")
            }
            Self::ReceiptInvalid { entry } => {
                format!("receipt {entry} is malformed or its signature does not hold")
            }
            Self::CompleteUpTo { seq, at, objections } => {
                format!("all {seq} records up to {at} are there, {objections} of them objections")
            }
            Self::NoChainHead => "there is no statement of the notary about the chain".into(),
            Self::ChainBroken { detail } => format!("the chain is broken: {detail}"),
            Self::ChainHeadInvalid => {
                "the chain statement is malformed or its signature does not hold".into()
            }
            Self::ChainHeadDiffers { stated, found } => format!(
                "the notary states {stated} records, the bundle has {found} or others: records were dropped or replaced"
            ),
            Self::NotInChain => {
                "this record does not stand at its place of the listed chain".into()
            }
            Self::Between { from, to } => format!("between {from} and {to}; no trusted time stamp"),
            Self::OnlyNotAfter { to } => {
                format!("not after {to}; not before is not proved; no trusted time stamp")
            }
            Self::NoTime => {
                "nobody but the platform vouches for a time; no trusted time stamp".into()
            }
            Self::TimeOutside => {
                "the time the platform recorded lies outside the interval that others vouch for"
                    .into()
            }
            Self::NoCertificate => "no notarial certificate has been issued".into(),
        }
    }
}
