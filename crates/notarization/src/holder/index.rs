//! Finding what is held of a person. Rows, keys in parentheses:
//! - `holder-contact` (digest of a contact, filing, party): somebody entered a code that was sent there
//! - `holder-name` (filing, party): the digest of the name
//! - `holder-reach` (filing, party, digest of a contact): the same from the other side
//! - `holder-number` (filing, party, digest of a number): authorities were asked about this number
//! - `holder-held` (filing, party, place in the chain, root): one record about the person
//!
//! They are written in the commit that admits a deposit, and all of them can be made again from
//! what is held ([`index_all`]). Digests are under the office's key ([`super::Finder`]).

use std::fmt;

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::{Table, TableError};
use heqi_vocabulary::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Finder, HolderContact, HolderFault, Person};
use crate::deposited::{DEPOSITS, DepositKey, DepositRow, DepositedError};
use crate::held_chain;
use crate::matter::examine::is_of_wards_name;
use crate::office::NotaryOffice;

pub(crate) const CONTACTS: Table<String, DepositKey> = Table::new("holder-contact");
pub(crate) const NAMES: Table<String, Digest> = Table::new("holder-name");
pub(crate) const HELD: Table<String, HeldRow> = Table::new("holder-held");
pub(super) const REACH: Table<String, DepositKey> = Table::new("holder-reach");
pub(super) const NUMBERS: Table<String, DepositKey> = Table::new("holder-number");
/// Whether the rows were made from what was held before there were any.
const INDEXED: Table<String, bool> = Table::new("holder-indexed");

/// The third time: there were no numbers the first, and no names that were put right the second.
const ALL: &str = "all-3";
const PAGE: usize = 256;
/// Questions of one record that are looked at.
const QUESTIONS: usize = 32;

/// One record about a person.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeldRow {
    pub(crate) deposit: DepositKey,
    pub(crate) kind: RecordKind,
}

/// What a record says about whom it is about. Never printed.
pub(crate) struct About {
    pub(super) person: Person,
    pub(super) kind: RecordKind,
    seq: u64,
    pub(super) name: Option<String>,
    contact: Option<HolderContact>,
    /// Of the documents that authorities were asked about.
    pub(super) numbers: Vec<String>,
}

impl fmt::Debug for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "About({})", self.kind.as_str())
    }
}

impl About {
    /// Whom a record is about; `None` when it is about nobody.
    pub(crate) fn read(record: &Disclosure, seq: u64) -> Option<Self> {
        let person = Person { filing: record.parsed("filing")?, party: record.parsed("party")? };
        // A name that an officer put right is the person's from then on.
        let named = ["representative_name", "party_name", "name_after"];
        // A minor's is nobody's who comes in: the guardian does.
        let named = named.into_iter().find_map(|name| record.text(name));
        let named = named.filter(|_| !is_of_wards_name(record));
        // Only what somebody held in the hand: a declared contact is a handler's word.
        let is_entered = record.kind() == RecordKind::CodeChecked
            && record.text("check") == Some("one_time_code");
        let contact = is_entered.then(|| record.text("contact")).flatten();
        Some(Self {
            person,
            kind: record.kind(),
            seq,
            name: named.map(ToOwned::to_owned),
            contact: contact.and_then(|text| HolderContact::parse(text).ok()),
            numbers: numbers(record),
        })
    }

    /// Adds the rows of an admitted record.
    pub(crate) fn write(
        &self,
        changes: &mut Changeset,
        finder: &Finder,
        deposit: DepositKey,
    ) -> Result<(), TableError> {
        finder.keep(changes)?;
        let Self { person, kind, seq, .. } = self;
        let held = format!("{person}-{seq:020}-{}", deposit.root);
        HELD.put(changes, &held, &HeldRow { deposit, kind: *kind })?;
        if let Some(name) = &self.name {
            NAMES.put(changes, &person.to_string(), &finder.name(name))?;
        }
        if let Some(contact) = &self.contact {
            let contact = finder.contact(contact);
            CONTACTS.put(changes, &contact_key(contact, *person), &deposit)?;
            REACH.put(changes, &format!("{person}-{contact}"), &deposit)?;
        }
        for number in &self.numbers {
            NUMBERS.put(changes, &format!("{person}-{}", finder.number(number)), &deposit)?;
        }
        Ok(())
    }

    /// Takes away by what the person could be found through this record. What it was about stays:
    /// that a record was held and erased is no secret.
    fn forget(&self, changes: &mut Changeset, finder: &Finder) -> Result<(), TableError> {
        if let Some(contact) = &self.contact {
            let contact = finder.contact(contact);
            changes.delete(CONTACTS.key(&contact_key(contact, self.person))?);
            changes.delete(REACH.key(&format!("{}-{contact}", self.person))?);
        }
        for number in &self.numbers {
            let number = finder.number(number);
            changes.delete(NUMBERS.key(&format!("{}-{number}", self.person))?);
        }
        if self.name.is_some() {
            changes.delete(NAMES.key(&self.person.to_string())?);
        }
        Ok(())
    }
}

/// The numbers of a person's documents that stand in the questions to authorities.
fn numbers(record: &Disclosure) -> Vec<String> {
    let beside = record.value("identity").and_then(|identity| identity.get("questions"));
    let asked = record.value("questions").or(beside).and_then(Value::as_array);
    let number = |question: &Value| {
        let text = question.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let question = text.as_ref().unwrap_or(question);
        question.get("document_number").and_then(Value::as_str).map(ToOwned::to_owned)
    };
    let mut numbers: Vec<String> =
        asked.into_iter().flatten().take(QUESTIONS).filter_map(number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn contact_key(contact: Digest, person: Person) -> String {
    format!("{contact}-{person}")
}

/// The contact of the record that says a code was entered; `None` when it was erased.
pub(super) async fn contact_of(
    office: &NotaryOffice,
    key: &DepositKey,
) -> Result<Option<HolderContact>, HolderFault> {
    let Some(row) = DEPOSITS.row(office.store(), key).await? else { return Ok(None) };
    Ok(about(office, &row.value).await?.and_then(|about| about.contact))
}

/// Whom a held record is about; `None` when its key was erased or it is about nobody. A store that
/// does not answer now is an error: whoever could not be read would be found for ever, or never.
async fn about(office: &NotaryOffice, row: &DepositRow) -> Result<Option<About>, DepositedError> {
    let record = held_chain::record(office, row).await?;
    Ok(record.and_then(|record| About::read(&record, row.seq)))
}

/// Adds to the changeset that erases these deposits that nobody finds the person by them any more.
pub(crate) async fn forget(
    office: &NotaryOffice,
    changes: &mut Changeset,
    deposits: &[DepositRow],
) -> Result<(), HolderFault> {
    let finder = Finder::of(office).await?;
    for row in deposits {
        if let Some(about) = about(office, row).await? {
            about.forget(changes, &finder)?;
        }
    }
    Ok(())
}

/// Makes the rows of everything that was admitted before there were such rows. To be called at the
/// start; does nothing the second time.
///
/// # Errors
/// See [`HolderFault`].
pub async fn index_all(office: &NotaryOffice) -> Result<(), HolderFault> {
    let all = ALL.to_owned();
    if INDEXED.row(office.store(), &all).await?.is_some() {
        return Ok(());
    }
    let mut after: Option<DepositKey> = None;
    loop {
        let finder = Finder::of(office).await?;
        let rows = DEPOSITS.scan(office.store(), "", after.as_ref(), PAGE).await?;
        let Some((last, _)) = rows.last() else { break };
        after = Some(*last);
        let mut changes = Changeset::new();
        for (key, row) in rows.iter().filter(|(_, row)| row.value.outcome.is_admitted()) {
            if let Some(about) = about(office, &row.value).await? {
                about.write(&mut changes, &finder, *key)?;
            }
        }
        if !changes.is_empty() {
            office.store().commit(changes)?.await?;
        }
    }
    let mut changes = Changeset::new();
    INDEXED.put(&mut changes, &all, &true)?;
    office.store().commit(changes)?.await?;
    Ok(())
}
