//! For which minor a guardian signs, and by what that is proved.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{facts, hidden, said_of_a_file, ways_out};
use crate::words::Words;

/// Something to choose.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct GuardianChoice {
    /// The word of the form.
    pub word: String,
    /// What people read.
    pub text: String,
}

/// What the guardian says and shows.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct GuardianPage {
    /// The minor.
    pub ward: String,
    /// The guardian, who signs.
    pub guardian: String,
    /// What a guardian can be to a minor.
    pub relations: Vec<GuardianChoice>,
    /// By what it can be proved.
    pub proofs: Vec<GuardianChoice>,
    /// What the guardian states and consents to, its place filled.
    pub statement: String,
    /// What was shown last: relation and proof, and the minor's age.
    pub shown: Option<(String, String)>,
    /// What went wrong: what happened, and what to do.
    pub trouble: Option<(String, String)>,
    /// The name of the act.
    pub key: String,
}

impl Page for GuardianPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            @if let Some((what, next)) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            p .lead { (LEAD.in_language(l)) }
            (facts(&[(WARD.in_language(l), &self.ward), (GUARDIAN.in_language(l), &self.guardian)]))
            @if let Some((relation, age)) = &self.shown {
                h2 { (SHOWN.in_language(l)) }
                (facts(&[(RELATION.in_language(l), relation), (AGE.in_language(l), age)]))
                p { a .go href=(Link::Photo) { (ON.in_language(l)) } }
                h2 { (AGAIN.in_language(l)) }
            }
            form method="post" enctype="multipart/form-data" action=(Link::Guardian) {
                (hidden(frame, &self.key))
                (choices("relation", RELATION.in_language(l), &self.relations))
                label for="ward_number" { (NUMBER.in_language(l)) }
                input type="text" id="ward_number" name="ward_number" required maxlength="32"
                    autocomplete="off" autocapitalize="characters" spellcheck="false"
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                (choices("proof", PROOF.in_language(l), &self.proofs))
                label for="proof_file" { (FILE.in_language(l)) }
                input .copy type="file" id="proof_file" name="proof_file" required
                    accept="image/jpeg,application/pdf"
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                label .ground {
                    input type="checkbox" name="agree" value="yes" required;
                    span { (self.statement) }
                }
                button .go type="submit" { (SEND.in_language(l)) }
            }
            (said_of_a_file(l))
            (ways_out(frame))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Upload)
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Reading)
    }

    fn samples() -> Vec<Self> {
        let choice = |word: &str, text: &str| GuardianChoice {
            word: word.to_owned(),
            text: text.to_owned(),
        };
        let sample = |shown: Option<(&str, &str)>, trouble: Option<(&str, &str)>| {
            let two = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
            Self {
                ward: "林小茶".into(),
                guardian: "林嘉伟".into(),
                relations: vec![
                    choice("parent", "父母"),
                    choice("kin", "祖父母、外祖父母、兄、姐（父母已死亡或者没有监护能力）"),
                    choice("designated", "指定监护人"),
                ],
                proofs: vec![
                    choice("household_register", "户口簿"),
                    choice("birth_certificate", "出生医学证明"),
                    choice("designation", "指定监护的决定或裁判文书"),
                ],
                statement: "我是林小茶的监护人，所填写的监护关系和提交的证明属实。".into(),
                shown: shown.map(two),
                trouble: trouble.map(two),
                key: "0123".into(),
            }
        };
        vec![
            sample(None, None),
            sample(
                None,
                Some(("没有收到文件，未作任何更改。", "请选择照片（JPEG）或PDF文件后再提交。")),
            ),
            sample(Some(("父母 · 户口簿", "8周岁以上不满14周岁")), None),
        ]
    }
}

fn choices(name: &str, legend: &str, choices: &[GuardianChoice]) -> Markup {
    html! {
        fieldset {
            legend { (legend) }
            @for choice in choices {
                label .ground {
                    input type="radio" name=(name) value=(choice.word) required;
                    span { (choice.text) }
                }
            }
        }
    }
}

const TITLE: Words = Words::new("监护关系", "Guardianship");
const LEAD: Words = Words::new(
    "您以监护人身份代未成年人签署：身份核验、拍照和签名都由您本人完成。请填写监护关系并提交证明，签署后由核验人员核对，核对通过前不会提交登记。",
    "You sign for a minor as the guardian: identity, photo and signature are yours. Say what you are to the minor and show what proves it; a reviewer looks at it after the signing, and nothing is filed before.",
);
const WARD: Words = Words::new("被监护人（未成年人）", "The minor");
const GUARDIAN: Words = Words::new("监护人（签署人）", "The guardian, who signs");
const SHOWN: Words = Words::new("已记录", "On record");
const RELATION: Words = Words::new("您与被监护人的关系", "What you are to the minor");
const AGE: Words = Words::new("被监护人年龄", "The minor's age");
const ON: Words = Words::new("继续", "Go on");
const AGAIN: Words = Words::new("重新提交", "Show it again");
const NUMBER: Words = Words::new("被监护人的证件号码", "Number of the minor's identity document");
const PROOF: Words = Words::new("用什么证明？", "What proves it?");
const FILE: Words = Words::new(
    "证明的照片（JPEG）或PDF，最多8 MB",
    "Picture (JPEG) or PDF of the proof, 8 MB at most",
);
const SEND: Words = Words::new("提交", "Send");
const FOOT: Words = Words::new(
    "证件号码和证明加密保存，只供核验人员查看；本页不读取相机和位置。",
    "Number and proof are kept encrypted, for reviewers only; this page reads neither camera nor position.",
);
