//! The signer enters the one-time code. That it fits is a record, whose root stands in the
//! challenge the device signs; a wrong entry is counted and is none.

use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{CodeRefusal, EntryStep, IssuedCode};
use heqi_vocabulary::{Digest, MessageChannel, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::{Act, Attempts};
use crate::ceremonies;
use crate::codes::{self, CODE_DIGITS};
use crate::contacts;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::messages::WayState;
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::{self, CeremonyContent, CeremonyRecord};
use crate::send_code::Whose;
use crate::wording::{Told, refusals, say};

/// What was entered.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CheckCode {
    /// Six digits.
    pub code: String,
}

/// Without the code.
impl std::fmt::Debug for CheckCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckCode")
    }
}

/// It fits, and that is recorded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Passed {
    /// The record.
    pub record_id: RecordId,
    /// Its root.
    pub record_root: RecordRoot,
    /// What is asked next.
    pub step: EntryStep,
}

/// Why it did not pass.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckCodeError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// Not six digits; not counted.
    #[error("a code has six digits")]
    Malformed,
    /// The rules of entries refuse it.
    #[error(transparent)]
    Entry(#[from] CodeRefusal),
    /// More came in than one ceremony holds.
    #[error("this ceremony has too many records")]
    TooManyRecords,
}

impl From<Fault> for CheckCodeError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl CheckCodeError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Entry(error) => Told::By(error),
            Self::Malformed => say(
                "code_malformed",
                ["验证码应为6位数字。", "请核对最近一条短信或邮件后重新输入。"],
                ["A code has 6 digits.", "Look at the newest message and enter it again."],
            )
            .is(Class::BadInput),
            Self::TooManyRecords => too_many_records(),
        }
    }
}

refusals!(CheckCodeError);

/// Said by every check that would add one more record.
pub(crate) fn too_many_records() -> Told<'static> {
    say(
        "ceremony_records",
        ["本次签署中操作次数过多。", "请联系经办人重新发送邀请。"],
        ["Too much has happened in this signing.", "Ask the handler for a new invitation."],
    )
    .is(Class::Conflict)
}

/// Checks a code. It passes once; a wrong one is counted, the same request again is not.
///
/// # Errors
/// See [`CheckCodeError`].
pub async fn check_code(
    platform: &Platform,
    request: &Request,
    command: CheckCode,
) -> Result<Passed, CheckCodeError> {
    let whose = request.actor.signer()?;
    let (ceremony, filing, _) = whose;
    let entered = command.code.trim();
    if entered.len() != CODE_DIGITS || !entered.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CheckCodeError::Malformed);
    }
    let mut act = Act::new(platform, request, "check_code").await;
    let mut counting = Attempts::default();
    let asked = Digest::of(request.idempotency_key.as_str().as_bytes());
    loop {
        if let Some(passed) = act.earlier().await? {
            return Ok(passed);
        }
        let stored = ceremonies::load(platform, ceremony).await?;
        stored.not_withdrawn()?;
        let chain = filings::load(platform, filing).await?.filing.chain();
        let next = ledger::next_place(platform, chain).await?;
        let mut content = stored.content.clone();
        let code = content.ceremony.entry().code().cloned();
        let fits = code
            .as_ref()
            .is_some_and(|code| codes::code_fits(platform, ceremony, &code.nonce, entered));
        let now = next.place.recorded_at;
        let mut changes = Changeset::new();
        if let Err(refused) = content.ceremony.entry_mut().enter_code(fits, asked, now) {
            if content.ceremony.entry() == stored.content.ceremony.entry() {
                return Err(refused.into());
            }
            stored.replace(platform, &mut changes, &content)?;
            if counting.commit(platform, changes).await?.is_some() {
                return Err(refused.into());
            }
            continue;
        }
        let code = code.ok_or(CodeRefusal::NotSent)?;
        content.ceremony.entry_mut().went_by(&went_by(platform, &code).await?);
        let record = record(platform, request, whose, &code).await?;
        let record_root = record.write(platform, &mut changes, &next)?;
        let record_id = record.record_id();
        let made = CeremonyRecord::of(RecordKind::CodeChecked, record_id, record_root);
        remember(&mut content, made).ok_or(CheckCodeError::TooManyRecords)?;
        stored.replace(platform, &mut changes, &content)?;
        let passed = Passed { record_id, record_root, step: content.ceremony.entry().step() };
        if act.commit(changes, &passed).await?.is_some() {
            return Ok(passed);
        }
    }
}

/// Remembers a record among those the next challenge binds; what happens after the signing
/// is bound by none. `None` when there is no room.
pub(crate) fn remember(content: &mut CeremonyContent, made: CeremonyRecord) -> Option<()> {
    if content.ceremony.is_over() {
        return Some(());
    }
    if content.records.len() >= crate::give_consent::MAX_RECORDS {
        return None;
    }
    content.records.push(made);
    Some(())
}

async fn record(
    platform: &Platform,
    request: &Request,
    whose: Whose,
    code: &IssuedCode,
) -> Result<NewRecord, Fault> {
    let (ceremony, filing, party) = whose;
    let contact = contacts::load(platform, filing, party).await?.map(|stored| stored.contact);
    let channel = sent_by(platform, code).await?;
    let mut draft = Draft::new(platform, RecordKind::CodeChecked);
    draft
        .observed("filing", filing.to_string())?
        .observed("ceremony", ceremony.to_string())?
        .observed("party", party.to_string())?
        .observed("check", "one_time_code")?
        .observed("channel", channel.as_str())?
        .declared("contact", contact.as_ref().and_then(|c| c.address(channel)))?
        .observed("contact_source", "declared")?
        .observed("sent_at", code.sent_at.to_string())?
        .observed("wrong_entries", code.wrong)?
        .facts(&request.facts)?;
    if let Some(message) = code.message {
        draft.observed("message", message.to_string())?;
    }
    let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
    draft.seal(platform, about, None)
}

/// By what the code went or may have gone until now: whoever enters it has it from one of these. The
/// way asked for, where nobody knows of a try.
async fn went_by(platform: &Platform, code: &IssuedCode) -> Result<Vec<MessageChannel>, Fault> {
    let Some(message) = code.message else { return Ok(vec![code.channel]) };
    let row = rows::MESSAGES.row(platform.backend(), &message).await?;
    let ways = row.map(|row| row.value.ways).unwrap_or_default();
    let went = ways.iter().filter(|way| way.may_have_gone());
    let went: Vec<_> = went.map(|way| way.channel).collect();
    Ok(if went.is_empty() { vec![code.channel] } else { went })
}

/// By what the code really went: the way asked for, or the next one when that failed.
async fn sent_by(platform: &Platform, code: &IssuedCode) -> Result<MessageChannel, Fault> {
    let Some(message) = code.message else { return Ok(code.channel) };
    let row = rows::MESSAGES.row(platform.backend(), &message).await?;
    let taken = row.and_then(|row| {
        row.value.ways.iter().find(|way| way.state == WayState::Taken).map(|way| way.channel)
    });
    Ok(taken.unwrap_or(code.channel))
}
