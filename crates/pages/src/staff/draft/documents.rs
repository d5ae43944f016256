//! The documents of a filing in preparation: what is there, what is missing, and one more.

use heqi_vocabulary::DocumentId;
use maud::{Markup, html};

use super::DraftPage;
use crate::frame::Frame;
use crate::link::{DeskLink, Link};
use crate::parts::hidden;
use crate::staff::field::{Fields, Line};
use crate::words::Words;

/// A document.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DraftDocument {
    /// The version.
    pub document: DocumentId,
    /// Its title.
    pub title: String,
    /// Pages, version and size, in the reader's language.
    pub about: String,
}

/// A material that the matter takes.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DraftMaterial {
    /// Its word.
    pub code: String,
    /// What it is called, in the reader's language.
    pub title: String,
    /// Whether a filing without it is not accepted.
    pub is_key: bool,
    /// Whether the parties sign it here; everything else goes to the registry beside it.
    pub is_signed: bool,
    /// Whether there is a document of this title.
    pub is_there: bool,
}

impl DraftPage {
    pub(super) fn documents_part(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            h2 id="documents" { (DOCUMENTS.in_language(l)) }
            @if self.documents.is_empty() { p { (NONE.in_language(l)) } }
            ul .said {
                @for document in &self.documents {
                    li { strong { "《" (document.title) "》" } span .soft { (document.about) } }
                }
            }
            h3 { (MATERIALS.in_language(l)) }
            ul {
                @for material in self.materials.iter().filter(|one| one.is_signed) {
                    li { (material.title) " · " (stand(material).in_language(l)) }
                }
            }
            details {
                summary { (BESIDE.in_language(l)) }
                ul {
                    @for material in self.materials.iter().filter(|one| !one.is_signed) {
                        li { (material.title) " · " (weight(material).in_language(l)) }
                    }
                }
            }
            @if self.is_drafting { (self.upload(frame)) }
        }
    }

    fn upload(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let fields = Fields::new(l, self.trouble.as_ref());
        let open = self.materials.iter().filter(|one| one.is_signed && !one.is_there);
        html! {
            h3 { (UPLOAD.in_language(l)) }
            form .decision method="post" enctype="multipart/form-data"
                action=(Link::Desk(DeskLink::Documents(self.filing))) {
                (hidden(frame, &self.key))
                label for="which" { (WHICH.in_language(l)) }
                (fields.at("which"))
                select id="which" name="which" aria-describedby=[fields.described("which", false)]
                    autofocus[fields.is_wrong("which")] {
                    @for material in open {
                        option value=(material.code) selected[material.code == self.which] { (material.title) }
                    }
                    option value="other" selected[self.which == "other"] { (OTHER.in_language(l)) }
                    @for document in &self.documents {
                        option value=(document.document) selected[document.document.to_string() == self.which] {
                            (REPLACE.in_language(l)) "《" (document.title) "》"
                        }
                    }
                }
                (fields.line(&Line {
                    name: "title",
                    label: TITLE,
                    hint: Some(TITLE_HINT),
                    value: &self.title,
                    is_required: false,
                    most: "200",
                    keyboard: "text",
                }))
                label for="file" { (FILE.in_language(l)) }
                p #file-hint .soft { (FILE_HINT.in_language(l)) }
                (fields.at("file"))
                input .copy type="file" id="file" name="file" accept="application/pdf" required
                    aria-describedby=[fields.described("file", true)]
                    aria-invalid=[fields.is_wrong("file").then_some("true")]
                    autofocus[fields.is_wrong("file")];
                button .go type="submit" { (SEND.in_language(l)) }
            }
        }
    }
}

fn stand(material: &DraftMaterial) -> Words {
    match (material.is_there, material.is_key) {
        (true, _) => THERE,
        (false, true) => MISSING,
        (false, false) => LATER,
    }
}

fn weight(material: &DraftMaterial) -> Words {
    if material.is_key { KEY } else { LATER }
}

const DOCUMENTS: Words = Words::new("一、文书", "1. Documents");
const NONE: Words = Words::new("还没有上传文书。", "Nothing was uploaded yet.");
const MATERIALS: Words = Words::new("需由各方签署的材料", "What the parties sign");
const BESIDE: Words = Words::new(
    "不在本平台签署、随登记材料一并提交的",
    "What goes to the registry beside it and is not signed here",
);
const THERE: Words = Words::new("已上传", "uploaded");
const MISSING: Words = Words::new("未上传（关键材料）", "missing (key)");
const LATER: Words = Words::new("可以容缺", "may follow later");
const KEY: Words = Words::new("关键材料", "key");
const UPLOAD: Words = Words::new("上传文书", "Upload a document");
const WHICH: Words = Words::new("上传哪一份", "Which one");
const OTHER: Words = Words::new("其他文书（填写名称）", "Another document (with its title)");
const REPLACE: Words = Words::new("替换", "Replaces");
const TITLE: Words = Words::new("文书名称", "Title");
const TITLE_HINT: Words = Words::new(
    "选“其他文书”时填写；其余情况不用填写。",
    "For another document only; otherwise leave it empty.",
);
const FILE: Words = Words::new("PDF文件", "PDF file");
const FILE_HINT: Words = Words::new(
    "最大20 MB、2000页；不能加密，不能含脚本。所有签署人都会看到并签署这份文件。",
    "20 MB and 2000 pages at most; neither encrypted nor with scripts. Everybody who signs sees it and signs it.",
);
const SEND: Words = Words::new("上传", "Upload");
