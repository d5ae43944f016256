//! Portraits that authorities gave, by the party they are of. What another answer replaces is discarded
//! with it, unless a signature was made with it or a hold is in force over the filing; an erasure finds
//! by these rows what there is, whoever can still open the answers.

use heqi_evidence_store::changeset::{Changeset, Expected};
use heqi_evidence_store::table::Stored;
use heqi_vocabulary::{FilingId, PartyId, RecordId, SigningId};
use serde::{Deserialize, Serialize};

use super::{Checked, asked_row, known};
use crate::act::Attempts;
use crate::erasure::retention;
use crate::fault::Fault;
use crate::filings;
use crate::objects;
use crate::platform::Platform;
use crate::rows::{IDENTITY_CHECKS, PORTRAITS, Pair};

/// Where a portrait is noted: filing, party, and the object that holds it.
pub(crate) type Key = Pair<FilingId, Pair<PartyId, String>>;

/// Whose portrait.
type Whose = (FilingId, PartyId);

/// A portrait that is kept. Nothing in it is personal.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PortraitRow {
    /// The record of the answer it came with: the object opens under that name.
    record: RecordId,
    state: PortraitState,
    /// What was signed with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    signings: Vec<SigningId>,
}

/// Where a portrait stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PortraitState {
    /// The newest answer gave it, and nobody signed meanwhile.
    Newest,
    /// A signature was made with it: it stays, whatever is answered later.
    Signed,
    /// It was replaced while a hold was in force: it goes once none is.
    Replaced,
}

fn key((filing, party): Whose, object: &str) -> Key {
    Pair(filing, Pair(party, object.to_owned()))
}

/// Notes in the commit of an answer the portrait that came with it.
pub(super) fn note(
    changes: &mut Changeset,
    whose: Whose,
    (record, object): (RecordId, &str),
) -> Result<(), Fault> {
    let row = PortraitRow { record, state: PortraitState::Newest, signings: Vec::new() };
    Ok(PORTRAITS.put(changes, &key(whose, object), &row)?)
}

/// Gives up the portrait of what was known until now. Gives those whose bytes may go once the changeset
/// is committed: none while a hold is in force, for then their rows wait for the sweep.
pub(crate) async fn give_up(
    platform: &Platform,
    changes: &mut Changeset,
    whose: Whose,
) -> Result<Vec<String>, Fault> {
    let kept = of_party(platform, whose).await?;
    let newest = kept.iter().filter(|(_, row)| row.value.state == PortraitState::Newest);
    let mut replaced: Vec<(String, RecordId, Expected)> = newest
        .map(|(object, row)| (object.clone(), row.value.record, Expected::Version(row.version)))
        .collect();
    // An answer of before there were these rows names its portrait itself.
    if let Some((object, record)) = of_newest_answer(platform, whose).await?
        && !kept.iter().any(|(noted, _)| *noted == object)
    {
        if has_signed(platform, whose).await? {
            let row = PortraitRow { record, state: PortraitState::Signed, signings: Vec::new() };
            PORTRAITS.put(changes, &key(whose, &object), &row)?;
        } else {
            replaced.push((object, record, Expected::Absent));
        }
    }
    if replaced.is_empty() {
        return Ok(Vec::new());
    }
    let is_held = retention::expect_holds(platform, changes, whose.0).await?;
    let mut may_go = Vec::new();
    for (object, record, expected) in replaced {
        let key = key(whose, &object);
        let place = PORTRAITS.key(&key)?;
        changes.expect(place.clone(), expected);
        if is_held {
            let state = PortraitState::Replaced;
            PORTRAITS.put(changes, &key, &PortraitRow { record, state, signings: Vec::new() })?;
        } else {
            changes.delete(place);
            may_go.push(object);
        }
    }
    Ok(may_go)
}

/// Whether what a signing was looked at with is still what is known: only then is its portrait there.
pub(crate) async fn still_stands(
    platform: &Platform,
    (filing, party): Whose,
    checked: Option<&Checked>,
) -> Result<bool, Fault> {
    let Some(checked) = checked.filter(|checked| checked.portrait().is_some()) else {
        return Ok(true);
    };
    let row = asked_row(platform, filing, party).await?;
    let newest = row.and_then(|row| row.value.known).map(|known| known.record);
    Ok(newest == Some(checked.record))
}

/// Keeps the portrait that a signature is made with, in the commit of the signature, which fails if
/// another answer comes first. `false`: one has come already.
pub(crate) async fn keep(
    platform: &Platform,
    changes: &mut Changeset,
    (whose, signing): (Whose, SigningId),
    checked: Option<&Checked>,
) -> Result<bool, Fault> {
    let Some((checked, object)) = checked.and_then(|one| Some((one, one.portrait()?))) else {
        return Ok(true);
    };
    let Some(row) = asked_row(platform, whose.0, whose.1).await? else { return Ok(false) };
    if row.value.known.as_ref().map(|known| known.record) != Some(checked.record) {
        return Ok(false);
    }
    let answered = IDENTITY_CHECKS.key(&Pair(whose.0, whose.1))?;
    changes.expect(answered, Expected::Version(row.version));
    let key = key(whose, object);
    let before = PORTRAITS.row(platform.backend(), &key).await?;
    let mut signings = before.map(|row| row.value.signings).unwrap_or_default();
    signings.push(signing);
    let row = PortraitRow { record: checked.record, state: PortraitState::Signed, signings };
    PORTRAITS.put(changes, &key, &row)?;
    Ok(true)
}

/// The portrait beside a signing, with the name it opens under: the one it was made with; where none was
/// there, or of before that was noted, the one of the newest answer.
pub(crate) async fn of_signing(
    platform: &Platform,
    whose: Whose,
    signing: SigningId,
) -> Result<Option<(String, RecordId)>, Fault> {
    let kept = of_party(platform, whose).await?.into_iter();
    let mut signed = kept.filter(|(_, row)| row.value.signings.contains(&signing));
    match signed.next() {
        Some((object, row)) => Ok(Some((object, row.value.record))),
        None => of_newest_answer(platform, whose).await,
    }
}

/// Every portrait that is kept of a party, for an erasure.
pub(crate) async fn all_of(platform: &Platform, whose: Whose) -> Result<Vec<String>, Fault> {
    let kept = of_party(platform, whose).await?;
    let mut objects: Vec<String> = kept.into_iter().map(|(object, ..)| object).collect();
    objects.extend(of_newest_answer(platform, whose).await?.map(|(object, _)| object));
    Ok(objects)
}

/// Forgets where the portraits of a party are, in the commit of the erasure that discards them.
pub(crate) fn forget_all(
    changes: &mut Changeset,
    whose: Whose,
    objects: &[String],
) -> Result<(), Fault> {
    for object in objects {
        changes.delete(PORTRAITS.key(&key(whose, object))?);
    }
    Ok(())
}

/// Discards what only a hold had kept, once none is in force. Looks at a page from `after` on; gives how
/// many portraits went.
pub(crate) async fn sweep(
    platform: &Platform,
    after: &mut Option<Key>,
    page: usize,
) -> Result<usize, Fault> {
    let found = PORTRAITS.scan(platform.backend(), "", after.as_ref(), page).await?;
    let mut removed = 0;
    for (key, row) in found.iter().filter(|(_, row)| row.value.state == PortraitState::Replaced) {
        let Pair(filing, Pair(_, object)) = key;
        let mut changes = Changeset::new();
        if retention::expect_holds(platform, &mut changes, *filing).await? {
            continue;
        }
        PORTRAITS.remove(&mut changes, key, row.version)?;
        if Attempts::default().commit(platform, changes).await?.is_some() {
            objects::forget(platform, object).await;
            removed += 1;
        }
    }
    *after = if found.len() < page { None } else { found.into_iter().last().map(|(key, _)| key) };
    Ok(removed)
}

/// The portraits of a party, by their objects.
async fn of_party(
    platform: &Platform,
    (filing, party): Whose,
) -> Result<Vec<(String, Stored<PortraitRow>)>, Fault> {
    let within = format!("{filing}/{party}/");
    let rows = PORTRAITS.scan(platform.backend(), &within, None, usize::MAX).await?;
    Ok(rows.into_iter().map(|(Pair(_, Pair(_, object)), row)| (object, row)).collect())
}

/// The portrait that the newest answer names, and the record of that answer.
async fn of_newest_answer(
    platform: &Platform,
    (filing, party): Whose,
) -> Result<Option<(String, RecordId)>, Fault> {
    let Some(checked) = known(platform, filing, party).await? else { return Ok(None) };
    Ok(checked.portrait().map(|object| (object.to_owned(), checked.record)))
}

/// Whether the party has ever signed, voided signatures included. Asked about answers of before there were
/// rows of portraits only: nothing notes which signature was made with which.
async fn has_signed(platform: &Platform, (filing, party): Whose) -> Result<bool, Fault> {
    let Some(stored) = filings::find(platform, filing).await? else { return Ok(false) };
    Ok(stored.filing.anyone(party).is_none_or(|party| !party.signatures().is_empty()))
}
