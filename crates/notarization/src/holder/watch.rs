//! Being told when something is signed in one's name: by this office, through its own gateway, past
//! the platform. Whoever came in by contact and name may ask for it.
//!
//! Two things are followed: the number of the person's document, where an authority was asked about
//! it, so that a signing by somebody else's telephone is told too; and the contact with the name.
//! The contact itself is not kept again: it stands in the record that says a code was entered, and
//! with its erasure nobody is told any more.
//!
//! Rows: `holder-wish` (digest of contact and name), `holder-watch` (what is followed, the wish).
//! Both hold keyed digests only. The message says that something was signed and when, and nothing else.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::{After, Leased, NewItem, Outbox, Timers};
use heqi_evidence_store::table::Table;
use heqi_vocabulary::{Digest, Language, UtcMillis};
use serde::{Deserialize, Serialize};

use super::door::Holder;
use super::index::{About, CONTACTS, NAMES, NUMBERS, REACH, contact_of};
use super::{Finder, HolderContact, HolderFault, queue};
use crate::deposited::DepositKey;
use crate::office::NotaryOffice;

const WISHES: Table<Digest, WishRow> = Table::new("holder-wish");
const WATCHES: Table<String, Watch> = Table::new("holder-watch");
const QUEUE: Outbox<TellItem> = Outbox::new("holder-tell");
/// Documents, contacts and wishes of one person that are looked at.
const MANY: usize = 64;
const ATTEMPTS: usize = 8;
/// After this time nobody is told any more that something was signed, in milliseconds: three days.
pub const TELL_UNTIL_MS: i64 = 3 * 24 * 3_600_000;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WishRow {
    since: UtcMillis,
    /// What is followed.
    follows: Vec<Digest>,
}

/// Who is told.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Watch {
    wish: Digest,
    /// The record in which the contact stands.
    contact_at: DepositKey,
    language: Language,
}

/// Somebody is to be told.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TellItem {
    watch: Watch,
    signed_at: UtcMillis,
}

/// A message that a worker holds.
pub type LeasedTelling = Leased<TellItem>;

/// What somebody is told. Never printed.
pub struct Telling {
    /// Where to.
    pub contact: HolderContact,
    /// In which language it was asked for.
    pub language: Language,
    /// When it was signed.
    pub signed_at: UtcMillis,
    /// The same whenever it is tried again.
    pub message: [u8; 16],
}

impl std::fmt::Debug for Telling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Telling({})", self.signed_at)
    }
}

/// By contact and name a person is followed where no authority was asked about a number.
fn own(finder: &Finder, contact: Digest, name: Digest) -> Digest {
    let both = [contact.as_bytes().as_slice(), name.as_bytes()].concat();
    finder.digest(b"heqi.holder-own/v1\n", &both)
}

/// Since when this person is told; `None`: it is not.
///
/// # Errors
/// See [`HolderFault`].
pub async fn since(
    office: &NotaryOffice,
    holder: &Holder,
) -> Result<Option<UtcMillis>, HolderFault> {
    let finder = Finder::of(office).await?;
    let wish = own(&finder, holder.contact, holder.name);
    Ok(WISHES.row(office.store(), &wish).await?.map(|row| row.value.since))
}

/// From now on this person is told. Asked for again, what is followed is found anew.
///
/// # Errors
/// See [`HolderFault`].
pub async fn begin(
    office: &NotaryOffice,
    holder: &Holder,
    language: Language,
) -> Result<(), HolderFault> {
    let finder = Finder::of(office).await?;
    let wish = own(&finder, holder.contact, holder.name);
    let within = format!("{}-", holder.contact);
    let known = CONTACTS.scan(office.store(), &within, None, 1).await?;
    let Some((_, known)) = known.first() else { return Ok(()) };
    let watch = Watch { wish, contact_at: known.value, language };
    let mut follows = vec![wish];
    for person in &holder.persons {
        follows.extend(numbers(office, &person.to_string()).await?);
    }
    follows.sort_unstable();
    follows.dedup();
    for _ in 0..ATTEMPTS {
        let before = WISHES.row(office.store(), &wish).await?;
        let since = before.as_ref().map_or_else(|| office.clock().now(), |row| row.value.since);
        let row = WishRow { since, follows: follows.clone() };
        let mut changes = Changeset::new();
        match &before {
            None => WISHES.insert(&mut changes, &wish, &row)?,
            Some(before) => WISHES.replace(&mut changes, &wish, before.version, &row)?,
        }
        for followed in &follows {
            WATCHES.put(&mut changes, &format!("{followed}-{wish}"), &watch)?;
        }
        match async { office.store().commit(changes)?.await }.await {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(CommitError::Busy.into())
}

/// This person is told no more.
///
/// # Errors
/// See [`HolderFault`].
pub async fn end(office: &NotaryOffice, holder: &Holder) -> Result<(), HolderFault> {
    let finder = Finder::of(office).await?;
    let wish = own(&finder, holder.contact, holder.name);
    let Some(row) = WISHES.row(office.store(), &wish).await? else { return Ok(()) };
    let mut changes = Changeset::new();
    for followed in &row.value.follows {
        changes.delete(WATCHES.key(&format!("{followed}-{wish}"))?);
    }
    changes.delete(WISHES.key(&wish)?);
    office.store().commit(changes)?.await?;
    Ok(())
}

/// The numbers of a person's documents, as digests.
async fn numbers(office: &NotaryOffice, person: &str) -> Result<Vec<Digest>, HolderFault> {
    let within = format!("{person}-");
    let rows = NUMBERS.scan(office.store(), &within, None, MANY).await?;
    let number = |key: &String| key.strip_prefix(&within).and_then(|number| number.parse().ok());
    Ok(rows.iter().filter_map(|(key, _)| number(key)).collect())
}

/// Who wants to be told of a record; nobody where it is no signing.
pub(crate) async fn watchers(
    office: &NotaryOffice,
    finder: &Finder,
    about: &About,
) -> Result<Vec<Watch>, HolderFault> {
    if about.kind != RecordKind::Signing {
        return Ok(Vec::new());
    }
    let person = about.person.to_string();
    let mut followed = numbers(office, &person).await?;
    followed.extend(about.numbers.iter().map(|number| finder.number(number)));
    let name = match &about.name {
        Some(name) => Some(finder.name(name)),
        None => NAMES.row(office.store(), &person).await?.map(|row| row.value),
    };
    let within = format!("{person}-");
    for (key, _) in REACH.scan(office.store(), &within, None, MANY).await? {
        let contact = key.strip_prefix(&within).and_then(|contact| contact.parse().ok());
        followed.extend(contact.zip(name).map(|(contact, name)| own(finder, contact, name)));
    }
    followed.sort_unstable();
    followed.dedup();
    let mut all: Vec<Watch> = Vec::new();
    for one in followed {
        let rows = WATCHES.scan(office.store(), &format!("{one}-"), None, MANY).await?;
        all.extend(rows.into_iter().map(|(_, row)| row.value));
    }
    all.sort_by_key(|watch| watch.wish);
    all.dedup_by_key(|watch| watch.wish);
    Ok(all)
}

/// Puts the messages about a signing on their way, in the commit that admits it.
pub(crate) fn enqueue(
    changes: &mut Changeset,
    watchers: &[Watch],
    (signing, signed_at): (DepositKey, UtcMillis),
    now: UtcMillis,
) -> Result<(), HolderFault> {
    // What was signed long ago and arrives now, after a recovery, surprises nobody any more.
    if now.millis_since(signed_at) > TELL_UNTIL_MS {
        return Ok(());
    }
    for watch in watchers {
        let name = [signing.root.digest().as_bytes().as_slice(), watch.wish.as_bytes()].concat();
        let item = NewItem {
            lane: Digest::of(&name).to_string(),
            order: 0,
            not_before: now,
            after: After::Commit,
            payload: TellItem { watch: watch.clone(), signed_at },
        };
        QUEUE.enqueue(changes, &item)?;
    }
    Ok(())
}

/// Leases up to `limit` messages for `lease_ms` milliseconds.
///
/// # Errors
/// See [`HolderFault`].
pub async fn lease(
    office: &NotaryOffice,
    lease_ms: i64,
    limit: usize,
) -> Result<Vec<LeasedTelling>, HolderFault> {
    Ok(QUEUE.lease(office.store(), office.clock().now(), lease_ms, limit).await?)
}

/// Brings back what a clock that ran ahead had put off; gives how much.
///
/// # Errors
/// See [`HolderFault`].
pub async fn recall(office: &NotaryOffice, longest_ms: i64) -> Result<usize, HolderFault> {
    let now = office.clock().now();
    Ok(QUEUE.recall(office.store(), now, longest_ms, Timers::None).await?)
}

/// What an item says; `None`: nobody wants it any more, it is too late, or the contact was erased.
///
/// # Errors
/// See [`HolderFault`].
pub async fn telling(
    office: &NotaryOffice,
    item: &LeasedTelling,
) -> Result<Option<Telling>, HolderFault> {
    let TellItem { watch, signed_at } = &item.payload;
    let is_late = office.clock().now().millis_since(*signed_at) > TELL_UNTIL_MS;
    if is_late || WISHES.row(office.store(), &watch.wish).await?.is_none() {
        return Ok(None);
    }
    let Some(contact) = contact_of(office, &watch.contact_at).await? else { return Ok(None) };
    let mut message = [0; 16];
    let name = Digest::of(item.lane.as_bytes());
    message.iter_mut().zip(name.as_bytes()).for_each(|(to, from)| *to = *from);
    Ok(Some(Telling { contact, language: watch.language, signed_at: *signed_at, message }))
}

/// Ends an item: it was taken, or never will be.
///
/// # Errors
/// See [`HolderFault`].
pub async fn done(office: &NotaryOffice, item: &LeasedTelling) -> Result<(), HolderFault> {
    queue::end(office, (&QUEUE, item), |_| Ok(())).await
}

/// Gives an item back: not now.
///
/// # Errors
/// See [`HolderFault`].
pub async fn try_again(
    office: &NotaryOffice,
    item: &LeasedTelling,
    retry_at: UtcMillis,
) -> Result<(), HolderFault> {
    queue::again(office, (&QUEUE, item), retry_at).await
}
