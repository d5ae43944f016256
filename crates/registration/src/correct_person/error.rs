//! Why nothing was put right, and what to do about it.

use heqi_filing::CorrectNameError;
use heqi_identity::person_name::PersonNameError;
use heqi_identity::personal_document::PersonalDocumentError;

use crate::fault::{ActError, Class, Fault};
use crate::material::MaterialError;
use crate::wording::{Told, refusals, say};

/// Why nothing was put right.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorrectPersonError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] CorrectNameError),
    /// The certificate is not taken.
    #[error(transparent)]
    Certificate(#[from] MaterialError),
    /// The new name is none that a card can have.
    #[error(transparent)]
    Name(#[from] PersonNameError),
    /// The new number is none of such a document.
    #[error(transparent)]
    Number(#[from] PersonalDocumentError),
    /// Nobody in this filing has this name and these last four.
    #[error("nobody in this filing has this name and number")]
    NoMatch,
    /// Several have this name, and no number tells them apart.
    #[error("several persons of this filing have this name and no number tells them apart")]
    Ambiguous,
    /// The number would change where none is kept: the party has no contact, or it was erased.
    #[error("the party has no contact with which a number could be kept")]
    NoContact,
    /// Neither name nor number would change.
    #[error("neither name nor number would change")]
    NothingChanged,
    /// The number of a minor: the guardian gives it, with the proof.
    #[error("the number of a minor is what the guardian shows")]
    WardNumber,
    /// The certificate would have been issued tomorrow.
    #[error("the certificate is dated in the future")]
    NotYet,
    /// The officer takes part in the filing.
    #[error("the officer takes part in the filing")]
    Conflict,
}

impl From<Fault> for CorrectPersonError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl CorrectPersonError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Certificate(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
            Self::Name(error) => Told::By(error),
            Self::Number(error) => Told::By(error),
            Self::NoMatch => say(
                "correction_no_match",
                [
                    "该办件下没有以此姓名、此证件末四位申报的人，未作更正。",
                    "请核对办件码、原姓名和原证件号码末四位。",
                ],
                [
                    "Nobody was declared in this filing with this name and these last four; nothing was corrected.",
                    "Check the filing's number, the name until now and the last four until now.",
                ],
            )
            .is(Class::NotFound),
            Self::Ambiguous => say(
                "correction_ambiguous",
                [
                    "该办件下有多人同名，又没有申报证件号码，无法确定是哪一位，未作更正。",
                    "请经办人先申报各人的证件号码，再办理更正。",
                ],
                [
                    "Several persons of this filing have this name and no number was declared; nothing was corrected.",
                    "Have the handler declare each one's number first.",
                ],
            )
            .is(Class::Conflict),
            Self::NoContact => say(
                "correction_no_contact",
                [
                    "该当事人没有登记联系方式，系统无处保存更正后的证件号码，未作更正。",
                    "请经办人先登记其联系方式和证件号码，再办理更正；只更正姓名不受影响。",
                ],
                [
                    "This person has no contact here with which a number could be kept; nothing was corrected.",
                    "Have the handler enter contact and number first; a name alone can be corrected.",
                ],
            )
            .is(Class::Conflict),
            Self::NothingChanged => say(
                "correction_nothing",
                ["姓名和证件号码都没有变化，未作更正。", "请填写更正后的姓名或证件号码。"],
                [
                    "Neither name nor number would change; nothing was corrected.",
                    "Enter the name or the number as it is now.",
                ],
            )
            .is(Class::BadInput),
            Self::WardNumber => say(
                "correction_ward_number",
                [
                    "未成年人的证件号码由监护人与监护关系证明一起提交，不在此更正，未作更正。",
                    "请由监护人重新提交监护关系证明；只更正姓名不受影响。",
                ],
                [
                    "A minor's number comes from the guardian, with the proof, and is not put right here; nothing was corrected.",
                    "Have the guardian show the proof again; a name alone can be corrected.",
                ],
            )
            .is(Class::BadInput),
            Self::NotYet => say(
                "correction_not_yet",
                ["公安机关证明的日期晚于今天，未作更正。", "请核对证明上的日期。"],
                [
                    "The certificate of the police is dated in the future; nothing was corrected.",
                    "Check the day on the certificate.",
                ],
            )
            .is(Class::BadInput),
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
        }
    }
}

refusals!(CorrectPersonError);
