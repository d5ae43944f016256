//! How long somebody waits after wrong tries. Pauses are short and grow; they hold for whoever
//! tries from one address, so that nobody locks another one out, and for the whole account
//! only from addresses it has never been used from.

use std::net::IpAddr;

use heqi_vocabulary::{Digest, UtcMillis};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Wrong tries from one address before the first pause.
const FREE: u32 = 5;
/// Wrong tries from anywhere before strange addresses wait.
const FREE_OF_ACCOUNT: u32 = 50;
const PAUSE_MS: i64 = 30_000;
const LONGEST_PAUSE_MS: i64 = 15 * 60_000;
/// After a day without a try nothing is held against anybody, in milliseconds.
pub const FORGOTTEN_MS: i64 = 24 * 3_600_000;

/// How often somebody tried: what is kept.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a row: whoever keeps it reads and writes it")]
pub struct Tries {
    /// Wrong ones since the last right one.
    pub failures: u32,
    /// When the last one was, milliseconds since 1970.
    pub last_ms: i64,
    /// Whether somebody came in from there before.
    pub is_known: bool,
}

impl Tries {
    /// The same, with what nobody holds against anybody any more forgotten.
    #[must_use]
    pub fn at(mut self, now: UtcMillis) -> Self {
        if now.as_millis() - self.last_ms >= FORGOTTEN_MS {
            self.failures = 0;
        }
        self
    }

    /// One more wrong try.
    pub fn failed(&mut self, now: UtcMillis) {
        self.failures = self.failures.saturating_add(1);
        self.last_ms = now.as_millis();
    }

    /// Somebody came in.
    pub fn came_in(&mut self, now: UtcMillis) {
        *self = Self { failures: 0, last_ms: now.as_millis(), is_known: true };
    }
}

/// For how long one waits, in milliseconds, who tried so often from here and from anywhere;
/// zero: not at all.
pub fn pause_ms(here: &Tries, anywhere: &Tries, now: UtcMillis) -> i64 {
    let own = left_ms(here, FREE, LONGEST_PAUSE_MS, now);
    if here.is_known {
        return own;
    }
    own.max(left_ms(anywhere, FREE_OF_ACCOUNT, PAUSE_MS * 2, now))
}

/// The rows of a try: from this address, and from anywhere. Keyed digests, so that neither name
/// nor address stands in a row.
pub fn rows_of(key: &[u8], login: &str, address: IpAddr) -> (Digest, Digest) {
    let keyed = |text: &str| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
            unreachable!("HMAC takes keys of every length (RFC 2104 section 2)")
        };
        mac.update(b"heqi.staff-tries/v1\n");
        mac.update(text.as_bytes());
        Digest::from_bytes(mac.finalize().into_bytes().into())
    };
    (keyed(&format!("{login}\n{}", network_of(address))), keyed(login))
}

/// Addresses of one subscriber are one: an IPv6 network of 64 bits.
fn network_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => hex::encode(v6.octets().split_at(8).0),
        },
    }
}

fn left_ms(row: &Tries, free: u32, longest_ms: i64, now: UtcMillis) -> i64 {
    let Some(over) = row.failures.checked_sub(free) else { return 0 };
    let pause = PAUSE_MS.saturating_mul(1_i64 << over.min(10)).min(longest_ms);
    (row.last_ms + pause - now.as_millis()).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let now = UtcMillis::from_millis(1_795_500_000_000).unwrap();
        let row = |failures| Tries { failures, last_ms: now.as_millis(), is_known: false };
        let left = |failures| left_ms(&row(failures), FREE, LONGEST_PAUSE_MS, now);
        assert_eq!([left(0), left(4), left(5), left(6), left(7)], [0, 0, 30_000, 60_000, 120_000]);
        assert_eq!(left(u32::MAX), LONGEST_PAUSE_MS);
        assert_eq!(left_ms(&row(9), FREE, LONGEST_PAUSE_MS, now.plus_millis(LONGEST_PAUSE_MS)), 0);
        assert_eq!(row(9).at(now.plus_millis(FORGOTTEN_MS)).failures, 0);
    }

    #[test]
    fn a_network_of_one_subscriber_counts_as_one_address() {
        let of = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.7"));
        let rows = rows_of(b"key", "li.na", "203.0.113.7".parse().unwrap());
        assert_ne!(rows.0, rows.1);
    }
}
