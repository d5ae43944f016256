//! How a signer comes in: a one-time code to the contact of the party, then the last four
//! of the number of the identity document (domain study 3.5, 11.5, edge case 18). Before
//! both have passed nothing personal is shown.
//!
//! Pure rules: whether a code fits is compared by the caller, who alone can make it; here
//! stand the lifetimes, the counted tries and what follows from them.

use heqi_vocabulary::{Digest, Language, MessageChannel, MessageId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::wording::{Wording, explained, say};

/// How long a code can be entered: 5 minutes.
pub const CODE_LIFETIME_MS: i64 = 5 * 60_000;
/// How soon another code can be asked for: after 60 seconds.
pub const CODE_PAUSE_MS: i64 = 60_000;
/// How many wrong entries end a code.
pub const CODE_TRIES: u8 = 5;
/// How many codes one contact is sent in a day.
pub const CODES_A_DAY: u32 = 10;
/// How many wrong numbers end a ceremony's entry; the handler is told.
pub const IDENTITY_TRIES: u8 = 3;

/// How far somebody has come in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every page must decide about each")]
pub enum EntryStep {
    /// The one-time code is to be entered.
    Code,
    /// The last four of the identity number are to be entered.
    Identity,
    /// Everything that was asked has passed.
    Inside,
    /// Too many wrong numbers: only a new invitation helps.
    Locked,
}

/// A code that was sent. The code itself is kept nowhere.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct IssuedCode {
    /// What the code is made from, with a secret of the platform.
    pub nonce: String,
    /// Where it was sent to, by what.
    pub channel: MessageChannel,
    /// When.
    pub sent_at: UtcMillis,
    /// The message it was sent with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Wrong entries so far.
    pub wrong: u8,
    /// Whether it was entered: it passes once only.
    pub used: bool,
}

impl IssuedCode {
    /// A code made from `nonce`, sent now.
    pub const fn new(nonce: String, channel: MessageChannel, now: UtcMillis) -> Self {
        Self { nonce, channel, sent_at: now, message: None, wrong: 0, used: false }
    }

    /// From this instant on it does not pass.
    pub fn expires_at(&self) -> UtcMillis {
        self.sent_at.plus_millis(CODE_LIFETIME_MS)
    }

    /// From this instant on another one can be asked for.
    pub fn resend_at(&self) -> UtcMillis {
        self.sent_at.plus_millis(CODE_PAUSE_MS)
    }

    /// Wrong entries that are left.
    pub const fn tries_left(&self) -> u8 {
        if self.used { 0 } else { CODE_TRIES.saturating_sub(self.wrong) }
    }

    /// Whether it may be compared now.
    pub fn is_live(&self, now: UtcMillis) -> Result<(), CodeRefusal> {
        if self.used || self.wrong >= CODE_TRIES {
            return Err(CodeRefusal::UsedUp);
        }
        if now >= self.expires_at() { Err(CodeRefusal::Expired) } else { Ok(()) }
    }
}

/// What a ceremony asks at its door, and what has passed.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Whether a code is asked for.
    #[serde(default)]
    asks_code: bool,
    /// Whether the last four of the identity number are asked for.
    #[serde(default)]
    asks_identity: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<IssuedCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_passed: Option<UtcMillis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity_passed: Option<UtcMillis>,
    #[serde(default)]
    identity_wrong: u8,
    /// The request that was last counted as wrong: sent again it is not counted again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counted: Option<Digest>,
}

impl Entry {
    /// A door that asks for these.
    pub fn asking(code: bool, identity: bool) -> Self {
        Self { asks_code: code, asks_identity: code && identity, ..Self::default() }
    }

    /// How far somebody has come.
    pub const fn step(&self) -> EntryStep {
        if self.identity_wrong >= IDENTITY_TRIES {
            EntryStep::Locked
        } else if self.asks_code && self.code_passed.is_none() {
            EntryStep::Code
        } else if self.asks_identity && self.identity_passed.is_none() {
            EntryStep::Identity
        } else {
            EntryStep::Inside
        }
    }

    /// Refuses unless everything that is asked has passed.
    pub const fn inside(&self) -> Result<(), NotInside> {
        match self.step() {
            EntryStep::Inside => Ok(()),
            EntryStep::Code => Err(NotInside::Code),
            EntryStep::Identity => Err(NotInside::Identity),
            EntryStep::Locked => Err(NotInside::Locked),
        }
    }

    /// Whether it asks for a code.
    pub const fn asks_code(&self) -> bool {
        self.asks_code
    }

    /// The code sent last.
    pub const fn code(&self) -> Option<&IssuedCode> {
        self.code.as_ref()
    }

    /// Wrong numbers that are left.
    pub const fn identity_tries_left(&self) -> u8 {
        IDENTITY_TRIES.saturating_sub(self.identity_wrong)
    }

    /// Whether another code may be sent: not while the last one is young.
    pub fn may_send(&self, now: UtcMillis) -> Result<(), CodeRefusal> {
        match &self.code {
            _ if self.identity_wrong >= IDENTITY_TRIES => Err(CodeRefusal::Locked),
            Some(code) if now < code.resend_at() => {
                let ms = u64::try_from(code.resend_at().millis_since(now)).unwrap_or(0);
                let seconds = u32::try_from(ms.div_ceil(1000)).unwrap_or(u32::MAX);
                Err(CodeRefusal::TooSoon { seconds })
            }
            _ => Ok(()),
        }
    }

    /// Another code was made; the one before passes no more.
    pub fn sent(&mut self, code: IssuedCode) {
        self.code = Some(code);
        self.counted = None;
    }

    /// Takes an entry. `fits` is what the caller found by comparing; `request` names the
    /// request, so that the same one sent again is not a second try. A refusal may have
    /// changed the count: keep it.
    pub fn enter_code(
        &mut self,
        fits: bool,
        request: Digest,
        now: UtcMillis,
    ) -> Result<(), CodeRefusal> {
        if self.identity_wrong >= IDENTITY_TRIES {
            return Err(CodeRefusal::Locked);
        }
        let code = self.code.as_mut().ok_or(CodeRefusal::NotSent)?;
        if self.counted == Some(request) {
            return Err(CodeRefusal::Wrong { left: code.tries_left() });
        }
        code.is_live(now)?;
        if !fits {
            code.wrong = code.wrong.saturating_add(1);
            self.counted = Some(request);
            return Err(CodeRefusal::Wrong { left: code.tries_left() });
        }
        code.used = true;
        self.code_passed = Some(now);
        Ok(())
    }

    /// Takes the last four of the identity number, as [`Self::enter_code`] takes a code.
    pub fn enter_identity(
        &mut self,
        fits: bool,
        request: Digest,
        now: UtcMillis,
    ) -> Result<(), IdentityRefusal> {
        if self.counted == Some(request) {
            return Err(self.wrong_identity());
        }
        match self.step() {
            EntryStep::Locked => return Err(IdentityRefusal::Locked),
            EntryStep::Code => return Err(IdentityRefusal::CodeFirst),
            EntryStep::Identity | EntryStep::Inside => {}
        }
        if !fits {
            self.identity_wrong = self.identity_wrong.saturating_add(1);
            self.counted = Some(request);
            return Err(self.wrong_identity());
        }
        self.identity_wrong = 0;
        self.identity_passed = Some(now);
        Ok(())
    }

    const fn wrong_identity(&self) -> IdentityRefusal {
        match self.identity_tries_left() {
            0 => IdentityRefusal::Locked,
            left => IdentityRefusal::Wrong { left },
        }
    }
}

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
                ["还没有发送验证码。", "请先点击“获取验证码”。"],
                ["No code has been sent yet.", "Have one sent first."],
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

/// A text like `138****0001` or `c***@example.com`: enough to recognise one's own contact.
pub fn masked(contact: &str) -> String {
    if let Some((name, domain)) = contact.rsplit_once('@') {
        let first = name.chars().next().map_or_else(String::new, String::from);
        return format!("{first}***@{domain}");
    }
    let digits: Vec<char> = contact.chars().collect();
    let tail: String = digits.iter().skip(digits.len().saturating_sub(4)).collect();
    let head: String = digits.iter().take(3.min(digits.len().saturating_sub(8))).collect();
    format!("{head}****{tail}")
}

/// What stands in the language of the person for the way a code was sent.
pub const fn channel_name(channel: MessageChannel, language: Language) -> &'static str {
    match channel {
        MessageChannel::Sms => language.pick("短信", "text message"),
        MessageChannel::Email => language.pick("电子邮件", "e-mail"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> UtcMillis {
        UtcMillis::from_millis(1_800_000_000_000 + ms).unwrap()
    }

    fn request(number: u8) -> Digest {
        Digest::of(&[number])
    }

    fn sent() -> Entry {
        let mut entry = Entry::asking(true, true);
        entry.sent(IssuedCode::new("n".into(), MessageChannel::Sms, at(0)));
        entry
    }

    #[test]
    fn a_door_that_asks_nothing_is_open() {
        assert_eq!(Entry::default().inside(), Ok(()));
        assert_eq!(Entry::asking(false, true).inside(), Ok(()), "no code, so nobody to ask");
    }

    #[test]
    fn code_and_then_identity_let_somebody_in() {
        let mut entry = sent();
        assert_eq!(entry.inside(), Err(NotInside::Code));
        assert_eq!(entry.enter_identity(true, request(1), at(1)), Err(IdentityRefusal::CodeFirst));
        entry.enter_code(true, request(2), at(2)).unwrap();
        assert_eq!(entry.inside(), Err(NotInside::Identity));
        entry.enter_identity(true, request(3), at(3)).unwrap();
        assert_eq!(entry.inside(), Ok(()));
    }

    #[test]
    fn a_code_lives_for_five_minutes_and_passes_once() {
        let mut entry = sent();
        let late = entry.clone().enter_code(true, request(1), at(CODE_LIFETIME_MS));
        assert_eq!(late, Err(CodeRefusal::Expired));
        entry.enter_code(true, request(1), at(CODE_LIFETIME_MS - 1)).unwrap();
        assert_eq!(entry.enter_code(true, request(2), at(5)), Err(CodeRefusal::UsedUp));
    }

    #[test]
    fn five_wrong_entries_end_a_code_even_for_the_right_one() {
        let mut entry = sent();
        for left in (0..CODE_TRIES).rev() {
            let refused = entry.enter_code(false, request(left), at(1));
            assert_eq!(refused, Err(CodeRefusal::Wrong { left }));
        }
        assert_eq!(entry.enter_code(true, request(9), at(1)), Err(CodeRefusal::UsedUp));
    }

    #[test]
    fn the_same_request_again_is_not_a_second_try() {
        let mut entry = sent();
        for _ in 0..3 {
            let refused = entry.enter_code(false, request(1), at(1));
            assert_eq!(refused, Err(CodeRefusal::Wrong { left: CODE_TRIES - 1 }));
        }
    }

    #[test]
    fn another_code_is_sent_after_a_minute_and_replaces_the_first() {
        let mut entry = sent();
        assert_eq!(entry.may_send(at(0)), Err(CodeRefusal::TooSoon { seconds: 60 }));
        assert_eq!(entry.may_send(at(CODE_PAUSE_MS - 1)), Err(CodeRefusal::TooSoon { seconds: 1 }));
        entry.may_send(at(CODE_PAUSE_MS)).unwrap();
        entry.sent(IssuedCode::new("m".into(), MessageChannel::Email, at(CODE_PAUSE_MS)));
        assert_eq!(entry.code().map(|code| code.nonce.as_str()), Some("m"));
    }

    #[test]
    fn three_wrong_numbers_lock_the_door() {
        let mut entry = sent();
        entry.enter_code(true, request(0), at(1)).unwrap();
        for left in [2, 1] {
            let refused = entry.enter_identity(false, request(left), at(2));
            assert_eq!(refused, Err(IdentityRefusal::Wrong { left }));
        }
        assert_eq!(entry.enter_identity(false, request(7), at(2)), Err(IdentityRefusal::Locked));
        assert_eq!(entry.step(), EntryStep::Locked);
        assert_eq!(entry.enter_identity(true, request(8), at(3)), Err(IdentityRefusal::Locked));
        assert_eq!(entry.may_send(at(CODE_PAUSE_MS)), Err(CodeRefusal::Locked));
    }

    #[test]
    fn a_masked_contact_can_be_recognised_and_not_dialled() {
        assert_eq!(masked("13800000001"), "138****0001");
        assert_eq!(masked("+85261234567"), "+85****4567");
        assert_eq!(masked("chen@example.com"), "c***@example.com");
        assert_eq!(masked("1234567"), "****4567");
    }
}
