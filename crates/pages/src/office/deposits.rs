//! Deposit search, and the form of an application for what was found.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::{OfficeDesk, Tab};
use crate::application::Typed;
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{Link, OfficeLink};
use crate::parts::{facts, hidden};
use crate::staff::Trouble;
use crate::words::Words;

/// A deposit that was found.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct FoundRow {
    /// Its number.
    pub number: String,
    /// The signing's voucher.
    pub voucher: String,
    /// The record.
    pub record: String,
    /// When it was received, with zone.
    pub received_at: String,
    /// The company.
    pub company: String,
    /// Who signed, masked.
    pub signer: String,
    /// How many parts are held.
    pub parts: usize,
    /// Whether an application can be taken about it.
    pub is_signing: bool,
}

/// Deposit search.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DepositsPage {
    /// Who has signed in.
    pub desk: OfficeDesk,
    /// What was asked for.
    pub asked: String,
    /// What was found; nothing while nothing was asked. Several where a day was asked for.
    pub found: Vec<FoundRow>,
    /// After which deposit the next ones of the day are.
    pub more: Option<String>,
    /// Whether the form is theirs to fill in.
    pub may_apply: bool,
    /// Under which name an application is taken once.
    pub key: String,
    /// What was typed before, by field.
    pub typed: Vec<(String, String)>,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for DepositsPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame, Some(Tab::Deposits)))
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            form method="get" action=(Link::Office(OfficeLink::Deposits)) role="search" {
                label for="q" { (ASK.in_language(l)) }
                input type="text" id="q" name="q" required maxlength="60" value=(self.asked) autocomplete="off" spellcheck="false";
                button .go type="submit" { (SEARCH.in_language(l)) }
            }
            @if self.found.len() > 1 || self.more.is_some() {
                (self.list(l))
            } @else if let Some(found) = self.found.first() {
                h2 { (found.number) }
                (facts(&[
                    (VOUCHER.in_language(l), &found.voucher),
                    (RECORD.in_language(l), &found.record),
                    (RECEIVED.in_language(l), &found.received_at),
                    (COMPANY.in_language(l), &found.company),
                    (SIGNER.in_language(l), &found.signer),
                    (PARTS.in_language(l), &found.parts.to_string()),
                ]))
                @if !found.is_signing { p .notice { (NO_SIGNING.in_language(l)) } }
                @else if self.may_apply { (self.form(frame, found)) }
            } @else if !self.asked.is_empty() {
                p .lead { (NOTHING.in_language(l)) }
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
        Some(Asset::OfficeStyle)
    }

    fn samples() -> Vec<Self> {
        let desk = OfficeDesk::sample;
        let found = |is_signing| FoundRow {
            number: "CZ202611240000011".into(),
            voucher: "PZ202611230000018".into(),
            record: "rec_0123456789abcdefghjkmnpqrs".into(),
            received_at: "2026-11-23 20:05:02 +08:00".into(),
            company: "杭州示例青穗茶业有限公司<b>\"'".into(),
            signer: "陈**".into(),
            parts: 9,
            is_signing,
        };
        let page = |asked: &str, found, trouble| Self {
            desk: desk(),
            asked: asked.into(),
            found,
            more: None,
            may_apply: true,
            key: "0123456789abcdef".into(),
            typed: vec![("name".into(), "陈素英".into())],
            trouble,
        };
        let trouble = Trouble {
            what: "申请表中的“用途”未填写或格式不符，申请未提交。".into(),
            next: "请更正后重新提交，其他内容无需重填。".into(),
        };
        let company = FoundRow {
            voucher: "PZ202611230000026".into(),
            signer: "杭州示例云栖投资有限公司（代表人：周**）".into(),
            ..found(true)
        };
        let of_company = [
            ("applicant", "company"),
            ("name", "杭州示例云栖投资有限公司"),
            ("document_number", "91330112MA000004XN"),
            ("legal_representative", "周建国"),
            ("acting_document_kind", "resident_id"),
            ("materials", "营业执照副本，1\n法定代表人身份证明，1"),
        ];
        let of_company =
            of_company.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        vec![
            page("", Vec::new(), None),
            page("CZ202611240000029", Vec::new(), None),
            page("CZ202611240000011", vec![found(false)], None),
            page("PZ202611230000018", vec![found(true)], Some(trouble)),
            Self {
                more: Some("CZ202611240000011".into()),
                ..page("2026-11-24", vec![found(true), found(false)], None)
            },
            Self { typed: of_company, ..page("PZ202611230000026", vec![company], None) },
        ]
    }
}

impl DepositsPage {
    fn list(&self, l: Language) -> Markup {
        html! {
            div .table tabindex="0" role="region" aria-label=(TITLE.in_language(l)) {
                table {
                    thead { tr {
                        th scope="col" { (NUMBER.in_language(l)) } th scope="col" { (RECEIVED.in_language(l)) }
                        th scope="col" { (COMPANY.in_language(l)) } th scope="col" { (SIGNER.in_language(l)) }
                    } }
                    tbody {
                        @for found in &self.found {
                            tr {
                                th scope="row" { a href=(Link::Office(OfficeLink::Deposit(found.number.clone()))) { (found.number) } }
                                td { (found.received_at) } td { (found.company) } td { (found.signer) }
                            }
                        }
                    }
                }
            }
            @if let Some(more) = &self.more {
                p .links { a rel="next" href=(Link::Office(OfficeLink::DepositsAfter(self.asked.clone(), more.clone()))) { (MORE.in_language(l)) } }
            }
        }
    }

    fn form(&self, frame: &Frame, found: &FoundRow) -> Markup {
        let l = frame.language;
        let typed = Typed(&self.typed);
        let line = |name: &str, label: Words, is_required: bool| {
            typed.line(l, name, (label, is_required, "off"))
        };
        html! {
            h2 { (FORM.in_language(l)) }
            p { (FORM_LEAD.in_language(l)) }
            form method="post" action=(Link::Office(OfficeLink::Deposits)) {
                (hidden(frame, &self.key))
                input type="hidden" name="deposit" value=(found.number);
                div .pair {
                    div {
                        (typed.choice(l, "applicant", (APPLICANT, &APPLICANTS)))
                        (line("name", NAME, true))
                        (typed.document(l, DOCUMENT))
                        (line("address", ADDRESS, true))
                        (line("phone", PHONE, true))
                        (line("legal_representative", LEGAL, false))
                        (line("agent", AGENT, false))
                        label .ground {
                            input type="checkbox" name="power_of_attorney" value="seen" checked[typed.of("power_of_attorney") == "seen"];
                            span { (ATTORNEY.in_language(l)) }
                        }
                        (typed.acting_document(l))
                        (line("legal_basis", BASIS, false))
                    }
                    div {
                        (typed.area(l, "purpose", PURPOSE))
                        (typed.area(l, "manner", MANNER))
                        (typed.area(l, "materials", MATERIALS))
                        (typed.wishes(l))
                        label .ground { input type="checkbox" name="truth" value="yes"; span { (TRUTH.in_language(l)) } }
                    }
                }
                button .go type="submit" { (SUBMIT.in_language(l)) }
            }
        }
    }
}

const TITLE: Words = Words::new("存证检索", "Deposit search");
const ASK: Words = Words::new(
    "存证编号（CZ…）、签署凭证号（PZ…）、记录编号（rec_…）或接收日期（2026-11-24）",
    "Deposit (CZ…), voucher (PZ…), record (rec_…) or day of receipt (2026-11-24)",
);
const SEARCH: Words = Words::new("检索", "Search");
const NOTHING: Words = Words::new(
    "没有找到。请核对编号，最后一位是校验码。",
    "Nothing was found. Check the number; its last digit is a check digit.",
);
const VOUCHER: Words = Words::new("签署凭证号", "Voucher");
const RECORD: Words = Words::new("记录编号", "Record");
const RECEIVED: Words = Words::new("接收时间", "Received");
const COMPANY: Words = Words::new("企业", "Company");
const SIGNER: Words = Words::new("签署人", "Signer");
const PARTS: Words = Words::new("持有部分数", "Parts held");
const NO_SIGNING: Words = Words::new(
    "该存证不是签署记录，不能据此申请公证书。",
    "This deposit is not about a signing; no application can be taken.",
);
const FORM: Words = Words::new("公证申请表", "Application");
const FORM_LEAD: Words = Words::new(
    "公证事项：保全证据（电子数据）。只有签署人本人、以其名义签署的单位或登记机关可以申请。",
    "Matter: preservation of electronic data. Only the signer, the company in whose name it was signed, or the registry can apply.",
);
const APPLICANT: Words = Words::new("申请人", "Who applies");
const A_SIGNER: Words = Words::new("签署人本人", "The signer");
const A_COMPANY: Words = Words::new("签署单位（法人股东等）", "The company that signed");
const A_REGULATOR: Words = Words::new("登记机关", "The registry");
const APPLICANTS: [(&str, Words); 3] =
    [("signer", A_SIGNER), ("company", A_COMPANY), ("regulator", A_REGULATOR)];
const NAME: Words =
    Words::new("姓名，或单位、机关全称", "Name, or full name of the company or authority");
const NUMBER: Words = Words::new("存证编号", "Deposit");
const MORE: Words = Words::new("当日更多存证", "More of this day");
const DOCUMENT: Words =
    Words::new("证件号码，或统一社会信用代码", "Its number, or the credit code");
const ADDRESS: Words = Words::new("住址或住所", "Address");
const PHONE: Words = Words::new("联系电话", "Telephone");
const AGENT: Words = Words::new(
    "委托代理人姓名（如有；单位由法定代表人本人办理的不填）",
    "Agent's name, if any; none where a company's legal representative comes",
);
const ATTORNEY: Words = Words::new(
    "已核对授权委托书，扫描件附卷（有代理人的必选，《公证法》第二十六条）",
    "The power of attorney was seen and a scan is on file (needed with an agent, art. 26)",
);
const LEGAL: Words =
    Words::new("法定代表人（单位或机关）", "Legal representative (company or authority)");
const BASIS: Words =
    Words::new("法律依据和案号（机关）", "Legal basis and case number (authority)");
const PURPOSE: Words = Words::new("用途和使用地", "Purpose and place of use");
const MANNER: Words = Words::new("证据形成的原因和方式", "Why and how the evidence arose");
const MATERIALS: Words = Words::new(
    "提交的材料，每行一项：名称，份数（单位须列明营业执照、法定代表人身份证明，有代理人的并列明授权委托书）",
    "Materials, one per line: name, copies (a company: 营业执照, 法定代表人身份证明, with an agent 授权委托书)",
);
const TRUTH: Words = Words::new(
    "申请人已签署真实性承诺，并已知悉公证的法律意义和后果（《公证法》第二十七条）",
    "The applicant signed the statement of truth and was told the meaning and effects (art. 27)",
);
const SUBMIT: Words = Words::new("提交申请", "Submit the application");
const FOOT: Words = Words::new(
    "本页显示存证的编号和遮蔽后的签署人姓名，不显示证件、照片和文件内容。",
    "This page shows numbers of a deposit and the signer's masked name, no document, photo or content.",
);
