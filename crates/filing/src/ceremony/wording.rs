//! What people are told when a ceremony does not go on.

use heqi_vocabulary::Language;

use super::{
    BeginError, CaptureError, ChallengeRefusal, CompleteError, ConsentError, ExpireError, Finished,
    InviteError, OpenError, StandInError,
};
use crate::wording::{Wording, explained, say};

explained!(
    Finished,
    ChallengeRefusal,
    InviteError,
    OpenError,
    ConsentError,
    BeginError,
    CaptureError,
    CompleteError,
    ExpireError,
    StandInError,
);

impl Finished {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::Signed => say(
                "ceremony_signed",
                ["本次签署已经完成。", "无需再次操作；可在回执中查看签署凭证号。"],
                [
                    "This signing is complete.",
                    "Nothing more to do; the receipt shows the voucher number.",
                ],
            ),
            Self::Declined => say(
                "ceremony_declined",
                ["您已拒绝本次签署。", "如改变决定，请联系经办人重新邀请。"],
                [
                    "You declined to sign.",
                    "If you change your mind, ask the handler for a new invitation.",
                ],
            ),
            Self::Expired => link_expired(),
            Self::Withdrawn => say(
                "invitation_withdrawn",
                [
                    "经办人已将您移出该办件，本次签署邀请已撤回，您无需签署。",
                    "如认为有误，请联系经办人；需要由您签署的，经办人会重新发出邀请。",
                ],
                [
                    "The handler took you out of this filing and the invitation was withdrawn; you need not sign.",
                    "If you think this is a mistake, ask the handler; if you are to sign after all, you will be invited anew.",
                ],
            ),
        }
    }
}

impl ChallengeRefusal {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NotThisOne => say(
                "challenge_not_live",
                [
                    "这次提交对应的签署请求已失效或已被替换，未作任何更改。",
                    "请回到签署页面重新开始签署，已填写内容不会丢失。",
                ],
                [
                    "What was sent belongs to a signing request that has been used or replaced; nothing was changed.",
                    "Go back to the signing page and begin again; nothing entered is lost.",
                ],
            ),
            Self::Expired => say(
                "challenge_expired",
                [
                    "签署请求已超过10分钟，为安全起见已失效。",
                    "请重新开始签署，已填写内容不会丢失。",
                ],
                [
                    "The signing request is older than 10 minutes and no longer valid.",
                    "Begin signing again; nothing entered is lost.",
                ],
            ),
        }
    }
}

impl InviteError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NotOpen(not_open) => not_open.wording(),
            Self::UnknownParty => say(
                "party_unknown",
                ["办件中没有这位当事人。", "请先添加当事人，再发出邀请。"],
                ["The filing has no such party.", "Add the party first, then invite it."],
            ),
            Self::HandlerNeverSigns => say(
                "handler_never_signs",
                [
                    "经办人不签署文书，也不能代他人签署。",
                    "请邀请股东等签署人本人签署；经办人在全部签署后确认。",
                ],
                [
                    "The handler signs no document, and never for others.",
                    "Invite the signers themselves; the handler confirms once all have signed.",
                ],
            ),
            Self::NothingToSign => nothing_to_sign(),
        }
    }
}

impl OpenError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::Finished(finished) => finished.wording(),
            Self::LinkExpired => link_expired(),
        }
    }
}

impl ConsentError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::Finished(finished) => finished.wording(),
            Self::LinkExpired => link_expired(),
            Self::UnknownText => say(
                "consent_text_unknown",
                [
                    "提交的内容与现行同意书文本不一致。",
                    "请刷新页面，重新阅读后再选择同意或不同意。",
                ],
                [
                    "What was answered is not the text of this consent.",
                    "Reload the page, read the text again, then agree or refuse.",
                ],
            ),
        }
    }
}

impl BeginError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::Finished(finished) => finished.wording(),
            Self::NotOpen(not_open) => not_open.wording(),
            Self::LinkExpired => link_expired(),
            Self::AnotherFiling => another_filing(),
            Self::ConsentMissing { kind } => say(
                "consent_missing",
                ["您还没有对《{kind}》作出选择。", "请阅读后选择同意或不同意，再继续签署。"],
                ["The {kind} has not been answered.", "Read it and agree or refuse, then go on."],
            )
            .with("{kind}", kind.name(Language::Zh), kind.name(Language::En)),
            Self::ConsentRefused { kind } => say(
                "consent_refused",
                [
                    "您未同意《{kind}》，在线签署以此为必要环节。",
                    "您可以改为到窗口现场签署，也可以重新选择。",
                ],
                [
                    "You refused the {kind}, without which signing online is impossible.",
                    "You can sign at the counter instead, or choose again.",
                ],
            )
            .with("{kind}", kind.name(Language::Zh), kind.name(Language::En)),
            Self::NothingToSign => nothing_to_sign(),
            Self::DocumentChanged => document_changed(),
        }
    }
}

impl CaptureError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::Finished(finished) => finished.wording(),
            Self::NotBegun => not_begun(),
            Self::Challenge(refusal) => refusal.wording(),
            Self::FaceConsentMissing => say(
                "face_consent_missing",
                [
                    "您没有同意采集人脸图像，系统不会拍照。",
                    "您可以重新选择同意，或者到窗口/公证处现场核验，办理结果相同。",
                ],
                [
                    "You have not agreed to a photo of your face, so none is taken.",
                    "You can agree after all, or be verified at the counter or the notary office, with the same result.",
                ],
            ),
        }
    }
}

impl StandInError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::Finished(finished) => finished.wording(),
            Self::LinkExpired => link_expired(),
            Self::VideoConsentMissing => say(
                "video_consent_missing",
                [
                    "您没有同意视频人工核验，未保存视频。",
                    "您可以重新选择同意，或者到窗口核验，办理结果相同。",
                ],
                [
                    "You have not agreed to a check by video, so none was kept.",
                    "You can agree after all, or be checked at the counter, with the same result.",
                ],
            ),
        }
    }
}

impl CompleteError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::Finished(finished) => finished.wording(),
            Self::NotOpen(not_open) => not_open.wording(),
            Self::AnotherFiling => another_filing(),
            Self::NotBegun => not_begun(),
            Self::Challenge(refusal) => refusal.wording(),
            Self::PhotoMissing => say(
                "photo_missing",
                [
                    "还没有收到签署照片，也没有有效的视频或窗口核验。",
                    "请先拍照、录制视频或到窗口核验，再提交签署。",
                ],
                [
                    "No signing photo has arrived, nor a video or a check at the counter that counts.",
                    "Take the photo, record the video or be checked at the counter, then sign.",
                ],
            ),
            Self::PhotoMismatch => say(
                "photo_mismatch",
                ["签署内容中的照片与收到的照片不一致，未予签署。", "请重新拍照并再次提交。"],
                [
                    "The photo in the signature is not the photo received, so nothing was signed.",
                    "Take the photo again and sign again.",
                ],
            ),
            Self::DocumentChanged => document_changed(),
            Self::AlreadySigned => say(
                "signed_elsewhere",
                [
                    "您已在另一次签署中签过其中的文书，未重复签署。",
                    "请返回签署页面查看；如还有未签署的文书，请重新开始签署。",
                ],
                [
                    "You signed one of these documents in another visit, so nothing was signed twice.",
                    "Look at the signing page; if a document is left, begin again.",
                ],
            ),
        }
    }
}

impl ExpireError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::Finished(finished) => finished.wording(),
            Self::NotDue => say(
                "ceremony_not_due",
                ["签署链接仍在有效期内。", "请等待签署人操作，或者等链接到期。"],
                [
                    "The signing link is still valid.",
                    "Wait for the signer, or until the link ends.",
                ],
            ),
        }
    }
}

const fn link_expired() -> Wording {
    say(
        "link_expired",
        ["该链接已失效。", "请联系经办人重新发送邀请。"],
        ["This link is no longer valid.", "Ask the handler for a new invitation."],
    )
}

const fn another_filing() -> Wording {
    say(
        "another_filing",
        ["提交的内容属于另一个办件，未作任何更改。", "请通过发给您本人的链接重新进入。"],
        [
            "What was sent belongs to another filing; nothing was changed.",
            "Come back through the link sent to you.",
        ],
    )
}

const fn not_begun() -> Wording {
    say(
        "signing_not_begun",
        ["签署尚未开始，或者您更改了同意选项。", "请在签署页面点击“开始签署”。"],
        [
            "Signing has not begun, or a consent was changed since.",
            "Choose \"begin signing\" on the signing page.",
        ],
    )
}

const fn nothing_to_sign() -> Wording {
    say(
        "nothing_to_sign",
        ["该当事人已签署全部现行文书。", "无需再次签署；请等待其他人签署后确认。"],
        [
            "This party has signed every current document.",
            "Nothing more to sign; confirm once the others have signed.",
        ],
    )
}

const fn document_changed() -> Wording {
    say(
        "document_changed",
        ["文件在您阅读后有更新，未予签署。", "请重新阅读更新后的文件，再开始签署。"],
        [
            "A document changed after you read it, so nothing was signed.",
            "Read the new version, then begin signing again.",
        ],
    )
}
