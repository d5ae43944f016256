//! Portraits that authorities gave, by the party they are of. What another answer replaces is discarded
//! with it, unless a signature was made with it or a hold is in force over the filing; an erasure finds
//! by these rows what there is, whoever can still open the answers.

use heqi_evidence_store::changeset::{Changeset, Expected};
use heqi_evidence_store::table::Stored;
use heqi_vocabulary::{FilingId, PartyId};
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

/// Where a portrait stands. Nothing in it is personal.
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
pub(super) fn note(changes: &mut Changeset, whose: Whose, object: &str) -> Result<(), Fault> {
    Ok(PORTRAITS.put(changes, &key(whose, object), &PortraitState::Newest)?)
}

/// Gives up the portrait of what was known until now. Gives those whose bytes may go once the changeset
/// is committed: none while a hold is in force, for then their rows wait for the sweep.
pub(super) async fn give_up(
    platform: &Platform,
    changes: &mut Changeset,
    whose: Whose,
) -> Result<Vec<String>, Fault> {
    let kept = of_party(platform, whose).await?;
    let newest = kept.iter().filter(|(_, state, _)| *state == PortraitState::Newest);
    let mut replaced: Vec<(String, Expected)> =
        newest.map(|(object, _, version)| (object.clone(), Expected::Version(*version))).collect();
    // An answer of before there were these rows names its portrait itself.
    if let Some(object) = of_newest_answer(platform, whose).await?
        && !kept.iter().any(|(noted, ..)| *noted == object)
    {
        if has_signed(platform, whose).await? {
            PORTRAITS.put(changes, &key(whose, &object), &PortraitState::Signed)?;
        } else {
            replaced.push((object, Expected::Absent));
        }
    }
    if replaced.is_empty() {
        return Ok(Vec::new());
    }
    let is_held = retention::expect_holds(platform, changes, whose.0).await?;
    let mut may_go = Vec::new();
    for (object, expected) in replaced {
        let key = key(whose, &object);
        let row = PORTRAITS.key(&key)?;
        changes.expect(row.clone(), expected);
        if is_held {
            PORTRAITS.put(changes, &key, &PortraitState::Replaced)?;
        } else {
            changes.delete(row);
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
    whose: Whose,
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
    PORTRAITS.put(changes, &key(whose, object), &PortraitState::Signed)?;
    Ok(true)
}

/// Every portrait that is kept of a party, for an erasure.
pub(crate) async fn all_of(platform: &Platform, whose: Whose) -> Result<Vec<String>, Fault> {
    let kept = of_party(platform, whose).await?;
    let mut objects: Vec<String> = kept.into_iter().map(|(object, ..)| object).collect();
    objects.extend(of_newest_answer(platform, whose).await?);
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
    for (key, row) in found.iter().filter(|(_, row)| row.value == PortraitState::Replaced) {
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

/// Object, state and version of each row of a party.
async fn of_party(
    platform: &Platform,
    (filing, party): Whose,
) -> Result<Vec<(String, PortraitState, u64)>, Fault> {
    let within = format!("{filing}/{party}/");
    let rows = PORTRAITS.scan(platform.backend(), &within, None, usize::MAX).await?;
    let one = |(Pair(_, Pair(_, object)), row): (Key, Stored<PortraitState>)| {
        (object, row.value, row.version)
    };
    Ok(rows.into_iter().map(one).collect())
}

async fn of_newest_answer(
    platform: &Platform,
    (filing, party): Whose,
) -> Result<Option<String>, Fault> {
    let checked = known(platform, filing, party).await?;
    Ok(checked.and_then(|checked| checked.portrait().map(str::to_owned)))
}

/// Whether the party has ever signed, voided signatures included. Asked about answers of before there were
/// rows of portraits only: nothing notes which signature was made with which.
async fn has_signed(platform: &Platform, (filing, party): Whose) -> Result<bool, Fault> {
    let Some(stored) = filings::find(platform, filing).await? else { return Ok(false) };
    Ok(stored.filing.party(party).is_none_or(|party| !party.signatures().is_empty()))
}
