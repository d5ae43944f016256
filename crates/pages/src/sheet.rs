//! The printed invitation 签署邀请单: on paper that anybody may find, so it says no more than an
//! invitation by text message does.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::frame::{Frame, Page};
use crate::parts::facts;
use crate::qr;
use crate::words::Words;

/// A sheet for one signer.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct SheetPage {
    /// Whom it is for, masked.
    pub signer: String,
    /// The company.
    pub company: String,
    /// What is filed, in words.
    pub matter: String,
    /// The filing's number for people.
    pub number: String,
    /// The address in the QR code: the signer's own link, or the front page where paper alone must
    /// not let anybody in.
    pub address: String,
    /// The front page, to be typed.
    pub front: String,
    /// When the invitation ends, with zone.
    pub expires_at: String,
}

impl Page for SheetPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            div .invitation {
                (facts(&[
                    (SIGNER.in_language(l), &self.signer),
                    (COMPANY.in_language(l), &self.company),
                    (MATTER.in_language(l), &self.matter),
                    (UNTIL.in_language(l), &self.expires_at),
                ]))
                div .voucher {
                    div {
                        p { (SCAN.in_language(l)) }
                        p .number { (NUMBER.in_language(l)) " " strong { (self.number) } }
                        p { (TYPE.in_language(l)) br; strong { (self.front) } }
                    }
                    (qr::code(&self.address, QR.in_language(l)))
                }
                ol .plain { @for line in HOW { li { (line.in_language(l)) } } }
                p { (SAFE.in_language(l)) " " (frame.telephone) }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            signer: "陈**".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            number: "61842059".into(),
            address: "https://sign.example.org/s/0123456789abcdefghjkmnpqrs".into(),
            front: "https://sign.example.org".into(),
            expires_at: "2026-11-26 20:05:00 +08:00".into(),
        }]
    }
}

const TITLE: Words = Words::new("签署邀请单", "Invitation to sign");
const SIGNER: Words = Words::new("签署人", "Signer");
const COMPANY: Words = Words::new("公司", "Company");
const MATTER: Words = Words::new("事项", "Matter");
const UNTIL: Words = Words::new("有效期至", "Good until");
const SCAN: Words = Words::new("用手机扫描二维码办理，", "Scan the code with a phone,");
const NUMBER: Words = Words::new("或输入办件码", "or enter the filing number");
const TYPE: Words = Words::new("网址：", "at:");
const QR: Words = Words::new("办理二维码", "Code for signing");
const HOW: [Words; 3] = [
    Words::new(
        "由签署人本人办理，准备好身份证件和能接收验证码的手机或邮箱",
        "The signer does it in person, with the identity document and the phone or mailbox that gets the code",
    ),
    Words::new(
        "输入验证码和证件号码末四位后，阅读文件、拍照、手写签名",
        "Enter the code and the last four of the identity number, read, take a photo, write the name",
    ),
    Words::new(
        "不方便用手机的，请带身份证件到登记窗口办理",
        "Without a phone: bring the identity document to the counter",
    ),
];
const SAFE: Words = Words::new(
    "本平台不会索要密码，也不会要求转账。如有疑问请拨打",
    "We never ask for a password or for money. If in doubt call",
);
const FOOT: Words = Words::new(
    "本单不含证件号码、手机号码和文件内容；仅凭本单不能签署。",
    "This sheet holds no identity number, phone number or document; nobody can sign with it alone.",
);
