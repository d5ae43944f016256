//! Where a regulator begins: the form, which demands legal basis and case number first, and the own
//! searches.

use heqi_vocabulary::{Language, RecordId};
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::hidden;
use crate::staff::{Desk, Trouble};
use crate::words::Words;

/// What stands in the form. Whom somebody looks for is never put back into it.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct SearchForm {
    /// Law and article.
    pub basis: String,
    /// The case.
    pub case_number: String,
    /// Part of a company's name.
    pub company: String,
    /// A credit code.
    pub code: String,
    /// A number of a filing or voucher.
    pub number: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
}

/// An own search in the list.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct SearchLine {
    /// Its record.
    pub query: RecordId,
    /// When, with zone.
    pub at: String,
    /// Law, article and case.
    pub why: String,
    /// What was looked for, in the reader's language.
    pub what: String,
    /// How many filings it found, in the reader's language.
    pub found: String,
    /// Its leaf.
    pub leaf: u64,
    /// Whether its findings may still be looked at.
    pub is_open: bool,
}

/// See the module.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct RegulatorPage {
    /// Who has signed in.
    pub desk: Desk,
    /// Usual legal bases, as they are written.
    pub usual: Vec<&'static str>,
    /// What was typed before.
    pub form: SearchForm,
    /// Under which name the search is made once.
    pub key: String,
    /// Own searches, the newest first.
    pub searches: Vec<SearchLine>,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for RegulatorPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            p .lead { (LEAD.in_language(l)) }
            (self.fields(frame))
            (self.list(l))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let line = |n: u8, is_open| SearchLine {
            query: RecordId::from_bytes([n; 16]),
            at: "2026-11-23 20:05:00 +08:00".into(),
            why: "《市场主体登记管理条例》第四十条 · 杭临市监撤〔2026〕12号".into(),
            what: "企业名称含“青穗<b>\"'”；自 2026-11-01".into(),
            found: "1 件".into(),
            leaf: 4_711,
            is_open,
        };
        let sample = |form, searches, trouble| Self {
            desk: Desk::sample(),
            usual: vec!["《市场主体登记管理条例》第四十条", "《民事诉讼法》第七十条"],
            form,
            key: "0123456789abcdef".into(),
            searches,
            trouble,
        };
        let trouble = Trouble {
            what: "未填写法律依据，未进行查询。".into(),
            next: "请选择或填写法律名称及条文。".into(),
        };
        let form = SearchForm { company: "青穗<b>\"'".into(), ..SearchForm::default() };
        vec![
            sample(SearchForm::default(), Vec::new(), None),
            sample(form, vec![line(1, true), line(2, false)], Some(trouble)),
        ]
    }
}

impl RegulatorPage {
    fn fields(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let text = |name: &str, words: Words, value: &str, help: Option<Words>| {
            let help_id = format!("{name}-help");
            html! {
                label for=(name) { (words.in_language(l)) }
                @if let Some(help) = help {
                    input type="text" id=(name) name=(name) value=(value) maxlength="120" autocomplete="off"
                        aria-describedby=(help_id);
                    p id=(help_id) .soft { (help.in_language(l)) }
                } @else {
                    input type="text" id=(name) name=(name) value=(value) maxlength="120" autocomplete="off";
                }
            }
        };
        let day = |name: &str, words: Words, value: &str| {
            html! {
                div { label for=(name) { (words.in_language(l)) } input type="date" id=(name) name=(name) value=(value); }
            }
        };
        html! {
            form .decision method="post" action=(Link::RegulatorSearch) {
                (hidden(frame, &self.key))
                fieldset {
                    legend { (WHY.in_language(l)) }
                    label for="basis" { (BASIS.in_language(l)) }
                    input type="text" id="basis" name="basis" value=(self.form.basis) list="usual" maxlength="120"
                        autocomplete="off" aria-describedby="basis-help";
                    datalist id="usual" { @for usual in &self.usual { option value=(usual) {} } }
                    p #basis-help .soft { (BASIS_HELP.in_language(l)) " " (self.usual.join("；")) }
                    (text("case_number", CASE, &self.form.case_number, Some(CASE_HELP)))
                }
                fieldset {
                    legend { (WHAT.in_language(l)) }
                    (text("company", COMPANY, &self.form.company, Some(COMPANY_HELP)))
                    (text("code", CODE, &self.form.code, None))
                    (text("number", NUMBER, &self.form.number, None))
                    div .pair {
                        (day("from", FROM, &self.form.from))
                        (day("until", UNTIL, &self.form.until))
                    }
                }
                fieldset {
                    legend { (PERSON.in_language(l)) }
                    p .soft { (PERSON_HELP.in_language(l)) }
                    (text("person_number", PERSON_NUMBER, "", None))
                    (text("person_name", PERSON_NAME, "", None))
                }
                button .go type="submit" { (SEARCH.in_language(l)) }
            }
        }
    }

    fn list(&self, l: Language) -> Markup {
        html! {
            h2 { (OWN.in_language(l)) }
            @if self.searches.is_empty() { p { (NONE.in_language(l)) } }
            ol .cases {
                @for line in &self.searches {
                    li {
                        h3 {
                            @if line.is_open { a .open href=(Link::RegulatorResults(line.query, None)) { (line.what) } }
                            @else { (line.what) }
                        }
                        p { (line.why) }
                        p .soft {
                            (line.at) " · " (line.found) " · " (LEAF.in_language(l)) " " (line.leaf)
                            @if !line.is_open { " · " (OVER.in_language(l)) }
                        }
                    }
                }
            }
        }
    }
}

const TITLE: Words = Words::new("监管查询", "Search for evidence");
const LEAD: Words = Words::new(
    "查询须有法律依据和案号。每次查询、每次查看都会先写入存证日志，再显示内容；公证处一方同步留存。",
    "A search needs a legal basis and a case number. Every search and every look is written into the log before anything is shown, and the notary keeps a copy.",
);
const WHY: Words = Words::new("为什么查", "Why");
const BASIS: Words = Words::new("法律依据（必填）", "Legal basis (required)");
const BASIS_HELP: Words = Words::new(
    "写明法律名称和条文，可从列表选择，例如：",
    "The law and its article, in Chinese as it is cited; usual ones:",
);
const CASE: Words = Words::new("案号（必填）", "Case number (required)");
const CASE_HELP: Words = Words::new(
    "案件或协查函的文号，随查询一并存证。",
    "The number of the case or of the letter that asks for help; kept with the search.",
);
const WHAT: Words = Words::new("查什么（至少一项）", "What (one at least)");
const COMPANY: Words = Words::new("企业名称（片段）", "Company name (any part)");
const COMPANY_HELP: Words = Words::new(
    "任意连续两个字以上；不区分括号和空格。",
    "Two characters or more in a row; brackets and spaces do not count.",
);
const CODE: Words = Words::new("统一社会信用代码", "Unified social credit code");
const NUMBER: Words =
    Words::new("办件码或签署凭证号（PZ…）", "Number of a filing or voucher (PZ…)");
const FROM: Words = Words::new("建立日期自", "Opened from");
const UNTIL: Words = Words::new("至", "until");
const PERSON: Words = Words::new("按当事人查（精确）", "A person (exact)");
const PERSON_HELP: Words = Words::new(
    "只能按完整证件号码查询，姓名可作补充；系统内没有可读的个人索引，填写的内容不会显示在任何地址或日志中。",
    "By the whole document number only, the name may narrow it; there is no readable index of people, and what is typed appears in no address and no log.",
);
const PERSON_NUMBER: Words = Words::new("证件号码", "Document number");
const PERSON_NAME: Words = Words::new("姓名（可选）", "Name (optional)");
const SEARCH: Words = Words::new("查询并留痕", "Search, and record it");
const OWN: Words = Words::new("我的查询", "My searches");
const NONE: Words = Words::new("还没有查询。", "None yet.");
const LEAF: Words = Words::new("日志第", "leaf");
const OVER: Words = Words::new("已超过12小时，须重新查询", "older than twelve hours: search again");
const FOOT: Words = Words::new(
    "本页显示您本人的查询记录，不显示任何当事人的信息。",
    "This page shows your own searches; it shows nothing about anybody.",
);
