//! Opens a filing: the first record of its chain.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{CompanyTitle, DeclaredName, Filing, Matter, NewFiling};
use heqi_vocabulary::{ChainId, FilingId, FilingNo, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::handler_desk;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::Request;
use crate::rows;
use crate::wording::{Told, refusals, say};

/// What is to be filed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct OpenFiling {
    /// The matter.
    pub matter: Matter,
    /// The company it is about, as declared.
    pub company_name: CompanyTitle,
    /// Who handles it, as declared; at the own desk the handler whose account it is, whatever stands here.
    pub handler_name: Option<DeclaredName>,
    /// A number to be used instead of a drawn one, for filings that have one already.
    pub number: Option<FilingNo>,
}

/// The filing is open.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FilingOpened {
    /// The filing.
    pub filing_id: FilingId,
    /// Its number for people 办件码.
    pub number: FilingNo,
    /// The record of it.
    pub record_id: RecordId,
}

/// Why no filing was opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenFilingError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// Another filing has this number.
    #[error("another filing has the number {0}")]
    NumberTaken(FilingNo),
    /// The account of the handler who asks was bound to no document, so that no filing would be found by it again.
    #[error("the handler's account is bound to no document")]
    NotBound,
}

impl From<Fault> for OpenFilingError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl OpenFilingError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::NumberTaken(number) => say(
                "filing_number_taken",
                ["办件码{number}已被使用。", "请不指定办件码，由系统自动分配。"],
                [
                    "Another filing has the number {number}.",
                    "Leave the number out and one will be drawn.",
                ],
            )
            .with("{number}", number)
            .is(Class::Conflict),
            Self::NotBound => say(
                "handler_not_bound",
                [
                    "您的账号尚未登记证件号码，没有新建办件。",
                    "请联系平台登记您的证件号码后再新建。",
                ],
                [
                    "Your account has no document number yet; no filing was opened.",
                    "Ask the platform to bind your account to your document, then open the filing.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(OpenFilingError);

/// Opens a filing, for a program with the handler's key or for the handler at the own desk.
///
/// # Errors
/// See [`OpenFilingError`].
pub async fn open_filing(
    platform: &Platform,
    request: &Request,
    command: OpenFiling,
) -> Result<FilingOpened, OpenFilingError> {
    let desk = handler_desk::preparer(&request.actor)?;
    let handler_name = match desk {
        Some(member) => {
            let own = handler_desk::bound_name(platform, member).await?;
            Some(own.ok_or(OpenFilingError::NotBound)?)
        }
        None => command.handler_name.as_ref().map(|name| name.as_str().to_owned()),
    };
    let mut act = Act::new(platform, request, "open_filing").await;
    loop {
        if let Some(opened) = act.earlier().await? {
            return Ok(opened);
        }
        let now = platform.now();
        let filing = Filing::open(
            NewFiling {
                id: FilingId::time_ordered(now, platform.entropy()),
                number: number(platform, command.number).await?,
                matter: command.matter,
                company_name: command.company_name.clone(),
                chain: ChainId::random(platform.entropy()),
            },
            now,
        );
        let record = record(platform, request, handler_name.as_deref(), &filing)?;
        let opened = FilingOpened {
            filing_id: filing.id(),
            number: filing.number(),
            record_id: record.record_id(),
        };

        let mut changes = Changeset::new();
        let next = ledger::next_place(platform, filing.chain()).await?;
        record.write(platform, &mut changes, &next)?;
        filings::insert(platform, &mut changes, &filing)?;
        rows::FILING_NUMBERS
            .insert(&mut changes, &filing.number(), &filing.id())
            .map_err(Fault::from)?;
        if let Some(member) = desk {
            handler_desk::note_opened(&mut changes, member, filing.id())?;
        }
        if act.commit(changes, &opened).await?.is_some() {
            return Ok(opened);
        }
    }
}

/// A drawn number that no filing has, or the one wanted if no filing has it. Drawn, not
/// counted: a number says nothing about how many filings there are.
async fn number(
    platform: &Platform,
    wanted: Option<FilingNo>,
) -> Result<FilingNo, OpenFilingError> {
    loop {
        let serial = u32::from_be_bytes(platform.entropy().bytes()) % FILING_NUMBERS;
        let number = match wanted {
            Some(number) => number,
            None => FilingNo::from_serial(serial).map_err(Fault::broken)?,
        };
        let taken = rows::FILING_NUMBERS.row(platform.backend(), &number).await;
        match (taken.map_err(Fault::from)?, wanted) {
            (None, _) => return Ok(number),
            (Some(_), Some(number)) => return Err(OpenFilingError::NumberTaken(number)),
            (Some(_), None) => {}
        }
    }
}

/// Serials of seven digits.
const FILING_NUMBERS: u32 = 10_000_000;

fn record(
    platform: &Platform,
    request: &Request,
    handler_name: Option<&str>,
    filing: &Filing,
) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::FilingOpened);
    draft
        .observed("filing", filing.id().to_string())?
        .observed("filing_number", filing.number().to_string())?
        .declared("matter", Some(filing.matter().code()))?
        .declared("company_name", Some(filing.company_name().as_str()))?
        .declared("handler_name", handler_name)?
        .observed("opened_by", request.actor.name())?;
    draft.journalled_of_staff(&request.actor, "filing_opened");
    draft.seal(platform, About::filing(filing.id()), None)
}
