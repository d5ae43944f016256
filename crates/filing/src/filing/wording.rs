//! What people are told when something cannot happen to a filing.

use heqi_vocabulary::Language;

use super::{
    AddPartyError, AskAgainError, AttachDocumentError, ConfirmError, EndError, MAX_PARTIES,
    MAX_SHAREHOLDERS, NotOpen, ObjectError, OpenSigningError, ReplaceDocumentError,
    ReturnToDraftingError,
};
use crate::party::Capacity;
use crate::wording::{Wording, explained, say};

explained!(
    NotOpen,
    AddPartyError,
    AttachDocumentError,
    ReplaceDocumentError,
    OpenSigningError,
    ReturnToDraftingError,
    ConfirmError,
    ObjectError,
    AskAgainError,
    EndError,
);

impl NotOpen {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::Drafting => say(
                "filing_in_drafting",
                ["该办件还在准备中，尚未开放签署。", "请等待经办人开放签署后再试。"],
                [
                    "The filing is still being drafted; signing is not open.",
                    "Try again once the handler has opened signing.",
                ],
            ),
            Self::Submitted => say(
                "filing_submitted",
                [
                    "该办件已登记为提交登记机关，不能再更改。",
                    "如有不实，请提出异议；其他更改请向登记机关办理。",
                ],
                [
                    "The filing is recorded as submitted to the registry and is not changed any more.",
                    "If something is not so, object; for any other change go to the registry.",
                ],
            ),
            Self::Frozen => say(
                "filing_frozen",
                [
                    "该办件因有人提出异议，已暂停。",
                    "请等待登记机关工作人员处理，处理结果会通知每一位当事人。",
                ],
                [
                    "The filing is paused because a party objected.",
                    "Wait for the registry's officer; every party will be told the outcome.",
                ],
            ),
            Self::Ended => ended(),
        }
    }
}

impl AddPartyError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NotDrafting => not_drafting(),
            Self::AlreadyPresent => say(
                "party_present",
                ["该当事人已在办件中。", "请使用已有的当事人，不要重复添加。"],
                ["This party is in the filing already.", "Use the party that is there; do not add it twice."],
            ),
            Self::NoCapacity => say(
                "capacity_missing",
                ["没有填写当事人的身份。", "请至少选择一种身份，例如股东或经办人。"],
                ["The party has no capacity.", "Choose at least one, for instance shareholder or handler."],
            ),
            Self::UnfitCapacity { capacity } => name_capacity(capacity, say(
                "capacity_unfit",
                ["该当事人不能以“{capacity}”的身份参加。", "企业股东请只选“法人股东代表”，由监护人代理的未成年人请只选“股东”，其他自然人请选其本人的身份。"],
                ["This party cannot take part as {capacity}.", "For a company choose only \"representative of a corporate shareholder\"; for a minor with a guardian only \"shareholder\"; for anybody else the person's own capacities."],
            )),
            Self::HandlerSignsForOthers => say(
                "handler_signs_for_others",
                ["经办人不能代他人签署。", "请填写该企业的其他代表人，或者更换经办人。"],
                ["The handler may not sign for others.", "Name another representative of that company, or another handler."],
            ),
            Self::CapacityTaken { capacity } => name_capacity(capacity, say(
                "capacity_taken",
                ["办件中已有“{capacity}”。", "请核对当事人名单；一个办件只能有一位。"],
                ["The filing has its {capacity} already.", "Check the list of parties; a filing has only one."],
            )),
            Self::TooManyShareholders => say(
                "too_many_shareholders",
                ["有限责任公司的股东不得超过{most}人（《公司法》第四十二条）。", "请核对股东名单；超过{most}人的，不能以有限责任公司办理。"],
                ["A limited liability company has at most {most} shareholders (Company Law, article 42).", "Check the list of shareholders; with more than {most} this form of company cannot be registered."],
            )
            .with("{most}", MAX_SHAREHOLDERS, MAX_SHAREHOLDERS),
            Self::TooManyParties => say(
                "too_many_parties",
                ["一个办件最多{most}位当事人，已移出的计算在内。", "请核对名单，或者联系窗口办理。"],
                ["A filing has at most {most} parties, those taken out included.", "Check the list, or ask at the counter."],
            )
            .with("{most}", MAX_PARTIES, MAX_PARTIES),
        }
    }
}

impl AttachDocumentError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NotDrafting => not_drafting(),
            Self::AlreadyAttached => already_attached(),
            Self::TooManyDocuments => too_many_documents(),
        }
    }
}

impl ReplaceDocumentError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NotOpen(not_open) => not_open.wording(),
            Self::UnknownDocument => say(
                "document_unknown",
                ["办件中没有这份文书。", "请刷新文书清单后重新选择。"],
                [
                    "The filing has no such document.",
                    "Reload the list of documents and choose again.",
                ],
            ),
            Self::AlreadyReplaced => say(
                "document_already_replaced",
                ["这一版文书已被更新的版本替换。", "请在最新版本上修改。"],
                [
                    "A newer version has replaced this one.",
                    "Make the change on the newest version.",
                ],
            ),
            Self::AlreadyAttached => already_attached(),
            Self::TooManyDocuments => too_many_documents(),
        }
    }
}

impl OpenSigningError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NotDrafting => not_drafting(),
            Self::NoDocument => say(
                "no_document",
                ["办件中还没有文书。", "请先上传需要签署的文书。"],
                ["The filing has no document.", "Upload what is to be signed first."],
            ),
            Self::NoSigner => say(
                "no_signer",
                ["办件中还没有签署人。", "请先添加股东等签署人；经办人不能代签。"],
                [
                    "The filing has nobody who signs.",
                    "Add the shareholders or other signers first; the handler cannot sign for them.",
                ],
            ),
        }
    }
}

impl ReturnToDraftingError {
    pub(crate) fn wording(self) -> Wording {
        let Self::NotOpen(not_open) = self;
        not_open.wording()
    }
}

impl ConfirmError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NotOpen(not_open) => not_open.wording(),
            Self::UnknownParty => unknown_party(),
            Self::NotAllSigned { missing } => say(
                "not_all_signed",
                ["还缺{n}个签名，暂时不能确认。", "全部签署完成后会再次通知您，请届时确认。"],
                [
                    "Signatures still missing: {n}, so there is nothing complete to confirm.",
                    "You will be notified when all are there; confirm then.",
                ],
            )
            .with("{n}", missing, missing),
            Self::AlreadyConfirmed => say(
                "already_confirmed",
                ["您已经确认过。", "无需再次操作；如发现不属实，请提出异议。"],
                [
                    "You have confirmed already.",
                    "Nothing more to do; if something is wrong after all, object.",
                ],
            ),
            Self::WindowClosed => say(
                "confirmation_window_closed",
                [
                    "确认期限已过，系统不会代您确认，已有签名不受影响。",
                    "请联系经办人再次通知，收到通知后72小时内可以确认。",
                ],
                [
                    "The time for confirming is over; nothing was confirmed for you and the signatures stand.",
                    "Ask the handler to notify you again; you have 72 hours to confirm from then on.",
                ],
            ),
        }
    }
}

impl ObjectError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::UnknownParty => unknown_party(),
            Self::AlreadyObjected => say(
                "already_objected",
                ["您的异议已经受理，办件已暂停。", "无需再次提交；工作人员将在1个工作日内联系您。"],
                [
                    "Your objection has been received and the filing is paused.",
                    "Nothing more to do; an officer will contact you within one working day.",
                ],
            ),
            Self::Ended => ended(),
        }
    }
}

impl AskAgainError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NotOpen(not_open) => not_open.wording(),
            Self::NothingToAsk => say(
                "nothing_to_confirm",
                [
                    "现在没有等待确认的事项。",
                    "请查看办件进度：可能还有人未签署，也可能全部人员均已确认。",
                ],
                [
                    "No confirmation is awaited now.",
                    "Look at the filing's progress: signatures are missing, or everyone has confirmed.",
                ],
            ),
        }
    }
}

impl EndError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::AlreadyEnded => ended(),
            Self::Submitted => say(
                "filing_submitted_end",
                [
                    "该办件已登记为提交登记机关，经办人不能在本平台撤回。",
                    "请向登记机关申请撤回登记申请。",
                ],
                [
                    "The filing is recorded as submitted to the registry, so the handler cannot withdraw it here.",
                    "Withdraw the application at the registry.",
                ],
            ),
            Self::Frozen => say(
                "filing_frozen_end",
                ["办件因异议暂停，经办人不能撤回。", "请等待登记机关工作人员作出决定。"],
                [
                    "The filing is paused by an objection, so the handler cannot withdraw it.",
                    "Wait for the decision of the registry's officer.",
                ],
            ),
        }
    }
}

fn name_capacity(capacity: Capacity, wording: Wording) -> Wording {
    wording.with("{capacity}", capacity.name(Language::Zh), capacity.name(Language::En))
}

const fn ended() -> Wording {
    say(
        "filing_ended",
        ["该办件已终止。", "已有记录仍可查阅；如需办理，请重新发起办件。"],
        ["The filing has ended.", "Its records can still be read; open a new filing if needed."],
    )
}

const fn not_drafting() -> Wording {
    say(
        "filing_not_in_drafting",
        [
            "该办件已不在准备阶段。",
            "如需调整，请先由经办人退回准备阶段；已提交、已暂停或已终止的办件不能退回。",
        ],
        [
            "The filing is no longer in drafting.",
            "The handler can first return it to drafting, unless it was submitted, is paused or has ended.",
        ],
    )
}

const fn already_attached() -> Wording {
    say(
        "document_already_attached",
        [
            "这份文书已在办件中，内容完全相同。",
            "请核对是否选错文件；有修改的，请上传修改后的版本。",
        ],
        [
            "This very document is in the filing already.",
            "Check whether the right file was chosen; if it was changed, upload the changed one.",
        ],
    )
}

const fn too_many_documents() -> Wording {
    say(
        "too_many_documents",
        ["办件中的文书（含历史版本）已达上限。", "请联系窗口办理，或者重新发起办件。"],
        [
            "The filing has reached its limit of documents, earlier versions included.",
            "Ask at the counter, or open a new filing.",
        ],
    )
}

const fn unknown_party() -> Wording {
    say(
        "party_unknown",
        ["办件中没有这位当事人。", "请使用发给您本人的链接，或者联系经办人。"],
        ["The filing has no such party.", "Use the link sent to you, or ask the handler."],
    )
}
