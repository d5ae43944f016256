//! Why a claim has its status: one variant per reason, with a stable code for programs
//! and one sentence for people in each language.

use heqi_vocabulary::Language;

mod en;
mod zh;

/// Who stamped, and what follows.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stamped {
    /// The earliest instant that a stamp gives, accuracy included.
    pub at: String,
    /// The authorities.
    pub by: String,
    /// Whether all of them are for tests only.
    pub test_only: bool,
}

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
    /// A provider answered, and its key is no anchor.
    IdentityAttested {
        /// Who signed an answer, as it names itself.
        by: String,
    },
    /// A provider among the anchors signed that name and number belong together.
    IdentityConfirmed {
        /// Who.
        by: String,
        /// Whether one of them is a demonstration.
        test_only: bool,
    },
    /// A provider among the anchors signed that they do not.
    IdentityDenied {
        /// Who.
        by: String,
    },
    /// An answer under the name of a provider among the anchors that is not its answer.
    IdentityAnswerInvalid {
        /// Who.
        by: String,
    },
    /// No photo: a person compares a video, and decides in a later record.
    IdentityByVideo,
    /// No photo: an officer saw person and card together, as the platform recorded.
    IdentitySeenAtCounter {
        /// Of which office.
        by: String,
    },
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
    /// The log signed its head with a key that is not among the anchors.
    LogKeyUnknown {
        /// Origin of the log.
        origin: String,
    },
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
        /// How many say what followed from an objection: a signature may have been found void by one.
        resolved: usize,
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
    /// An interval, and a trusted time stamp.
    BetweenTimestamped {
        /// Earliest.
        from: String,
        /// Latest.
        to: String,
        /// The stamp.
        stamped: Stamped,
    },
    /// One end, and a trusted time stamp.
    OnlyNotAfterTimestamped {
        /// Latest.
        to: String,
        /// The stamp.
        stamped: Stamped,
    },
    /// A token that does not hold.
    TimeStampInvalid {
        /// The entry.
        entry: String,
    },
    /// A token over other bytes.
    TimeStampOfAnother {
        /// The entry.
        entry: String,
    },
    /// A stamped head that is not one of this record's log.
    TimeAnchorInvalid {
        /// The entry.
        entry: String,
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
            Self::IdentityAttested { .. } => "identity_attested",
            Self::IdentityConfirmed { .. } => "identity_confirmed",
            Self::IdentityDenied { .. } => "identity_denied",
            Self::IdentityAnswerInvalid { .. } => "identity_answer_invalid",
            Self::IdentityByVideo => "identity_by_video",
            Self::IdentitySeenAtCounter { .. } => "identity_seen_at_counter",
            Self::IdentityNotDisclosed => "identity_not_disclosed",
            Self::IdentityNotConcerned => "identity_not_concerned",
            Self::Included { .. } => "included",
            Self::NotIncluded => "not_included",
            Self::NoProof => "no_proof",
            Self::LogUnknown { .. } => "log_unknown",
            Self::LogSignatureInvalid => "log_signature_invalid",
            Self::LogKeyUnknown { .. } => "log_key_unknown",
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
            Self::BetweenTimestamped { .. } => "between_timestamped",
            Self::OnlyNotAfterTimestamped { .. } => "only_not_after_timestamped",
            Self::TimeStampInvalid { .. } => "time_stamp_invalid",
            Self::TimeStampOfAnother { .. } => "time_stamp_of_another",
            Self::TimeAnchorInvalid { .. } => "time_anchor_invalid",
            Self::NoTime => "no_time",
            Self::TimeOutside => "time_outside",
            Self::NoCertificate => "no_certificate",
        }
        .to_owned()
    }

    /// The sentence for people.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Zh => zh::sentence(self),
            Language::En => en::sentence(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_parts_disagree_about_is_named_in_the_readers_language() {
        let reason = Reason::Mismatch { what: "device_key", against: "challenge.json" };
        assert_eq!(reason.sentence(Language::Zh), "设备密钥与 challenge.json 不一致");
        assert_eq!(reason.sentence(Language::En), "device key differs from challenge.json");
        assert_eq!(reason.code(), "mismatch_device_key");
    }

    #[test]
    fn a_time_stamp_is_said_with_its_authority_its_instant_and_whether_it_is_for_tests() {
        for (test_only, zh, en) in [
            (
                false,
                "示例时间戳中心 的可信时间戳：不晚于 T2",
                "time stamp of 示例时间戳中心: not after T2",
            ),
            (
                true,
                "示例时间戳中心 的可信时间戳（测试用，不具有法律效力）：不晚于 T2",
                "time stamp of 示例时间戳中心: not after T2, TEST ONLY, no legal effect",
            ),
        ] {
            let stamped =
                Stamped { at: "T2".into(), by: "示例时间戳中心".into(), test_only };
            let between = Reason::BetweenTimestamped {
                from: "T0".into(),
                to: "T1".into(),
                stamped: stamped.clone(),
            };
            let only = Reason::OnlyNotAfterTimestamped { to: "T1".into(), stamped };
            for reason in [&between, &only] {
                assert!(reason.sentence(Language::Zh).ends_with(zh), "{reason:?}");
                assert!(reason.sentence(Language::En).ends_with(en), "{reason:?}");
            }
        }
    }
}
