//! The small documents as paper: a sheet of the domain becomes the struct of its document.

use chrono::NaiveDate;
use heqi_documents::acceptance::AcceptanceInput;
use heqi_documents::certificate::CheckPlace;
use heqi_documents::correction::CorrectionInput;
use heqi_documents::notice::NoticeHead;
use heqi_documents::reexamination::ReexaminationInput;
use heqi_documents::refusal::RefusalInput;
use heqi_documents::revocation::RevocationInput;
use heqi_documents::supplement::SupplementInput;
use heqi_documents::termination::TerminationInput;
use heqi_documents::withdrawal::WithdrawalInput;
use heqi_documents::{
    Fonts, Office, RenderError, UnsignedPdf, acceptance, correction, reexamination, refusal,
    revocation, supplement, termination, withdrawal,
};
use heqi_notarization::matter::handle::RefusalGround;
use heqi_notarization::matter::notice::NoticeSays;
use heqi_notarization::matter::press::NoticeSheet;
use heqi_notarization::matter::register_book::yuan;
use heqi_notarization::matter::state::Fee;
use heqi_vocabulary::{Language, UtcMillis};

pub(super) fn render(
    sheet: &NoticeSheet,
    office: &Office,
    fonts: &Fonts,
) -> Result<UnsignedPdf, RenderError> {
    let head = head(sheet, office);
    match &sheet.says {
        NoticeSays::Acceptance {} => {
            let input = AcceptanceInput {
                head,
                accepted_at: sheet.at,
                due_at: last_instant(sheet.due, sheet.at),
                fee: fee(&sheet.fee),
                query: Some(sheet.query.1.clone()).filter(|code| !code.is_empty()),
            };
            acceptance::render(&input, fonts)
        }
        NoticeSays::Supplement { items } => {
            let due_at = last_instant(sheet.due, sheet.at);
            supplement::render(&SupplementInput { head, items: items.clone(), due_at }, fonts)
        }
        NoticeSays::Refusal { item, reason } => {
            let words = RefusalGround::of_item(*item).map_or("", |one| one.words(Language::Zh));
            let ground =
                format!("《中华人民共和国公证法》第三十一条第（{}）项（{words}）", numeral(*item));
            refusal::render(&RefusalInput { head, reason: sentence(reason), ground }, fonts)
        }
        NoticeSays::Termination { reason } => {
            termination::render(&TerminationInput { head, reason: sentence(reason) }, fonts)
        }
        NoticeSays::Withdrawal {} => {
            withdrawal::render(&WithdrawalInput { head, withdrawn_at: sheet.at }, fonts)
        }
        NoticeSays::Correction { certificate, changes } => {
            let changes = changes.iter().cloned().map(|[wrong, right]| (wrong, right)).collect();
            correction::render(
                &CorrectionInput { head, corrects: certificate.clone(), changes },
                fonts,
            )
        }
        NoticeSays::Revocation { certificate, reason } => {
            let (revokes, reason) = (certificate.clone(), sentence(reason));
            revocation::render(&RevocationInput { head, revokes, reason }, fonts)
        }
        NoticeSays::Reexamination { certificate, asked_at, reason } => {
            let (upholds, reason) = (certificate.clone(), sentence(reason));
            let input = ReexaminationInput { head, upholds, asked_at: *asked_at, reason };
            reexamination::render(&input, fonts)
        }
    }
}

fn head(sheet: &NoticeSheet, office: &Office) -> NoticeHead {
    NoticeHead {
        number: sheet.no.to_string(),
        office: Office { full_name: sheet.office_name.clone(), ..office.clone() },
        recipient: sheet.recipient.clone(),
        application_no: sheet.application.to_string(),
        matter: "保全证据（电子数据）".to_owned(),
        notary: sheet.notary_name.clone(),
        issued_at: sheet.at,
        check: Some(CheckPlace {
            address: sheet.check_url.clone(),
            code: sheet.check_code.clone(),
        }),
    }
}

/// An instant of that day in Asia/Shanghai: documents print days.
fn last_instant(day: Option<NaiveDate>, or: UtcMillis) -> UtcMillis {
    day.and_then(|day| format!("{day}T09:00:00.000Z").parse().ok()).unwrap_or(or)
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['。', '！', '？', '.']) { text.to_owned() } else { format!("{text}。") }
}

fn numeral(item: u8) -> &'static str {
    const NUMERALS: [&str; 9] = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];
    NUMERALS.get(usize::from(item).wrapping_sub(1)).copied().unwrap_or("")
}

fn fee(fee: &Fee) -> String {
    match fee {
        Fee::Unset => "按规定标准另行通知".to_owned(),
        Fee::Due { fen } => format!("应收{}元", yuan(*fen)),
        Fee::Waived => "减免".to_owned(),
        Fee::Paid { fen, receipt } => format!("已收{}元，票据号{receipt}", yuan(*fen)),
    }
}
