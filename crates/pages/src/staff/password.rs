//! Another password for the own account: the same page at the platform and at the office.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::{Desk, Trouble};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::office::OfficeDesk;
use crate::parts::hidden;
use crate::words::Words;

/// Whose account it is.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "two services have staff")]
pub enum WhoseDesk {
    /// Staff of the platform.
    Platform(Desk),
    /// The office's.
    Office(OfficeDesk),
}

/// A field of the page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the fields of one form")]
pub enum PasswordField {
    /// The present password.
    Present,
    /// The code of the authenticator.
    Code,
    /// The new password.
    New,
    /// The new password once more.
    Again,
}

/// The form.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct OwnPasswordPage {
    /// Who has signed in.
    pub desk: WhoseDesk,
    /// What is typed to come in, by which a browser knows for what it keeps a password.
    pub login: String,
    /// Under which name the form is sent once.
    pub key: String,
    /// What went wrong, and with which field; without one, with the whole.
    pub trouble: Option<(Option<PasswordField>, Trouble)>,
}

impl OwnPasswordPage {
    /// What was wrong with `field`, before it.
    fn told(&self, field: Option<PasswordField>) -> Markup {
        let trouble = self.trouble.as_ref().filter(|(at, _)| *at == field);
        html! {
            @if let Some((_, Trouble { what, next })) = trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
        }
    }

    fn is_wrong(&self, field: PasswordField) -> bool {
        self.trouble.as_ref().is_some_and(|(at, _)| *at == Some(field))
    }

    /// A field that hides what is typed, and takes what is pasted.
    fn hiding(&self, (field, name): (PasswordField, &str), keeps: &str, label: &str) -> Markup {
        let is_wrong = self.is_wrong(field);
        let is_new = field != PasswordField::Present;
        let described = match (is_wrong, is_new) {
            (true, true) => Some("trouble rule"),
            (true, false) => Some("trouble"),
            (false, true) => Some("rule"),
            (false, false) => None,
        };
        html! {
            label for=(name) { (label) }
            (self.told(Some(field)))
            input type="password" id=(name) name=(name) required maxlength="256" autocomplete=(keeps)
                autofocus[is_wrong] aria-describedby=[described] aria-invalid=[is_wrong.then_some("true")];
        }
    }
}

impl Page for OwnPasswordPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let is_wrong = self.is_wrong(PasswordField::Code);
        html! {
            @match &self.desk {
                WhoseDesk::Platform(desk) => { (desk.bar(frame)) }
                WhoseDesk::Office(desk) => { (desk.bar_alone(frame)) }
            }
            p { a .open href=(Link::StaffLogin) { (BACK.in_language(l)) } }
            p .lead { (LEAD.in_language(l)) }
            (self.told(None))
            form method="post" action=(Link::StaffPassword) {
                (hidden(frame, &self.key))
                label for="login" { (LOGIN.in_language(l)) }
                input type="text" id="login" readonly value=(self.login) autocomplete="username";
                (self.hiding((PasswordField::Present, "present"), "current-password", PRESENT.in_language(l)))
                label for="code" { (CODE.in_language(l)) }
                (self.told(Some(PasswordField::Code)))
                input .digits type="text" id="code" name="code" required maxlength="16" inputmode="numeric"
                    autocomplete="one-time-code" autocapitalize="none" spellcheck="false"
                    autofocus[is_wrong] aria-describedby=[is_wrong.then_some("trouble")]
                    aria-invalid=[is_wrong.then_some("true")];
                p #rule .soft { (RULE.in_language(l)) }
                (self.hiding((PasswordField::New, "new"), "new-password", NEW.in_language(l)))
                (self.hiding((PasswordField::Again, "again"), "new-password", AGAIN.in_language(l)))
                button .go type="submit" { (CHANGE.in_language(l)) }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn further_style(&self) -> Option<Asset> {
        matches!(self.desk, WhoseDesk::Office(_)).then_some(Asset::OfficeStyle)
    }

    fn samples() -> Vec<Self> {
        let sample = |desk, trouble: Option<(Option<PasswordField>, &str)>| Self {
            desk,
            login: "li.na<b>\"'".into(),
            key: "0123456789abcdef".into(),
            trouble: trouble.map(|(field, what)| {
                (field, Trouble { what: what.into(), next: "请核对后重新输入。".into() })
            }),
        };
        let platform = || WhoseDesk::Platform(Desk::sample());
        let at = |field, what| Some((Some(field), what));
        vec![
            sample(platform(), None),
            sample(WhoseDesk::Office(OfficeDesk::sample()), None),
            sample(platform(), at(PasswordField::Present, "当前密码不正确，密码没有修改。")),
            sample(platform(), at(PasswordField::Code, "动态口令不正确或已使用过。")),
            sample(platform(), at(PasswordField::New, "密码长度不符合要求。")),
            sample(platform(), at(PasswordField::Again, "两次输入的新密码不一致。")),
            sample(platform(), Some((None, "错误次数过多，暂不能登录。"))),
        ]
    }
}

/// The password was changed; the session goes on.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PasswordChangedPage {}

impl Page for PasswordChangedPage {
    fn title(&self, language: Language) -> String {
        CHANGED.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (CHANGED_LEAD.in_language(l)) }
            p .soft { (NOT_YOU.in_language(l)) }
            p { a .button href=(Link::StaffLogin) { (ON.in_language(l)) } }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

const TITLE: Words = Words::new("修改密码", "Change your password");
const BACK: Words = Words::new("返回", "Back");
const LEAD: Words = Words::new(
    "需要当前密码和验证器此刻显示的口令。修改后，本账号在其他地方的登录立即退出，这里继续有效。",
    "It takes your present password and the code that your authenticator shows now. Your other sessions end at once; this one goes on.",
);
const LOGIN: Words = Words::new("登录名", "Login name");
const PRESENT: Words = Words::new("当前密码", "Present password");
const CODE: Words =
    Words::new("动态口令（未使用过的6位数字）", "Code (6 digits that were not used yet)");
const RULE: Words = Words::new(
    "新密码至少12个字符，种类不限，可以粘贴；请勿由登录名、姓名、单位名称或常见密码组成。",
    "The new password has 12 characters or more, of any kind; you may paste it. Do not make it of your login name, your name, the organisation's or what everybody takes.",
);
const NEW: Words = Words::new("新密码", "New password");
const AGAIN: Words = Words::new("再次输入新密码", "New password once more");
const CHANGE: Words = Words::new("修改密码", "Change the password");
const FOOT: Words = Words::new(
    "本页不显示密码；每次修改都记入账号记录。",
    "This page shows no password; every change is an event of the account.",
);
const CHANGED: Words = Words::new("密码已修改", "The password was changed");
const CHANGED_LEAD: Words = Words::new(
    "下次登录请使用新密码。本账号在其他地方的登录已经退出。",
    "Sign in with the new one from now on. Your other sessions have ended.",
);
const NOT_YOU: Words = Words::new(
    "如果密码不是您本人修改的，请立即联系安全管理员停用账号。",
    "If it was not you who changed it, have the security officer shut the account out at once.",
);
const ON: Words = Words::new("继续", "Go on");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::render;

    #[test]
    fn what_was_wrong_stands_at_its_field_and_is_told_with_it() {
        let frame = Frame {
            language: Language::Zh,
            large: false,
            here: Link::StaffPassword,
            csrf: Some("c5rf".into()),
            service: "示例商事文签".into(),
            telephone: "0571-0000110".into(),
        };
        for page in OwnPasswordPage::samples() {
            let text = render(&page, &frame);
            let fields: Vec<&str> =
                text.split("<input ").filter_map(|rest| rest.split('>').next()).collect();
            let wrong: Vec<&&str> =
                fields.iter().filter(|field| field.contains("aria-invalid=\"true\"")).collect();
            let told = text.matches("id=\"trouble\"").count();
            assert_eq!(told, usize::from(page.trouble.is_some()));
            match page.trouble {
                Some((Some(field), _)) => {
                    let name = match field {
                        PasswordField::Present => "present",
                        PasswordField::Code => "code",
                        PasswordField::New => "new",
                        PasswordField::Again => "again",
                    };
                    assert_eq!(wrong.len(), 1, "{field:?}");
                    assert!(wrong[0].contains(&format!("name=\"{name}\"")), "{}", wrong[0]);
                    assert!(wrong[0].contains("aria-describedby=\"trouble"), "{}", wrong[0]);
                    let (before, _) = text.split_once(&format!("id=\"{name}\"")).unwrap();
                    assert!(before.contains("id=\"trouble\""), "told before the field");
                }
                _ => assert!(wrong.is_empty(), "{wrong:?}"),
            }
            // A browser that keeps passwords knows which is which, and no page keeps what was typed.
            for keeps in ["username", "current-password", "new-password", "one-time-code"] {
                assert!(text.contains(&format!("autocomplete=\"{keeps}\"")), "{keeps}");
            }
            for field in fields.iter().filter(|field| field.contains("type=\"password\"")) {
                assert!(!field.contains("value="), "{field}");
            }
        }
    }
}
