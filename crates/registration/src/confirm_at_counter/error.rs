//! Why nobody was found who may confirm at the counter, or nothing recorded, and what to do about it.

use heqi_filing::ConfirmError as Rule;

use crate::confirm::ConfirmError;
use crate::fault::{ActError, Class, Fault};
use crate::see_person::SeePersonError;
use crate::wording::{Told, refusals, say};

/// Why it was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfirmAtCounterError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// As where an officer sees somebody who signs.
    #[error(transparent)]
    Counter(SeePersonError),
    /// As where a party confirms by itself.
    #[error(transparent)]
    Confirm(ConfirmError),
    /// No party of this filing has a number that ends like this.
    #[error("no party of this filing has a number that ends like this")]
    NoMatch,
    /// The officer has not said that the person declared the statement.
    #[error("the person has not declared the statement")]
    NotDeclared,
}

impl From<Fault> for ConfirmAtCounterError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl From<SeePersonError> for ConfirmAtCounterError {
    fn from(error: SeePersonError) -> Self {
        match error {
            SeePersonError::Act(error) => Self::Act(error),
            error => Self::Counter(error),
        }
    }
}

impl From<ConfirmError> for ConfirmAtCounterError {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::Act(error) => Self::Act(error),
            error => Self::Confirm(error),
        }
    }
}

impl ConfirmAtCounterError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Counter(error) => Told::By(error),
            Self::Confirm(ConfirmError::Filing(Rule::AlreadyConfirmed)) => say(
                "counter_already_confirmed",
                ["该当事人已经确认过，未重复记录。", "无需再次办理；本人如认为不属实，可以提出异议。"],
                [
                    "This party has confirmed already; nothing was recorded twice.",
                    "Nothing more to do; if something is wrong after all, the party can object.",
                ],
            )
            .is(Class::Conflict),
            Self::Confirm(ConfirmError::Filing(Rule::WindowClosed)) => say(
                "counter_confirmation_lapsed",
                [
                    "签署完成已满30日仍未全部确认，办件将退回起草，未作记录。",
                    "请联系经办人重新发起签署。",
                ],
                [
                    "Thirty days after the last signature not all have confirmed: the filing goes back to drafting, and nothing was recorded.",
                    "Have the handler open signing anew.",
                ],
            )
            .is(Class::Conflict),
            Self::Confirm(error) => Told::By(error),
            Self::NoMatch => say(
                "counter_no_party",
                [
                    "没有找到：该办件下没有证件号码末四位与此相符的当事人。",
                    "请核对办件码和证件；经办人未申报其证件号码的，请经办人先补充。",
                ],
                [
                    "Not found: no party of this filing has a number that ends like this.",
                    "Check the filing's number and the card; where the handler declared no number, have the handler add it first.",
                ],
            )
            .is(Class::NotFound),
            Self::NotDeclared => say(
                "counter_not_declared",
                [
                    "尚未说明本人当面作出了声明，未作记录。",
                    "请向本人展示签署情况并读出声明，本人表示确认后再勾选；不得代为确认。",
                ],
                [
                    "You have not said that the person declared the statement; nothing was recorded.",
                    "Show the signatures, read the statement out, and tick the box once the person has declared it; never in the person's stead.",
                ],
            )
            .is(Class::BadInput),
        }
    }
}

refusals!(ConfirmAtCounterError);
