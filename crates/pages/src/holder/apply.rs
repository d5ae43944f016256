//! The application for a certificate by whoever signed, in the own name or for the company signed for
//! (公证申请表, domain.md 5.4), with the signing filled in.

use heqi_vocabulary::{Language, VoucherNo};
use maud::{Markup, html};

use super::SERVICE_FOOT;
use super::list::sample_voucher;
use crate::application::Typed;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::facts;
use crate::words::Words;

/// The form.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HolderApplyPage {
    /// About which signing.
    pub voucher: VoucherNo,
    /// Its deposit.
    pub number: String,
    /// The company.
    pub company: String,
    /// When it was signed, with zone.
    pub recorded_at: String,
    /// Whether it was signed for a company, which may apply, too.
    pub is_for_company: bool,
    /// What stands in the fields: personal data.
    pub typed: Vec<(String, String)>,
    /// What was wrong: what happened, what to do.
    pub trouble: Option<(String, String)>,
}

/// Without what was typed.
impl std::fmt::Debug for HolderApplyPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HolderApplyPage({})", self.voucher)
    }
}

impl Page for HolderApplyPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let voucher = self.voucher.to_string();
        let typed = Typed(&self.typed);
        html! {
            @if let Some((what, next)) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            p .lead { (LEAD.in_language(l)) }
            (facts(&[
                (COMPANY.in_language(l), &self.company),
                (RECORDED.in_language(l), &self.recorded_at),
                (VOUCHER.in_language(l), &voucher),
                (NUMBER.in_language(l), &self.number),
            ]))
            form method="post" action=(Link::HeldApply(self.voucher)) {
                @if let Some(csrf) = &frame.csrf { input type="hidden" name="csrf" value=(csrf); }
                @if self.is_for_company { (of_company(&typed, l)) }
                (typed.line(l, "name", (NAME, true, "name")))
                (typed.document(l, DOCUMENT))
                (typed.line(l, "address", (ADDRESS, true, "street-address")))
                (typed.line(l, "phone", (PHONE, true, "tel")))
                (typed.area(l, "purpose", PURPOSE))
                (typed.area(l, "manner", MANNER))
                (typed.area(l, "materials", MATERIALS))
                (typed.wishes(l))
                h2 { (NOTICE.in_language(l)) }
                p { (NOTICE_TEXT.in_language(l)) }
                label .ground { input type="checkbox" name="truth" value="yes" required; span { (TRUTH.in_language(l)) } }
                div .choice {
                    button type="submit" { (SUBMIT.in_language(l)) }
                    a .button href=(Link::Held) { (BACK.in_language(l)) }
                }
            }
        }
    }

    fn foot(&self) -> Words {
        SERVICE_FOOT
    }

    fn samples() -> Vec<Self> {
        let page = |typed: &[(&str, &str)], trouble| Self {
            voucher: sample_voucher(),
            number: "CZ202611230000025".into(),
            company: "杭州示例青穗茶业有限公司<b>\"'".into(),
            recorded_at: "2026-11-23 20:05:00 +08:00".into(),
            is_for_company: false,
            typed: typed.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            trouble,
        };
        let trouble = (
            "申请表中的“用途”未填写或格式不符，申请未提交。".to_owned(),
            "请更正后重新提交，其他内容无需重填。".to_owned(),
        );
        let not_theirs = (
            "办理人不是存证记录中代表该单位签署的人，不能在此代表该单位申请（《公证法》第二十六条）。"
                .to_owned(),
            "请由代表该单位签署的人申请，或到公证处窗口办理。".to_owned(),
        );
        let of_company = [
            ("applicant", "company"),
            ("company_name", "杭州示例云栖投资有限公司<b>\"'"),
            ("code", "91330112MA000004XN"),
            ("legal_representative", "周建国"),
            ("name", "周建国"),
            ("materials", "营业执照副本，1\n法定代表人身份证明，1"),
        ];
        let company = |trouble| Self { is_for_company: true, ..page(&of_company, trouble) };
        vec![
            page(&[("name", "陈素英"), ("copies", "1")], None),
            page(&[("name", "陈素英"), ("document_kind", "passport")], Some(trouble)),
            company(None),
            company(Some(not_theirs)),
        ]
    }
}

/// In whose name, and what is asked of a company.
fn of_company(typed: &Typed<'_>, l: Language) -> Markup {
    html! {
        p { (AUTHORITY.in_language(l)) }
        (typed.choice(l, "applicant", (APPLICANT, &APPLICANTS)))
        (typed.line(l, "company_name", (COMPANY_NAME, false, "organization")))
        (typed.line(l, "code", (CODE, false, "off")))
        (typed.line(l, "legal_representative", (LEGAL, false, "off")))
    }
}

const TITLE: Words = Words::new("申请公证书", "Apply for a certificate");
const LEAD: Words = Words::new(
    "公证事项：保全证据（电子数据）。公证员审查后决定是否受理和出具；提交申请不等于已经出具公证书。",
    "Matter: preservation of electronic data. A notary examines and decides; an application is no certificate yet.",
);
const COMPANY: Words = Words::new("公司", "Company");
const RECORDED: Words = Words::new("签署时间", "Signed at");
const VOUCHER: Words = Words::new("签署凭证号", "Voucher");
const NUMBER: Words = Words::new("存证编号", "Deposit number");
const NAME: Words =
    Words::new("您的姓名（须与签署人一致）", "Your name, the same as of the signer");
const DOCUMENT: Words = Words::new("证件号码", "Its number");
const ADDRESS: Words = Words::new("住址（单位填住所）", "Address (of a company: where it sits)");
const APPLICANT: Words = Words::new("以谁的名义申请", "In whose name");
const APPLICANTS: [(&str, Words); 2] = [
    (
        "company",
        Words::new("以单位名义（该签署是您代表单位作出的）", "For the company you signed for"),
    ),
    ("signer", Words::new("以本人名义", "In my own name")),
];
const COMPANY_NAME: Words =
    Words::new("单位全称（以单位名义的填写）", "Full name of the company, where it applies");
const CODE: Words = Words::new(
    "统一社会信用代码（以单位名义的填写）",
    "Unified social credit code, where the company applies",
);
const LEGAL: Words =
    Words::new("法定代表人（以单位名义的填写）", "Legal representative, where the company applies");
const AUTHORITY: Words = Words::new(
    "以单位名义申请的，材料须列明营业执照和法定代表人身份证明；您不是法定代表人的，还须列明授权委托书（《公证法》第二十六条、《公证程序规则》第十八条）。公证员受理前核对原件。只有代表该单位签署的人可以在此申请，其他人请到公证处窗口。",
    "Where the company applies, the materials name 营业执照 and 法定代表人身份证明, and 授权委托书 where you are not its legal representative (Notarisation Law art. 26, Rules of Procedure art. 18). The notary reads the originals before accepting. Only whoever signed for the company applies here; anybody else comes to the counter.",
);
const PHONE: Words = Words::new("联系电话", "Telephone");
const PURPOSE: Words = Words::new("用途和使用地", "Purpose and place of use");
const MANNER: Words = Words::new("证据形成的原因和方式", "Why and how the evidence arose");
const MATERIALS: Words =
    Words::new("提交的材料，每行一项：名称，份数", "Materials, one per line: name, copies");
const NOTICE: Words = Words::new("告知", "What you should know");
const NOTICE_TEXT: Words = Words::new(
    "公证书证明电子数据的保管事实，不证明签名由谁作出。申请人应如实说明情况、提供真实材料；提供虚假材料骗取公证书的，依法承担责任（《公证法》第二十七条、第四十四条）。公证员会在受理前当面或视频核对您的证件。",
    "A certificate is about the data that was held, and not about who signed. Whoever applies tells the truth and hands in true materials; who obtains a certificate by false ones answers for it (Notarisation Law arts. 27, 44). The notary checks your document in person or by video before accepting.",
);
const TRUTH: Words = Words::new(
    "以上内容属实，我已知悉公证的法律意义和可能产生的法律后果。",
    "This is true, and I know the legal meaning and effects of a certificate.",
);
const SUBMIT: Words = Words::new("提交申请", "Submit the application");
const BACK: Words = Words::new("返回", "Back");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_has_one_name_in_english() {
        for words in [AUTHORITY, NOTICE_TEXT] {
            let said = words.in_language(Language::En);
            assert!(said.contains("Notarisation Law") && !said.contains("Notary Law"), "{said}");
        }
    }
}
