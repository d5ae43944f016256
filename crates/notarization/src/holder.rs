//! Whoever signed and looks at what is held of it: the person's side of 实时保 (issue 5 item 8).
//!
//! What this is: finding what is held of a person by a contact and a name, through digests under a
//! key of this office, so that no list of persons exists (`index`); a door that lets in whoever
//! has the contact in hand and knows the name ([`door`]); what is held, opened and examined again
//! from the held bytes ([`held`]); what the person says to the office about it, kept as a leaf
//! of the office's own log ([`notice`]) and brought to the other custodian and the platform
//! ([`deliver`], [`receive`]); whoever wants to be told of signings in its name ([`watch`]); and the
//! application for a certificate ([`certify`]).
//!
//! What this is not: HTTP, and the sending of messages. A contact is one that a one-time code was
//! entered from while signing; a contact that was only declared opens nothing.

pub mod certify;
pub mod deliver;
pub mod door;
pub mod held;
pub(crate) mod index;
pub mod notice;
mod queue;
pub mod receive;
pub mod watch;

use std::fmt;

use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::OutboxError;
use heqi_evidence_store::sealed::{SealError, Sealed, UnsealError};
use heqi_evidence_store::table::{Table, TableError};
use heqi_evidence_store::vault::{DataKeyId, VaultError};
use heqi_identity::Email;
use heqi_identity::Mobile;
use heqi_identity::PersonName;
use heqi_vocabulary::{Digest, FilingId, PartyId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::office::NotaryOffice;

pub use index::index_all;

/// The key of the digests by which people are found, sealed.
const SECRET: Table<String, Sealed<String>> = Table::new("holder-secret");
const ALL: &str = "all";

/// Where a person can be reached. Never printed.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a code goes one of these ways")]
pub enum HolderContact {
    /// By text message.
    Mobile(Mobile),
    /// By e-mail.
    Email(Email),
}

impl fmt::Debug for HolderContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mobile(_) => "HolderContact::Mobile",
            Self::Email(_) => "HolderContact::Email",
        })
    }
}

/// Neither a mobile number nor an e-mail address.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the text is neither a mobile number nor an e-mail address")]
pub struct HolderContactError;

impl HolderContact {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// [`HolderContactError`].
    pub fn parse(text: &str) -> Result<Self, HolderContactError> {
        let text = text.trim();
        if text.contains('@') {
            return Email::parse(text).map(Self::Email).map_err(|_| HolderContactError);
        }
        Mobile::parse(text).map(Self::Mobile).map_err(|_| HolderContactError)
    }

    /// The one spelling: personal data, for digests and gateways only.
    pub fn expose(&self) -> &str {
        match self {
            Self::Mobile(mobile) => mobile.expose(),
            Self::Email(email) => email.expose(),
        }
    }

    /// Enough to recognise one's own.
    pub fn masked(&self) -> String {
        match self {
            Self::Mobile(mobile) => mobile.masked(),
            Self::Email(email) => email.masked(),
        }
    }
}

/// A person in one filing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Person {
    pub(crate) filing: FilingId,
    pub(crate) party: PartyId,
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.filing, self.party)
    }
}

/// Why the person's side could not do its part.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HolderFault {
    /// A row.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The store.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The key of the digests could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The key of the digests could not be opened.
    #[error(transparent)]
    Unseal(#[from] UnsealError),
    /// A queue.
    #[error(transparent)]
    Queue(#[from] OutboxError),
    /// What is held could not be read.
    #[error(transparent)]
    Deposited(#[from] crate::deposited::DepositedError),
    /// The examination of what is held broke off.
    #[error("the examination of held parts broke off")]
    BrokeOff,
    /// What is held is not what it was when it was admitted.
    #[error("the store is damaged: {0}")]
    Damaged(&'static str),
}

/// The key by which people are found. Digests made with it say nothing to whoever has the rows
/// and not the vault.
pub(crate) struct Finder {
    secret: Zeroizing<Vec<u8>>,
    /// What makes it the office's key, when it is not yet.
    draft: Option<Sealed<String>>,
}

impl Finder {
    /// The office's key. The first one is only drawn; [`Self::keep`] makes it the office's.
    pub(crate) async fn of(office: &NotaryOffice) -> Result<Self, HolderFault> {
        if let Some(row) = SECRET.row(office.store(), &ALL.to_owned()).await? {
            let text = row.value.open(office.store().vault(), ALL.as_bytes())?;
            return Ok(Self { secret: Zeroizing::new(text.into_bytes()), draft: None });
        }
        let key = office.store().vault().create(DataKeyId::of(&[b"holder-secret"]))?;
        let drawn = Digest::from_bytes(office.entropy().bytes()).to_string();
        let sealed = Sealed::seal(&key, ALL.as_bytes(), &drawn, office.entropy())?;
        Ok(Self { secret: Zeroizing::new(drawn.into_bytes()), draft: Some(sealed) })
    }

    /// Adds the key to whatever is the first to write a digest: there is one key or no digest.
    pub(crate) fn keep(&self, changes: &mut Changeset) -> Result<(), TableError> {
        match &self.draft {
            Some(sealed) => SECRET.insert(changes, &ALL.to_owned(), sealed),
            None => Ok(()),
        }
    }

    pub(crate) fn contact(&self, contact: &HolderContact) -> Digest {
        self.digest(b"heqi.holder-contact/v1\n", contact.expose().as_bytes())
    }

    /// Of a name in its one spelling; what is no name as people write it is taken as it stands.
    pub(crate) fn name(&self, name: &str) -> Digest {
        let parsed = PersonName::parse(name);
        let name = parsed.as_ref().map_or(name.trim(), PersonName::normalised);
        self.digest(b"heqi.holder-name/v1\n", name.as_bytes())
    }

    /// Of the number of a document, in capitals and without spaces.
    pub(crate) fn number(&self, number: &str) -> Digest {
        let number: String = number.chars().filter(|c| !c.is_whitespace()).collect();
        self.digest(b"heqi.holder-number/v1\n", number.to_uppercase().as_bytes())
    }

    pub(crate) fn digest(&self, label: &[u8], value: &[u8]) -> Digest {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.secret) else {
            unreachable!("HMAC takes keys of every length (RFC 2104 section 2)")
        };
        mac.update(label);
        mac.update(value);
        Digest::from_bytes(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_found_however_it_is_typed_and_never_printed() {
        let finder = Finder { secret: Zeroizing::new(vec![7; 32]), draft: None };
        let of = |text: &str| finder.contact(&HolderContact::parse(text).unwrap());
        assert_eq!(of("138 0000 0001"), of("+86-13800000001"));
        assert_ne!(of("13800000001"), of("13800000002"));
        assert_eq!(HolderContact::parse("陈素英"), Err(HolderContactError));
        let contact = HolderContact::parse("13800000001").unwrap();
        assert!(!format!("{contact:?}").contains("1380"));
    }

    #[test]
    fn a_name_has_one_spelling() {
        let finder = Finder { secret: Zeroizing::new(vec![7; 32]), draft: None };
        assert_eq!(finder.name(" 阿依古丽·买买提 "), finder.name("阿依古丽•买买提"));
        assert_ne!(finder.name("陈素英"), finder.name("陈素瑛"));
        assert_ne!(
            finder.name("陈素英"),
            finder.digest(b"heqi.holder-contact/v1\n", "陈素英".as_bytes())
        );
    }
}
