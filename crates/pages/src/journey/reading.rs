//! Reading: the key points, then each document, each acknowledged by itself.

use heqi_vocabulary::{Digest, DocumentId, Language};
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{OFFLINE, facts, hidden, said, ways_out};
use crate::words::Words;

/// What is to be read.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ReadingPage {
    /// The filing's number for people.
    pub number: String,
    /// The company.
    pub company: String,
    /// What is filed, in words.
    pub matter: String,
    /// Who signs.
    pub signer: String,
    /// In which capacities, in words.
    pub capacities: String,
    /// Everybody else: name, and whether they have signed.
    pub others: Vec<(String, Option<bool>)>,
    /// The documents.
    pub documents: Vec<DocumentCard>,
}

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
    /// Under which name it is acknowledged once.
    pub key: String,
}

impl Page for ReadingPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            section aria-labelledby="points" {
                h2 id="points" { (POINTS.in_language(l)) }
                (facts(&[
                    (COMPANY.in_language(l), &self.company),
                    (MATTER.in_language(l), &self.matter),
                    (NUMBER.in_language(l), &self.number),
                    (SIGNER.in_language(l), &format!("{}（{}）", self.signer, self.capacities)),
                ]))
                @if !self.others.is_empty() {
                    h3 { (OTHERS.in_language(l)) }
                    ul .plain .others {
                        @for (name, signed) in &self.others {
                            li {
                                span { (name) }
                                span .soft { (standing(*signed).in_language(l)) }
                            }
                        }
                    }
                }
                p .soft { (PREVAILS.in_language(l)) }
            }
            @for document in &self.documents { (document.card(frame)) }
            (said(l, &[("offline", OFFLINE)]))
            (ways_out(frame))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Reading)
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Reading)
    }

    fn samples() -> Vec<Self> {
        let card = |title: &str, is_read| DocumentCard {
            document: DocumentId::from_bytes([7; 16]),
            title: title.into(),
            pages: 12,
            size_bytes: 123_456,
            sha256: Digest::of(title.as_bytes()),
            is_read,
            key: "0123456789abcdef".into(),
        };
        vec![Self {
            number: "61842059".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            signer: "龚𠮷".into(),
            capacities: "股东、监事".into(),
            others: vec![
                ("林嘉伟".into(), Some(true)),
                ("杭州示例云栖投资有限公司".into(), Some(false)),
                ("何静".into(), None),
            ],
            documents: vec![card("公司章程", true), card("股东会决议", false)],
        }]
    }
}

impl DocumentCard {
    fn card(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let link = Link::Document(self.document);
        html! {
            article .document data-document=(self.document) {
                h2 { "《" (self.title) "》" }
                p .soft { (size(self.pages, self.size_bytes, l)) }
                p { a .open href=(link) target="_blank" rel="noopener" { (OPEN.in_language(l)) } }
                details {
                    summary { (CHECKSUM.in_language(l)) }
                    code { (self.sha256) }
                }
                @if self.is_read {
                    p .done { "✓ " (IS_READ.in_language(l)) }
                } @else {
                    form method="post" action=(Link::Read) {
                        (hidden(frame, &self.key))
                        input type="hidden" name="document" value=(self.document);
                        input type="hidden" name="sha256" value=(self.sha256);
                        input type="hidden" name="seconds" value="0";
                        button type="submit" { (READ.in_language(l)) }
                    }
                }
            }
        }
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

const fn standing(signed: Option<bool>) -> Words {
    match signed {
        Some(true) => Words::new("已签署", "has signed"),
        Some(false) => Words::new("尚未签署", "has not signed yet"),
        None => Words::new("经办人，不签署", "handler, signs nothing"),
    }
}

const TITLE: Words = Words::new("请阅读要签署的文件", "Read what you are going to sign");
const POINTS: Words = Words::new("要点", "Key points");
const COMPANY: Words = Words::new("公司", "Company");
const MATTER: Words = Words::new("事项", "Matter");
const NUMBER: Words = Words::new("办件编号", "Filing number");
const SIGNER: Words = Words::new("签署人", "Signer");
const OTHERS: Words = Words::new("其他当事人", "Others who take part");
const PREVAILS: Words = Words::new(
    "要点仅供快速了解，以原文为准。",
    "The key points are an overview; the documents prevail.",
);
const OPEN: Words = Words::new("打开原文", "Open the document");
const CHECKSUM: Words = Words::new("文件摘要（SHA-256）", "Digest of the file (SHA-256)");
const IS_READ: Words = Words::new("您已确认读完", "You have read it");
const READ: Words = Words::new("我已读完", "I have read it");
const FOOT: Words = Words::new(
    "本页显示办件要点和待签文件；不显示任何人的证件号码、电话和住址。",
    "This page shows the key points and the documents to sign; it shows nobody's identity number, telephone or address.",
);
