//! Reading: the key points, then each document: its words in large type, the exact pages as
//! pictures, and the acknowledgement of that one.
//!
//! Everything is there without scripts. With them, a document is read aloud, pages are
//! enlarged, and the page counts for how long each was in view.

use heqi_vocabulary::{Digest, Language};
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::parts::{OFFLINE, facts, said, ways_out};
use crate::words::{Words, bracketed};

mod capital;
mod document;

pub use capital::{CapitalCard, ShareLine};
pub use document::{DocumentCard, PagePicture, PageWords, Pages};

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
    /// What signing means, in sentences.
    pub duties: Vec<String>,
    /// Everybody else: name, and whether they have signed.
    pub others: Vec<(String, Option<bool>)>,
    /// Capital and promises, where they were declared.
    pub capital: Option<CapitalCard>,
    /// SHA-256 of the card of key points.
    pub key_points_sha256: Digest,
    /// The documents.
    pub documents: Vec<DocumentCard>,
}

impl Page for ReadingPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            section .paper aria-labelledby="points" {
                h2 id="points" { (POINTS.in_language(l)) }
                (facts(&[
                    (COMPANY.in_language(l), &self.company),
                    (MATTER.in_language(l), &self.matter),
                    (NUMBER.in_language(l), &self.number),
                    (SIGNER.in_language(l), &format!("{}{}", self.signer, bracketed(&self.capacities, l))),
                ]))
                @if !self.duties.is_empty() {
                    h3 { (DUTIES.in_language(l)) }
                    ul { @for duty in &self.duties { li { (duty) } } }
                }
                @if let Some(capital) = &self.capital { (capital.shown(l)) }
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
                p { strong { (PREVAILS.in_language(l)) } }
            }
            @if self.documents.len() > 1 {
                nav aria-labelledby="list" {
                    h2 id="list" { (LIST.in_language(l)) }
                    ol .plain .list {
                        @for (place, document) in (1..).zip(&self.documents) {
                            li {
                                a href=(format!("#d{place}")) { "《" (document.title) "》" }
                                @if document.is_read { span .done { " ✓ " (IS_READ.in_language(l)) } }
                            }
                        }
                    }
                }
            }
            @for (place, document) in (1..).zip(&self.documents) {
                (document.card(place, self.key_points_sha256, frame))
            }
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
        let page = Self {
            number: "61842059".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            signer: "龚𠮷".into(),
            capacities: "股东、监事".into(),
            duties: vec!["您将成为公司股东，须按公司章程写明的数额和期限缴足出资。".into()],
            others: vec![
                ("林嘉伟".into(), Some(true)),
                ("杭州示例云栖投资有限公司".into(), Some(false)),
                ("何静".into(), None),
            ],
            capital: Some(CapitalCard::sample()),
            key_points_sha256: Digest::of(b"points"),
            documents: DocumentCard::samples(),
        };
        let alone = Self {
            documents: page.documents.iter().skip(1).take(1).cloned().collect(),
            ..page.clone()
        };
        vec![page, alone]
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
const NUMBER: Words = Words::new("办件码", "Filing number");
const SIGNER: Words = Words::new("签署人", "Signer");
const DUTIES: Words = Words::new("签署意味着", "What signing means");
const OTHERS: Words = Words::new("其他当事人", "Others who take part");
const LIST: Words = Words::new("要签署的文件", "Documents to sign");
const IS_READ: Words = Words::new("您已确认读完", "You have read it");
const PREVAILS: Words = Words::new(
    "要点仅供快速了解，以原文为准。",
    "The key points are an overview; the documents prevail.",
);
const FOOT: Words = Words::new(
    "本页显示办件要点和待签文件；要点和大字版由本平台整理，以原文页面为准。",
    "This page shows the key points and the documents to sign; key points and large type are made by this platform, the pages prevail.",
);
