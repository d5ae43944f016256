//! Why a case is not decided so, and by whom not.

use crate::wording::{Wording, explained, say};

/// The account is of an organisation whose people decide nothing about identity.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("reviewers are of the registry or of the notary, never of the operator or the handler")]
pub struct NotAReviewer;

impl NotAReviewer {
    #[expect(clippy::unused_self, reason = "every error tells itself the same way")]
    pub(crate) fn wording(self) -> Wording {
        say(
            "not_a_reviewer",
            [
                "身份核验只能由登记机关或公证机构的工作人员办理。",
                "请使用登记机关或公证机构的账号登录。",
            ],
            [
                "Only members of the registry or of the notary office decide about identity.",
                "Sign in with an account of one of them.",
            ],
        )
    }
}

/// Why a case was not decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecideError {
    /// Another organisation's reviewers decide it.
    #[error("the case is assigned to another organisation")]
    OtherOffice,
    /// It was decided before.
    #[error("the case was decided before")]
    Decided,
    /// A refusal was proposed before; agree with it or accept.
    #[error("a refusal was proposed before")]
    AlreadyProposed,
    /// There is no proposal to agree with.
    #[error("no refusal was proposed")]
    NothingProposed,
    /// Nobody agrees with an own proposal.
    #[error("a refusal is confirmed by another reviewer than the one who proposed it")]
    OwnProposal,
}

impl DecideError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::OtherOffice => say(
                "case_of_other_office",
                ["该核验事项由其他单位办理。", "请返回待办列表，办理本单位的事项。"],
                [
                    "This case is another organisation's.",
                    "Go back to the queue and take one of your own.",
                ],
            ),
            Self::Decided => say(
                "case_decided",
                ["该核验事项已办结，未作任何更改。", "请返回待办列表。"],
                ["This case was decided before; nothing was changed.", "Go back to the queue."],
            ),
            Self::AlreadyProposed => say(
                "refusal_proposed",
                [
                    "已有工作人员提出不予通过，未作任何更改。",
                    "请由另一名工作人员复核：同意不予通过，或予以通过。",
                ],
                [
                    "A refusal was proposed before; nothing was changed.",
                    "Another reviewer agrees with it, or accepts.",
                ],
            ),
            Self::NothingProposed => say(
                "no_refusal_proposed",
                ["尚无人提出不予通过，未作任何更改。", "如不予通过，请先提出并写明理由。"],
                [
                    "Nobody has proposed to refuse; nothing was changed.",
                    "Propose it first, with the reason.",
                ],
            ),
            Self::OwnProposal => say(
                "own_refusal",
                ["不能复核本人提出的意见，未作任何更改。", "请由本单位另一名工作人员复核。"],
                [
                    "Nobody confirms an own refusal; nothing was changed.",
                    "Ask another reviewer of your organisation.",
                ],
            ),
        }
    }
}

explained!(NotAReviewer, DecideError);
