//! Applying for a certificate as the one who signed: the application of [`crate::matter::apply`],
//! about a signing that this person came in for. A signing of somebody else's is refused with the
//! article before anything of it is looked at (公证法 art. 31 item 2).

use heqi_vocabulary::{DepositNo, UtcMillis, VoucherNo};

use super::HolderFault;
use super::door::Holder;
use super::held::{OpenedRecord, list};
use crate::matter::act::open as open_matter;
use crate::matter::apply::{Apply, apply, open_place};
use crate::matter::form::{ApplicantKind, ApplicationForm};
use crate::matter::rows::OPEN;
use crate::matter::state::Stage;
use crate::matter::step::ActedBy;
use crate::matter::{ApplicationNo, MatterError};
use crate::office::NotaryOffice;

/// The signing of this person with this voucher number: what receipt, messages and both custodians
/// call it. `None`: it is not this person's, or not held here.
///
/// # Errors
/// See [`HolderFault`].
pub async fn signing_of(
    office: &NotaryOffice,
    holder: &Holder,
    voucher: VoucherNo,
) -> Result<Option<DepositNo>, HolderFault> {
    let voucher = voucher.to_string();
    for filing in list(office, holder).await? {
        let found = filing
            .signings
            .iter()
            .find(|record| record.signed.as_ref().is_some_and(|signed| signed.voucher == voucher));
        if let Some(found) = found {
            return Ok(Some(found.deposit_no));
        }
    }
    Ok(None)
}

/// Takes the application of whoever signed.
///
/// # Errors
/// As [`apply`]; [`MatterError::NotParty`] where the name on the form is not the one that signed.
pub async fn apply_as_signer(
    office: &NotaryOffice,
    about: &OpenedRecord,
    form: ApplicationForm,
) -> Result<ApplicationNo, MatterError> {
    let form = ApplicationForm { applicant: ApplicantKind::Signer.as_str().to_owned(), ..form };
    apply(office, Apply { deposit: about.row.deposit_no, form, by: ActedBy::Signer }).await
}

/// How the open application of a signer stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignersApplication {
    /// Its number.
    pub number: ApplicationNo,
    /// Since when.
    pub submitted_at: UtcMillis,
    /// Where it stands.
    pub stage: Stage,
    /// The code with which it is looked up without coming in.
    pub query_code: String,
}

/// The application of the signer about this record that is open, or was the last.
///
/// # Errors
/// The store could not be read.
pub async fn application(
    office: &NotaryOffice,
    about: &OpenedRecord,
) -> Result<Option<SignersApplication>, MatterError> {
    let place = open_place(about.row.deposit_no, ApplicantKind::Signer);
    let Some(row) = OPEN.row(office.store(), &place).await? else { return Ok(None) };
    let opened = open_matter(office, row.value).await?;
    Ok(Some(SignersApplication {
        number: row.value,
        submitted_at: opened.matter.submitted_at(),
        stage: opened.matter.stage(),
        query_code: opened.content.query_code,
    }))
}
