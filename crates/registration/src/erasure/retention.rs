//! May it be erased? A legal hold wins over everything; then what the law demands to be
//! kept; then it must be erased (个人信息保护法 art. 47).

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::{Changeset, Expected};
use heqi_filing::{Ceremony, Party};
use heqi_vocabulary::{ChainId, FilingId};

use super::rows::{GIVEN_UP, HOLDS};
use super::{Affected, Decision};
use crate::fault::Fault;
use crate::filings;
use crate::platform::Platform;
use crate::rows::{CHAINS, Pair};

/// 网信, 司法, 登记机关: whoever placed the hold says for how long.
const HOLD_BASIS: &str = "依法采取的证据保全措施;个人信息保护法第47条第2款";
/// The archive of a company lives as long as the company and twenty years.
const ARCHIVE_BASIS: &str =
    "电子签名法第24条;经营主体登记档案管理办法(2025);个人信息保护法第47条第2款";
/// An objection is kept with what it objects to.
const DISPUTE_BASIS: &str = "公证程序规则第61条;个人信息保护法第47条第2款";

/// Decides about the data of one party.
pub(crate) async fn decide(
    platform: &Platform,
    filing: FilingId,
    party: &Party,
    affected: &Affected,
) -> Result<Decision, Fault> {
    if is_held(platform, filing).await? {
        return Ok(refused("legal_hold", HOLD_BASIS));
    }
    // Voided signatures happened too.
    let signed = !party.signatures().is_empty()
        || affected.records.iter().any(|record| record.kind == RecordKind::Signing);
    if signed {
        return Ok(refused("retention", ARCHIVE_BASIS));
    }
    if affected.records.iter().any(|record| record.kind == RecordKind::Objection) {
        return Ok(refused("retention", DISPUTE_BASIS));
    }
    Ok(Decision::Erased { performed_at: None })
}

/// Demands that nothing be written into the chain between this call and the commit. Placing and
/// lifting a hold are records of the filing's chain, so no hold comes in between either.
pub(crate) async fn expect_chain(
    platform: &Platform,
    changes: &mut Changeset,
    chain: ChainId,
) -> Result<(), Fault> {
    let tip = CHAINS.row(platform.backend(), &chain).await?;
    let expected = tip.map_or(Expected::Absent, |row| Expected::Version(row.version));
    changes.expect(CHAINS.key(&chain)?, expected);
    Ok(())
}

/// Whether a hold is in force over the filing; the changeset then demands that it stay so.
pub(crate) async fn expect_holds(
    platform: &Platform,
    changes: &mut Changeset,
    filing: FilingId,
) -> Result<bool, Fault> {
    // The end of the chain first: a hold placed after this is either seen below or moves it.
    if let Some(stored) = filings::find(platform, filing).await? {
        expect_chain(platform, changes, stored.filing.chain()).await?;
    }
    is_held(platform, filing).await
}

/// Gives up photos and videos of a ceremony that nothing counts on any more. Gives those whose bytes
/// may go once the changeset is committed: none while a hold is in force, for then a row names them
/// until it is lifted.
pub(crate) async fn give_up(
    platform: &Platform,
    changes: &mut Changeset,
    ceremony: &Ceremony,
    objects: Vec<String>,
) -> Result<Vec<String>, Fault> {
    let filing = ceremony.filing();
    if objects.is_empty() || !expect_holds(platform, changes, filing).await? {
        return Ok(objects);
    }
    for object in objects {
        GIVEN_UP.put(changes, &Pair(filing, object), &ceremony.id())?;
    }
    Ok(Vec::new())
}

/// Whether a hold is in force over the filing.
async fn is_held(platform: &Platform, filing: FilingId) -> Result<bool, Fault> {
    let holds = HOLDS.scan(platform.backend(), &format!("{filing}/"), None, usize::MAX).await?;
    Ok(holds.iter().any(|(_, hold)| hold.value.lifted_at.is_none()))
}

fn refused(reason: &str, legal_basis: &str) -> Decision {
    Decision::Refused { reason: reason.to_owned(), legal_basis: legal_basis.to_owned() }
}
