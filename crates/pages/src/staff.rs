//! The pages of staff: coming in with two factors, the queue of cases, and one case with both
//! pictures beside each other. Large screens first here, and phones as well.

mod accounts;
mod case;
mod correction;
mod counter;
mod counter_confirm;
mod draft;
mod entry;
mod field;
mod handler;
mod journal;
mod objection;
mod password;
mod queue;
mod removal;

pub use accounts::StaffAccountsPage;
pub use case::{
    ActionSeen, CaseAttachments, CasePage, DecisionForm, FrameThere, Said, SaidBy, ShotThere,
    VideoThere,
};
pub use correction::{CorrectionPage, CorrectionTyped};
pub use counter::{CounterPage, CounterStage, PersonThere};
pub use counter_confirm::{
    CounterConfirmPage, CounterConfirmStage, PartyConfirming, PartyToChoose,
};
pub use draft::{
    About, CapitalPage, ContactPage, ContactTyped, DraftDocument, DraftMaterial, DraftPage,
    DraftParty, InvitePage, Invitee, NewFilingPage, PartyPage, PartyTyped, ShareTyped,
};
pub use entry::{Enrolment, FactorPage, LoginPage, RecoveryPage, Trouble};
pub use field::FieldTrouble;
pub use handler::{
    DraftLine, HandledLine, HandledShown, HandlerPage, HandlerStand, SubmissionStand,
};
pub use journal::{JournalPage, JournalRow};
pub use objection::{ObjectionPage, ObjectionParty};
pub use password::{OwnPasswordPage, PasswordChangedPage, PasswordField, WhoseDesk};
pub use queue::{PausedRow, QueuePage, QueueRow, WayRow};
pub use removal::RemovalPage;

use maud::{Markup, html};

use crate::frame::Frame;
use crate::link::Link;
use crate::parts::hidden;
use crate::words::Words;

/// Who has signed in, above every page of staff.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Desk {
    /// The person.
    pub name: String,
    /// The organisation.
    pub office: String,
    /// When the session ends if nothing happens, with zone.
    pub ends_at: String,
    /// Under which name leaving happens once.
    pub leave_key: String,
}

impl Desk {
    pub(crate) fn bar(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            div .desk {
                p { strong { (self.name) } " · " (self.office) br;
                    span .soft { (ENDS.in_language(l)) " " (self.ends_at) } }
                a .open href=(Link::StaffPassword) { (PASSWORD.in_language(l)) }
                form method="post" action=(Link::StaffLeave) {
                    (hidden(frame, &self.leave_key))
                    button type="submit" { (LEAVE.in_language(l)) }
                }
            }
        }
    }

    pub(crate) fn sample() -> Self {
        Self {
            name: "李娜".into(),
            office: "杭州市临安区市场监督管理局".into(),
            ends_at: "2026-11-23 20:20:00 +08:00".into(),
            leave_key: "0123456789abcdef".into(),
        }
    }
}

const ENDS: Words = Words::new("无操作将于此时退出：", "Without use you are signed out at");
/// Where the own password is changed.
pub(crate) const PASSWORD: Words = Words::new("修改密码", "Change password");
const LEAVE: Words = Words::new("退出登录", "Sign out");
