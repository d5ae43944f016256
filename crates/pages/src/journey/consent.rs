//! One consent per page. Nothing is chosen beforehand and both answers look the same.

use heqi_vocabulary::{Digest, Language};
use maud::{Markup, html};

use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::journey::other_way::choice;
use crate::link::Link;
use crate::parts::{hidden, notice, ways_out};
use crate::words::Words;

/// One consent, asked.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ConsentPage {
    /// What it asks for, as programs call it.
    pub kind: String,
    /// Its heading.
    pub title: String,
    /// The text, its places filled.
    pub text: String,
    /// SHA-256 of the text before its places were filled.
    pub text_sha256: Digest,
    /// Which one it is, from 1.
    pub place: usize,
    /// Of how many.
    pub of: usize,
    /// What a no means, beside that it is recorded.
    pub refusal: Option<Words>,
    /// Whether a no is the choice of the counter: of who was asked for a video.
    pub leads_to_counter: bool,
    /// Whether it says beforehand what becomes of data for somebody from abroad.
    pub tells_abroad: bool,
    /// Whether an authority questions the name, and nothing was said of that yet.
    pub asks_name: bool,
    /// Under which name the answer is given once.
    pub key: String,
}

impl Page for ConsentPage {
    fn title(&self, _language: Language) -> String {
        self.title.clone()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let (yes, no) = answers(&self.kind);
        html! {
            p .soft {
                @match l {
                    Language::Zh => { "第" (self.place) "项，共" (self.of) "项。每项单独选择。" }
                    Language::En => { (self.place) " of " (self.of) ". Each is answered by itself." }
                }
            }
            @if self.tells_abroad { (notice(ABROAD.in_language(l))) }
            @if self.asks_name {
                (notice(NAME_DIFFERS.in_language(l)))
                p { a .button href=(Link::SpecialName) { (SPECIAL_NAME.in_language(l)) } }
            }
            div .paper {
                @for line in self.text.lines() { p { (line) } }
            }
            @if let Some(refusal) = self.refusal { p .soft { (refusal.in_language(l)) } }
            form .choice method="post" action=(Link::Consent) {
                (hidden(frame, &self.key))
                input type="hidden" name="kind" value=(self.kind);
                input type="hidden" name="text_sha256" value=(self.text_sha256);
                input type="hidden" name="language" value=(l.tag());
                button type="submit" name="decision" value="granted" { (yes.in_language(l)) }
                @if self.leads_to_counter {
                    button type="submit" formaction=(Link::OtherWay) name="way" value="counter" { (COUNTER_INSTEAD.in_language(l)) }
                } @else {
                    button type="submit" name="decision" value="refused" { (no.in_language(l)) }
                }
            }
            (ways_out(frame))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Consents)
    }

    fn samples() -> Vec<Self> {
        let sample = |kind: &str, refusal| Self {
            kind: kind.into(),
            title: "人脸信息处理单独同意书".into(),
            text: "为确认由您本人签署《示例》，需采集您的人脸图像。\n· 您可以拒绝。".into(),
            text_sha256: Digest::of(b"text"),
            place: 2,
            of: 4,
            refusal,
            leads_to_counter: false,
            tells_abroad: false,
            asks_name: false,
            key: "0123456789abcdef".into(),
        };
        let video = Self { leads_to_counter: true, ..sample("video_review", None) };
        let abroad = Self { tells_abroad: true, ..sample("signing_manner", Some(REFUSE_MANNER)) };
        let named = Self { asks_name: true, ..sample("signing_manner", Some(REFUSE_MANNER)) };
        let custody = sample("notary_provision", Some(REFUSE_CUSTODY));
        let (face, location) = (sample("face", Some(REFUSE_FACE)), sample("location", None));
        vec![face, location, video, abroad, custody, named]
    }
}

/// After a no to something signing here is impossible without: the other ways.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct RefusedPage {
    /// The consent that was refused, as programs call it.
    pub kind: String,
    /// Its heading.
    pub title: String,
    /// The filing's number, to be named at the counter.
    pub number: String,
    /// For choosing another way, where there are two; else the counter is the way.
    pub key: Option<String>,
}

impl Page for RefusedPage {
    fn title(&self, language: Language) -> String {
        OTHER_WAY.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (notice(&format!("{}{}", RECORDED.in_language(l), self.title)))
            @match &self.key {
                Some(key) => { p { (WAYS.in_language(l)) } (choice(frame, key)) }
                None => {
                    p { (COUNTER.in_language(l)) }
                    p .number { (NUMBER.in_language(l)) " " strong { (self.number) } }
                }
            }
            p { (SAME.in_language(l)) " " (frame.telephone) }
            p { a .go href=(Link::ConsentAgain(self.kind.clone())) { (RECONSIDER.in_language(l)) } }
            (ways_out(frame))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Consents)
    }

    fn samples() -> Vec<Self> {
        [("face", Some("0123".to_owned())), ("notary_provision", None)]
            .map(|(kind, key)| Self {
                key,
                kind: kind.into(),
                title: "人脸信息处理单独同意书".into(),
                number: "61842059".into(),
            })
            .into()
    }
}

/// What a no to face information leads to.
pub const REFUSE_FACE: Words = Words::new(
    "不同意时，可以改由工作人员视频或现场核验，办理结果相同。",
    "If you do not agree, a member of staff can check by video or at the counter instead, with the same result.",
);
/// What a no to the manner of signing leads to.
pub const REFUSE_MANNER: Words = Words::new(
    "在线签署以本约定为前提；不同意时，您可改为到窗口现场签署。",
    "Signing here rests on this agreement. If you do not agree, you can sign at the counter instead.",
);
/// What a no to custody by the notary leads to.
pub const REFUSE_CUSTODY: Words = Words::new(
    "本服务以公证存证为必要环节；不同意时，您可改为到窗口现场签署。",
    "Custody by the notary office is a necessary part of this service. If you do not agree, you can sign at the counter instead.",
);
/// Beside the consents, for who signs with a document from abroad.
const ABROAD: Words = Words::new(
    "您的信息在中国境内收集、保存和使用，平台不向境外提供；发到您境外手机号或邮箱的通知，以及您在境外打开的页面，会传输到您所在的国家或地区。登记机关要求时，境外出具的身份文件须办理公证认证（附加证明书或领事认证），并附中文译本，请交给经办人。",
    "Your information is collected, kept and used inside China, and the platform gives it to nobody abroad. Messages to your telephone or mailbox abroad, and pages you open there, travel to the country you are in. Where the registration authority asks for it, an identity document from abroad must be authenticated (apostille or consular) and translated into Chinese: give both to the handler.",
);
/// Domain study 7.6: what happened, and the way on that is named there.
const NAME_DIFFERS: Words = Words::new(
    "核验机构答复：姓名与证件号码不一致。若姓名含生僻字或“·”，请点击“姓名特殊情形”；您可以继续签署，由工作人员核对。",
    "The authority that was asked answered that name and number do not belong together. If the name has a rare character or a dot in it, choose “Something special about the name”; you can go on signing, and staff looks at it.",
);
const SPECIAL_NAME: Words = Words::new("姓名特殊情形", "Something special about the name");
/// How the two answers read (domain study 7.1): of one size, whatever they say.
fn answers(kind: &str) -> (Words, Words) {
    match kind {
        "face" => (GO_ON, OTHERWISE),
        "location" => (YES, REFUSE),
        _ => (YES, NO),
    }
}

const YES: Words = Words::new("同意", "I agree");
const GO_ON: Words = Words::new("同意并继续", "Agree and go on");
const OTHERWISE: Words = Words::new("不同意，选择其他方式", "No, choose another way");
const REFUSE: Words = Words::new("拒绝", "I refuse");
const COUNTER_INSTEAD: Words = Words::new("改到窗口核验", "At the counter instead");
const NO: Words = Words::new("不同意", "I do not agree");
const OTHER_WAY: Words = Words::new("换一种方式办理", "Another way");
const RECORDED: Words = Words::new("已如实记录您不同意：", "Recorded that you do not agree to: ");
const WAYS: Words = Words::new(
    "不使用人脸信息也可以办理，结果相同。请选择一种方式：",
    "You can go on without face information, with the same result. Choose a way:",
);
const COUNTER: Words = Words::new(
    "请携带有效身份证件到登记窗口或公证处，由工作人员当面核验后签署，并报出办件码：",
    "Bring your identity document to the counter or the notary office; a member of staff checks it and you sign there. Name the filing:",
);
const NUMBER: Words = Words::new("办件码", "Filing number");
const SAME: Words = Words::new(
    "两种方式法律效力相同，您的办件不会因此受影响。预约请拨打",
    "Both ways have the same legal effect and your filing is not affected. To make an appointment call",
);
const RECONSIDER: Words = Words::new("重新看一遍再决定", "Read it again and decide anew");
const FOOT: Words = Words::new(
    "本页显示征求同意的全文；您的回答单独成为一条存证记录。",
    "This page shows the whole text of what is asked; your answer becomes a record of its own.",
);
