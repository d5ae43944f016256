//! Why somebody does not come in, and in which words it is said.

use crate::wording::{Wording, explained, say};

/// Why somebody is not let further in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "mirrors the steps of an entry")]
pub enum NotInside {
    /// The code has not been entered.
    #[error("the one-time code has not been entered")]
    Code,
    /// The last four have not been entered.
    #[error("the last four of the identity number have not been entered")]
    Identity,
    /// Too many wrong numbers.
    #[error("the entry is locked after too many wrong numbers")]
    Locked,
}

/// Why a code is not sent, or does not pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeRefusal {
    /// The last one is less than a minute old.
    #[error("another code can be sent in {seconds} s")]
    TooSoon {
        /// In so many seconds.
        seconds: u32,
    },
    /// None was sent.
    #[error("no code has been sent")]
    NotSent,
    /// Older than five minutes.
    #[error("the code has expired")]
    Expired,
    /// It is another one.
    #[error("the code does not fit, {left} tries are left")]
    Wrong {
        /// Wrong entries that are left.
        left: u8,
    },
    /// Five wrong entries, or it has passed already.
    #[error("the code is used up")]
    UsedUp,
    /// Too many wrong identity numbers.
    #[error("the entry is locked after too many wrong numbers")]
    Locked,
}

/// Why an identity number does not pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityRefusal {
    /// The code comes first.
    #[error("the one-time code has not been entered")]
    CodeFirst,
    /// The last four are others.
    #[error("the last four do not fit, {left} tries are left")]
    Wrong {
        /// Wrong numbers that are left.
        left: u8,
    },
    /// Too many wrong numbers.
    #[error("the entry is locked after too many wrong numbers")]
    Locked,
}

explained!(NotInside, CodeRefusal, IdentityRefusal);

impl NotInside {
    fn wording(self) -> Wording {
        match self {
            Self::Code => say(
                "code_required",
                ["请先输入发送到您手机或邮箱的验证码。", "请在签署页面获取验证码并输入。"],
                [
                    "The one-time code sent to you has to be entered first.",
                    "Have a code sent on the signing page and enter it.",
                ],
            ),
            Self::Identity => say(
                "identity_required",
                ["请先输入您证件号码的末四位。", "请在签署页面输入，末位为 X 的请点 X 键。"],
                [
                    "The last four of your identity number have to be entered first.",
                    "Enter them on the signing page; there is a key for X.",
                ],
            ),
            Self::Locked => locked(),
        }
    }
}

impl CodeRefusal {
    fn wording(self) -> Wording {
        match self {
            Self::TooSoon { seconds } => say(
                "code_too_soon",
                ["验证码刚刚发送过。", "请{n}秒后再试；也请查看短信或邮件是否已到。"],
                [
                    "A code was sent just now.",
                    "Try again in {n} seconds, and look whether the last one has arrived.",
                ],
            )
            .with("{n}", seconds, seconds),
            Self::NotSent => say(
                "code_not_sent",
                ["还没有发送验证码。", "请先在签署页面点“发送到”，收取验证码。"],
                [
                    "No code has been sent yet.",
                    "On the signing page, choose where to have one sent first.",
                ],
            ),
            Self::Expired => say(
                "code_expired",
                ["验证码已超过5分钟，已失效。", "请重新获取验证码。"],
                ["The code is older than 5 minutes and no longer valid.", "Have another one sent."],
            ),
            Self::Wrong { left } => say(
                "code_wrong",
                ["验证码不正确。", "请核对最近一条短信或邮件中的6位数字，还可输入{n}次。"],
                [
                    "The code does not fit.",
                    "Check the 6 digits in the newest message; {n} tries are left.",
                ],
            )
            .with("{n}", left, left),
            Self::UsedUp => say(
                "code_used_up",
                ["该验证码已使用或输错次数过多，已失效。", "请重新获取验证码。"],
                ["This code has been used or entered wrongly too often.", "Have another one sent."],
            ),
            Self::Locked => locked(),
        }
    }
}

impl IdentityRefusal {
    fn wording(self) -> Wording {
        match self {
            Self::CodeFirst => NotInside::Code.wording(),
            Self::Wrong { left } => say(
                "last_four_wrong",
                ["证件号码末四位不一致。", "请由被邀请人本人输入；还可输入{n}次，之后链接将锁定。"],
                [
                    "The last four of the identity number do not fit.",
                    "Only the person invited can enter them; {n} tries are left before the link is locked.",
                ],
            )
            .with("{n}", left, left),
            Self::Locked => locked(),
        }
    }
}

fn locked() -> Wording {
    say(
        "entry_locked",
        [
            "身份核对多次不符，本链接已锁定，并已告知经办人。",
            "请联系经办人核对信息后重新发送邀请。",
        ],
        [
            "The identity did not fit several times: this link is locked and the handler has been told.",
            "Ask the handler to check the details and to invite again.",
        ],
    )
}
