//! One person has one account: with two somebody would be both halves of what takes two (ADR 0091).

use heqi_vocabulary::StaffId;

use super::rows::ACCOUNTS;
use super::{OfficeStaffError, unseal};
use crate::matter::form::is_same_name;
use crate::office::NotaryOffice;

/// Refuses an account to whoever has another one that is not shut out. People are told apart by the
/// name of the account, as at the platform (ADR 0053).
pub(super) async fn refuse(
    office: &NotaryOffice,
    account: StaffId,
    name: &str,
) -> Result<(), OfficeStaffError> {
    for (other, stored) in ACCOUNTS.scan(office.store(), "", None, usize::MAX).await? {
        if other == account || stored.value.disabled_at.is_some() {
            continue;
        }
        let theirs = unseal(office, other, &stored.value)?;
        if is_same_name(&theirs.name, name) {
            return Err(OfficeStaffError::SecondAccount);
        }
    }
    Ok(())
}
