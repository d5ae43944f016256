//! The handler's own page: how a filing stands, and the handler's confirmation.

use heqi_vocabulary::{Digest, FilingId, Language, PartyId};
use maud::{Markup, html};

use super::{Desk, Trouble};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{DeskLink, Link};
use crate::parts::{facts, hidden, notice};
use crate::words::Words;

/// A handler at the desk.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HandlerPage {
    /// Who has signed in.
    pub desk: Desk,
    /// The filing's number as it was typed.
    pub number: String,
    /// What the handler prepares; shown where no filing was asked for.
    pub drafts: Vec<DraftLine>,
    /// The filing, once one was found.
    pub filing: Option<HandledShown>,
    /// Under which name the act is done once.
    pub key: String,
    /// Whom the handler has just taken out.
    pub removed: Option<String>,
    /// Whether the handler has just asked again.
    pub asked_again: bool,
    /// Whether the handler has just said that it was submitted.
    pub submitted: bool,
    /// Whose staff takes a confirmation at the counter, where anybody does.
    pub counter: Option<String>,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

/// A filing that is being prepared.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DraftLine {
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: String,
    /// The company.
    pub company: String,
    /// What is filed, in the reader's language.
    pub matter: String,
}

/// A filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HandledShown {
    /// The company.
    pub company: String,
    /// What is filed, in the reader's language.
    pub matter: String,
    /// The filing, where it is still to be prepared or somebody is still to be invited.
    pub prepared: Option<FilingId>,
    /// Who takes part.
    pub parties: Vec<HandledLine>,
    /// The statement made by confirming.
    pub statement: String,
    /// What can be done now.
    pub stand: HandlerStand,
    /// How far it is on its way to the registry.
    pub submission: SubmissionStand,
    /// Whether the time for confirming is over, so that everybody who has not is to be asked again.
    pub is_overdue: bool,
    /// Digest of that statement.
    pub statement_sha256: Digest,
    /// Digest of the list that is shown.
    pub shown_sha256: Digest,
}

/// What a handler can do.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is another part of the page")]
pub enum HandlerStand {
    /// So many signatures are missing.
    Waits(usize),
    /// The handler is asked.
    Asked,
    /// The handler has confirmed, with zone.
    Confirmed(String),
    /// It is paused by an objection, or over.
    Closed,
}

/// How far a filing is on its way to the registry.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is another part of the page")]
pub enum SubmissionStand {
    /// Not its turn, or it does not get there.
    Not,
    /// Everybody has confirmed, and a custodian does not hold a signing: why, and what to do.
    HeldBack(String),
    /// Everybody has confirmed, and both custodians hold it: the handler submits it, and says so here.
    Awaited,
    /// The handler has said so, with zone.
    Submitted(String),
}

/// One party.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HandledLine {
    /// The party, where it can be taken out now.
    pub removable: Option<PartyId>,
    /// The name.
    pub name: String,
    /// In which capacities, in the reader's language.
    pub capacities: String,
    /// What was signed: title and when, with zone.
    pub signed: Vec<(String, String)>,
    /// How it stands, in the reader's language.
    pub stand: String,
}

impl Page for HandlerPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            @if let Some(name) = &self.removed {
                p .notice role="status" { (REMOVED.in_language(l).replace("{name}", name)) }
            }
            @if self.asked_again { p .notice role="status" { (ASKED_AGAIN.in_language(l)) } }
            @if self.submitted { p .notice role="status" { (SUBMITTED_NOW.in_language(l)) } }
            @match &self.filing {
                None => {
                    p .lead { (LEAD.in_language(l)) }
                    p { a .button href=(Link::Desk(DeskLink::New)) { (NEW.in_language(l)) } }
                    (self.prepared(l))
                }
                Some(filing) => { (self.shown(frame, filing)) }
            }
            form .decision method="post" action=(Link::HandlerFilings) {
                (hidden(frame, &self.key))
                label for="number" { (NUMBER.in_language(l)) }
                input type="text" id="number" name="number" required inputmode="numeric" maxlength="12"
                    autocomplete="off" value=(if self.filing.is_some() { "" } else { self.number.as_str() })
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                button .go[self.filing.is_none()] type="submit" { (FIND.in_language(l)) }
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
        let line = |name: &str, capacities: &str, signed: bool, stand: &str| HandledLine {
            removable: (stand == "待签署").then(|| PartyId::from_bytes([3; 16])),
            name: name.into(),
            capacities: capacities.into(),
            signed: if signed {
                vec![("公司章程".into(), "2026-11-23 20:05:00 +08:00".into())]
            } else {
                Vec::new()
            },
            stand: stand.into(),
        };
        let shown = |stand| HandledShown {
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            prepared: matches!(stand, HandlerStand::Waits(_))
                .then(|| FilingId::from_bytes([1; 16])),
            parties: vec![
                line("陈素英<b>\"'", "股东、监事", true, "已签署，待确认"),
                line("林嘉伟", "股东", true, "已确认"),
                line("林嘉伟<i>", "股东", false, "待签署"),
                line("何静", "经办人", false, "待确认"),
            ],
            statement: "材料和签署情况属实，我没有代他人签署。".into(),
            submission: SubmissionStand::Not,
            stand,
            is_overdue: false,
            statement_sha256: Digest::of(b"statement"),
            shown_sha256: Digest::of(b"shown"),
        };
        let sample = |filing, trouble| Self {
            desk: Desk { name: "何静".into(), office: "示例代办".into(), ..Desk::sample() },
            number: "61842059".into(),
            drafts: vec![DraftLine {
                filing: FilingId::from_bytes([1; 16]),
                number: "61842059".into(),
                company: "杭州示例青穗茶业有限公司<b>\"'".into(),
                matter: "公司设立登记".into(),
            }],
            filing,
            key: "0123456789abcdef".into(),
            removed: None,
            asked_again: false,
            submitted: false,
            counter: Some("杭州市临安区市场监督管理局<b>\"'".into()),
            trouble,
        };
        let overdue = |stand| HandledShown { is_overdue: true, ..shown(stand) };
        let trouble = Trouble {
            what: "没有找到由您经办的该办件。".into(),
            next: "请核对办件码。".into(),
        };
        let removed = Some("林嘉伟<b>\"'".to_owned());
        let at = "2026-11-23 21:00:00 +08:00";
        let on_its_way =
            |submission| HandledShown { submission, ..shown(HandlerStand::Confirmed(at.into())) };
        vec![
            sample(None, Some(trouble)),
            Self { drafts: Vec::new(), ..sample(None, None) },
            Self { removed, ..sample(Some(shown(HandlerStand::Waits(1))), None) },
            sample(Some(shown(HandlerStand::Waits(1))), None),
            sample(Some(shown(HandlerStand::Asked)), None),
            sample(Some(shown(HandlerStand::Confirmed(at.into()))), None),
            sample(Some(shown(HandlerStand::Closed)), None),
            sample(Some(overdue(HandlerStand::Asked)), None),
            Self { asked_again: true, ..sample(Some(shown(HandlerStand::Asked)), None) },
            sample(Some(on_its_way(SubmissionStand::Awaited)), None),
            sample(
                Some(on_its_way(SubmissionStand::HeldBack("实时保还没有回执<b>\"'。".into()))),
                None,
            ),
            Self {
                submitted: true,
                ..sample(Some(on_its_way(SubmissionStand::Submitted(at.into()))), None)
            },
        ]
    }
}

impl HandlerPage {
    /// Leads to the question; what is done is done there.
    fn remove(&self, frame: &Frame, party: PartyId, name: &str) -> Markup {
        let l = frame.language;
        html! {
            form method="post" action=(Link::HandlerRemoval) {
                (hidden(frame, &self.key))
                input type="hidden" name="number" value=(self.number);
                input type="hidden" name="party" value=(party);
                button type="submit" aria-label=(format!("{} {name}", REMOVE.in_language(l))) {
                    (REMOVE.in_language(l))
                }
            }
        }
    }

    /// What the handler opened here and nobody was invited to yet.
    fn prepared(&self, l: Language) -> Markup {
        html! {
            @if !self.drafts.is_empty() {
                h2 { (DRAFTS.in_language(l)) }
                ul .said {
                    @for draft in &self.drafts {
                        li {
                            a .open href=(Link::Desk(DeskLink::Filing(draft.filing))) { (draft.company) }
                            span { (draft.matter) }
                            span .soft { (NUMBER.in_language(l)) " " (draft.number) }
                        }
                    }
                }
            }
        }
    }

    /// What the signers were told to ask the handler for.
    fn overdue(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            h2 { (OVERDUE.in_language(l)) }
            (notice(OVERDUE_NEXT.in_language(l)))
            @if let Some(office) = &self.counter {
                p { (AT_COUNTER.in_language(l).replace("{office}", office)) }
            }
            form .decision method="post" action=(Link::HandlerAskAgain) {
                (hidden(frame, &self.key))
                input type="hidden" name="number" value=(self.number);
                button .go type="submit" { (ASK_AGAIN.in_language(l)) }
            }
        }
    }

    /// What comes after everybody's answer: the registry gets it from the handler, not from here.
    fn submission(&self, frame: &Frame, stand: &SubmissionStand) -> Markup {
        let l = frame.language;
        html! {
            @match stand {
                SubmissionStand::Not => {}
                SubmissionStand::HeldBack(why) => {
                    h2 { (SUBMISSION.in_language(l)) }
                    (notice(why))
                    p { (NOT_TO_SUBMIT.in_language(l)) }
                }
                SubmissionStand::Awaited => {
                    h2 { (SUBMISSION.in_language(l)) }
                    p { (SUBMIT_FIRST.in_language(l)) }
                    p { (SUBMIT_MEANS.in_language(l)) }
                    form .decision method="post" action=(Link::HandlerSubmit) {
                        (hidden(frame, &self.key))
                        input type="hidden" name="number" value=(self.number);
                        button .go type="submit" { (SUBMIT.in_language(l)) }
                    }
                }
                SubmissionStand::Submitted(at) => {
                    h2 { (SUBMISSION.in_language(l)) }
                    (notice(&format!("{} {at}", SUBMITTED.in_language(l))))
                }
            }
        }
    }

    fn shown(&self, frame: &Frame, filing: &HandledShown) -> Markup {
        let l = frame.language;
        html! {
            (facts(&[
                (NUMBER.in_language(l), &self.number),
                (COMPANY.in_language(l), &filing.company),
                (MATTER.in_language(l), &filing.matter),
            ]))
            @if let Some(id) = filing.prepared {
                p { a .go href=(Link::Desk(DeskLink::Filing(id))) { (PREPARE.in_language(l)) } }
            }
            h2 { (WHO.in_language(l)) }
            ul .said {
                @for party in &filing.parties {
                    li {
                        span { (party.capacities) }
                        strong { (party.name) }
                        span { (party.stand) }
                        @for (title, at) in &party.signed { span .soft { "《" (title) "》 " (at) } }
                        @if let Some(id) = party.removable { (self.remove(frame, id, &party.name)) }
                    }
                }
            }
            @if filing.is_overdue { (self.overdue(frame)) }
            h2 { (YOURS.in_language(l)) }
            @match &filing.stand {
                HandlerStand::Asked if filing.is_overdue => { p { (AFTER_THAT.in_language(l)) } }
                HandlerStand::Waits(missing) => {
                    (notice(&WAITS.in_language(l).replace("{n}", &missing.to_string())))
                }
                HandlerStand::Closed => { (notice(CLOSED.in_language(l))) }
                HandlerStand::Confirmed(at) => {
                    (notice(&format!("{} {at}", CONFIRMED.in_language(l))))
                }
                HandlerStand::Asked => {
                    p .intent { (filing.statement) }
                    form .decision method="post" action=(Link::HandlerConfirm) {
                        (hidden(frame, &self.key))
                        input type="hidden" name="number" value=(self.number);
                        input type="hidden" name="shown_sha256" value=(filing.shown_sha256);
                        input type="hidden" name="statement_sha256" value=(filing.statement_sha256);
                        button .go type="submit" { (CONFIRM.in_language(l)) }
                    }
                    p .soft { (OBJECT.in_language(l)) " " (frame.telephone) }
                }
            }
            (self.submission(frame, &filing.submission))
            h2 { (ANOTHER.in_language(l)) }
        }
    }
}

const TITLE: Words = Words::new("我经办的办件", "Filings I handle");
const LEAD: Words = Words::new(
    "输入办件码，查看由您经办的办件的签署情况，并以经办人身份确认。",
    "Type the number of a filing you handle to see how its signatures stand, and to confirm as its handler.",
);
const DRAFTS: Words = Words::new("正在准备的办件", "Filings in preparation");
const NEW: Words = Words::new("新建办件", "Open a filing");
const PREPARE: Words = Words::new("准备办件和邀请", "Prepare the filing and invite");
const NUMBER: Words = Words::new("办件码", "Filing number");
const FIND: Words = Words::new("查看", "Show");
const COMPANY: Words = Words::new("公司", "Company");
const MATTER: Words = Words::new("事项", "Matter");
const WHO: Words = Words::new("签署情况", "How the signatures stand");
const REMOVE: Words = Words::new("移出", "Take out");
const REMOVED: Words = Words::new(
    "已移出{name}，并已记录；发给其本人的邀请已撤回，待发送的消息不再发送。",
    "{name} was taken out, and this is recorded; the invitation was withdrawn, and waiting messages are not sent.",
);
const OVERDUE: Words = Words::new("逾期未确认", "Not confirmed in time");
const OVERDUE_NEXT: Words = Words::new(
    "72小时内没有得到全部确认。签署仍然有效，但不会提交登记。再次通知后，未确认的各方重新有72小时答复。",
    "Not everybody has confirmed within 72 hours. Signatures stand, nothing is submitted. When you ask again, those who have not confirmed have 72 hours anew.",
);
const AT_COUNTER: Words = Words::new(
    "不便用手机的当事人，可由本人持身份证件原件到{office}窗口，报办件码当面确认。须已申报其证件号码。",
    "Who does better without a phone comes with the original card to the counter of {office}, names the filing's number and confirms there. The number of the card must have been declared.",
);
const ASK_AGAIN: Words = Words::new("再次通知未确认的各方", "Ask those who have not confirmed");
const ASKED_AGAIN: Words = Words::new(
    "已再次通知未确认的各方，并已记录；72小时内等待答复。",
    "Those who have not confirmed are asked again, and this is recorded; they have 72 hours to answer.",
);
const AFTER_THAT: Words = Words::new(
    "确认期已过，现在不能确认；再次通知后，您也可以在本页确认。",
    "The time for confirming is over; once you have asked again you can confirm here, too.",
);
const YOURS: Words = Words::new("您的确认", "Your confirmation");
const WAITS: Words = Words::new(
    "还有 {n} 份签署没有完成，全部签署后请再来确认。",
    "{n} signatures are missing; come back to confirm when all are there.",
);
const CLOSED: Words = Words::new(
    "办件已暂停或已结束，现在不能确认；尚未提交登记的，请勿提交。",
    "The filing is paused or over; nothing can be confirmed now, and unless it was submitted before, do not submit it.",
);
const CONFIRMED: Words = Words::new("您已确认，时间：", "You confirmed at");
const CONFIRM: Words = Words::new("确认", "Confirm");
const OBJECT: Words =
    Words::new("不属实的不要确认，请立即拨打", "Do not confirm what is not so; call at once:");
const SUBMISSION: Words = Words::new("提交登记机关", "Submission to the registry");
const SUBMIT_FIRST: Words = Words::new(
    "各方均已确认，两个保管方均已存证全部签署。请您先自行向登记机关提交，再点击下面的按钮登记；本平台不会代您提交。",
    "Everybody has confirmed, and both custodians hold every signature. Submit it to the registry yourself first, then press the button to record it; this platform submits nothing for you.",
);
const NOT_TO_SUBMIT: Words = Words::new(
    "各方均已确认，但存证尚未齐全：请先不要向登记机关提交，稍后重新查看本办件。",
    "Everybody has confirmed, but not every signature is held yet: do not submit it to the registry, and look at this filing again later.",
);
const SUBMIT_MEANS: Words = Words::new(
    "登记后不能撤销，并作为证据保存：文书、当事人和签署不能再更改，当事人会在办件进度中看到登记的时间，仍可提出异议。",
    "It cannot be taken back and is kept as evidence: documents, parties and signatures are not changed any more; the parties see its time, and can still object.",
);
const SUBMIT: Words = Words::new("登记为已提交登记机关", "Record as submitted to the registry");
const SUBMITTED: Words =
    Words::new("已登记为提交登记机关，时间：", "Recorded as submitted to the registry at");
const SUBMITTED_NOW: Words = Words::new(
    "已登记为提交登记机关，并已作为证据保存；登记机关的办理结果请向其了解。",
    "It is recorded as submitted to the registry, and kept as evidence; what comes of it the registry will say.",
);
const ANOTHER: Words = Words::new("查看其他办件", "Another filing");
const FOOT: Words = Words::new(
    "本页只显示由您经办的办件；您的确认会作为证据保存，不能代替任何签署人的确认。",
    "This page shows filings you handle only; what you confirm is kept as evidence and stands for no signer.",
);
