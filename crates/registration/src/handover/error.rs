//! Why a hand-over does not go on, in two sentences each.

use serde::{Deserialize, Serialize};

use crate::capture_photo::CapturePhotoError;
use crate::fault::{ActError, Class, Fault};
use crate::keep_strokes::KeepStrokesError;
use crate::wording::{Told, refusals, say};

/// How a hand-over ended without what it was for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "each ends with sentences of its own")]
pub enum HandoverEnd {
    /// Nobody came in time, or it was not finished in time.
    Expired,
    /// The signer cancelled it at the PC.
    Cancelled,
    /// Another number was picked than the device shows: perhaps another device had the code.
    WrongNumber,
    /// A newer one took its place.
    Replaced,
}

/// Why a hand-over does not go on. Nothing was changed, unless it ended by this.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandoverError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The photo was not taken.
    #[error(transparent)]
    Photo(#[from] CapturePhotoError),
    /// The handwriting was not taken.
    #[error(transparent)]
    Strokes(#[from] KeepStrokesError),
    /// The challenge cannot be answered any more.
    #[error(transparent)]
    Ceremony(#[from] heqi_filing::CaptureError),
    /// It is over.
    #[error("the hand-over is over")]
    Ended(HandoverEnd),
    /// A device has the link already.
    #[error("another device has used the link")]
    AlreadyUsed,
    /// There is no such link.
    #[error("there is no such hand-over")]
    Unknown,
    /// The request comes from another device than it must.
    #[error("this is not the device of the hand-over")]
    OtherDevice,
    /// The signer has not picked the number yet.
    #[error("the number has not been picked")]
    NotConfirmed,
    /// No device waits for its number.
    #[error("no device waits to be confirmed")]
    NobodyWaits,
    /// There is no photo yet.
    #[error("there is no photo yet")]
    PhotoMissing,
    /// What the device says about itself cannot be read.
    #[error("what the device says about itself cannot be read")]
    Malformed,
}

impl From<Fault> for HandoverError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

const NEW_CODE: [&str; 2] = [
    "请在电脑上重新生成二维码，再用您自己的手机扫描。",
    "Have the PC show a new code and scan it with your own phone.",
];

impl HandoverEnd {
    fn told(self) -> Told<'static> {
        let (code, zh, en) = match self {
            Self::Expired => (
                "handover_expired",
                "二维码已过有效期，没有拍照，也没有签署。",
                "The code is past its time; nothing was taken and nothing was signed.",
            ),
            Self::Cancelled => (
                "handover_cancelled",
                "电脑上已取消这次手机拍照，这台手机不能再使用。",
                "This was cancelled at the PC; this phone can no longer be used for it.",
            ),
            Self::WrongNumber => (
                "handover_wrong_number",
                "电脑上选的数字与手机上显示的不一致，为保护您已作废。",
                "The number picked at the PC is not the one on the phone; to protect you it was ended.",
            ),
            Self::Replaced => (
                "handover_replaced",
                "电脑上已生成新的二维码，这一个作废。",
                "The PC shows a newer code; this one is no longer good.",
            ),
        };
        say(code, [zh, NEW_CODE[0]], [en, NEW_CODE[1]]).is(Class::Gone)
    }
}

impl HandoverError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Photo(error) => Told::By(error),
            Self::Strokes(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
            Self::Ended(why) => why.told(),
            Self::AlreadyUsed => say(
                "handover_used",
                [
                    "该二维码已被一台设备使用，不能再用第二次。",
                    "如果不是您的手机扫的，请在电脑上点“都不是”，再重新生成二维码。",
                ],
                [
                    "A device has used this code already; it works once only.",
                    "If that was not your phone, choose “None of these” at the PC and have it show a new code.",
                ],
            )
            .is(Class::Conflict),
            Self::Unknown => say(
                "handover_unknown",
                ["该二维码无效。", NEW_CODE[0]],
                ["This code is not valid.", NEW_CODE[1]],
            )
            .is(Class::NotFound),
            Self::OtherDevice => say(
                "handover_other_device",
                [
                    "这不是发起手机拍照的那台设备，未作任何更改。",
                    "请回到显示二维码的那个浏览器窗口操作，或在这里重新生成二维码。",
                ],
                [
                    "This is not the device that asked for a phone; nothing was changed.",
                    "Go back to the browser that shows the code, or have a new code shown here.",
                ],
            )
            .is(Class::Conflict),
            Self::NotConfirmed => say(
                "handover_not_confirmed",
                [
                    "电脑上还没有确认这台手机，未作任何更改。",
                    "请在电脑上选出手机上显示的数字，然后再拍照。",
                ],
                [
                    "The PC has not confirmed this phone yet; nothing was changed.",
                    "Pick at the PC the number that the phone shows, then take the photo.",
                ],
            )
            .is(Class::Conflict),
            Self::NobodyWaits => say(
                "handover_nobody_waits",
                ["没有等待确认的手机。", "请先用手机扫描二维码。"],
                ["No phone waits to be confirmed.", "Scan the code with a phone first."],
            )
            .is(Class::Conflict),
            Self::PhotoMissing => say(
                "handover_photo_missing",
                ["还没有拍照，未作任何更改。", "请先在手机上拍照。"],
                ["There is no photo yet; nothing was changed.", "Take the photo on the phone first."],
            )
            .is(Class::Conflict),
            Self::Malformed => say(
                "handover_malformed",
                ["手机提交的设备信息无法识别，未作任何更改。", "请刷新手机上的页面后重试。"],
                [
                    "What the phone says about itself cannot be read; nothing was changed.",
                    "Reload the page on the phone and try again.",
                ],
            )
            .is(Class::BadInput),
        }
    }
}

refusals!(HandoverError);
