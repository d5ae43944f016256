//! May it be erased? A legal hold wins over everything; then what the law demands to be
//! kept; then it must be erased (个人信息保护法 art. 47).

use heqi_evidence::schema::RecordKind;
use heqi_filing::Party;
use heqi_vocabulary::FilingId;

use super::rows::HOLDS;
use super::{Affected, Decision};
use crate::fault::Fault;
use crate::platform::Platform;

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

/// Whether a hold is in force over the filing.
pub(crate) async fn is_held(platform: &Platform, filing: FilingId) -> Result<bool, Fault> {
    let holds = HOLDS.scan(platform.backend(), &format!("{filing}/"), None, usize::MAX).await?;
    Ok(holds.iter().any(|(_, hold)| hold.value.lifted_at.is_none()))
}

fn refused(reason: &str, legal_basis: &str) -> Decision {
    Decision::Refused { reason: reason.to_owned(), legal_basis: legal_basis.to_owned() }
}
