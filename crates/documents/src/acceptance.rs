//! 公证受理通知书 (公证程序规则 articles 20, 21; 公证法 article 30).

use heqi_paper::write::Fonts;
use heqi_sealed_pdf::UnsignedPdf;
use heqi_vocabulary::UtcMillis;

use crate::notice::{Notice, NoticeHead};
use crate::{RenderError, dates};

/// What an acceptance says.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct AcceptanceInput {
    /// The head.
    pub head: NoticeHead,
    /// When the application was accepted.
    pub accepted_at: UtcMillis,
    /// The last of the fifteen working days, the holiday calendar applied.
    pub due_at: UtcMillis,
    /// The fee in words.
    pub fee: String,
    /// The code with which the applicant sees how the application stands and fetches its documents.
    pub query: Option<String>,
}

/// Writes the notice.
///
/// # Errors
/// See [`RenderError`].
pub fn render(input: &AcceptanceInput, fonts: &Fonts) -> Result<UnsignedPdf, RenderError> {
    let head = &input.head;
    let mut paragraphs = vec![
        format!(
            "你（单位）申请办理的{}公证（申请编号：{}），经审查符合受理条件，本处于{}决定受理，承办公证员为{}。",
            head.matter,
            head.application_no,
            dates::day(input.accepted_at),
            head.notary,
        ),
        format!(
            "根据《中华人民共和国公证法》第三十条，本处自受理之日起十五个工作日内向你（单位）出具公证书，\
             即至{}止；因不可抗力、补充证明材料或者需要核实有关情况的，所需时间不计算在内。",
            dates::day(input.due_at)
        ),
        format!("公证费：{}。", input.fee),
        "告知：申请人应当如实说明情况，提供真实、合法、充分的材料；本处仅对电子数据的接收、保管、提取过程\
         及其完整性予以证明，不保证该证据被采纳或者产生有利结果。申请人有权申请承办人员回避。"
            .to_owned(),
    ];
    if let Some(code) = &input.query {
        paragraphs.push(format!(
            "查询：在本处查验页输入申请编号和查询码{code}，可以查看办理进度、下载本处作出的文书和电子公证书。请妥善保管查询码。"
        ));
    }
    let notice = Notice {
        kind: "acceptance",
        title: "公证受理通知书",
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
    fn edge_case_49_the_last_day_passes_over_the_holidays_of_october() {
        let accepted = chrono::NaiveDate::from_ymd_opt(2026, 9, 24).unwrap();
        let due = heqi_identity::Calendar::built_in().after_working_days(accepted, 15).last_day;
        assert_eq!(due.to_string(), "2026-10-22");
        let mut input = samples::acceptance();
        input.due_at = format!("{due}T09:00:00.000Z").parse().unwrap();
        let text = text_of(&render(&input, &FONTS).unwrap());
        assert!(text.contains("即至2026年10月22日止"), "{text}");
        assert!(text.contains("承办公证员为沈示例") && text.contains("有权申请承办人员回避"));
    }

    #[test]
    fn a_company_is_written_to_by_its_name() {
        let mut input = samples::acceptance();
        input.head.recipient = "杭州示例云栖投资有限公司".into();
        let text = text_of(&render(&input, &FONTS).unwrap());
        assert!(text.contains("杭州示例云栖投资有限公司："), "{text}");
        assert!(text.contains("你（单位）申请办理"), "{text}");
    }
}
