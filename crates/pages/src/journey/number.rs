//! The other way in: the filing's number and one's own contact, typed on the official site.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::words::Words;

/// The front page: for whoever has a number and no link, or evidence to verify.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct FrontPage {}

impl Page for FrontPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (LEAD.in_language(l)) }
            form method="post" action=(Link::EntryCode) {
                label for="number" { (NUMBER.in_language(l)) }
                input .digits type="text" id="number" name="number" inputmode="numeric" required
                    autocomplete="off" maxlength="8" pattern="[0-9]{8}";
                label for="contact" { (CONTACT.in_language(l)) }
                input type="text" id="contact" name="contact" required autocomplete="tel" maxlength="254";
                button .go type="submit" { (SEND.in_language(l)) }
            }
            p .soft { (LINK.in_language(l)) }
            h2 { (MORE.in_language(l)) }
            p .links {
                a href=(Link::Verifier) { (VERIFY.in_language(l)) }
                a href=(Link::Coverage) { (COVERAGE.in_language(l)) }
            }
            p .soft { (SAFE.in_language(l)) " " (frame.telephone) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

/// A code may be on its way; it is typed here.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct NumberCodePage {
    /// The filing's number as it was typed.
    pub number: String,
    /// The contact as it was typed.
    pub contact: String,
    /// From when on another code can be asked for, with zone.
    pub resend_at: String,
}

impl Page for NumberCodePage {
    fn title(&self, language: Language) -> String {
        CODE_TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (IF_FITS.in_language(l)) }
            form method="post" action=(Link::EntryCheck) {
                input type="hidden" name="number" value=(self.number);
                input type="hidden" name="contact" value=(self.contact);
                label for="code" { (CODE.in_language(l)) }
                input .digits type="text" id="code" name="code" inputmode="numeric" required
                    autocomplete="one-time-code" maxlength="6" pattern="[0-9]{6}";
                button .go type="submit" { (ON.in_language(l)) }
            }
            h2 { (NOT_THERE.in_language(l)) }
            p { (AGAIN.in_language(l)) " " (self.resend_at) }
            p .links { a href=(Link::Front) { (BACK.in_language(l)) } }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Who)
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            number: "61842059".into(),
            contact: "13800000001\"><b>\"'".into(),
            resend_at: "2026-11-23 20:05:00 +08:00".into(),
        }]
    }
}

const TITLE: Words = Words::new("凭办件码办理签署", "Sign with a filing number");
const LEAD: Words = Words::new(
    "没有链接也可以办理：输入8位办件码和经办人登记的您本人的手机号或邮箱，我们发送验证码。",
    "No link is needed: type the filing's number of 8 digits and your mobile number or e-mail address as the handler entered it; we send a code.",
);
const NUMBER: Words = Words::new("8位办件码", "Filing number, 8 digits");
const CONTACT: Words = Words::new("手机号或邮箱", "Mobile number or e-mail address");
const SEND: Words = Words::new("发送验证码", "Send the code");
const LINK: Words = Words::new(
    "收到过短信或邮件的，直接打开其中的链接即可。",
    "If you got a message, simply open the link in it.",
);
const MORE: Words = Words::new("其他", "More");
const VERIFY: Words = Words::new("核验证据包", "Verify an evidence bundle");
const COVERAGE: Words = Words::new("存证情况", "How evidence is held");
const SAFE: Words = Words::new(
    "本平台不会索要密码，也不会要求转账。如有疑问请拨打",
    "We never ask for a password or for money. If in doubt call",
);
const CODE_TITLE: Words = Words::new("请输入验证码", "Type the code");
const IF_FITS: Words = Words::new(
    "如果办件码和联系方式相符，验证码已在路上，5分钟内有效。",
    "If number and contact belong together, a code is on its way; it works for 5 minutes.",
);
const CODE: Words = Words::new("6位验证码", "Code of 6 digits");
const ON: Words = Words::new("继续", "Go on");
const NOT_THERE: Words = Words::new("没有收到？", "It has not arrived?");
const AGAIN: Words = Words::new(
    "请先核对办件码和联系方式有没有输错。要再收一个验证码，请在这个时间之后返回重新输入：",
    "First check whether number and contact were typed right. For another code, go back and type them again after",
);
const BACK: Words = Words::new("返回重新输入", "Go back and type again");
const FOOT: Words = Words::new(
    "本页不显示任何办件、人员或文件内容，也不透露某个联系方式是否属于某个办件。",
    "This page shows no filing, person or document, nor whether a contact belongs to a filing.",
);
