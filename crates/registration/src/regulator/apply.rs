//! Applying to the notary for a certificate about one signing: decided here, carried there by a
//! worker, answered by the notary. The application and its answer are records of the filing's own
//! chain: what was asked for in an authority's name everybody of the filing may see.
//!
//! Nothing waits for the notary: the item lies in a queue until it answers, and is the same item
//! however often it is sent ([`carry`]).

pub mod carry;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::{After, Leased, NewItem, Outbox};
use heqi_vocabulary::{DepositNo, FilingId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

pub use self::carry::{
    ApplicationAnswer, ApplicationLetter, Carrying, NotaryDesk, NotaryNotReached, lease, letter,
    next_due, note_answer, recall, try_again,
};
use super::looks::of_filing;
use super::record;
use super::rows::QueryContent;
use super::search::{SearchError, seen};
use crate::act::Act;
use crate::fault::{ActError, Class, Fault};
use crate::ledger::{self, About, Draft, KeptRecord, NewRecord};
use crate::platform::{Custodian, Platform};
use crate::request::{Request, StaffMember};
use crate::rows::{self, Pair};
use crate::wording::{Told, refusals, say};

/// The applications that wait to be carried to the notary.
const QUEUE: Outbox<ApplicationItem> = Outbox::new("certificate_application");

/// Who applies, as the notary's form wants it (公证法 art. 25, 公证程序规则 art. 17).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a setting: operators fill it")]
pub struct Applicant {
    /// The authority's full name.
    pub name: String,
    /// Its unified social credit code.
    pub code: String,
    /// Where it sits.
    pub address: String,
    /// Whom to call.
    pub telephone: String,
    /// Who represents it.
    pub legal_representative: String,
}

/// An item of the queue.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationItem {
    filing: FilingId,
    /// The signing it is about.
    record: RecordId,
}

/// An item a worker holds for a while.
pub type LeasedApplication = Leased<ApplicationItem>;

/// An application as it is kept, by filing and signing.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplicationRow {
    application: RecordId,
    query: RecordId,
    member: Member,
    at: UtcMillis,
    state: ApplicationState,
}

/// Who applied: identifiers, and the office, which is public.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Member {
    account: heqi_vocabulary::StaffId,
    office: heqi_filing::Office,
}

/// How an application stands.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "pages show each in its own words")]
pub enum ApplicationState {
    /// On its way.
    Sent {},
    /// The notary has it.
    Received {
        /// What it is called there.
        reference: String,
        /// The code with which it is looked up there. It stands in no record.
        #[serde(default)]
        code: Option<String>,
        /// Since when.
        at: UtcMillis,
    },
    /// The notary does not take it.
    Refused {
        /// A stable word.
        reason: String,
        /// Since when.
        at: UtcMillis,
    },
}

/// An application as it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ApplicationView {
    /// When it was made.
    pub at: UtcMillis,
    /// How it stands.
    pub state: ApplicationState,
}

/// It is recorded and on its way.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Applied {
    /// The record of the application.
    pub application: RecordId,
}

/// Why nothing was applied for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The filing is not seen.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// No notary takes applications from here.
    #[error("no notary's desk is set up, or nobody to apply")]
    NoDesk,
    /// The data centre has not answered for this signing yet.
    #[error("the notary does not hold this signing yet")]
    NotDeposited,
    /// Somebody has applied for it before.
    #[error("a certificate about this signing has been applied for")]
    Double,
}

impl From<Fault> for ApplyError {
    fn from(fault: Fault) -> Self {
        Self::Search(fault.into())
    }
}

impl From<ActError> for ApplyError {
    fn from(error: ActError) -> Self {
        Self::Search(error.into())
    }
}

impl ApplyError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Search(error) => Told::By(error),
            Self::NoDesk => say(
                "application_no_desk",
                ["本平台尚未配置公证处的受理地址或申请单位信息，未提出申请。", "请直接向公证处申请，或联系平台配置。"],
                [
                    "No notary's desk, or no applicant, is set up here; nothing was applied for.",
                    "Apply to the notary directly, or have the operator set it up.",
                ],
            )
            .is(Class::Conflict),
            Self::NotDeposited => say(
                "application_not_deposited",
                ["公证处尚未收到该次签署的存证，未提出申请。", "请在存证显示 2/2 后再申请。"],
                [
                    "The notary does not hold this signing yet; nothing was applied for.",
                    "Apply once it shows 2/2.",
                ],
            )
            .is(Class::Conflict),
            Self::Double => say(
                "application_double",
                ["该次签署已提出过公证申请，未重复提出。", "请查看该申请的状态，或向公证处查询。"],
                [
                    "A certificate about this signing has been applied for; nothing was done twice.",
                    "Look how that application stands, or ask the notary.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(ApplyError);

/// Applies for a certificate about one signing of a filing that an own search found. An application
/// that the notary refused may be made again.
///
/// # Errors
/// See [`ApplyError`].
pub async fn apply(
    platform: &Platform,
    request: &Request,
    (query, filing): (RecordId, FilingId),
    signing: RecordId,
) -> Result<Applied, ApplyError> {
    request.actor.regulator()?;
    let mut act = Act::new(platform, request, "apply_for_certificate").await;
    // Answered also when the search is over by now, or the index does not answer.
    if let Some(applied) = act.earlier().await? {
        return Ok(applied);
    }
    let seen = seen(platform, &request.actor, query, filing).await?;
    let kept = of_filing(platform, &seen, signing).await?;
    if platform.settings().applicant.is_none() {
        return Err(ApplyError::NoDesk);
    }
    deposit_of(platform, &kept).await?.ok_or(ApplyError::NotDeposited)?;
    let key = Pair(filing, signing);
    loop {
        if let Some(applied) = act.earlier().await? {
            return Ok(applied);
        }
        let before = rows::APPLICATIONS.row(platform.backend(), &key).await.map_err(Fault::from)?;
        let may = before
            .as_ref()
            .is_none_or(|row| matches!(row.value.state, ApplicationState::Refused { .. }));
        if !may {
            return Err(ApplyError::Double);
        }
        let next = ledger::next_place(platform, seen.filing.chain()).await?;
        let record =
            applied(platform, request, (filing, signing, query), (seen.member, &seen.content))?;
        let application = record.record_id();
        let row = ApplicationRow {
            application,
            query,
            member: Member { account: seen.member.account, office: seen.member.office.clone() },
            at: next.place.recorded_at,
            state: ApplicationState::Sent {},
        };
        let item = NewItem {
            lane: application.to_string(),
            order: 0,
            not_before: platform.now(),
            after: After::IndexRow(rows::leaf_row(application)),
            payload: ApplicationItem { filing, record: signing },
        };
        let mut changes = Changeset::new();
        record.write(platform, &mut changes, &next)?;
        match before {
            None => rows::APPLICATIONS.insert(&mut changes, &key, &row),
            Some(before) => rows::APPLICATIONS.replace(&mut changes, &key, before.version, &row),
        }
        .map_err(Fault::from)?;
        QUEUE.enqueue(&mut changes, &item).map_err(Fault::from)?;
        let applied = Applied { application };
        if act.commit(changes, &applied).await?.is_some() {
            return Ok(applied);
        }
    }
}

/// The application about a signing, if there is one.
pub(super) async fn application_of(
    platform: &Platform,
    filing: FilingId,
    signing: RecordId,
) -> Result<Option<ApplicationView>, Fault> {
    let row = rows::APPLICATIONS.durable_row(platform.backend(), &Pair(filing, signing)).await?;
    Ok(row.map(|row| ApplicationView { at: row.value.at, state: row.value.state }))
}

/// Under which number the data centre holds a record.
async fn deposit_of(platform: &Platform, kept: &KeptRecord) -> Result<Option<DepositNo>, Fault> {
    let key = Pair(kept.record_id, Custodian::DataCentre);
    let receipt = rows::RECEIPTS.durable_row(platform.backend(), &key).await?;
    Ok(receipt
        .map(|row| row.value)
        .filter(|row| row.outcome.is_admitted())
        .map(|row| row.deposit_no))
}

fn applied(
    platform: &Platform,
    request: &Request,
    (filing, signing, query): (FilingId, RecordId, RecordId),
    (member, content): (&StaffMember, &QueryContent),
) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::CertificateApplication);
    let application = draft.record_id().to_string();
    draft
        .observed("filing", filing.to_string())?
        .observed("change", "applied")?
        .observed("application", application)?
        .observed("query", query.to_string())?;
    record::by(&mut draft, member, content)?;
    draft
        .observed("records", vec![signing.to_string()])?
        .observed("state", "sent")?
        .facts(&request.facts)?
        .journalled_by(member, "applied");
    draft.seal(platform, About::filing(filing), None)
}
