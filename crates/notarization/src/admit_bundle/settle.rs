//! The decision: number, chain, receipt and chain head in one commit.

use heqi_evidence::chain::{ChainHead, ChainTip};
use heqi_evidence::deposit::{DepositReceipt, Outcome};
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::statement::Statement;
use heqi_evidence_store::backend::{CommitError, Pending};
use heqi_evidence_store::changeset::{Changeset, LedgerEntry};
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::{DepositNo, Digest};

use super::decide::{Decision, State, decide};
use super::inspect::Offered;
use super::keep::{Kept, discard};
use super::take_back::Returned;
use super::{Admission, AdmitBundleError, answer_again, known};
use crate::deposited::{
    CHAINS, ChainMisbehaviour, ChainRow, DEPOSITS, DOCUMENTS, DepositKey, DepositRow,
    LAST_DEPOSITS, MISBEHAVIOUR, NUMBERS, PLACES, PlaceRow, SERIALS, TOTALS, document_key,
    misbehaviour_key, totals_key,
};
use crate::holder::watch;
use crate::office::NotaryOffice;

/// How often a decision is made again because another was faster. Inside one process that
/// never happens: decisions take turns.
const ATTEMPTS: usize = 64;

/// Decides, commits, waits for the disk and answers.
pub(super) async fn settle(
    office: &NotaryOffice,
    kept: Kept,
    returned: Option<&Returned>,
) -> Result<Admission, AdmitBundleError> {
    let settled = try_settle(office, &kept, returned).await;
    // Only when it is certain that no row names them; after a stop of the store it is not.
    let is_unused = match &settled {
        Ok(admission) => !admission.is_new,
        Err(
            AdmitBundleError::Gap { .. }
            | AdmitBundleError::NumbersExhausted
            | AdmitBundleError::NotReceipted,
        ) => true,
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

async fn try_settle(
    office: &NotaryOffice,
    kept: &Kept,
    returned: Option<&Returned>,
) -> Result<Admission, AdmitBundleError> {
    for _ in 0..ATTEMPTS {
        match take_turn(office, kept, returned).await? {
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

async fn take_turn(
    office: &NotaryOffice,
    kept: &Kept,
    returned: Option<&Returned>,
) -> Result<Turn, AdmitBundleError> {
    let _turn = office.turn.lock().await;
    if let Some(key) = known(office, &kept.offered).await? {
        return Ok(Turn::Known(key));
    }
    let state = State::read(office, &kept.offered).await?;
    let mut decision = decide(&kept.offered, &state)?;
    if let Some(returned) = returned {
        decision.as_receipted(&kept.offered, &state, &returned.said.outcome)?;
    }
    let (admission, changes) = write(office, kept, &state, decision, returned)?;
    match office.store().commit(changes) {
        Ok(durable) => Ok(Turn::Decided(admission, durable)),
        Err(CommitError::Conflict { .. }) => Ok(Turn::Conflict),
        Err(error) => Err(error.into()),
    }
}

/// Signs what was decided and writes all of it into one changeset.
fn write(
    office: &NotaryOffice,
    kept: &Kept,
    state: &State,
    decision: Decision,
    returned: Option<&Returned>,
) -> Result<(Admission, Changeset), AdmitBundleError> {
    let offered = &kept.offered;
    let mut changes = Changeset::new();
    let (number, receipt) = if let Some(returned) = returned {
        let number = returned.said.deposit_no;
        let serial = state.serial.as_ref().map_or(0, |stored| stored.value).max(number.serial());
        write_serial(&mut changes, state, serial)?;
        (number, returned.receipt.clone())
    } else {
        let number = take_number(&mut changes, offered, state)?;
        (number, sign_receipt(office, offered, number, &decision.outcome)?)
    };
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
    crate::matter::search::index(
        &mut changes,
        &offered.key,
        offered.frame.record_id,
        offered.voucher,
    )?;
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
    if let Some(about) = offered.about.as_ref().filter(|_| decision.tip.is_some()) {
        about.write(&mut changes, &state.finder, offered.key)?;
        let signed = (offered.key, offered.frame.place.recorded_at);
        watch::enqueue(&mut changes, &state.watchers, signed, offered.received_at)?;
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
    write_serial(changes, state, serial)?;
    Ok(number)
}

fn write_serial(
    changes: &mut Changeset,
    state: &State,
    serial: u32,
) -> Result<(), AdmitBundleError> {
    match &state.serial {
        None => SERIALS.insert(changes, &state.day, &serial)?,
        Some(stored) => SERIALS.replace(changes, &state.day, stored.version, &serial)?,
    }
    Ok(())
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
