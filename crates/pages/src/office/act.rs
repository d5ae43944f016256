//! What can be done with an application: each a small form of its own.

pub(super) mod form;

use crate::words::Words;

/// Something done with an application. The word is the last part of its address.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever serves pages must serve each")]
pub enum OfficeAct {
    /// 申报利益冲突.
    Declare,
    /// 受理.
    Accept,
    /// 接办.
    TakeOver,
    /// 一次性告知补正.
    Supplement,
    /// 补正到齐.
    Arrived,
    /// 中止.
    Pause,
    /// 恢复.
    Resume,
    /// 系统预检.
    Recompute,
    /// 重大、复杂事项.
    Complex,
    /// 打开提取会话.
    Session,
    /// 送审.
    HandIn,
    /// 审批通过.
    Approve,
    /// 退回.
    SendBack,
    /// 录入编号.
    Number,
    /// 公证费.
    Fee,
    /// 出具.
    Issue,
    /// 纸质签章.
    Seal,
    /// 送达.
    Deliver,
    /// 提请补正公证书.
    Correct,
    /// 提请撤销公证书.
    Revoke,
    /// 审批同意.
    ApproveProposed,
    /// 审批不同意.
    TurnDown,
    /// 收回提请.
    TakeBack,
    /// 申请复查.
    AskAgain,
    /// 提交复查结论.
    Reexamine,
    /// 提请不予办理.
    Refuse,
    /// 提请终止.
    Terminate,
    /// 撤回.
    Withdraw,
    /// 作废未出具的编号.
    Void,
    /// 归档.
    Archive,
}

impl OfficeAct {
    /// Every act.
    pub const ALL: [Self; 30] = [
        Self::Declare,
        Self::Accept,
        Self::TakeOver,
        Self::Supplement,
        Self::Arrived,
        Self::Pause,
        Self::Resume,
        Self::Recompute,
        Self::Complex,
        Self::Session,
        Self::HandIn,
        Self::Approve,
        Self::SendBack,
        Self::Number,
        Self::Fee,
        Self::Issue,
        Self::Seal,
        Self::Deliver,
        Self::Correct,
        Self::Revoke,
        Self::ApproveProposed,
        Self::TurnDown,
        Self::TakeBack,
        Self::AskAgain,
        Self::Reexamine,
        Self::Refuse,
        Self::Terminate,
        Self::Withdraw,
        Self::Void,
        Self::Archive,
    ];

    /// The last part of its address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Declare => "declare",
            Self::Accept => "accept",
            Self::TakeOver => "take-over",
            Self::Supplement => "supplement",
            Self::Arrived => "arrived",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Recompute => "recompute",
            Self::Complex => "complex",
            Self::Session => "session",
            Self::HandIn => "hand-in",
            Self::Approve => "approve",
            Self::SendBack => "send-back",
            Self::Number => "number",
            Self::Fee => "fee",
            Self::Issue => "issue",
            Self::Seal => "scan",
            Self::Deliver => "deliver",
            Self::Correct => "correct",
            Self::Revoke => "revoke",
            Self::ApproveProposed => "approve-proposed",
            Self::TurnDown => "turn-down",
            Self::TakeBack => "take-back",
            Self::AskAgain => "ask-again",
            Self::Reexamine => "reexamine",
            Self::Refuse => "refuse",
            Self::Terminate => "terminate",
            Self::Withdraw => "withdraw",
            Self::Void => "void",
            Self::Archive => "archive",
        }
    }

    /// The act of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }

    const fn title(self) -> Words {
        match self {
            Self::Declare => Words::new("利益冲突申报", "Declaration of interest"),
            Self::Accept => Words::new("受理申请", "Accept"),
            Self::TakeOver => Words::new("改由本人承办", "Take over"),
            Self::Supplement => Words::new("一次性告知补正", "Ask for what is missing, once"),
            Self::Arrived => Words::new("补正材料到齐", "The supplement has arrived"),
            Self::Pause => Words::new("中止期限", "Pause the clock"),
            Self::Resume => Words::new("恢复期限", "Let the clock go on"),
            Self::Recompute => Words::new("系统预检", "Machine's checks"),
            Self::Complex => Words::new("重大、复杂事项", "Major or complex matter"),
            Self::Session => Words::new("打开提取会话", "Open an extraction session"),
            Self::HandIn => Words::new("送审", "Hand in for approval"),
            Self::Approve => Words::new("审批通过", "Approve"),
            Self::SendBack => Words::new("退回修改", "Send back"),
            Self::Number => Words::new("录入公证书编号", "Type the certificate's number"),
            Self::Fee => Words::new("公证费", "Fee"),
            Self::Issue => Words::new("出具公证书", "Issue the certificate"),
            Self::Seal => {
                Words::new("上传已签章原件的扫描件", "Upload the scan of the sealed paper")
            }
            Self::Deliver => Words::new("送达", "Deliver"),
            Self::Correct => Words::new("提请补正公证书", "Propose a correction"),
            Self::Revoke => Words::new("提请撤销公证书", "Propose to void the certificate"),
            Self::ApproveProposed => Words::new("审批同意", "Approve what is proposed"),
            Self::TurnDown => Words::new("审批不同意", "Turn it down"),
            Self::TakeBack => Words::new("收回提请", "Take back what you proposed"),
            Self::AskAgain => Words::new("受理复查申请", "Take a re-examination"),
            Self::Reexamine => Words::new("提交复查结论", "Conclude the re-examination"),
            Self::Refuse => Words::new("提请不予办理", "Propose to refuse"),
            Self::Terminate => Words::new("提请终止公证", "Propose to terminate"),
            Self::Withdraw => Words::new("申请人撤回", "Withdraw"),
            Self::Void => Words::new("作废未出具的编号", "Void a number that was not issued"),
            Self::Archive => Words::new("归档", "Archive"),
        }
    }

    const fn is_grave(self) -> bool {
        matches!(self, Self::Refuse | Self::Terminate | Self::Withdraw | Self::Void | Self::Revoke)
    }
}
