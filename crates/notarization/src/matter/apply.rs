//! Apply for a certificate: by a signer of the document, be it a person or a company, or by the registry,
//! nobody else, and once (公证法 arts. 25 to 27, 31).

use std::collections::BTreeMap;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{DepositNo, UtcMillis};

use super::act::{Attempts, begin, open};
use super::error::MatterError;
use super::examine::{held_record, signer_held};
use super::finish::fresh_code;
use super::form::{ApplicantKind, Application, ApplicationForm};
use super::number::ApplicationNo;
use super::party::HeldSigner;
use super::rows::{Content, Facts, OPEN, SERIALS};
use super::state::{Ground, Matter};
use super::step::{ActedBy, StepKind};
use crate::deposited::{DEPOSITS, NUMBERS};
use crate::office::NotaryOffice;

/// An application as it was handed in at the counter or through the interface.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Apply {
    /// About which deposit.
    pub deposit: DepositNo,
    /// The form.
    pub form: ApplicationForm,
    /// Who took it.
    pub by: ActedBy,
}

/// Takes an application; gives its number.
///
/// # Errors
/// [`MatterError::NotParty`] for whoever neither signed nor registers, and for a namesake whose
/// document has another number than the one held, [`MatterError::NotCompany`] and
/// [`MatterError::NotRepresentative`] for a company, [`MatterError::Double`]
/// for a second application, [`MatterError::Field`] for a form that cannot be taken.
pub async fn apply(office: &NotaryOffice, command: Apply) -> Result<ApplicationNo, MatterError> {
    let Apply { deposit, form, by } = command;
    let today = office.clock().now().shanghai_date();
    let application = form.parse(today).map_err(MatterError::Field)?;
    let (ground, signer) = ground(office, deposit).await?;
    signer.admits(&application, today)?;
    if by == ActedBy::Signer {
        signer.admits_from_within(&application, today)?;
    }
    let kind = application.kind;
    let said = format!("{} {}", kind.as_str(), deposit);
    let mut attempts = Attempts::default();
    loop {
        let now = office.clock().now();
        let mut changes = Changeset::new();
        let place = open_place(deposit, kind);
        if let Some(open) = OPEN.row(office.store(), &place).await? {
            return Err(MatterError::Double(open.value));
        }
        let number = next_number(office, &mut changes, now).await?;
        OPEN.insert(&mut changes, &place, &number)?;
        let matter = Matter::submit(number, ground, kind, now);
        let content = content_of(application.clone(), fresh_code(office));
        let opened = begin(office, matter, content, changes)?;
        if attempts.commit(office, opened.write(&by, StepKind::Applied, &said)?).await? {
            return Ok(number);
        }
    }
}

/// The code with which whoever applied looks up how an application stands and fetches its documents.
///
/// # Errors
/// There is no such application, or the store could not be read.
pub async fn query_code(office: &NotaryOffice, no: ApplicationNo) -> Result<String, MatterError> {
    Ok(open(office, no).await?.content.query_code)
}

/// Where it stands that an application about a deposit is open.
pub(crate) fn open_place(deposit: DepositNo, kind: ApplicantKind) -> String {
    format!("{deposit}/{}", kind.as_str())
}

/// What is applied about, and who signed it.
async fn ground(
    office: &NotaryOffice,
    number: DepositNo,
) -> Result<(Ground, HeldSigner), MatterError> {
    let key = NUMBERS.durable_row(office.store(), &number).await?;
    let key = key.ok_or(MatterError::NoDeposit)?.value;
    let row = DEPOSITS.durable_row(office.store(), &key).await?;
    let row = row.ok_or(MatterError::NoDeposit)?.value;
    if !row.outcome.is_admitted() {
        return Err(MatterError::NoDeposit);
    }
    let record = held_record(office, &row).await?;
    if record.kind() != RecordKind::Signing {
        return Err(MatterError::NoSigning);
    }
    let signer = signer_held(office, (&key, row.chain), &record).await?;
    let ground = Ground {
        deposit: key,
        deposit_no: number,
        record_id: row.record_id,
        voucher: record.parsed("voucher"),
        deposited_at: row.received_at,
    };
    Ok((ground, signer))
}

fn content_of(application: Application, query_code: String) -> Content {
    Content {
        application,
        evidence: BTreeMap::new(),
        remarks: BTreeMap::new(),
        supplement: Vec::new(),
        reasons: Vec::new(),
        proposed: String::new(),
        place: String::new(),
        outputs: Vec::new(),
        facts: Facts::default(),
        draft: String::new(),
        check_code: String::new(),
        notices: Vec::new(),
        query_code,
        received_by: Vec::new(),
    }
}

/// The letters an application's number begins with, and its row of serials.
pub(crate) const APPLICATION_PREFIX: &str = "SQ";

async fn next_number(
    office: &NotaryOffice,
    changes: &mut Changeset,
    now: UtcMillis,
) -> Result<ApplicationNo, MatterError> {
    let serial = next_serial(office, changes, APPLICATION_PREFIX, now).await?;
    ApplicationNo::new(now, serial).map_err(|_| MatterError::Busy)
}

/// The next serial of a day: its row is a precondition, so none is given twice.
pub(crate) async fn next_serial(
    office: &NotaryOffice,
    changes: &mut Changeset,
    prefix: &str,
    now: UtcMillis,
) -> Result<u32, MatterError> {
    let day = format!("{prefix}/{}", now.shanghai_day());
    let stored = SERIALS.row(office.store(), &day).await?;
    let last = stored.as_ref().map_or(0, |row| row.value);
    let serial = last.checked_add(1).ok_or(MatterError::Busy)?;
    match stored {
        None => SERIALS.insert(changes, &day, &serial)?,
        Some(row) => SERIALS.replace(changes, &day, row.version, &serial)?,
    }
    Ok(serial)
}
