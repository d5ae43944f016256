//! Where a filing stands: who has done what, since when, and what it waits for.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::receipt::NOT_TAKEN;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::{facts, simulated};
use crate::words::Words;

mod parties;

pub(crate) use parties::party_lines;
pub use parties::{PartyLine, PartyStand};

/// A filing as its signers see it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct TimelinePage {
    /// The filing's number for people.
    pub number: String,
    /// The company.
    pub company: String,
    /// What is filed, in words.
    pub matter: String,
    /// What has happened and what is to come, in order.
    pub steps: Vec<TimelineStep>,
    /// Everybody.
    pub parties: Vec<PartyLine>,
    /// How many parties were taken out since the reader was invited, and when the last one was, with zone.
    pub removed: Option<(usize, String)>,
    /// Whether a demo acted it out.
    pub is_simulated: bool,
}

/// One step of a filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct TimelineStep {
    /// Which.
    pub kind: StepKind,
    /// How it stands.
    pub stand: StepStand,
    /// When it came to stand so, with zone.
    pub since: Option<String>,
    /// When it is tried, or somebody is reminded, next; with zone.
    pub next: Option<String>,
}

/// Which step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the steps people are told of")]
pub enum StepKind {
    /// Opened by the handler.
    Opened,
    /// All signatures.
    Signing,
    /// The reader's own signature at the custodians, so many of so many.
    Deposited(usize, usize),
    /// Everybody's confirmation.
    Confirming,
    /// A person of the registry or the notary who looks at who signed.
    Reviewing,
    /// An objection.
    Objection,
    /// The registry, to which the handler submits, and says so.
    Submission,
    /// Over.
    Ended,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "nothing lies between")]
pub enum StepStand {
    /// Done.
    Done,
    /// It waits for something.
    Waiting,
    /// Not its turn.
    Later,
    /// Somebody refused it, and nobody is asked again.
    Refused,
    /// It is its turn, and it is done elsewhere: nothing of it is known here yet.
    Elsewhere,
}

impl Page for TimelinePage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            @if self.is_simulated { (simulated(l)) }
            (facts(&[
                (COMPANY.in_language(l), &self.company),
                (MATTER.in_language(l), &self.matter),
                (NUMBER.in_language(l), &self.number),
            ]))
            ol .plain .timeline {
                @for step in &self.steps {
                    li data-state=(step.word()) {
                        span .state aria-hidden="true" {}
                        div {
                            p { strong { (step.name(l)) } " · " (step.stand(l)) }
                            @if let Some(since) = &step.since { p .soft { (SINCE.in_language(l)) " " (since) } }
                            @if matches!(step.stand, StepStand::Waiting | StepStand::Elsewhere) {
                                p { (step.waits_for(l)) }
                            }
                            @if step.stand == StepStand::Refused { p { (NOT_TAKEN.in_language(l)) } }
                            @if step.is_submitted() { p { (SUBMITTED.in_language(l)) } }
                            @if let Some(next) = &step.next { p .soft { (NEXT.in_language(l)) " " (next) } }
                        }
                    }
                }
            }
            (party_lines(&self.parties, l))
            @if let Some((count, at)) = &self.removed {
                p .soft { (REMOVED.in_language(l).replace("{n}", &count.to_string()).replace("{at}", at)) }
            }
            p .links {
                a href=(Link::Journey) { (BACK.in_language(l)) }
                a href=(Link::Confirm) { (CONFIRM.in_language(l)) }
                a href=(Link::Object) { (OBJECT.in_language(l)) }
            }
            p .soft { (CALL.in_language(l)) " " (frame.telephone) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn samples() -> Vec<Self> {
        let at = || Some("2026-11-23 20:05:00 +08:00".to_owned());
        let step =
            |kind, stand, next: Option<String>| TimelineStep { kind, stand, since: at(), next };
        let usual = Self {
            number: "61842059".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            steps: vec![
                step(StepKind::Opened, StepStand::Done, None),
                step(StepKind::Signing, StepStand::Waiting, None),
                step(StepKind::Deposited(1, 2), StepStand::Waiting, at()),
                TimelineStep {
                    kind: StepKind::Deposited(1, 2),
                    stand: StepStand::Refused,
                    since: None,
                    next: None,
                },
                step(StepKind::Confirming, StepStand::Waiting, at()),
                TimelineStep {
                    kind: StepKind::Confirming,
                    stand: StepStand::Later,
                    since: None,
                    next: None,
                },
                step(StepKind::Reviewing, StepStand::Waiting, None),
                step(StepKind::Objection, StepStand::Waiting, None),
                TimelineStep {
                    kind: StepKind::Submission,
                    stand: StepStand::Later,
                    since: None,
                    next: None,
                },
                step(StepKind::Submission, StepStand::Elsewhere, None),
                step(StepKind::Submission, StepStand::Done, None),
                step(StepKind::Ended, StepStand::Done, None),
            ],
            parties: PartyLine::samples(),
            removed: None,
            is_simulated: false,
        };
        let removed = Some((1, "2026-11-23 20:05:00 +08:00".to_owned()));
        vec![usual.clone(), Self { removed, is_simulated: true, ..usual }]
    }
}

impl TimelineStep {
    fn is_submitted(&self) -> bool {
        self.kind == StepKind::Submission && self.stand == StepStand::Done
    }

    const fn word(&self) -> &'static str {
        match self.stand {
            StepStand::Done => "there",
            StepStand::Waiting => "waiting",
            StepStand::Refused => "refused",
            StepStand::Later => "later",
            StepStand::Elsewhere => "elsewhere",
        }
    }

    fn name(&self, language: Language) -> String {
        match self.kind {
            StepKind::Opened => Words::new("办件已建立", "Filing opened"),
            StepKind::Signing => Words::new("各方签署", "Signatures"),
            StepKind::Deposited(held, of) => {
                return language
                    .pick(
                        "我的签署存证（{held}/{of}）",
                        "My signature at the custodians ({held}/{of})",
                    )
                    .replace("{held}", &held.to_string())
                    .replace("{of}", &of.to_string());
            }
            StepKind::Confirming => Words::new("各方确认", "Confirmations"),
            StepKind::Reviewing => Words::new("人工核验身份", "Identity checked by a person"),
            StepKind::Objection => Words::new("有异议，已暂停", "Objected, paused"),
            StepKind::Submission => Words::new("提交登记机关", "Submission to the registry"),
            StepKind::Ended => Words::new("办件已结束", "Filing over"),
        }
        .in_language(language)
        .to_owned()
    }

    fn stand(&self, language: Language) -> &'static str {
        match self.stand {
            StepStand::Done => Words::new("已完成", "done"),
            StepStand::Waiting => Words::new("进行中", "under way"),
            StepStand::Later => Words::new("未开始", "not begun"),
            StepStand::Refused => Words::new("未全部存证至公证处", "not deposited everywhere"),
            StepStand::Elsewhere => Words::new("由经办人办理", "up to the handler"),
        }
        .in_language(language)
    }

    fn waits_for(&self, language: Language) -> &'static str {
        match self.kind {
            StepKind::Opened | StepKind::Ended => Words::new("等待经办人。", "It waits for the handler."),
            StepKind::Signing => Words::new("等待下面标注“待签署”的各方签署。", "It waits for those below who have to sign."),
            StepKind::Deposited(..) => Words::new(
                "正在自动同步存证至公证处，无需操作；未成功会自动重试。",
                "It is being deposited by itself, and tried again until it is there; there is nothing to do.",
            ),
            StepKind::Confirming => Words::new(
                "等待下面标注“待确认”的各方答复；不答复不视为同意。",
                "It waits for those below who have to confirm; no answer is not a yes.",
            ),
            StepKind::Reviewing => Words::new(
                "等待登记机关或公证机构工作人员核对签署人身份；您无需操作，需要时会联系您。",
                "It waits for staff of the registry or the notary office, who compare who signed; there is nothing to do, you are called if needed.",
            ),
            StepKind::Objection => Words::new(
                "等待登记机关工作人员核查；结果会通知每一位当事人。",
                "It waits for the registry's staff; every party will be told the outcome.",
            ),
            StepKind::Submission => Words::new(
                "各方均已确认，由经办人向登记机关提交。经办人登记提交后，本页会显示登记的时间；办理结果请向经办人了解。",
                "Everybody has confirmed; the handler submits it to the registry. Once the handler has recorded that, its time is shown here; for what comes of it ask the handler.",
            ),
        }
        .in_language(language)
    }
}

const TITLE: Words = Words::new("办件进度", "How the filing stands");
const COMPANY: Words = Words::new("公司", "Company");
const MATTER: Words = Words::new("事项", "Matter");
const NUMBER: Words = Words::new("办件码", "Filing number");
const REMOVED: Words = Words::new(
    "在您受邀之后，经办人移出了{n}名未签署的当事人，最近一次为{at}。",
    "Since you were invited the handler has taken out {n} of the parties, who had signed nothing; the last time at {at}.",
);
const SUBMITTED: Words = Words::new(
    "经办人已登记为提交登记机关；办理结果请向经办人了解。",
    "The handler has recorded that it was submitted to the registry; for what comes of it ask the handler.",
);
const SINCE: Words = Words::new("自", "since");
const NEXT: Words = Words::new("下一次自动提醒或重试：", "Next reminder or try:");
const BACK: Words = Words::new("回到我的办理页面", "Back to my page");
const CONFIRM: Words = Words::new("核对与确认", "Check and confirm");
const OBJECT: Words = Words::new("提出异议", "Object");
const CALL: Words = Words::new("如有疑问请拨打", "If in doubt call");
const FOOT: Words = Words::new(
    "本页显示办件进行到哪一步、在等什么；不显示证件号码、联系方式和照片。",
    "This page shows how far the filing is and what it waits for; no identity number, contact or photo.",
);

#[cfg(test)]
mod tests {
    use super::*;

    /// The step of the sample that stands so, as it is shown in Chinese.
    fn shown(page: &TimelinePage, stand: &str) -> String {
        let frame = Frame { here: Link::Timeline, ..Frame::sample(Language::Zh) };
        let shown = page.content(&frame).into_string();
        let (_, step) = shown.split_once(&format!("data-state=\"{stand}\"")).unwrap();
        let (step, _) = step.split_once("</li>").unwrap();
        step.to_owned()
    }

    #[test]
    fn a_deposit_that_was_refused_for_good_is_not_told_as_under_way() {
        let page = TimelinePage::samples().remove(0);
        let refused = page.steps.iter().find(|step| step.stand == StepStand::Refused).unwrap();
        assert_eq!(refused.word(), "refused");
        for (language, told) in
            [(Language::Zh, "未全部存证至公证处"), (Language::En, "not deposited everywhere")]
        {
            assert_eq!(refused.stand(language), told);
        }
        let step = shown(&page, "refused");
        assert!(step.contains("不会自动重试") && !step.contains("进行中"), "{step}");
    }

    #[test]
    fn nobody_is_told_that_a_filing_was_submitted_before_its_handler_says_so() {
        let page = TimelinePage::samples().remove(0);
        let step = shown(&page, "elsewhere");
        assert!(step.contains("提交登记机关") && step.contains("由经办人向登记机关提交"), "{step}");
        for claim in ["已提交", "已完成", "进行中"] {
            assert!(!step.contains(claim), "{claim} in {step}");
        }
        assert!(!step.contains("经办人已登记"), "{step}");
    }

    #[test]
    fn that_a_filing_was_submitted_is_told_with_its_time_and_as_the_handlers_word() {
        let mut page = TimelinePage::samples().remove(0);
        page.steps.retain(TimelineStep::is_submitted);
        assert_eq!(page.steps.len(), 1);
        let step = shown(&page, "there");
        for said in ["提交登记机关", "已完成", "2026-11-23 20:05:00", "经办人已登记"]
        {
            assert!(step.contains(said), "{said} in {step}");
        }
    }
}
