//! Another way in, without the link: the 8-digit number of the filing 办件码 and one's own
//! contact, then the code that is sent there. Nobody learns from it who takes part in what:
//! the answers are the same whether or not there is such a party.

use heqi_filing::{Ceremony, CeremonyState, CodeRefusal, EntryStep};
use heqi_vocabulary::{CeremonyId, Digest, FilingNo, Language, MessageChannel, PartyId, UtcMillis};
use serde::Serialize;

use crate::access;
use crate::check_code::{CheckCode, CheckCodeError, check_code};
use crate::codes;
use crate::contacts::{self, Contact, EmailAddress, MobileNumber};
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::platform::Platform;
use crate::request::{Actor, AsRead, IdempotencyKey, Request, RequestFacts};
use crate::rows::{self, Pair};
use crate::send_code::{SendCode, SendCodeError, send_code};
use crate::wording::{Told, refusals, say};

/// Who somebody says to be.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ByNumber {
    /// The number of the filing.
    pub number: FilingNo,
    /// The mobile number or e-mail address, as typed.
    pub contact: String,
}

/// Without the contact.
impl std::fmt::Debug for ByNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ByNumber({})", self.number)
    }
}

/// If there is such a party, a code is on its way.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SentByNumber {
    /// From this instant on another one can be asked for.
    pub resend_at: UtcMillis,
}

/// The signer may come in.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Entered {
    /// The token of the ceremony, to be shown to the signer and nobody else.
    pub token: String,
    /// The same as an actor, for a session of a browser.
    #[serde(skip)]
    pub actor: Actor,
}

/// Without the token.
impl std::fmt::Debug for Entered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entered")
    }
}

/// Why nobody comes in this way.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ByNumberError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The contact is neither a mobile number nor an e-mail address.
    #[error(transparent)]
    Contact(#[from] contacts::ContactError),
    /// Number, contact and code do not fit together; it does not say which.
    #[error("number, contact and code do not fit together")]
    NoMatch,
}

impl From<Fault> for ByNumberError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl ByNumberError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Contact(error) => Told::By(error),
            Self::NoMatch => say(
                "entry_no_match",
                [
                    "办件码、联系方式或验证码不正确，或验证码已失效。",
                    "请核对后重试，或重新获取验证码；也可联系经办人。",
                ],
                [
                    "Number, contact and code do not fit together, or the code is no longer valid.",
                    "Check them, have another code sent, or ask the handler.",
                ],
            )
            .is(Class::NotFound),
        }
    }
}

refusals!(ByNumberError);

/// Has a code sent to a contact, if the filing invited it.
///
/// # Errors
/// See [`ByNumberError`].
pub async fn send_by_number(
    platform: &Platform,
    facts: &RequestFacts,
    who: &ByNumber,
    language: Language,
) -> Result<SentByNumber, ByNumberError> {
    let typed = Typed::parse(&who.contact)?;
    let now = platform.now();
    let again = SentByNumber { resend_at: now.plus_millis(heqi_filing::entry::CODE_PAUSE_MS) };
    let Some(actor) = find(platform, who.number, &typed).await? else {
        codes::count_nobody(platform).await?;
        return Ok(again);
    };
    let request = request(platform, actor, facts)?;
    let command = SendCode { channel: Some(typed.channel()), language };
    match send_code(platform, &request, command).await {
        Ok(_) => Ok(again),
        // Whatever the door says about this ceremony would say that there is one.
        Err(
            SendCodeError::Entry(_)
            | SendCodeError::DayLimit
            | SendCodeError::NoContact
            | SendCodeError::ContactTooNew
            | SendCodeError::LinkExpired,
        ) => {
            codes::count_nobody(platform).await?;
            Ok(again)
        }
        Err(SendCodeError::Act(error)) => Err(error.into()),
    }
}

/// Lets a signer in whose code fits. The code is used up by it and recorded, as by the link.
///
/// # Errors
/// See [`ByNumberError`].
pub async fn check_by_number(
    platform: &Platform,
    facts: &RequestFacts,
    who: &ByNumber,
    code: String,
) -> Result<Entered, ByNumberError> {
    let typed = Typed::parse(&who.contact)?;
    let Some(actor) = find(platform, who.number, &typed).await? else {
        codes::count_nobody(platform).await?;
        return Err(ByNumberError::NoMatch);
    };
    let (ceremony, ..) = actor.signer()?;
    let request = request(platform, actor.clone(), facts)?;
    match check_code(platform, &request, CheckCode { code }).await {
        Ok(_) => Ok(Entered { token: access::signer_token(platform, ceremony), actor }),
        Err(CheckCodeError::Act(error)) => Err(error.into()),
        // It was counted, which was written.
        Err(CheckCodeError::Entry(CodeRefusal::Wrong { .. })) => Err(ByNumberError::NoMatch),
        // Whatever else: nobody learns here whether there is such a party.
        Err(_) => {
            codes::count_nobody(platform).await?;
            Err(ByNumberError::NoMatch)
        }
    }
}

/// A contact as somebody typed it.
enum Typed {
    Mobile(MobileNumber),
    Email(EmailAddress),
}

impl Typed {
    fn parse(text: &str) -> Result<Self, contacts::ContactError> {
        if text.contains('@') {
            text.parse().map(Self::Email)
        } else {
            text.parse().map(Self::Mobile)
        }
    }

    const fn channel(&self) -> MessageChannel {
        match self {
            Self::Mobile(_) => MessageChannel::Sms,
            Self::Email(_) => MessageChannel::Email,
        }
    }

    fn is_of(&self, contact: &Contact) -> bool {
        match self {
            Self::Mobile(mobile) => contact.mobile.as_ref() == Some(mobile),
            Self::Email(email) => contact.email.as_ref() == Some(email),
        }
    }
}

/// Whether somebody without a link can come to a ceremony, and for what; the best is the first.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Comes {
    /// To sign.
    ToSign,
    /// To what was signed or declined.
    Back,
    /// Not at all: the link ended before anything was signed, or the door is locked.
    Never,
}

impl Comes {
    fn to(ceremony: &Ceremony, now: UtcMillis) -> Self {
        if ceremony.entry().step() == EntryStep::Locked {
            Self::Never
        } else if ceremony.is_over() {
            Self::Back
        } else if now < ceremony.expires_at() {
            Self::ToSign
        } else {
            Self::Never
        }
    }
}

/// The signer of the newest ceremony of the party with this contact. One person in several parties
/// comes to the first that still waits, and to what was signed when none does.
async fn find(
    platform: &Platform,
    number: FilingNo,
    typed: &Typed,
) -> Result<Option<Actor>, ByNumberError> {
    let row = rows::FILING_NUMBERS.row(platform.backend(), &number).await.map_err(Fault::from)?;
    let Some(filing_id) = row.map(|row| row.value) else { return Ok(None) };
    let Some(stored) = filings::find(platform, filing_id).await? else { return Ok(None) };
    let mut best: Option<(Comes, Actor)> = None;
    for party in stored.filing.parties().map(heqi_filing::Party::id) {
        let contact = contacts::load_unless_erased(platform, filing_id, party).await?;
        if contact.is_some_and(|stored| typed.is_of(&stored.contact)) {
            let newest = newest(platform, filing_id, party).await?;
            let Some((ceremony, comes)) = newest else { continue };
            if best.as_ref().is_none_or(|(known, _)| comes < *known) {
                best = Some((comes, Actor::Signer { ceremony, filing: filing_id, party }));
            }
        }
    }
    Ok(best.map(|(_, actor)| actor))
}

/// The newest ceremony of a party, if its door asks for a code, and who comes to it.
async fn newest(
    platform: &Platform,
    filing: heqi_vocabulary::FilingId,
    party: PartyId,
) -> Result<Option<(CeremonyId, Comes)>, ByNumberError> {
    let row = rows::NEWEST_CEREMONIES.row(platform.backend(), &Pair(filing, party)).await;
    let Some(ceremony) = row.map_err(Fault::from)?.map(|row| row.value) else { return Ok(None) };
    let content = match crate::ceremonies::load(platform, ceremony).await {
        Ok(stored) => stored.content,
        Err(ActError::Fault(Fault::Erased)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let expired = matches!(content.ceremony.state(), CeremonyState::Expired { .. });
    let is_there = content.ceremony.entry().asks_code() && !expired;
    Ok(is_there.then(|| (ceremony, Comes::to(&content.ceremony, platform.now()))))
}

/// A request in the signer's name, of which nobody knows the key, so it is made once.
fn request(platform: &Platform, actor: Actor, facts: &RequestFacts) -> Result<Request, Fault> {
    let key = hex::encode(platform.entropy().bytes::<16>());
    let digest = Digest::of(key.as_bytes());
    let idempotency_key = key.parse::<IdempotencyKey>().map_err(Fault::broken)?;
    Ok(Request {
        actor,
        idempotency_key,
        digest,
        facts: facts.clone(),
        versions: AsRead::default(),
    })
}
