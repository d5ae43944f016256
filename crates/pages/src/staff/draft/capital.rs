//! The registered capital of a filing, and what each shareholder promises.

use heqi_vocabulary::{Language, PartyId};
use maud::{Markup, html};

use super::About;
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{DeskLink, Link};
use crate::parts::{hidden, notice};
use crate::staff::field::{Fields, Line};
use crate::staff::{FieldTrouble, Trouble};
use crate::words::Words;

/// The form that declares the capital.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CapitalPage {
    /// Whose form it is, and of which filing.
    pub about: About,
    /// The capital as it was typed or declared.
    pub capital: String,
    /// One line for each shareholder.
    pub shares: Vec<ShareTyped>,
    /// Under which name the act is done once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<FieldTrouble>,
}

/// What one shareholder promises, as it was typed or declared.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ShareTyped {
    /// Who.
    pub party: PartyId,
    /// The name.
    pub name: String,
    /// How much, in yuan.
    pub amount: String,
    /// Until when.
    pub due: String,
}

impl Page for CapitalPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let fields = Fields::new(l, self.trouble.as_ref());
        html! {
            (self.about.head(frame))
            (fields.above())
            @if self.shares.is_empty() { (notice(NOBODY.in_language(l))) } @else {
                p .lead { (LEAD.in_language(l)) }
                form .decision method="post"
                    action=(Link::Desk(DeskLink::Capital(self.about.filing))) {
                    (hidden(frame, &self.key))
                    (amount(fields, ("capital", CAPITAL), &self.capital))
                    @for share in &self.shares {
                        fieldset {
                            legend { (share.name) }
                            div .pair {
                                div { (amount(fields, (&format!("amount-{}", share.party), AMOUNT), &share.amount)) }
                                div { (fields.day((&format!("due-{}", share.party), DUE), &share.due, true)) }
                            }
                        }
                    }
                    button .go type="submit" { (KEEP.in_language(l)) }
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
        let share = |n: u8, name: &str| ShareTyped {
            party: PartyId::from_bytes([n; 16]),
            name: name.into(),
            amount: "600,000.00<i>".into(),
            due: "2031-11-23".into(),
        };
        let sample = |shares, at: Option<(Option<String>, &str)>| Self {
            about: About::sample(),
            capital: "1,000,000.00".into(),
            shares,
            key: "0123456789abcdef".into(),
            trouble: at.map(|(field, what)| FieldTrouble {
                field,
                trouble: Trouble { what: what.into(), next: "请核对后重新填写。".into() },
            }),
        };
        let two = || vec![share(3, "陈素英<b>\"'"), share(4, "杭州示例云栖投资有限公司")];
        let of_second = |name: &str| format!("{name}-{}", PartyId::from_bytes([4; 16]));
        vec![
            sample(Vec::new(), None),
            sample(two(), None),
            sample(two(), Some((Some("capital".into()), "认缴出资合计与注册资本不一致。"))),
            sample(two(), Some((Some(of_second("amount")), "金额格式不正确。"))),
            sample(two(), Some((Some(of_second("due")), "出资期限超过五年。"))),
        ]
    }
}

fn amount(fields: Fields<'_>, (name, label): (&str, Words), value: &str) -> Markup {
    fields.line(&Line {
        name,
        label,
        hint: None,
        value,
        is_required: true,
        most: "24",
        keyboard: "decimal",
    })
}

const TITLE: Words = Words::new("注册资本和认缴出资", "Capital and contributions");
const LEAD: Words = Words::new(
    "显示在签署人的要点卡片上，以文书为准。每位股东的认缴出资合计须等于注册资本，期限不超过五年。",
    "Shown on the signers' card of key points; the documents prevail. The contributions add up to the capital and are due within five years.",
);
const NOBODY: Words = Words::new(
    "请先添加股东，再填写出资。",
    "Add the shareholders first, then their contributions.",
);
const CAPITAL: Words = Words::new("注册资本（元）", "Registered capital (yuan)");
const AMOUNT: Words = Words::new("认缴出资额（元）", "Contribution (yuan)");
const DUE: Words = Words::new("出资期限", "Due");
const KEEP: Words = Words::new("保存", "Keep");
const FOOT: Words = Words::new(
    "股东有变化的，须重新填写后才能邀请签署。",
    "When the shareholders change, it is declared again before anybody is invited.",
);
