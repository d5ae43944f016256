//! The swimlanes: who of the signers has done what, from the invitation to the second custodian's
//! receipt. A table, so that whoever hears it hears the same.

use std::fmt::Write as _;

use super::view::View;
use crate::client::messages::Progress;

/// The steps, in the order in which a person takes them.
pub(super) const STEPS: [(&str, &str); 8] = [
    ("邀请", "Invited"),
    ("验证码", "Code"),
    ("授权", "Consents"),
    ("阅读", "Read"),
    ("拍照", "Photo"),
    ("签署", "Signed"),
    ("确认", "Confirmed"),
    ("存证", "Deposited"),
];
const SIGNED: usize = 5;
const CONFIRMED: usize = 6;
const DEPOSITED: usize = 7;

/// How far one step is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    Done,
    /// So many custodians of so many hold the evidence.
    Held(u32, u32),
    /// What is to be done next.
    Now,
    Open,
    /// A later step is done, and nothing is recorded of this one.
    Unrecorded,
    /// The party objected.
    Objected,
}

/// One signer's steps.
pub(crate) type Steps = [Step; STEPS.len()];

/// What an invitation alone is worth.
pub(crate) const INVITED: Steps =
    [Step::Done, Step::Now, Step::Open, Step::Open, Step::Open, Step::Open, Step::Open, Step::Open];

/// The steps of somebody who is in, and whose evidence so many custodians hold.
pub(super) fn steps(progress: &Progress, deposited: Option<(u32, u32)>) -> Steps {
    let status = progress.state.status.as_str();
    let is_signed = progress.signed.is_some();
    let has_read = !progress.read.is_empty() && progress.read.len() >= progress.documents.len();
    let answered = progress.consents.iter().all(|consent| consent.decision.is_some());
    let or_open = |is_done| if is_done { Step::Done } else { Step::Open };
    let confirmed = match progress.confirmation.answer.as_str() {
        "confirmed" => Step::Done,
        "objected" => Step::Objected,
        _ => Step::Open,
    };
    let held = deposited.map_or(Step::Open, |(held, of)| Step::Held(held, of));
    let mut steps = [
        Step::Done,
        Step::Done,
        or_open(is_signed || (answered && !progress.consents.is_empty())),
        or_open(has_read),
        or_open(is_signed || status == "captured"),
        or_open(is_signed),
        confirmed,
        held,
    ];
    let before = steps.iter_mut().take(SIGNED).filter(|step| is_signed && **step == Step::Open);
    before.for_each(|step| *step = Step::Unrecorded);
    // Depositing is nobody's next step: the platform does it.
    if let Some(next) = steps.iter_mut().take(DEPOSITED).find(|step| **step == Step::Open) {
        *next = Step::Now;
    }
    steps
}

impl Step {
    const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Held(held, of) if held == of => "done",
            Self::Held(..) | Self::Now => "now",
            Self::Open | Self::Unrecorded => "open",
            Self::Objected => "bad",
        }
    }

    /// A mark for the eye and a word for whoever hears it.
    fn words(self, at: usize, view: View) -> (String, &'static str) {
        let mark = |mark: &str| mark.to_owned();
        match self {
            Self::Done => (mark("✓"), view.language.pick("已完成", "done")),
            Self::Held(held, of) if held == of => {
                (format!("✓ {held}/{of}"), view.language.pick("已同步存证", "held by all"))
            }
            Self::Held(held, of) => {
                (format!("{held}/{of}"), view.language.pick("存证中", "being deposited"))
            }
            Self::Now if at == CONFIRMED => {
                (mark("…"), view.language.pick("等待确认", "not answered yet"))
            }
            Self::Now => (mark("…"), view.language.pick("进行中", "next")),
            Self::Open => (mark("·"), view.language.pick("未开始", "not begun")),
            Self::Unrecorded => (mark("—"), view.language.pick("无记录", "not recorded")),
            Self::Objected => (mark("✗"), view.language.pick("有异议", "objected")),
        }
    }
}

/// Everybody's lane. `people` are names with where they are.
pub(super) fn table(people: &[(String, Steps)], view: View) -> String {
    let caption = view.pick("每个人走到哪一步", "How far everybody is");
    let mut table = format!(
        "<div class=\"lanes\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table>\
         <caption>{caption}</caption><thead><tr><th scope=\"col\">{}</th>",
        view.pick("签署人", "Signer"),
    );
    for (zh, en) in STEPS {
        let _ = write!(table, "<th scope=\"col\">{}</th>", view.pick(zh, en));
    }
    table.push_str("</tr></thead><tbody>");
    for (name, steps) in people {
        let _ = write!(table, "<tr><th scope=\"row\">{name}</th>");
        for (at, step) in steps.iter().enumerate() {
            let (mark, words) = step.words(at, view);
            let _ = write!(
                table,
                "<td class=\"{}\"><span aria-hidden=\"true\">{mark}</span><span class=\"heard\">{words}</span></td>",
                step.class(),
            );
        }
        table.push_str("</tr>");
    }
    table.push_str("</tbody></table></div>");
    table
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::{Language, RecordId};
    use serde_json::json;

    use super::*;

    fn progress(status: &str, read: usize, is_signed: bool, answer: &str) -> Progress {
        let signed = is_signed.then(|| json!({ "record_id": RecordId::from_bytes([9; 16]) }));
        let decision = if status == "invited" { json!(null) } else { json!("granted") };
        serde_json::from_value(json!({
            "state": { "status": status },
            "consents": [{ "decision": decision }],
            "documents": if is_signed { json!([]) } else { json!([{}, {}]) },
            "read": vec![json!({}); read],
            "signed": signed,
            "confirmation": { "answer": answer },
        }))
        .unwrap()
    }

    #[test]
    fn the_first_step_that_is_not_done_is_the_next_one() {
        use Step::{Done, Now, Open};
        let steps = |p: Progress| super::steps(&p, None);
        let begun = steps(progress("opened", 1, false, "pending"));
        assert_eq!(begun, [Done, Done, Done, Now, Open, Open, Open, Open]);
        let captured = steps(progress("captured", 2, false, "pending"));
        assert_eq!(captured, [Done, Done, Done, Done, Done, Now, Open, Open]);
        let come_in = steps(progress("invited", 0, false, "pending"));
        assert_eq!(come_in, [Done, Done, Now, Open, Open, Open, Open, Open]);
    }

    #[test]
    fn what_is_not_recorded_is_not_said_to_be_done_and_an_objection_is_seen() {
        use Step::{Done, Held, Now, Objected, Unrecorded};
        let signed = steps(&progress("signed", 0, true, "pending"), Some((1, 2)));
        assert_eq!(signed, [Done, Done, Done, Unrecorded, Done, Done, Now, Held(1, 2)]);
        let objected = steps(&progress("signed", 2, true, "objected"), Some((2, 2)));
        assert_eq!(objected, [Done, Done, Done, Done, Done, Done, Objected, Held(2, 2)]);
    }

    #[test]
    fn every_cell_of_the_lanes_can_be_heard() {
        let view = View { language: Language::En, is_large: false };
        let table = table(&[("林嘉伟 · Shanghai".into(), INVITED)], view);
        assert_eq!(table.matches("class=\"heard\"").count(), STEPS.len());
        assert_eq!(table.matches("scope=\"col\"").count(), STEPS.len() + 1);
        assert!(table.contains("<th scope=\"row\">林嘉伟 · Shanghai</th>"), "{table}");
    }
}
