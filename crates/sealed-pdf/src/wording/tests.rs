use heqi_pki::certificate::{ChainFault, ValidityError};
use heqi_pki::seal::SealFormError;

use super::*;
use crate::{EmbeddedFault, Malformed, ManifestFault};

const NEXT: [&str; 2] = [
    "请使用公证机构交付的原文件；仍然如此，请向该机构查证，不要依据这个文件作判断。",
    "Use the file exactly as the office delivered it; if that is the one, ask the office and do not rely on this file.",
];

/// The fault says its code, and in both languages what is wrong and what to do.
fn says(fault: &dyn Explain, code: &str, what: [&str; 2]) {
    assert_eq!(fault.code(), code);
    for (place, language) in [Language::Zh, Language::En].into_iter().enumerate() {
        let said = fault.explain(language);
        assert_eq!((said.what.as_str(), said.next.as_str()), (what[place], NEXT[place]), "{code}");
    }
}

#[test]
fn each_fault_of_a_form_has_its_code_and_its_sentences() {
    use crate::FormFault as Of;
    for (fault, code, zh, en) in [
        (Of::TooLarge, "pdf_too_large", "文件超过上限。", "The file is larger than one ever is."),
        (Of::NotPdf, "pdf_none", "这不是 PDF 文件。", "This is not a PDF."),
        (
            Of::Truncated,
            "pdf_truncated",
            "文件不完整，或末尾被改动。",
            "The file is incomplete, or its end was changed.",
        ),
        (
            Of::Form(Malformed),
            "pdf_malformed",
            "文件的结构与公证书的格式不符。",
            "The file is not built as a certificate is.",
        ),
        (Of::NotSealed, "pdf_not_sealed", "文件没有电子印章。", "The file has no seal."),
        (
            Of::Signatures,
            "pdf_other_signatures",
            "文件中有电子印章以外的签名域。",
            "The file has a signature field beside that of the seal.",
        ),
        (
            Of::Kind,
            "pdf_other_kind",
            "文件中的签名不是电子印章所用的种类。",
            "The signature is of another kind than a seal.",
        ),
        (
            Of::Certification,
            "pdf_not_certified",
            "电子印章没有禁止后续改动。",
            "The seal does not forbid later changes.",
        ),
        (
            Of::Coverage,
            "pdf_not_covered",
            "电子印章没有覆盖整个文件。",
            "The seal does not cover the whole file.",
        ),
        (
            Of::LaterRevision,
            "pdf_later_revision",
            "盖章之后文件又被追加了内容。",
            "Something was appended after the file was sealed.",
        ),
        (
            Of::Revisions,
            "pdf_revisions",
            "文件的修订次数与公证书的格式不符。",
            "The file has more or fewer revisions than a certificate has.",
        ),
        (
            Of::Seal(SealFormError::Kind),
            "pdf_seal_malformed",
            "电子印章的格式不合规。",
            "The seal is malformed.",
        ),
    ] {
        says(&fault, code, [zh, en]);
    }
}

#[test]
fn each_fault_of_a_seal_has_its_code_and_its_sentences() {
    let ended = ValidityError::Expired {
        position: 0,
        not_after: "2026-11-28T08:00:00.000Z".parse().unwrap(),
    };
    let broken = ChainError::Broken { position: 0, fault: ChainFault::Signature };
    for (fault, code, zh, en) in [
        (
            SealFault::OtherBytes,
            "seal_of_other_bytes",
            "文件内容与盖章时不一致。",
            "The file is not what was sealed.",
        ),
        (
            SealFault::Signature,
            "seal_signature",
            "电子印章的签名不成立。",
            "The signature of the seal does not hold.",
        ),
        (
            SealFault::NoCertificate,
            "seal_certificate",
            "电子印章中的证书不是签名所指的证书。",
            "The seal does not carry the certificate it names.",
        ),
        (
            SealFault::NoToken,
            "seal_without_time",
            "电子印章没有可信时间戳。",
            "The seal has no time stamp.",
        ),
        (
            SealFault::Token(TimestampFault::Untrusted),
            "seal_time_untrusted",
            "时间戳的机构不在给定的信任根之中。",
            "The time authority is under none of the given roots.",
        ),
        (
            SealFault::Token(TimestampFault::Imprint),
            "seal_time",
            "电子印章的时间戳不成立。",
            "The time stamp of the seal does not hold.",
        ),
        (
            SealFault::Chain(ChainError::Untrusted),
            "seal_untrusted",
            "电子印章的证书不在给定的信任根之下。",
            "The seal's certificate is under none of the given roots.",
        ),
        (
            SealFault::Chain(ChainError::Validity(ended)),
            "seal_not_valid_then",
            "盖章时证书不在有效期内。",
            "The seal's certificate was not valid when it was put on.",
        ),
        (
            SealFault::Chain(broken),
            "seal_chain",
            "电子印章的证书链不成立。",
            "The certificates of the seal do not hold.",
        ),
    ] {
        says(&VerifyFault::Seal(fault), code, [zh, en]);
    }
}

#[test]
fn each_fault_of_what_is_inside_has_its_code_and_its_sentences() {
    let taken = ["文件内的附件无法取出。", "The files inside cannot be taken out."];
    for fault in [EmbeddedFault::TooMuch, EmbeddedFault::Form(Malformed)] {
        says(&VerifyFault::Embedded(fault), "pdf_attachments", taken);
    }
    let listed = ["文件内的附件与其清单不一致。", "The files inside are not those of their list."];
    for fault in [ManifestFault::Form, ManifestFault::Unlisted, ManifestFault::Digest] {
        says(&VerifyFault::Manifest(fault), "pdf_manifest", listed);
    }
}
