//! The handler says how a party is reached. What a handler says about others proves nothing
//! (domain study 11.2); records that use it name it as declared.

use chrono::NaiveDate;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Filing, FilingState};
use heqi_identity::PersonName;
use heqi_identity::card::{CardEnd, CardFinding};
use heqi_identity::mobile::Segment;
use heqi_identity::person_name::PersonNameError;
use heqi_identity::personal_document::PersonalDocumentError;
use heqi_identity::resident_id::ResidentIdHint;
use heqi_vocabulary::{FilingId, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::contacts::{self, CONTACT_PAUSE_MS, Contact, MobileNumber};
use crate::fault::{ActError, Class, Fault, Thing};
use crate::filings;
use crate::handler_desk;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::messages::{self, NewMessage, Purpose};
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;
use crate::same_person;
use crate::verify_identity;
use crate::wording::{Told, refusals, say};

/// How a party is reached.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct DeclareContact {
    /// The filing.
    pub filing: FilingId,
    /// The party.
    pub party: PartyId,
    /// The contact; it replaces the one before.
    pub contact: Contact,
}

/// The contact is kept.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ContactDeclared {
    /// The record that it was declared; the contact itself is not in it.
    pub record_id: RecordId,
    /// What the handler should know although it was taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ContactWarning>,
}

/// What is not refused and may still go wrong (domain study 3.1, 3.5; edge case 31).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContactWarning {
    /// The number is that of a data card, which may show no messages.
    MobileDataCard,
    /// The number is that of a satellite telephone, which may show no messages.
    MobileSatellite,
    /// The identity document ends within 30 days. What counts is the day of signing; the registry
    /// may ask for the new one.
    DocumentEndsSoon,
    /// The code of the place in the number is in no table, old ones included: a digit may be mistyped, or the
    /// table is older than the card.
    DocumentRegionUnknown,
    /// The same person, by name and number, stands in the filing as another party as well. Its own
    /// capacities belong to one party; a company's is a party of its own, and the person goes on
    /// from one signing to the next.
    SamePerson,
}

impl ContactWarning {
    fn of(contact: &Contact, today: NaiveDate) -> Vec<Self> {
        let segment = contact.mobile.as_ref().map(MobileNumber::segment);
        let mobile = segment.and_then(|segment| match segment {
            Segment::DataCard => Some(Self::MobileDataCard),
            Segment::Satellite => Some(Self::MobileSatellite),
            Segment::Usual => None,
        });
        let ends = contact.document_ends.and_then(|last| CardEnd::On(last).finding(today));
        let ends_soon = matches!(ends, Some(CardFinding::EndsSoon(_)));
        let is_unknown = contact.hints(today).contains(&ResidentIdHint::UnknownRegion);
        let document = [
            ends_soon.then_some(Self::DocumentEndsSoon),
            is_unknown.then_some(Self::DocumentRegionUnknown),
        ];
        mobile.into_iter().chain(document.into_iter().flatten()).collect()
    }
}

/// Why the contact was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeclareContactError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// Neither mobile number nor e-mail address.
    #[error("a contact has a mobile number or an e-mail address")]
    Empty,
    /// The number is none of such a document.
    #[error(transparent)]
    Document(#[from] PersonalDocumentError),
    /// The name cannot be asked about: it has characters that names do not have.
    #[error(transparent)]
    Name(#[from] PersonNameError),
    /// The document is valid no longer.
    #[error("the identity document has expired")]
    DocumentExpired(NaiveDate),
    /// Another natural person of the filing, or the handler, has the same.
    #[error("another party of the filing is reached at the same place")]
    Shared,
    /// At the own desk: the handler's own party with another number than the account's.
    #[error("the handler's own number is another one than the account's")]
    OtherNumber,
}

impl From<Fault> for DeclareContactError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl DeclareContactError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Empty => say(
                "contact_empty",
                ["没有填写联系方式，未作任何更改。", "请至少填写手机号码或电子邮箱中的一项。"],
                [
                    "There is no contact; nothing was changed.",
                    "Give a mobile number, an e-mail address, or both.",
                ],
            )
            .is(Class::BadInput),
            Self::Document(error) => Told::By(error),
            Self::Name(error) => Told::By(error),
            Self::DocumentExpired(day) => say(
                "id_expired",
                [
                    "身份证件已于{date}到期，未作任何更改。",
                    "请填写新证件；若正在换证，可到窗口凭临时身份证办理。",
                ],
                [
                    "The identity document expired on {date}; nothing was changed.",
                    "Enter the new one; while it is being renewed, a temporary card is taken at the counter.",
                ],
            )
            .with("{date}", day)
            .is(Class::BadInput),
            Self::Shared => say(
                "contact_shared",
                [
                    "该手机号码或邮箱已用于本办件的其他人，未作任何更改。",
                    "每位签署人和经办人须使用本人的联系方式，请核对后重新填写。",
                ],
                [
                    "Another person of this filing has the same mobile number or e-mail address; nothing was changed.",
                    "Every signer and the handler need a contact of their own: check and enter it again.",
                ],
            )
            .is(Class::Conflict),
            Self::OtherNumber => say(
                "own_number_differs",
                [
                    "经办人本人的证件号码与账号登记的不一致，未作任何更改。",
                    "请填写账号登记的那份证件的号码；证件已更换的，请联系平台重新登记。",
                ],
                [
                    "This is not the number that your account is bound to; nothing was changed.",
                    "Enter the number of that document; if you have a new one, ask the platform to bind your account anew.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(DeclareContactError);

/// Takes a contact, from a program or at the handler's own desk. Once signing is open a changed one is told to the
/// old one and waits a day.
///
/// # Errors
/// See [`DeclareContactError`].
pub async fn declare_contact(
    platform: &Platform,
    request: &Request,
    command: DeclareContact,
) -> Result<ContactDeclared, DeclareContactError> {
    let desk = handler_desk::preparer(&request.actor)?;
    let mut act = Act::new(platform, request, "declare_contact").await;
    let DeclareContact { filing: id, party, contact } = &command;
    if contact.channels().next().is_none() {
        return Err(DeclareContactError::Empty);
    }
    loop {
        if let Some(declared) = act.earlier().await? {
            return Ok(declared);
        }
        let stored = filings::load(platform, *id).await?;
        let filing = &stored.filing;
        handler_desk::demand_own(platform, desk, filing).await?;
        let known = filing.party(*party).ok_or(ActError::NotFound(Thing::Party))?;
        if let Some(member) = desk
            && !handler_desk::is_fitting(platform, member, (known, contact)).await?
        {
            return Err(DeclareContactError::OtherNumber);
        }
        refuse_shared(platform, filing, *party, contact).await?;
        check_identity(filing, *party, contact, platform.now())?;
        let before = contacts::load(platform, *id, *party).await?;
        let now = platform.now();
        let changes_way = before.as_ref().filter(|before| {
            let same = |channel| before.contact.address(channel) == contact.address(channel);
            !contact.channels().all(same) && !matches!(filing.state(), FilingState::Drafting { .. })
        });
        let usable_from = match changes_way {
            Some(_) => now.plus_millis(CONTACT_PAUSE_MS),
            None => before.as_ref().map_or(now, |before| before.usable_from.min(now)),
        };

        let mut changes = Changeset::new();
        let next = ledger::next_place(platform, filing.chain()).await?;
        let record = record(platform, request, &command)?;
        record.write(platform, &mut changes, &next)?;
        // The parties must not have changed: a contact that is shared is refused.
        stored.expect_unchanged(&mut changes)?;
        let kept = (contact, usable_from);
        contacts::write(platform, &mut changes, (*id, *party), before.as_ref(), kept)?;
        // Asked about whom it is now: what was known about somebody else counts no more.
        let is_same = before.as_ref().is_some_and(|before| {
            let person = |contact: &Contact| {
                (contact.id_number.clone(), contact.document_kind, contact.company_code)
            };
            person(&before.contact) == person(contact) && before.contact.mobile == contact.mobile
        });
        let whose = (*id, *party);
        let portraits = if is_same {
            verify_identity::enqueue(platform, &mut changes, whose).await?;
            Vec::new()
        } else {
            verify_identity::enqueue_anew(platform, &mut changes, whose).await?
        };
        if let Some(before) = changes_way {
            let message = NewMessage::new(Purpose::ContactChanged, *id, *party);
            messages::enqueue(platform, &mut changes, message, &before.contact, None)?;
        }
        let mut warnings = ContactWarning::of(contact, now.shanghai_date());
        if is_other_party_too(platform, filing, *party, contact).await? {
            warnings.push(ContactWarning::SamePerson);
        }
        let declared = ContactDeclared { record_id: record.record_id(), warnings };
        if act.commit(changes, &declared).await?.is_some() {
            for portrait in &portraits {
                objects::forget_soon(platform, portrait).await;
            }
            return Ok(declared);
        }
    }
}

/// The number fits its document, the document is valid, and the name is one that can be asked
/// about (domain study 3.1 to 3.6).
fn check_identity(
    filing: &Filing,
    party: PartyId,
    contact: &Contact,
    now: UtcMillis,
) -> Result<(), DeclareContactError> {
    let today = now.shanghai_date();
    if contact.document(today)?.is_none() {
        return Ok(());
    }
    let ends = contact.document_ends.and_then(|last| CardEnd::On(last).finding(today));
    if let Some(CardFinding::Expired(last)) = ends {
        return Err(DeclareContactError::DocumentExpired(last));
    }
    if let Some(party) = filing.party(party) {
        PersonName::parse(party.who().acting_person().as_str())?;
    }
    Ok(())
}

/// Nobody shares a contact with another natural person or with the handler. One person in
/// two parties (a shareholder who also represents a company) is known by the number.
async fn refuse_shared(
    platform: &Platform,
    filing: &Filing,
    party: PartyId,
    contact: &Contact,
) -> Result<(), DeclareContactError> {
    for other in filing.parties().filter(|other| other.id() != party) {
        let theirs = contacts::load_unless_erased(platform, filing.id(), other.id()).await?;
        let Some(theirs) = theirs.map(|stored| stored.contact) else { continue };
        let one_person = contact.id_number.is_some() && contact.id_number == theirs.id_number;
        if !one_person && contact.shares_with(&theirs) {
            return Err(DeclareContactError::Shared);
        }
    }
    Ok(())
}

/// Whether another party of the filing is, or acts through, the same person.
async fn is_other_party_too(
    platform: &Platform,
    filing: &Filing,
    party: PartyId,
    contact: &Contact,
) -> Result<bool, Fault> {
    let Some(own) = filing.party(party) else { return Ok(false) };
    Ok(!same_person::others(platform, filing, own, contact).await?.is_empty())
}

fn record(
    platform: &Platform,
    request: &Request,
    command: &DeclareContact,
) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::FilingChanged);
    draft
        .observed("filing", command.filing.to_string())?
        .observed("change", "contact_declared")?
        .observed("party", command.party.to_string())?
        .observed("changed_by", request.actor.name())?;
    draft.journalled_of_staff(&request.actor, "contact_declared");
    draft.seal(platform, About::party(command.filing, command.party), None)
}
