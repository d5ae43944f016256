//! Where guardians showed what proves it (`show_guardianship`): the ceremonies of a party that hold it.
//! From there a minor's number is found whichever invitation it was given under, the end of a
//! guardianship is seen, and what nobody signed with is given up.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Stored;
use heqi_filing::{CeremonyState, Filing, Party, PartyKind};
use heqi_vocabulary::{CeremonyId, FilingId, PartyId};
use serde::{Deserialize, Serialize};

use crate::act::Attempts;
use crate::ceremonies::{self, StoredCeremony};
use crate::contacts::IdNumber;
use crate::erasure::retention;
use crate::fault::{ActError, Class, Fault};
use crate::index_filings;
use crate::objects;
use crate::platform::Platform;
use crate::rows::{GUARDIANSHIPS, NEWEST_CEREMONIES, Pair};
use crate::show_guardianship::KeptGuardianship;
use crate::sweep::SIGNING_LIFETIME_MS;
use crate::wording::{Told, say};

mod of_before;

pub(crate) use of_before::{PassRow, note_those_of_before};

/// The place of a row.
pub(crate) type Key = Pair<FilingId, Pair<PartyId, CeremonyId>>;

/// What is known of a ceremony without opening it. Nothing in it is personal.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GuardianshipRow {
    /// Whether a signature rests on it, as far as the sweep has seen: then it stays.
    is_signed: bool,
}

/// The most ceremonies of one party that are opened, the newest first.
const MOST: usize = 16;

/// What a guardian showed, in one ceremony.
pub(crate) struct Shown {
    pub(crate) kept: KeptGuardianship,
    /// Whether the ceremony ended with a signature.
    is_signed: bool,
}

/// Notes in the commit of the act that a guardian showed it in this ceremony.
pub(crate) fn note(
    changes: &mut Changeset,
    filing: FilingId,
    (party, ceremony): (PartyId, CeremonyId),
) -> Result<(), Fault> {
    let key = Pair(filing, Pair(party, ceremony));
    Ok(GUARDIANSHIPS.put(changes, &key, &GuardianshipRow { is_signed: false })?)
}

/// What the guardian of this party showed, the newest first; nothing where it was given up or erased.
pub(crate) async fn of_party(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<Vec<Shown>, Fault> {
    let within = format!("{filing}/{party}/");
    let rows = GUARDIANSHIPS.scan(platform.backend(), &within, None, usize::MAX).await?;
    let mut ceremonies: Vec<CeremonyId> =
        rows.iter().rev().take(MOST).map(|(Pair(_, Pair(_, ceremony)), _)| *ceremony).collect();
    let newest = NEWEST_CEREMONIES.row(platform.backend(), &Pair(filing, party)).await?;
    if let Some(newest) = newest.filter(|newest| !ceremonies.contains(&newest.value)) {
        ceremonies.insert(0, newest.value);
    }
    let mut shown = Vec::new();
    for ceremony in ceremonies {
        let Some(stored) = load(platform, ceremony).await? else { continue };
        let is_signed = is_signed(&stored);
        shown.extend(stored.content.guardianship.map(|kept| Shown { kept, is_signed }));
    }
    Ok(shown)
}

/// The number that the guardian gave of a minor last; none where it was not given, was given up or is erased.
pub(crate) async fn number(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<Option<IdNumber>, Fault> {
    let newest = of_party(platform, filing, party).await?.into_iter().next();
    Ok(newest.map(|shown| shown.kept.number))
}

/// Whether the minor for whom a guardian signed is of age by now. Then the guardianship has ended, and
/// nobody acts in the minor's place any more (民法典 arts. 17, 39, 175): what was signed before stands.
pub(crate) async fn has_ended(
    platform: &Platform,
    filing: &Filing,
    party: PartyId,
) -> Result<bool, Fault> {
    let who = filing.party(party).map(Party::who);
    if !matches!(who, Some(PartyKind::Ward { .. })) {
        return Ok(false);
    }
    let shown = of_party(platform, filing.id(), party).await?;
    let counts = shown.iter().find(|shown| shown.is_signed);
    Ok(counts.is_some_and(|shown| shown.kept.is_of_age(platform.now().shanghai_date())))
}

/// The refusal of whatever a guardian would do after that. Nobody is added once signing is open, so the
/// person signs in another filing.
pub(crate) fn came_of_age() -> Told<'static> {
    say(
        "ward_came_of_age",
        [
            "证件号码显示被监护人现已满18周岁，监护人不能再代为办理，本次操作未作记录。",
            "已成年的由本人办理：请联系经办人另立办件，以其本人名义邀请；已签署的内容仍作为证据保存。",
        ],
        [
            "By the number the ward is 18 by now, so a guardian no longer acts in its place; nothing was recorded.",
            "An adult acts in person: ask the handler to open another filing and to invite the person in the own name. What was signed stays as evidence.",
        ],
    )
    .is(Class::Conflict)
}

/// Gives up what guardians showed and nobody signed with, as long after the link's end as photos after
/// their challenge's. Looks at a page from `after` on; gives how many proofs went.
pub(crate) async fn sweep(
    platform: &Platform,
    after: &mut Option<Key>,
    page: usize,
) -> Result<usize, Fault> {
    let rows = GUARDIANSHIPS.scan(platform.backend(), "", after.as_ref(), page).await?;
    let mut given_up = 0;
    for (key, row) in rows.iter().filter(|(_, row)| !row.value.is_signed) {
        given_up += usize::from(give_up(platform, key, row).await?);
    }
    *after = if rows.len() < page { None } else { rows.into_iter().last().map(|(key, _)| key) };
    Ok(given_up)
}

/// Whether there was a proof to give up.
async fn give_up(
    platform: &Platform,
    key: &Key,
    row: &Stored<GuardianshipRow>,
) -> Result<bool, Fault> {
    let Pair(filing, Pair(_, ceremony)) = *key;
    let mut changes = Changeset::new();
    let Some(stored) = load(platform, ceremony).await? else {
        // Erased with the party, or gone: nobody can open the proof either.
        GUARDIANSHIPS.remove(&mut changes, key, row.version)?;
        return Attempts::default().commit(platform, changes).await.map(|_| false);
    };
    if is_signed(&stored) {
        GUARDIANSHIPS.replace(
            &mut changes,
            key,
            row.version,
            &GuardianshipRow { is_signed: true },
        )?;
        return Attempts::default().commit(platform, changes).await.map(|_| false);
    }
    let mut content = stored.content.clone();
    // What a challenge is open for goes with the photo, when its signing is swept.
    let ended_at = content.ceremony.expires_at();
    let is_over = content.ceremony.challenge().is_none()
        && platform.now().millis_since(ended_at) >= SIGNING_LIFETIME_MS;
    // What a court or an authority holds stays, and a hold placed from here on makes the commit fail.
    if !is_over || retention::expect_holds(platform, &mut changes, filing).await? {
        return Ok(false);
    }
    let shown = content.guardianship.take();
    if shown.is_some() {
        stored.replace(platform, &mut changes, &content)?;
        // Nor is the filing found by the minor's number any more.
        index_filings::note(&mut changes, filing)?;
    }
    GUARDIANSHIPS.remove(&mut changes, key, row.version)?;
    if Attempts::default().commit(platform, changes).await?.is_none() {
        // The guardian came back or a hold was placed in this very moment: the next round sees it again.
        return Ok(false);
    }
    if let Some(shown) = &shown {
        objects::forget(platform, &shown.object).await;
    }
    Ok(shown.is_some())
}

const fn is_signed(stored: &StoredCeremony) -> bool {
    matches!(stored.content.ceremony.state(), CeremonyState::Signed { .. })
}

/// A ceremony; none where it was erased with the party, or is not there.
async fn load(platform: &Platform, ceremony: CeremonyId) -> Result<Option<StoredCeremony>, Fault> {
    match ceremonies::load(platform, ceremony).await {
        Ok(stored) => Ok(Some(stored)),
        Err(ActError::NotFound(_) | ActError::Fault(Fault::Erased)) => Ok(None),
        Err(ActError::Fault(fault)) => Err(fault),
        Err(other) => Err(Fault::broken(other)),
    }
}
