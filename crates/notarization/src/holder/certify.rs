//! Applying for a certificate as the one who signed, in the own name or for the company it was signed for:
//! the application of [`crate::matter::apply`], about a signing that this person came in for. A signing of somebody else's is refused with the
//! article before anything of it is looked at (公证法 art. 31 item 2).

use heqi_identity::PersonName;
use heqi_vocabulary::{DepositNo, UtcMillis, VoucherNo};

use super::HolderFault;
use super::door::Holder;
use super::held::{OpenedRecord, list};
use crate::matter::act::open as open_matter;
use crate::matter::apply::{Apply, apply, open_place};
use crate::matter::examine::signer_held;
use crate::matter::form::{ApplicantKind, ApplicationForm, Field, PowerOfAttorney, is_same_name};
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

/// Takes the application of the company that somebody signed for. `acting` is who came in: whether they are
/// its legal representative or hold a power of attorney is what the form says of the representative; the
/// papers the notary reads.
///
/// # Errors
/// As [`apply`]; [`MatterError::Field`] where `acting` is no name, [`MatterError::NotCompany`] where the
/// signing was not made in this company's name, [`MatterError::NotRepresentative`] where `acting` is not who
/// signed for it.
pub async fn apply_as_company(
    office: &NotaryOffice,
    about: &OpenedRecord,
    (acting, form): (&str, ApplicationForm),
) -> Result<ApplicationNo, MatterError> {
    // Nobody is no agent, and the legal representative would act by silence.
    if PersonName::parse(acting).is_err() {
        return Err(MatterError::Field(Field::Acting));
    }
    let (agent, power_of_attorney) = if is_same_name(acting, &form.legal_representative) {
        (String::new(), String::new())
    } else {
        // Nobody here can see one.
        (acting.to_owned(), PowerOfAttorney::Unstated.as_str().to_owned())
    };
    let applicant = ApplicantKind::Company.as_str().to_owned();
    let form = ApplicationForm { applicant, agent, power_of_attorney, ..form };
    apply(office, Apply { deposit: about.row.deposit_no, form, by: ActedBy::Signer }).await
}

/// How the open application of a signer, or of the company signed for, stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignersApplication {
    /// Its number.
    pub number: ApplicationNo,
    /// In whose name it was handed in.
    pub applicant: ApplicantKind,
    /// Since when.
    pub submitted_at: UtcMillis,
    /// Where it stands.
    pub stage: Stage,
    /// The code with which it is looked up without coming in.
    pub query_code: String,
}

/// The applications about this record that are open, of the company signed for and of the signer. The
/// company's is shown to who signed only where they act for it in the application, too: another's document and
/// the company's papers are none of theirs.
///
/// # Errors
/// The store could not be read.
pub async fn applications(
    office: &NotaryOffice,
    about: &OpenedRecord,
) -> Result<Vec<SignersApplication>, MatterError> {
    let mut shown = Vec::new();
    for kind in [ApplicantKind::Company, ApplicantKind::Signer] {
        let place = open_place(about.row.deposit_no, kind);
        let Some(row) = OPEN.row(office.store(), &place).await? else { continue };
        let opened = open_matter(office, row.value).await?;
        let signer = signer_held(office, (&about.key, about.row.chain), &about.record).await?;
        if signer.admits_from_within(&opened.content.application, opened.today).is_err() {
            continue;
        }
        shown.push(SignersApplication {
            number: row.value,
            applicant: kind,
            submitted_at: opened.matter.submitted_at(),
            stage: opened.matter.stage(),
            query_code: opened.content.query_code,
        });
    }
    Ok(shown)
}
