//! How many wrong numbers an officer types at the counter, counted as a signer's are at the door
//! ([ADR 0092](../../../../docs/adr/0092-an-officer-at-the-counter-guesses-no-number.md)).

use heqi_evidence_store::changeset::Changeset;
use heqi_filing::entry::{CODE_TRIES, CODES_A_DAY};
use heqi_vocabulary::FilingNo;

use super::{AtCounter, SeePersonError};
use crate::act::Attempts;
use crate::codes::{CODE_DIGITS, Quota};
use crate::fault::Fault;
use crate::platform::Platform;
use crate::request::StaffMember;

const FILING_LABEL: &[u8] = b"heqi.counter-tries-of-filing/v1\n";
const OFFICER_LABEL: &[u8] = b"heqi.counter-tries-of-officer/v1\n";

/// The wrong numbers of one officer today, as they were before another one is compared.
pub(crate) struct Tries {
    /// For the filing that is named, whether there is such a one or not.
    of_filing: Quota,
    /// For whichever filings.
    of_officer: Quota,
}

impl Tries {
    /// Read before anything is compared: whoever has used up what there is learns nothing any more.
    ///
    /// # Errors
    /// [`SeePersonError::TriedTooOften`]; what is no number of a device is compared with none.
    pub(super) async fn before(
        platform: &Platform,
        member: &StaffMember,
        at: &AtCounter,
    ) -> Result<Self, SeePersonError> {
        if at.code.len() != CODE_DIGITS || !at.code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SeePersonError::NoMatch);
        }
        Self::of(platform, member, at.number).await
    }

    /// The same where something else is compared than the number of a device: whatever is wrong counts with the rest.
    ///
    /// # Errors
    /// [`SeePersonError::TriedTooOften`].
    pub(crate) async fn of(
        platform: &Platform,
        member: &StaffMember,
        number: FilingNo,
    ) -> Result<Self, SeePersonError> {
        let (account, number) = (member.account.to_bytes(), number.to_string());
        let (officer, both): ([&[u8]; 1], [&[u8]; 2]) = ([&account], [&account, number.as_bytes()]);
        let tries = Self {
            of_filing: Quota::read(platform, (FILING_LABEL, &both)).await?,
            of_officer: Quota::read(platform, (OFFICER_LABEL, &officer)).await?,
        };
        // As many as end one code, and as many as end all the codes of a day.
        let most = u32::from(CODE_TRIES);
        if tries.of_filing.is_used_up(most) || tries.of_officer.is_used_up(most * CODES_A_DAY) {
            return Err(SeePersonError::TriedTooOften);
        }
        Ok(tries)
    }

    /// Counts a wrong one, before that is told. `false`: another one was counted meanwhile, so read again.
    pub(crate) async fn count(
        &self,
        platform: &Platform,
        attempts: &mut Attempts,
    ) -> Result<bool, Fault> {
        let mut changes = Changeset::new();
        self.of_filing.count(&mut changes)?;
        self.of_officer.count(&mut changes)?;
        Ok(attempts.commit(platform, changes).await?.is_some())
    }

    /// In the commit of what was right: of numbers that come at once none is right beside a wrong one.
    pub(crate) fn expect_none_since(&self, changes: &mut Changeset) -> Result<(), Fault> {
        self.of_filing.expect(changes)?;
        self.of_officer.expect(changes)
    }
}
