//! What stands beside a signature, flag by flag: how each is called, and how far it is.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::words::{Words, bracketed};

/// One thing that somebody vouches for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Flag {
    /// As programs call it: `logged`, `witnessed`, `mirrored`, `deposited`, `timestamped`.
    pub name: &'static str,
    /// How it stands.
    pub state: FlagState,
}

/// How far a flag is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "nothing lies between")]
pub enum FlagState {
    /// Not there yet.
    Waiting(Awaited),
    /// So many of so many.
    Partly(usize, usize, Awaited),
    /// Only so many of so many took it, and nobody is asked again.
    Refused(usize, usize),
    /// There; with whom or when, if that is to be said.
    There(Option<String>),
}

/// Since when something is waited for, and when it is tried again.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Awaited {
    /// Since when, with zone.
    pub since: String,
    /// The next try, with zone; `None`: it is being tried now.
    pub next: Option<String>,
}

impl Awaited {
    fn text(&self, language: Language) -> String {
        let Self { since, next } = self;
        match (language, next) {
            (Language::Zh, Some(next)) => format!("自 {since} 起；下次自动重试：{next}"),
            (Language::Zh, None) => format!("自 {since} 起；正在自动办理，未成会自动重试"),
            (Language::En, Some(next)) => format!("since {since}; tried again by itself at {next}"),
            (Language::En, None) => {
                format!("since {since}; under way, and tried again by itself if it fails")
            }
        }
    }
}

impl Flag {
    /// One line; the element is what a script replaces when the flag arrives.
    pub(super) fn line(&self, language: Language) -> Markup {
        let there = matches!(self.state, FlagState::There(_));
        let state = if there { "there" } else { "waiting" };
        html! {
            li data-flag=(self.name) data-state=(state) {
                span .state aria-hidden="true" {}
                span {
                    span .what { (self.text(language)) }
                    @if let FlagState::Waiting(awaited) | FlagState::Partly(_, _, awaited) = &self.state {
                        // The next try changes often: it is there to be read, and not read out anew.
                        span .soft.awaited aria-live="off" { (awaited.text(language)) }
                    }
                    @if let FlagState::Refused(..) = self.state {
                        span .soft { (NOT_TAKEN.in_language(language)) }
                    }
                }
            }
        }
    }

    /// The words of domain.md 11.6, and nothing stronger.
    fn text(&self, language: Language) -> String {
        let there = matches!(self.state, FlagState::There(_));
        let detail = match &self.state {
            FlagState::There(Some(detail)) => detail.as_str(),
            _ => "",
        };
        let words = match (self.name, there) {
            ("logged", true) => Words::new("已写入存证日志", "Written to the evidence log"),
            ("logged", false) => {
                Words::new("正在写入存证日志", "Being written to the evidence log")
            }
            ("witnessed", true) => Words::new(
                "公证处系统已核对日志只增未改",
                "The notary's system checked that the log only grew",
            ),
            ("witnessed", false) => Words::new(
                "等待公证处系统核对日志",
                "Waiting for the notary's system to check the log",
            ),
            ("mirrored", true) => {
                Words::new("公证处系统已留存日志", "The notary's system holds the log")
            }
            ("mirrored", false) => Words::new(
                "等待公证处系统留存日志",
                "Waiting for the notary's system to hold the log",
            ),
            ("deposited", true) => Words::new("已同步存证至公证处", "Deposited with the notary"),
            ("deposited", false) if matches!(self.state, FlagState::Refused(..)) => {
                Words::new("未全部存证至公证处", "Not deposited everywhere")
            }
            ("deposited", false) => Words::new("存证中", "Being deposited"),
            ("timestamped", true) => Words::new("已取得时间戳", "Time-stamped"),
            _ => Words::new("未取得可信时间戳", "No trusted time stamp yet"),
        };
        let text = words.in_language(language);
        match &self.state {
            FlagState::Partly(held, of, _) | FlagState::Refused(held, of) => {
                format!("{text}{}", bracketed(&format!("{held}/{of}"), language))
            }
            FlagState::There(Some(_)) if self.name == "deposited" => match language {
                Language::Zh => format!("{text}（存证编号：{detail}）"),
                Language::En => format!("{text} (deposit numbers: {detail})"),
            },
            FlagState::There(Some(_)) => match language {
                Language::Zh => format!("{text}（机构：{detail}）"),
                Language::En => format!("{text} (by {detail})"),
            },
            _ => text.to_owned(),
        }
    }
}

/// Beside what a custodian refused for good.
pub(in crate::journey) const NOT_TAKEN: Words = Words::new(
    "有保管方未予收存，不会自动重试；请凭签署凭证号联系我们。",
    "A custodian did not take it, and it is not tried again by itself; call us with the voucher number.",
);
