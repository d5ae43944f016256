//! A new filing.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{DeskLink, Link};
use crate::parts::hidden;
use crate::staff::field::{Fields, Line};
use crate::staff::{Desk, FieldTrouble, Trouble};
use crate::words::Words;

/// The form that opens a filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct NewFilingPage {
    /// Who has signed in.
    pub desk: Desk,
    /// What can be filed: word, and name in the reader's language.
    pub matters: Vec<(String, String)>,
    /// What was chosen.
    pub matter: String,
    /// The company as it was typed.
    pub company: String,
    /// Under which name the act is done once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<FieldTrouble>,
}

impl Page for NewFilingPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let fields = Fields::new(l, self.trouble.as_ref());
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::HandlerFilings) { (BACK.in_language(l)) } }
            p .lead { (LEAD.in_language(l)) }
            (fields.above())
            form .decision method="post" action=(Link::Desk(DeskLink::New)) {
                (hidden(frame, &self.key))
                (fields.choice(("matter", MATTER), &self.matters, &self.matter))
                (fields.line(&Line {
                    name: "company_name",
                    label: COMPANY,
                    hint: Some(COMPANY_HINT),
                    value: &self.company,
                    is_required: true,
                    most: "100",
                    keyboard: "text",
                }))
                button .go type="submit" { (OPEN.in_language(l)) }
            }
            p .soft { (NEXT.in_language(l)) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let two = |word: &str, name: &str| (word.to_owned(), name.to_owned());
        let sample = |matter: &str, company: &str, at: Option<(Option<&str>, &str)>| Self {
            desk: Desk { name: "何静".into(), office: "示例代办".into(), ..Desk::sample() },
            matters: vec![
                two("establishment", "公司设立登记"),
                two("change", "公司变更登记"),
                two("equity_transfer", "股权转让变更登记"),
                two("ordinary_cancellation", "普通注销登记"),
                two("simplified_cancellation", "简易注销登记"),
            ],
            matter: matter.into(),
            company: company.into(),
            key: "0123456789abcdef".into(),
            trouble: at.map(|(field, what)| FieldTrouble {
                field: field.map(str::to_owned),
                trouble: Trouble { what: what.into(), next: "请核对后重新填写。".into() },
            }),
        };
        vec![
            sample("", "", None),
            sample("", "杭州示例青穗茶业有限公司", Some((Some("matter"), "没有选择事项。"))),
            sample(
                "equity_transfer",
                "杭<b>\"'",
                Some((Some("company_name"), "公司名称的长度应为2至100个字符。")),
            ),
            sample(
                "change",
                "杭州示例青穗茶业有限公司",
                Some((None, "您的账号尚未登记证件号码，没有新建办件。")),
            ),
        ]
    }
}

const TITLE: Words = Words::new("新建办件", "Open a filing");
const BACK: Words = Words::new("返回我经办的办件", "Back to the filings I handle");
const LEAD: Words = Words::new(
    "新建后，您本人即为经办人。接着上传文书、填写当事人，最后邀请签署。",
    "Once it is open you are its handler. Then upload documents, enter the parties, and invite them to sign.",
);
const MATTER: Words = Words::new("办理事项", "What is filed");
const COMPANY: Words = Words::new("公司名称", "Company name");
const COMPANY_HINT: Words = Words::new(
    "设立登记填写已申报的名称；其他事项填写营业执照上的名称。",
    "For an establishment the name that was declared, otherwise the name on the licence.",
);
const OPEN: Words = Words::new("新建办件", "Open the filing");
const NEXT: Words = Words::new(
    "新建本身不通知任何人；只有您发出邀请后，签署人才会收到消息。",
    "Nobody is told of it: signers hear of the filing when you invite them.",
);
const FOOT: Words = Words::new(
    "谁在何时新建了办件会作为证据保存；本页不显示其他人的办件。",
    "Who opened a filing, and when, is kept as evidence; this page shows no filing of anybody else.",
);
