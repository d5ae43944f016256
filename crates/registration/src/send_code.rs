//! Sends the signer a one-time code: to the contact of the party, and to nothing else.

use heqi_evidence_store::changeset::Changeset;
use heqi_filing::entry::masked;
use heqi_filing::{CeremonyState, CodeRefusal, IssuedCode};
use heqi_vocabulary::{CeremonyId, FilingId, Language, MessageChannel, PartyId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies;
use crate::codes;
use crate::contacts;
use crate::fault::{ActError, Class, Fault};
use crate::messages::{self, NewMessage, Purpose};
use crate::platform::Platform;
use crate::request::Request;
use crate::wording::{Told, refusals, say};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SendCode {
    /// By what; the first there is when left out.
    pub channel: Option<MessageChannel>,
    /// The language of the message.
    pub language: Language,
}

/// A code is on its way.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CodeSent {
    /// By what.
    pub channel: MessageChannel,
    /// Where to, masked.
    pub masked: String,
    /// When.
    pub sent_at: UtcMillis,
    /// From this instant on it does not pass.
    pub expires_at: UtcMillis,
    /// From this instant on another one can be sent.
    pub resend_at: UtcMillis,
}

/// What is kept of the answer.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Kept {
    channel: MessageChannel,
    sent_at: UtcMillis,
}

/// Why no code is sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendCodeError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of entries refuse it.
    #[error(transparent)]
    Entry(#[from] CodeRefusal),
    /// The link of a ceremony that did not end otherwise has ended.
    #[error("the link has ended")]
    LinkExpired,
    /// The party has no contact, or not of this kind.
    #[error("the party has no such contact")]
    NoContact,
    /// The contact was changed less than a day ago.
    #[error("the contact was changed less than a day ago")]
    ContactTooNew,
    /// The contact has had ten codes today.
    #[error("the contact has had as many codes as it gets in a day")]
    DayLimit,
}

impl From<Fault> for SendCodeError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl SendCodeError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Entry(error) => Told::By(error),
            Self::LinkExpired => say(
                "link_expired",
                ["该链接已失效。", "请联系经办人重新发送邀请。"],
                ["This link has ended.", "Ask the handler for a new invitation."],
            )
            .is(Class::Conflict),
            Self::NoContact => say(
                "code_no_contact",
                ["没有可用于接收验证码的联系方式。", "请联系经办人补充您的手机号码或电子邮箱。"],
                [
                    "There is no contact a code could be sent to.",
                    "Ask the handler to enter your mobile number or e-mail address.",
                ],
            )
            .is(Class::Conflict),
            Self::ContactTooNew => say(
                "code_contact_new",
                [
                    "您的联系方式刚有变更，24小时内暂不能用于接收验证码。",
                    "请稍后再试；如变更非您本人要求，请联系经办人。",
                ],
                [
                    "The contact was changed lately; for 24 hours no code is sent to it.",
                    "Try again later; if you did not ask for the change, tell the handler.",
                ],
            )
            .is(Class::Conflict),
            Self::DayLimit => say(
                "code_limit",
                ["验证码发送过于频繁，今日已达上限。", "请明天再试，或改用另一种接收方式。"],
                [
                    "No more codes are sent to this contact today.",
                    "Try again tomorrow, or have it sent the other way.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(SendCodeError);

/// Sends a code to the signer. The one sent before passes no more.
///
/// # Errors
/// See [`SendCodeError`].
pub async fn send_code(
    platform: &Platform,
    request: &Request,
    command: SendCode,
) -> Result<CodeSent, SendCodeError> {
    let whose = request.actor.signer()?;
    let mut act = Act::new(platform, request, "send_code").await;
    loop {
        if let Some(kept) = act.earlier::<Kept>().await? {
            return told(platform, whose, kept).await;
        }
        let (changes, kept) = prepare(platform, whose, command).await?;
        if act.commit(changes, &kept).await?.is_some() {
            return told(platform, whose, kept).await;
        }
    }
}

/// Whose ceremony it is.
pub(crate) type Whose = (CeremonyId, FilingId, PartyId);

/// The changes that send a code, and what is answered.
async fn prepare(
    platform: &Platform,
    whose: Whose,
    command: SendCode,
) -> Result<(Changeset, Kept), SendCodeError> {
    let (ceremony, filing, party) = whose;
    let now = platform.now();
    let stored = ceremonies::load(platform, ceremony).await?;
    stored.not_withdrawn()?;
    let mut content = stored.content.clone();
    open_or_ended(&content.ceremony, now)?;
    content.ceremony.entry().may_send(now)?;
    let contact = contacts::load(platform, filing, party).await?;
    let contact = contact.ok_or(SendCodeError::NoContact)?;
    if now < contact.usable_from {
        return Err(SendCodeError::ContactTooNew);
    }
    let contact = contact.contact;
    let channel = command.channel.or_else(|| contact.channels().next());
    let channel = channel.ok_or(SendCodeError::NoContact)?;
    let address = contact.address(channel).ok_or(SendCodeError::NoContact)?;

    let mut changes = Changeset::new();
    if !codes::count(platform, &mut changes, address).await? {
        return Err(SendCodeError::DayLimit);
    }
    let nonce = codes::draw_nonce(platform);
    let mut code = IssuedCode::new(nonce.clone(), channel, now);
    let message = NewMessage {
        ceremony: Some(ceremony),
        nonce: Some(nonce),
        language: command.language,
        expires_at: Some(code.expires_at()),
        ..NewMessage::new(Purpose::Code, filing, party)
    };
    let message = messages::enqueue(platform, &mut changes, message, &contact, Some(channel))?;
    code.message = Some(message);
    content.ceremony.entry_mut().sent(code);
    stored.replace(platform, &mut changes, &content)?;
    Ok((changes, Kept { channel, sent_at: now }))
}

/// A link lets people in until it ends; who has signed or declined may come back later, to
/// confirm, to object and to see the evidence.
fn open_or_ended(ceremony: &heqi_filing::Ceremony, now: UtcMillis) -> Result<(), SendCodeError> {
    match ceremony.state() {
        CeremonyState::Signed { .. } | CeremonyState::Declined { .. } => Ok(()),
        CeremonyState::Expired { .. } | CeremonyState::Withdrawn { .. } => {
            Err(SendCodeError::LinkExpired)
        }
        _ if now < ceremony.expires_at() => Ok(()),
        _ => Err(SendCodeError::LinkExpired),
    }
}

async fn told(platform: &Platform, whose: Whose, kept: Kept) -> Result<CodeSent, SendCodeError> {
    let (_, filing, party) = whose;
    let contact = contacts::load_unless_erased(platform, filing, party).await?;
    let address = contact.as_ref().and_then(|stored| stored.contact.address(kept.channel));
    // Only for its lifetimes; the nonce is not asked for.
    let code = IssuedCode::new(String::new(), kept.channel, kept.sent_at);
    Ok(CodeSent {
        channel: kept.channel,
        masked: address.map(masked).unwrap_or_default(),
        sent_at: kept.sent_at,
        expires_at: code.expires_at(),
        resend_at: code.resend_at(),
    })
}
