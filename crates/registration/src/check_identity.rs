//! The signer enters the last four of the number of the identity document. They are compared
//! with what the handler declared, never shown; that they fit is a record.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Capacity, EntryStep, Filing, IdentityRefusal};
use heqi_identity::personal_document::as_printed;
use heqi_vocabulary::Digest;
use subtle::ConstantTimeEq as _;

use crate::act::{Act, Attempts};
use crate::ceremonies;
use crate::check_code::{Passed, remember, too_many_records};
use crate::contacts;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::messages::{self, NewMessage, Purpose};
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::CeremonyRecord;
use crate::send_code::Whose;
use crate::verify_identity::{self, refuses_company};
use crate::wording::{Told, refusals, say};

/// What was entered.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CheckLastFour {
    /// Four digits, or three and an X; letters of other documents too.
    pub last_four: String,
}

/// Without the number.
impl std::fmt::Debug for CheckLastFour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckLastFour")
    }
}

/// Why it did not pass.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckIdentityError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// Not four characters; not counted.
    #[error("the last four are four digits, the last may be X")]
    Malformed,
    /// The rules of entries refuse it.
    #[error(transparent)]
    Entry(#[from] IdentityRefusal),
    /// Nobody declared a number to compare with.
    #[error("there is no identity number to compare with")]
    NoNumber,
    /// More came in than one ceremony holds.
    #[error("this ceremony has too many records")]
    TooManyRecords,
}

impl From<Fault> for CheckIdentityError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl CheckIdentityError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Entry(error) => Told::By(error),
            Self::Malformed => say(
                "last_four_malformed",
                ["请输入证件号码的末四位。", "末位为 X 的请点 X 键。"],
                ["Enter the last four characters.", "There is a key for X."],
            )
            .is(Class::BadInput),
            Self::NoNumber => say(
                "identity_not_asked",
                ["本次签署未要求核对证件末四位。", "请直接进入下一步。"],
                ["This signing does not ask for the identity number.", "Go on to the next step."],
            )
            .is(Class::Conflict),
            Self::TooManyRecords => too_many_records(),
        }
    }
}

refusals!(CheckIdentityError);

/// Compares the last four. The third wrong number locks the link and tells the handler.
///
/// # Errors
/// See [`CheckIdentityError`].
pub async fn check_last_four(
    platform: &Platform,
    request: &Request,
    command: CheckLastFour,
) -> Result<Passed, CheckIdentityError> {
    let whose = request.actor.signer()?;
    let (ceremony, filing_id, party) = whose;
    let entered = as_printed(&command.last_four);
    if entered.len() != 4 || !entered.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(CheckIdentityError::Malformed);
    }
    let mut act = Act::new(platform, request, "check_identity").await;
    let mut counting = Attempts::default();
    let asked = Digest::of(request.idempotency_key.as_str().as_bytes());
    loop {
        if let Some(passed) = act.earlier().await? {
            return Ok(passed);
        }
        let stored = ceremonies::load(platform, ceremony).await?;
        stored.not_withdrawn()?;
        let filing = filings::load(platform, filing_id).await?.filing;
        let next = ledger::next_place(platform, filing.chain()).await?;
        let contact = contacts::load(platform, filing_id, party).await?;
        let number = contact.and_then(|stored| stored.contact.id_number);
        let number = number.ok_or(CheckIdentityError::NoNumber)?;
        let fits = bool::from(number.last_four().as_bytes().ct_eq(entered.as_bytes()));
        let mut content = stored.content.clone();
        let now = next.place.recorded_at;
        let mut changes = Changeset::new();
        if let Err(refused) = content.ceremony.entry_mut().enter_identity(fits, asked, now) {
            if content.ceremony.entry() == stored.content.ceremony.entry() {
                return Err(refused.into());
            }
            if content.ceremony.entry().step() == EntryStep::Locked {
                tell_handler(platform, &mut changes, &filing).await?;
            }
            stored.replace(platform, &mut changes, &content)?;
            if counting.commit(platform, changes).await?.is_some() {
                return Err(refused.into());
            }
            continue;
        }
        let record = record(platform, request, whose)?;
        let record_root = record.write(platform, &mut changes, &next)?;
        let record_id = record.record_id();
        let made = CeremonyRecord::of(RecordKind::CodeChecked, record_id, record_root);
        remember(&mut content, made).ok_or(CheckIdentityError::TooManyRecords)?;
        stored.replace(platform, &mut changes, &content)?;
        let passed = Passed { record_id, record_root, step: content.ceremony.entry().step() };
        // An old answer by which the company may not sign is asked about while the signer reads. Before the commit:
        // behind it, whoever was told of a failure would have come in all the same, and nobody would ask.
        let checked = verify_identity::known(platform, filing_id, party).await?;
        refuses_company(platform, &filing, party, checked.as_ref()).await?;
        if act.commit(changes, &passed).await?.is_some() {
            return Ok(passed);
        }
    }
}

/// The handler is told that somebody else may have the link (edge case 18).
async fn tell_handler(
    platform: &Platform,
    changes: &mut Changeset,
    filing: &Filing,
) -> Result<(), Fault> {
    let handlers = filing.parties().filter(|party| party.capacities().contains(&Capacity::Handler));
    for handler in handlers {
        let contact = contacts::load_unless_erased(platform, filing.id(), handler.id()).await?;
        let Some(contact) = contact else { continue };
        let message = NewMessage::new(Purpose::EntryLocked, filing.id(), handler.id());
        messages::enqueue(platform, changes, message, &contact.contact, None)?;
    }
    Ok(())
}

fn record(platform: &Platform, request: &Request, whose: Whose) -> Result<NewRecord, Fault> {
    let (ceremony, filing, party) = whose;
    let mut draft = Draft::new(platform, RecordKind::CodeChecked);
    draft
        .observed("filing", filing.to_string())?
        .observed("ceremony", ceremony.to_string())?
        .observed("party", party.to_string())?
        .observed("check", "id_last_four")?
        .facts(&request.facts)?;
    let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
    draft.seal(platform, about, None)
}
