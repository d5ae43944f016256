//! 撤回公证申请确认书: the applicant took the application back.

use heqi_paper::write::Fonts;
use heqi_sealed_pdf::UnsignedPdf;
use heqi_vocabulary::UtcMillis;

use crate::notice::{Notice, NoticeHead};
use crate::{RenderError, dates};

/// What a withdrawal says.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct WithdrawalInput {
    /// The head.
    pub head: NoticeHead,
    /// When the applicant took it back.
    pub withdrawn_at: UtcMillis,
}

/// Writes the confirmation.
///
/// # Errors
/// See [`RenderError`].
pub fn render(input: &WithdrawalInput, fonts: &Fonts) -> Result<UnsignedPdf, RenderError> {
    let head = &input.head;
    let paragraphs = vec![
        format!(
            "你（单位）于{}撤回{}公证申请（申请编号：{}），本处予以确认，该申请的办理自即日起终止。",
            dates::second(input.withdrawn_at),
            head.matter,
            head.application_no,
        ),
        "已收取的公证费按规定退还。已存证的电子数据继续保管，需要时可以重新申请。".to_owned(),
    ];
    let notice = Notice {
        kind: "withdrawal",
        title: "撤回公证申请确认书",
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
    fn a_withdrawal_says_when() {
        let text = text_of(&render(&samples::withdrawal(), &FONTS).unwrap());
        assert!(text.contains("于2026年11月26日9时30分00秒撤回"), "{text}");
    }
}
