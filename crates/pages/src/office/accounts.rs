//! Accounts of the office: released and shut out by security, read by audit.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::{OfficeDesk, Tab};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{Link, OfficeLink};
use crate::parts::hidden;
use crate::staff::Trouble;
use crate::words::{Words, bracketed};

/// The newest events of an account that are listed: each way in is one, and leaving is another.
pub const LISTED_EVENTS: usize = 50;

/// One account.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct AccountRow {
    /// The account.
    pub account: String,
    /// What is typed to come in.
    pub login: String,
    /// Its role, in the reader's language.
    pub role: String,
    /// How it stands, in the reader's language.
    pub state: String,
    /// What happened to it, newest last: when, what, and who did it.
    pub events: Vec<[String; 3]>,
    /// How much happened before that, where only the newest was read.
    pub earlier: usize,
    /// How it stands, as the form that releases it says back.
    pub seen: String,
    /// Whether it can be released by whoever looks.
    pub may_release: bool,
    /// Whether it can be shut out by whoever looks.
    pub may_disable: bool,
}

impl AccountRow {
    pub(crate) fn sample(
        (login, role, state): (&str, &str, &str),
        may_release: bool,
        may_disable: bool,
    ) -> Self {
        Self {
            account: "stf_0123456789abcdefghjkmnpqrs".into(),
            login: login.into(),
            role: role.into(),
            state: state.into(),
            events: vec![
                ["2026-11-23 09:00:00 +08:00".into(), "建立".into(), "系统管理员".into()],
                ["2026-11-23 09:05:00 +08:00".into(), "启用".into(), "shen.yan".into()],
            ],
            earlier: 0,
            seen: "3".into(),
            may_release,
            may_disable,
        }
    }
}

/// The list of accounts, of the office or of the platform; `act` leads to what is done with one.
pub(crate) fn list(
    frame: &Frame,
    rows: &[AccountRow],
    key: &str,
    act: impl Fn(&str, &str) -> Link,
) -> Markup {
    let l = frame.language;
    let button = |row: &AccountRow, word: &str, words: Words| {
        html! {
            form method="post" action=(act(&row.account, word)) {
                (hidden(frame, key))
                input type="hidden" name="seen" value=(row.seen);
                button type="submit" { (words.in_language(l)) }
            }
        }
    };
    html! {
        ol .cases {
            @for row in rows {
                li {
                    h2 { (row.login) }
                    p { (row.role) " · " strong { (row.state) } }
                    @if row.may_release { (button(row, "release", RELEASE)) }
                    @if row.may_disable { (button(row, "disable", DISABLE)) }
                    @let skipped = row.events.len().saturating_sub(LISTED_EVENTS);
                    @let earlier = row.earlier.saturating_add(skipped);
                    @let all = row.earlier.saturating_add(row.events.len());
                    details {
                        summary { (EVENTS.in_language(l)) (bracketed(&all, l)) }
                        ul {
                            @if earlier > 0 {
                                li { (EARLIER.in_language(l).replace("{count}", &earlier.to_string())) }
                            }
                            @for [at, what, by] in row.events.iter().skip(skipped) {
                                li { (at) " · " (what) " · " (BY.in_language(l)) (by) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The accounts.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct AccountsPage {
    /// Who has signed in.
    pub desk: OfficeDesk,
    /// Oldest first.
    pub rows: Vec<AccountRow>,
    /// Under which name an act is done once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for AccountsPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let act = |account: &str, act: &str| {
            Link::Office(OfficeLink::AccountDo(account.to_owned(), act.to_owned()))
        };
        html! {
            (self.desk.bar(frame, Some(Tab::Accounts)))
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            p { (LEAD.in_language(l)) }
            (list(frame, &self.rows, &self.key, act))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn further_style(&self) -> Option<Asset> {
        Some(Asset::OfficeStyle)
    }

    fn samples() -> Vec<Self> {
        let row = |login: &str, state: &str, may_release, may_disable| {
            AccountRow::sample((login, "公证员", state), may_release, may_disable)
        };
        vec![Self {
            desk: OfficeDesk::sample(),
            rows: vec![
                row("qian.wei", "待启用", true, false),
                row("zhao.min", "已启用", false, true),
            ],
            key: "0123456789abcdef".into(),
            trouble: None,
        }]
    }
}

const TITLE: Words = Words::new("本处账号", "Accounts of the office");
const LEAD: Words = Words::new(
    "账号由系统管理员在服务器上建立和重置，由安全管理员启用或停用，由审计员查看；三者互不兼任。",
    "The administrator makes and resets accounts on the machine, security lets them in or shuts them out, the auditor reads; nobody is two of them.",
);
const RELEASE: Words = Words::new("启用", "Let in");
const DISABLE: Words = Words::new("停用", "Shut out");
const EVENTS: Words = Words::new("账号记录", "What happened");
const EARLIER: Words =
    Words::new("另有更早的{count}条未列出。", "{count} earlier ones are not listed.");
const BY: Words = Words::new("操作人：", "by ");
const FOOT: Words = Words::new(
    "本页显示登录名、岗位和账号记录，不显示密码、口令和网络地址。",
    "This page shows login names, roles and events; no password, code or address.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_events_the_newest_are_listed_and_the_others_counted() {
        let frame = Frame {
            language: Language::Zh,
            large: false,
            here: Link::Journey,
            csrf: None,
            service: "service".into(),
            telephone: "0571-0000110".into(),
        };
        let mut row = AccountRow::sample(("qian.wei", "公证员", "已启用"), false, false);
        let event = |number: usize| [format!("event-{number}-"), String::new(), String::new()];
        row.events = (0..LISTED_EVENTS + 3).map(event).collect();
        let act = |_: &str, _: &str| Link::Journey;
        let shown = list(&frame, std::slice::from_ref(&row), "key", act).into_string();
        assert!(shown.contains("（53）") && shown.contains("另有更早的3条未列出"), "{shown}");
        assert!(!shown.contains("event-2-") && shown.contains("event-3-"), "{shown}");
        row.events.truncate(LISTED_EVENTS);
        let shown = list(&frame, std::slice::from_ref(&row), "key", act).into_string();
        assert!(!shown.contains("另有更早的") && shown.contains("event-0-"), "{shown}");
        // The same where the earlier ones were not read at all.
        row.earlier = 7;
        let shown = list(&frame, std::slice::from_ref(&row), "key", act).into_string();
        assert!(shown.contains("（57）") && shown.contains("另有更早的7条未列出"), "{shown}");
    }
}
