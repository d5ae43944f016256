//! 公证书复查决定书: another notary has looked again, and the certificate stands (公证法 article 39; 公证程序规则
//! articles 61 to 64). One that corrects or voids it is told by the correction or the revocation.

use heqi_paper::write::Fonts;
use heqi_sealed_pdf::UnsignedPdf;
use heqi_vocabulary::UtcMillis;

use crate::error::Field;
use crate::notice::{Notice, NoticeHead};
use crate::{RenderError, dates};

/// What such a decision says.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ReexaminationInput {
    /// The head; its number is the decision's own.
    pub head: NoticeHead,
    /// The number of the certificate that stands.
    pub upholds: String,
    /// When the re-examination was asked for.
    pub asked_at: UtcMillis,
    /// What was found, in whole sentences.
    pub reason: String,
}

/// Writes the decision.
///
/// # Errors
/// See [`RenderError`]; a decision without a certificate or a reason is refused.
pub fn render(input: &ReexaminationInput, fonts: &Fonts) -> Result<UnsignedPdf, RenderError> {
    if input.reason.is_empty() {
        return Err(RenderError::Missing(Field::Reason));
    }
    if input.upholds.is_empty() {
        return Err(RenderError::Missing(Field::Number));
    }
    let paragraphs = vec![
        format!(
            "本处于{}收到对{}公证书的复查申请，已由原承办公证员、审批人以外的公证员进行复查。",
            dates::day(input.asked_at),
            input.upholds
        ),
        format!("经复查：{}", input.reason),
        "依据《中华人民共和国公证法》第三十九条、《公证程序规则》的规定，本处决定维持该公证书。"
            .to_owned(),
        "当事人、公证事项的利害关系人对公证书的内容有争议的，可以依据《中华人民共和国公证法》第四十条向人民法院提起民事诉讼。"
            .to_owned(),
    ];
    let notice = Notice {
        kind: "reexamination",
        title: "公证书复查决定书",
        paragraphs,
        items: &[],
        after: Vec::new(),
    };
    crate::notice::render(&input.head, &notice, fonts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::{FONTS, text_of};
    use crate::samples;

    #[test]
    fn a_decision_that_upholds_names_the_certificate_and_what_was_found() {
        let input = samples::reexamination();
        let text = text_of(&render(&input, &FONTS).unwrap());
        for wanted in [
            "公证书复查决定书",
            "本处于2026年11月27日收到对（2026）杭示证经字第000001号公证书的复查申请",
            "经复查：公证书内容与存证数据一致。",
            "决定维持该公证书",
            "第四十条",
        ] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        let without = |change: fn(&mut ReexaminationInput)| {
            let mut input = input.clone();
            change(&mut input);
            render(&input, &FONTS).unwrap_err()
        };
        let reason = without(|input| input.reason.clear());
        assert_eq!(reason, RenderError::Missing(Field::Reason));
        let number = without(|input| input.upholds.clear());
        assert_eq!(number, RenderError::Missing(Field::Number));
    }
}
