//! Looks at a PDF before it becomes a document: whole, not encrypted, not too long. What
//! it says is nobody's business here.

use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::{Document, LoadOptions};

use crate::fault::Class;
use crate::wording::{Told, refusals, say};

/// The longest document, in bytes: 20 MiB.
pub const MAX_DOCUMENT_BYTES: usize = 20 << 20;
/// The most pages.
pub const MAX_PAGES: u32 = 2000;
/// What one compressed stream may unfold to while the structure is read.
const MAX_UNFOLDED_BYTES: usize = 64 << 20;

/// Why a file is no PDF that can be signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PdfError {
    /// Longer than [`MAX_DOCUMENT_BYTES`].
    #[error("the document is longer than {MAX_DOCUMENT_BYTES} bytes")]
    TooLarge,
    /// It does not begin as a PDF does.
    #[error("the file is not a PDF")]
    NotPdf,
    /// It begins as a PDF and cannot be read to its end.
    #[error("the PDF is damaged")]
    Damaged,
    /// It is encrypted, so what is signed could not be read by everybody.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// It has no page.
    #[error("the PDF has no page")]
    NoPage,
    /// It has more than [`MAX_PAGES`].
    #[error("the PDF has more than {MAX_PAGES} pages")]
    TooManyPages,
}

impl PdfError {
    fn told(&self) -> Told<'static> {
        match self {
            Self::TooLarge => say(
                "document_too_large",
                ["文件超过20 MB。", "请压缩扫描图片或拆分文件后重新上传。"],
                ["The file is longer than 20 MB.", "Compress scanned pages or split the file."],
            )
            .is(Class::TooLarge),
            Self::NotPdf => say(
                "document_not_pdf",
                ["该文件不是PDF。", "请导出为PDF后重新上传。"],
                ["The file is not a PDF.", "Export it as PDF and upload it again."],
            )
            .is(Class::WrongFormat),
            Self::Damaged => say(
                "document_damaged",
                ["该PDF已损坏或不完整。", "请重新导出后上传；如由扫描生成，请重新扫描。"],
                ["The PDF is damaged or incomplete.", "Export or scan it again and upload it."],
            )
            .is(Class::BadInput),
            Self::Encrypted => say(
                "document_encrypted",
                ["该PDF设有密码或权限限制，各方可能无法完整阅读。", "请取消加密后重新上传。"],
                [
                    "The PDF is encrypted, so not everybody could read what is signed.",
                    "Remove the encryption and upload it again.",
                ],
            )
            .is(Class::BadInput),
            Self::NoPage => say(
                "document_empty",
                ["该PDF没有页面。", "请检查文件内容后重新上传。"],
                ["The PDF has no page.", "Check the file and upload it again."],
            )
            .is(Class::BadInput),
            Self::TooManyPages => say(
                "document_too_long",
                ["该PDF超过2000页。", "请拆分后分别上传。"],
                ["The PDF has more than 2000 pages.", "Split it and upload the parts."],
            )
            .is(Class::TooLarge),
        }
    }
}

refusals!(PdfError);
