//! The sentences people read: what is wrong with a sealed file, and what to do.

use heqi_pki::seal::SealFault;
use heqi_pki::{certificate::ChainError, timestamp::TimestampFault};
use heqi_vocabulary::{Explain, Explanation, Language};

use crate::{FormFault, VerifyFault};

impl Explain for FormFault {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "pdf_too_large",
            Self::NotPdf => "pdf_none",
            Self::Truncated => "pdf_truncated",
            Self::Form(_) => "pdf_malformed",
            Self::NotSealed => "pdf_not_sealed",
            Self::Signatures => "pdf_other_signatures",
            Self::Kind => "pdf_other_kind",
            Self::Certification => "pdf_not_certified",
            Self::Coverage => "pdf_not_covered",
            Self::LaterRevision => "pdf_later_revision",
            Self::Revisions => "pdf_revisions",
            Self::Seal(_) => "pdf_seal_malformed",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        let what = match self {
            Self::TooLarge => {
                language.pick("文件超过上限。", "The file is larger than one ever is.")
            }
            Self::NotPdf => language.pick("这不是 PDF 文件。", "This is not a PDF."),
            Self::Truncated => language.pick(
                "文件不完整，或末尾被改动。",
                "The file is incomplete, or its end was changed.",
            ),
            Self::Form(_) => language.pick(
                "文件的结构与公证书的格式不符。",
                "The file is not built as a certificate is.",
            ),
            Self::NotSealed => language.pick("文件没有电子印章。", "The file has no seal."),
            Self::Signatures => language.pick(
                "文件中有电子印章以外的签名域。",
                "The file has a signature field beside that of the seal.",
            ),
            Self::Kind => language.pick(
                "文件中的签名不是电子印章所用的种类。",
                "The signature is of another kind than a seal.",
            ),
            Self::Certification => language
                .pick("电子印章没有禁止后续改动。", "The seal does not forbid later changes."),
            Self::Coverage => language
                .pick("电子印章没有覆盖整个文件。", "The seal does not cover the whole file."),
            Self::LaterRevision => language.pick(
                "盖章之后文件又被追加了内容。",
                "Something was appended after the file was sealed.",
            ),
            Self::Revisions => language.pick(
                "文件的修订次数与公证书的格式不符。",
                "The file has more or fewer revisions than a certificate has.",
            ),
            Self::Seal(_) => language.pick("电子印章的格式不合规。", "The seal is malformed."),
        };
        Explanation::new(what, next(language))
    }
}

impl Explain for VerifyFault {
    fn code(&self) -> &'static str {
        match self {
            Self::Seal(SealFault::OtherBytes) => "seal_of_other_bytes",
            Self::Seal(SealFault::Signature) => "seal_signature",
            Self::Seal(SealFault::NoCertificate) => "seal_certificate",
            Self::Seal(SealFault::NoToken) => "seal_without_time",
            Self::Seal(SealFault::Token(TimestampFault::Untrusted)) => "seal_time_untrusted",
            Self::Seal(SealFault::Token(_)) => "seal_time",
            Self::Seal(SealFault::Chain(ChainError::Untrusted)) => "seal_untrusted",
            Self::Seal(SealFault::Chain(ChainError::Validity(_))) => "seal_not_valid_then",
            Self::Seal(SealFault::Chain(_)) => "seal_chain",
            Self::Embedded(_) => "pdf_attachments",
            Self::Manifest(_) => "pdf_manifest",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        let what = match self {
            Self::Seal(SealFault::OtherBytes) => {
                language.pick("文件内容与盖章时不一致。", "The file is not what was sealed.")
            }
            Self::Seal(SealFault::Signature) => {
                language.pick("电子印章的签名不成立。", "The signature of the seal does not hold.")
            }
            Self::Seal(SealFault::NoCertificate) => language.pick(
                "电子印章中的证书不是签名所指的证书。",
                "The seal does not carry the certificate it names.",
            ),
            Self::Seal(SealFault::NoToken) => {
                language.pick("电子印章没有可信时间戳。", "The seal has no time stamp.")
            }
            Self::Seal(SealFault::Token(TimestampFault::Untrusted)) => language.pick(
                "时间戳的机构不在给定的信任根之中。",
                "The time authority is under none of the given roots.",
            ),
            Self::Seal(SealFault::Token(_)) => language
                .pick("电子印章的时间戳不成立。", "The time stamp of the seal does not hold."),
            Self::Seal(SealFault::Chain(ChainError::Untrusted)) => language.pick(
                "电子印章的证书不在给定的信任根之下。",
                "The seal's certificate is under none of the given roots.",
            ),
            Self::Seal(SealFault::Chain(ChainError::Validity(_))) => language.pick(
                "盖章时证书不在有效期内。",
                "The seal's certificate was not valid when it was put on.",
            ),
            Self::Seal(SealFault::Chain(_)) => language
                .pick("电子印章的证书链不成立。", "The certificates of the seal do not hold."),
            Self::Embedded(_) => {
                language.pick("文件内的附件无法取出。", "The files inside cannot be taken out.")
            }
            Self::Manifest(_) => language.pick(
                "文件内的附件与其清单不一致。",
                "The files inside are not those of their list.",
            ),
        };
        Explanation::new(what, next(language))
    }
}

fn next(language: Language) -> &'static str {
    language.pick(
        "请使用公证机构交付的原文件；仍然如此，请向该机构查证，不要依据这个文件作判断。",
        "Use the file exactly as the office delivered it; if that is the one, ask the office and do not rely on this file.",
    )
}

#[cfg(test)]
mod tests;
