//! Why no signing began, and what to do about it.

use heqi_pki::authority::IssueError;

use crate::fault::{ActError, Class, Fault};
use crate::guardianships;
use crate::wording::{Told, refusals, say};

/// Why no signing began.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BeginSigningError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of ceremonies refuse it.
    #[error(transparent)]
    Ceremony(#[from] heqi_filing::BeginError),
    /// The key is not one the platform verifies with.
    #[error("the device key is not an Ed25519 or P-256 public key")]
    DeviceKey,
    /// The authority issued no certificate.
    #[error("the certificate authority issued no certificate")]
    Authority(#[source] IssueError),
    /// The register says that the company was revoked or cancelled, or that there is none.
    #[error("the company may not sign as the register has it")]
    CompanyMayNotSign,
    /// A guardian has not shown what proves it, nor consented for the minor.
    #[error("the guardian has not shown what proves it")]
    GuardianshipMissing,
    /// The minor has come of age since the guardian showed that.
    #[error("the ward has come of age")]
    WardCameOfAge,
}

impl From<Fault> for BeginSigningError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl BeginSigningError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
            Self::DeviceKey => say(
                "device_key_malformed",
                ["设备生成的签名密钥无法识别。", "请更新浏览器后重试，或换一台设备签署。"],
                [
                    "The signing key of this device cannot be used.",
                    "Update the browser and try again, or sign on another device.",
                ],
            )
            .is(Class::BadInput),
            Self::CompanyMayNotSign => say(
                "licence_status",
                [
                    "登记信息显示该企业已吊销、注销或不存在，不能作为签署主体。",
                    "请核对企业名称和统一社会信用代码，或联系登记机关；登记信息更正后请重新打开链接再试，系统会再次查询。",
                ],
                [
                    "The register says that this company was revoked or cancelled, or that there is none: it cannot sign.",
                    "Check its name and code, or ask the registration authority. Once the register is corrected, open the link again: it is asked anew.",
                ],
            )
            .is(Class::Conflict),
            Self::GuardianshipMissing => say(
                "guardianship_missing",
                [
                    "尚未提交监护关系证明，签署没有开始。",
                    "请先在签署页面填写监护关系并提交证明，再继续签署。",
                ],
                [
                    "No proof of guardianship was shown yet, so the signing has not begun.",
                    "Show it on the signing pages first, then go on.",
                ],
            )
            .is(Class::Conflict),
            Self::WardCameOfAge => guardianships::came_of_age(),
            Self::Authority(_) => say(
                "certificate_not_issued",
                [
                    "暂时无法签发本次签署所用证书，未作任何更改。",
                    "请稍后重试，已填写内容不会丢失。",
                ],
                [
                    "No certificate can be issued for this signing now; nothing was changed.",
                    "Try again in a moment; nothing entered is lost.",
                ],
            )
            .is(Class::Unavailable),
        }
    }
}

refusals!(BeginSigningError);
