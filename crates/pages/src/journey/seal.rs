//! With what the company seals: chosen by its representative.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{facts, hidden, said_of_a_file, ways_out};
use crate::words::Words;

/// Choosing, and what came of it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct SealPage {
    /// The company that the representative signs for.
    pub company: String,
    /// Its code, where it was declared.
    pub code: Option<String>,
    /// What was shown last: with what, and what is known of it.
    pub shown: Option<(String, String)>,
    /// Whether what was shown stands for everything that is to be signed.
    pub is_settled: bool,
    /// What went wrong: what happened, and what to do.
    pub trouble: Option<(String, String)>,
    /// The name of the act.
    pub key: String,
}

impl Page for SealPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            @if let Some((what, next)) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            p .lead { (LEAD.in_language(l)) }
            (facts(&[
                (COMPANY.in_language(l), &self.company),
                (CODE.in_language(l), self.code.as_deref().unwrap_or(NOT_DECLARED.in_language(l))),
            ]))
            @if let Some((with, outcome)) = &self.shown {
                h2 { (SHOWN.in_language(l)) }
                (facts(&[(WITH.in_language(l), with), (OUTCOME.in_language(l), outcome)]))
                @if self.is_settled {
                    p { a .go href=(Link::Photo) { (ON.in_language(l)) } }
                    h2 { (AGAIN.in_language(l)) }
                }
            }
            form method="post" enctype="multipart/form-data" action=(Link::Seal) {
                (hidden(frame, &self.key))
                fieldset {
                    legend { (WHICH.in_language(l)) }
                    @for (word, name, help) in CHOICES {
                        label .ground {
                            input type="radio" name="choice" value=(word) required;
                            span { strong { (name.in_language(l)) } br; span .soft { (help.in_language(l)) } }
                        }
                    }
                }
                label for="scan" { (FILE.in_language(l)) }
                input .copy type="file" id="scan" name="scan" accept="image/jpeg,application/pdf"
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                button .go type="submit" { (SEND.in_language(l)) }
            }
            (said_of_a_file(l))
            (ways_out(frame))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Upload)
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Reading)
    }

    fn samples() -> Vec<Self> {
        let sample = |shown: Option<(&str, &str)>, is_settled, trouble: Option<(&str, &str)>| {
            let two = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
            Self {
                company: "杭州示例云栖投资有限公司".into(),
                code: shown.is_some().then(|| "91330112MA000004XN".into()),
                shown: shown.map(two),
                is_settled,
                trouble: trouble.map(two),
                key: "0123".into(),
            }
        };
        vec![
            sample(None, false, None),
            sample(Some(("电子营业执照", "已由印章服务机构核验")), true, None),
            sample(
                Some(("盖章扫描件（仅为图像）", "仅为图像，不能证明加盖")),
                true,
                Some(("没有收到文件，未作任何更改。", "请选择照片（JPEG）或PDF文件后再提交。")),
            ),
        ]
    }
}

/// The words of the form, and what each choice means.
const CHOICES: [(&str, Words, Words); 4] = [
    (
        "electronic_licence",
        Words::new("电子营业执照", "Electronic business licence"),
        Words::new(
            "已用电子营业执照对文件加盖的，平台向印章服务机构核验。",
            "If the documents were sealed with it, the platform asks the seal service.",
        ),
    ),
    (
        "electronic_seal",
        Words::new("电子印章", "Electronic seal"),
        Words::new(
            "已用企业电子印章对文件加盖的，平台向印章服务机构核验。",
            "If the documents were sealed with it, the platform asks the seal service.",
        ),
    ),
    (
        "scan",
        Words::new("盖章扫描件（仅为图像）", "Scan of a stamped paper (a picture only)"),
        Words::new(
            "上传盖章文件的照片或PDF。图像不能证明加盖，由工作人员核对。",
            "Send a picture or PDF of the stamped paper. A picture proves no seal; staff looks at it.",
        ),
    ),
    (
        "none",
        Words::new("不在线加盖", "No seal online"),
        Words::new(
            "照样可以签署，印章由登记机关核对。",
            "You sign all the same; the registry sees to the seal.",
        ),
    ),
];

const TITLE: Words = Words::new("企业印章", "The company's seal");
const LEAD: Words = Words::new(
    "您代表公司签署。请选择公司加盖印章的方式；无论选哪一种，都可以继续签署。",
    "You sign for a company. Say with what it seals; whichever you choose, you can go on and sign.",
);
const COMPANY: Words = Words::new("公司", "Company");
const CODE: Words = Words::new("统一社会信用代码", "Unified social credit code");
const NOT_DECLARED: Words =
    Words::new("未申报，无法向印章服务机构核验", "not declared: the seal service cannot be asked");
const SHOWN: Words = Words::new("已记录", "On record");
const WITH: Words = Words::new("方式", "With what");
const OUTCOME: Words = Words::new("核验情况", "What is known");
const ON: Words = Words::new("继续", "Go on");
const AGAIN: Words = Words::new("改用其他方式", "Choose something else");
const WHICH: Words = Words::new("公司用什么加盖？", "With what does the company seal?");
const FILE: Words = Words::new(
    "盖章扫描件（JPEG照片或PDF，最多8 MB；仅选“扫描件”时需要）",
    "Scan of the stamped paper (JPEG or PDF, 8 MB at most; for the scan only)",
);
const SEND: Words = Words::new("记录并核验", "Record and verify");
const FOOT: Words = Words::new(
    "核验时只向印章服务机构提供统一社会信用代码和文件摘要；本页不读取相机和位置。",
    "The seal service is given the company's code and the documents' digests only; this page reads neither camera nor position.",
);
