//! Coming in: password, then the code of an authenticator; the first time, enrolling one.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::hidden;
use crate::qr;
use crate::words::Words;

/// What went wrong just now.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Trouble {
    /// What happened.
    pub what: String,
    /// What to do.
    pub next: String,
}

fn told(trouble: Option<&Trouble>) -> Markup {
    html! {
        @if let Some(Trouble { what, next }) = trouble {
            p #trouble .notice role="alert" { (what) " " (next) }
        }
    }
}

/// Login name and password.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct LoginPage {
    /// What was typed before.
    pub login: String,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for LoginPage {
    fn title(&self, language: Language) -> String {
        LOGIN.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (LOGIN_LEAD.in_language(l)) }
            (told(self.trouble.as_ref()))
            form method="post" action=(Link::StaffLogin) {
                label for="login" { (LOGIN_NAME.in_language(l)) }
                input type="text" id="login" name="login" required maxlength="40" value=(self.login)
                    autocomplete="username" autocapitalize="none" spellcheck="false"
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                label for="password" { (PASSWORD.in_language(l)) }
                input type="password" id="password" name="password" required maxlength="256"
                    autocomplete="current-password"
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                button .go type="submit" { (ON.in_language(l)) }
            }
            p .soft { (FORGOTTEN.in_language(l)) }
        }
    }

    fn foot(&self) -> Words {
        LOGIN_FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let trouble = Trouble {
            what: "登录名或密码不正确。".into(),
            next: "请核对后重新输入；忘记密码请联系平台管理员重置。".into(),
        };
        vec![
            Self { login: String::new(), trouble: None },
            Self { login: "<b>\"'".into(), trouble: Some(trouble) },
        ]
    }
}

/// An authenticator that is being enrolled.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Enrolment {
    /// What is scanned.
    pub uri: String,
    /// What is typed where nothing can be scanned.
    pub secret: String,
}

/// Without the secret.
impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

/// The second factor.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct FactorPage {
    /// The authenticator, where none is enrolled yet.
    pub enrolment: Option<Enrolment>,
    /// Under which name an entry is checked once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for FactorPage {
    fn title(&self, language: Language) -> String {
        let words = if self.enrolment.is_some() { ENROL } else { FACTOR };
        words.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            @if let Some(enrolment) = &self.enrolment {
                p .lead { (ENROL_LEAD.in_language(l)) }
                (qr::code(&enrolment.uri, SCAN.in_language(l)))
                p { (BY_HAND.in_language(l)) br; code #secret { (enrolment.secret) } }
            } @else {
                p .lead { (FACTOR_LEAD.in_language(l)) }
            }
            (told(self.trouble.as_ref()))
            form method="post" action=(Link::StaffCode) {
                (hidden(frame, &self.key))
                label for="code" { (CODE.in_language(l)) }
                input .digits type="text" id="code" name="code" required maxlength="40"
                    autocomplete="one-time-code" autocapitalize="none" spellcheck="false"
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                button .go type="submit" { (ON.in_language(l)) }
            }
            @if self.enrolment.is_none() { p .soft { (LOST.in_language(l)) } }
        }
    }

    fn foot(&self) -> Words {
        if self.enrolment.is_some() { ENROL_FOOT } else { LOGIN_FOOT }
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let enrolment = Enrolment {
            uri: "otpauth://totp/heqi:li.na?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=heqi"
                .into(),
            secret: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".into(),
        };
        let trouble = Trouble {
            what: "动态口令不正确或已使用过。".into(),
            next: "请等待验证器显示下一个口令后再输入。".into(),
        };
        let key = || "0123456789abcdef".to_owned();
        vec![
            Self { enrolment: None, key: key(), trouble: None },
            Self { enrolment: Some(enrolment), key: key(), trouble: Some(trouble) },
        ]
    }
}

/// Recovery codes, shown this once.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct RecoveryPage {
    /// The codes.
    pub codes: Vec<String>,
}

/// Without the codes.
impl std::fmt::Debug for RecoveryPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryPage(…)")
    }
}

impl Page for RecoveryPage {
    fn title(&self, language: Language) -> String {
        RECOVERY.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (RECOVERY_LEAD.in_language(l)) }
            ul .codes { @for code in &self.codes { li { code { (code) } } } }
            p { a .button href=(Link::StaffLogin) { (KEPT.in_language(l)) } }
        }
    }

    fn foot(&self) -> Words {
        RECOVERY_FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            codes: (0..10).map(|n| format!("abcde{n}-fghjk{n}-mnpqr{n}-stuvw{n}")).collect(),
        }]
    }
}

const LOGIN: Words = Words::new("工作人员登录", "Staff sign-in");
const LOGIN_LEAD: Words = Words::new(
    "供登记机关、公证机构、经办机构和平台的工作人员使用。签署人请打开短信或邮件中的链接。",
    "For staff of the registry, the notary office, handlers' firms and the platform. Signers open the link of their message.",
);
const LOGIN_NAME: Words = Words::new("登录名", "Login name");
const PASSWORD: Words = Words::new("密码", "Password");
const ON: Words = Words::new("继续", "Go on");
const FORGOTTEN: Words = Words::new(
    "忘记密码或更换手机：请联系平台管理员重置账号。",
    "A forgotten password or a new phone: the administrator resets the account.",
);
const LOGIN_FOOT: Words = Words::new(
    "本页不显示任何人的信息；每次登录都有记录。",
    "This page shows nobody's data; every sign-in is recorded.",
);
const FACTOR: Words = Words::new("请输入动态口令", "Type the code of your authenticator");
const FACTOR_LEAD: Words = Words::new(
    "打开手机上的验证器应用，输入此刻显示的6位口令。",
    "Open the authenticator on your phone and type the 6 digits it shows now.",
);
const CODE: Words = Words::new("动态口令", "Code");
const LOST: Words = Words::new(
    "验证器不在身边时，可以输入一个恢复码；每个恢复码只能使用一次。",
    "Without the authenticator, type one of your recovery codes; each works once.",
);
const ENROL: Words = Words::new("绑定验证器", "Enrol an authenticator");
const ENROL_LEAD: Words = Words::new(
    "用手机上的验证器应用扫描此码，再输入它显示的6位口令。",
    "Scan this with the authenticator on your phone, then type the 6 digits it shows.",
);
const SCAN: Words = Words::new("绑定验证器的二维码", "QR code that enrols the authenticator");
const BY_HAND: Words = Words::new("不能扫描时，请手工输入：", "If you cannot scan, type this:");
const ENROL_FOOT: Words = Words::new(
    "本页显示绑定用的密钥，请勿截图或转发。",
    "This page shows the secret of your authenticator; do not photograph or forward it.",
);
const RECOVERY: Words = Words::new("请保存恢复码", "Keep your recovery codes");
const RECOVERY_LEAD: Words = Words::new(
    "验证器丢失时用来登录，每个只能使用一次。只显示这一次，请抄下并妥善保管。",
    "They let you in without the authenticator, each once. They are shown this once: write them down and keep them safe.",
);
const KEPT: Words = Words::new("已保存，继续", "I have kept them; go on");
const RECOVERY_FOOT: Words = Words::new(
    "本页显示您的恢复码，离开后不能再次查看。",
    "This page shows your recovery codes; they cannot be seen again.",
);
