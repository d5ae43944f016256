//! The handler says that a filing was submitted to the registry 已提交登记机关: a program with the handler's key, or the
//! handler at the own desk (ADR 0095). Nothing is sent by it. No path leads there before everybody has confirmed and
//! both custodians hold every signing that counts.

use std::collections::{BTreeMap, BTreeSet};

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Custody, Filing};
use heqi_vocabulary::{FilingId, Language, RecordId, SigningId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::handler_desk;
use crate::ledger::{self, About, Draft, places};
use crate::platform::{Custodian, Platform};
use crate::request::Request;
use crate::rows::{self, Pair};
use crate::wording::{Told, refusals, say};

/// What was submitted.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Submit {
    /// The filing.
    pub filing: FilingId,
}

/// It is recorded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Submitted {
    /// The record.
    pub record_id: RecordId,
}

/// Why it was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] heqi_filing::SubmitError),
    /// These custodians have not answered for every signing that counts, and are asked on.
    #[error("custody of a signing is awaited of {0:?}")]
    CustodyAwaited(BTreeSet<Custodian>),
    /// These custodians do not hold a signing that counts as it is, and are not asked again.
    #[error("custody of a signing was refused by {0:?}")]
    CustodyRefused(BTreeSet<Custodian>),
}

impl From<Fault> for SubmitError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl SubmitError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
            Self::CustodyAwaited(custodians) => say(
                "custody_awaited",
                [
                    "签署尚未全部存证：{zh}还没有回执，未登记提交。",
                    "系统会自动重试，请在两个保管方的回执齐全后再提交和登记；长时间未完成的，请联系平台。",
                ],
                [
                    "Not every signing is deposited: no receipt yet from {en}; no submission was recorded.",
                    "The platform goes on trying by itself. Submit it, and record that, once both custodians have given their receipts; if that takes long, contact the platform.",
                ],
            )
            .with("{zh}", named(custodians, Language::Zh))
            .with("{en}", named(custodians, Language::En))
            .is(Class::Conflict),
            Self::CustodyRefused(custodians) => say(
                "custody_refused",
                [
                    "签署未能全部存证：{zh}没有接收其中的签署，不会自动重试，未登记提交。",
                    "请联系平台，查明原因后再办理。",
                ],
                [
                    "Not every signing is deposited: {en} did not take one and is not asked again; no submission was recorded.",
                    "Contact the platform to find out why before going on.",
                ],
            )
            .with("{zh}", named(custodians, Language::Zh))
            .with("{en}", named(custodians, Language::En))
            .is(Class::Conflict),
        }
    }
}

refusals!(SubmitError);

/// Records that a filing was submitted, for a program with the handler's key or for the handler at the own desk.
///
/// # Errors
/// See [`SubmitError`].
pub async fn submit(
    platform: &Platform,
    request: &Request,
    command: Submit,
) -> Result<Submitted, SubmitError> {
    let handler = handler_desk::preparer(&request.actor)?;
    let mut act = Act::new(platform, request, "submit").await;
    loop {
        if let Some(submitted) = act.earlier().await? {
            return Ok(submitted);
        }
        let stored = filings::load_as_read(platform, request, command.filing).await?;
        if let Some(member) = handler {
            handler_desk::own_party(platform, member, &stored.filing).await?;
        }
        let mut filing = stored.filing.clone();
        if let Err(refusal) = filing.may_submit() {
            // Whoever is told that it is recorded already must not lose that by a crash.
            platform.backend().settled().await.map_err(Fault::from)?;
            return Err(refusal.into());
        }
        let custody = custody(platform, &filing).await?;
        let next = ledger::next_place(platform, filing.chain()).await?;
        filing.submit(&custody, next.place.recorded_at)?;
        let mut draft = Draft::new(platform, RecordKind::FilingChanged);
        draft
            .observed("filing", command.filing.to_string())?
            .observed("change", "submitted")?
            .observed("changed_by", request.actor.name())?;
        draft.journalled_of_staff(&request.actor, "submitted");
        let record = draft.seal(platform, About::filing(command.filing), None)?;
        let submitted = Submitted { record_id: record.record_id() };

        let mut changes = Changeset::new();
        record.write(platform, &mut changes, &next)?;
        stored.replace(platform, &mut changes, &filing)?;
        if act.commit(changes, &submitted).await?.is_some() {
            return Ok(submitted);
        }
    }
}

/// What keeps a filing from being submitted that everybody has confirmed: which custodian does not hold a signing. Whoever
/// submits has to know it before, and not only when saying so.
pub(crate) async fn held_back(
    platform: &Platform,
    filing: &Filing,
) -> Result<Option<SubmitError>, ActError> {
    if filing.may_submit().is_err() {
        return Ok(None);
    }
    match custody(platform, filing).await {
        Ok(_) => Ok(None),
        Err(SubmitError::Act(error)) => Err(error),
        Err(missing) => Ok(Some(missing)),
    }
}

/// The proof that both custodians hold every signing that counts, by their receipts. A receipt is never taken back, so
/// it stays true until the commit; which signings count is a precondition of that.
async fn custody(platform: &Platform, filing: &Filing) -> Result<Custody, SubmitError> {
    let mut holders: BTreeMap<SigningId, usize> = BTreeMap::new();
    let (mut awaited, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for (signing, record) in current_records(platform, filing).await? {
        for custodian in Custodian::ALL {
            match stand(platform, custodian, record).await? {
                Stand::Held => *holders.entry(signing).or_default() += 1,
                Stand::Awaited => {
                    awaited.insert(custodian);
                }
                Stand::Refused => {
                    refused.insert(custodian);
                }
            }
        }
    }
    match filing.custody(&holders) {
        Ok(custody) => Ok(custody),
        Err(_) if !refused.is_empty() => Err(SubmitError::CustodyRefused(refused)),
        Err(_) if !awaited.is_empty() => Err(SubmitError::CustodyAwaited(awaited)),
        Err(missing) => Err(Fault::broken(format_args!("{missing}, nor in the chain")).into()),
    }
}

/// The records of the signings that count.
async fn current_records(
    platform: &Platform,
    filing: &Filing,
) -> Result<Vec<(SigningId, RecordId)>, ActError> {
    let counting = filing.current_signings();
    let links = places::behind(platform, filing.chain(), (0, usize::MAX)).await?;
    // A link may stand before its record is durable, and only what is durable is found.
    platform.backend().settled().await.map_err(Fault::from)?;
    let mut records = Vec::with_capacity(counting.len());
    for record in links {
        let kept = ledger::find(platform, record).await?;
        let signing = kept.about.signing.filter(|signing| counting.contains(signing));
        if kept.kind == RecordKind::Signing {
            records.extend(signing.map(|signing| (signing, record)));
        }
    }
    Ok(records)
}

/// How a record stands with a custodian.
enum Stand {
    Held,
    Awaited,
    Refused,
}

async fn stand(
    platform: &Platform,
    custodian: Custodian,
    record: RecordId,
) -> Result<Stand, Fault> {
    let backend = platform.backend();
    let receipt = rows::RECEIPTS.durable_row(backend, &Pair(record, custodian)).await?;
    if receipt.is_some_and(|row| row.value.outcome.is_admitted()) {
        return Ok(Stand::Held);
    }
    let gap = rows::GAPS.row(backend, &Pair(custodian, record)).await?;
    Ok(if gap.is_some() { Stand::Refused } else { Stand::Awaited })
}

fn named(custodians: &BTreeSet<Custodian>, l: Language) -> String {
    let names: Vec<&str> = custodians
        .iter()
        .map(|custodian| match custodian {
            Custodian::DataCentre => l.pick("公证处数据中心", "the notary's data centre"),
            Custodian::Preservation => l.pick("实时保", "the second custodian"),
        })
        .collect();
    names.join(l.pick("、", " and "))
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::Explain as _;

    use super::*;

    #[test]
    fn whoever_submits_too_early_is_told_which_custodian_is_waited_for() {
        let both = SubmitError::CustodyAwaited(Custodian::ALL.into());
        assert!(both.explain(Language::Zh).what.contains("公证处数据中心、实时保还没有回执"));
        let en = both.explain(Language::En).what;
        assert!(en.contains("from the notary's data centre and the second custodian;"), "{en}");
        let one = SubmitError::CustodyRefused([Custodian::Preservation].into());
        let zh = one.explain(Language::Zh).what;
        assert!(zh.contains("实时保没有接收") && !zh.contains("数据中心"), "{zh}");
        assert_ne!(one.code(), both.code());
    }
}
