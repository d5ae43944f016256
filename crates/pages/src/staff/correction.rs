//! A name or a number is put right by a certificate of the police.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::{Desk, Trouble};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::{facts, hidden, notice};
use crate::words::Words;

/// Putting right.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CorrectionPage {
    /// Who has signed in.
    pub desk: Desk,
    /// What was typed before; numbers are typed again.
    pub typed: CorrectionTyped,
    /// It is on record: when, with zone, and whether the same person is there in another capacity.
    pub done: Option<(String, bool)>,
    /// Under which name the act is done once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

/// What was typed.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CorrectionTyped {
    /// The filing's number.
    pub number: String,
    /// The name until now.
    pub name: String,
    /// The name as it is.
    pub new_name: String,
    /// Which police station.
    pub issuer: String,
    /// On which day.
    pub issued_on: String,
    /// What was compared.
    pub grounds: String,
}

impl Page for CorrectionPage {
    fn title(&self, language: Language) -> String {
        if self.done.is_some() { DONE } else { TITLE }.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::StaffCases) { (BACK.in_language(l)) } }
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            @if let Some((at, is_more)) = &self.done {
                p .lead { (DONE_LEAD.in_language(l)) }
                (facts(&[
                    (FILING.in_language(l), &self.typed.number),
                    (NAME.in_language(l), &self.typed.name),
                    (NEW_NAME.in_language(l), &self.typed.new_name),
                    (AT.in_language(l), at),
                ]))
                @if *is_more { (notice(MORE.in_language(l))) }
                p { a .go href=(Link::StaffCorrections) { (NEXT.in_language(l)) } }
            } @else {
                (self.form(frame))
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let typed = || CorrectionTyped {
            number: "61842059".into(),
            name: "龚吉".into(),
            new_name: "龚𠮷<b>\"'".into(),
            issuer: "杭州市公安局临安区分局".into(),
            issued_on: "2026-11-20".into(),
            grounds: "证明与身份证原件一致".into(),
        };
        let sample = |typed, done, trouble| Self {
            desk: Desk::sample(),
            typed,
            done,
            key: "0123456789abcdef".into(),
            trouble,
        };
        let trouble = Trouble {
            what: "该办件下没有以此姓名、此证件末四位申报的人，未作更正。".into(),
            next: "请核对办件码、原姓名和原证件号码末四位。".into(),
        };
        vec![
            sample(CorrectionTyped::default(), None, None),
            sample(typed(), None, Some(trouble)),
            sample(typed(), Some(("2026-11-23 20:05:00 +08:00".into(), true)), None),
        ]
    }
}

impl CorrectionPage {
    fn form(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let typed = &self.typed;
        let line = |id: &str, words: Words, value: &str, is_required, most: &str| {
            html! {
                label for=(id) { (words.in_language(l)) }
                input type="text" id=(id) name=(id) required[is_required] maxlength=(most) autocomplete="off" spellcheck="false" value=(value);
            }
        };
        html! {
            p .lead { (LEAD.in_language(l)) }
            form .decision method="post" enctype="multipart/form-data" action=(Link::StaffCorrections) {
                (hidden(frame, &self.key))
                (line("number", FILING, &typed.number, true, "12"))
                (line("name", NAME, &typed.name, true, "64"))
                label for="last_four" { (LAST_FOUR.in_language(l)) }
                input type="text" .digits id="last_four" name="last_four" maxlength="4" autocomplete="off"
                    autocapitalize="characters" spellcheck="false";
                (line("new_name", NEW_NAME, &typed.new_name, false, "64"))
                (line("new_number", NEW_NUMBER, "", false, "32"))
                (line("issuer", ISSUER, &typed.issuer, true, "100"))
                label for="issued_on" { (ISSUED_ON.in_language(l)) }
                input type="date" id="issued_on" name="issued_on" required value=(typed.issued_on);
                label for="grounds" { (GROUNDS.in_language(l)) }
                textarea id="grounds" name="grounds" required minlength="2" maxlength="500" rows="3" { (typed.grounds) }
                label for="certificate" { (CERTIFICATE.in_language(l)) }
                input .copy type="file" id="certificate" name="certificate" accept="image/jpeg,application/pdf" required;
                button .go type="submit" { (CORRECT.in_language(l)) }
            }
            p .soft { (BEFORE.in_language(l)) }
        }
    }
}

const TITLE: Words = Words::new("更正姓名或证件号码", "Put a name or number right");
const DONE: Words = Words::new("已更正并记录", "Put right and recorded");
const BACK: Words = Words::new("返回待核验事项", "Back to the cases");
const LEAD: Words = Words::new(
    "凭公安机关证明更正。更正前后的姓名和号码都会保留并存证。",
    "By a certificate of the police. What stood before and what stands now are both kept as evidence.",
);
const FILING: Words = Words::new("办件码", "Filing number");
const NAME: Words = Words::new("原姓名（更正前）", "Name until now");
const LAST_FOUR: Words = Words::new(
    "原证件号码末四位（申报过的必填；更正未成年人姓名的，填未成年人的号码）",
    "Last four of the number until now (if one was declared; of the minor's, where a minor's name is put right)",
);
const NEW_NAME: Words = Words::new("更正后的姓名（不变可不填）", "Name now (empty if unchanged)");
const NEW_NUMBER: Words =
    Words::new("更正后的证件号码（不变可不填）", "Number now (empty if unchanged)");
const ISSUER: Words = Words::new("出具证明的公安机关", "Police station that certifies it");
const ISSUED_ON: Words = Words::new("证明日期", "Date of the certificate");
const GROUNDS: Words = Words::new("核对情况（必填）", "What you compared (required)");
const CERTIFICATE: Words = Words::new(
    "公安机关证明（JPEG照片或PDF，最多8 MB，加密保存）",
    "Certificate of the police (JPEG or PDF, 8 MB at most, kept encrypted)",
);
const CORRECT: Words = Words::new("更正并记录", "Put right and record");
const BEFORE: Words = Words::new(
    "更正前已签署的文件仍以原姓名为准，不需要重签；凭证同时显示更正前后的姓名。",
    "What was signed before stays under the old name and is not signed again; the voucher shows both names.",
);
const DONE_LEAD: Words = Words::new(
    "更正已存证。此后以更正后的姓名签署，并按更正后的信息重新核验身份。",
    "It is on record. From now on the person signs under the new name, and authorities are asked again.",
);
const AT: Words = Words::new("时间", "When");
const MORE: Words = Words::new(
    "该办件中还有同一人以其他身份登记的原姓名，请再更正一次。",
    "The same person is in this filing in another capacity under the old name: put it right there as well.",
);
const NEXT: Words = Words::new("再办理一项", "Another one");
const FOOT: Words = Words::new(
    "本页不显示任何人的证件号码；您填写的内容和证明会作为证据保存。",
    "This page shows nobody's number; what you type and the certificate are kept as evidence.",
);
