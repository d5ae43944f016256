//! Proofs that were shown before a row said where ([`super::note`]): a pass over all ceremonies, a page in
//! each sweep, makes the rows. It is made once; a row of its own says how far it has come, over any start.

use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Party, PartyKind};
use heqi_vocabulary::{CeremonyId, FilingId, PartyId};
use serde::{Deserialize, Serialize};

use super::{GuardianshipRow, load};
use crate::act::Attempts;
use crate::ceremonies;
use crate::fault::Fault;
use crate::filings;
use crate::index_filings;
use crate::platform::Platform;
use crate::rows::{GUARDIANSHIPS, PASSES, Pair};

/// How far a pass over rows of before has come.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PassRow {
    /// The last one that was looked at.
    after: Option<CeremonyId>,
    is_over: bool,
}

/// Looks at the next page of ceremonies. Gives whether all were looked at: then nobody calls again.
pub(crate) async fn note_those_of_before(platform: &Platform, page: usize) -> Result<bool, Fault> {
    let name = "guardianships".to_owned();
    let stored = PASSES.row(platform.backend(), &name).await?;
    let before = stored.as_ref().map(|row| row.value).unwrap_or_default();
    if before.is_over {
        return Ok(true);
    }
    let rows = ceremonies::whose(platform, before.after.as_ref(), page).await?;
    let mut changes = Changeset::new();
    for (ceremony, filing, party) in rows.iter().copied() {
        if is_of_ward(platform, filing, party).await? {
            note_one(platform, &mut changes, (filing, party), ceremony).await?;
        }
    }
    let is_over = rows.len() < page;
    let after = rows.last().map(|(ceremony, ..)| *ceremony).or(before.after);
    let now = PassRow { after, is_over };
    match stored {
        None => PASSES.insert(&mut changes, &name, &now)?,
        Some(stored) => PASSES.replace(&mut changes, &name, stored.version, &now)?,
    }
    // A guardian showed it anew in this very moment: the next round looks at this page again.
    let is_noted = Attempts::default().commit(platform, changes).await?.is_some();
    Ok(is_noted && is_over)
}

/// Only ceremonies of guardians are opened, also of those who were taken out: their invitations of before
/// are not all found when that happens.
async fn is_of_ward(platform: &Platform, filing: FilingId, party: PartyId) -> Result<bool, Fault> {
    let Some(stored) = filings::find(platform, filing).await? else { return Ok(false) };
    let who = stored.filing.anyone(party).map(Party::who);
    Ok(matches!(who, Some(PartyKind::Ward { .. })))
}

async fn note_one(
    platform: &Platform,
    changes: &mut Changeset,
    (filing, party): (FilingId, PartyId),
    ceremony: CeremonyId,
) -> Result<(), Fault> {
    let key = Pair(filing, Pair(party, ceremony));
    if GUARDIANSHIPS.row(platform.backend(), &key).await?.is_some() {
        return Ok(());
    }
    let stored = load(platform, ceremony).await?;
    if stored.is_none_or(|stored| stored.content.guardianship.is_none()) {
        return Ok(());
    }
    GUARDIANSHIPS.insert(changes, &key, &GuardianshipRow { is_signed: false })?;
    // The filing is found by the minor's number, whichever invitation it was given under.
    index_filings::note(changes, filing)
}
