//! How a party is reached, and the number of the identity document, as the handler declared
//! them: sealed for the person, erased with the person. Nobody vouches for them by this.

use std::str::FromStr;

use chrono::NaiveDate;
use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::changeset::{Changeset, Expected};
use heqi_evidence_store::sealed::Sealed;
use heqi_filing::entry::masked;
use heqi_identity::personal_document::{DocumentKind, PersonalDocumentError};
use heqi_identity::resident_id::ResidentIdHint;
use heqi_identity::uscc::UsccError;
use heqi_identity::{PersonalDocument, Uscc};
use heqi_vocabulary::{FilingId, Language, MessageChannel, PartyId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::data_keys::{Sealing, data_key};
use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::{self, Pair};

mod words;

pub use words::{ContactError, EmailAddress, IdNumber, MobileNumber};

/// How long a changed contact waits before it is used (edge case 17): 24 hours.
pub const CONTACT_PAUSE_MS: i64 = 24 * 3_600_000;

/// How somebody is reached.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "plain facts as declared")]
pub struct Contact {
    /// The mobile number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<MobileNumber>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// The number of the identity document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<IdNumber>,
    /// Which document it is the number of, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_kind: Option<DocumentWord>,
    /// The last day on which that document is valid, where it was said and ends at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_ends: Option<NaiveDate>,
    /// The code of the company that the party is (GB 32100).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_code: Option<Uscc>,
    /// The language of messages.
    #[serde(default)]
    pub language: Language,
}

impl Contact {
    /// The address of a channel.
    pub fn address(&self, channel: MessageChannel) -> Option<&str> {
        match channel {
            MessageChannel::Sms => self.mobile.as_ref().map(MobileNumber::as_str),
            MessageChannel::Email => self.email.as_ref().map(EmailAddress::as_str),
        }
    }

    /// Every way there is, a text message first.
    pub fn channels(&self) -> impl Iterator<Item = MessageChannel> + '_ {
        [MessageChannel::Sms, MessageChannel::Email]
            .into_iter()
            .filter(|channel| self.address(*channel).is_some())
    }

    /// The document by its rules; `None` when no number was declared.
    ///
    /// # Errors
    /// The number is none of such a document.
    pub(crate) fn document(
        &self,
        today: NaiveDate,
    ) -> Result<Option<PersonalDocument>, PersonalDocumentError> {
        let number = self.id_number.as_ref();
        number.map(|number| number.document(self.document_kind, today)).transpose()
    }

    /// Whether the document is one of somebody from abroad: a passport, or a foreigner's card.
    pub(crate) fn is_from_abroad(&self) -> bool {
        let number = self.id_number.as_ref();
        let kind = self.document_kind.map(|word| word.0);
        let kind = kind.or_else(|| number.map(|number| likely_kind(number.as_str())));
        matches!(kind, Some(DocumentKind::Passport | DocumentKind::ForeignPermanentResident))
    }

    /// What a person should look at in the number of the document; nothing where there is none.
    pub(crate) fn hints(&self, today: NaiveDate) -> Vec<ResidentIdHint> {
        let document = self.document(today).ok().flatten();
        document.map_or_else(Vec::new, |document| document.hints(today))
    }

    /// Document and number as authorities are asked about them.
    pub(crate) fn identified(&self, now: UtcMillis) -> Option<Identified> {
        let document = self.document(now.shanghai_date()).ok()??;
        Some(Identified { kind: document.kind().code(), number: document.expose().to_owned() })
    }

    /// The mobile number with the code of its country (E.164).
    pub(crate) fn e164(&self) -> Option<String> {
        let mobile = self.mobile.as_ref()?.as_str();
        Some(if mobile.starts_with('+') { mobile.to_owned() } else { format!("+86{mobile}") })
    }

    /// Whether both are reached at one place.
    pub(crate) fn shares_with(&self, other: &Self) -> bool {
        [MessageChannel::Sms, MessageChannel::Email].into_iter().any(|channel| {
            self.address(channel).is_some() && self.address(channel) == other.address(channel)
        })
    }
}

impl IdNumber {
    /// The document by its rules; where nobody said which one, the one whose numbers look so.
    ///
    /// # Errors
    /// The number is none of such a document.
    pub(crate) fn document(
        &self,
        kind: Option<DocumentWord>,
        today: NaiveDate,
    ) -> Result<PersonalDocument, PersonalDocumentError> {
        let kind = kind.map_or_else(|| likely_kind(self.as_str()), |word| word.0);
        PersonalDocument::parse(kind, self.as_str(), today)
    }
}

/// A document and its number.
pub(crate) struct Identified {
    pub(crate) kind: &'static str,
    pub(crate) number: String,
}

/// A kind of document by its word ([`DocumentKind::code`]).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentWord(DocumentKind);

impl FromStr for DocumentWord {
    type Err = ContactError;

    fn from_str(text: &str) -> Result<Self, ContactError> {
        let kind = DocumentKind::ALL.into_iter().find(|kind| kind.code() == text);
        kind.map(Self).ok_or(ContactError::DocumentKind)
    }
}

impl TryFrom<String> for DocumentWord {
    type Error = ContactError;

    fn try_from(text: String) -> Result<Self, ContactError> {
        text.parse()
    }
}

impl From<DocumentWord> for String {
    fn from(word: DocumentWord) -> Self {
        word.0.code().to_owned()
    }
}

/// Reads a day as it stands on a document.
///
/// # Errors
/// It is none.
pub fn day(text: &str) -> Result<NaiveDate, ContactError> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| ContactError::Day)
}

/// Reads the code of a company.
///
/// # Errors
/// It is none.
pub fn uscc(text: &str) -> Result<Uscc, UsccError> {
    Uscc::parse(text)
}

/// Which document has numbers of this form.
fn likely_kind(number: &str) -> DocumentKind {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    match (number.len(), number.as_bytes()) {
        (18, [b'9', ..]) => DocumentKind::ForeignPermanentResident,
        (18, [b'8', b'1'..=b'3', ..]) => DocumentKind::ResidencePermit,
        (18, _) | (15, [b'0'..=b'9', ..]) => DocumentKind::ResidentId,
        (15, _) => DocumentKind::ForeignPermanentResident,
        (9 | 11, [b'H' | b'M', ..]) if number.get(1..).is_some_and(digits) => {
            DocumentKind::HongKongMacaoPermit
        }
        (8, _) if digits(number) => DocumentKind::TaiwanPermit,
        _ => DocumentKind::Passport,
    }
}

/// A contact as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactRow {
    pub(crate) contact: Sealed<Contact>,
    /// Before this instant no code goes to it.
    pub(crate) usable_from: UtcMillis,
}

/// A contact that was read.
#[derive(Clone, Debug)]
pub(crate) struct StoredContact {
    pub(crate) contact: Contact,
    pub(crate) usable_from: UtcMillis,
    version: u64,
}

impl StoredContact {
    /// Demands that the contact still be as it was read.
    pub(crate) fn expect_unchanged(
        &self,
        changes: &mut Changeset,
        (filing, party): (FilingId, PartyId),
    ) -> Result<(), Fault> {
        let place = rows::CONTACTS.key(&Pair(filing, party))?;
        changes.expect(place, Expected::Version(self.version));
        Ok(())
    }
}

/// The contact of a party; `None` when there is none.
///
/// # Errors
/// It was erased with the person, or the store could not be read.
pub(crate) async fn load(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<Option<StoredContact>, Fault> {
    let key = Pair(filing, party);
    let Some(row) = rows::CONTACTS.row(platform.backend(), &key).await? else { return Ok(None) };
    let place = rows::CONTACTS.key(&key)?;
    let contact = row.value.contact.open(platform.backend().vault(), place.as_bytes())?;
    let usable_from = row.value.usable_from;
    Ok(Some(StoredContact { contact, usable_from, version: row.version }))
}

/// The same, and nothing when the person was erased.
pub(crate) async fn load_unless_erased(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<Option<StoredContact>, Fault> {
    match load(platform, filing, party).await {
        Err(Fault::Erased) => Ok(None),
        other => other,
    }
}

/// Writes a contact in the place of the one that was read.
pub(crate) fn write(
    platform: &Platform,
    changes: &mut Changeset,
    (filing, party): (FilingId, PartyId),
    before: Option<&StoredContact>,
    (contact, usable_from): (&Contact, UtcMillis),
) -> Result<(), Fault> {
    let key = Pair(filing, party);
    let data_key = data_key(platform, filing, Some(party), Sealing::Class(RetentionClass::Person))?;
    let place = rows::CONTACTS.key(&key)?;
    let sealed = Sealed::seal(&data_key, place.as_bytes(), contact, platform.entropy());
    let row = ContactRow { contact: sealed.map_err(Fault::broken)?, usable_from };
    match before {
        None => rows::CONTACTS.insert(changes, &key, &row)?,
        Some(before) => rows::CONTACTS.replace(changes, &key, before.version, &row)?,
    }
    Ok(())
}

/// Where a message goes, as a person may see it who is not let in yet.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Destination {
    /// By what.
    pub channel: MessageChannel,
    /// Where to: enough to recognise one's own.
    pub masked: String,
}

impl Contact {
    /// Every way there is, masked.
    pub(crate) fn destinations(&self) -> Vec<Destination> {
        self.channels()
            .filter_map(|channel| {
                Some(Destination { channel, masked: masked(self.address(channel)?) })
            })
            .collect()
    }
}
