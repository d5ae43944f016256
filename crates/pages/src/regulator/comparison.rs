//! Two copies of a document: their digests, and the lines in which they differ.

use heqi_vocabulary::{FilingId, Language, RecordId};
use maud::{Markup, html};

use super::Trace;
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::notice;
use crate::staff::Desk;
use crate::words::Words;

/// One copy.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CopyShown {
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its length in bytes.
    pub size_bytes: usize,
    /// Its pages.
    pub pages: usize,
    /// Lines that were read.
    pub lines: usize,
}

/// Lines that stand in one copy and not in the other.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DifferenceShown {
    /// On which page.
    pub page: usize,
    /// What the signed copy says.
    pub ours: Vec<String>,
    /// What the other says.
    pub theirs: Vec<String>,
}

/// See the module.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ComparisonPage {
    /// Who has signed in.
    pub desk: Desk,
    /// The search.
    pub query: RecordId,
    /// The filing.
    pub filing: FilingId,
    /// The record of this look.
    pub trace: Trace,
    /// The document's title.
    pub title: String,
    /// Which version the signed copy is.
    pub version: u32,
    /// The version that replaced it, where one did.
    pub replaced_by: Option<u32>,
    /// The signed copy.
    pub ours: CopyShown,
    /// The other.
    pub theirs: CopyShown,
    /// What differs.
    pub differences: Vec<DifferenceShown>,
    /// Differences beyond those.
    pub not_listed: usize,
    /// Whether there are pages whose words cannot be read.
    pub has_pictures: bool,
}

impl Page for ComparisonPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let is_same = self.ours.sha256 == self.theirs.sha256;
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::RegulatorFiling(self.query, self.filing, None)) { (BACK.in_language(l)) } }
            (self.trace.line(frame))
            p .lead { "《" (self.title) "》" (version(self.version, l)) br;
                @if is_same { strong .verdict.proved { "✓ " (SAME.in_language(l)) } }
                @else if self.differences.is_empty() { strong .verdict.open { "? " (SAME_WORDS.in_language(l)) } }
                @else { strong .verdict.against { "✗ " (OTHER_WORDS.in_language(l)) } }
            }
            @if let Some(by) = self.replaced_by { (notice(&replaced(self.version, by, l))) }
            div .two-copies {
                (copy(OURS, &self.ours, l))
                (copy(THEIRS, &self.theirs, l))
            }
            @if self.has_pictures { (notice(PICTURES.in_language(l))) }
            @if !self.differences.is_empty() {
                h2 { (DIFFERENCES.in_language(l)) " " (self.differences.len() + self.not_listed) }
                ol .differences {
                    @for one in &self.differences {
                        li {
                            p .soft { (page_of(one.page, l)) }
                            (lines("del", OURS, &one.ours, l))
                            (lines("ins", THEIRS, &one.theirs, l))
                        }
                    }
                }
                @if self.not_listed > 0 { p { (MORE.in_language(l)) " " (self.not_listed) } }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let copy = |digit: &str| CopyShown {
            sha256: digit.repeat(64),
            size_bytes: 48_213,
            pages: 12,
            lines: 240,
        };
        let sample = |theirs: &str, differences, not_listed, has_pictures: bool| Self {
            desk: Desk::sample(),
            query: RecordId::from_bytes([1; 16]),
            filing: FilingId::from_bytes([2; 16]),
            trace: Trace::sample(4_712),
            title: "公司章程<b>\"'".into(),
            version: 1,
            replaced_by: has_pictures.then_some(2),
            ours: copy("a"),
            theirs: copy(theirs),
            differences,
            not_listed,
            has_pictures,
        };
        let difference = DifferenceShown {
            page: 3,
            ours: vec!["陈素英出资30万元，占注册资本的30%。".into()],
            theirs: vec!["陈素英出资3万元，占注册资本的3%。".into()],
        };
        let gone = DifferenceShown { page: 4, ours: vec!["第九条".into()], theirs: Vec::new() };
        vec![
            sample("a", Vec::new(), 0, false),
            sample("b", Vec::new(), 0, true),
            sample("b", vec![difference, gone], 12, false),
        ]
    }
}

fn version(version: u32, l: Language) -> String {
    match l {
        Language::Zh => format!("（第{version}版）"),
        Language::En => format!(" (version {version})"),
    }
}

fn replaced(version: u32, by: u32, l: Language) -> String {
    match l {
        Language::Zh => format!(
            "比对的是第{version}版。该版本其后已由第{by}版替换，就其所作签署不再计入该办件。"
        ),
        Language::En => format!(
            "This is version {version}. Version {by} replaced it, and signatures of it do not count in the filing any more."
        ),
    }
}

fn copy(title: Words, copy: &CopyShown, l: Language) -> Markup {
    html! {
        section .signature {
            h2 { (title.in_language(l)) }
            p { "SHA-256" br; code { (copy.sha256) } }
            p .soft {
                (copy.pages) " " (PAGES.in_language(l)) " · " (copy.lines) " " (LINES.in_language(l)) " · "
                (copy.size_bytes) " " (BYTES.in_language(l))
            }
        }
    }
}

fn lines(class: &str, title: Words, lines: &[String], l: Language) -> Markup {
    html! {
        div .(class) {
            span .soft { (title.in_language(l)) (l.pick("：", ": ")) }
            @if lines.is_empty() { (NOTHING.in_language(l)) }
            @for line in lines { p { (line) } }
        }
    }
}

fn page_of(page: usize, l: Language) -> String {
    match l {
        Language::Zh => format!("第 {page} 页"),
        Language::En => format!("page {page}"),
    }
}

const TITLE: Words = Words::new("两份副本的比对", "Two copies compared");
const BACK: Words = Words::new("返回办件", "Back to the filing");
const SAME: Words = Words::new("逐字节相同", "the same, byte for byte");
const SAME_WORDS: Words = Words::new(
    "文件不同，读出的文字相同：请人工比对版面和图片",
    "other bytes, the same words: compare layout and pictures by eye",
);
const OTHER_WORDS: Words = Words::new("文字有不同", "the words differ");
const OURS: Words = Words::new("存证的签署版本", "The copy that was signed");
const THEIRS: Words = Words::new("您上传的副本", "The copy you uploaded");
const PICTURES: Words = Words::new(
    "有页面是扫描图片，读不出文字，这些页未比对。",
    "Some pages are pictures whose words cannot be read; those were not compared.",
);
const DIFFERENCES: Words = Words::new("不同之处：", "Differences:");
const PAGES: Words = Words::new("页", "pages");
const LINES: Words = Words::new("段", "paragraphs");
const BYTES: Words = Words::new("字节", "bytes");
const NOTHING: Words = Words::new("（无）", "(nothing)");
const MORE: Words = Words::new("未列出的不同之处：", "Not listed:");
const FOOT: Words = Words::new(
    "本页显示两份文件的摘要和不同的文字；上传的副本未保存。文字相同不等于文件相同。",
    "This page shows both digests and the words that differ; the uploaded copy was not kept. Equal words are not equal files.",
);
