//! Why there is no document.

use heqi_paper::write::WriteError;
use heqi_vocabulary::{Explain, Explanation, Language};

/// Why a document was not written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// Something the law asks for is empty.
    #[error("{0} is missing")]
    Missing(Field),
    /// The digests computed in the extraction session are not those of the deposit.
    #[error("the digests computed from the extracted files are not those of the deposit")]
    DigestMismatch,
    /// The extraction session does not have its six steps, each once, in order of time.
    #[error("the extraction session is not complete")]
    Session,
    /// A file inside is named or described in a way that cannot be.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// What may be missing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Field {
    /// The document's number.
    Number,
    /// The office's name.
    Office,
    /// The notary's name.
    Notary,
    /// The applicant.
    Applicant,
    /// The purpose.
    Purpose,
    /// The deposits.
    Deposits,
    /// The text.
    Text,
    /// The reason.
    Reason,
    /// What is asked for.
    Items,
}

impl Field {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Number => ("文书编号", "the number"),
            Self::Office => ("公证机构名称", "the name of the office"),
            Self::Notary => ("公证员姓名", "the name of the notary"),
            Self::Applicant => ("申请人", "the applicant"),
            Self::Purpose => ("用途", "the purpose"),
            Self::Deposits => ("存证编号", "the deposit number"),
            Self::Text => ("公证词", "the text"),
            Self::Reason => ("理由", "the reason"),
            Self::Items => ("事项清单", "the list of what is asked for"),
        }
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.words().1)
    }
}

impl Explain for RenderError {
    fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "document_incomplete",
            Self::DigestMismatch => "document_digest_mismatch",
            Self::Session => "document_session_incomplete",
            Self::Write(WriteError::Uncovered(_)) => "document_character",
            Self::Write(_) => "document_not_written",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        let pick = |zh: &str, en: &str| language.pick(zh, en).to_owned();
        let (what, next) = match self {
            Self::Missing(field) => {
                let (zh, en) = field.words();
                (
                    pick(&format!("缺少{zh}。"), &format!("Missing: {en}.")),
                    pick("请补全后再生成文书。", "Fill it in and make the document again."),
                )
            }
            Self::DigestMismatch => (
                pick(
                    "重新计算的摘要值与存证时记录的不一致，不能出具公证书。",
                    "The digests computed again are not those of the deposit; no certificate is issued.",
                ),
                pick(
                    "请停止办理，隔离提取的数据，查明原因。",
                    "Stop, keep the extracted data apart, and find out why.",
                ),
            ),
            Self::Session => (
                pick(
                    "提取会话未完成：六个步骤须各完成一次。",
                    "The extraction session is not complete: each of its six steps is done once.",
                ),
                pick("请完成提取会话后再起草。", "Complete the session, then draft."),
            ),
            Self::Write(WriteError::Uncovered(uncovered)) => {
                let (character, code) = (uncovered.character, u32::from(uncovered.character));
                (
                    pick(
                        &format!("没有字体能印出字符「{character}」（U+{code:04X}）。"),
                        &format!("No font can print the character {character} (U+{code:04X})."),
                    ),
                    pick(
                        "请核对该字；确为姓名用字的，请改用图像或描述字形后再出具。",
                        "Check it; if it belongs to a name, describe its form and issue again.",
                    ),
                )
            }
            Self::Write(_) => (
                pick("文书无法生成。", "The document cannot be written."),
                pick("请将错误编号告知系统管理员。", "Give the error number to the administrator."),
            ),
        };
        Explanation::new(what, next)
    }
}
