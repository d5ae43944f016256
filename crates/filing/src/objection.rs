//! What follows from an objection (domain study 11.4): decided by the registry's officer with a
//! reason, never by handler or operator.

use std::collections::BTreeSet;
use std::sync::Arc;

use heqi_vocabulary::{Digest, Language, PartyId, SigningId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::confirmation::Confirmation;
use crate::filing::{EndReason, Filing, FilingState};
use crate::office::OfficeKind;
use crate::party::Party;
use crate::review::Reviewer;
use crate::wording::{Wording, explained, say};

/// What the registry decides.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "the four outcomes of domain study 11.4")]
pub enum Resolution {
    /// Who objected took it back 撤回异议: the filing goes on, and everybody is asked again.
    Withdrawn {},
    /// The signatures of this party do not count 该签署作废并重签: it signs again, and everybody
    /// confirms anew.
    SignAgain {
        /// Whose.
        party: PartyId,
    },
    /// The filing is over 办件终止.
    End {
        /// Digest of the written decision.
        decision: Digest,
    },
    /// The registry takes it up outside this platform 移交登记机关: the filing stays paused.
    Refer {},
}

impl Resolution {
    /// The word in records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Withdrawn {} => "withdrawn",
            Self::SignAgain { .. } => "sign_again",
            Self::End { .. } => "ended",
            Self::Refer {} => "referred",
        }
    }

    /// What people read.
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::Withdrawn {} => language.pick("撤回异议", "objection withdrawn"),
            Self::SignAgain { .. } => {
                language.pick("该签署作废并重签", "signature void, to be signed again")
            }
            Self::End { .. } => language.pick("办件终止", "filing ended"),
            Self::Refer {} => language.pick("移交登记机关", "referred to the registry"),
        }
    }
}

/// Why an objection is not taken back.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TakeBackError {
    /// This party has not objected.
    #[error("the party has no objection to take back")]
    NoObjection,
    /// The filing is over.
    #[error("the filing has ended")]
    Ended,
}

/// Why nothing follows.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// Nobody has objected, or it is decided.
    #[error("the filing is not paused by an objection")]
    NotFrozen,
    /// Only the registration authority decides this.
    #[error("only an officer of the registration authority decides about objections")]
    NotTheRegistry,
    /// Somebody who objected has not taken it back.
    #[error("not everybody who objected has taken it back")]
    NotTakenBack,
    /// This party has no signature that counts.
    #[error("this party has no signature that could be voided")]
    NothingSigned,
}

explained!(TakeBackError, ResolveError);

impl TakeBackError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NoObjection => say(
                "no_objection",
                ["没有可以撤回的异议，未作任何更改。", "请刷新页面查看办件的最新情况。"],
                [
                    "There is no objection to take back; nothing was changed.",
                    "Load the page again to see how the filing stands.",
                ],
            ),
            Self::Ended => say(
                "objection_filing_ended",
                ["该办件已经结束，未作任何更改。", "如有疑问请联系登记机关。"],
                [
                    "The filing is over; nothing was changed.",
                    "Ask the registry if you have questions.",
                ],
            ),
        }
    }
}

impl ResolveError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NotFrozen => say(
                "objection_not_open",
                ["该办件没有待处理的异议，未作任何更改。", "请刷新页面查看办件的最新情况。"],
                [
                    "No objection is to be decided in this filing; nothing was changed.",
                    "Load the page again to see how the filing stands.",
                ],
            ),
            Self::NotTheRegistry => say(
                "objection_registry_only",
                ["异议由登记机关处理，未作任何更改。", "请交由登记机关工作人员办理。"],
                [
                    "The registry decides about objections; nothing was changed.",
                    "Leave it to an officer of the registry.",
                ],
            ),
            Self::NotTakenBack => say(
                "objection_not_taken_back",
                [
                    "提出异议的当事人没有撤回异议，不能按撤回处理。",
                    "请先与其联系，由其本人登录后撤回，或作其他处理。",
                ],
                [
                    "Not everybody who objected has taken it back.",
                    "Contact them so that they take it back themselves, or decide otherwise.",
                ],
            ),
            Self::NothingSigned => say(
                "objection_nothing_signed",
                ["该当事人没有有效的签署，未作任何更改。", "请选择已签署的当事人。"],
                [
                    "This party has no signature that counts; nothing was changed.",
                    "Choose a party that has signed.",
                ],
            ),
        }
    }
}

impl Filing {
    /// Who objected takes it back. The filing stays paused until the registry decides.
    ///
    /// # Errors
    /// See [`TakeBackError`].
    pub fn take_back_objection(
        &mut self,
        party: PartyId,
        now: UtcMillis,
    ) -> Result<(), TakeBackError> {
        if matches!(self.state(), FilingState::Ended { .. }) {
            return Err(TakeBackError::Ended);
        }
        let answer = self.party(party).map(Party::confirmation).copied();
        let Some(Confirmation::Objected { at, reason_digest, taken_back_at: None }) = answer else {
            return Err(TakeBackError::NoObjection);
        };
        let taken_back_at = Some(now);
        self.answer(party, Confirmation::Objected { at, reason_digest, taken_back_at });
        Ok(())
    }

    /// What the registry decides about every objection of this filing.
    ///
    /// # Errors
    /// See [`ResolveError`].
    pub fn resolve_objection(
        &mut self,
        by: &Reviewer,
        resolution: Resolution,
        now: UtcMillis,
    ) -> Result<(), ResolveError> {
        if by.office().kind != OfficeKind::Registry {
            return Err(ResolveError::NotTheRegistry);
        }
        if !matches!(self.state(), FilingState::Frozen { .. }) {
            return Err(ResolveError::NotFrozen);
        }
        match resolution {
            Resolution::Refer {} => {}
            Resolution::End { decision } => {
                let reason = EndReason::DecidedByRegistry { decision };
                self.end(reason, now).map_err(|_| ResolveError::NotFrozen)?;
            }
            Resolution::Withdrawn {} => {
                let insists = |party: &Party| {
                    matches!(
                        party.confirmation(),
                        Confirmation::Objected { taken_back_at: None, .. }
                    )
                };
                if self.parties().any(insists) {
                    return Err(ResolveError::NotTakenBack);
                }
                self.go_on(now);
            }
            Resolution::SignAgain { party } => {
                self.void_signatures(party, now)?;
                self.go_on(now);
            }
        }
        Ok(())
    }

    /// Signatures of current documents that count, and the cases about them.
    fn void_signatures(&mut self, party: PartyId, now: UtcMillis) -> Result<(), ResolveError> {
        let current: BTreeSet<_> = self.current_documents().map(|document| document.id).collect();
        let signer = self.parties_mut().find(|signer| signer.id() == party);
        let signer = Arc::make_mut(signer.ok_or(ResolveError::NothingSigned)?);
        let mut voided: BTreeSet<SigningId> = BTreeSet::new();
        let counting = |s: &&mut crate::party::Signature| {
            s.voided_at.is_none() && current.contains(&s.document)
        };
        for signature in signer.signatures.iter_mut().filter(counting) {
            signature.voided_at = Some(now);
            voided.insert(signature.signing);
        }
        // A case about a signature that does not count holds nothing up.
        signer.reviews.retain(|review| !voided.contains(&review.signing));
        if voided.is_empty() { Err(ResolveError::NothingSigned) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::{CaseId, StaffId};

    use super::*;
    use crate::office::Office;
    use crate::samples::{at, captured, completion, document, file, party, sign, signed, signing};
    use crate::{Completion, ReviewNeed};

    fn officer(kind: OfficeKind) -> Reviewer {
        let office =
            Office { kind, name: "杭州市临安区市场监督管理局".parse().unwrap() };
        Reviewer::new(StaffId::from_bytes([1; 16]), office).unwrap()
    }

    fn frozen() -> Filing {
        let mut filing = signed(2);
        filing.confirm(party(2), Digest::of(b"shown"), at(20)).unwrap();
        filing.object(party(1), None, at(21)).unwrap();
        filing
    }

    fn survives(filing: &Filing) {
        let row = serde_json::to_string(filing).unwrap();
        assert_eq!(&serde_json::from_str::<Filing>(&row).unwrap(), filing);
    }

    #[test]
    fn only_the_registry_decides_and_only_about_a_paused_filing() {
        let mut filing = frozen();
        let notary = officer(OfficeKind::Notary);
        let refused = filing.resolve_objection(&notary, Resolution::Refer {}, at(30));
        assert_eq!(refused, Err(ResolveError::NotTheRegistry));
        let registry = officer(OfficeKind::Registry);
        let refused = signed(1).resolve_objection(&registry, Resolution::Refer {}, at(30));
        assert_eq!(refused, Err(ResolveError::NotFrozen));
        let before = filing.clone();
        filing.resolve_objection(&registry, Resolution::Refer {}, at(30)).unwrap();
        assert_eq!(filing, before, "referred: it stays as it is");
        let decision = Digest::of(b"decision");
        filing.resolve_objection(&registry, Resolution::End { decision }, at(31)).unwrap();
        assert!(matches!(filing.state(), FilingState::Ended { .. }));
        survives(&filing);
    }

    #[test]
    fn an_objection_that_was_taken_back_is_withdrawn_by_the_registry_and_everybody_is_asked_again()
    {
        let mut filing = frozen();
        let registry = officer(OfficeKind::Registry);
        let withdrawn = Resolution::Withdrawn {};
        let refused = filing.resolve_objection(&registry, withdrawn, at(30));
        assert_eq!(refused, Err(ResolveError::NotTakenBack));
        assert_eq!(filing.take_back_objection(party(2), at(30)), Err(TakeBackError::NoObjection));
        filing.take_back_objection(party(1), at(30)).unwrap();
        assert_eq!(filing.take_back_objection(party(1), at(31)), Err(TakeBackError::NoObjection));
        assert!(matches!(filing.state(), FilingState::Frozen { .. }), "nobody lifts it alone");
        survives(&filing);
        filing.resolve_objection(&registry, withdrawn, at(40)).unwrap();
        let FilingState::Signed { asked_at, .. } = *filing.state() else { panic!("{filing:?}") };
        assert_eq!((asked_at, filing.unconfirmed().count()), (at(40), 3));
        survives(&filing);
    }

    #[test]
    fn a_void_signature_stays_and_does_not_count_and_the_party_signs_again() {
        let mut filing = frozen();
        let registry = officer(OfficeKind::Registry);
        let again = Resolution::SignAgain { party: party(1) };
        filing.resolve_objection(&registry, again, at(40)).unwrap();
        assert!(matches!(filing.state(), FilingState::Signing { .. }));
        let signer = filing.party(party(1)).unwrap();
        assert_eq!((signer.signatures().len(), filing.missing_signatures()), (2, 2));
        assert!(signer.signatures().iter().all(|s| s.voided_at == Some(at(40))));
        survives(&filing);
        sign(&mut filing, 1, at(50)).unwrap();
        assert!(matches!(filing.state(), FilingState::Signed { .. }));
        assert_eq!(filing.party(party(1)).unwrap().signatures().len(), 4);
        survives(&filing);
        let mut nobody = frozen();
        let handler = Resolution::SignAgain { party: party(0) };
        let refused = nobody.resolve_objection(&registry, handler, at(40));
        assert_eq!(refused, Err(ResolveError::NothingSigned));
    }

    #[test]
    fn what_was_void_before_stays_so_since_then_and_only_what_counts_is_voided() {
        let mut filing = frozen();
        let registry = officer(OfficeKind::Registry);
        let again = Resolution::SignAgain { party: party(1) };
        filing.resolve_objection(&registry, again, at(40)).unwrap();
        sign(&mut filing, 1, at(50)).unwrap();
        filing.replace_document(document(1), file(3), at(51)).unwrap();
        filing.object(party(1), None, at(52)).unwrap();
        filing.resolve_objection(&registry, again, at(60)).unwrap();
        let signer = filing.party(party(1)).unwrap();
        let voided: Vec<_> = signer.signatures().iter().map(|s| s.voided_at).collect();
        assert_eq!(voided, [Some(at(40)), Some(at(40)), None, Some(at(60))]);
    }

    #[test]
    fn a_case_about_a_void_signature_holds_nothing_up_and_one_about_another_does() {
        let mut filing = signing(2);
        for n in 1..=2 {
            let mut ceremony = captured(&filing, n, at(5));
            let review = ReviewNeed::Case(CaseId::from_bytes([n; 16]));
            let completion = Completion { review, ..completion(n, "first", "first") };
            ceremony.complete(completion, &mut filing, at(10)).unwrap();
        }
        filing.object(party(1), None, at(21)).unwrap();
        let registry = officer(OfficeKind::Registry);
        let again = Resolution::SignAgain { party: party(1) };
        filing.resolve_objection(&registry, again, at(30)).unwrap();
        assert!(filing.party(party(1)).unwrap().reviews().is_empty());
        assert_eq!(filing.party(party(2)).unwrap().reviews().len(), 1);
    }

    #[test]
    fn an_outcome_has_a_word_in_records_and_a_name_for_people() {
        let decision = Digest::of(b"decision");
        for (outcome, code) in [
            (Resolution::Withdrawn {}, "withdrawn"),
            (Resolution::SignAgain { party: party(1) }, "sign_again"),
            (Resolution::Refer {}, "referred"),
            (Resolution::End { decision }, "ended"),
        ] {
            assert_eq!(outcome.code(), code);
        }
        assert_eq!(Resolution::End { decision }.name(Language::Zh), "办件终止");
        assert_eq!(Resolution::Refer {}.name(Language::En), "referred to the registry");
    }
}
