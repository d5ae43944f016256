//! 补充材料通知书: what is missing, once and whole (公证程序规则 article 27).

use heqi_paper::write::Fonts;
use heqi_sealed_pdf::UnsignedPdf;
use heqi_vocabulary::UtcMillis;

use crate::error::Field;
use crate::notice::{Notice, NoticeHead};
use crate::{RenderError, dates};

/// What a request for more says.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SupplementInput {
    /// The head.
    pub head: NoticeHead,
    /// Everything that is missing.
    pub items: Vec<String>,
    /// Until when.
    pub due_at: UtcMillis,
}

/// Writes the notice.
///
/// # Errors
/// See [`RenderError`]; a request for nothing is refused.
pub fn render(input: &SupplementInput, fonts: &Fonts) -> Result<UnsignedPdf, RenderError> {
    if input.items.is_empty() {
        return Err(RenderError::Missing(Field::Items));
    }
    let head = &input.head;
    let paragraphs = vec![format!(
        "你（单位）申请办理的{}公证（申请编号：{}），尚需补充下列材料，请于{}前一次提交：",
        head.matter,
        head.application_no,
        dates::day(input.due_at)
    )];
    let after = vec![
        "以上为需要补充的全部材料。自本通知送达之日起至材料补齐之日止，所需时间不计算在公证办理期限内。"
            .to_owned(),
        "逾期未补充或者补充后仍不符合规定的，本处可以不予办理公证或者终止公证。".to_owned(),
    ];
    let notice = Notice {
        kind: "supplement",
        title: "补充材料通知书",
        paragraphs,
        items: &input.items,
        after,
    };
    crate::notice::render(head, &notice, fonts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::{FONTS, text_of};
    use crate::samples;

    #[test]
    fn everything_missing_is_listed_once_and_a_request_for_nothing_is_refused() {
        let mut input = samples::supplement();
        let text = text_of(&render(&input, &FONTS).unwrap());
        assert!(text.contains("1.授权委托书原件；2.") && text.contains("以上为需要补充的全部材料"));
        input.items.clear();
        let error = render(&input, &FONTS).unwrap_err();
        assert_eq!(error, RenderError::Missing(Field::Items));
    }
}
