//! 不予办理公证决定书 (公证法 article 31; 公证程序规则 article 48).

use heqi_paper::write::Fonts;
use heqi_sealed_pdf::UnsignedPdf;

use crate::RenderError;
use crate::error::Field;
use crate::notice::{Notice, NoticeHead};

/// What a refusal says.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct RefusalInput {
    /// The head.
    pub head: NoticeHead,
    /// What was found, in whole sentences.
    pub reason: String,
    /// The ground, for example `《中华人民共和国公证法》第三十一条第（四）项`.
    pub ground: String,
}

/// Writes the decision.
///
/// # Errors
/// See [`RenderError`]; a refusal without reason or ground is none.
pub fn render(input: &RefusalInput, fonts: &Fonts) -> Result<UnsignedPdf, RenderError> {
    if input.reason.is_empty() || input.ground.is_empty() {
        return Err(RenderError::Missing(Field::Reason));
    }
    let head = &input.head;
    let paragraphs = vec![
        format!("你（单位）申请办理的{}公证（申请编号：{}），本处已审查。", head.matter, head.application_no),
        format!("经审查：{}", input.reason),
        format!("依据{}的规定，本处决定不予办理公证。", input.ground),
        "已收取的公证费按规定退还。对本决定有异议的，可以向本处所在地的司法行政机关或者公证协会投诉。"
            .to_owned(),
    ];
    let notice = Notice {
        kind: "refusal",
        title: "不予办理公证决定书",
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
    fn edge_case_25_a_refusal_names_the_reason_and_the_article() {
        let mut input = samples::refusal();
        let text = text_of(&render(&input, &FONTS).unwrap());
        assert!(text.contains("第三十一条第（四）项的规定，本处决定不予办理公证"), "{text}");
        input.ground.clear();
        let error = render(&input, &FONTS).unwrap_err();
        assert_eq!(error, RenderError::Missing(Field::Reason));
    }
}
