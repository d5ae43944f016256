//! One-time codes: made from a secret of the platform, so that none is kept anywhere; and how many codes a contact is sent,
//! how often a party is invited, and how many wrong numbers an officer types at the counter, in a day.

use heqi_evidence_store::changeset::{Changeset, Expected};
use heqi_filing::entry::CODES_A_DAY;
use heqi_vocabulary::{CeremonyId, Digest, FilingId, PartyId, UtcMillis};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::fault::Fault;
use crate::invite::INVITATIONS_A_DAY;
use crate::platform::Platform;
use crate::rows::{self, Pair};

/// Digits of a code.
pub(crate) const CODE_DIGITS: usize = 6;
const CODE_LABEL: &[u8] = b"heqi.one-time-code/v1\n";
const CONTACT_LABEL: &[u8] = b"heqi.code-quota/v1\n";
const INVITATION_LABEL: &[u8] = b"heqi.invitation-quota/v1\n";
/// Digests of contacts are made under a key, so this one is nobody's.
const NOBODY_LABEL: &str = "heqi.code-quota-of-nobody/v1\n";

/// A nonce that a code is made from.
pub(crate) fn draw_nonce(platform: &Platform) -> String {
    hex::encode(platform.entropy().bytes::<16>())
}

/// The code of this ceremony and nonce.
pub(crate) fn code_of(platform: &Platform, ceremony: CeremonyId, nonce: &str) -> String {
    let mac = mac(platform, CODE_LABEL, &[&ceremony.to_bytes(), nonce.as_bytes()]);
    let head = mac.iter().take(8).fold(0u64, |value, byte| (value << 8) | u64::from(*byte));
    // 2^64 is no multiple of a million: the bias is 1 in 10^13.
    format!("{:06}", head % 1_000_000)
}

/// Whether a code is that of this ceremony and nonce.
pub(crate) fn code_fits(
    platform: &Platform,
    ceremony: CeremonyId,
    nonce: &str,
    entered: &str,
) -> bool {
    bool::from(code_of(platform, ceremony, nonce).as_bytes().ct_eq(entered.as_bytes()))
}

/// A number of so many digits, at most 9, that is the same for the same parts and tells nothing
/// about another one.
pub(crate) fn number_of(platform: &Platform, label: &[u8], parts: &[&[u8]], digits: u32) -> String {
    let mac = mac(platform, label, parts);
    let head = mac.iter().take(8).fold(0u64, |value, byte| (value << 8) | u64::from(*byte));
    let width = usize::try_from(digits).unwrap_or(9);
    format!("{:0width$}", head % 10_u64.saturating_pow(digits))
}

fn mac(platform: &Platform, label: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(platform.token_secret()) else {
        unreachable!("HMAC takes keys of every length (RFC 2104 section 2)")
    };
    mac.update(label);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// How many codes went to one contact, invitations to one party, or wrong numbers came from one officer, on one day.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaRow {
    pub(crate) sent: u32,
    pub(crate) last: UtcMillis,
}

/// Counts one more code to a contact. `false`: it has had as many as it gets today.
///
/// The row is named by a keyed digest of day and contact, so that it says neither whose it
/// is nor whether two days are of the same person.
pub(crate) async fn count(
    platform: &Platform,
    changes: &mut Changeset,
    contact: &str,
) -> Result<bool, Fault> {
    count_one(platform, changes, (CONTACT_LABEL, &[contact.as_bytes()]), CODES_A_DAY).await
}

/// Counts one more invitation of a party. `false`: it was invited as often as it is in a day.
pub(crate) async fn count_invitation(
    platform: &Platform,
    changes: &mut Changeset,
    (filing, party): (FilingId, PartyId),
) -> Result<bool, Fault> {
    let (filing, party) = (filing.to_bytes(), party.to_bytes());
    let whose: [&[u8]; 2] = [&filing, &party];
    count_one(platform, changes, (INVITATION_LABEL, &whose), INVITATIONS_A_DAY).await
}

/// Writes what is written where somebody is known, about nobody: an answer takes as long as the disk
/// does, so that whoever stops the time learns no more than whoever reads. It is one row in a day.
pub(crate) async fn count_nobody(platform: &Platform) -> Result<(), Fault> {
    let now = platform.now();
    let key = Pair(now.shanghai_day(), Digest::labelled(NOBODY_LABEL, &[]));
    let mut changes = Changeset::new();
    rows::CODE_QUOTAS.put(&mut changes, &key, &QuotaRow { sent: 0, last: now })?;
    platform.backend().commit(changes)?.await?;
    Ok(())
}

async fn count_one(
    platform: &Platform,
    changes: &mut Changeset,
    of: (&[u8], &[&[u8]]),
    most: u32,
) -> Result<bool, Fault> {
    let quota = Quota::read(platform, of).await?;
    if quota.is_used_up(most) {
        return Ok(false);
    }
    quota.count(changes)?;
    Ok(true)
}

/// How many of something there were today, as it was read.
pub(crate) struct Quota {
    key: Pair<String, Digest>,
    /// The row's, unless there is none yet.
    version: Option<u64>,
    sent: u32,
    now: UtcMillis,
}

impl Quota {
    /// Of what has this label, and of whom.
    pub(crate) async fn read(
        platform: &Platform,
        (label, whose): (&[u8], &[&[u8]]),
    ) -> Result<Self, Fault> {
        let now = platform.now();
        let day = now.shanghai_day();
        let mut parts = vec![day.as_bytes()];
        parts.extend_from_slice(whose);
        let whose = mac(platform, label, &parts);
        let key = Pair(day, Digest::from_bytes(whose));
        let row = rows::CODE_QUOTAS.row(platform.backend(), &key).await?;
        let sent = row.as_ref().map_or(0, |row| row.value.sent);
        Ok(Self { key, version: row.map(|row| row.version), sent, now })
    }

    /// Whether there were as many as there are in a day.
    pub(crate) const fn is_used_up(&self, most: u32) -> bool {
        self.sent >= most
    }

    /// One more. The commit is refused where another one was counted meanwhile.
    pub(crate) fn count(&self, changes: &mut Changeset) -> Result<(), Fault> {
        let counted = QuotaRow { sent: self.sent.saturating_add(1), last: self.now };
        match self.version {
            None => rows::CODE_QUOTAS.insert(changes, &self.key, &counted)?,
            Some(version) => rows::CODE_QUOTAS.replace(changes, &self.key, version, &counted)?,
        }
        Ok(())
    }

    /// None more: the commit is refused where one was counted meanwhile.
    pub(crate) fn expect(&self, changes: &mut Changeset) -> Result<(), Fault> {
        let expected = self.version.map_or(Expected::Absent, Expected::Version);
        changes.expect(rows::CODE_QUOTAS.key(&self.key)?, expected);
        Ok(())
    }
}
