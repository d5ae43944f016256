//! Where the way ends without a signature, and how it goes on from there.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::words::Words;

/// Why there is nothing to do here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each ends with sentences of its own")]
pub enum EndedPage {
    /// The signer declined.
    Declined,
    /// The invitation ended unused.
    Expired,
    /// The handler took the signer out of the filing.
    Withdrawn,
    /// Everything was signed already, in another visit.
    NothingToSign,
    /// The filing is paused or over.
    NotOpen,
    /// Too many wrong entries: the handler has to invite anew.
    Locked,
    /// The signer left, or the session has ended.
    Left,
}

impl Page for EndedPage {
    fn title(&self, language: Language) -> String {
        self.words()[0].in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let [_, what, next] = self.words();
        html! {
            p .lead { (what.in_language(l)) }
            p { (next.in_language(l)) " " (CALL.in_language(l)) " " (frame.telephone) }
            @if let Some((link, words)) = self.way_on() {
                p { a .button href=(link) { (words.in_language(l)) } }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::Declined,
            Self::Expired,
            Self::Withdrawn,
            Self::NothingToSign,
            Self::NotOpen,
            Self::Locked,
            Self::Left,
        ]
    }
}

impl EndedPage {
    /// Where one can go from here without asking anybody.
    fn way_on(self) -> Option<(Link, Words)> {
        match self {
            Self::NotOpen | Self::NothingToSign => Some((Link::Timeline, TIMELINE)),
            Self::Left => Some((Link::Front, FRONT)),
            Self::Declined | Self::Expired | Self::Withdrawn | Self::Locked => None,
        }
    }

    const fn words(self) -> [Words; 3] {
        match self {
            Self::Declined => [
                Words::new("您已选择不签署", "You chose not to sign"),
                Words::new(
                    "已如实记录，本次邀请已结束。",
                    "This is recorded, and the invitation has ended.",
                ),
                Words::new(
                    "若改变主意，请联系经办人重新邀请。",
                    "If you change your mind, ask the handler to invite you again.",
                ),
            ],
            Self::Expired => [
                Words::new("邀请已过期", "The invitation has expired"),
                Words::new(
                    "这份邀请已超过有效期；凭这份邀请没有签署任何文件。",
                    "The invitation is past its time; nothing was signed by it.",
                ),
                Words::new("请联系经办人重新发送邀请。", "Ask the handler to send a new one."),
            ],
            Self::Withdrawn => [
                Words::new("邀请已撤回", "The invitation was withdrawn"),
                Words::new(
                    "经办人已将您移出该办件，您无需签署；凭这份邀请没有签署任何文件，已拍摄的照片不再使用。",
                    "The handler took you out of this filing, so you need not sign; nothing was signed by this invitation, and a photo that was taken is not used.",
                ),
                Words::new(
                    "如认为有误，请联系经办人；确需由您签署的，经办人会重新邀请。",
                    "If you think this is a mistake, ask the handler, who invites you again if you are to sign after all.",
                ),
            ],
            Self::NothingToSign => [
                Words::new("没有待签署的文件", "Nothing to sign"),
                Words::new("您的文件已全部签署。", "You have signed all your documents."),
                Words::new("无需重复操作。", "There is nothing more to do."),
            ],
            Self::NotOpen => [
                Words::new("办件暂不能签署", "The filing cannot be signed now"),
                Words::new(
                    "办件已暂停或已结束；凭这份邀请没有签署任何文件。",
                    "The filing is paused or over; nothing was signed by this invitation.",
                ),
                Words::new("处理结果会通知每一位当事人。", "Every party will be told the outcome."),
            ],
            Self::Locked => [
                Words::new("链接已锁定", "The link is locked"),
                Words::new(
                    "多次输入不一致，为保护您的信息，链接已锁定，已通知经办人。",
                    "There were too many wrong entries; the link is locked to protect you, and the handler was told.",
                ),
                Words::new(
                    "请由本人联系经办人重新邀请，或到窗口核验。",
                    "Ask the handler for a new invitation, or be checked at the counter.",
                ),
            ],
            Self::Left => [
                Words::new("您已退出", "You have left"),
                Words::new(
                    "这台设备上的登录已结束，已完成的步骤都已保存。",
                    "The session on this device has ended; the steps done are kept.",
                ),
                Words::new(
                    "需要时请重新打开收到的链接；找不到链接的，可以凭办件码进入。",
                    "Open the link you received again when you need to; without it, come in with the filing's number.",
                ),
            ],
        }
    }
}

const TIMELINE: Words = Words::new("查看办件进度", "See how the filing stands");
const FRONT: Words = Words::new("凭办件码进入", "Come in with a filing number");
const CALL: Words = Words::new("如有疑问请拨打", "If in doubt call");
const FOOT: Words = Words::new(
    "本页只说明本次邀请的状态，不显示任何人员或文件内容。",
    "This page says how the invitation stands; it shows no person and no document.",
);
