//! Finding a deposit: by its number, by the voucher number on a receipt, by the record, or by the day.

use chrono::NaiveDate;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::{Table, TableError};
use heqi_vocabulary::{DepositNo, RecordId, UtcMillis, VoucherNo};

use super::error::MatterError;
use super::examine::held_record;
use super::state::Rule;
use crate::deposited::{DEPOSITS, DepositKey, DepositRow, NUMBERS};
use crate::office::NotaryOffice;
use crate::staff::Officer;

const RECORDS: Table<RecordId, DepositKey> = Table::new("deposit-of-record");
const VOUCHERS: Table<VoucherNo, DepositKey> = Table::new("deposit-of-voucher");

/// Notes under which other names a deposit is looked for.
pub(crate) fn index(
    changes: &mut Changeset,
    key: &DepositKey,
    record: RecordId,
    voucher: Option<VoucherNo>,
) -> Result<(), TableError> {
    RECORDS.put(changes, &record, key)?;
    if let Some(voucher) = voucher {
        VOUCHERS.put(changes, &voucher, key)?;
    }
    Ok(())
}

/// A deposit that was found.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FoundDeposit {
    /// Its number.
    pub number: DepositNo,
    /// The record.
    pub record: RecordId,
    /// What kind of record it is.
    pub kind: RecordKind,
    /// The voucher, of a signing.
    pub voucher: Option<VoucherNo>,
    /// When it was received.
    pub received_at: UtcMillis,
    /// Whether it was admitted.
    pub is_admitted: bool,
    /// How many parts are held.
    pub parts: usize,
    /// In whose name it was signed: a person masked, a company by its name and who acted for it masked.
    pub signer: String,
    /// The company the filing is about.
    pub company: String,
}

/// Finds a deposit by number, voucher number or record.
///
/// # Errors
/// [`Rule::Role`] for who does not see matters; the store could not be read.
pub async fn find_deposit(
    office: &NotaryOffice,
    by: &Officer,
    asked: &str,
) -> Result<Option<FoundDeposit>, MatterError> {
    if !by.role.sees_matters() {
        return Err(Rule::Role.into());
    }
    let Some(key) = key_of(office, asked.trim()).await? else { return Ok(None) };
    let Some(row) = DEPOSITS.durable_row(office.store(), &key).await? else { return Ok(None) };
    found(office, &row.value).await.map(Some)
}

/// Deposits of one day.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FoundPage {
    /// In the order of their numbers.
    pub deposits: Vec<FoundDeposit>,
    /// After which number the next page begins, where there is one.
    pub next: Option<DepositNo>,
}

/// The most deposits on one page.
pub const PAGE: usize = 20;

/// Deposits that were received on a day, in Asia/Shanghai, after `after`, at most [`PAGE`].
///
/// # Errors
/// [`Rule::Role`] for who does not see matters; the store could not be read.
pub async fn deposits_of_day(
    office: &NotaryOffice,
    by: &Officer,
    (day, after): (NaiveDate, Option<DepositNo>),
) -> Result<FoundPage, MatterError> {
    if !by.role.sees_matters() {
        return Err(Rule::Role.into());
    }
    let within = day.format("CZ%Y%m%d").to_string();
    // A number of another day would begin somewhere else: nothing comes after it here.
    let after = after.filter(|no| no.to_string().starts_with(&within));
    let mut rows = NUMBERS.scan(office.store(), &within, after.as_ref(), PAGE + 1).await?;
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| has_more).map(|(no, _)| *no);
    let mut deposits = Vec::with_capacity(rows.len());
    for (_, row) in rows {
        if let Some(row) = DEPOSITS.durable_row(office.store(), &row.value).await? {
            deposits.push(found(office, &row.value).await?);
        }
    }
    Ok(FoundPage { deposits, next })
}

async fn found(office: &NotaryOffice, row: &DepositRow) -> Result<FoundDeposit, MatterError> {
    let record = held_record(office, row).await?;
    let mask = |name: &str| {
        let mut characters = name.chars();
        let first: String = characters.next().into_iter().collect();
        if first.is_empty() { first } else { first + &"*".repeat(characters.count().clamp(1, 4)) }
    };
    let party = record.text("party_name").unwrap_or_default();
    // A company's name is public, and whoever takes its application has to see that it signed.
    let signer = match record.text("representative_name") {
        // A minor is no company: neither name is public.
        Some(guardian) if record.text("party_kind") == Some("ward") => {
            format!("{}（监护人：{}）", mask(party), mask(guardian))
        }
        Some(representative) => format!("{party}（代表人：{}）", mask(representative)),
        None => mask(party),
    };
    Ok(FoundDeposit {
        number: row.deposit_no,
        record: row.record_id,
        kind: record.kind(),
        voucher: record.parsed("voucher"),
        received_at: row.received_at,
        is_admitted: row.outcome.is_admitted(),
        parts: row.parts.len(),
        signer,
        company: record.text("company_name").unwrap_or_default().to_owned(),
    })
}

async fn key_of(office: &NotaryOffice, asked: &str) -> Result<Option<DepositKey>, MatterError> {
    let store = office.store();
    if let Ok(number) = asked.parse::<DepositNo>() {
        return Ok(NUMBERS.durable_row(store, &number).await?.map(|row| row.value));
    }
    if let Ok(voucher) = asked.parse::<VoucherNo>() {
        return Ok(VOUCHERS.durable_row(store, &voucher).await?.map(|row| row.value));
    }
    if let Ok(record) = asked.parse::<RecordId>() {
        return Ok(RECORDS.durable_row(store, &record).await?.map(|row| row.value));
    }
    Ok(None)
}
