//! Who a party is, as far as authorities say: asked when the handler has declared the person,
//! asked again where the answer is old when the person signs, or was one by which a company may
//! not (`again`), and kept as a record that anybody can check against the providers' keys.
//!
//! No answer is never a *yes*: who could not be asked, or was not believed, leaves the question
//! to a reviewer (`reviews`). The questions are personal and sealed for the person;
//! the worker tries again by itself until somebody answers or a day is over.

use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Stored;
use heqi_filing::Filing;
use heqi_vocabulary::{FilingId, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::contacts::{self, Contact};
use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::objects;
use crate::platform::Platform;
use crate::rows::{self, Pair};

mod again;
pub(crate) mod ask;
mod finding;
pub(crate) mod portraits;
mod queue;

pub use again::NO_FRESH_MS;
use again::{company_may_not_sign, keep_no};
pub(crate) use again::{look_again_at_companies, refuses_company};
pub use finding::{Finding, Findings};
pub use queue::{IdentityItem, LeasedCheck, lease, next_due, recall};
use queue::{QUEUE, end, give_back, pause_ms};
pub(crate) use queue::{enqueue, enqueue_anew, stop};

/// How long an answer counts, in milliseconds: a day. Asked again when somebody signs later.
pub const FRESH_MS: i64 = 24 * 3_600_000;
/// How long the registry's own check counts, in milliseconds: 30 days.
pub const REGISTRY_FRESH_MS: i64 = 30 * FRESH_MS;
/// After so many tries it is left to the reviewer: more than a day.
const ATTEMPTS: u32 = 32;

/// What is known about a party.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityRow {
    /// Whether the worker still has to ask.
    pub(crate) waiting: bool,
    /// Since when it was last declared.
    pub(crate) declared_at: UtcMillis,
    pub(crate) known: Option<KnownRow>,
}

/// What was answered last.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownRow {
    pub(crate) checked_at: UtcMillis,
    pub(crate) record: RecordId,
    pub(crate) root: RecordRoot,
    pub(crate) content: Sealed<Known>,
}

/// What was answered, opened.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
    pub(crate) findings: Findings,
    /// The signed envelopes.
    pub(crate) answers: Vec<String>,
    /// The questions they answer, in the same order: without its question nobody sees whom an
    /// answer is about. Rows of before have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) questions: Vec<serde_json::Value>,
    /// Where the portrait is kept.
    pub(crate) portrait: Option<String>,
}

/// What was found out, with the record it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    /// When.
    pub(crate) at: UtcMillis,
    pub(crate) record: RecordId,
    pub(crate) root: RecordRoot,
    /// `None`: erased with the person.
    pub(crate) known: Option<Known>,
}

impl Checked {
    /// Where the portrait is kept that came with the answers.
    pub(crate) fn portrait(&self) -> Option<&str> {
        self.known.as_ref()?.portrait.as_deref()
    }
}

/// What is known about a party, if anybody answered.
pub(crate) async fn known(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<Option<Checked>, Fault> {
    if !platform.checks_identity() {
        return Ok(None);
    }
    let key = Pair(filing, party);
    let row = rows::IDENTITY_CHECKS.row(platform.backend(), &key).await?;
    let Some(known) = row.and_then(|row| row.value.known) else { return Ok(None) };
    let place = rows::IDENTITY_CHECKS.key(&key)?;
    let opened = known.content.open(platform.backend().vault(), place.as_bytes());
    let opened = match opened.map_err(Fault::from) {
        Ok(opened) => Some(opened),
        Err(Fault::Erased) => None,
        Err(fault) => return Err(fault),
    };
    let KnownRow { checked_at, record, root, .. } = known;
    Ok(Some(Checked { at: checked_at, record, root, known: opened }))
}

/// Where asking about a party stands, in one word.
pub(crate) async fn stands(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<&'static str, Fault> {
    if !platform.checks_identity() {
        return Ok("not_asked");
    }
    let row = asked_row(platform, filing, party).await?;
    Ok(match row.map(|row| row.value) {
        None => "not_asked",
        Some(row) if row.waiting && row.known.is_none() => "waiting",
        Some(row) if row.waiting => "unanswered",
        Some(_) => "answered",
    })
}

/// Whether what is known is old, or the worker has not asked yet.
pub(crate) fn is_stale(checked: Option<&Checked>, now: UtcMillis) -> bool {
    checked.is_none_or(|checked| now.millis_since(checked.at) >= FRESH_MS)
}

/// What a check was done with: it counts only if nothing of it has changed since.
struct Asked {
    row: Stored<IdentityRow>,
    filing: Filing,
    contact: Contact,
}

/// Asks the authorities about the party of an item, and keeps what they said.
///
/// # Errors
/// The store could not do its part.
pub async fn verify_identity(platform: &Platform, item: &LeasedCheck) -> Result<(), Fault> {
    let IdentityItem { filing, party } = item.payload;
    let Some(asked) = asked(platform, filing, party).await? else {
        return end(platform, item).await;
    };
    let answered = ask::everybody(platform, &asked.filing, party, &asked.contact).await;
    let before = known(platform, filing, party).await?;
    // Silence takes back no answer by which a company may not sign: otherwise whoever has it asked anew
    // while the register is down would be rid of it.
    let no_stays = answered.findings.company.is_unanswered()
        && company_may_not_sign(before.as_ref(), asked.filing.matter());
    let before = before.and_then(|checked| checked.known);
    let is_final = !answered.findings.is_unanswered() || item.attempts >= ATTEMPTS;
    let says_nothing_new = before.is_some_and(|before| before.findings == answered.findings);
    let Answered { findings, answers, questions, portrait } = answered;
    if (says_nothing_new || no_stays) && !is_final {
        return give_back(platform, item).await;
    }
    if no_stays {
        return keep_no(platform, item, &asked.row).await;
    }
    let draft = Draft::new(platform, RecordKind::IdentityVerified);
    let record_id = draft.record_id();
    let portrait_sha256 = portrait.as_ref().map(|portrait| portrait.sha256);
    let portrait = match portrait {
        None => None,
        Some(portrait) => {
            Some(keep_portrait(platform, &asked.filing, party, record_id, &portrait.bytes)?)
        }
    };
    let in_store: Vec<String> = portrait.iter().cloned().collect();
    let known = Known { findings, answers, questions, portrait };
    let occasion = if asked.row.value.known.is_some() { "again" } else { "declared" };
    let said = Said { known: &known, portrait_sha256, occasion, attempt: item.attempts };
    let result = match said.record(platform, draft, (filing, party)) {
        Ok(record) => write(platform, item, &asked, (&known, is_final), (record_id, &record)).await,
        Err(fault) => Err(fault),
    };
    match &result {
        Ok(true) | Err(Fault::Stopped) => {}
        // No record and no row will ever name the portrait that was stored for this answer.
        _ => objects::take_back(platform, &in_store).await,
    }
    result.map(|_| ())
}

/// Writes what is known now. Gives whether it was: otherwise the party was declared anew meanwhile, or
/// the time of this worker ended.
async fn write(
    platform: &Platform,
    item: &LeasedCheck,
    asked: &Asked,
    (known, is_final): (&Known, bool),
    (record_id, record): (RecordId, &NewRecord),
) -> Result<bool, Fault> {
    let IdentityItem { filing, party } = item.payload;
    let mut attempts = crate::act::Attempts::default();
    loop {
        let now = asked_row(platform, filing, party).await?;
        if now.as_ref().map(|row| row.version) != Some(asked.row.version) {
            // Declared anew meanwhile: what was asked is about nobody any more.
            return Ok(false);
        }
        let mut changes = Changeset::new();
        let next = ledger::next_place(platform, asked.filing.chain()).await?;
        let root = record.write(platform, &mut changes, &next)?;
        let key = Pair(filing, party);
        let place = rows::IDENTITY_CHECKS.key(&key)?;
        let sealing = Sealing::Class(RetentionClass::Person);
        let data_key = data_key(platform, filing, Some(party), sealing)?;
        let content = Sealed::seal(&data_key, place.as_bytes(), known, platform.entropy());
        let row = KnownRow {
            checked_at: next.place.recorded_at,
            record: record_id,
            root,
            content: content.map_err(Fault::broken)?,
        };
        let row = IdentityRow { waiting: !is_final, known: Some(row), ..asked.row.value.clone() };
        rows::IDENTITY_CHECKS.replace(&mut changes, &key, asked.row.version, &row)?;
        let replaced = portraits::give_up(platform, &mut changes, (filing, party)).await?;
        if let Some(portrait) = &known.portrait {
            portraits::note(&mut changes, (filing, party), (record_id, portrait))?;
        }
        if is_final {
            QUEUE.complete(platform.backend(), &mut changes, item, platform.now()).await?;
        } else {
            let retry_at = platform.now().plus_millis(pause_ms(item.attempts));
            QUEUE.fail(platform.backend(), &mut changes, item, retry_at).await?;
        }
        if attempts.commit(platform, changes).await?.is_some() {
            for portrait in &replaced {
                objects::forget_soon(platform, portrait).await;
            }
            return Ok(true);
        }
        if item.leased_until <= platform.now() {
            return Ok(false);
        }
    }
}

/// What the authorities said, and what they were asked.
struct Answered {
    findings: Findings,
    answers: Vec<String>,
    questions: Vec<serde_json::Value>,
    portrait: Option<crate::ports::Portrait>,
}

async fn asked_row(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<Option<Stored<IdentityRow>>, Fault> {
    Ok(rows::IDENTITY_CHECKS.row(platform.backend(), &Pair(filing, party)).await?)
}

/// `None`: there is nobody to ask about.
async fn asked(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<Option<Asked>, Fault> {
    let Some(row) = asked_row(platform, filing, party).await? else { return Ok(None) };
    let Some(contact) = contacts::load_unless_erased(platform, filing, party).await? else {
        return Ok(None);
    };
    let filing = match filings::load(platform, filing).await {
        Ok(stored) => stored.filing,
        Err(ActError::Fault(fault)) => return Err(fault),
        Err(_) => return Ok(None),
    };
    let is_there = filing.party(party).is_some_and(|party| !party.is_erased());
    Ok((is_there && row.value.waiting).then_some(Asked { row, filing, contact: contact.contact }))
}

fn keep_portrait(
    platform: &Platform,
    filing: &Filing,
    party: PartyId,
    record: RecordId,
    bytes: &[u8],
) -> Result<String, Fault> {
    let sealing = Sealing::Class(RetentionClass::Biometric);
    let key = data_key(platform, filing.id(), Some(party), sealing)?;
    let what = objects::of_portrait(record);
    let kept = objects::put(platform.backend(), &key, &what, bytes, platform.entropy())?;
    Ok(objects::name_of(&kept)?.as_str().to_owned())
}

/// What goes into the record.
struct Said<'a> {
    known: &'a Known,
    portrait_sha256: Option<heqi_vocabulary::Digest>,
    occasion: &'static str,
    attempt: u32,
}

impl Said<'_> {
    fn record(
        self,
        platform: &Platform,
        mut draft: Draft,
        (filing, party): (FilingId, PartyId),
    ) -> Result<NewRecord, Fault> {
        let findings = &self.known.findings;
        draft
            .observed("filing", filing.to_string())?
            .observed("party", party.to_string())?
            .observed("occasion", self.occasion)?
            .observed("attempt", self.attempt)?
            .observed("real_name", value(&findings.real_name)?)?
            .observed("company", value(&findings.company)?)?
            .observed("portrait", value(&findings.portrait)?)?
            .observed("registry", value(&findings.registry)?)?
            .observed("contact_source", "declared")?;
        if !self.known.answers.is_empty() {
            draft
                .attested("answers", value(&self.known.answers)?)?
                .observed("questions", self.known.questions.clone())?;
        }
        if let Some(sha256) = self.portrait_sha256 {
            draft
                .attested("portrait_sha256", sha256.to_string())?
                .observed("portrait_source", "authority")?;
        }
        draft.seal(platform, About::party(filing, party), None)
    }
}

fn value(content: &impl Serialize) -> Result<serde_json::Value, Fault> {
    serde_json::to_value(content).map_err(Fault::broken)
}
