//! One thing somebody does with a matter: begun anew when another was faster, committed whole.

use std::fmt::Write as _;

use chrono::NaiveDate;
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::statement::Statement;
use heqi_evidence_store::backend::{CommitError, Pending};
use heqi_evidence_store::changeset::{Changeset, InvalidChangeset, LedgerEntry, RowKey};
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::vault::DataKey;
use heqi_identity::Calendar;
use heqi_vocabulary::{Digest, UtcMillis};

use super::certificate_text::hides;
use super::error::MatterError;
use super::examine::Contested;
use super::number::{ApplicationNo, Series};
use super::press::Press;
use super::queue::{OwnRows, QueuePlace, keep_own_rows, moved};
use super::register::Register;
use super::rows::{Content, Detail, MATTERS, MatterRow, STEPS, StepKey, StepRow, data_key_of};
use super::state::Matter;
use super::step::{ActedBy, MatterStep, StepKind};
use crate::office::NotaryOffice;
use crate::staff::Officer;

/// How often an act begins anew. Each time another one was committed.
const ATTEMPTS: u32 = 1000;

/// What the office's desk works with beside its store.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever starts the office builds it")]
pub struct Desk {
    /// The full name of the notary office, as a certificate is signed with.
    pub office_name: String,
    /// The name of the platform, as a certificate names it.
    pub platform_name: String,
    /// The days off.
    pub calendar: std::sync::Arc<Calendar>,
    /// Where numbers come from.
    pub register: Register,
    /// The series certificates of this matter belong to.
    pub series: Series,
    /// The program that extracts.
    pub tool: Tool,
    /// The registered computers of the office.
    pub workstations: Vec<String>,
    /// Who makes certificates; without one none is issued.
    pub press: Option<std::sync::Arc<dyn Press>>,
    /// Where anybody checks a certificate: `https://…/check`.
    pub check_url: String,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("office_name", &self.office_name).finish_non_exhaustive()
    }
}

/// The program that extracts, as the working record names it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever starts the office builds it")]
pub struct Tool {
    /// Its name and version.
    pub name: String,
    /// SHA-256 of the running program.
    pub sha256: Digest,
}

/// A matter that was read, to be changed and committed at its version.
pub(crate) struct Opened<'a> {
    office: &'a NotaryOffice,
    key: DataKey,
    /// `None`: it is not kept yet.
    version: Option<u64>,
    pub(crate) matter: Matter,
    pub(crate) content: Content,
    pub(crate) now: UtcMillis,
    pub(crate) today: NaiveDate,
    /// Where it stood in the queue when it was read.
    place: Option<QueuePlace>,
    /// What of it had a row of its own when it was read.
    own_rows: OwnRows,
    /// What else is written in the same commit.
    pub(crate) changes: Changeset,
}

/// Reads a matter.
pub(crate) async fn open(
    office: &NotaryOffice,
    application: ApplicationNo,
) -> Result<Opened<'_>, MatterError> {
    let stored = MATTERS.row(office.store(), &application).await?;
    let stored = stored.ok_or(MatterError::NotFound)?;
    let place = MATTERS.key(&application)?;
    let key = office.store().vault().key(data_key_of(application))?;
    let content = stored.value.content.open_with(&key, place.as_bytes())?;
    let now = office.clock().now();
    Ok(Opened {
        office,
        key,
        version: Some(stored.version),
        place: Some(QueuePlace::of(&stored.value.matter)),
        own_rows: OwnRows::of(&stored.value.matter),
        matter: stored.value.matter,
        content,
        now,
        today: now.shanghai_date(),
        changes: Changeset::new(),
    })
}

/// A matter that is kept for the first time.
pub(crate) fn begin(
    office: &NotaryOffice,
    matter: Matter,
    content: Content,
    changes: Changeset,
) -> Result<Opened<'_>, MatterError> {
    let now = matter.submitted_at;
    let key = office.store().vault().create(data_key_of(matter.no))?;
    let today = now.shanghai_date();
    Ok(Opened {
        office,
        key,
        version: None,
        place: None,
        own_rows: OwnRows::NOTHING,
        matter,
        content,
        now,
        today,
        changes,
    })
}

impl Opened<'_> {
    /// The data key everything personal of the matter is sealed under.
    pub(crate) const fn key(&self) -> &DataKey {
        &self.key
    }

    /// Whether a text of the certificate says what is recorded against the signing, and whoever drafts has seen that.
    pub(crate) fn tells(&self, text: &str, contested: Contested) -> Result<(), MatterError> {
        if let Some(rule) = hides(text, contested) {
            return Err(rule.into());
        }
        Ok(self.matter.has_seen(contested)?)
    }

    /// Adds the step to the record and the log, and gives all that is written.
    pub(crate) fn write(
        mut self,
        by: &ActedBy,
        step: StepKind,
        said: &str,
    ) -> Result<Changeset, MatterError> {
        // Here and nowhere else: whatever it was that ended a proposal, its words are not kept as if they waited still.
        if self.matter.proposed().is_none() {
            self.content.proposed.clear();
        }
        let office = self.office;
        let application = self.matter.no;
        let seq = self.matter.steps + 1;
        let salt: [u8; 16] = office.entropy().bytes();
        let statement = MatterStep {
            application,
            at: self.now,
            by: by.clone(),
            custodian: office.custodian().to_owned(),
            detail_sha256: Digest::of(&[&salt, said.as_bytes()].concat()),
            previous: self.matter.last_step,
            seq,
            step,
        };
        let envelope = statement.sign(office.receipt_key())?;
        if step != StepKind::Archived {
            // What the archive has lacks this.
            self.matter.archived_at = None;
        }
        self.matter.steps = seq;
        self.matter.last_step = Digest::of(envelope.as_bytes());

        let place = StepKey { application, seq };
        let detail = Detail { salt: hex(&salt), said: said.to_owned() };
        let step_key = STEPS.key(&place)?;
        let detail = Sealed::seal(&self.key, step_key.as_bytes(), &detail, office.entropy())?;
        let row = StepRow { at: self.now, by: by.clone(), step, detail };
        STEPS.insert(&mut self.changes, &place, &row)?;

        let matter_key = MATTERS.key(&application)?;
        let content =
            Sealed::seal(&self.key, matter_key.as_bytes(), &self.content, office.entropy())?;
        moved(&mut self.changes, self.place, QueuePlace::of(&self.matter))?;
        let own_rows = (self.own_rows, OwnRows::of(&self.matter));
        keep_own_rows(&mut self.changes, application, own_rows)?;
        let row = MatterRow { matter: self.matter, content };
        match self.version {
            None => MATTERS.insert(&mut self.changes, &application, &row)?,
            Some(version) => MATTERS.replace(&mut self.changes, &application, version, &row)?,
        }
        let leaf = LogLeaf::Statement(Digest::of(envelope.as_bytes())).to_bytes();
        let entry = LedgerEntry::new(leaf, envelope.as_bytes().to_vec());
        self.changes.append(entry.indexed_at(leaf_row(&place)?));
        Ok(self.changes)
    }
}

/// Where it stands which leaf a step is.
pub(crate) fn leaf_row(step: &StepKey) -> Result<RowKey, InvalidChangeset> {
    RowKey::new(format!("matter-step-leaf/{step}"))
}

/// Does one thing with a matter: `change` says what is refused and what was done. It is called
/// again on the newest state when another act was faster.
pub(crate) async fn act<T>(
    office: &NotaryOffice,
    application: ApplicationNo,
    by: &Officer,
    step: StepKind,
    change: impl Fn(&mut Opened<'_>) -> Result<(String, T), MatterError>,
) -> Result<T, MatterError> {
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, application).await?;
        let (said, answer) = change(&mut opened)?;
        let changes = opened.write(&by.acted(), step, &said)?;
        if attempts.commit(office, changes).await? {
            return Ok(answer);
        }
    }
}

/// Counts how often a commit met a conflict.
#[derive(Debug, Default)]
pub(crate) struct Attempts(u32);

impl Attempts {
    /// Commits and waits. `false`: a row has changed since it was read, so read again.
    pub(crate) async fn commit(
        &mut self,
        office: &NotaryOffice,
        changes: Changeset,
    ) -> Result<bool, MatterError> {
        match self.accept(office, changes).await? {
            Some(pending) => self.wait(pending).await,
            None => Ok(false),
        }
    }

    /// Has the changeset taken, without waiting for the disk. `None`: read again.
    pub(crate) async fn accept(
        &mut self,
        office: &NotaryOffice,
        changes: Changeset,
    ) -> Result<Option<Pending>, MatterError> {
        match office.store().commit(changes) {
            Ok(pending) => Ok(Some(pending)),
            Err(error) => self.again(error).await.map(|()| None),
        }
    }

    /// Waits for the disk. `false`: read again.
    pub(crate) async fn wait(&mut self, pending: Pending) -> Result<bool, MatterError> {
        match pending.await {
            Ok(_) => Ok(true),
            Err(error) => self.again(error).await.map(|()| false),
        }
    }

    async fn again(&mut self, error: CommitError) -> Result<(), MatterError> {
        match error {
            CommitError::Conflict { .. } if self.0 < ATTEMPTS => {
                self.0 += 1;
                tokio::task::yield_now().await;
                Ok(())
            }
            error => Err(error.into()),
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
