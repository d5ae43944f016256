//! Invites a party to sign: a ceremony and the token that opens it. The first invitation
//! opens signing, which is recorded.

use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::entry::CODES_A_DAY;
use heqi_filing::{Ceremony, Entry, FilingState, Invitation, Matter};
use heqi_vocabulary::{CeremonyId, FilingId, FilingNo, PartyId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::access::{self, TokenRow};
use crate::act::Act;
use crate::ceremonies;
use crate::codes;
use crate::contacts::{self, Contact};
use crate::data_keys::{Sealing, data_key};
use crate::declare_capital;
use crate::fault::{ActError, Class, Fault, Thing};
use crate::filings;
use crate::handler_desk;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::messages::{self, NewMessage, Purpose};
use crate::platform::Platform;
use crate::request::{Actor, Request, Scope};
use crate::rows::{self, Pair};
use crate::wording::{Told, refusals, say};

/// How often one party is invited on one day (Asia/Shanghai): as often as one contact is sent a code. Each
/// invitation is a message that somebody gets, and a link that ends the one before.
pub const INVITATIONS_A_DAY: u32 = CODES_A_DAY;

/// Who is to be invited.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Invite {
    /// The filing.
    pub filing: FilingId,
    /// The party.
    pub party: PartyId,
}

/// The party can come. Only the SHA-256 of the token is kept; the same request again
/// gives the same token.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct PartyInvited {
    /// The ceremony.
    pub ceremony_id: CeremonyId,
    /// The token for the link, to be shown to the signer and nobody else.
    pub token: String,
    /// The path of the link for the signer's browser. It opens a session, never the interface,
    /// so it may travel by SMS and e-mail.
    pub link: String,
    /// When the link ends.
    pub expires_at: UtcMillis,
}

/// Without the token.
impl std::fmt::Debug for PartyInvited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartyInvited({}, until {})", self.ceremony_id, self.expires_at)
    }
}

/// What is kept of the answer.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Invited {
    ceremony_id: CeremonyId,
    expires_at: UtcMillis,
}

/// Why the party was not invited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// Signing cannot be opened yet.
    #[error(transparent)]
    OpenSigning(#[from] heqi_filing::OpenSigningError),
    /// The rules of ceremonies refuse it.
    #[error(transparent)]
    Ceremony(#[from] heqi_filing::InviteError),
    /// The party cannot be sent a one-time code, and this platform demands one.
    #[error("the party has no contact for a one-time code")]
    NoContact,
    /// The capital was declared for other shareholders than the filing has now.
    #[error("the declared contributions are not those of the shareholders")]
    OtherShareholders,
    /// The party was invited [`INVITATIONS_A_DAY`] times today.
    #[error("the party was invited {INVITATIONS_A_DAY} times today")]
    DayLimit,
    /// A handler at the own desk is not named in the filing by name and number, so nobody could confirm as its handler.
    #[error("the filing does not name the handler who invites")]
    HandlerNotNamed,
}

impl From<Fault> for InviteError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl InviteError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::OpenSigning(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
            Self::NoContact => say(
                "contact_missing",
                [
                    "该签署人没有可接收验证码的联系方式，未发送邀请。",
                    "请先填写其手机号码或电子邮箱。",
                ],
                [
                    "The party has no contact for a one-time code; nobody was invited.",
                    "Enter a mobile number or e-mail address first.",
                ],
            )
            .is(Class::Conflict),
            Self::OtherShareholders => say(
                "capital_out_of_date",
                [
                    "填报出资信息之后股东有变化，出资信息与现在的股东不一致，未发送邀请。",
                    "请重新填报注册资本和每位股东的认缴出资。",
                ],
                [
                    "The shareholders changed after capital was declared, so the contributions are not theirs; nobody was invited.",
                    "Declare the capital and each shareholder's contribution again first.",
                ],
            )
            .is(Class::Conflict),
            Self::DayLimit => say(
                "invitation_limit",
                [
                    "今日已多次邀请该签署人，达到上限，未再发送邀请。",
                    "最近一次邀请的链接在有效期内仍可使用；如未收到，请核对联系方式，或使用签署邀请单，明天可再次邀请。",
                ],
                [
                    "The party was invited as often as it can be in a day; nothing more was sent.",
                    "The link of the last invitation works until it ends. If nothing arrived, check the contact or use the printed invitation; invite again tomorrow.",
                ],
            )
            .is(Class::Conflict),
            Self::HandlerNotNamed => say(
                "handler_not_named",
                [
                    "办件中还没有登记您本人为经办人，未发送邀请。",
                    "请在当事人中添加您本人为经办人，并填写与账号登记一致的证件号码。",
                ],
                [
                    "The filing does not name you as its handler yet; nobody was invited.",
                    "Add yourself as its handler, with the document number that your account is bound to.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(InviteError);

/// Invites a party, for a program with the handler's key or for the handler at the own desk.
///
/// # Errors
/// See [`InviteError`].
pub async fn invite(
    platform: &Platform,
    request: &Request,
    command: Invite,
) -> Result<PartyInvited, InviteError> {
    let desk = handler_desk::preparer(&request.actor)?;
    let mut act = Act::new(platform, request, "invite").await;
    let invited = loop {
        if let Some(invited) = act.earlier::<Invited>().await? {
            break invited;
        }
        let now = platform.now();
        let stored = filings::load_as_read(platform, request, command.filing).await?;
        if let Some(member) = desk {
            handler_desk::demand_own(platform, desk, &stored.filing).await?;
            let own = handler_desk::named_party(platform, member, &stored.filing).await?;
            own.ok_or(InviteError::HandlerNotNamed)?;
        }
        let mut filing = stored.filing.clone();
        let mut changes = Changeset::new();
        if matches!(filing.state(), FilingState::Drafting { .. }) {
            // What signers are shown must be of those who hold the shares now.
            let capital = declare_capital::capital(platform, command.filing).await?;
            if capital.is_some_and(|capital| !capital.is_of_shareholders(&filing)) {
                return Err(InviteError::OtherShareholders);
            }
            filing.open_signing(now)?;
            let next = ledger::next_place(platform, filing.chain()).await?;
            record(platform, request, command)?.write(platform, &mut changes, &next)?;
            stored.replace(platform, &mut changes, &filing)?;
            if let Some(member) = desk {
                handler_desk::end_draft(platform, &mut changes, member, command.filing).await?;
            }
        } else {
            stored.expect_unchanged(&mut changes)?;
        }

        let id = CeremonyId::time_ordered(now, platform.entropy());
        let token_hash = access::hash_of(&access::signer_token(platform, id));
        let invitation = Invitation { id, party: command.party, token_hash };
        let ceremony = Ceremony::invite(invitation, &filing, now)?;
        let contact = contacts::load_unless_erased(platform, command.filing, command.party).await?;
        let contact = contact.map(|stored| stored.contact);
        if platform.settings.code_required && contact.is_none() {
            return Err(InviteError::NoContact);
        }
        let whose = (command.filing, command.party);
        if !codes::count_invitation(platform, &mut changes, whose).await? {
            return Err(InviteError::DayLimit);
        }
        let asks_identity = contact.as_ref().is_some_and(|c| c.id_number.is_some());
        let ceremony = ceremony.with_entry(Entry::asking(contact.is_some(), asks_identity));
        let invited = Invited { ceremony_id: id, expires_at: ceremony.expires_at() };
        make_keys(platform, command)?;
        let token = TokenRow { ceremony: id, filing: command.filing, party: command.party };
        rows::TOKENS.insert(&mut changes, &token_hash, &token).map_err(Fault::from)?;
        let link_hash = access::hash_of(&access::signer_link(platform, id));
        rows::SIGNER_LINKS.insert(&mut changes, &link_hash, &token).map_err(Fault::from)?;
        if let Some(contact) = &contact {
            send_link(platform, &mut changes, &ceremony, contact)?;
        }
        let whose = Pair(command.filing, command.party);
        rows::NEWEST_CEREMONIES.put(&mut changes, &whose, &id).map_err(Fault::from)?;
        ceremonies::insert(platform, &mut changes, ceremony)?;
        if act.commit(changes, &invited).await?.is_some() {
            break invited;
        }
    };
    let Invited { ceremony_id, expires_at } = invited;
    let token = access::signer_token(platform, ceremony_id);
    let link = link_of(platform, ceremony_id);
    Ok(PartyInvited { ceremony_id, token, link, expires_at })
}

/// The invitation by message, in the same commit. Its link opens a session of a browser, in
/// which a code is asked for.
fn send_link(
    platform: &Platform,
    changes: &mut Changeset,
    ceremony: &Ceremony,
    contact: &Contact,
) -> Result<(), Fault> {
    let message = NewMessage {
        ceremony: Some(ceremony.id()),
        expires_at: Some(ceremony.expires_at()),
        language: contact.language,
        ..NewMessage::new(Purpose::Invitation, ceremony.filing(), ceremony.party())
    };
    messages::enqueue(platform, changes, message, contact, None).map(drop)
}

/// A printed invitation 签署邀请单, for whoever hands it to the signer.
#[derive(Clone)]
#[non_exhaustive]
pub struct InvitationSheet {
    /// The filing's number for people.
    pub number: FilingNo,
    /// The company it is about.
    pub company_name: String,
    /// What is filed.
    pub matter: Matter,
    /// Whom it is for, masked: enough not to mix sheets up.
    pub masked_name: String,
    /// The path of the signer's link; `None` where nothing is asked at the door, so that paper
    /// alone would let somebody in.
    pub link: Option<String>,
    /// When the link ends.
    pub expires_at: UtcMillis,
}

/// Without the link.
impl std::fmt::Debug for InvitationSheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InvitationSheet({})", self.number)
    }
}

/// What the printed invitation of a party says. It is made of the invitation that counts, and
/// makes none.
///
/// # Errors
/// Not allowed, no such party, the party was not invited, or the store could not be read.
pub async fn invitation_sheet(
    platform: &Platform,
    actor: &Actor,
    filing_id: FilingId,
    party: PartyId,
) -> Result<InvitationSheet, ActError> {
    actor.require(Scope::Filings)?;
    let filing = filings::load(platform, filing_id).await?.filing;
    let known = filing.party(party).ok_or(ActError::NotFound(Thing::Party))?;
    let whose = Pair(filing_id, party);
    let newest = rows::NEWEST_CEREMONIES.row(platform.backend(), &whose).await;
    let newest = newest.map_err(Fault::from)?.ok_or(ActError::NotFound(Thing::Ceremony))?.value;
    let content = ceremonies::load(platform, newest).await?.content;
    platform.backend().settled().await.map_err(Fault::from)?;
    let asks = content.ceremony.entry().asks_code();
    Ok(InvitationSheet {
        number: filing.number(),
        company_name: filing.company_name().as_str().to_owned(),
        matter: filing.matter(),
        masked_name: masked_name(known.who().acting_person().as_str()),
        link: asks.then(|| link_of(platform, newest)),
        expires_at: content.ceremony.expires_at(),
    })
}

/// The first character of a name and a star for every other one, at most four.
fn masked_name(name: &str) -> String {
    let stars = name.chars().skip(1).take(4).map(|_| '*');
    name.chars().take(1).chain(stars).collect()
}

/// The path of the link of a ceremony, for whoever sends it to the signer.
pub fn link_of(platform: &Platform, ceremony: CeremonyId) -> String {
    format!("{LINK_PATH}{}", access::signer_link(platform, ceremony))
}

/// Where links begin; the page is served there.
pub const LINK_PATH: &str = "/s/";

/// Makes the party's keys now, so that a signing later waits for no new key.
fn make_keys(platform: &Platform, command: Invite) -> Result<(), Fault> {
    [RetentionClass::Person, RetentionClass::Biometric, RetentionClass::Trace]
        .into_iter()
        .map(Sealing::Class)
        .try_for_each(|sealing| {
            data_key(platform, command.filing, Some(command.party), sealing).map(drop)
        })
}

fn record(platform: &Platform, request: &Request, command: Invite) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::FilingChanged);
    draft
        .observed("filing", command.filing.to_string())?
        .observed("change", "signing_opened")?
        .observed("changed_by", request.actor.name())?;
    draft.journalled_of_staff(&request.actor, "signing_opened");
    draft.seal(platform, About::filing(command.filing), None)
}
