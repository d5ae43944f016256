//! Why an account was not made or changed, or nobody came in, for programs and for people.

use heqi_credentials::{LoginNameError, PasswordError};
use heqi_vocabulary::{Explain, Explanation, Language};

use crate::matter::error::MatterError;
use crate::wording::{Class, Said, say};

/// Why an account was not made or changed, or nobody came in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfficeStaffError {
    /// No login name.
    #[error(transparent)]
    LoginName(#[from] LoginNameError),
    /// No password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// No name.
    #[error("the name is missing or too long")]
    Name,
    /// Another account has this login name.
    #[error("another account has this login name")]
    Taken,
    /// The person has another account that is not shut out.
    #[error("one person has one account, and another one of this name is not shut out")]
    SecondAccount,
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// Only security does this, and never with its own account.
    #[error("only security lets accounts in and shuts them out, never its own")]
    NotSecurity,
    /// A demo's own account, which is everybody's.
    #[error("an account of the demo is everybody's and is not shut out")]
    KeptIn,
    /// The account was changed after whoever lets it in had seen it.
    #[error("the account was changed after it had been seen")]
    Changed,
    /// Login name or password is wrong.
    #[error("the login name or the password is wrong")]
    Wrong,
    /// The password is not the one of whoever has come in.
    #[error("the present password is wrong")]
    WrongPresent,
    /// A demo's own account, which is everybody's.
    #[error("an account of the demo is everybody's and keeps its password")]
    KeepsPassword,
    /// The code is wrong, or was used before.
    #[error("the code is wrong, or was used before")]
    WrongCode,
    /// Security has not released the account.
    #[error("the account waits for its release")]
    Unreleased,
    /// Too many wrong tries.
    #[error("too many wrong tries: again in {seconds} seconds")]
    Later {
        /// For how long to wait.
        seconds: i64,
    },
    /// There is no session, or it has ended.
    #[error("there is no session, or it has ended")]
    NoSession,
    /// The store, or a program error.
    #[error(transparent)]
    Other(#[from] MatterError),
}

macro_rules! through {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for OfficeStaffError {
            fn from(error: $error) -> Self {
                Self::Other(error.into())
            }
        }
    )+};
}

through!(
    heqi_evidence_store::sealed::SealError,
    heqi_evidence_store::sealed::UnsealError,
    heqi_evidence_store::table::TableError,
    heqi_evidence_store::vault::VaultError,
);

impl OfficeStaffError {
    /// Its class.
    pub fn class(&self) -> Class {
        match self {
            Self::Other(error) => error.class(),
            error => error.said().class,
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table of sentences")]
    fn said(&self) -> Said {
        use Class::{BadInput, Conflict, Forbidden, NotFound, Unauthenticated, Unavailable};
        match self {
            Self::LoginName(_) | Self::Password(_) | Self::Other(_) => {
                say(BadInput, "", ["", ""], ["", ""])
            }
            Self::Name => say(
                BadInput,
                "name_malformed",
                ["未填写姓名或过长。", "请填写证件上的姓名。"],
                ["The name is missing or too long.", "Give the name as on the document."],
            ),
            Self::Taken => say(
                Conflict,
                "login_name_taken",
                ["该登录名已被使用。", "请换一个登录名。"],
                ["Another account has this login name.", "Choose another one."],
            ),
            Self::SecondAccount => say(
                Conflict,
                "second_account",
                [
                    "同一人在本处只能有一个账号，此姓名已有未停用的账号，未作任何更改。",
                    "请先停用另一账号；同名的两人，请以加注的姓名另建账号，如“李娜·甲”。",
                ],
                [
                    "One person has one account at the office, and another one of this name is not shut out; nothing was changed.",
                    "Shut the other one out first; of two people with one name make the account anew with an addition to the name.",
                ],
            ),
            Self::NotFound => say(
                NotFound,
                "account_unknown",
                ["没有这个账号。", "请核对登录名。"],
                ["There is no such account.", "Check the login name."],
            ),
            Self::NotSecurity => say(
                Forbidden,
                "not_security",
                [
                    "只有安全管理员可以启用或停用账号，且不能操作自己的账号。",
                    "请由另一名安全管理员办理。",
                ],
                [
                    "Only a security officer lets accounts in and shuts them out, and never their own.",
                    "Let another security officer do it.",
                ],
            ),
            Self::KeptIn => say(
                Conflict,
                "account_kept_in",
                [
                    "这是演示账号，供所有访客使用，不能停用，未作任何更改。",
                    "真实部署中，停用后该账号立即退出，不能再登录，直至重新启用。",
                ],
                [
                    "This account is the demo's own and every visitor's, so it is not shut out; nothing was changed.",
                    "In earnest it would be out at once and come in no more until it is released again.",
                ],
            ),
            Self::Changed => say(
                Conflict,
                "account_changed",
                [
                    "您打开页面后，该账号已被重置或停用，未予启用。",
                    "请查看下方该账号的现状和记录，确认后再启用。",
                ],
                [
                    "The account was reset or shut out after you had opened the page; it was not let in.",
                    "Read how it stands now and what happened to it, and let it in if that is right.",
                ],
            ),
            Self::Wrong => say(
                Unauthenticated,
                "login_wrong",
                ["登录名或密码不正确。", "请核对后重新输入；忘记密码请联系本处系统管理员重置。"],
                [
                    "The login name or the password is wrong.",
                    "Check both and type them again; the administrator resets a forgotten password.",
                ],
            ),
            Self::WrongPresent => say(
                BadInput,
                "password_wrong",
                [
                    "当前密码不正确，密码没有修改。",
                    "请重新输入；忘记密码请联系本处系统管理员重置。",
                ],
                [
                    "The present password is wrong; it was not changed.",
                    "Type it again; the administrator resets a forgotten password.",
                ],
            ),
            Self::KeepsPassword => say(
                Conflict,
                "password_kept",
                [
                    "这是演示账号，供所有访客使用，密码没有修改。",
                    "真实部署中，修改后该账号在其他设备上的登录立即退出。",
                ],
                [
                    "This account is the demo's own and every visitor's; its password was not changed.",
                    "In earnest it would be changed, and the account's other sessions would end at once.",
                ],
            ),
            Self::WrongCode => say(
                Unauthenticated,
                "login_code_wrong",
                ["动态口令不正确或已使用过。", "请等待验证器显示下一个口令后再输入。"],
                [
                    "The code is wrong, or was used before.",
                    "Wait for the next code of the authenticator and type that.",
                ],
            ),
            Self::Unreleased => say(
                Forbidden,
                "account_unreleased",
                ["该账号尚未由安全管理员启用。", "请联系本处安全管理员。"],
                ["Security has not released this account.", "Ask the office's security officer."],
            ),
            Self::Later { seconds } => say(
                Unavailable,
                "login_later",
                ["错误次数过多，暂不能登录。", "请在{s}秒后重试；如非本人操作，请联系安全管理员。"],
                [
                    "There were too many wrong tries.",
                    "Try again in {s} seconds; if it was not you, tell the security officer.",
                ],
            )
            .with("{s}", seconds, seconds),
            Self::NoSession => say(
                Unauthenticated,
                "session_ended",
                ["尚未登录，或登录已失效。", "请重新登录。"],
                ["Nobody has signed in, or the session has ended.", "Sign in again."],
            ),
        }
    }
}

impl Explain for OfficeStaffError {
    fn code(&self) -> &'static str {
        match self {
            Self::LoginName(error) => error.code(),
            Self::Password(error) => error.code(),
            Self::Other(error) => error.code(),
            error => error.said().code,
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        match self {
            Self::LoginName(error) => error.explain(language),
            Self::Password(error) => error.explain(language),
            Self::Other(error) => error.explain(language),
            error => error.said().explain(language),
        }
    }
}
