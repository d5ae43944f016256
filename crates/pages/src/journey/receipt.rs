//! The receipt: what is there, who vouches, lighting up as it really arrives.

use heqi_vocabulary::{Language, PartyId, RecordId};
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::{facts, hidden, simulated};
use crate::qr;
use crate::words::Words;

mod flags;
mod next;

pub(super) use flags::NOT_TAKEN;
pub use flags::{Awaited, Flag, FlagState};
pub use next::NextCapacity;

/// After signing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ReceiptPage {
    /// The number for people 签署凭证号.
    pub voucher: String,
    /// When, with zone.
    pub signed_at: String,
    /// The company.
    pub company: String,
    /// What is filed, in words.
    pub matter: String,
    /// The filing's number for people.
    pub number: String,
    /// In which capacities it was signed, in words.
    pub capacities: String,
    /// The company or the minor for which it was signed, where it is one.
    pub represents: Option<String>,
    /// The record.
    pub record: RecordId,
    /// What stands beside the signature, each by itself.
    pub flags: Vec<Flag>,
    /// Whether both custodians are systems of one notary office: nobody counts them as two.
    pub is_one_office: bool,
    /// What else belongs to the voucher, name and value: both names where one was put right, with
    /// what the company seals.
    pub more: Vec<(String, String)>,
    /// How far the party's answer is to what was signed.
    pub answered: Answered,
    /// For whom else the same person has still to sign, the next of them.
    pub next: Option<NextCapacity>,
    /// Whether a demo acted the filing out.
    pub is_simulated: bool,
    /// After how many seconds the session ends if nothing happens in it.
    pub session_s: i64,
}

/// How far a party's answer is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "nothing lies between")]
pub enum Answered {
    /// Others have to sign first.
    NotAsked,
    /// Everything is signed: the party is asked.
    Asked,
    /// It confirmed.
    Confirmed,
    /// It objected, or somebody else did.
    Paused,
}

impl ReceiptPage {
    fn is_whole(&self) -> bool {
        self.flags.iter().all(|flag| matches!(flag.state, FlagState::There(_)))
    }
}

impl Page for ReceiptPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let whole = if self.is_whole() { "yes" } else { "no" };
        html! {
            @if self.is_simulated { (simulated(l)) }
            (ended(l))
            div .voucher {
                div {
                    p .soft { (VOUCHER.in_language(l)) }
                    p .number { strong { (grouped(&self.voucher)) } }
                    p { (self.signed_at) }
                }
                (qr::code(&self.voucher, QR.in_language(l)))
            }
            (facts(&[
                (COMPANY.in_language(l), &self.company),
                (MATTER.in_language(l), &self.matter),
                (NUMBER.in_language(l), &self.number),
                (CAPACITIES.in_language(l), &self.capacities),
            ]))
            @if let Some(company) = &self.represents {
                (facts(&[(REPRESENTS.in_language(l), company.as_str())]))
            }
            @if !self.more.is_empty() {
                dl .facts { @for (name, value) in &self.more { div { dt { (name) } dd { (value) } } } }
            }
            @if let Some(next) = &self.next {
                section aria-labelledby="next-capacity" data-in-session {
                    h2 id="next-capacity" { (MORE_TO_SIGN.in_language(l)) }
                    p .lead { (MORE_TEXT.in_language(l)) }
                    form method="post" action=(Link::NextParty) {
                        (hidden(frame, &next.key))
                        input type="hidden" name="party" value=(next.party);
                        button .go type="submit" { (next.text(l)) }
                    }
                }
            }
            @if self.answered == Answered::Asked {
                p .lead data-in-session { (ASKED.in_language(l)) }
                p { a .go href=(Link::Confirm) data-in-session { (CONFIRM.in_language(l)) } }
            }
            section id="flags" data-whole=(whole) data-record=(self.record) data-session-s=(self.session_s)
                aria-labelledby="standing" {
                h2 id="standing" { (STANDING.in_language(l)) }
                div role="status" {
                    ul .flags { @for flag in &self.flags { (flag.line(l)) } }
                }
                @if self.is_one_office { p .soft { (ONE_OFFICE.in_language(l)) } }
            }
            p { a .go href=(Link::Bundle(self.record)) download data-in-session { (BUNDLE.in_language(l)) } }
            p .links {
                a href=(Link::Verifier) { (VERIFY.in_language(l)) }
                a href=(Link::Timeline) data-in-session { (TIMELINE.in_language(l)) }
                a href=(Link::Confirm) data-in-session { (ANSWER.in_language(l)) }
                a href=(Link::OwnConsents) data-in-session { (CONSENTS.in_language(l)) }
            }
            p { (SLOGAN.in_language(l)) }
            h2 { (NEXT.in_language(l)) }
            p { (match self.answered { Answered::Confirmed => CONFIRMED, Answered::Paused => PAUSED, _ => NEXT_TEXT }.in_language(l)) " " (frame.telephone) }
            form method="post" action=(Link::Leave) data-in-session {
                @if let Some(csrf) = &frame.csrf { input type="hidden" name="csrf" value=(csrf); }
                button type="submit" { (LEAVE.in_language(l)) }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Receipt)
    }

    fn samples() -> Vec<Self> {
        let sample = |flags| Self {
            voucher: "PZ202611230000000017".into(),
            signed_at: "2026-11-23 20:05:00 +08:00".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            number: "61842059".into(),
            capacities: "股东、监事".into(),
            represents: None,
            record: RecordId::from_bytes([9; 16]),
            flags,
            is_one_office: true,
            more: vec![
                (
                    "姓名".into(),
                    "龚𠮷（更正前：龚吉；2026-11-20 凭杭州市公安局临安区分局证明更正）".into(),
                ),
                (
                    "被监护人姓名".into(),
                    "林晓茶（更正前：林小茶；2026-11-20 凭杭州市公安局临安区分局证明更正）".into(),
                ),
                ("企业印章".into(), "盖章扫描件（仅为图像）：仅为图像，不能证明加盖".into()),
            ],
            answered: Answered::Asked,
            next: None,
            is_simulated: false,
            session_s: 1800,
        };
        // One person who signed as shareholder, and then for a company that holds shares.
        let waits = |page: Self| Self {
            answered: Answered::NotAsked,
            next: Some(NextCapacity {
                party: PartyId::from_bytes([3; 16]),
                capacities: "法人股东代表".into(),
                represents: Some("杭州示例云栖投资有限公司".into()),
                key: "0123456789abcdef".into(),
            }),
            ..page
        };
        let signed_for_a_company = |page: Self| Self {
            capacities: "法人股东代表".into(),
            represents: Some("杭州示例云栖投资有限公司".into()),
            ..page
        };
        let acted_out = |page: Self| Self { is_simulated: true, ..page };
        let flag = |name, state| Flag { name, state };
        let awaited = |next: Option<&str>| Awaited {
            since: "2026-11-23 20:05:00 +08:00".into(),
            next: next.map(Into::into),
        };
        let again = || awaited(Some("2026-11-23 20:05:32 +08:00"));
        let under_way = || {
            sample(vec![
                flag("logged", FlagState::There(None)),
                flag("witnessed", FlagState::Waiting(again())),
                flag("mirrored", FlagState::Waiting(again())),
                flag("deposited", FlagState::Partly(1, 2, again())),
                flag("timestamped", FlagState::Waiting(awaited(None))),
            ])
        };
        vec![
            under_way(),
            acted_out(sample(vec![
                flag("logged", FlagState::There(None)),
                flag("witnessed", FlagState::There(None)),
                flag("mirrored", FlagState::There(None)),
                flag(
                    "deposited",
                    FlagState::There(Some("公证处数据中心 CZ2026112300000001".into())),
                ),
                flag("timestamped", FlagState::There(Some("tsa-1, tsa-2".into()))),
            ])),
            sample(vec![
                flag("logged", FlagState::There(None)),
                flag("witnessed", FlagState::There(None)),
                flag("mirrored", FlagState::There(None)),
                flag("deposited", FlagState::Refused(1, 2)),
                flag("timestamped", FlagState::There(Some("tsa-1, tsa-2".into()))),
            ]),
            waits(under_way()),
            signed_for_a_company(under_way()),
        ]
    }
}

/// What the script shows once the session has ended: nothing is lost, and how to come back.
fn ended(l: Language) -> Markup {
    html! {
        div id="ended" role="status" {
            div .notice hidden {
                p { (ENDED.in_language(l)) }
                p { (COME_BACK.in_language(l)) }
                p { a .button href=(Link::Front) { (FRONT.in_language(l)) } }
            }
        }
    }
}

/// A number in groups of four, so that it can be read out.
fn grouped(number: &str) -> String {
    let split = number.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let (letters, digits) = number.split_at_checked(split).unwrap_or((number, ""));
    let mut text = letters.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at % 4 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

const ENDED: Words = Words::new(
    "本次登录已结束（长时间没有操作、登录时间已满，或这台设备上已打开另一页签署）。您的签署和这份凭证都已保存，不会丢失；存证会自动继续。",
    "This session has ended: it was not used for long, its time is over, or something else to sign was opened on this device. What you signed and this receipt are kept; the evidence goes on by itself.",
);
const COME_BACK: Words = Words::new(
    "要下载证据包、查看进度、确认或提出异议，请重新打开您收到的链接；找不到链接的，凭本页的办件码进入。",
    "To download the evidence, see how the filing stands, confirm or object, open the link you received again; without it, come in with the filing number on this page.",
);
const FRONT: Words = Words::new("凭办件码进入", "Come in with the filing number");
const ASKED: Words = Words::new(
    "全部文件已签署。请核对签署情况，选择“确认”或“有异议”。",
    "All documents are signed. Please check the signatures, and confirm or object.",
);
const CONFIRM: Words = Words::new("核对并确认", "Check and confirm");
const TIMELINE: Words = Words::new("办件进度", "How the filing stands");
const CONSENTS: Words = Words::new("我的 — 授权管理", "My consents");
const ANSWER: Words = Words::new("确认或提出异议", "Confirm or object");
const CONFIRMED: Words = Words::new(
    "您已确认。全部股东和经办人确认后才会提交登记机关。如有疑问请拨打",
    "You have confirmed. Nothing is submitted before every shareholder and the handler have. If in doubt call",
);
const PAUSED: Words = Words::new(
    "有人提出异议，办件已暂停；处理结果会通知每一位当事人。如有疑问请拨打",
    "Somebody objected and the filing is paused; every party will be told the outcome. If in doubt call",
);
const TITLE: Words = Words::new("签署完成", "Signed");
const VOUCHER: Words = Words::new("签署凭证号", "Voucher number");
const QR: Words = Words::new("签署凭证号的二维码", "QR code of the voucher number");
const COMPANY: Words = Words::new("公司", "Company");
const MATTER: Words = Words::new("事项", "Matter");
const NUMBER: Words = Words::new("办件码", "Filing number");
const CAPACITIES: Words = Words::new("签署身份", "Signed as");
const REPRESENTS: Words = Words::new("代表", "Signed for");
const MORE_TO_SIGN: Words =
    Words::new("您还有一个身份待签署", "You have another capacity to sign in");
const MORE_TEXT: Words = Words::new(
    "验证码和证件号码刚才已核验，不再重复核验；每个身份须分别同意、阅读、拍照和签名，并分别取得凭证。也可以以后再办：打开为那个身份发给您的链接即可。",
    "Code and identity number were just checked and are not asked for again; for each capacity you consent, read, take a photo and sign by itself, and get a voucher of its own. You may also do it later: open the link you were sent for that capacity.",
);
const STANDING: Words = Words::new("存证情况", "How the evidence stands");
/// Domain study 11.6.
const ONE_OFFICE: Words = Words::new(
    "公证处数据中心和实时保是同一公证机构的两套系统。",
    "The notary's data centre and the second custodian (实时保) are two systems of one notary office.",
);
const BUNDLE: Words = Words::new("下载证据包", "Download the evidence bundle");
const VERIFY: Words = Words::new("怎样核验", "How to verify it");
const SLOGAN: Words = Words::new(
    "一键公证：存证自动进行，无需操作；存证后可随时申请公证书。",
    "Your signature is deposited with the notary by itself, without your doing; once it is, you can apply for a notarial certificate at any time.",
);
const NEXT: Words = Words::new("接下来", "What comes next");
const NEXT_TEXT: Words = Words::new(
    "全部当事人签署后，会请您核对签署情况，选择确认或提出异议；全部确认前不会提交登记。如非本人操作，请立即拨打",
    "When everybody has signed you are asked to check the signatures, and to confirm or object; nothing is submitted before all have confirmed. If this was not you, call at once",
);
const LEAVE: Words = Words::new("结束并退出", "Finish and sign out");
const FOOT: Words = Words::new(
    "本页显示本次签署的凭证和存证情况；存证不等于公证书，公证书须另行申请。",
    "This page shows the voucher and how the evidence is held; a deposit is not a notarial certificate, for which one has to apply.",
);

#[cfg(test)]
mod tests;
