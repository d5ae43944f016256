//! One document as it is read.

use heqi_vocabulary::{Digest, DocumentId, Language};
use maud::{Markup, html};

use super::IS_READ;
use crate::frame::Frame;
use crate::link::Link;
use crate::parts::{hidden, notice};
use crate::words::Words;

/// One document.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DocumentCard {
    /// The version.
    pub document: DocumentId,
    /// Its title.
    pub title: String,
    /// Number of pages.
    pub pages: u32,
    /// Number of bytes.
    pub size_bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Whether it was acknowledged.
    pub is_read: bool,
    /// Where an earlier version was read: the pages that look different now, none where that is not
    /// known.
    pub changed: Option<Vec<u32>>,
    /// How it is shown here; `None` where it is read in the file itself.
    pub shown: Option<Pages>,
    /// Under which name it is acknowledged once.
    pub key: String,
}

/// Pictures and words of a document.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Pages {
    /// Digest of all of it.
    pub sha256: Digest,
    /// The pictures, in order; none where the document is read in the file itself.
    pub pictures: Vec<PagePicture>,
    /// The words of each page; none where there are no words.
    pub words: Vec<PageWords>,
    /// Whether fonts that the file does not bring were replaced.
    pub fonts_replaced: bool,
}

/// A picture's size in dots, so that nothing moves when it comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PagePicture {
    /// Width.
    pub width: u16,
    /// Height.
    pub height: u16,
}

/// The words of a page.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PageWords {
    /// Whether it is a picture without words.
    pub is_picture: bool,
    /// Paragraphs; whether each is a heading.
    pub paragraphs: Vec<(bool, String)>,
}

impl PageWords {
    /// The language a voice is to use: Chinese as soon as one ideograph stands there.
    fn tongue(&self) -> &'static str {
        let is_ideograph =
            |c: char| matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}');
        let has = self.paragraphs.iter().any(|(_, text)| text.contains(is_ideograph));
        if has { Language::Zh.tag() } else { Language::En.tag() }
    }
}

/// The id of a document's heading: its parts are named by it too, for there may be several documents.
fn title_of(place: usize) -> String {
    format!("d{place}-title")
}

impl DocumentCard {
    pub(super) fn card(&self, place: usize, key_points: Digest, frame: &Frame) -> Markup {
        let l = frame.language;
        let link = Link::Document(self.document);
        html! {
            article .document id=(format!("d{place}")) data-document=(self.document) {
                h2 id=(title_of(place)) { "《" (self.title) "》" }
                p .soft { (size(self.pages, self.size_bytes, l)) }
                @if let Some(changed) = &self.changed { (notice(&renewed(changed, l))) }
                @if self.is_read {
                    p .done { "✓ " (IS_READ.in_language(l)) }
                    (file(&link, place, l))
                } @else {
                    @match &self.shown {
                        Some(pages) if !pages.pictures.is_empty() => {
                            (self.words(pages, place, l))
                            (self.pictures(pages, place, l))
                        }
                        _ => (notice(IN_FILE.in_language(l))),
                    }
                    (file(&link, place, l))
                    details {
                        summary { (CHECKSUM.in_language(l)) }
                        code { (self.sha256) }
                    }
                    form method="post" action=(Link::Read) {
                        (hidden(frame, &self.key))
                        input type="hidden" name="document" value=(self.document);
                        input type="hidden" name="sha256" value=(self.sha256);
                        input type="hidden" name="seconds" value="0";
                        @if let Some(pages) = &self.shown {
                            input type="hidden" name="points" value=(key_points);
                            input type="hidden" name="shown" value=(pages.sha256);
                            input type="hidden" name="language" value=(l.tag());
                            input type="hidden" name="page_seconds" value="";
                            input type="hidden" name="aloud" value="no";
                        }
                        button type="submit" aria-describedby=(title_of(place)) { (READ.in_language(l)) }
                    }
                }
            }
        }
    }

    /// The words in large type. A line of its own says that they are made by us.
    fn words(&self, pages: &Pages, place: usize, l: Language) -> Markup {
        let has_words = pages.words.iter().any(|page| !page.paragraphs.is_empty());
        let label = format!("d{place}-words");
        html! {
            section .words aria-labelledby={ (title_of(place)) " " (label) } {
                h3 id=(label) { (WORDS.in_language(l)) }
                @if has_words {
                    button type="button" .aloud data-stop=(STOP.in_language(l)) aria-describedby=(title_of(place)) hidden {
                        (ALOUD.in_language(l))
                    }
                    @for (number, page) in (1..).zip(&pages.words) {
                        div .part data-page=(number) lang=(page.tongue()) {
                            p .soft .leaf lang=(l.tag()) { (page_of(number, self.pages, l)) }
                            @if self.is_changed(number) { p .soft .notice lang=(l.tag()) { (CHANGED.in_language(l)) } }
                            @if page.is_picture { p .soft lang=(l.tag()) { (PICTURE.in_language(l)) } }
                            @for (is_heading, text) in &page.paragraphs {
                                @if *is_heading { h4 { (text) } } @else { p { (text) } }
                            }
                        }
                    }
                } @else {
                    p .soft { (NO_WORDS.in_language(l)) }
                }
            }
        }
    }

    /// The exact pages. Each can be moved about when it is enlarged, by finger or by arrows.
    fn pictures(&self, pages: &Pages, place: usize, l: Language) -> Markup {
        let label = format!("d{place}-pages");
        html! {
            section .pages aria-labelledby={ (title_of(place)) " " (label) } {
                h3 id=(label) { (PAGES.in_language(l)) }
                @if pages.fonts_replaced { p .soft { (FONTS.in_language(l)) } }
                div .zoom hidden {
                    button type="button" data-zoom="out" aria-describedby=(title_of(place)) { (SMALLER.in_language(l)) }
                    button type="button" data-zoom="in" aria-describedby=(title_of(place)) { (LARGER.in_language(l)) }
                }
                @for (number, picture) in (1..).zip(&pages.pictures) {
                    figure data-page=(number) {
                        @if self.is_changed(number) { (notice(CHANGED.in_language(l))) }
                        div .sheet tabindex="0" role="group" aria-label=(page_of(number, self.pages, l)) {
                            img src=(Link::PagePicture(self.document, number)) loading="lazy" decoding="async"
                                width=(picture.width) height=(picture.height) alt=(alt(number, l));
                        }
                        figcaption {
                            span { (page_of(number, self.pages, l)) }
                            a href=(Link::PagePicture(self.document, number)) target="_blank" rel="noopener" {
                                (ALONE.in_language(l)) span .unseen { " " (page_of(number, self.pages, l)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn is_changed(&self, number: u32) -> bool {
        self.changed.as_ref().is_some_and(|changed| changed.contains(&number))
    }

    /// Cards for the samples of the page: read; with words and pictures; in the file only.
    pub(super) fn samples() -> Vec<Self> {
        let card = |title: &str, is_read, shown| Self {
            document: DocumentId::from_bytes([7; 16]),
            title: title.into(),
            pages: 2,
            size_bytes: 123_456,
            sha256: Digest::of(title.as_bytes()),
            is_read,
            changed: None,
            shown,
            key: "0123456789abcdef".into(),
        };
        let words = vec![
            PageWords {
                is_picture: false,
                paragraphs: vec![
                    (true, "第一条 名称和住所".into()),
                    (false, "公司名称：杭州示例青穗茶业有限公司。".into()),
                ],
            },
            PageWords { is_picture: true, paragraphs: Vec::new() },
        ];
        let picture = PagePicture { width: 992, height: 1403 };
        let pages = |words, fonts_replaced| Pages {
            sha256: Digest::of(b"pages"),
            pictures: vec![picture; 2],
            words,
            fonts_replaced,
        };
        let in_file = Pages {
            sha256: Digest::of(b"none"),
            pictures: Vec::new(),
            words: Vec::new(),
            fonts_replaced: false,
        };
        vec![
            card("公司章程", true, None),
            Self {
                changed: Some(vec![2]), ..card("股东会决议", false, Some(pages(words, false)))
            },
            card("住所证明（扫描件）", false, Some(pages(Vec::new(), true))),
            Self { changed: Some(Vec::new()), ..card("审计报告", false, Some(in_file)) },
        ]
    }
}

fn size(pages: u32, bytes: u64, language: Language) -> String {
    let kilobytes = bytes.div_ceil(1000);
    match language {
        Language::Zh => format!("PDF，{pages}页，{kilobytes} KB"),
        Language::En => {
            let unit = if pages == 1 { "page" } else { "pages" };
            format!("PDF, {pages} {unit}, {kilobytes} KB")
        }
    }
}

/// What is to be known of a version that stands in the place of one that was read.
fn renewed(changed: &[u32], language: Language) -> String {
    let listed: Vec<String> = changed.iter().take(MAX_NUMBERS).map(u32::to_string).collect();
    let is_cut = changed.len() > MAX_NUMBERS;
    match (language, changed) {
        (Language::Zh, []) => {
            "您读过的版本已被替换，这是更新后的文件，请重新阅读全部页面。".to_owned()
        }
        (Language::Zh, _) => format!(
            "您读过的版本已被替换。与您读过的不同：第{}页{}，已在下方标黄，请重新阅读。",
            listed.join("、"),
            if is_cut { "等" } else { "" }
        ),
        (Language::En, []) => {
            "The version you read was replaced by this one. Read all of its pages again.".to_owned()
        }
        (Language::En, _) => format!(
            "The version you read was replaced by this one. Pages that differ: {}{}; they are marked below. Read them again.",
            listed.join(", "),
            if is_cut { " and more" } else { "" }
        ),
    }
}

/// The most page numbers that one sentence lists.
const MAX_NUMBERS: usize = 12;

fn page_of(number: u32, pages: u32, language: Language) -> String {
    match language {
        Language::Zh => format!("第{number}页，共{pages}页"),
        Language::En => format!("page {number} of {pages}"),
    }
}

fn alt(number: u32, language: Language) -> String {
    match language {
        Language::Zh => format!("原文第{number}页的图片，文字见上方大字版"),
        Language::En => format!("picture of page {number}; its words stand above in large type"),
    }
}

const CHANGED: Words =
    Words::new("本页与您读过的版本不同。", "This page differs from the version you read.");
const WORDS: Words = Words::new("大字版", "In large type");
const ALOUD: Words = Words::new("▶ 朗读全文", "▶ Read aloud");
const STOP: Words = Words::new("■ 停止朗读", "■ Stop reading");
const PICTURE: Words = Words::new(
    "本页是图片，没有可以朗读的文字，请看下方原文页面。",
    "This page is a picture without words that can be read aloud; see the page below.",
);
const NO_WORDS: Words = Words::new(
    "本文件是扫描件，没有可以放大排版和朗读的文字，请看下方原文页面。需要他人协助朗读的，可到窗口办理。",
    "This document is a scan without words for large type or reading aloud; see the pages below. Whoever needs it read out can come to the counter.",
);
const PAGES: Words = Words::new("原文页面", "The exact pages");
const FONTS: Words = Words::new(
    "该文件没有自带字体，图片使用本平台的字体显示，字形可能与其他软件略有不同，文字相同。",
    "The file does not bring its fonts; the pictures use ours. Letters may look a little different elsewhere, the words are the same.",
);
const LARGER: Words = Words::new("＋ 放大", "＋ Larger");
const SMALLER: Words = Words::new("－ 缩小", "－ Smaller");
const ALONE: Words = Words::new("单独打开", "Open alone");
const OPEN: Words = Words::new("打开原文件（PDF）", "Open the file (PDF)");
const CHECKSUM: Words = Words::new("文件摘要（SHA-256）", "Digest of the file (SHA-256)");
const IN_FILE: Words = Words::new(
    "本文件页数较多或格式特殊，不在本页显示图片。请点“打开原文件”阅读全部页面，再回到本页点“我已读完”。",
    "This document is long or of an unusual form and is not shown as pictures here. Open the file and read all of its pages, then come back here and choose “I have read it”.",
);
const READ: Words = Words::new("我已读完", "I have read it");

/// The file itself. Like every button of a document, it is told by the document's title: there may be several.
fn file(link: &Link, place: usize, l: Language) -> Markup {
    html! {
        p {
            a .open href=(link) target="_blank" rel="noopener" aria-describedby=(title_of(place)) {
                (OPEN.in_language(l))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_version_names_the_pages_that_differ_as_far_as_they_are_known() {
        let told = renewed(&[2, 5], Language::Zh);
        assert!(told.contains("与您读过的不同：第2、5页，"), "{told}");
        assert!(renewed(&[2, 5], Language::En).contains("Pages that differ: 2, 5; "));
        assert!(renewed(&[], Language::Zh).contains("请重新阅读全部页面"));
        let many: Vec<u32> = (1..=13).collect();
        assert!(renewed(&many, Language::Zh).contains("12页等，"));
    }
}
