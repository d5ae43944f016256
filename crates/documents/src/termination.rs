//! 终止公证决定书 (公证程序规则 article 50).

use heqi_paper::write::Fonts;
use heqi_sealed_pdf::UnsignedPdf;

use crate::RenderError;
use crate::error::Field;
use crate::notice::{Notice, NoticeHead};

/// What a termination says.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct TerminationInput {
    /// The head.
    pub head: NoticeHead,
    /// What happened, in whole sentences.
    pub reason: String,
}

/// Writes the decision.
///
/// # Errors
/// See [`RenderError`].
pub fn render(input: &TerminationInput, fonts: &Fonts) -> Result<UnsignedPdf, RenderError> {
    if input.reason.is_empty() {
        return Err(RenderError::Missing(Field::Reason));
    }
    let head = &input.head;
    let paragraphs = vec![
        format!("你（单位）申请办理的{}公证（申请编号：{}），", head.matter, head.application_no)
            + &format!("在办理过程中出现下列情形：{}", input.reason),
        "依据《公证程序规则》第五十条的规定，本处决定终止公证。已收取的公证费按规定酌情退还。"
            .to_owned(),
        "终止不影响已存证电子数据的保管；需要时可以重新申请。".to_owned(),
    ];
    let notice = Notice {
        kind: "termination",
        title: "终止公证决定书",
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
    fn a_termination_says_why_and_that_what_was_deposited_stays() {
        let mut input = samples::termination();
        let text = text_of(&render(&input, &FONTS).unwrap());
        assert!(text.contains("出现下列情形：申请人逾期未补充材料。"), "{text}");
        assert!(text.contains("不影响已存证电子数据的保管"));
        input.reason.clear();
        let error = render(&input, &FONTS).unwrap_err();
        assert_eq!(error, RenderError::Missing(Field::Reason));
    }
}
