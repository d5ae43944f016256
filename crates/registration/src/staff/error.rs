//! Why an account was not made or changed, and what to do about it.

use heqi_credentials::LoginNameError;
use heqi_filing::OfficeKind;
use heqi_identity::personal_document::PersonalDocumentError;

use super::password::PasswordError;
use crate::fault::{ActError, Class, Fault, Refusal};
use crate::request::StaffRole;
use crate::wording::{Told, refusals, say};

/// Why an account was not made or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StaffError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// No login name.
    #[error(transparent)]
    LoginName(#[from] LoginNameError),
    /// Another account has it.
    #[error("another account has this login name")]
    Taken,
    /// People of such an organisation do not have this role.
    #[error("a {role} is not of a {kind}")]
    UnfitRole {
        /// The role.
        role: StaffRole,
        /// The organisation.
        kind: OfficeKind,
    },
    /// The password is none.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Only security of this organisation does this, and never with its own account.
    #[error("only security lets accounts in and shuts them out, never its own")]
    NotSecurity,
    /// The account was changed after whoever lets it in had seen it.
    #[error("the account was changed after it had been seen")]
    Changed,
    /// The person has another account, and one of both is for security or audit.
    #[error("one person has only one of the duties of system, security and audit")]
    DutiesApart,
    /// The number is none of an identity document.
    #[error(transparent)]
    Document(#[from] PersonalDocumentError),
    /// Only filings name their handler by a number.
    #[error("only a handler's account is bound to the number of a document")]
    NotHandler,
    /// A demo's own account, which is everybody's.
    #[error("an account of the demo is everybody's and is not shut out")]
    KeptIn,
}

impl From<Fault> for StaffError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl StaffError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Password(error) => Told::By(error),
            Self::LoginName(error) => Told::By(error),
            Self::Document(error) => Told::By(error),
            Self::NotHandler => say(
                "not_handler",
                ["该账号不是经办人账号，未作任何更改。", "请核对登录名和岗位。"],
                [
                    "This is not a handler's account; nothing was changed.",
                    "Check the login name and the role.",
                ],
            )
            .is(Class::BadInput),
            Self::KeptIn => say(
                "account_kept_in",
                [
                    "这是演示账号，供所有访客使用，不能停用，未作任何更改。",
                    "真实部署中，停用后该账号立即退出，不能再登录，直至重新启用。",
                ],
                [
                    "This account is the demo's own and every visitor's, so it is not shut out; nothing was changed.",
                    "In earnest it would be out at once and come in no more until it is released again.",
                ],
            )
            .is(Class::Conflict),
            Self::Taken => say(
                "login_name_taken",
                ["该登录名已被使用。", "请换一个登录名。"],
                ["Another account has this login name.", "Choose another one."],
            )
            .is(Class::Conflict),
            Self::UnfitRole { .. } => say(
                "role_unfit",
                ["该单位的工作人员不能担任此角色。", "核验人员须属登记机关或公证机构，请核对。"],
                [
                    "People of this organisation do not have this role.",
                    "Reviewers are of the registry or of the notary office: check it.",
                ],
            )
            .is(Class::BadInput),
            Self::NotSecurity => say(
                "not_security",
                [
                    "只有负责该单位的安全管理员可以启用或停用账号，且不能操作自己的账号。",
                    "请由另一名安全管理员办理。",
                ],
                [
                    "Only the organisation's security officer lets accounts in and shuts them out, and never their own.",
                    "Let another security officer do it.",
                ],
            )
            .is(Class::Forbidden),
            Self::Changed => say(
                "account_changed",
                [
                    "您打开页面后，该账号的岗位、登记或状态已有变更，未予启用。",
                    "请查看下方该账号的现状和记录，确认后再启用。",
                ],
                [
                    "The account was given another role, reset, bound or shut out after you had opened the page; it was not let in.",
                    "Read how it stands now and what happened to it, and let it in if that is right.",
                ],
            )
            .is(Class::Conflict),
            Self::DutiesApart => say(
                "duties_apart",
                [
                    "同一人不能既任安全管理员或审计员，又有其他岗位。",
                    "请先停用此人的另一账号，或由他人担任；同名的两人，请在姓名后加以区分，如“李娜·甲”。",
                ],
                [
                    "Nobody is security officer or auditor and anything else besides.",
                    "Shut out the person's other account first, or name somebody else; tell two people with one name apart by an addition.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(StaffError);

impl Refusal for LoginNameError {
    fn class(&self) -> Class {
        Class::BadInput
    }
}
