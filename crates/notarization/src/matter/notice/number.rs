//! Which small documents there are, and their numbers.

use std::fmt;
use std::str::FromStr;

use heqi_vocabulary::{Digest, Language, UtcMillis};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::matter::number::{AcceptanceNo, NumberFormError, mod_11_10};

/// Which document.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum NoticeKind {
    /// 公证受理通知书.
    Acceptance,
    /// 补充材料通知书.
    Supplement,
    /// 不予办理公证决定书.
    Refusal,
    /// 终止公证决定书.
    Termination,
    /// 撤回公证申请确认书.
    Withdrawal,
    /// 补正公证书.
    Correction,
    /// 撤销公证书决定书.
    Revocation,
    /// 公证书复查决定书, of a certificate that stands.
    Reexamination,
}

impl NoticeKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Acceptance,
        Self::Supplement,
        Self::Refusal,
        Self::Termination,
        Self::Withdrawal,
        Self::Correction,
        Self::Revocation,
        Self::Reexamination,
    ];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acceptance => "acceptance",
            Self::Supplement => "supplement",
            Self::Refusal => "refusal",
            Self::Termination => "termination",
            Self::Withdrawal => "withdrawal",
            Self::Correction => "correction",
            Self::Revocation => "revocation",
            Self::Reexamination => "reexamination",
        }
    }

    /// Its name.
    pub const fn title(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::Acceptance => ("公证受理通知书", "Notice of acceptance"),
            Self::Supplement => ("补充材料通知书", "Request for a supplement"),
            Self::Refusal => ("不予办理公证决定书", "Decision of refusal"),
            Self::Termination => ("终止公证决定书", "Decision of termination"),
            Self::Withdrawal => ("撤回公证申请确认书", "Confirmation of withdrawal"),
            Self::Correction => ("补正公证书", "Correction of a certificate"),
            Self::Revocation => ("撤销公证书决定书", "Decision of revocation"),
            Self::Reexamination => ("公证书复查决定书", "Decision of a re-examination"),
        };
        language.pick(zh, en)
    }

    /// The letters its numbers begin with.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Acceptance => "SL",
            Self::Supplement => "BC",
            Self::Refusal => "BY",
            Self::Termination => "ZZ",
            Self::Withdrawal => "CH",
            Self::Correction => "BZ",
            Self::Revocation => "CX",
            Self::Reexamination => "FC",
        }
    }
}

/// The number of a small document: its kind's two letters, the day, a serial of six digits and an
/// ISO 7064 MOD 11,10 check digit. An acceptance has the number of the acceptance itself.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct NoticeNo {
    kind: NoticeKind,
    day: u32,
    serial: u32,
}

impl NoticeNo {
    const FORM: NumberFormError =
        NumberFormError("two letters, the day, a serial of six digits and a check digit");

    /// The number of an acceptance.
    pub const fn of_acceptance(no: AcceptanceNo) -> Self {
        let (day, serial) = no.parts();
        Self { kind: NoticeKind::Acceptance, day, serial }
    }

    pub(super) fn new(
        kind: NoticeKind,
        at: UtcMillis,
        serial: u32,
    ) -> Result<Self, NumberFormError> {
        let day = at.shanghai_day().parse().map_err(|_| Self::FORM)?;
        if serial > 999_999 { Err(Self::FORM) } else { Ok(Self { kind, day, serial }) }
    }

    /// Which document it is of.
    pub const fn kind(self) -> NoticeKind {
        self.kind
    }

    /// Names the number in rows and addresses.
    pub fn digest(self) -> Digest {
        Digest::labelled("heqi.notice-no/v1\n", self.to_string().as_bytes())
    }
}

impl fmt::Display for NoticeNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:08}{:06}", self.day, self.serial);
        write!(f, "{}{digits}{}", self.kind.prefix(), mod_11_10(&digits))
    }
}

impl FromStr for NoticeNo {
    type Err = NumberFormError;

    fn from_str(text: &str) -> Result<Self, NumberFormError> {
        let kind = NoticeKind::ALL.into_iter().find(|kind| text.starts_with(kind.prefix()));
        let kind = kind.ok_or(Self::FORM)?;
        let digits = text.strip_prefix(kind.prefix()).ok_or(Self::FORM)?;
        if digits.len() != 15 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Self::FORM);
        }
        let number = |range| -> Result<u32, NumberFormError> {
            let part: &str = digits.get(range).ok_or(Self::FORM)?;
            part.parse().map_err(|_| Self::FORM)
        };
        let number = Self { kind, day: number(0..8)?, serial: number(8..14)? };
        if number.to_string() == text { Ok(number) } else { Err(Self::FORM) }
    }
}

impl Serialize for NoticeNo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NoticeNo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_documents_say_what_they_are_of_and_notice_a_mistyped_digit() {
        let at: UtcMillis = "2026-11-23T16:05:00.000Z".parse().unwrap();
        for kind in NoticeKind::ALL {
            let number = NoticeNo::new(kind, at, 7).unwrap();
            let text = number.to_string();
            assert!(text.starts_with(&format!("{}20261124000007", kind.prefix())), "{text}");
            assert_eq!(text.parse(), Ok(number));
            assert_eq!(number.kind(), kind);
            assert!(text.replace("07", "08").parse::<NoticeNo>().is_err(), "{text}");
        }
        let acceptance = AcceptanceNo::new(at, 3).unwrap();
        assert_eq!(NoticeNo::of_acceptance(acceptance).to_string(), acceptance.to_string());
        for bad in ["", "SL", "XX202611240000017", "SL2026112400000", "BC２026112400000"] {
            assert!(bad.parse::<NoticeNo>().is_err(), "{bad}");
        }
        assert!(NoticeNo::new(NoticeKind::Refusal, at, 1_000_000).is_err());
    }
}
