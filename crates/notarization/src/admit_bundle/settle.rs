//! The decision: number, chain, receipt and chain head in one commit.

use heqi_evidence::chain::{ChainError, ChainHead, ChainTip};
use heqi_evidence::deposit::{DepositReceipt, Outcome};
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::statement::Statement;
use heqi_evidence_store::backend::{CommitError, Pending};
use heqi_evidence_store::changeset::{Changeset, LedgerEntry};
use heqi_evidence_store::table::Stored;
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::{DepositNo, Digest};

use super::findings::{Finding, Judgement};
use super::inspect::Offered;
use super::keep::{Kept, discard};
use super::{Admission, AdmitBundleError, answer_again, known};
use crate::deposited::{
    CHAINS, ChainMisbehaviour, ChainMisbehaviourKind, ChainRow, DEPOSITS, DOCUMENTS, DepositKey,
    DepositRow, LAST_DEPOSITS, MISBEHAVIOUR, NUMBERS, PLACES, PlaceRow, SERIALS, TOTALS,
    document_key, misbehaviour_key, totals_key,
};
use crate::office::NotaryOffice;

/// How often a decision is made again because another was faster. Inside one process that
/// never happens: decisions take turns.
const ATTEMPTS: usize = 64;

/// Decides, commits, waits for the disk and answers.
pub(super) async fn settle(
    office: &NotaryOffice,
    kept: Kept,
) -> Result<Admission, AdmitBundleError> {
    let settled = try_settle(office, &kept).await;
    // Only when it is certain that no row names them; after a stop of the store it is not.
    let is_unused = match &settled {
        Ok(admission) => !admission.is_new,
        Err(AdmitBundleError::Gap { .. } | AdmitBundleError::NumbersExhausted) => true,
        Err(AdmitBundleError::Store(error)) => matches!(
            error,
            CommitError::Busy | CommitError::DiskFull | CommitError::Conflict { .. }
        ),
        Err(_) => false,
    };
    if is_unused {
        discard(office, &kept.new_objects).await;
    }
    settled
}

async fn try_settle(office: &NotaryOffice, kept: &Kept) -> Result<Admission, AdmitBundleError> {
    for _ in 0..ATTEMPTS {
        match take_turn(office, kept).await? {
            Turn::Known(key) => return answer_again(office, kept.offered.chain, key).await,
            Turn::Conflict => {}
            Turn::Decided(admission, durable) => match durable.await {
                Ok(_) => return Ok(admission),
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            },
        }
    }
    Err(CommitError::Busy.into())
}

/// What came of one turn.
enum Turn {
    /// Somebody else offered the same in the meantime.
    Known(DepositKey),
    /// Decided and accepted; the answer may be given once it is durable.
    Decided(Admission, Pending),
    /// Another process was faster.
    Conflict,
}

async fn take_turn(office: &NotaryOffice, kept: &Kept) -> Result<Turn, AdmitBundleError> {
    let _turn = office.turn.lock().await;
    if let Some(key) = known(office, &kept.offered).await? {
        return Ok(Turn::Known(key));
    }
    let state = State::read(office, &kept.offered).await?;
    let decision = decide(&kept.offered, &state)?;
    let (admission, changes) = write(office, kept, &state, decision)?;
    match office.store().commit(changes) {
        Ok(durable) => Ok(Turn::Decided(admission, durable)),
        Err(CommitError::Conflict { .. }) => Ok(Turn::Conflict),
        Err(error) => Err(error.into()),
    }
}

/// The rows a decision stands on.
struct State {
    chain: Option<Stored<ChainRow>>,
    place: Option<Stored<PlaceRow>>,
    /// The first record of the place before, for naming a predecessor that was not followed.
    predecessor: Option<DepositKey>,
    day: String,
    serial: Option<Stored<u32>>,
    totals: Option<Stored<crate::deposited::Totals>>,
}

impl State {
    async fn read(office: &NotaryOffice, offered: &Offered) -> Result<Self, AdmitBundleError> {
        let store = office.store();
        let day = offered.received_at.shanghai_day();
        let place = offered.place();
        let before = crate::deposited::PlaceKey { seq: place.seq.saturating_sub(1), ..place };
        Ok(Self {
            chain: CHAINS.row(store, &offered.chain).await?,
            place: PLACES.row(store, &place).await?,
            predecessor: PLACES.row(store, &before).await?.map(|row| row.value.deposit),
            serial: SERIALS.row(store, &day).await?,
            totals: TOTALS.row(store, &totals_key()).await?,
            day,
        })
    }
}

/// What is decided.
struct Decision {
    outcome: Outcome,
    /// The tip after the record, if it was admitted.
    tip: Option<ChainTip>,
    misbehaviour: Option<(ChainMisbehaviourKind, Option<DepositKey>)>,
}

/// A second record of the log for one place, or one that does not follow, is refused whatever
/// else it is; then the examination decides.
fn decide(offered: &Offered, state: &State) -> Result<Decision, AdmitBundleError> {
    let first = state.place.as_ref().map(|place| place.value.deposit);
    if let Some(first) = first.filter(|first| first.root != offered.key.root) {
        return Ok(misbehaved(ChainMisbehaviourKind::ChainForked, Some(first)));
    }
    let empty = ChainTip::empty(offered.frame.place.chain);
    let tip = state.chain.as_ref().map_or(empty, |chain| chain.value.tip);
    let next = match tip.after(&offered.frame, offered.key.root) {
        Ok(next) => next,
        Err(ChainError::Gap { expected, .. }) => {
            return Err(AdmitBundleError::Gap { expected_seq: expected });
        }
        Err(ChainError::SecondAtPlace { .. }) => {
            return Ok(misbehaved(ChainMisbehaviourKind::ChainForked, first));
        }
        Err(ChainError::TimeRunsBack { .. }) => {
            return Ok(misbehaved(ChainMisbehaviourKind::ChainTimeRunsBack, state.predecessor));
        }
        Err(ChainError::OtherPredecessor { .. } | ChainError::OtherChain) => {
            return Ok(misbehaved(ChainMisbehaviourKind::ChainOtherPredecessor, state.predecessor));
        }
    };
    Ok(match &offered.judgement {
        Judgement::Refuse(reason) => Decision {
            outcome: Outcome::Refused { reason: reason.clone() },
            tip: None,
            misbehaviour: None,
        },
        Judgement::Hold(found) if found.is_empty() => {
            Decision { outcome: Outcome::Admitted, tip: Some(next), misbehaviour: None }
        }
        Judgement::Hold(found) => {
            let findings = found.iter().map(|finding| Finding::as_str(*finding).to_owned());
            Decision {
                outcome: Outcome::AdmittedWithFindings { findings: findings.collect() },
                tip: Some(next),
                misbehaviour: None,
            }
        }
    })
}

fn misbehaved(kind: ChainMisbehaviourKind, held: Option<DepositKey>) -> Decision {
    Decision {
        outcome: Outcome::Refused { reason: kind.as_str().to_owned() },
        tip: None,
        misbehaviour: Some((kind, held)),
    }
}

/// Signs what was decided and writes all of it into one changeset.
fn write(
    office: &NotaryOffice,
    kept: &Kept,
    state: &State,
    decision: Decision,
) -> Result<(Admission, Changeset), AdmitBundleError> {
    let offered = &kept.offered;
    let mut changes = Changeset::new();
    let number = take_number(&mut changes, offered, state)?;
    let receipt = sign_receipt(office, offered, number, &decision.outcome)?;
    let row = DepositRow {
        record_id: offered.frame.record_id,
        chain: offered.chain,
        seq: offered.frame.place.seq,
        deposit_no: number,
        outcome: decision.outcome.clone(),
        received_at: offered.received_at,
        parts: kept.parts.clone(),
    };
    DEPOSITS.insert(&mut changes, &offered.key, &row)?;
    NUMBERS.insert(&mut changes, &number, &offered.key)?;
    // Decisions take turns: the last one written is the last.
    LAST_DEPOSITS.put(&mut changes, &log_path(&offered.log_origin), &offered.key)?;
    for document in &kept.new_documents {
        DOCUMENTS.put(&mut changes, &document_key(offered.chain, document.sha256), document)?;
    }
    changes.append(entry(&receipt).indexed_at(offered.key.receipt_leaf()?));

    write_place(&mut changes, offered, state, decision.tip.is_some())?;
    let chain_head = write_chain(office, &mut changes, offered, state, decision.tip)?;
    if let Some((kind, held)) = decision.misbehaviour {
        let kept =
            ChainMisbehaviour { kind, held, offered: offered.key, noted_at: offered.received_at };
        let key = misbehaviour_key(offered.place(), offered.key.root);
        MISBEHAVIOUR.put(&mut changes, &key, &kept)?;
        tracing::error!(
            record.id = %offered.frame.record_id,
            kind = kind.as_str(),
            "the platform's log holds records that contradict each other"
        );
    }
    count(&mut changes, state, &decision)?;
    let admission = Admission {
        receipt,
        chain_head,
        outcome: decision.outcome,
        is_new: true,
        misbehaviour: decision.misbehaviour.map(|(kind, _)| kind),
    };
    Ok((admission, changes))
}

/// SHA-256 of the log's origin, as a monitoring path.
fn log_path(origin: &str) -> String {
    Digest::of(origin.as_bytes()).to_string()
}

/// The next number of the day. The row is a precondition, so numbers have no gap and none is
/// given twice.
fn take_number(
    changes: &mut Changeset,
    offered: &Offered,
    state: &State,
) -> Result<DepositNo, AdmitBundleError> {
    let last = state.serial.as_ref().map_or(0, |stored| stored.value);
    let serial = last.checked_add(1).ok_or(AdmitBundleError::NumbersExhausted)?;
    let number = DepositNo::new(offered.received_at, serial)
        .map_err(|_| AdmitBundleError::NumbersExhausted)?;
    match &state.serial {
        None => SERIALS.insert(changes, &state.day, &serial)?,
        Some(stored) => SERIALS.replace(changes, &state.day, stored.version, &serial)?,
    }
    Ok(number)
}

fn sign_receipt(
    office: &NotaryOffice,
    offered: &Offered,
    deposit_no: DepositNo,
    outcome: &Outcome,
) -> Result<Envelope, AdmitBundleError> {
    let receipt = DepositReceipt {
        chain: offered.chain,
        custodian: office.custodian().to_owned(),
        deposit_no,
        leaf_index: offered.leaf_index,
        log_origin: offered.log_origin.clone(),
        manifest_sha256: offered.key.manifest,
        outcome: outcome.clone(),
        parts: offered.digests.clone(),
        received_at: offered.received_at,
        record_root: offered.key.root,
        seq: offered.frame.place.seq,
    };
    Ok(receipt.sign(office.receipt_key())?)
}

/// Remembers the first record of a place, admitted or not: another record there is a fork of
/// the platform's log. An admission of the same record replaces its earlier refusal.
fn write_place(
    changes: &mut Changeset,
    offered: &Offered,
    state: &State,
    is_admitted: bool,
) -> Result<(), AdmitBundleError> {
    let row = PlaceRow { deposit: offered.key, is_admitted };
    match &state.place {
        None => PLACES.insert(changes, &offered.place(), &row)?,
        Some(stored) if is_admitted => {
            PLACES.replace(changes, &offered.place(), stored.version, &row)?;
        }
        Some(_) => {}
    }
    Ok(())
}

/// Moves the tip and states the new head; gives the newest head there is.
fn write_chain(
    office: &NotaryOffice,
    changes: &mut Changeset,
    offered: &Offered,
    state: &State,
    tip: Option<ChainTip>,
) -> Result<Option<Envelope>, AdmitBundleError> {
    let before = state.chain.as_ref();
    let Some(tip) = tip else {
        return Ok(before.and_then(|row| Envelope::from_json(row.value.head.as_bytes()).ok()));
    };
    // A statement is never older than the one before it, whatever the clock does.
    let head_time = before.map_or(offered.received_at, |row| {
        row.value.head_time.plus_millis(1).max(offered.received_at)
    });
    let head = ChainHead {
        chain: offered.chain,
        custodian: office.custodian().to_owned(),
        root: offered.key.root,
        seq: tip.seq,
        time: head_time,
    };
    let head = head.sign(office.receipt_key())?;
    let text = String::from_utf8_lossy(head.as_bytes()).into_owned();
    let row = ChainRow { tip, head: text, head_time };
    match before {
        None => CHAINS.insert(changes, &offered.chain, &row)?,
        Some(stored) => CHAINS.replace(changes, &offered.chain, stored.version, &row)?,
    }
    changes.append(entry(&head));
    Ok(Some(head))
}

fn count(
    changes: &mut Changeset,
    state: &State,
    decision: &Decision,
) -> Result<(), AdmitBundleError> {
    let mut totals = state.totals.as_ref().map(|stored| stored.value).unwrap_or_default();
    if decision.tip.is_some() {
        totals.admitted += 1;
        totals.chains += u64::from(state.chain.is_none());
    } else {
        totals.refused += 1;
    }
    totals.misbehaviour += u64::from(decision.misbehaviour.is_some());
    match &state.totals {
        None => TOTALS.insert(changes, &totals_key(), &totals)?,
        Some(stored) => TOTALS.replace(changes, &totals_key(), stored.version, &totals)?,
    }
    Ok(())
}

/// A leaf of the office's log: the digest of a statement, with its exact bytes beside.
fn entry(envelope: &Envelope) -> LedgerEntry {
    let leaf = LogLeaf::Statement(Digest::of(envelope.as_bytes())).to_bytes();
    LedgerEntry::new(leaf, envelope.as_bytes().to_vec())
}
