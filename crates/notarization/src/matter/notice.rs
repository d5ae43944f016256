//! The small documents of a matter: what the applicant is told in writing (公证程序规则 arts. 20, 27, 48,
//! 50; 公证法 art. 39), each under the office's seal.
//!
//! A step that is told in writing owes its document in the same commit: a number, a code to check it
//! by, what it says, and an item of the outbox. [`make_notices`] prints, seals and keeps what is owed,
//! at once after the step and again later where the seal or the time authority does not answer: the
//! law's clocks do not wait for a printer. What was made is named by its digest in a step of its own.

use chrono::NaiveDate;
use heqi_evidence_store::object::{MAX_OBJECT_BYTES, ObjectRef, open_sealed, put_sealed};
use heqi_evidence_store::outbox::{After, Leased, NewItem, Outbox};
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use super::act::{Attempts, Desk, Opened, open};
use super::apply::next_serial;
use super::error::MatterError;
use super::finish::{check, fresh_code};
use super::number::ApplicationNo;
use super::press::{NoticeSheet, Press};
use super::rows::NOTICES;
use super::state::Rule;
use super::step::{ActedBy, StepKind};
use super::waiting;
use crate::office::NotaryOffice;
use crate::staff::{Officer, officer_name};

mod number;

pub use number::{NoticeKind, NoticeNo};

/// How long a supplement may take, in days: until then it is to be handed in.
pub(super) const SUPPLEMENT_DAYS: u32 = 30;
/// The working days of 公证法 art. 30.
const STATUTORY_DAYS: u32 = 15;
const QUEUE: Outbox<Owed> = Outbox::new("matter-notice");
/// Longer than printing and sealing take.
const LEASE_MS: i64 = 60_000;
/// How soon a document that could not be made is tried again, and at the longest, in milliseconds.
const RETRY_MS: i64 = 10_000;
const LONGEST_RETRY_MS: i64 = 10 * 60_000;

/// A document that is owed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Owed {
    application: ApplicationNo,
    place: usize,
}

/// A document of a matter, owed or made. Nothing personal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Notice {
    /// Its number.
    pub no: NoticeNo,
    /// The time of the step it tells of: the day of the document.
    pub at: UtcMillis,
    /// The file, once it was made.
    pub made: Option<MadeNotice>,
}

/// A document that was printed, sealed and stamped.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct MadeNotice {
    /// The time of the token over its seal.
    pub stamped_at: UtcMillis,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// The file, sealed.
    pub object: ObjectRef,
}

/// What a document says and by which code it is checked: personal, and sealed with the matter.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "printed whole")]
pub struct NoticeText {
    /// The code to type beside its number.
    pub code: String,
    /// What it says.
    pub says: NoticeSays,
}

/// What a document says beside what all of them say.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "whoever prints prints each")]
pub enum NoticeSays {
    /// Accepted.
    Acceptance {},
    /// Everything that is missing.
    Supplement {
        /// One by one.
        items: Vec<String>,
    },
    /// Refused.
    Refusal {
        /// The item of 公证法 art. 31.
        item: u8,
        /// Why.
        reason: String,
    },
    /// Terminated.
    Termination {
        /// Why.
        reason: String,
    },
    /// Withdrawn.
    Withdrawal {},
    /// Corrected.
    Correction {
        /// The certificate's number.
        certificate: String,
        /// What it says, and what it should say.
        changes: Vec<[String; 2]>,
    },
    /// Void.
    Revocation {
        /// The certificate's number.
        certificate: String,
        /// Why.
        reason: String,
    },
    /// Another notary has looked again, and the certificate stands.
    Reexamination {
        /// The certificate's number.
        certificate: String,
        /// When it was asked for.
        asked_at: UtcMillis,
        /// What was found.
        reason: String,
    },
}

impl NoticeSays {
    /// Which document says this.
    pub const fn kind(&self) -> NoticeKind {
        match self {
            Self::Acceptance {} => NoticeKind::Acceptance,
            Self::Supplement { .. } => NoticeKind::Supplement,
            Self::Refusal { .. } => NoticeKind::Refusal,
            Self::Termination { .. } => NoticeKind::Termination,
            Self::Withdrawal {} => NoticeKind::Withdrawal,
            Self::Correction { .. } => NoticeKind::Correction,
            Self::Revocation { .. } => NoticeKind::Revocation,
            Self::Reexamination { .. } => NoticeKind::Reexamination,
        }
    }
}

/// Owes the document of a step, in the step's own commit.
pub(crate) async fn owe(
    office: &NotaryOffice,
    opened: &mut Opened<'_>,
    says: NoticeSays,
) -> Result<(), MatterError> {
    let kind = says.kind();
    let no = if let (NoticeKind::Acceptance, Some(acceptance)) = (kind, opened.matter.acceptance())
    {
        NoticeNo::of_acceptance(acceptance.no)
    } else {
        let now = opened.now;
        let serial = next_serial(office, &mut opened.changes, kind.prefix(), now).await?;
        NoticeNo::new(kind, now, serial).map_err(|_| MatterError::Busy)?
    };
    let application = opened.matter.no();
    let place = opened.matter.notices.len();
    NOTICES.insert(&mut opened.changes, &no.digest(), &application)?;
    let item = NewItem {
        lane: application.to_string(),
        order: u64::try_from(place).unwrap_or(u64::MAX),
        not_before: opened.now,
        after: After::Commit,
        payload: Owed { application, place },
    };
    QUEUE.enqueue(&mut opened.changes, &item)?;
    opened.matter.notices.push(Notice { no, at: opened.now, made: None });
    opened.content.notices.push(NoticeText { code: fresh_code(office), says });
    Ok(())
}

/// Prints, seals and keeps documents that are owed and due, at most `limit`; gives how many. An
/// office without a press makes none, and goes on owing them.
///
/// # Errors
/// The store could not do its part; a press that does not work is asked again later.
pub async fn make_notices(
    office: &NotaryOffice,
    desk: &Desk,
    limit: usize,
) -> Result<usize, MatterError> {
    let Some(press) = &desk.press else { return Ok(0) };
    let mut made = 0;
    for _ in 0..limit {
        let now = office.clock().now();
        let leased = QUEUE.lease(office.store(), now, LEASE_MS, 1).await;
        let Some(item) = leased?.pop() else { break };
        match make(office, desk, &**press, &item).await {
            Ok(()) => made += 1,
            Err(error @ (MatterError::Press(_) | MatterError::Busy)) => {
                let application = item.payload.application;
                tracing::warn!(%application, %error, "a document of an application waits");
                put_off(office, &item, &error).await?;
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(made)
}

async fn make(
    office: &NotaryOffice,
    desk: &Desk,
    press: &dyn Press,
    item: &Leased<Owed>,
) -> Result<(), MatterError> {
    let Owed { application, place } = item.payload;
    let opened = open(office, application).await?;
    let sheet = sheet_of(office, desk, &opened, place).await?;
    drop(opened);
    let pressed = press.press_notice(sheet).await?;
    check(office, &pressed)?;
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, application).await?;
        let mut done = heqi_evidence_store::changeset::Changeset::new();
        let completed = QUEUE.complete(office.store(), &mut done, item, opened.now).await;
        completed?;
        opened.changes.merge(done);
        let notice = opened.matter.notices.get(place).copied().ok_or_else(gone)?;
        waiting::is_made(&mut opened.changes, notice.no)?;
        let context = context_of(notice.no);
        let put =
            put_sealed(office.store(), opened.key(), &context, &pressed.file, office.entropy())?;
        let sha256 = Digest::of(&pressed.file);
        let file = MadeNotice { stamped_at: pressed.stamped_at, sha256, object: put.reference() };
        if let Some(notice) = opened.matter.notices.get_mut(place) {
            notice.made = Some(file);
        }
        let said = format!("{} sha256 {sha256} stamped {}", notice.no, pressed.stamped_at);
        let changes = opened.write(&ActedBy::Office, StepKind::NoticeMade, &said)?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
        let _ = office.store().discard_object(&file.object.id).await;
    }
}

fn gone() -> MatterError {
    MatterError::Broken("a document is owed that its matter does not know".to_owned())
}

async fn put_off(
    office: &NotaryOffice,
    item: &Leased<Owed>,
    why: &MatterError,
) -> Result<(), MatterError> {
    let Owed { application, place } = item.payload;
    let opened = open(office, application).await?;
    let no = opened.matter.notices.get(place).ok_or_else(gone)?.no;
    let factor = 1_i64 << item.attempts.min(8);
    let pause_ms = RETRY_MS.saturating_mul(factor).min(LONGEST_RETRY_MS);
    let mut attempts = Attempts::default();
    loop {
        let retry_at = office.clock().now().plus_millis(pause_ms);
        let mut changes = heqi_evidence_store::changeset::Changeset::new();
        let failed = QUEUE.fail(office.store(), &mut changes, item, retry_at).await;
        failed?;
        if let MatterError::Press(error) = why {
            waiting::waits(office, &mut changes, no, error, retry_at).await?;
        }
        match attempts.commit(office, changes).await {
            Ok(false) => {}
            Ok(true) | Err(MatterError::Busy) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

async fn sheet_of(
    office: &NotaryOffice,
    desk: &Desk,
    opened: &Opened<'_>,
    place: usize,
) -> Result<NoticeSheet, MatterError> {
    let matter = &opened.matter;
    let notice = matter.notices.get(place).ok_or_else(gone)?;
    let text = opened.content.notices.get(place).ok_or_else(gone)?;
    let notary = match matter.acceptance() {
        None => String::new(),
        // The office decides it, and never the notary whose certificate it is about.
        Some(_) if matches!(text.says, NoticeSays::Reexamination { .. }) => String::new(),
        Some(acceptance) => officer_name(office, acceptance.notary).await?,
    };
    let check = desk.check_url.trim_end_matches('/');
    let day = notice.at.shanghai_date();
    let due = match text.says {
        NoticeSays::Acceptance {} => {
            Some(desk.calendar.after_working_days(day, STATUTORY_DAYS).last_day)
        }
        NoticeSays::Supplement { .. } => {
            Some(desk.calendar.after_days(day, SUPPLEMENT_DAYS).last_day)
        }
        _ => None,
    };
    Ok(NoticeSheet {
        no: notice.no,
        at: notice.at,
        application: matter.no(),
        recipient: opened.content.application.name.clone(),
        notary_name: notary,
        office_name: desk.office_name.clone(),
        says: text.says.clone(),
        due,
        fee: matter.fee().clone(),
        check_url: format!("{check}/{}?c={}", notice.no.digest(), text.code),
        check_code: text.code.clone(),
        query: (check.to_owned(), opened.content.query_code.clone()),
    })
}

/// What a document's file is, so that no object can be passed off as it.
fn context_of(no: NoticeNo) -> String {
    format!("matter-notice/{no}")
}

/// The file of a document, for staff.
///
/// # Errors
/// [`MatterError::NotFound`] where there is none, or none yet; [`Rule::Role`] for who does not see
/// matters.
pub async fn notice_file(
    office: &NotaryOffice,
    by: &Officer,
    no: ApplicationNo,
    notice: NoticeNo,
) -> Result<Vec<u8>, MatterError> {
    if !by.role.sees_matters() {
        return Err(Rule::Role.into());
    }
    let opened = open(office, no).await?;
    file_of(office, &opened, notice).await
}

/// The file of a document of an opened matter.
pub(crate) async fn file_of(
    office: &NotaryOffice,
    opened: &Opened<'_>,
    no: NoticeNo,
) -> Result<Vec<u8>, MatterError> {
    let notice = opened.matter.notices.iter().find(|notice| notice.no == no);
    let made = notice.and_then(|notice| notice.made).ok_or(MatterError::NotFound)?;
    let bytes = open_sealed(office.store(), &made.object, &context_of(no)).await?;
    if Digest::of(&bytes) == made.sha256 && bytes.len() <= MAX_OBJECT_BYTES {
        Ok(bytes.to_vec())
    } else {
        Err(Rule::Quarantined.into())
    }
}

/// The last day a document names.
pub fn due_words(due: NaiveDate) -> String {
    due.format("%Y年%-m月%-d日").to_string()
}
