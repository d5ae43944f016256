//! What can be wrong with a request to this service before any use case has seen it, and
//! that [`heqi_service_kit::problem`] has no word for.

use actix_web::http::StatusCode;
use heqi_service_kit::Problem;
use heqi_vocabulary::{Explain, Explanation, Language};

/// Why a request was refused at the door.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum EdgeProblem {
    /// A POST without a name for the act (draft-ietf-httpapi-idempotency-key-header).
    #[error("the Idempotency-Key header is missing")]
    IdempotencyKeyMissing,
    /// A header that the service must read is no text, or is there twice.
    #[error("a header is malformed or repeated")]
    MalformedHeader,
    /// The upload stopped arriving.
    #[error("the body did not arrive within its deadline")]
    BodyTooSlow,
    /// There is no such invitation, or no longer.
    #[error("there is no such link")]
    NoSuchLink,
    /// The signer has not said in this session who it is.
    #[error("the session has not passed the door")]
    AtTheDoor,
    /// There is no session, or it has ended.
    #[error("there is no such session")]
    SessionOver,
    /// Nobody of staff has signed in, or not any more.
    #[error("there is no such session of staff")]
    StaffSessionOver,
    /// The session is good for one step on this device only.
    #[error("the session is good for one step only")]
    HandoverOnly,
    /// The session is no such one.
    #[error("this session was handed nothing over")]
    NoHandover,
    /// Nobody has cosigned a head yet.
    #[error("no cosigned checkpoint exists yet")]
    NoCheckpointYet,
    /// A tile that lies beyond the head, or an address that is no tile.
    #[error("there is no such part of the log")]
    NoSuchTile,
    /// Nothing of this log has been cosigned here.
    #[error("this witness has cosigned nothing of that log")]
    NothingCosigned,
    /// Nothing was kept against this log.
    #[error("nothing that convicts that log was kept here")]
    NoForkKnown,
    /// No time authority is asked by this platform.
    #[error("no time authority is configured")]
    NoTimeAuthority,
    /// No number of a filing, or one digit is mistyped.
    #[error("this is no number of a filing")]
    FilingNumberMalformed,
}

impl EdgeProblem {
    const fn status(self) -> StatusCode {
        match self {
            Self::IdempotencyKeyMissing => StatusCode::PRECONDITION_REQUIRED,
            Self::MalformedHeader => StatusCode::BAD_REQUEST,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::SessionOver | Self::StaffSessionOver => StatusCode::UNAUTHORIZED,
            Self::AtTheDoor | Self::HandoverOnly | Self::NoHandover => StatusCode::FORBIDDEN,
            Self::NoCheckpointYet
            | Self::NoSuchTile
            | Self::NothingCosigned
            | Self::NoForkKnown
            | Self::NoTimeAuthority
            | Self::NoSuchLink => StatusCode::NOT_FOUND,
            Self::FilingNumberMalformed => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl Explain for EdgeProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::IdempotencyKeyMissing => "idempotency_key_missing",
            Self::MalformedHeader => "malformed_header",
            Self::BodyTooSlow => "body_too_slow",
            Self::NoSuchLink => "no_such_link",
            Self::HandoverOnly => "handover_only",
            Self::NoHandover => "no_handover",
            Self::SessionOver => "session_over",
            Self::StaffSessionOver => "staff_session_over",
            Self::AtTheDoor => "at_the_door",
            Self::NoCheckpointYet => "no_checkpoint_yet",
            Self::NoSuchTile => "no_such_tile",
            Self::NothingCosigned => "nothing_cosigned",
            Self::NoForkKnown => "no_fork_known",
            Self::NoTimeAuthority => "no_time_authority",
            Self::FilingNumberMalformed => "filing_number_malformed",
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table of sentences: one entry for each variant")]
    fn explain(&self, language: Language) -> Explanation {
        let [zh, en] = match self {
            Self::IdempotencyKeyMissing => [
                [
                    "请求缺少编号（Idempotency-Key），未作任何更改。",
                    "请为每项新的操作带上一个新的编号，例如随机 UUID；重发时沿用原编号。",
                ],
                [
                    "The request has no Idempotency-Key; nothing was changed.",
                    "Send a new key with every new act, for instance a random UUID; repeat a request with the same key.",
                ],
            ],
            Self::MalformedHeader => [
                ["请求头格式不正确或重复，未作任何更改。", "请对照接口说明更正后重新提交。"],
                [
                    "A header of the request is malformed or there twice; nothing was changed.",
                    "Correct it by the description of the API and send it again.",
                ],
            ],
            Self::BodyTooSlow => [
                ["内容上传过慢，已中断，未作任何更改。", "请检查网络后重新提交。"],
                [
                    "The body arrived too slowly and was broken off; nothing was changed.",
                    "Check the network and send it again.",
                ],
            ],
            Self::NoSuchLink => [
                ["该链接无效或已失效。", "请检查链接是否完整，或请经办人重新发送邀请。"],
                [
                    "This link does not work, or no longer.",
                    "Check that it is complete, or ask the handler to send the invitation again.",
                ],
            ],
            Self::AtTheDoor => [
                ["尚未在本次会话中核对身份，未作任何更改。", "请先回到办理页面输入验证码。"],
                [
                    "You have not said in this session who you are; nothing was changed.",
                    "Go back to the first page and type the code.",
                ],
            ],
            Self::HandoverOnly => [
                [
                    "这台设备现在只能用于电脑上请求的那一步，未作任何更改。",
                    "请回到拍照页面；要在这台设备上签署，请重新打开您收到的链接。",
                ],
                [
                    "This device is good for the step the PC asked for only; nothing was changed.",
                    "Go back to that step; to sign on this device, open the link you received again.",
                ],
            ],
            Self::NoHandover => [
                [
                    "没有从电脑转到这台设备的步骤。",
                    "请在电脑上选择“用手机拍照”，再用这台设备扫描二维码。",
                ],
                [
                    "No step was handed over to this device.",
                    "Choose “Use a phone” at the PC and scan the code with this device.",
                ],
            ],
            Self::SessionOver => [
                ["会话尚未开始或已结束。", "请重新打开收到的链接，会回到您中断的那一步。"],
                [
                    "There is no session, or it has ended.",
                    "Open the link you received again; it brings you back to where you stopped.",
                ],
            ],
            Self::StaffSessionOver => [
                ["尚未登录，或会话已结束。", "请重新登录；未提交的内容请先抄下。"],
                [
                    "You have not signed in, or the session has ended.",
                    "Sign in again; copy first what was not sent.",
                ],
            ],
            Self::NoCheckpointYet => [
                [
                    "还没有经对方机构联署的日志头。",
                    "请稍后重试；本平台自己签署的最新日志头在同一地址的 head 处。",
                ],
                [
                    "No head of this log has been cosigned yet.",
                    "Try again in a moment; the newest head signed by the log alone is at head beside it.",
                ],
            ],
            Self::NoSuchTile => [
                [
                    "日志中没有这一部分。",
                    "请先读取 checkpoint 得到日志大小，再按 c2sp.org/tlog-tiles 计算地址。",
                ],
                [
                    "The log has no such part.",
                    "Read the checkpoint for the size of the log and form the address as in c2sp.org/tlog-tiles.",
                ],
            ],
            Self::NoForkKnown => [
                [
                    "本核对方没有发现该日志自相矛盾。",
                    "没有证明不等于没有分叉；请用 heqi monitor 自行核对该日志。",
                ],
                [
                    "This witness knows of no contradiction of that log.",
                    "That none is known proves nothing; follow the log yourself with heqi monitor.",
                ],
            ],
            Self::NoTimeAuthority => [
                [
                    "本平台没有配置时间戳机构。",
                    "请运维人员配置时间戳机构后再试；在此之前记录没有可信时间戳。",
                ],
                [
                    "This platform asks no time authority.",
                    "Have the operator configure one; until then records have no trusted time stamp.",
                ],
            ],
            Self::NothingCosigned => [
                ["本核对方尚未联署过该日志。", "请核对日志来源名称，或稍后重试。"],
                [
                    "This witness has cosigned nothing of that log.",
                    "Check the origin of the log, or try again later.",
                ],
            ],
            Self::FilingNumberMalformed => [
                ["办件码不正确，可能有一位输错。", "请核对邀请短信、邮件或签署邀请单上的8位数字。"],
                [
                    "This is no number of a filing; one digit may be mistyped.",
                    "Check the 8 digits in the message or on the printed invitation.",
                ],
            ],
        };
        let [what, next] = match language {
            Language::Zh => zh,
            Language::En => en,
        };
        Explanation::new(what, next)
    }
}

impl From<EdgeProblem> for Problem {
    fn from(problem: EdgeProblem) -> Self {
        Self::new(problem.status(), &problem)
    }
}
