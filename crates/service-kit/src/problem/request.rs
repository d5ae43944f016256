//! Problems of requests as such, before any use case has seen them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use heqi_vocabulary::{Explain, Explanation, Language};

use super::Problem;
use crate::admission::RETRY_AFTER_S;

/// What can be wrong with a request whatever it asks for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestProblem {
    /// Nothing is at this address.
    #[error("no such address")]
    NotFound,
    /// The address does not take this method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The body is not the JSON that is wanted.
    #[error("body is not the wanted JSON")]
    MalformedJson {
        /// Line, from 1; 0 if unknown.
        line: usize,
        /// Column, from 1; 0 if unknown.
        column: usize,
        /// A field that is missing, unknown or there twice, as serde words it.
        field: Option<String>,
    },
    /// The query string does not hold what is wanted.
    #[error("query string is not valid")]
    MalformedQuery,
    /// The address holds something that is not an identifier of the wanted kind.
    #[error("path is not valid")]
    MalformedPath,
    /// A form does not hold what is wanted.
    #[error("form is not valid")]
    MalformedForm,
    /// Something else about the request cannot be understood.
    #[error("request is malformed")]
    BadRequest,
    /// The body ended before it was complete.
    #[error("body is incomplete")]
    IncompleteBody,
    /// The body is larger than this address takes.
    #[error("body is larger than {limit_bytes} bytes")]
    TooLarge {
        /// What the address takes, in bytes.
        limit_bytes: usize,
    },
    /// The body has another type than this address takes.
    #[error("content type is not supported")]
    UnsupportedMediaType,
    /// No credential, or one that is not valid.
    #[error("no valid credential")]
    Unauthorized,
    /// A valid credential that does not open this address.
    #[error("credential does not allow this")]
    Forbidden,
    /// Waited too long for the request.
    #[error("request timed out")]
    Timeout,
    /// Too many requests at once.
    #[error("too many requests")]
    TooManyRequests,
    /// Too much is under way; nothing of this was begun.
    #[error("too much is under way")]
    Overloaded,
    /// A route between organisations, called without a certificate we believe.
    #[error("no believed certificate of a peer organisation on this connection")]
    PeerCertificateRequired,
    /// A failure of ours.
    #[error("internal failure")]
    Internal,
    /// The service starts, stops, or waits for something it needs.
    #[error("not available")]
    Unavailable,
}

impl RequestProblem {
    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::MalformedJson { .. }
            | Self::MalformedQuery
            | Self::MalformedPath
            | Self::MalformedForm
            | Self::BadRequest
            | Self::IncompleteBody => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::PeerCertificateRequired => StatusCode::FORBIDDEN,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable | Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The problem that a bare answer with this status stands for.
    pub(crate) fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNAUTHORIZED => Self::Unauthorized,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::REQUEST_TIMEOUT => Self::Timeout,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge { limit_bytes: 0 },
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            other if other.as_u16() >= 500 => Self::Internal,
            _ => Self::BadRequest,
        }
    }
}

impl Explain for RequestProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::MalformedJson { .. } => "malformed_json",
            Self::MalformedQuery => "malformed_query",
            Self::MalformedPath => "malformed_path",
            Self::MalformedForm => "malformed_form",
            Self::BadRequest => "bad_request",
            Self::IncompleteBody => "incomplete_body",
            Self::TooLarge { .. } => "too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Timeout => "timeout",
            Self::TooManyRequests => "too_many_requests",
            Self::Overloaded => "overloaded",
            Self::PeerCertificateRequired => "peer_certificate_required",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        let (what, next) = match language {
            Language::Zh => (self.what_zh(), self.next_zh()),
            Language::En => (self.what_en(), self.next_en()),
        };
        Explanation::new(what, next)
    }
}

impl RequestProblem {
    fn what_zh(&self) -> String {
        let fixed = match self {
            Self::MalformedJson { line, column, field } => {
                let place = match line {
                    0 => String::new(),
                    _ => format!("（第{line}行第{column}列）"),
                };
                let field = field.as_ref().map(|field| format!(":{field}")).unwrap_or_default();
                return format!("提交的内容不是这里需要的 JSON{place}{field}。");
            }
            Self::TooLarge { limit_bytes: 0 } => "提交的内容超过了允许的大小。",
            Self::TooLarge { limit_bytes } => {
                return format!("提交的内容超过了允许的 {limit_bytes} 字节。");
            }
            Self::NotFound => "这个地址没有内容。",
            Self::MethodNotAllowed => "这个地址不支持这种操作。",
            Self::MalformedQuery => "地址中问号后面的参数不正确。",
            Self::MalformedPath => "地址中的编号格式不正确。",
            Self::MalformedForm => "表单内容不完整或格式不正确。",
            Self::BadRequest => "请求的格式不正确，未作任何更改。",
            Self::IncompleteBody => "内容没有传完就中断了，未作任何更改。",
            Self::UnsupportedMediaType => "不支持这种内容格式。",
            Self::Unauthorized => "没有提供有效的身份凭证。",
            Self::Forbidden => "当前凭证不能进行这项操作。",
            Self::Timeout => "等待请求的时间过长，未作任何更改。",
            Self::TooManyRequests => "请求过于频繁。",
            Self::Overloaded => "同时处理的请求过多，此次请求未开始处理，未作任何更改。",
            Self::PeerCertificateRequired => "此地址只供对方机构使用，连接上没有其有效证书。",
            Self::Internal => "服务内部出错，不是您的操作有误。",
            Self::Unavailable => "服务正在启动、停止或等待恢复。",
        };
        fixed.to_owned()
    }

    fn next_zh(&self) -> &'static str {
        match self {
            Self::NotFound => "请核对地址，或返回后重新打开链接。",
            Self::MethodNotAllowed | Self::UnsupportedMediaType => "请对照接口说明更换后重试。",
            Self::MalformedJson { .. }
            | Self::MalformedQuery
            | Self::MalformedForm
            | Self::BadRequest => "请对照接口说明更正后重新提交。",
            Self::MalformedPath => "请核对编号后重试。",
            Self::IncompleteBody | Self::Timeout => "请检查网络后重新提交。",
            Self::TooLarge { .. } => "请减小内容后重新提交。",
            Self::Unauthorized => "请使用有效的凭证重试，或联系管理员重新签发。",
            Self::Forbidden => "请使用有相应权限的凭证，或联系管理员。",
            Self::TooManyRequests | Self::Overloaded => "请稍等片刻再试。",
            Self::PeerCertificateRequired => "请核对双方的 TLS 证书、根证书与名称设置。",
            Self::Internal => "请稍后重试；如仍有问题，请将请求编号告知管理员。",
            Self::Unavailable => "请稍后重试，已保存的内容不会丢失。",
        }
    }

    fn what_en(&self) -> String {
        let fixed = match self {
            Self::MalformedJson { line, column, field } => {
                let place = match line {
                    0 => String::new(),
                    _ => format!(" (line {line}, column {column})"),
                };
                let field = field.as_ref().map(|field| format!(": {field}")).unwrap_or_default();
                return format!("The body is not the JSON that this address takes{place}{field}.");
            }
            Self::TooLarge { limit_bytes: 0 } => "The body is larger than allowed.",
            Self::TooLarge { limit_bytes } => {
                return format!("The body is larger than the {limit_bytes} bytes allowed.");
            }
            Self::NotFound => "There is nothing at this address.",
            Self::MethodNotAllowed => "This address does not take this method.",
            Self::MalformedQuery => "The parameters after the question mark are not valid.",
            Self::MalformedPath => "The address holds an identifier of the wrong form.",
            Self::MalformedForm => "The form is incomplete or malformed.",
            Self::BadRequest => "The request is malformed; nothing was changed.",
            Self::IncompleteBody => "The body broke off before its end; nothing was changed.",
            Self::UnsupportedMediaType => "This type of content is not supported here.",
            Self::Unauthorized => "There is no valid credential with the request.",
            Self::Forbidden => "This credential does not allow this action.",
            Self::Timeout => "The request took too long to arrive; nothing was changed.",
            Self::TooManyRequests => "There were too many requests in a short time.",
            Self::Overloaded => {
                "Too much is under way; this request was not begun and nothing was changed."
            }
            Self::PeerCertificateRequired => {
                "This address is for the other organisation, and the connection shows no \
                 certificate of it."
            }
            Self::Internal => "Something failed inside the service; it was not your doing.",
            Self::Unavailable => "The service is starting, stopping or recovering.",
        };
        fixed.to_owned()
    }

    fn next_en(&self) -> &'static str {
        match self {
            Self::NotFound => "Check the address, or go back and open the link again.",
            Self::MethodNotAllowed | Self::UnsupportedMediaType => {
                "See the description of the API for what this address takes."
            }
            Self::MalformedJson { .. }
            | Self::MalformedQuery
            | Self::MalformedForm
            | Self::BadRequest => "Correct it by the description of the API and send it again.",
            Self::MalformedPath => "Check the identifier and try again.",
            Self::IncompleteBody | Self::Timeout => "Check the network and send it again.",
            Self::TooLarge { .. } => "Make it smaller and send it again.",
            Self::Unauthorized => "Try again with a valid credential, or ask for a new one.",
            Self::Forbidden => "Use a credential that allows it, or ask the administrator.",
            Self::TooManyRequests | Self::Overloaded => "Wait a moment and try again.",
            Self::PeerCertificateRequired => {
                "Check certificate, pinned roots and name in the TLS settings of both sides."
            }
            Self::Internal => {
                "Try again later; if it stays, tell the administrator the request id."
            }
            Self::Unavailable => "Try again in a moment; what was saved is not lost.",
        }
    }
}

impl From<RequestProblem> for Problem {
    fn from(problem: RequestProblem) -> Self {
        let written = Self::new(problem.status(), &problem);
        match problem {
            RequestProblem::Overloaded => written.retry_after_seconds(RETRY_AFTER_S),
            _ => written,
        }
    }
}

/// So that a handler can return it without turning it into a [`Problem`] first.
impl ResponseError for RequestProblem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        Problem::from(self.clone()).error_response()
    }
}
