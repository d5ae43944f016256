//! What both forms of an application ask alike: the one at the counter and the one of whoever signed
//! (公证申请表, domain.md 5.4).

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::words::Words;

/// Fields with what was typed in them before: nobody types a form twice.
pub(crate) struct Typed<'a>(pub(crate) &'a [(String, String)]);

impl Typed<'_> {
    /// What stands in a field.
    pub(crate) fn of(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// A line; `complete` is what a browser may know of it.
    pub(crate) fn line(
        &self,
        l: Language,
        name: &str,
        (label, is_required, complete): (Words, bool, &str),
    ) -> Markup {
        html! {
            label for=(name) { (label.in_language(l)) }
            input type="text" id=(name) name=(name) value=(self.of(name)) required[is_required] maxlength="200" autocomplete=(complete);
        }
    }

    /// Several lines.
    pub(crate) fn area(&self, l: Language, name: &str, label: Words) -> Markup {
        html! {
            label for=(name) { (label.in_language(l)) }
            textarea id=(name) name=(name) required maxlength="500" rows="3" { (self.of(name)) }
        }
    }

    /// One of several.
    pub(crate) fn choice(
        &self,
        l: Language,
        name: &str,
        (label, options): (Words, &[(&str, Words)]),
    ) -> Markup {
        html! {
            label for=(name) { (label.in_language(l)) }
            select id=(name) name=(name) {
                @for (value, words) in options {
                    option value=(value) selected[self.of(name) == *value] { (words.in_language(l)) }
                }
            }
        }
    }

    /// Kind and number of a person's document, and what its number may not say.
    pub(crate) fn document(&self, l: Language, number: Words) -> Markup {
        html! {
            (self.kind_and_number(l, ("document_kind", KIND), ("document_number", number, true)))
            (self.choice(l, "sex", (SEX, &SEXES)))
            (self.line(l, "born", (BORN, false, "off")))
        }
    }

    /// Kind and number of the document of whoever acts for a company.
    pub(crate) fn acting_document(&self, l: Language) -> Markup {
        let number = ("acting_document_number", ACTING_NUMBER, false);
        self.kind_and_number(l, ("acting_document_kind", ACTING_KIND), number)
    }

    fn kind_and_number(
        &self,
        l: Language,
        (kind, of_kind): (&str, Words),
        (number, of_number, is_required): (&str, Words, bool),
    ) -> Markup {
        html! {
            (self.choice(l, kind, (of_kind, &KINDS)))
            (self.line(l, number, (of_number, is_required, "off")))
        }
    }

    /// How many, in which form and language, how it comes, and whether there is a lawsuit.
    pub(crate) fn wishes(&self, l: Language) -> Markup {
        html! {
            (self.line(l, "witnesses", (WITNESSES, false, "off")))
            (self.line(l, "copies", (COPIES, true, "off")))
            (self.line(l, "duplicates", (DUPLICATES, false, "off")))
            (self.choice(l, "language", (LANGUAGE, &LANGUAGES)))
            (self.choice(l, "delivery", (DELIVERY, &DELIVERIES)))
            (self.choice(l, "medium", (MEDIUM, &MEDIA)))
            fieldset {
                legend { (LAWSUIT.in_language(l)) }
                @for (value, words) in LAWSUITS {
                    label .ground {
                        input type="radio" name="lawsuit" value=(value) required checked[self.of("lawsuit") == value];
                        span { (words.in_language(l)) }
                    }
                }
            }
            (self.line(l, "litigation", (LITIGATION, false, "off")))
        }
    }
}

const KIND: Words = Words::new("证件类型（个人）", "Kind of document (person)");
const ACTING_KIND: Words =
    Words::new("办理人证件类型（单位申请）", "Document of whoever acts for the company");
const ACTING_NUMBER: Words = Words::new("办理人证件号码（单位申请）", "Its number (company)");
const KINDS: [(&str, Words); 6] = [
    ("resident_id", Words::new("居民身份证", "Resident identity card")),
    ("passport", Words::new("护照", "Passport")),
    (
        "hong_kong_macao_permit",
        Words::new("港澳居民来往内地通行证", "Hong Kong or Macao travel permit"),
    ),
    ("taiwan_permit", Words::new("台湾居民来往大陆通行证", "Taiwan travel permit")),
    (
        "hmt_residence_permit",
        Words::new("港澳台居民居住证", "Residence permit of Hong Kong, Macao and Taiwan residents"),
    ),
    (
        "foreign_permanent_resident",
        Words::new("外国人永久居留身份证", "Foreign permanent resident card"),
    ),
];
const SEX: Words = Words::new(
    "性别（号码中不含性别的证件填写）",
    "Sex, where the number of the document does not say it",
);
const SEXES: [(&str, Words); 3] = [
    ("", Words::new("以证件号码为准", "As in the number")),
    ("female", Words::new("女", "Female")),
    ("male", Words::new("男", "Male")),
];
const BORN: Words = Words::new(
    "出生日期（号码中不含出生日期的证件填写，如1990-01-31）",
    "Day of birth, where the number does not say it, such as 1990-01-31",
);
const WITNESSES: Words =
    Words::new("知情证人的姓名和联系方式（如有）", "Witnesses and how to reach them, if any");
const COPIES: Words = Words::new("公证书正本份数", "Originals of the certificate");
const DUPLICATES: Words =
    Words::new("公证书副本份数（不需要可不填）", "Copies beside them, if any");
const LANGUAGE: Words = Words::new("公证书文字", "Language of the certificate");
const LANGUAGES: [(&str, Words); 1] = [("zh", Words::new("中文", "Chinese"))];
const DELIVERY: Words = Words::new("送达方式", "Delivery");
const DELIVERIES: [(&str, Words); 3] = [
    ("download", Words::new("下载电子公证书", "Download")),
    ("counter", Words::new("到窗口领取纸质公证书", "Paper at the counter")),
    ("mail", Words::new("邮寄纸质公证书", "Paper by mail")),
];
const MEDIUM: Words = Words::new("公证书形式", "Form of the certificate");
const MEDIA: [(&str, Words); 4] = [
    ("", Words::new("随送达方式：下载为电子，领取或邮寄为纸质", "As delivered")),
    ("electronic", Words::new("电子公证书", "Electronic")),
    ("paper", Words::new("纸质公证书", "Paper")),
    ("both", Words::new("纸质和电子公证书", "Paper and electronic")),
];
const LAWSUIT: Words = Words::new(
    "就同一事实是否正在诉讼或仲裁（必选）",
    "Is there a lawsuit or arbitration over the same facts? (to be answered)",
);
const LAWSUITS: [(&str, Words); 2] = [
    ("no", Words::new("没有", "No")),
    ("yes", Words::new("有，法院和案号填在下面", "Yes: court and number below")),
];
const LITIGATION: Words =
    Words::new("受理法院或仲裁机构和案号（有诉讼的必填）", "Court and number, where there is one");
