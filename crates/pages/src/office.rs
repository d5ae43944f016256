//! The notary's workbench: the queue, deposit search with the form of an application, one
//! screen per application, the register book, accounts; and anybody's check of a certificate.

mod accounts;
mod act;
mod book;
mod check;
mod clock;
mod deposits;
mod figures;
mod matter;
mod queue;
mod screen;

pub(crate) use accounts::list as account_list;
pub use accounts::{AccountRow, AccountsPage, LISTED_EVENTS};
pub use act::OfficeAct;
pub use act::form::Seen;
pub use book::{BookLine, BookPage};
pub use check::{CheckAnswer, CheckPage, Contest, Fetched, RevokedLine};
pub use clock::{BarDay, ClockBar, DayKind};
pub use deposits::{DepositsPage, FoundRow};
pub use figures::{Bars, FiguresPage, OfficeAlarm, Workload};
pub use matter::{
    DocumentRow, DraftView, HeldRow, LineRow, MatterPage, PointRow, PointState, RecordRow,
    SessionView, TakenRow,
};
pub use queue::{OfficeQueuePage, OfficeQueueRow, QueueGroup};
pub use screen::ScreenPage;

use maud::{Markup, html};

use crate::frame::Frame;
use crate::link::{Link, OfficeLink};
use crate::parts::hidden;
use crate::staff::PASSWORD;
use crate::words::Words;

/// Who has signed in at the office, above every page of its staff.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct OfficeDesk {
    /// The person.
    pub name: String,
    /// Their role, in the reader's language.
    pub role: String,
    /// The office.
    pub office: String,
    /// When the session ends if nothing happens, with zone.
    pub ends_at: String,
    /// Under which name leaving happens once.
    pub leave_key: String,
    /// Whether applications are theirs to see.
    pub sees_matters: bool,
    /// Whether accounts are theirs to see.
    pub sees_accounts: bool,
}

/// Where somebody stands in the workbench.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Tab {
    Queue,
    Deposits,
    Book,
    Figures,
    Accounts,
}

impl OfficeDesk {
    fn bar(&self, frame: &Frame, here: Option<Tab>) -> Markup {
        let l = frame.language;
        let tab = |tab: Tab, link: OfficeLink, words: Words| {
            let current = (here == Some(tab)).then_some("page");
            html! { a href=(Link::Office(link)) aria-current=[current] { (words.in_language(l)) } }
        };
        html! {
            div .desk {
                p { strong { (self.name) } " · " (self.role) " · " (self.office) br;
                    span .soft { (ENDS.in_language(l)) " " (self.ends_at) } }
                a .open href=(Link::StaffPassword) { (PASSWORD.in_language(l)) }
                form method="post" action=(Link::StaffLeave) {
                    (hidden(frame, &self.leave_key))
                    button type="submit" { (LEAVE.in_language(l)) }
                }
            }
            nav .tabs aria-label=(WORKBENCH.in_language(l)) {
                @if self.sees_matters {
                    (tab(Tab::Queue, OfficeLink::Queue, QUEUE))
                    (tab(Tab::Deposits, OfficeLink::Deposits, DEPOSITS))
                    (tab(Tab::Book, OfficeLink::Book, BOOK))
                    (tab(Tab::Figures, OfficeLink::Figures, FIGURES))
                }
                @if self.sees_accounts { (tab(Tab::Accounts, OfficeLink::Accounts, ACCOUNTS)) }
            }
        }
    }

    /// Above a page that is none of the workbench's own.
    pub(crate) fn bar_alone(&self, frame: &Frame) -> Markup {
        self.bar(frame, None)
    }

    pub(crate) fn sample() -> Self {
        Self {
            name: "钱伟".into(),
            role: "公证员".into(),
            office: "浙江省杭州市示例公证处".into(),
            ends_at: "2026-11-23 20:20:00 +08:00".into(),
            leave_key: "0123456789abcdef".into(),
            sees_matters: true,
            sees_accounts: true,
        }
    }
}

const WORKBENCH: Words = Words::new("工作台", "Workbench");
const QUEUE: Words = Words::new("公证申请", "Applications");
const DEPOSITS: Words = Words::new("存证检索", "Deposits");
const BOOK: Words = Words::new("公证登记簿", "Register book");
const FIGURES: Words = Words::new("本处概况", "Figures");
const ACCOUNTS: Words = Words::new("账号", "Accounts");
const ENDS: Words = Words::new("无操作将于此时退出：", "Without use you are signed out at");
const LEAVE: Words = Words::new("退出登录", "Sign out");
