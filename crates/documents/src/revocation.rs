//! 撤销公证书决定书: a certificate whose content is unlawful or untrue is void from the beginning
//! (公证法 article 39). Its number stays in the book, and the check page says that it is void.

use heqi_paper::write::Fonts;
use heqi_sealed_pdf::UnsignedPdf;

use crate::RenderError;
use crate::error::Field;
use crate::notice::{Notice, NoticeHead};

/// What a revocation says.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct RevocationInput {
    /// The head; its number is the decision's own.
    pub head: NoticeHead,
    /// The number of the certificate that is void.
    pub revokes: String,
    /// Why, in whole sentences.
    pub reason: String,
}

/// Writes the decision.
///
/// # Errors
/// See [`RenderError`]; a decision without a certificate or a reason is refused.
pub fn render(input: &RevocationInput, fonts: &Fonts) -> Result<UnsignedPdf, RenderError> {
    if input.reason.is_empty() {
        return Err(RenderError::Missing(Field::Reason));
    }
    if input.revokes.is_empty() {
        return Err(RenderError::Missing(Field::Number));
    }
    let head = &input.head;
    let paragraphs = vec![
        format!("经审查，本处出具的{}公证书存在下列情形：{}", input.revokes, input.reason),
        "依据《中华人民共和国公证法》第三十九条的规定，本处决定撤销该公证书。该公证书自始无效，不得再行使用；请将已领取的公证书交回本处。"
            .to_owned(),
        "本处公证书查验页显示该公证书“已撤销”，编号保留，不另行使用。撤销不影响已存证电子数据的保管；需要时可以重新申请。"
            .to_owned(),
    ];
    let notice = Notice {
        kind: "revocation",
        title: "撤销公证书决定书",
        paragraphs,
        items: &[],
        after: Vec::new(),
    };
    crate::notice::render(head, &notice, fonts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::{FONTS, text_of};
    use crate::samples;

    #[test]
    fn a_revocation_names_the_certificate_and_why_it_is_void() {
        let input = samples::revocation();
        let text = text_of(&render(&input, &FONTS).unwrap());
        for wanted in [
            "撤销公证书决定书",
            "（2026）杭示证经字第000001号公证书存在下列情形：公证书内容与事实不符。",
            "第三十九条",
            "自始无效",
        ] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        let without = |change: fn(&mut RevocationInput)| {
            let mut input = input.clone();
            change(&mut input);
            render(&input, &FONTS).unwrap_err()
        };
        let reason = without(|input| input.reason.clear());
        assert_eq!(reason, RenderError::Missing(Field::Reason));
        let number = without(|input| input.revokes.clear());
        assert_eq!(number, RenderError::Missing(Field::Number));
    }
}
