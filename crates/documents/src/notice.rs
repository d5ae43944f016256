//! What the small documents have in common: to whom, about which application, by whom.

use heqi_paper::write::{Fonts, Profile};
use heqi_sealed_pdf::UnsignedPdf;
use heqi_vocabulary::UtcMillis;

use crate::certificate::CheckPlace;
use crate::error::Field;
use crate::layout::{Identity, Page};
use crate::{Office, RenderError};

/// The head of a notice.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct NoticeHead {
    /// Its number.
    pub number: String,
    /// Who issues it.
    pub office: Office,
    /// To whom.
    pub recipient: String,
    /// The application it is about.
    pub application_no: String,
    /// The matter applied for, 保全证据（电子数据）.
    pub matter: String,
    /// Who signs: the notary in charge; for decisions the office alone where this is empty.
    pub notary: String,
    /// When.
    pub issued_at: UtcMillis,
    /// Where anybody checks it.
    pub check: Option<CheckPlace>,
}

/// Title, recipient, paragraphs, numbered items, what stands behind them, signature.
pub(crate) struct Notice<'a> {
    pub(crate) kind: &'a str,
    pub(crate) title: &'a str,
    pub(crate) paragraphs: Vec<String>,
    pub(crate) items: &'a [String],
    pub(crate) after: Vec<String>,
}

pub(crate) fn render(
    head: &NoticeHead,
    notice: &Notice<'_>,
    fonts: &Fonts,
) -> Result<UnsignedPdf, RenderError> {
    let missing = [
        (head.number.is_empty(), Field::Number),
        (head.office.name.is_empty(), Field::Office),
        (head.recipient.is_empty(), Field::Applicant),
    ];
    if let Some((_, field)) = missing.into_iter().find(|(is_missing, _)| *is_missing) {
        return Err(RenderError::Missing(field));
    }
    let identity = Identity {
        kind: notice.kind,
        title: notice.title,
        number: &head.number,
        issued_at: head.issued_at,
        profile: Profile::A3b,
    };
    let mut page = Page::begin(&identity, &head.office, fonts)?;
    page.line(&format!("{}：", head.recipient))?;
    for paragraph in &notice.paragraphs {
        page.text(paragraph)?;
    }
    for (place, item) in notice.items.iter().enumerate() {
        let end = if place + 1 == notice.items.len() { "。" } else { "；" };
        page.text(&format!("{}. {item}{end}", place + 1))?;
    }
    for paragraph in &notice.after {
        page.text(paragraph)?;
    }
    let signers = [("公证员", head.notary.as_str())];
    page.signature(if head.notary.is_empty() { &[] } else { &signers })?;
    let contact = format!("{}　电话：{}", head.office.address, head.office.telephone);
    match &head.check {
        None => page.note(&contact)?,
        Some(check) => {
            let beside = [
                "扫码查验本文书是否由本处出具。".to_owned(),
                format!("查验码：{}　文书编号：{}", check.code, head.number),
                contact,
            ];
            page.code(&check.address, &beside)?;
        }
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::{FONTS, text_of};
    use crate::samples;

    #[test]
    fn a_notice_without_number_office_or_recipient_is_not_written() {
        let notice = Notice {
            kind: "acceptance",
            title: "受理通知书",
            paragraphs: vec!["一段。".to_owned()],
            items: &["甲".to_owned(), "乙".to_owned()],
            after: Vec::new(),
        };
        let text = text_of(&render(&samples::notice_head("SL1"), &notice, &FONTS).unwrap());
        assert!(text.contains("1.甲；2.乙。"), "{text}");
        let empty = NoticeHead { recipient: String::new(), ..samples::notice_head("SL1") };
        let error = render(&empty, &notice, &FONTS).unwrap_err();
        assert_eq!(error, RenderError::Missing(Field::Applicant));
    }

    /// A company is nobody of a sex, a birthday or an identity card.
    #[test]
    fn every_small_document_speaks_of_a_company_as_of_one() {
        use crate::{
            acceptance, correction, reexamination, refusal, revocation, supplement, termination,
            withdrawal,
        };
        const COMPANY: &str = "杭州示例云栖投资有限公司";
        let of = |head: &mut NoticeHead| COMPANY.clone_into(&mut head.recipient);
        macro_rules! written {
            ($($kind:ident),+) => {
                [$({
                    let mut input = samples::$kind();
                    of(&mut input.head);
                    (stringify!($kind), $kind::render(&input, &FONTS).unwrap())
                }),+]
            };
        }
        let all = written!(
            acceptance,
            supplement,
            refusal,
            termination,
            withdrawal,
            correction,
            revocation,
            reexamination
        );
        for (kind, pdf) in all {
            let text = text_of(&pdf);
            assert!(text.contains(&format!("{COMPANY}：")), "{kind}: {text}");
            for of_a_person in ["先生", "女士", "身份证号", "公民身份号码", "性别", "出生"]
            {
                assert!(!text.contains(of_a_person), "{of_a_person} in {kind}: {text}");
            }
            let spoken_to = text.matches('你').count();
            assert_eq!(text.matches("你（单位）").count(), spoken_to, "{kind}: {text}");
        }
    }
}
