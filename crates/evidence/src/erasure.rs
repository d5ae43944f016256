//! Erasure orders and what custodians answer (`docs/spec/erasure.md`).
//!
//! Erasure is per custodian: the platform erases what it holds and orders the others to;
//! each answers with a signed receipt, erased or refused with its legal basis. Neither
//! names a person: records are named by their roots.

use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::leaf::RecordRoot;
use crate::schema::RetentionClass;
use crate::statement::Statement;

/// The most records one order names.
pub const MAX_RECORDS: usize = 4096;

/// The classes of values that can be erased: what is about a person.
pub const ERASABLE: [RetentionClass; 3] =
    [RetentionClass::Person, RetentionClass::Biometric, RetentionClass::Trace];

/// Who asked for an erasure.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the order, version 1")]
pub enum RequestedBy {
    /// The person (个人信息保护法 art. 47).
    Person,
    /// The data protection officer 个人信息保护负责人.
    DataProtectionOfficer,
    /// Nobody: the term of the class has run out.
    Retention,
}

impl RequestedBy {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::DataProtectionOfficer => "data_protection_officer",
            Self::Retention => "retention",
        }
    }
}

/// The platform orders a custodian to erase what it holds of these records.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureOrder {
    /// On which legal basis: a short citation, nothing personal.
    pub basis: String,
    /// The commitment of the chain the records stand in.
    pub chain: Digest,
    /// Which classes, sorted.
    pub classes: Vec<RetentionClass>,
    /// Root of the record that says so in the platform's log.
    pub erasure_record: RecordRoot,
    /// Origin of the platform's log.
    pub log_origin: String,
    /// When it was ordered.
    pub ordered_at: UtcMillis,
    /// The records, sorted: at most [`MAX_RECORDS`].
    pub records: Vec<RecordRoot>,
    /// Who asked.
    pub requested_by: RequestedBy,
}

impl Statement for ErasureOrder {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.erasure-order.v1+json";
}

/// Why an order is not well formed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MalformedOrder {
    /// No record, or too many.
    #[error("an erasure order names 1 to {MAX_RECORDS} records, sorted, each once")]
    Records,
    /// No class, or one that is not about a person.
    #[error("an erasure order names classes that are about a person, sorted, each once")]
    Classes,
    /// No basis, or an essay.
    #[error("an erasure order cites its legal basis in 1 to 200 characters")]
    Basis,
}

impl ErasureOrder {
    /// Checks what the types leave open.
    ///
    /// # Errors
    /// See [`MalformedOrder`].
    pub fn check(&self) -> Result<(), MalformedOrder> {
        let sorted = self.records.is_sorted_by(|a, b| a.digest() < b.digest());
        if !(1..=MAX_RECORDS).contains(&self.records.len()) || !sorted {
            return Err(MalformedOrder::Records);
        }
        let classes = self.classes.iter().all(|class| ERASABLE.contains(class));
        if self.classes.is_empty() || !classes || !self.classes.is_sorted_by(|a, b| a < b) {
            return Err(MalformedOrder::Classes);
        }
        if !(1..=200).contains(&self.basis.chars().count()) {
            return Err(MalformedOrder::Basis);
        }
        Ok(())
    }
}

/// What a custodian decided about an order. Final for that order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the receipt, version 1")]
pub enum ErasureOutcome {
    /// The keys are destroyed; what they sealed cannot be opened by anybody.
    Erased {
        /// How many data keys were destroyed here.
        keys: u32,
    },
    /// It is kept, on this legal basis.
    Refused {
        /// The rule that demands it.
        legal_basis: String,
        /// Stable code: `legal_hold`, `retention_of_archive`.
        reason: String,
    },
}

/// The custodian's answer to an order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureReceipt {
    /// Who answers.
    pub custodian: String,
    /// When it was decided, by the custodian's own clock.
    pub decided_at: UtcMillis,
    /// Origin of the platform's log.
    pub log_origin: String,
    /// SHA-256 of the order's envelope.
    pub order_sha256: Digest,
    /// What was decided.
    pub outcome: ErasureOutcome,
}

impl Statement for ErasureReceipt {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.erasure-receipt.v1+json";
}

/// What became of a hold.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the statement, version 1")]
pub enum HoldChange {
    /// Nothing of the chain is erased from now on.
    Placed,
    /// This hold stands no more in the way.
    Lifted,
}

/// A custodian's statement that a chain came under a legal hold, or that one was lifted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CustodianHold {
    /// When, by the custodian's own clock.
    pub at: UtcMillis,
    /// The commitment of the chain.
    pub chain: Digest,
    /// What happened.
    pub change: HoldChange,
    /// Whose hold it is.
    pub custodian: String,
    /// Names the hold: random.
    pub hold: Digest,
    /// SHA-256 over 16 random bytes and the reason, which stays sealed.
    pub reason_sha256: Digest,
}

impl Statement for CustodianHold {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.legal-hold.v1+json";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> ErasureOrder {
        ErasureOrder {
            basis: "个人信息保护法第47条第1款第1项".into(),
            chain: Digest::of(b"chain"),
            classes: vec![RetentionClass::Person, RetentionClass::Trace],
            erasure_record: RecordRoot::new(Digest::of(b"erasure")),
            log_origin: "log.example/a".into(),
            ordered_at: UtcMillis::from_millis(1_800_000_000_000).unwrap(),
            records: {
                let mut roots = [Digest::of(b"1"), Digest::of(b"2")];
                roots.sort_unstable();
                roots.map(RecordRoot::new).to_vec()
            },
            requested_by: RequestedBy::Person,
        }
    }

    #[test]
    fn an_order_is_checked_before_anybody_follows_it() {
        assert_eq!(order().check(), Ok(()));
        let with = |change: fn(&mut ErasureOrder)| {
            let mut order = order();
            change(&mut order);
            order.check()
        };
        assert_eq!(with(|o| o.records.clear()), Err(MalformedOrder::Records));
        assert_eq!(with(|o| o.records.reverse()), Err(MalformedOrder::Records));
        assert_eq!(with(|o| o.records.push(o.records[1])), Err(MalformedOrder::Records));
        assert_eq!(with(|o| o.classes.clear()), Err(MalformedOrder::Classes));
        assert_eq!(with(|o| o.classes.reverse()), Err(MalformedOrder::Classes));
        assert_eq!(
            with(|o| o.classes = vec![RetentionClass::Matter]),
            Err(MalformedOrder::Classes)
        );
        assert_eq!(with(|o| o.classes = vec![RetentionClass::Frame]), Err(MalformedOrder::Classes));
        assert_eq!(with(|o| o.basis.clear()), Err(MalformedOrder::Basis));
    }

    #[test]
    fn who_asked_has_one_word_everywhere() {
        for (by, word) in [
            (RequestedBy::Person, "person"),
            (RequestedBy::DataProtectionOfficer, "data_protection_officer"),
            (RequestedBy::Retention, "retention"),
        ] {
            assert_eq!(by.as_str(), word);
            assert_eq!(serde_json::to_value(by).unwrap(), word);
        }
    }

    #[test]
    fn a_class_is_named_once_and_the_basis_has_at_most_two_hundred_characters() {
        let mut twice = order();
        twice.classes = vec![RetentionClass::Person, RetentionClass::Person];
        assert_eq!(twice.check(), Err(MalformedOrder::Classes));
        let mut long = order();
        long.basis = "法".repeat(200);
        assert_eq!(long.check(), Ok(()));
        long.basis.push('法');
        assert_eq!(long.check(), Err(MalformedOrder::Basis));
    }
}
