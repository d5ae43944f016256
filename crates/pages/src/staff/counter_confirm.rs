//! The counter: somebody without a phone confirms what is signed. The officer shows it, reads the statement out, and says
//! what the person declared.

use heqi_vocabulary::{Digest, Language, PartyId};
use maud::{Markup, html};

use super::field::{Fields, Line};
use super::{Desk, FieldTrouble, Trouble};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{CounterStep, Link};
use crate::parts::{facts, hidden, notice};
use crate::words::Words;

/// Who confirms at the counter.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CounterConfirmPage {
    /// Who has signed in.
    pub desk: Desk,
    /// The filing's number as it was typed.
    pub number: String,
    /// The last four on the card as they were typed.
    pub last_four: String,
    /// How far it is.
    pub stage: CounterConfirmStage,
    /// Under which name the act is done once.
    pub key: String,
    /// What went wrong, and at which field.
    pub trouble: Option<FieldTrouble>,
}

/// How far it is.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "each is another page")]
pub enum CounterConfirmStage {
    /// Which filing, which card.
    Ask,
    /// The person is more than one party, or two have a number that ends like this.
    Choose(Vec<PartyToChoose>),
    /// This party: show, read out, and say what was declared.
    Look(Box<PartyConfirming>),
    /// It is on record.
    Done {
        /// When, with zone.
        at: String,
    },
}

/// One party of several.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PartyToChoose {
    /// The party.
    pub party: PartyId,
    /// Its name.
    pub name: String,
    /// The person who acts, as declared.
    pub person: String,
    /// In which capacities, in the reader's language.
    pub capacities: String,
}

/// The party that may confirm.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PartyConfirming {
    /// Which one.
    pub who: PartyToChoose,
    /// The company.
    pub company: String,
    /// What is filed, in the reader's language.
    pub matter: String,
    /// Who signed what: name, title, and instant with zone.
    pub signed: Vec<(String, String, String)>,
    /// The statement that is made by confirming.
    pub statement: String,
    /// Digest of that statement.
    pub statement_sha256: Digest,
    /// Digest of the list that is shown.
    pub shown_sha256: Digest,
    /// When it confirmed already, with zone.
    pub confirmed_at: Option<String>,
    /// What was typed before.
    pub grounds: String,
}

impl Page for CounterConfirmPage {
    fn title(&self, language: Language) -> String {
        match self.stage {
            CounterConfirmStage::Ask => TITLE,
            CounterConfirmStage::Choose(_) => CHOOSE,
            CounterConfirmStage::Look(_) => LOOK,
            CounterConfirmStage::Done { .. } => DONE,
        }
        .in_language(language)
        .to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::StaffCases) { (BACK.in_language(l)) } }
            (self.fields(l).above())
            @match &self.stage {
                CounterConfirmStage::Ask => { (self.ask(frame)) }
                CounterConfirmStage::Choose(parties) => { (self.choose(frame, parties)) }
                CounterConfirmStage::Look(party) => { (self.look(frame, party)) }
                CounterConfirmStage::Done { at } => {
                    p .lead { (DONE_LEAD.in_language(l)) }
                    (facts(&[(FILING.in_language(l), &self.number), (AT.in_language(l), at)]))
                    p { a .go href=(Link::StaffConfirm(CounterStep::Find)) { (NEXT.in_language(l)) } }
                }
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
        let sample = |stage, trouble| Self {
            desk: Desk::sample(),
            number: "61842059".into(),
            last_four: "002X".into(),
            stage,
            key: "0123456789abcdef".into(),
            trouble,
        };
        let who = |id: u8, name: &str| PartyToChoose {
            party: PartyId::from_bytes([id; 16]),
            name: name.into(),
            person: "陈素英<b>\"'".into(),
            capacities: "股东、监事".into(),
        };
        let party = |confirmed_at: Option<&str>| {
            CounterConfirmStage::Look(Box::new(PartyConfirming {
                who: who(1, "陈素英<b>\"'"),
                company: "杭州示例青穗茶业有限公司".into(),
                matter: "公司设立登记".into(),
                signed: vec![(
                    "陈素英<b>\"'".into(),
                    "公司章程".into(),
                    "2026-11-23 20:05:00 +08:00".into(),
                )],
                statement: "以上文件是我本人签署的。我已核对签署情况，没有异议。".into(),
                statement_sha256: Digest::of(b"statement"),
                shown_sha256: Digest::of(b"shown"),
                confirmed_at: confirmed_at.map(Into::into),
                grounds: String::new(),
            }))
        };
        let trouble = |field: &str, what: &str| {
            let trouble = Trouble { what: what.into(), next: "请核对后重试。".into() };
            Some(FieldTrouble { field: Some(field.into()), trouble })
        };
        let both = vec![who(1, "陈素英<b>\"'"), who(2, "杭州示例嘉伟投资有限公司")];
        vec![
            sample(CounterConfirmStage::Ask, None),
            sample(
                CounterConfirmStage::Ask,
                trouble("last_four", "没有找到：该办件下没有证件号码末四位与此相符的当事人。"),
            ),
            sample(CounterConfirmStage::Choose(both), None),
            sample(party(None), None),
            sample(party(None), trouble("declared", "尚未说明本人当面作出了声明，未作记录。")),
            sample(party(Some("2026-11-23 20:05:00 +08:00")), None),
            sample(CounterConfirmStage::Done { at: "2026-11-23 20:05:00 +08:00".into() }, None),
        ]
    }
}

impl CounterConfirmPage {
    fn fields(&self, language: Language) -> Fields<'_> {
        Fields::new(language, self.trouble.as_ref())
    }

    fn ask(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let line = |name, label, value, most, keyboard| {
            self.fields(l).line(&Line {
                name,
                label,
                hint: None,
                value,
                is_required: true,
                most,
                keyboard,
            })
        };
        html! {
            p .lead { (LEAD.in_language(l)) }
            form method="post" action=(Link::StaffConfirm(CounterStep::Find)) {
                (hidden(frame, &self.key))
                (line("number", FILING, self.number.as_str(), "12", "numeric"))
                (line("last_four", LAST_FOUR, self.last_four.as_str(), "4", "text"))
                button .go type="submit" { (FIND.in_language(l)) }
            }
        }
    }

    /// What was typed goes on from form to form.
    fn typed(&self, frame: &Frame, party: PartyId) -> Markup {
        html! {
            (hidden(frame, &self.key))
            input type="hidden" name="number" value=(self.number);
            input type="hidden" name="last_four" value=(self.last_four);
            input type="hidden" name="party" value=(party);
        }
    }

    fn choose(&self, frame: &Frame, parties: &[PartyToChoose]) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (CHOOSE_LEAD.in_language(l)) }
            @for one in parties {
                form method="post" action=(Link::StaffConfirm(CounterStep::Find)) {
                    (self.typed(frame, one.party))
                    button type="submit" { (one.name) " · " (one.person) " · " (one.capacities) }
                }
            }
        }
    }

    fn look(&self, frame: &Frame, party: &PartyConfirming) -> Markup {
        let l = frame.language;
        html! {
            p .lead { strong .name { (party.who.person) } " · " (party.who.capacities) br;
                (party.company) " · " (party.matter) }
            @if party.who.name != party.who.person {
                (facts(&[(FOR.in_language(l), &party.who.name)]))
            }
            h2 { (SIGNED.in_language(l)) }
            ul .said {
                @for (name, title, at) in &party.signed {
                    li { strong { (name) } span .soft { "《" (title) "》 " (at) } }
                }
            }
            @match &party.confirmed_at {
                Some(at) => { (notice(&format!("{}{at}", CONFIRMED.in_language(l)))) }
                None => { (self.declare(frame, party)) }
            }
        }
    }

    fn declare(&self, frame: &Frame, party: &PartyConfirming) -> Markup {
        let (l, fields) = (frame.language, self.fields(frame.language));
        html! {
            ol { @for line in STEPS { li { (line.in_language(l)) } } }
            h2 { (STATEMENT.in_language(l)) }
            p .intent { (party.statement) }
            form .decision method="post" action=(Link::StaffConfirm(CounterStep::Record)) {
                (self.typed(frame, party.who.party))
                input type="hidden" name="shown_sha256" value=(party.shown_sha256);
                input type="hidden" name="statement_sha256" value=(party.statement_sha256);
                label for="grounds" { (GROUNDS.in_language(l)) }
                (fields.at("grounds"))
                textarea id="grounds" name="grounds" required minlength="2" maxlength="500" rows="3"
                    aria-invalid=[fields.is_wrong("grounds").then_some("true")]
                    aria-describedby=[fields.described("grounds", false)]
                    autofocus[fields.is_wrong("grounds")] {
                    (party.grounds)
                }
                (self.tick(l, "together", TOGETHER))
                (self.tick(l, "declared", DECLARED))
                button .go type="submit" { (RECORD.in_language(l)) }
            }
            p .soft { (NEVER.in_language(l)) }
        }
    }

    /// What the officer says of what was seen and heard.
    fn tick(&self, l: Language, name: &str, label: Words) -> Markup {
        let fields = self.fields(l);
        html! {
            (fields.at(name))
            label .ground { input type="checkbox" name=(name) value="yes" required
                aria-invalid=[fields.is_wrong(name).then_some("true")]
                aria-describedby=[fields.described(name, false)] autofocus[fields.is_wrong(name)];
                span { (label.in_language(l)) } }
        }
    }
}

const TITLE: Words = Words::new("窗口当面确认", "Confirm at the counter");
const CHOOSE: Words = Words::new("请选择当事人", "Choose the party");
const LOOK: Words = Words::new("请当面听取确认", "Hear the confirmation");
const DONE: Words = Words::new("已记录确认", "The confirmation is recorded");
const BACK: Words = Words::new("返回待核验事项", "Back to the cases");
const LEAD: Words = Words::new(
    "不便用手机的当事人，本人持身份证件原件到窗口，可以在这里当面确认签署情况。超过72小时的也可以。请输入办件码和所持证件号码的末四位。",
    "Who does better without a phone comes with the original card and confirms the signatures here, also after the 72 hours. Type the filing's number and the last four of the number on the card.",
);
const FILING: Words = Words::new("办件码", "Filing number");
const LAST_FOUR: Words = Words::new("所持证件号码的末四位", "Last four of the number on the card");
const FIND: Words = Words::new("查找", "Find");
const CHOOSE_LEAD: Words = Words::new(
    "证件号码末四位与此相符的当事人不止一位。请按证件和本人所说选择；一人有几种身份的，请逐一确认。",
    "More than one party has a number that ends like this. Choose by the card and by what the person says; who is several parties confirms for each.",
);
const FOR: Words = Words::new("代表", "For");
const SIGNED: Words = Words::new("签署情况", "The signatures");
const STATEMENT: Words = Words::new("请向本人读出的声明", "The statement to be read out");
const CONFIRMED: Words =
    Words::new("该当事人已确认，时间：", "This party has confirmed already, at ");
const STEPS: [Words; 3] = [
    Words::new(
        "请本人出示身份证件原件，核对：证件在有效期内；照片与本人一致；姓名与上面显示的一致。",
        "Ask for the original card and compare: it is valid, the picture is this person, and the name is the one shown above.",
    ),
    Words::new(
        "向本人展示上面的签署情况，读出下面的声明，并说明：可以不确认，有异议可以提出。",
        "Show the signatures above, read the statement below out, and say that the person need not confirm and may object.",
    ),
    Words::new(
        "本人表示确认的，写明核对和声明的情况后记录；由本人决定，不得代为确认。",
        "Where the person declares it, write what you compared and heard, and record it. It is the person who decides, never you.",
    ),
];
const GROUNDS: Words = Words::new(
    "核对情况和本人的表示（必填）",
    "What you compared, and what the person said (required)",
);
const TOGETHER: Words = Words::new(
    "我看到本人和证件原件同时在场，照片与本人相符",
    "I saw the person and the original card together, and the picture is this person",
);
const DECLARED: Words = Words::new(
    "我向本人展示了签署情况并读出了上述声明，本人当面作出了该声明",
    "I showed the signatures and read the statement out, and the person made it before me",
);
const RECORD: Words = Words::new("记录本人的确认", "Record the person's confirmation");
const NEVER: Words = Words::new(
    "本人不在场、证件不符、本人不愿确认或有疑问的，不要记录。本人有异议的，可在自己的页面提出，或由您告知经办人和登记机关。",
    "Record nothing for somebody who is not here, whose card does not fit, who does not want to confirm, or in doubt. Who objects does so on the own page, or you tell the handler and the registry.",
);
const DONE_LEAD: Words = Words::new(
    "已记录本人的确认，以及您的账号、单位和所写情况。",
    "The person's confirmation is on record, with your account, your office and what you wrote.",
);
const AT: Words = Words::new("时间", "When");
const NEXT: Words = Words::new("下一位", "The next person");
const FOOT: Words = Words::new(
    "每次查看和记录都会留存，并注明您的账号；证件号码和照片不显示。",
    "Each look and each entry is kept with your account; no number and no picture is shown.",
);
