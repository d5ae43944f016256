//! The newest number of every series: said to the platform, which keeps it, and compared with what the platform kept
//! (`docs/spec/peer.md` section 3). A store that was set back would give numbers again that stand on certificates already.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::{Stored, Table, TableError};

use super::error::MatterError;
use super::number::{CertificateNo, Series};
use super::rows::{BOOK, COUNTERS};
use crate::office::NotaryOffice;

const PAGE: usize = 256;

/// The newest number of each year and series, oldest year first. Only what is durable: what is said of it outlives a
/// crash of this store.
///
/// # Errors
/// The store could not be read.
pub async fn newest_numbers(office: &NotaryOffice) -> Result<Vec<CertificateNo>, TableError> {
    let (mut newest, mut after) = (Vec::new(), None);
    loop {
        let rows = COUNTERS.scan(office.store(), "", after.as_ref(), PAGE).await?;
        let Some((last, _)) = rows.last() else { return Ok(newest) };
        after = Some(last.clone());
        for (counter, _) in rows {
            let serial = COUNTERS.durable_row(office.store(), &counter).await?;
            newest.extend(serial.and_then(|serial| number_of(&counter, serial.value)));
        }
    }
}

/// The first of these numbers that this store does not know of. Whoever asks has checked that the office said it gave
/// them.
///
/// # Errors
/// The store could not be read.
pub async fn given_and_unknown<'a>(
    office: &NotaryOffice,
    said: &'a [CertificateNo],
) -> Result<Option<&'a CertificateNo>, TableError> {
    for number in said {
        let counter = number.series().counter(number.year());
        let newest = COUNTERS.row(office.store(), &counter).await?.map_or(0, |row| row.value);
        if newest >= number.serial() {
            continue;
        }
        if BOOK.row(office.store(), &number.place()).await?.is_none() {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Notes a number that others gave: the counter holds the newest of its series, whoever counts.
pub(super) async fn note_newest(
    office: &NotaryOffice,
    changes: &mut Changeset,
    number: &CertificateNo,
) -> Result<(), MatterError> {
    let counter = number.series().counter(number.year());
    let stored = COUNTERS.row(office.store(), &counter).await?;
    Ok(raise(changes, (&COUNTERS, &counter), stored.as_ref(), number.serial())?)
}

/// Raises a counter of numbers that must still stand where it was read. None ever goes back: a number
/// below it may stand on a document already.
pub(crate) fn raise(
    changes: &mut Changeset,
    (table, counter): (&Table<String, u32>, &String),
    stored: Option<&Stored<u32>>,
    serial: u32,
) -> Result<(), TableError> {
    match stored {
        None => table.insert(changes, counter, &serial),
        Some(row) if row.value < serial => table.replace(changes, counter, row.version, &serial),
        Some(_) => Ok(()),
    }
}

/// The number that a counter stands at.
fn number_of(counter: &str, serial: u32) -> Option<CertificateNo> {
    let mut parts = counter.split('/');
    let year = parts.next()?.parse().ok()?;
    let series = Series::new(parts.next()?, parts.next()?).ok()?;
    (serial > 0).then(|| series.number(year, serial))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_raised_from_where_it_was_read_and_never_goes_back() {
        let raised = |stored: Option<u32>, serial| {
            let stored = stored.map(|value| Stored { version: 7, value });
            let mut changes = Changeset::new();
            let counter = "2026/series/category".to_owned();
            raise(&mut changes, (&COUNTERS, &counter), stored.as_ref(), serial).unwrap();
            (changes.preconditions().len(), changes.writes().count())
        };
        assert_eq!(raised(None, 1), (1, 1));
        assert_eq!(raised(Some(1), 2), (1, 1));
        assert_eq!(raised(Some(2), 2), (0, 0));
        assert_eq!(raised(Some(3), 2), (0, 0));
    }

    #[test]
    fn a_counter_says_which_number_was_the_last_of_its_series() {
        let series = Series::new("浙杭临", "经").unwrap();
        let number = series.number(2026, 12);
        assert_eq!(number_of(&series.counter(2026), 12), Some(number));
        assert_eq!(number_of(&series.counter(2026), 0), None);
        assert_eq!(number_of("2026", 1), None);
    }
}
