//! How often one caller may ask: a token bucket for each caller and class of route.
//!
//! A caller is whoever the credential names, an organisation by its certificate, or else an
//! address; an IPv6 address stands for its /64, because a caller has all of it. The table
//! of buckets has a fixed size: eight places for each group of callers, and the one unused
//! longest makes room. A caller that was forgotten begins with a full bucket, so the table
//! can be too kind when very many call, and never refuses anybody for what another did.

use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

use actix_web::http::header::{HeaderName, HeaderValue};
use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use serde::Deserialize;

use crate::metrics::Metrics;
use crate::problem::{Problem, RequestProblem};

/// draft-ietf-httpapi-ratelimit-headers-10, section 3.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The same draft, section 4.
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const WAYS: usize = 8;
const SHARDS: usize = 16;
/// One request.
const TOKEN: u64 = 1_000;

/// How often, in the long run and at once.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "two numbers")]
pub struct Budget {
    /// Requests in a minute, in the long run.
    pub per_minute: u32,
    /// Requests at once after a pause.
    pub burst: u32,
}

const fn budget(per_minute: u32, burst: u32) -> Budget {
    Budget { per_minute, burst }
}

/// A caller's budgets by class of route. A table in the settings names all four.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "one for each class")]
pub struct Budgets {
    /// Looking something up with a credential.
    pub reads: Budget,
    /// Acts.
    pub writes: Budget,
    /// Photos, documents, deposits.
    pub uploads: Budget,
    /// What everybody may read: the log, coverage, the description of the interface.
    pub checks: Budget,
}

/// The `rates` table of the settings.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(default)]
#[non_exhaustive]
pub struct Rates {
    /// Whether anybody is limited at all.
    pub enabled: bool,
    /// How many buckets are remembered, about 24 bytes each.
    pub remembered: usize,
    /// Whoever shows no valid credential, by address.
    pub address: Budgets,
    /// Somebody who signs, by token.
    pub signer: Budgets,
    /// A program that files for others, by API key.
    pub integrator: Budgets,
    /// The other organisation, by certificate or API key.
    pub organisation: Budgets,
}

impl Default for Rates {
    fn default() -> Self {
        let checks = budget(6_000, 1_000);
        let much = budget(60_000, 5_000);
        Self {
            enabled: true,
            remembered: 65_536,
            address: Budgets {
                reads: budget(600, 200),
                writes: budget(300, 100),
                uploads: budget(60, 30),
                checks,
            },
            signer: Budgets {
                reads: budget(1_200, 300),
                writes: budget(300, 100),
                uploads: budget(60, 30),
                checks,
            },
            integrator: Budgets {
                reads: much,
                writes: budget(30_000, 3_000),
                uploads: budget(12_000, 1_000),
                checks,
            },
            organisation: Budgets { reads: much, writes: much, uploads: much, checks: much },
        }
    }
}

/// What a route costs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "one for each budget")]
pub enum Class {
    /// See [`Budgets::reads`].
    Reads,
    /// See [`Budgets::writes`].
    Writes,
    /// See [`Budgets::uploads`].
    Uploads,
    /// See [`Budgets::checks`].
    Checks,
}

impl Class {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Uploads => "uploads",
            Self::Checks => "checks",
        }
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever counts must know each")]
pub enum Caller<'a> {
    /// Nobody we know, at this address.
    Address(IpAddr),
    /// Somebody who signs.
    Signer(&'a str),
    /// A program with an API key.
    Integrator(&'a str),
    /// The other organisation.
    Organisation(&'a str),
}

impl Caller<'_> {
    const fn kind(self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Signer(_) => "signer",
            Self::Integrator(_) => "integrator",
            Self::Organisation(_) => "organisation",
        }
    }
}

/// The network that one caller has to itself: an IPv4 address, or the /64 of an IPv6 one.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Too often.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "what the answer says")]
pub struct Limited {
    /// What was asked for too often.
    pub class: Class,
    /// The budget that is used up.
    pub budget: Budget,
    /// When there is a token again, in whole seconds, at least 1.
    pub retry_after_s: u32,
}

impl From<Limited> for Problem {
    fn from(limited: Limited) -> Self {
        let Limited { class, budget, retry_after_s } = limited;
        let name = class.as_str();
        let policy = format!("\"{name}\";q={};w=60", budget.per_minute);
        let state = format!("\"{name}\";r=0;t={retry_after_s}");
        let mut problem =
            Self::from(RequestProblem::TooManyRequests).retry_after_seconds(retry_after_s);
        for (header, text) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
            if let Ok(value) = HeaderValue::try_from(text) {
                problem = problem.with_header(header, value);
            }
        }
        problem
    }
}

/// The buckets of a service.
#[derive(Debug)]
pub struct Limiter {
    rates: Rates,
    began: Instant,
    hasher: RandomState,
    shards: Vec<Mutex<Vec<[Bucket; WAYS]>>>,
    limited: Family<LimitedLabels, Counter>,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct LimitedLabels {
    caller: &'static str,
    class: &'static str,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    /// 0: nobody's.
    key: u64,
    /// Thousandths of a request.
    left: u64,
    at_ms: u64,
}

impl Limiter {
    /// Full buckets for everybody, and `heqi_requests_limited_total` among the figures.
    pub fn new(rates: Rates, metrics: &Metrics) -> Self {
        let sets = rates.remembered.div_ceil(SHARDS * WAYS).max(1);
        Self {
            rates,
            began: Instant::now(),
            hasher: RandomState::new(),
            shards: (0..SHARDS)
                .map(|_| Mutex::new(vec![[Bucket::default(); WAYS]; sets]))
                .collect(),
            limited: metrics.register(
                "requests_limited",
                "Requests refused because their caller asked too often",
                Family::default(),
            ),
        }
    }

    /// Takes one token of the caller's.
    ///
    /// # Errors
    /// There is none left.
    pub fn admit(&self, caller: Caller<'_>, class: Class) -> Result<(), Limited> {
        if !self.rates.enabled {
            return Ok(());
        }
        let now_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.admit_at(caller, class, now_ms)
    }

    fn admit_at(&self, caller: Caller<'_>, class: Class, now_ms: u64) -> Result<(), Limited> {
        let caller = match caller {
            Caller::Address(address) => Caller::Address(network_of(address)),
            other => other,
        };
        let budget = self.budget(caller, class);
        let key = self.hasher.hash_one((caller, class)) | 1;
        let wait_ms = self.with_bucket(key, budget, now_ms, |bucket| bucket.take(budget));
        if wait_ms == 0 {
            return Ok(());
        }
        self.limited
            .get_or_create(&LimitedLabels { caller: caller.kind(), class: class.as_str() })
            .inc();
        let retry_after_s = u32::try_from(wait_ms.div_ceil(1_000)).unwrap_or(u32::MAX);
        Err(Limited { class, budget, retry_after_s })
    }

    const fn budget(&self, caller: Caller<'_>, class: Class) -> Budget {
        let budgets = match caller {
            Caller::Address(_) => &self.rates.address,
            Caller::Signer(_) => &self.rates.signer,
            Caller::Integrator(_) => &self.rates.integrator,
            Caller::Organisation(_) => &self.rates.organisation,
        };
        match class {
            Class::Reads => budgets.reads,
            Class::Writes => budgets.writes,
            Class::Uploads => budgets.uploads,
            Class::Checks => budgets.checks,
        }
    }

    /// The bucket of `key`, refilled; a new one takes the place that was unused longest.
    fn with_bucket(
        &self,
        key: u64,
        budget: Budget,
        now_ms: u64,
        take: impl FnOnce(&mut Bucket) -> u64,
    ) -> u64 {
        let place = usize::try_from(key >> 8).unwrap_or(usize::MAX);
        let Some(shard) = self.shards.get(place % SHARDS) else { return 0 };
        let mut sets = shard.lock();
        let count = sets.len().max(1);
        let Some(set) = sets.get_mut(place / SHARDS % count) else { return 0 };
        let known = set.iter().position(|bucket| bucket.key == key);
        let oldest = || set.iter().enumerate().min_by_key(|(_, bucket)| bucket.at_ms);
        let Some(at) = known.or_else(|| oldest().map(|(at, _)| at)) else { return 0 };
        let Some(bucket) = set.get_mut(at) else { return 0 };
        if bucket.key == key {
            bucket.refill(budget, now_ms);
        } else {
            *bucket = Bucket { key, left: u64::from(budget.burst) * TOKEN, at_ms: now_ms };
        }
        take(bucket)
    }
}

impl Bucket {
    fn refill(&mut self, budget: Budget, now_ms: u64) {
        let elapsed_ms = now_ms.saturating_sub(self.at_ms);
        let grown = elapsed_ms.saturating_mul(budget.per_minute.into()) / 60;
        self.left = self.left.saturating_add(grown).min(u64::from(budget.burst) * TOKEN);
        // Time that did not make a whole thousandth counts again next time.
        if grown > 0 || self.left == u64::from(budget.burst) * TOKEN {
            self.at_ms = now_ms;
        }
    }

    /// Milliseconds until there is a token; 0: it was taken.
    fn take(&mut self, budget: Budget) -> u64 {
        if self.left >= TOKEN {
            self.left -= TOKEN;
            return 0;
        }
        let missing = TOKEN - self.left;
        (missing * 60).div_ceil(u64::from(budget.per_minute.max(1))).max(1)
    }
}

#[cfg(test)]
mod tests;
