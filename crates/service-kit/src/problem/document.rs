//! The JSON of a problem.

use actix_web::http::StatusCode;
use heqi_vocabulary::{Explanation, Language};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A failure, as sent (RFC 9457). Programs look at `code`; people read `detail` and
/// `next_step`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:heqi:problem:not_found",
    "title": "Not found",
    "status": 404,
    "detail": "There is nothing at this address.",
    "next_step": "Check the address, or go back and open the link again.",
    "code": "not_found",
    "request_id": "req_5w1k0h2m8n4q7r9s3t6v0x2y4z"
}))]
#[non_exhaustive]
pub struct ProblemDocument {
    /// `urn:heqi:problem:` and the code: an identifier, not an address.
    #[serde(rename = "type")]
    pub problem_type: String,
    /// What kind of failure it is, the same for every failure of this status.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What happened, one sentence.
    pub detail: String,
    /// What to do now, one sentence.
    pub next_step: String,
    /// The stable word for programs, `snake_case`.
    pub code: String,
    /// Our name for the request; quote it when asking for help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl ProblemDocument {
    pub(super) fn new(
        status: StatusCode,
        code: &str,
        language: Language,
        explanation: &Explanation,
        request_id: Option<String>,
    ) -> Self {
        let (zh, en) = titles(status);
        Self {
            problem_type: format!("urn:heqi:problem:{code}"),
            title: language.pick(zh, en).to_owned(),
            status: status.as_u16(),
            detail: explanation.what.clone(),
            next_step: explanation.next.clone(),
            code: code.to_owned(),
            request_id,
        }
    }

    pub(super) fn to_json(&self) -> String {
        // Strings and a number always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn titles(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        400 => ("请求格式有误", "The request is malformed"),
        401 => ("需要身份凭证", "Credentials are needed"),
        403 => ("没有权限", "Not allowed"),
        404 => ("没有找到", "Not found"),
        405 => ("不支持这种操作", "Not possible at this address"),
        408 => ("等待超时", "Waited too long"),
        409 => ("与当前状态冲突", "In conflict with the present state"),
        410 => ("已失效", "No longer available"),
        412 | 428 => ("内容已有更新", "Changed in the meantime"),
        413 => ("内容过大", "Too large"),
        415 => ("不支持这种格式", "Format not supported"),
        422 => ("内容无法受理", "The content cannot be accepted"),
        429 => ("请求过于频繁", "Too many requests"),
        500 => ("服务内部出错", "A failure of the service"),
        503 => ("服务暂时不可用", "Not available at the moment"),
        other if other < 500 => ("请求无法受理", "The request cannot be accepted"),
        _ => ("服务出错", "A failure of the service"),
    }
}
