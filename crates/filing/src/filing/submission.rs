//! Handing a filing to the registry 提交登记机关, as its handler says: only what everybody confirmed, and only once both
//! custodians hold every signing that counts. Afterwards nothing of it changes but by an objection and what the registry
//! decides about it. Names are put right and erased as before: neither is a transition.

use std::collections::{BTreeMap, BTreeSet};

use heqi_vocabulary::{FilingId, SigningId, UtcMillis};

use super::{Filing, FilingState, NotOpen};
use crate::document::Document;
use crate::party::{Party, Signature};
use crate::wording::{Wording, explained, say};

/// How many custodians hold every signing before its filing is submitted.
pub const CUSTODIANS: usize = 2;

/// Proof that both custodians hold every signing of a filing that counted when it was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Custody {
    filing: FilingId,
    signings: BTreeSet<SigningId>,
}

/// There is no such proof.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{missing} signings are not held by both custodians")]
#[non_exhaustive]
pub struct NotHeld {
    /// How many signings that count fewer custodians hold.
    pub missing: usize,
}

/// Why a filing is not submitted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// Frozen or ended.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// A signature, a confirmation or the decision of a person is missing.
    #[error("the filing is not confirmed by everybody")]
    NotConfirmed,
    /// It was submitted before.
    #[error("the filing was submitted already")]
    AlreadySubmitted,
    /// The proof is about another filing, or about fewer signings than count now.
    #[error("the proof of custody is not about what counts now")]
    NotHeld,
}

explained!(SubmitError);

impl SubmitError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NotOpen(not_open) => not_open.wording(),
            Self::NotConfirmed => say(
                "not_confirmed",
                [
                    "各方签署和确认（含需要的人工核验）尚未全部完成，未登记提交。",
                    "请在办件显示“已确认”后再登记提交。",
                ],
                [
                    "Not every signature, confirmation and check of identity is there yet; no submission was recorded.",
                    "Record it once the filing shows that everybody has confirmed.",
                ],
            ),
            Self::AlreadySubmitted => say(
                "already_submitted",
                [
                    "该办件此前已登记为提交登记机关，没有重复登记。",
                    "无需再次操作；登记结果请向登记机关了解。",
                ],
                [
                    "That this filing was submitted to the registry is recorded already; nothing was recorded twice.",
                    "Nothing more to do; ask the registry what comes of it.",
                ],
            ),
            Self::NotHeld => say(
                "custody_changed",
                ["办件的签署刚有变化，未登记提交。", "请刷新办件，核对后重试。"],
                [
                    "The signatures of the filing have just changed; no submission was recorded.",
                    "Load the filing again, check it and try once more.",
                ],
            ),
        }
    }
}

impl Filing {
    /// The signings in which something was signed that counts now: of documents as they are, not voided.
    pub fn current_signings(&self) -> BTreeSet<SigningId> {
        let counting = |s: &&Signature| {
            s.voided_at.is_none() && self.document(s.document).is_some_and(Document::is_current)
        };
        self.signers().flat_map(Party::signatures).filter(counting).map(|s| s.signing).collect()
    }

    /// The proof that both custodians hold every signing that counts. `holders` says of each signing how many custodians
    /// have given a receipt by which they hold it; of which nothing is said, nobody holds.
    ///
    /// # Errors
    /// Of some signings fewer do.
    pub fn custody(&self, holders: &BTreeMap<SigningId, usize>) -> Result<Custody, NotHeld> {
        let signings = self.current_signings();
        let is_missing =
            |signing: &&SigningId| holders.get(*signing).is_none_or(|held| *held < CUSTODIANS);
        let missing = signings.iter().filter(is_missing).count();
        if missing > 0 {
            Err(NotHeld { missing })
        } else {
            Ok(Custody { filing: self.id, signings })
        }
    }

    /// Whether it can be submitted once custody is proved.
    ///
    /// # Errors
    /// See [`SubmitError`].
    pub fn may_submit(&self) -> Result<(), SubmitError> {
        match self.state {
            FilingState::Confirmed { .. } => Ok(()),
            FilingState::Submitted { .. } => Err(SubmitError::AlreadySubmitted),
            FilingState::Frozen { .. } => Err(NotOpen::Frozen.into()),
            FilingState::Ended { .. } => Err(NotOpen::Ended.into()),
            FilingState::Drafting { .. }
            | FilingState::Signing { .. }
            | FilingState::Signed { .. }
            | FilingState::Reviewing { .. } => Err(SubmitError::NotConfirmed),
        }
    }

    /// The handler has submitted it to the registry.
    ///
    /// # Errors
    /// See [`SubmitError`]; then nothing changed.
    pub fn submit(&mut self, custody: &Custody, now: UtcMillis) -> Result<(), SubmitError> {
        self.may_submit()?;
        let is_covered = self.current_signings().is_subset(&custody.signings);
        if custody.filing != self.id || !is_covered {
            return Err(SubmitError::NotHeld);
        }
        self.state = FilingState::Submitted { since: now };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::Digest;

    use super::*;
    use crate::filing::{EndError, EndReason};
    use crate::samples::*;

    fn confirmed(signers: u8) -> Filing {
        let mut filing = signed(signers);
        for n in 0..=signers {
            filing.confirm(party(n), Digest::of(b"shown"), at(100 + i64::from(n))).unwrap();
        }
        filing
    }

    fn holders(filing: &Filing, held: usize) -> BTreeMap<SigningId, usize> {
        filing.current_signings().into_iter().map(|signing| (signing, held)).collect()
    }

    fn submitted(signers: u8) -> Filing {
        let mut filing = confirmed(signers);
        let custody = filing.custody(&holders(&filing, CUSTODIANS)).unwrap();
        filing.submit(&custody, at(200)).unwrap();
        filing
    }

    #[test]
    fn custody_is_proved_by_both_custodians_of_every_signing_that_counts() {
        let filing = confirmed(3);
        assert_eq!(filing.current_signings().len(), 3);
        assert_eq!(filing.custody(&BTreeMap::new()), Err(NotHeld { missing: 3 }));
        assert_eq!(filing.custody(&holders(&filing, 1)), Err(NotHeld { missing: 3 }));
        let mut all_but_one = holders(&filing, 2);
        assert!(all_but_one.pop_last().is_some());
        assert_eq!(filing.custody(&all_but_one), Err(NotHeld { missing: 1 }));
        assert!(filing.custody(&holders(&filing, 2)).is_ok());
    }

    #[test]
    fn only_what_everybody_confirmed_is_submitted_and_only_once() {
        let proof = |filing: &Filing| filing.custody(&holders(filing, CUSTODIANS)).unwrap();
        for mut early in [drafted(1), signing(1), signed(1)] {
            let (custody, before) = (proof(&early), early.clone());
            assert_eq!(early.submit(&custody, at(200)), Err(SubmitError::NotConfirmed));
            assert_eq!(early, before);
        }
        let mut filing = confirmed(1);
        let custody = proof(&filing);
        filing.submit(&custody, at(200)).unwrap();
        assert_eq!(filing.state(), &FilingState::Submitted { since: at(200) });
        let again = filing.submit(&custody, at(201));
        assert_eq!(again, Err(SubmitError::AlreadySubmitted));
        assert_eq!(filing.state(), &FilingState::Submitted { since: at(200) });

        let mut frozen = confirmed(1);
        frozen.object(party(1), None, at(150)).unwrap();
        assert_eq!(frozen.submit(&custody, at(200)), Err(NotOpen::Frozen.into()));
        let mut over = confirmed(1);
        over.end(EndReason::Withdrawn {}, at(150)).unwrap();
        assert_eq!(over.submit(&custody, at(200)), Err(NotOpen::Ended.into()));
    }

    #[test]
    fn a_proof_of_fewer_signings_than_count_submits_nothing() {
        let fewer = confirmed(1);
        let custody = fewer.custody(&holders(&fewer, CUSTODIANS)).unwrap();
        let mut filing = confirmed(2);
        assert_eq!(filing.submit(&custody, at(200)), Err(SubmitError::NotHeld));
        let of_nobody = drafted(1).custody(&BTreeMap::new()).unwrap();
        assert_eq!(filing.submit(&of_nobody, at(200)), Err(SubmitError::NotHeld));
        assert_eq!(filing, confirmed(2));
        let other = Custody { filing: FilingId::from_bytes([9; 16]), ..custody };
        let mut same = confirmed(1);
        assert_eq!(same.submit(&other, at(200)), Err(SubmitError::NotHeld));
    }

    #[test]
    fn what_was_submitted_takes_no_document_party_signature_or_answer_any_more() {
        let mut filing = submitted(2);
        let before = filing.clone();
        let closed = NotOpen::Submitted;
        assert_eq!(filing.replace_document(document(1), file(3), at(201)), Err(closed.into()));
        assert!(filing.attach_document(file(4), at(201)).is_err());
        assert!(filing.open_signing(at(201)).is_err());
        assert_eq!(filing.return_to_drafting(at(201)), Err(closed.into()));
        let shown = Digest::of(b"shown");
        assert_eq!(filing.confirm(party(1), shown, at(201)), Err(closed.into()));
        assert_eq!(filing.ask_again(at(201)), Err(closed.into()));
        let why = Some(Digest::of(b"twice"));
        assert_eq!(filing.remove_party(party(1), why, at(201)), Err(closed.into()));
        assert_eq!(filing.end(EndReason::Withdrawn {}, at(201)), Err(EndError::Submitted));
        let invitation = crate::Invitation {
            id: heqi_vocabulary::CeremonyId::from_bytes([9; 16]),
            party: party(1),
            token_hash: Digest::of(b"token"),
        };
        assert_eq!(crate::Ceremony::invite(invitation, &filing, at(201)), Err(closed.into()));
        assert_eq!(filing, before);
        assert!(filing.due().is_empty());
        let row = serde_json::to_string(&filing).unwrap();
        assert_eq!(serde_json::from_str::<Filing>(&row).unwrap(), filing);
    }

    #[test]
    fn names_are_put_right_and_erased_in_what_was_submitted() {
        let mut filing = submitted(2);
        let head = filing.head();
        filing.correct_name(party(1), "龚嘉".parse().unwrap()).unwrap();
        filing.erase_names(party(2));
        assert!(filing.anyone(party(2)).unwrap().is_erased());
        assert_eq!(filing.head(), head);
        let row = serde_json::to_string(&filing).unwrap();
        assert_eq!(serde_json::from_str::<Filing>(&row).unwrap(), filing);
    }

    #[test]
    fn an_objection_freezes_what_was_submitted_and_only_the_registry_ends_it() {
        let mut filing = submitted(2);
        filing.object(party(1), None, at(201)).unwrap();
        let frozen = FilingState::Frozen { since: at(201), by: party(1), reason_digest: None };
        assert_eq!(filing.state(), &frozen);
        assert_eq!(filing.end(EndReason::Withdrawn {}, at(202)), Err(EndError::Frozen));
        let mut over = submitted(2);
        let reason = EndReason::DecidedByRegistry { decision: Digest::of(b"decision") };
        over.end(reason, at(203)).unwrap();
        assert_eq!(over.state(), &FilingState::Ended { since: at(203), reason });
    }

    #[test]
    fn a_row_that_says_submitted_without_everybodys_confirmation_is_not_read() {
        let mut row = serde_json::to_value(submitted(1)).unwrap();
        assert_eq!(row["state"]["status"], "submitted");
        row["parties"][0]["confirmation"] = serde_json::json!({ "answer": "pending" });
        assert!(serde_json::from_value::<Filing>(row).is_err());
    }
}
