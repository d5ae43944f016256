//! What goes wrong with any act, and how a caller tells errors apart without knowing each.

use heqi_evidence_store::gate::ReadOnly;
use heqi_vocabulary::Explain;

use crate::wording::{Told, refusals, say};

mod rules;
mod store;

/// What a caller does about an error. A service maps each to one answer.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a new class must reach every service")]
pub enum Class {
    /// What was sent cannot be read or breaks a rule whatever the state: send another.
    BadInput,
    /// What was sent is longer than allowed.
    TooLarge,
    /// What was sent is of another format.
    WrongFormat,
    /// No key or token, or none that works.
    Unauthenticated,
    /// This key or token may not do this.
    Forbidden,
    /// There is no such thing, or not for this caller.
    NotFound,
    /// It cannot happen in the present state.
    Conflict,
    /// It has changed since the caller read it.
    Stale,
    /// It is gone for good.
    Gone,
    /// Not now; the same request may be sent again.
    Unavailable,
    /// The platform is at fault.
    Internal,
}

/// An error that explains itself and says of which class it is.
pub trait Refusal: Explain {
    /// Its class.
    fn class(&self) -> Class;
}

/// What can go wrong with every command and query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActError {
    /// The key or token may not do this.
    #[error("this key or token may not do this")]
    Denied,
    /// The same idempotency key came with another request.
    #[error("the idempotency key has been used for another request")]
    KeyReused,
    /// The filing has changed since the caller read it.
    #[error("the filing has another version than the request names")]
    Stale,
    /// The filing, party, ceremony, signing, document or record is not there, or not for
    /// this caller.
    #[error("there is no such {0}")]
    NotFound(Thing),
    /// The signer has not come in: code or identity number are still asked for.
    #[error(transparent)]
    NotInside(#[from] heqi_filing::NotInside),
    /// The signer was taken out of the filing: nothing is shown by this invitation any more.
    #[error("the invitation was withdrawn")]
    Withdrawn,
    /// The store could not do its part.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What was not found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "what an identifier can name")]
pub enum Thing {
    /// A filing.
    Filing,
    /// A party.
    Party,
    /// A document.
    Document,
    /// A ceremony.
    Ceremony,
    /// A signing.
    Signing,
    /// A record.
    Record,
    /// An API key.
    ApiKey,
    /// A message.
    Message,
    /// A case for a reviewer.
    Case,
    /// An account of staff.
    Account,
    /// A search by a regulator.
    Query,
}

impl std::fmt::Display for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Filing => "filing",
            Self::Party => "party",
            Self::Document => "document",
            Self::Ceremony => "ceremony",
            Self::Signing => "signing",
            Self::Record => "record",
            Self::ApiKey => "API key",
            Self::Message => "message",
            Self::Case => "case",
            Self::Account => "account",
            Self::Query => "query",
        })
    }
}

impl ActError {
    /// Whether the act may have happened all the same: the store stopped under it, and
    /// decides at its next start. Until then nothing the act may need is cleared away.
    pub(crate) const fn is_undecided(&self) -> bool {
        matches!(self, Self::Fault(Fault::Stopped))
    }

    fn told(&self) -> Told<'_> {
        match self {
            Self::Fault(fault) => Told::By(fault),
            Self::NotInside(error) => Told::By(error),
            Self::Withdrawn => Told::By(&heqi_filing::Finished::Withdrawn),
            Self::Denied => say(
                "not_allowed",
                [
                    "您的登录身份不能进行此操作，未作任何更改。",
                    "请使用有相应权限的身份，或联系经办人。",
                ],
                [
                    "This key or link may not do this; nothing was changed.",
                    "Use one that may, or ask the handler.",
                ],
            )
            .is(Class::Forbidden),
            Self::KeyReused => say(
                "idempotency_key_reused",
                [
                    "同一请求编号已用于另一项内容，未作任何更改。",
                    "请为新的请求使用新的 Idempotency-Key；重发原请求时请勿改动内容。",
                ],
                [
                    "This idempotency key belongs to another request; nothing was changed.",
                    "Use a new Idempotency-Key for a new request; repeat a request unchanged.",
                ],
            )
            .is(Class::Conflict),
            Self::Stale => say(
                "stale",
                ["内容在您读取之后已有更新，未作任何更改。", "请重新读取，核对后再提交。"],
                [
                    "It has changed since you read it; nothing was changed now.",
                    "Read it again, check it and send your change again.",
                ],
            )
            .is(Class::Stale),
            Self::NotFound(thing) => thing.told(),
        }
    }
}

impl Thing {
    fn told(self) -> Told<'static> {
        let (code, zh) = match self {
            Self::Filing => ("filing_not_found", "办件"),
            Self::Party => ("party_not_found", "签署人"),
            Self::Document => ("document_not_found", "文书"),
            Self::Ceremony => ("ceremony_not_found", "签署邀请"),
            Self::Signing => ("signing_not_found", "签署请求"),
            Self::Record => ("record_not_found", "存证记录"),
            Self::ApiKey => ("api_key_not_found", "接口密钥"),
            Self::Message => ("message_not_found", "消息"),
            Self::Case => ("case_not_found", "核验事项"),
            Self::Account => ("account_not_found", "账号"),
            Self::Query => ("query_not_found", "查询"),
        };
        let en = self.to_string();
        let wording = say(
            code,
            ["没有找到该{zh}。", "请核对编号，或从列表中重新打开。"],
            ["There is no such {en}.", "Check the number, or open it again from the list."],
        );
        wording.with("{zh}", zh).with("{en}", en).is(Class::NotFound)
    }
}

/// Why the store could not do its part. Nothing was changed, except after
/// [`Fault::Stopped`], when the next start decides.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Too much at once.
    #[error("the store is busy")]
    Busy,
    /// No space left.
    #[error("the disk is nearly full")]
    DiskFull,
    /// The store has stopped.
    #[error("the store has stopped")]
    Stopped,
    /// Only reads are answered.
    #[error("the platform is read-only: {0}")]
    ReadOnly(ReadOnly),
    /// Our clock and a peer's differ too much for anything whose time matters.
    #[error("our clock and a peer's differ by more than a minute")]
    ClockOff,
    /// What was asked for has been erased.
    #[error("the data has been erased")]
    Erased,
    /// Stored bytes, or a value to be stored, are not what they must be.
    #[error("{0}")]
    Broken(String),
}

impl Fault {
    /// A fault of ours, with what was found; never personal data.
    pub(crate) fn broken(what: impl std::fmt::Display) -> Self {
        Self::Broken(what.to_string())
    }

    fn told(&self) -> Told<'_> {
        match self {
            Self::Busy => say(
                "busy",
                ["当前办理人数较多，未作任何更改。", "请稍等几秒后重试，已填写内容不会丢失。"],
                [
                    "Too many people at once; nothing was changed.",
                    "Try again in a few seconds; nothing entered is lost.",
                ],
            )
            .is(Class::Unavailable),
            Self::DiskFull => say(
                "store_full",
                ["系统存储空间不足，暂不能受理，未作任何更改。", "请稍后重试；如持续出现，请联系平台。"],
                [
                    "The platform has no space left and accepts nothing for now; nothing was changed.",
                    "Try again later; if it goes on, contact the platform.",
                ],
            )
            .is(Class::Unavailable),
            Self::Stopped => say(
                "store_stopped",
                ["系统正在重新启动，本次操作结果待确认。", "请稍后用同一请求重试，不会重复办理。"],
                [
                    "The platform is restarting; whether this was done is not known yet.",
                    "Send the same request again in a moment; it will not be done twice.",
                ],
            )
            .is(Class::Unavailable),
            Self::ReadOnly(ReadOnly::PeerNotHeard) => say(
                "read_only",
                [
                    "系统启动后尚未与公证处核对完毕，暂只能查询，未作任何更改。",
                    "请稍等几秒后重试，核对完成后自动恢复办理。",
                ],
                [
                    "The platform has just started and has not compared itself with the notary yet: for the moment \
                     everything can be read and nothing changed.",
                    "Try again in a few seconds; it goes on by itself.",
                ],
            )
            .is(Class::Unavailable),
            Self::ReadOnly(ReadOnly::Behind) => say(
                "read_only_set_back",
                [
                    "系统数据与公证处所存不一致，现只能查询，未作任何更改。",
                    "请联系平台；此前的签署与回执不受影响。",
                ],
                [
                    "The platform's data is older than what the notary holds of it: everything can be read and \
                     nothing changed.",
                    "Contact the platform; earlier signings and receipts are not affected.",
                ],
            )
            .is(Class::Unavailable),
            Self::ClockOff => say(
                "clock_off",
                [
                    "系统时钟与公证处或时间戳机构相差超过一分钟，暂不能开始签署，未作任何更改。",
                    "请稍后重试；如持续出现，请联系平台。",
                ],
                [
                    "The platform's clock differs from the notary's, or a time authority's, by more than a minute, so \
                     no signing can begin; nothing was changed.",
                    "Try again later; if it goes on, contact the platform.",
                ],
            )
            .is(Class::Unavailable),
            Self::Erased => say(
                "erased",
                ["该内容已依法删除，本平台不再保存。", "如需查询删除依据，请联系平台。"],
                [
                    "This has been erased and is no longer held by the platform.",
                    "Ask the platform on which legal basis it was erased.",
                ],
            )
            .is(Class::Gone),
            Self::Broken(_) => say(
                "internal",
                ["系统出现错误，未能完成。", "请稍后重试；如持续出现，请将请求编号告知平台。"],
                [
                    "Something went wrong on our side.",
                    "Try again later; if it goes on, tell the platform the request number.",
                ],
            )
            .is(Class::Internal),
        }
    }
}

refusals!(ActError, Fault);
