//! 补正公证书: a certificate that says something wrong is put right by another document, never
//! by changing the first (公证法 article 39; 公证程序规则 article 63). The check page shows both.

use heqi_paper::write::Fonts;
use heqi_sealed_pdf::UnsignedPdf;

use crate::RenderError;
use crate::error::Field;
use crate::notice::{Notice, NoticeHead};

/// What a correction says.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CorrectionInput {
    /// The head; its number is the correction's own.
    pub head: NoticeHead,
    /// The number of the certificate that is corrected.
    pub corrects: String,
    /// What it says, and what it should say.
    pub changes: Vec<(String, String)>,
}

/// Writes the correction.
///
/// # Errors
/// See [`RenderError`]; a correction of nothing is refused.
pub fn render(input: &CorrectionInput, fonts: &Fonts) -> Result<UnsignedPdf, RenderError> {
    if input.corrects.is_empty() {
        return Err(RenderError::Missing(Field::Number));
    }
    if input.changes.is_empty() {
        return Err(RenderError::Missing(Field::Items));
    }
    let paragraphs =
        vec![format!("本处出具的{}公证书，内容有下列错误，现予补正：", input.corrects)];
    let items: Vec<String> = input
        .changes
        .iter()
        .map(|(wrong, right)| format!("原文“{wrong}”，补正为“{right}”"))
        .collect();
    let after = vec![
        "原公证书其他内容不变。本补正公证书与原公证书一并使用；原公证书的查验页同时显示本次补正。"
            .to_owned(),
    ];
    let notice =
        Notice { kind: "correction", title: "补正公证书", paragraphs, items: &items, after };
    crate::notice::render(&input.head, &notice, fonts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::{FONTS, text_of};
    use crate::samples;

    #[test]
    fn edge_case_43_a_wrong_certificate_is_put_right_by_a_second_document() {
        let mut input = samples::correction();
        let text = text_of(&render(&input, &FONTS).unwrap());
        for wanted in [
            "补正公证书",
            "（2026）杭示证经字第000001号公证书，内容有下列错误",
            "1.原文“示例街道”，补正为“示范街道”。",
            "查验页同时显示本次补正",
        ] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        input.changes.clear();
        let error = render(&input, &FONTS).unwrap_err();
        assert_eq!(error, RenderError::Missing(Field::Items));
    }
}
