//! Coming in: the contact that was used while signing, then code and name.

use heqi_vocabulary::{Language, VoucherNo};
use maud::{Markup, html};

use super::SERVICE_FOOT;
use super::list::sample_voucher;
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::words::Words;

/// A contact is asked for.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HolderDoorPage {
    /// What was typed before: personal data.
    pub typed: String,
    /// About which signing a certificate is to be applied for afterwards.
    pub apply: Option<VoucherNo>,
    /// What was wrong: what happened, what to do.
    pub trouble: Option<(String, String)>,
}

/// Without what was typed.
impl std::fmt::Debug for HolderDoorPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HolderDoorPage")
    }
}

/// Code and name are asked for.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HolderCodePage {
    /// The contact as it was typed: personal data, in the form and never in an address.
    pub typed: String,
    /// The same, masked.
    pub masked: String,
    /// About which signing a certificate is to be applied for afterwards.
    pub apply: Option<VoucherNo>,
    /// What was wrong: what happened, what to do.
    pub trouble: Option<(String, String)>,
}

/// Without what was typed.
impl std::fmt::Debug for HolderCodePage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HolderCodePage")
    }
}

/// Where somebody goes on after coming in.
fn onward(apply: Option<VoucherNo>) -> Markup {
    html! {
        @if let Some(voucher) = apply { input type="hidden" name="apply" value=(voucher); }
    }
}

fn told(trouble: Option<&(String, String)>) -> Markup {
    html! {
        @if let Some((what, next)) = trouble {
            p #trouble .notice role="alert" { (what) " " (next) }
        }
    }
}

impl Page for HolderDoorPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (LEAD.in_language(l)) }
            @if self.apply.is_some() { p .notice { (APPLY_NEXT.in_language(l)) } }
            (told(self.trouble.as_ref()))
            form method="post" action=(Link::HeldCode) {
                (onward(self.apply))
                label for="contact" { (CONTACT.in_language(l)) }
                input type="text" id="contact" name="contact" required maxlength="254" value=(self.typed)
                    autocomplete="tel" autocapitalize="none" spellcheck="false"
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                button .go type="submit" { (SEND.in_language(l)) }
            }
            p .soft { (ONLY_USED.in_language(l)) }
            p .links { a href=(Link::VerifierFile) { (VERIFY.in_language(l)) } }
        }
    }

    fn foot(&self) -> Words {
        SERVICE_FOOT
    }

    fn script(&self) -> Option<Asset> {
        None
    }

    fn samples() -> Vec<Self> {
        vec![
            Self { typed: String::new(), apply: None, trouble: None },
            Self { typed: String::new(), apply: Some(sample_voucher()), trouble: None },
            Self {
                typed: "<b>138".into(),
                apply: None,
                trouble: Some(("手机号码或电子邮箱填写有误。".into(), "请核对后重新填写。".into())),
            },
        ]
    }
}

impl Page for HolderCodePage {
    fn title(&self, language: Language) -> String {
        CODE_TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (SENT.in_language(l)) " " strong { (self.masked) } (SENT_END.in_language(l)) }
            p .soft { (SAME_ANSWER.in_language(l)) }
            (told(self.trouble.as_ref()))
            form method="post" action=(Link::HeldEnter) {
                input type="hidden" name="contact" value=(self.typed);
                (onward(self.apply))
                label for="code" { (CODE.in_language(l)) }
                input type="text" id="code" name="code" required inputmode="numeric" maxlength="6"
                    pattern="[0-9]{6}" autocomplete="one-time-code" .digits
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                label for="name" { (NAME.in_language(l)) }
                input type="text" id="name" name="name" required maxlength="60" autocomplete="name";
                button .go type="submit" { (ENTER.in_language(l)) }
            }
            form method="post" action=(Link::HeldCode) {
                input type="hidden" name="contact" value=(self.typed);
                (onward(self.apply))
                button type="submit" { (AGAIN.in_language(l)) }
            }
            p .links { a href=(Link::Held) { (OTHER.in_language(l)) } }
        }
    }

    fn foot(&self) -> Words {
        SERVICE_FOOT
    }

    fn samples() -> Vec<Self> {
        let page = |trouble| Self {
            typed: "13800000001".into(),
            masked: "138******01".into(),
            apply: Some(sample_voucher()),
            trouble,
        };
        let wrong = (
            "验证码或姓名不正确，或验证码已失效。".to_owned(),
            "请核对短信和身份证件后重新输入，连续5次不符或超过5分钟的，请重新获取。".to_owned(),
        );
        vec![page(None), page(Some(wrong))]
    }
}

const APPLY_NEXT: Words = Words::new(
    "进入后即可就您的这次签署申请公证书。",
    "Once you are in, you can apply for a certificate about this signing of yours.",
);
const TITLE: Words = Words::new("查看以我名义保管的证据", "See what is held in my name");
const LEAD: Words = Words::new(
    "这里可以查看公证机构为您保管的签署证据，不需要经过签署平台。",
    "Here you see the evidence of your signings that the notary holds, without the signing platform.",
);
const CONTACT: Words = Words::new(
    "签署时使用的手机号码或电子邮箱",
    "Mobile number or e-mail address used when signing",
);
const SEND: Words = Words::new("获取验证码", "Send a code");
const ONLY_USED: Words = Words::new(
    "只有签署时收过验证码的号码或邮箱可以使用；验证码由公证机构发送，5分钟内有效。",
    "Only a number or address that received a code while signing works here. The notary sends the code; it is good for 5 minutes.",
);
const VERIFY: Words =
    Words::new("不登录，直接核验证据包", "Check an evidence bundle without signing in");
const CODE_TITLE: Words = Words::new("输入验证码和姓名", "Enter code and name");
const SENT: Words = Words::new("如果", "If");
const SENT_END: Words = Words::new(
    "在签署时使用过，验证码已经发出。",
    " was used while signing, a code is on its way.",
);
const SAME_ANSWER: Words = Words::new(
    "为保护签署人，无论号码是否使用过，本页显示相同；60秒内不重复发送，每日最多10次。",
    "To protect signers this page is the same whether it was used or not. No second code within 60 seconds, 10 a day at most.",
);
const CODE: Words = Words::new("6位验证码", "Code of 6 digits");
const NAME: Words = Words::new("姓名（与身份证件一致）", "Name, as on your identity document");
const ENTER: Words = Words::new("进入", "Come in");
const AGAIN: Words = Words::new("重新发送验证码", "Send another code");
const OTHER: Words = Words::new("更换号码或邮箱", "Another number or address");
