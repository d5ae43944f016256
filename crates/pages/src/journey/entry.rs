//! Who is here: the one-time code, then the last four of the identity number. Until both are
//! passed nothing personal is shown but masked addresses.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{hidden, notice};
use crate::words::Words;

/// The one-time code.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CodePage {
    /// Where a code can be sent: as programs call it, and masked.
    pub channels: Vec<(String, String)>,
    /// The code sent last.
    pub sent: Option<SentCode>,
    /// What was wrong with the last entry: what happened, and what to do.
    pub trouble: Option<(String, String)>,
    /// Under which name another code is sent once.
    pub send_key: String,
    /// Under which name an entry is checked once.
    pub check_key: String,
}

/// A code that was sent.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct SentCode {
    /// Where to, masked.
    pub masked: String,
    /// When it ends, with zone.
    pub expires_at: String,
    /// Wrong entries that are left.
    pub tries_left: u8,
}

impl Page for CodePage {
    fn title(&self, language: Language) -> String {
        let words = if self.sent.is_some() { TYPE_IT } else { SEND_IT };
        words.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            @if let Some(sent) = &self.sent {
                p .lead { (SENT_TO.in_language(l)) " " strong { (sent.masked) } }
                p .soft {
                    (VALID.in_language(l)) " " (sent.expires_at) " · "
                    (TRIES.in_language(l)) " " (sent.tries_left)
                }
                (told(self.trouble.as_ref()))
                form method="post" action=(Link::CheckCode) {
                    (hidden(frame, &self.check_key))
                    label for="code" { (CODE.in_language(l)) }
                    input .digits type="text" id="code" name="code" inputmode="numeric" required
                        autocomplete="one-time-code" maxlength="6" pattern="[0-9]{6}"
                        autofocus[self.trouble.is_some()] aria-describedby=[described(self.trouble.as_ref())]
                        aria-invalid=[self.trouble.as_ref().map(|_| "true")];
                    button .go type="submit" { (ON.in_language(l)) }
                }
                p .soft { (NEVER.in_language(l)) }
                h2 { (NOT_THERE.in_language(l)) }
            } @else {
                (told(self.trouble.as_ref()))
                p .lead { (LEAD.in_language(l)) }
                p .soft { (NEVER.in_language(l)) }
            }
            @if self.channels.is_empty() { (notice(NOWHERE.in_language(l))) }
            @for (channel, masked) in &self.channels {
                form method="post" action=(Link::SendCode) {
                    (hidden(frame, &self.send_key))
                    input type="hidden" name="channel" value=(channel);
                    @let words = if self.sent.is_some() { SEND_AGAIN } else { SEND };
                    button .go[self.sent.is_none()] .gap type="submit" {
                        (words.in_language(l)) " " (masked)
                    }
                }
            }
            p .soft { (CALL.in_language(l)) " " (frame.telephone) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Who)
    }

    fn samples() -> Vec<Self> {
        let wrong = ("验证码不正确。", "请核对最近一条短信或邮件中的6位数字，还可输入4次。");
        let sample = |sent, trouble: Option<(&str, &str)>| Self {
            channels: vec![
                ("sms".into(), "138****0001".into()),
                ("email".into(), "c***@example.com".into()),
            ],
            sent,
            trouble: trouble.map(|(what, next)| (what.into(), next.into())),
            send_key: "0123456789abcdef".into(),
            check_key: "fedcba9876543210".into(),
        };
        let sent = SentCode {
            masked: "138****0001".into(),
            expires_at: "2026-11-23 20:05:00 +08:00".into(),
            tries_left: 5,
        };
        vec![
            sample(None, None),
            Self { channels: Vec::new(), ..sample(None, None) },
            sample(Some(sent.clone()), None),
            sample(Some(SentCode { tries_left: 4, ..sent }), Some(wrong)),
        ]
    }
}

/// The last four of the identity number. They are asked for and never shown.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct IdentityPage {
    /// Wrong entries that are left.
    pub tries_left: u8,
    /// What was wrong with the last entry: what happened, and what to do.
    pub trouble: Option<(String, String)>,
    /// Under which name an entry is checked once.
    pub key: String,
}

/// What was wrong, before the field where it is entered anew.
fn told(trouble: Option<&(String, String)>) -> Markup {
    html! {
        @if let Some((what, next)) = trouble {
            p #trouble .notice role="alert" { (what) " " (next) }
        }
    }
}

/// By what the field is told.
fn described(trouble: Option<&(String, String)>) -> Option<&'static str> {
    trouble.map(|_| "trouble")
}

impl Page for IdentityPage {
    fn title(&self, language: Language) -> String {
        IDENTITY.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (LAST_FOUR.in_language(l)) }
            (told(self.trouble.as_ref()))
            form method="post" action=(Link::CheckIdentity) {
                (hidden(frame, &self.key))
                label for="last-four" { (FOUR.in_language(l)) }
                div .entry {
                    input .digits type="text" id="last-four" name="last_four" inputmode="numeric" required
                        autocomplete="off" maxlength="4" pattern="[0-9A-Za-z]{4}"
                        autofocus[self.trouble.is_some()] aria-describedby=[described(self.trouble.as_ref())]
                        aria-invalid=[self.trouble.as_ref().map(|_| "true")];
                    button type="button" data-types="X" aria-label=(X.in_language(l)) { "X" }
                }
                // Passports of some countries have other letters there, and keys of numbers have none.
                button .gap .letters type="button" { (LETTERS.in_language(l)) }
                button .go type="submit" { (ON.in_language(l)) }
            }
            (notice(&format!("{} {}", TRIES.in_language(l), self.tries_left)))
            p .soft { (NOT_YOU.in_language(l)) " " (frame.telephone) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Entry)
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Who)
    }

    fn samples() -> Vec<Self> {
        let wrong =
            ("证件号码末四位不一致。", "请由被邀请人本人输入；还可输入2次，之后链接将锁定。");
        let sample = |tries_left, trouble: Option<(&str, &str)>| Self {
            tries_left,
            trouble: trouble.map(|(what, next)| (what.into(), next.into())),
            key: "0123456789abcdef".into(),
        };
        vec![sample(3, None), sample(2, Some(wrong))]
    }
}

const SEND_IT: Words = Words::new("先收一个验证码", "First a one-time code");
const TYPE_IT: Words = Words::new("请输入验证码", "Type the code");
const LEAD: Words = Words::new(
    "为确认是您本人打开了链接，我们向经办人登记的您本人的手机号或邮箱发送6位验证码。",
    "To know that it is you who opened the link, we send a code of 6 digits to your mobile number or e-mail address as the handler entered it.",
);
const NOWHERE: Words = Words::new(
    "目前没有可以接收验证码的号码或邮箱。联系方式刚变更的，24小时后启用，请届时再打开同一链接；否则请经办人登记您本人的号码或邮箱。",
    "There is no number or address yet that can get a code. One that was just changed is used after 24 hours: open the same link again then; else have the handler enter your own number or address.",
);
const SEND: Words = Words::new("发送到", "Send to");
const SEND_AGAIN: Words = Words::new("重新发送到", "Send again to");
const SENT_TO: Words = Words::new("验证码已发送到", "A code was sent to");
const VALID: Words = Words::new("有效至", "valid until");
const TRIES: Words = Words::new("还可以输入次数：", "Tries left:");
const CODE: Words = Words::new("6位验证码", "Code of 6 digits");
const NOT_THERE: Words = Words::new("没有收到？", "It has not arrived?");
const NEVER: Words = Words::new(
    "请勿把验证码告诉任何人，包括自称工作人员的人。",
    "Never tell the code to anybody, not even to somebody who claims to be staff.",
);
const ON: Words = Words::new("继续", "Go on");
const IDENTITY: Words = Words::new("请确认您是本人", "Confirm that it is you");
const LAST_FOUR: Words = Words::new(
    "请输入您身份证件号码的最后四位。",
    "Type the last four characters of your identity number.",
);
const FOUR: Words = Words::new("证件号码末四位", "Last four of the identity number");
const X: Words = Words::new("输入字母X", "Type the letter X");
const LETTERS: Words =
    Words::new("末四位有其他字母？换字母键盘", "Other letters in it? Show letter keys");
const NOT_YOU: Words = Words::new(
    "如果这不是发给您的，请关闭本页，不要代他人办理。如有疑问请拨打",
    "If this was not meant for you, close the page; never act for somebody else. If in doubt call",
);
const CALL: Words = Words::new("号码或邮箱有误请拨打", "If number or address is wrong call");
const FOOT: Words = Words::new(
    "本页不显示您的姓名、证件号码和任何文件；号码和邮箱已遮盖。",
    "This page shows neither your name nor your identity number nor any document; number and address are masked.",
);
