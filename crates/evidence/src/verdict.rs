//! Verdicts: each claim by itself, proved, not proved or contradicted, with the reason
//! and with whoever stands behind it.

use std::collections::BTreeSet;
use std::str::FromStr;

use heqi_vocabulary::Language;
use serde::Serialize;

mod reason;
pub use reason::{Reason, Stamped};

/// One thing a bundle may prove.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the verdict format, version 1")]
pub enum ClaimName {
    /// The parts fit each other and their digests.
    Integrity,
    /// The holder of the certified device key signed this.
    SignedBy,
    /// Who the person is.
    Identity,
    /// The record stands in the platform's log.
    Logged,
    /// No record of the filing was dropped, up to a point.
    Complete,
    /// An independent witness saw the log only grow.
    Witnessed,
    /// An independent mirror holds all entries of the log.
    Mirrored,
    /// The custodians hold the record.
    Deposited,
    /// When it happened.
    Time,
    /// A notarial certificate was issued.
    Certificate,
}

impl ClaimName {
    /// All claims, in the order of a report.
    pub const ALL: [Self; 10] = [
        Self::Integrity,
        Self::SignedBy,
        Self::Identity,
        Self::Logged,
        Self::Complete,
        Self::Witnessed,
        Self::Mirrored,
        Self::Deposited,
        Self::Time,
        Self::Certificate,
    ];

    /// What is required when nothing else is asked for.
    pub fn required_by_default() -> BTreeSet<Self> {
        [Self::Integrity, Self::SignedBy, Self::Logged, Self::Witnessed, Self::Deposited].into()
    }

    /// The word in JSON and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::SignedBy => "signed_by",
            Self::Identity => "identity",
            Self::Logged => "logged",
            Self::Complete => "complete",
            Self::Witnessed => "witnessed",
            Self::Mirrored => "mirrored",
            Self::Deposited => "deposited",
            Self::Time => "time",
            Self::Certificate => "certificate",
        }
    }

    /// The heading in a report.
    pub const fn title(self, language: Language) -> &'static str {
        match self {
            Self::Integrity => language.pick("内容完整", "Integrity"),
            Self::SignedBy => language.pick("签名", "Signed by"),
            Self::Identity => language.pick("身份", "Identity"),
            Self::Logged => language.pick("写入日志", "Logged"),
            Self::Complete => language.pick("记录齐全", "Complete"),
            Self::Witnessed => language.pick("日志核对", "Witnessed"),
            Self::Mirrored => language.pick("日志留存", "Mirrored"),
            Self::Deposited => language.pick("存证", "Deposited"),
            Self::Time => language.pick("时间", "Time"),
            Self::Certificate => language.pick("公证书", "Certificate"),
        }
    }
}

impl FromStr for ClaimName {
    type Err = UnknownClaim;

    fn from_str(text: &str) -> Result<Self, UnknownClaim> {
        Self::ALL
            .into_iter()
            .find(|claim| claim.as_str() == text)
            .ok_or_else(|| UnknownClaim(text.to_owned()))
    }
}

/// A word that names no claim.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "there is no claim {0:?}; the claims are integrity, signed_by, identity, logged, complete, witnessed, mirrored, deposited, time, certificate"
)]
pub struct UnknownClaim(pub String);

/// What can be said of a claim.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the verdict format, version 1")]
pub enum Status {
    /// 核验通过.
    Proved,
    /// 未能核验.
    NotProved,
    /// 核验不符.
    Contradicted,
}

impl Status {
    /// The word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::NotProved => "not_proved",
            Self::Contradicted => "contradicted",
        }
    }

    /// The words for people.
    pub const fn words(self, language: Language) -> &'static str {
        match self {
            Self::Proved => language.pick("核验通过", "proved"),
            Self::NotProved => language.pick("未能核验", "not proved"),
            Self::Contradicted => language.pick("核验不符", "contradicted"),
        }
    }
}

/// One claim with what can be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Which.
    pub name: ClaimName,
    /// What.
    pub status: Status,
    /// Whose word it rests on; empty when nobody's.
    pub vouched_by: Vec<String>,
    /// Why.
    pub reason: Reason,
}

impl Claim {
    /// A proved claim.
    pub fn proved(name: ClaimName, vouched_by: Vec<String>, reason: Reason) -> Self {
        Self { name, status: Status::Proved, vouched_by, reason }
    }

    /// A claim nobody proves.
    pub fn not_proved(name: ClaimName, reason: Reason) -> Self {
        Self { name, status: Status::NotProved, vouched_by: Vec::new(), reason }
    }

    /// A claim that the evidence itself speaks against.
    pub fn contradicted(name: ClaimName, reason: Reason) -> Self {
        Self { name, status: Status::Contradicted, vouched_by: Vec::new(), reason }
    }
}

/// What a whole file proves.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    claims: Vec<Claim>,
    has_anchors: bool,
}

/// The result of a verdict against what was required.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the verdict format, version 1")]
pub enum Conclusion {
    /// Every required claim is proved.
    Proved,
    /// Nothing is contradicted and no anchors were given to prove more.
    SelfConsistent,
    /// A required claim is not proved.
    NotProved,
    /// Something is contradicted.
    Contradicted,
}

impl Conclusion {
    /// The word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::SelfConsistent => "self_consistent",
            Self::NotProved => "not_proved",
            Self::Contradicted => "contradicted",
        }
    }

    /// The exit code of `verify`; 2 is for a file that cannot be read.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Proved => 0,
            Self::Contradicted => 1,
            Self::SelfConsistent | Self::NotProved => 3,
        }
    }
}

impl Verdict {
    pub(crate) fn new(mut claims: Vec<Claim>, has_anchors: bool) -> Self {
        claims.sort_by_key(|claim| claim.name);
        Self { claims, has_anchors }
    }

    /// The claims, in the order of a report.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// The claim of this name.
    pub fn claim(&self, name: ClaimName) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.name == name)
    }

    /// What follows when `required` must be proved. One contradiction anywhere outweighs
    /// everything.
    pub fn conclude(&self, required: &BTreeSet<ClaimName>) -> Conclusion {
        let proved =
            |name: &ClaimName| self.claim(*name).is_some_and(|c| c.status == Status::Proved);
        if self.claims.iter().any(|claim| claim.status == Status::Contradicted) {
            Conclusion::Contradicted
        } else if required.iter().all(proved) {
            Conclusion::Proved
        } else if !self.has_anchors && proved(&ClaimName::Integrity) {
            Conclusion::SelfConsistent
        } else {
            Conclusion::NotProved
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_has_its_word_and_its_two_headings() {
        let expected = [
            ("integrity", "内容完整", "Integrity"),
            ("signed_by", "签名", "Signed by"),
            ("identity", "身份", "Identity"),
            ("logged", "写入日志", "Logged"),
            ("complete", "记录齐全", "Complete"),
            ("witnessed", "日志核对", "Witnessed"),
            ("mirrored", "日志留存", "Mirrored"),
            ("deposited", "存证", "Deposited"),
            ("time", "时间", "Time"),
            ("certificate", "公证书", "Certificate"),
        ];
        for (claim, (word, zh, en)) in ClaimName::ALL.into_iter().zip(expected) {
            assert_eq!(claim.as_str(), word);
            assert_eq!(word.parse(), Ok(claim));
            assert_eq!(serde_json::to_value(claim).unwrap(), word);
            assert_eq!([Language::Zh, Language::En].map(|one| claim.title(one)), [zh, en]);
        }
        assert_eq!("signature".parse::<ClaimName>(), Err(UnknownClaim("signature".to_owned())));
    }

    #[test]
    fn every_status_has_its_word_and_its_words_for_people() {
        for (status, word, zh, en) in [
            (Status::Proved, "proved", "核验通过", "proved"),
            (Status::NotProved, "not_proved", "未能核验", "not proved"),
            (Status::Contradicted, "contradicted", "核验不符", "contradicted"),
        ] {
            assert_eq!(status.as_str(), word);
            assert_eq!(serde_json::to_value(status).unwrap(), word);
            assert_eq!([Language::Zh, Language::En].map(|one| status.words(one)), [zh, en]);
        }
    }

    #[test]
    fn every_conclusion_has_its_word_and_its_exit_code() {
        for (conclusion, word, code) in [
            (Conclusion::Proved, "proved", 0),
            (Conclusion::SelfConsistent, "self_consistent", 3),
            (Conclusion::NotProved, "not_proved", 3),
            (Conclusion::Contradicted, "contradicted", 1),
        ] {
            assert_eq!((conclusion.as_str(), conclusion.exit_code()), (word, code));
        }
    }
}
