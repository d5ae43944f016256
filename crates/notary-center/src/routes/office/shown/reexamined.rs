//! How another look at an issued certificate stands, and what waits for a second person.

use heqi_identity::Calendar;
use heqi_notarization::matter::due::REEXAMINATION_DAYS;
use heqi_notarization::matter::state::{
    Proposed, ProposedChange, Reexamination, ReexaminationOutcome,
};
use heqi_vocabulary::Language;

use super::Names;

/// The re-examination: since when, by whom, and until when or with which outcome.
pub(in crate::routes::office) fn reexamined(
    one: &Reexamination,
    calendar: &Calendar,
    names: &Names,
    l: Language,
) -> (String, String) {
    let (asked, notary) = (one.asked_at.for_people(), names.of(one.notary));
    let value = match one.outcome {
        None => {
            let asked_on = one.asked_at.shanghai_date();
            let last_day = calendar.after_days(asked_on, REEXAMINATION_DAYS).last_day;
            match l {
                Language::Zh => {
                    format!(
                        "{asked}提出，由{notary}办理，应于{last_day}前作出决定（30日，《公证程序规则》第六十一条至第六十四条）"
                    )
                }
                Language::En => format!(
                    "asked for {asked}, done by {notary}, to be decided by {last_day} (30 days, Rules of Procedure arts. 61 to 64)"
                ),
            }
        }
        Some((at, outcome)) => {
            let decided = outcome_words(outcome, l);
            let at = at.for_people();
            match l {
                Language::Zh => format!("{asked}提出，由{notary}办理，{at}决定：{decided}"),
                Language::En => format!("asked for {asked}, done by {notary}, {decided} {at}"),
            }
        }
    };
    (l.pick("复查", "Re-examination").to_owned(), value)
}

const fn outcome_words(outcome: ReexaminationOutcome, l: Language) -> &'static str {
    match outcome {
        ReexaminationOutcome::Upheld => l.pick("维持", "upheld"),
        ReexaminationOutcome::Corrected => l.pick("补正", "corrected"),
        ReexaminationOutcome::Voided => l.pick("撤销", "voided"),
    }
}

/// What waits for a second person: what, what it says, by whom and since when.
pub(in crate::routes::office) fn proposed(
    one: &Proposed,
    says: &str,
    names: &Names,
    l: Language,
) -> (String, String) {
    let what = change_words(one.what, l);
    let (by, at) = (names.of(one.by), one.at.for_people());
    (l.pick("待审批", "Waits for approval").to_owned(), format!("{what} · {says} · {by} · {at}"))
}

/// What is to become of an application, or of a certificate.
pub(in crate::routes::office) fn change_words(change: ProposedChange, l: Language) -> String {
    match change {
        ProposedChange::Correction => l.pick("补正公证书", "correction").to_owned(),
        ProposedChange::Revocation => l.pick("撤销公证书", "revocation").to_owned(),
        ProposedChange::Reexamination(outcome) => {
            let conclusion = l.pick("复查结论：", "outcome of the re-examination: ");
            format!("{conclusion}{}", outcome_words(outcome, l))
        }
        ProposedChange::Refusal(ground) => {
            let (item, words) = (ground.item(), ground.words(l));
            match l {
                Language::Zh => format!("不予办理（《公证法》第三十一条第{item}项：{words}）"),
                Language::En => format!("refusal (Notarisation Law art. 31 item {item}: {words})"),
            }
        }
        ProposedChange::Termination => l.pick("终止公证", "termination").to_owned(),
    }
}
