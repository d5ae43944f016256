//! Why nobody was found at the counter, or nothing recorded, and what to do about it.

use heqi_filing::StandInError;

use crate::fault::{ActError, Class, Fault};
use crate::wording::{Told, refusals, say};

/// Why it was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeePersonError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of ceremonies refuse it.
    #[error(transparent)]
    Ceremony(#[from] StandInError),
    /// No signer of this filing waits at the counter with a device that shows this number.
    #[error("no signer of this filing waits at the counter with this number")]
    NoMatch,
    /// This officer has typed as many wrong numbers as there are in a day.
    #[error("the officer has typed too many wrong numbers today")]
    TriedTooOften,
    /// The officer has not said that person and card were there together.
    #[error("person and card were not seen together")]
    NotTogether,
    /// The last four typed are none.
    #[error("the last four are not four letters or digits")]
    Malformed,
    /// The card has another number than the one declared.
    #[error("the card has another number than the one declared")]
    OtherNumber,
    /// The officer takes part in the filing.
    #[error("the officer takes part in the filing")]
    Conflict,
    /// The ceremony has as many records as one challenge binds.
    #[error("the ceremony has too many records")]
    TooManyTries,
}

impl From<Fault> for SeePersonError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl SeePersonError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
            Self::NoMatch => say(
                "counter_no_match",
                [
                    "没有找到：该办件下没有签署人的设备正显示这个核验号。",
                    "请核对办件码，请签署人刷新页面后再读出核验号。",
                ],
                [
                    "Not found: no signer of this filing has a device that shows this number.",
                    "Check the filing's number, and have the signer load the page again.",
                ],
            )
            .is(Class::NotFound),
            Self::TriedTooOften => say(
                "counter_wrong_tries",
                [
                    "您今天在窗口核验中输错的次数已达上限，本次未作核对。",
                    "请由本单位另一名工作人员核验，或明天再试。",
                ],
                [
                    "You have typed as many wrong numbers at the counter as there are in a day; nothing was compared.",
                    "Let another officer of your organisation do it, or try again tomorrow.",
                ],
            )
            .is(Class::Conflict),
            Self::NotTogether => say(
                "counter_not_together",
                ["尚未确认本人与证件同时在场，未作记录。", "请当面核对后勾选确认；本人不在场的不能确认。"],
                [
                    "You have not confirmed that person and card are here together; nothing was recorded.",
                    "Look at both, then tick the box; never for somebody who is not here.",
                ],
            )
            .is(Class::BadInput),
            Self::Malformed => say(
                "last_four_malformed",
                ["请输入证件号码的末四位。", "末位为 X 的请输入 X。"],
                ["Enter the last four characters.", "An X at the end is one of them."],
            )
            .is(Class::BadInput),
            Self::OtherNumber => say(
                "counter_other_number",
                [
                    "所持证件的号码与办件申报的不一致，未作记录。",
                    "请核对是否本人证件；如申报有误，请经办人更正后再核验。",
                ],
                [
                    "The card has another number than the filing declares; nothing was recorded.",
                    "See whether it is this person's card; if the filing is wrong, have the handler correct it first.",
                ],
            )
            .is(Class::Conflict),
            Self::Conflict => say(
                "reviewer_takes_part",
                [
                    "您与本办件的当事人或经办人同名，可能需要回避，未作任何更改。",
                    "请交由本单位另一名工作人员办理。",
                ],
                [
                    "You have the name of a party or of the handler of this filing; nothing was changed.",
                    "Leave it to another reviewer of your organisation.",
                ],
            )
            .is(Class::Forbidden),
            Self::TooManyTries => say(
                "counter_tries",
                ["本次签署中的记录过多，未作记录。", "请经办人重新发送邀请后再核验。"],
                [
                    "This signing has too many records; nothing was recorded.",
                    "Have the handler send a new invitation, then try again.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(SeePersonError);
