//! What a round found, in plain words.

use std::path::PathBuf;

use heqi_vocabulary::Language;

/// One thing a round found.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// All entries up to this size have the root the log signed.
    Consistent {
        /// Entries checked in all.
        size: u64,
        /// Entries new in this round.
        new: u64,
    },
    /// The log signed two histories; the proof convicts it before anybody.
    Forked {
        /// Size of the earlier head.
        first: u64,
        /// Size of the later head.
        second: u64,
        /// Where the proof was written.
        proof: PathBuf,
    },
    /// The log serves entries that do not have the root it signed, and no proof for others
    /// can be made of that.
    EntriesDiffer {
        /// Size of the head.
        size: u64,
    },
    /// The log does not begin with the statement by which it took the place of another.
    OtherBeginning {
        /// Where the statement came from.
        from: String,
    },
    /// A receipt's entry is not in the log yet. A fresh receipt may be ahead of the published
    /// head, so this alone accuses nobody.
    EntryMissing {
        /// Where the receipt came from.
        from: String,
    },
    /// A receipt that does not lead to the head it carries.
    ReceiptBroken {
        /// Where it came from.
        from: String,
    },
    /// Others hold a later head than the log shows.
    ShowsOldHead {
        /// Size the log shows.
        shown: u64,
        /// Size others, or we, have seen.
        seen: u64,
    },
    /// The newest cosignature is too old, or an expected cosigner did not sign.
    NotCosigned {
        /// Who.
        who: String,
    },
    /// Too few of those a policy names have cosigned lately.
    NoQuorum {
        /// How many did.
        fresh: usize,
        /// Who did not.
        who: Vec<String>,
    },
    /// Somebody else's proof convicts the log; a copy was kept.
    ConvictedByOthers {
        /// Where it came from.
        from: String,
        /// Where the copy is.
        proof: PathBuf,
    },
    /// Something could not be read.
    Unreadable {
        /// What and why.
        what: String,
    },
}

impl Finding {
    /// Exit code of a round that found this: 0 fine, 1 contradiction, 2 unreadable, 3 stale.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Consistent { .. } => 0,
            Self::Forked { .. }
            | Self::EntriesDiffer { .. }
            | Self::OtherBeginning { .. }
            | Self::ConvictedByOthers { .. } => 1,
            Self::Unreadable { .. } | Self::ReceiptBroken { .. } => 2,
            Self::ShowsOldHead { .. }
            | Self::NotCosigned { .. }
            | Self::NoQuorum { .. }
            | Self::EntryMissing { .. } => 3,
        }
    }

    /// One sentence.
    pub fn sentence(&self, language: Language) -> String {
        let zh = language == Language::Zh;
        match self {
            Self::Consistent { size, new } if zh => {
                format!("✓ 一致：{size} 条全部重算，与日志签署的根相同；本次新增 {new} 条")
            }
            Self::Consistent { size, new } => format!(
                "✓ Consistent: all {size} entries hashed again have the root the log signed; {new} are new"
            ),
            Self::Forked { first, second, proof } if zh => format!(
                "✗ 核验不符：该日志签署了互不相容的日志头（{first} 条与 {second} 条）。证明已写入 {}，请保留并转交，任何人可用 heqi verify 核验",
                proof.display()
            ),
            Self::Forked { first, second, proof } => format!(
                "✗ Contradicted: the log signed heads that cannot belong to one history ({first} and {second} entries). The proof is {}: keep it and pass it on; anybody can check it with heqi verify",
                proof.display()
            ),
            Self::EntriesDiffer { size } if zh => {
                format!(
                    "✗ 核验不符：日志提供的条目与其签署的 {size} 条日志头不符（无法据此向第三方证明）"
                )
            }
            Self::EntriesDiffer { size } => format!(
                "✗ Contradicted: the entries the log serves do not have the root it signed for {size} entries (nothing of this convinces others)"
            ),
            Self::OtherBeginning { from } if zh => {
                format!("✗ 核验不符：该日志的首条不是 {from} 中的接替声明")
            }
            Self::OtherBeginning { from } => format!(
                "✗ Contradicted: the log does not begin with the statement {from}, by which it took the place of another"
            ),
            Self::EntryMissing { from } if zh => {
                format!("! 尚未找到：{from} 的条目还不在日志中；回执若已超过一分钟，请再查一次")
            }
            Self::EntryMissing { from } => {
                format!(
                    "! Not found yet: the entry of {from} is not in the log; if the receipt is older than a minute, look again"
                )
            }
            Self::ReceiptBroken { from } if zh => {
                format!("? 无法读取：{from} 与其所附日志头不符")
            }
            Self::ReceiptBroken { from } => {
                format!("? Cannot be used: {from} does not lead to the head it carries")
            }
            Self::ShowsOldHead { shown, seen } if zh => {
                format!("! 过时：日志只显示 {shown} 条，而已有人见过 {seen} 条")
            }
            Self::ShowsOldHead { shown, seen } => {
                format!("! Stale: the log shows {shown} entries, but {seen} have been seen")
            }
            Self::NotCosigned { who } if zh => format!("! 过时：缺少 {who} 的近期联署"),
            Self::NotCosigned { who } => format!("! Stale: no recent cosignature by {who}"),
            Self::NoQuorum { fresh, who } if zh => {
                format!("! 过时：近期联署仅 {fresh} 份，不足策略要求；缺少 {}", who.join("、"))
            }
            Self::NoQuorum { fresh, who } => format!(
                "! Stale: {fresh} recent cosignatures are not what the policy asks for; missing: {}",
                who.join(", ")
            ),
            Self::ConvictedByOthers { from, proof } if zh => format!(
                "✗ 核验不符：{from} 证明该日志签署了互不相容的日志头。副本已存为 {}，请保留并转交",
                proof.display()
            ),
            Self::ConvictedByOthers { from, proof } => format!(
                "✗ Contradicted: {from} proves that the log signed heads that cannot belong to one history. A copy is {}: keep it and pass it on",
                proof.display()
            ),
            Self::Unreadable { what } if zh => format!("? 无法读取：{what}"),
            Self::Unreadable { what } => format!("? Cannot be read: {what}"),
        }
    }
}
