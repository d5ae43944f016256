//! Companies that may not sign as a register has it (edge case 28), and asking again about such an
//! answer: a register is corrected, a company is restored, and nobody declares the contact anew for it.
//!
//! Nobody waits for a register. Who is refused by an old answer has it asked about by a changeset of its
//! own, since the act that is refused commits nothing; the worker asks, and the next try finds what it
//! said. At the identity step it is asked early, so that it is mostly there when the signing begins.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Stored;
use heqi_filing::{Filing, Matter, PartyKind};
use heqi_vocabulary::{FilingId, PartyId};

use super::queue::{IdentityItem, LeasedCheck, QUEUE, enqueue};
use super::{Checked, IdentityRow, asked_row, is_stale, known};
use crate::act::Attempts;
use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::{self, Pair};

/// How long an answer counts by which a company may not sign, in milliseconds: an hour. No register
/// restores a company sooner, and who presses the button again costs no further question.
pub const NO_FRESH_MS: i64 = 3_600_000;

/// Whether a register says that the company may not sign. A cancellation is signed by
/// companies that exist no longer.
pub(super) fn company_may_not_sign(checked: Option<&Checked>, matter: Matter) -> bool {
    let known = checked.and_then(|checked| checked.known.as_ref());
    let status = known.and_then(|known| known.findings.company.answer()).map(|(_, status)| *status);
    !matter.is_cancellation() && status.is_some_and(|status| !status.may_sign())
}

/// Whether what is known of a party refuses it, as [`company_may_not_sign`] says. An answer older than
/// [`NO_FRESH_MS`] refuses all the same, and is asked about anew.
pub(crate) async fn refuses_company(
    platform: &Platform,
    filing: &Filing,
    party: PartyId,
    checked: Option<&Checked>,
) -> Result<bool, Fault> {
    let refusing = checked.filter(|_| company_may_not_sign(checked, filing.matter()));
    let Some(refusing) = refusing else { return Ok(false) };
    if platform.now().millis_since(refusing.at) >= NO_FRESH_MS {
        ask_anew(platform, (filing.id(), party)).await?;
    }
    Ok(true)
}

/// Looks again at how the companies of a filing stand, before it is over: gives whether a register
/// says of one that it may not sign any more. What is old is asked anew by `changes`, once: nobody
/// who confirms waits for a register, and the next one finds its answer.
pub(crate) async fn look_again_at_companies(
    platform: &Platform,
    changes: &mut Changeset,
    filing: &Filing,
) -> Result<bool, Fault> {
    if filing.matter().is_cancellation() {
        return Ok(false);
    }
    let companies =
        filing.parties().filter(|party| matches!(party.who(), PartyKind::Company { .. }));
    for company in companies {
        let whose = (filing.id(), company.id());
        let checked = known(platform, whose.0, whose.1).await?;
        if refuses_company(platform, filing, whose.1, checked.as_ref()).await? {
            return Ok(true);
        }
        if is_stale(checked.as_ref(), platform.now()) && !is_being_asked(platform, whose).await? {
            enqueue(platform, changes, whose).await?;
        }
    }
    Ok(false)
}

/// Gives up asking for now, and keeps the answer by which the company may not sign: the row waits no
/// more, so that whoever comes back has it asked about again.
pub(super) async fn keep_no(
    platform: &Platform,
    item: &LeasedCheck,
    asked: &Stored<IdentityRow>,
) -> Result<(), Fault> {
    let IdentityItem { filing, party } = item.payload;
    let mut attempts = Attempts::default();
    loop {
        let now = asked_row(platform, filing, party).await?;
        // Declared anew meanwhile, or held by somebody else by now.
        if now.map(|row| row.version) != Some(asked.version) || item.leased_until <= platform.now()
        {
            return Ok(());
        }
        let mut changes = Changeset::new();
        let row = IdentityRow { waiting: false, ..asked.value.clone() };
        let key = Pair(filing, party);
        rows::IDENTITY_CHECKS.replace(&mut changes, &key, asked.version, &row)?;
        QUEUE.complete(platform.backend(), &mut changes, item, platform.now()).await?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(());
        }
    }
}

/// Whether the worker still has to ask about the party, or nobody ever is to.
async fn is_being_asked(platform: &Platform, whose: (FilingId, PartyId)) -> Result<bool, Fault> {
    let row = asked_row(platform, whose.0, whose.1).await?;
    Ok(row.is_none_or(|row| row.value.waiting))
}

/// Has the worker ask about the party by a changeset of its own. Of several who come at once one is
/// enough: whoever was faster has it asked.
async fn ask_anew(platform: &Platform, whose: (FilingId, PartyId)) -> Result<(), Fault> {
    if !platform.identity().is_anybody_asked() || is_being_asked(platform, whose).await? {
        return Ok(());
    }
    let mut changes = Changeset::new();
    enqueue(platform, &mut changes, whose).await?;
    Attempts::default().commit(platform, changes).await.map(drop)
}
