//! Accounts of staff: let in and shut out by security, read by audit. The list is the office's.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::{Desk, Trouble};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::office::{AccountRow, account_list};
use crate::words::Words;

/// The accounts that are somebody's to keep or to read.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct StaffAccountsPage {
    /// Who has signed in.
    pub desk: Desk,
    /// Whether it is an auditor, who reads the journal as well.
    pub audits: bool,
    /// Oldest first.
    pub rows: Vec<AccountRow>,
    /// Under which name an act is done once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for StaffAccountsPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let act =
            |account: &str, act: &str| Link::StaffAccountDo(account.to_owned(), act.to_owned());
        html! {
            (self.desk.bar(frame))
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            @if self.audits {
                p { a .button href=(Link::StaffJournal) { (JOURNAL.in_language(l)) } }
            }
            p { (LEAD.in_language(l)) }
            (account_list(frame, &self.rows, &self.key, act))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let reviewer = "核验人员 · 杭州市临安区市场监督管理局";
        let row = |login: &str, role: &str, state: &str, may: (bool, bool)| {
            AccountRow::sample((login, role, state), may.0, may.1)
        };
        let page = |audits, rows, trouble| Self {
            desk: Desk::sample(),
            audits,
            rows,
            key: "0123456789abcdef".into(),
            trouble,
        };
        let kept = vec![
            row("shen.yan", "安全管理员 · 示例平台", "已启用", (false, false)),
            row("wang.qiang", reviewer, "待启用", (true, true)),
            row("li.na", reviewer, "已启用", (false, true)),
            row("zhao.ban", reviewer, "已停用", (true, false)),
        ];
        let read = vec![row("li.na", reviewer, "已启用", (false, false))];
        let refused = Trouble {
            what: "同一人不能既任安全管理员或审计员，又有其他岗位。".into(),
            next: "请先停用此人的另一账号，或由他人担任。".into(),
        };
        vec![
            page(false, kept.clone(), None),
            page(false, kept, Some(refused)),
            page(true, read, None),
        ]
    }
}

const TITLE: Words = Words::new("工作人员账号", "Accounts of staff");
const JOURNAL: Words = Words::new("查看操作日志", "Read the journal");
const LEAD: Words = Words::new(
    "账号由系统管理员在服务器上建立、重置和变更岗位，由安全管理员启用或停用，由审计员查看；三者互不兼任。",
    "The administrator makes and resets accounts and gives them roles on the machine, security lets them in or shuts them out, the auditor reads; nobody is two of them.",
);
const FOOT: Words = Words::new(
    "本页显示登录名、岗位和账号记录，不显示密码、口令、网络地址和办件内容。",
    "This page shows login names, roles and events; no password, code or address, and nothing of a filing.",
);
