//! What goes wrong, for people: statuses of the specs, a stable code, and what to do.

mod of_errors;

use actix_web::http::StatusCode;
use heqi_service_kit::Problem;
use heqi_vocabulary::{Explain, Explanation, Language};

pub(crate) use of_errors::{gap, of_deposit, of_hold, of_mirror, of_order, of_ours, of_witness};

/// When to try again after the store could not take something, in seconds.
pub(crate) const RETRY_S: u32 = 2;

/// Why something is not here or was not done, where no use case says so itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the request does not follow the protocol")]
    Malformed,
    #[error("the log is unknown here")]
    UnknownLog,
    #[error("the log is frozen, a successor took its place")]
    FrozenLog,
    #[error("the log does not begin with the statement it was accepted by")]
    NoStatement,
    #[error("the head is not signed by its log")]
    NotSigned,
    #[error("the old size is beyond the head")]
    OldSizeBeyond,
    #[error("the head or the entries do not fit to what the log signed before")]
    Inconsistent,
    #[error("no checkpoint was announced")]
    NothingAnnounced,
    #[error("no package of the upload could be used")]
    NothingUsable,
    #[error("the entries are too long for this mirror")]
    EntriesTooLong,
    #[error("nothing was cosigned or admitted yet")]
    NothingYet,
    #[error("there is no such tile")]
    NoSuchTile,
    #[error("nothing is written before the platform has been heard")]
    ReadOnly,
    #[error("the order is not signed by the platform")]
    OrderNotSigned,
    #[error("a hold is placed and lifted with a reason")]
    HoldReason,
    #[error("nothing of this chain is held here")]
    UnknownChain,
    #[error("the chain has no such hold in force")]
    NoSuchHold,
    #[error("the Idempotency-Key is missing")]
    KeyMissing,
    #[error("the Idempotency-Key is malformed")]
    KeyMalformed,
    #[error("the Idempotency-Key has been used for another request")]
    KeyReused,
    #[error("the notice is no statement about what a person said")]
    NoticeMalformed,
    #[error("the notice is not signed by a custodian that is known here")]
    NoticeNotSigned,
    #[error("the notice is about another record")]
    NoticeOfAnother,
    #[error("the record of the notice is not held here")]
    UnknownRecord,
    #[error("the store is busy")]
    Busy,
    #[error("the disk is nearly full")]
    StoreFull,
    #[error("the store has stopped")]
    StoreStopped,
}

impl Refusal {
    const fn status(self) -> StatusCode {
        match self {
            Self::HoldReason
            | Self::KeyMalformed
            | Self::Malformed
            | Self::OldSizeBeyond
            | Self::NothingUsable => StatusCode::BAD_REQUEST,
            Self::KeyMissing => StatusCode::PRECONDITION_REQUIRED,
            Self::KeyReused | Self::NoSuchHold => StatusCode::CONFLICT,
            Self::ReadOnly | Self::Busy | Self::StoreFull | Self::StoreStopped => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::NotSigned | Self::FrozenLog | Self::OrderNotSigned | Self::NoticeNotSigned => {
                StatusCode::FORBIDDEN
            }
            Self::UnknownRecord
            | Self::UnknownChain
            | Self::UnknownLog
            | Self::NothingYet
            | Self::NoSuchTile => StatusCode::NOT_FOUND,
            Self::EntriesTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Inconsistent
            | Self::NothingAnnounced
            | Self::NoStatement
            | Self::NoticeMalformed
            | Self::NoticeOfAnother => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    const fn in_chinese(self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => {
                ("请求不符合协议格式，未作任何更改。", "请按 C2SP 规范重新生成请求。")
            }
            Self::UnknownLog => ("本机构不认识这个日志。", "请核对日志名称与登记的公钥。"),
            Self::FrozenLog => {
                ("该日志已经终止，由后继日志接替。", "请使用后继日志；如有疑问，请联系公证机构。")
            }
            Self::NoStatement => (
                "该日志的首条不是本机构接受它时所依据的接替声明。",
                "请核对声明文件，并联系公证机构。",
            ),
            Self::NotSigned => ("树头没有该日志的有效签名。", "请使用登记的日志密钥签名后重试。"),
            Self::OldSizeBeyond => ("旧大小超过了树头大小。", "请以上次联署的大小重新生成证明。"),
            Self::Inconsistent => (
                "提交的内容与该日志此前签署的内容不一致，已作记录。",
                "请检查日志是否完好，并联系公证机构。",
            ),
            Self::NothingAnnounced => ("尚未提交要对齐的树头。", "请先提交 add-checkpoint。"),
            Self::NothingUsable => ("上传内容中没有可用的条目包。", "请检查传输后重新上传。"),
            Self::EntriesTooLong => ("日志条目过长，本镜像不能保存。", "请联系公证机构。"),
            Self::NothingYet => ("目前还没有内容。", "请稍后再试。"),
            Self::NoSuchTile => ("没有这个数据块。", "请按树头大小推算数据块地址。"),
            Self::ReadOnly => (
                "本机构尚未与平台核对完毕，或数据落后于平台所存，暂只能查询，未作任何更改。",
                "请稍后重试；核对完成后自动恢复。",
            ),
            Self::OrderNotSigned => {
                ("删除指令没有平台的有效签名，未作任何更改。", "请使用登记的指令密钥签名后重试。")
            }
            Self::HoldReason => {
                ("未填写理由或超过2000字，未作任何更改。", "请填写案号或文书号后重试。")
            }
            Self::UnknownChain => ("本机构没有保存该证据链的内容。", "请核对证据链编号。"),
            Self::NoSuchHold => ("没有这项生效中的保全限制。", "请核对编号后重试。"),
            Self::KeyMissing => (
                "请求缺少编号（Idempotency-Key），未作任何更改。",
                "请为每项新的操作带上一个新的编号，例如随机 UUID；重发时沿用原编号。",
            ),
            Self::KeyMalformed => (
                "请求编号（Idempotency-Key）格式不正确，未作任何更改。",
                "请使用1至128个可见ASCII字符，例如一个随机UUID。",
            ),
            Self::KeyReused => (
                "同一请求编号已用于另一项内容，未作任何更改。",
                "请为新的请求使用新的 Idempotency-Key；重发原请求时请勿改动内容。",
            ),
            Self::NoticeMalformed => {
                ("提交的内容不是保管方转达的声明，未作任何更改。", "请按接口规范重新生成请求。")
            }
            Self::NoticeNotSigned => (
                "声明没有本机构认可的保管方的有效签名，未作任何更改。",
                "请核对登记的回执公钥后重试。",
            ),
            Self::NoticeOfAnother => {
                ("声明所指的记录与请求中的记录不一致，未作任何更改。", "请核对记录编号。")
            }
            Self::UnknownRecord => ("本机构尚未保管该记录。", "请待该记录存入后重试。"),
            Self::Busy => ("当前办理较多，未作任何更改。", "请稍等几秒后重试。"),
            Self::StoreFull => (
                "本机构存储空间不足，暂不能受理，未作任何更改。",
                "请稍后重试；如持续出现，请联系公证机构。",
            ),
            Self::StoreStopped => {
                ("系统正在重新启动，本次操作结果待确认。", "请稍后重试；已经完成的不会重复办理。")
            }
        }
    }

    const fn in_english(self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => (
                "The request does not follow the protocol; nothing was changed.",
                "Make the request again as the C2SP specification says.",
            ),
            Self::UnknownLog => {
                ("This log is unknown here.", "Check the log's name and the key registered for it.")
            }
            Self::FrozenLog => (
                "This log has ended; a successor took its place.",
                "Use the successor, or ask the notary's office.",
            ),
            Self::NoStatement => (
                "The first entry of this log is not the statement by which it was accepted.",
                "Check the statement, and get in touch with the notary's office.",
            ),
            Self::NotSigned => (
                "The head carries no valid signature of its log.",
                "Sign it with the registered key of the log.",
            ),
            Self::OldSizeBeyond => (
                "The old size is beyond the head.",
                "Prove the growth from the size that was cosigned last.",
            ),
            Self::Inconsistent => (
                "This does not fit to what the log signed before, and was noted.",
                "Check the log and contact the notary office.",
            ),
            Self::NothingAnnounced => {
                ("No head was announced to upload towards.", "Send add-checkpoint first.")
            }
            Self::NothingUsable => (
                "No package of the upload could be used.",
                "Check the connection and upload again.",
            ),
            Self::EntriesTooLong => {
                ("The entries are too long for this mirror.", "Contact the notary office.")
            }
            Self::NothingYet => ("There is nothing here yet.", "Try again later."),
            Self::NoSuchTile => {
                ("There is no such tile.", "Work out the addresses of tiles from the head's size.")
            }
            Self::ReadOnly => (
                "This office has not compared itself with the platform yet, or was found to be behind it; \
                 everything can be read and nothing was changed.",
                "Try again in a moment; it goes on by itself once the comparison is done.",
            ),
            Self::OrderNotSigned => (
                "The order carries no valid signature of the platform; nothing was changed.",
                "Sign it with the registered order key.",
            ),
            Self::HoldReason => (
                "The reason is missing or longer than 2000 characters; nothing was changed.",
                "Give the number of the case or of the order.",
            ),
            Self::UnknownChain => {
                ("Nothing of this chain is held here.", "Check the commitment of the chain.")
            }
            Self::NoSuchHold => ("There is no such hold in force.", "Check the name of the hold."),
            Self::KeyMissing => (
                "The request has no Idempotency-Key; nothing was changed.",
                "Send a new key with every new act, for instance a random UUID; repeat a request with the same key.",
            ),
            Self::KeyMalformed => (
                "The Idempotency-Key is malformed; nothing was changed.",
                "Send 1 to 128 visible ASCII characters, for instance a random UUID.",
            ),
            Self::KeyReused => (
                "This idempotency key belongs to another request; nothing was changed.",
                "Use a new Idempotency-Key for a new request; repeat a request unchanged.",
            ),
            Self::NoticeMalformed => (
                "This is no statement of a custodian; nothing was changed.",
                "Make the request again as the interface says.",
            ),
            Self::NoticeNotSigned => (
                "The statement is not signed by a custodian that is known here; nothing was changed.",
                "Check the receipt key that is registered here and send it again.",
            ),
            Self::NoticeOfAnother => (
                "The statement is about another record than the request names; nothing was changed.",
                "Check the record's identifier.",
            ),
            Self::UnknownRecord => {
                ("This record is not held here yet.", "Send it again once the record is deposited.")
            }
            Self::Busy => (
                "Too much is under way at this office; nothing was changed.",
                "Try again in a few seconds.",
            ),
            Self::StoreFull => (
                "This office has no space left and takes nothing for now; nothing was changed.",
                "Try again later; if it goes on, contact the notary office.",
            ),
            Self::StoreStopped => (
                "The service is restarting; whether this was done is not known yet.",
                "Try again in a moment; what was done already is not done twice.",
            ),
        }
    }
}

impl Explain for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "protocol_malformed",
            Self::UnknownLog => "log_unknown",
            Self::FrozenLog => "log_frozen",
            Self::NoStatement => "log_without_statement",
            Self::NotSigned => "checkpoint_not_signed",
            Self::OldSizeBeyond => "old_size_beyond_checkpoint",
            Self::Inconsistent => "log_inconsistent",
            Self::NothingAnnounced => "no_pending_checkpoint",
            Self::NothingUsable => "nothing_usable",
            Self::EntriesTooLong => "entries_too_long",
            Self::NothingYet => "nothing_yet",
            Self::OrderNotSigned => "order_not_signed",
            Self::HoldReason => "hold_reason_missing",
            Self::UnknownChain => "chain_unknown",
            Self::NoSuchHold => "hold_not_in_force",
            Self::KeyMissing => "idempotency_key_missing",
            Self::KeyMalformed => "idempotency_key_malformed",
            Self::KeyReused => "idempotency_key_reused",
            Self::NoticeMalformed => "notice_malformed",
            Self::NoticeNotSigned => "notice_not_signed",
            Self::NoticeOfAnother => "notice_of_another_record",
            Self::UnknownRecord => "record_unknown",
            Self::NoSuchTile => "no_such_tile",
            Self::ReadOnly => "read_only",
            Self::Busy => "busy",
            Self::StoreFull => "store_full",
            Self::StoreStopped => "store_stopped",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        let (what, next) = match language {
            Language::Zh => self.in_chinese(),
            Language::En => self.in_english(),
        };
        Explanation::new(what, next)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.status(), &refusal)
    }
}
