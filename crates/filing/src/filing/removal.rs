//! Taking out a party that was added twice or wrongly. Only who signed nothing is taken out: a
//! signature is evidence, and whose it is stays a party. The party stays in the row as somebody who
//! took part once, so that records about it still say whom they are about.

use std::sync::Arc;

use heqi_vocabulary::{Digest, PartyId, UtcMillis};

use super::{Filing, NotOpen};
use crate::party::{Capacity, Removal};
use crate::wording::{Wording, explained, say};

/// Why a party is not taken out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RemovePartyError {
    /// Submitted, frozen or ended.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// Not a party of this filing.
    #[error("the filing has no such party")]
    UnknownParty,
    /// It was taken out before.
    #[error("the party was taken out already")]
    AlreadyRemoved,
    /// It signed something, in whatever version and whether or not it still counts.
    #[error("a party that has signed is not taken out")]
    Signed,
    /// The handler confirms what was signed: once signing is open there must be one.
    #[error("the handler is taken out in drafting only")]
    HandlerStays,
    /// Signing is open with somebody who signs only, as it opens.
    #[error("the last party that signs is taken out in drafting only")]
    LastSigner,
    /// Once signing is open, others rely on who takes part.
    #[error("once signing is open a party is taken out with a reason only")]
    ReasonMissing,
}

explained!(RemovePartyError);

impl RemovePartyError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::NotOpen(not_open) => not_open.wording(),
            Self::UnknownParty => say(
                "party_unknown",
                ["办件中没有这位当事人。", "请刷新当事人名单后重新选择。"],
                ["The filing has no such party.", "Load the list of parties again and choose."],
            ),
            Self::AlreadyRemoved => say(
                "party_removed",
                ["该当事人已被移出办件。", "无需再次操作；请刷新页面查看现有当事人。"],
                [
                    "This party was taken out of the filing already.",
                    "Nothing more to do; load the page again to see who takes part.",
                ],
            ),
            Self::Signed => say(
                "party_has_signed",
                [
                    "该当事人已经签署，不能移出，未作任何更改。",
                    "签署不属实的，请其本人提出异议，由登记机关决定该签署是否作废、办件是否终止；签署属实但不再办理的，请另立办件。",
                ],
                [
                    "This party has signed and cannot be taken out; nothing was changed.",
                    "If the signature is not so, the party itself objects and the registry decides whether it is void or the filing ends; if it is so but no longer wanted, open another filing.",
                ],
            ),
            Self::HandlerStays => say(
                "handler_stays",
                [
                    "签署已开放，经办人不能移出，未作任何更改。",
                    "全部签署后须由经办人确认；需更换经办人的，请另立办件。",
                ],
                [
                    "Signing is open, so the handler cannot be taken out; nothing was changed.",
                    "The handler confirms once all have signed; to have another handler, open another filing.",
                ],
            ),
            Self::LastSigner => say(
                "last_signer",
                [
                    "这是办件中唯一的签署人，签署已开放，不能移出，未作任何更改。",
                    "请另立办件，并添加正确的签署人。",
                ],
                [
                    "Signing is open and nobody else signs, so this party cannot be taken out; nothing was changed.",
                    "Open another filing with the right signers.",
                ],
            ),
            Self::ReasonMissing => say(
                "removal_reason_missing",
                ["签署已开放，移出当事人须写明理由，未作任何更改。", "请写明理由后重新提交。"],
                [
                    "Signing is open, so taking a party out needs a reason; nothing was changed.",
                    "Give the reason and send it again.",
                ],
            ),
        }
    }
}

impl Filing {
    /// Whether this party can be taken out now, with a reason where one is needed.
    ///
    /// # Errors
    /// See [`RemovePartyError`].
    pub fn may_remove(&self, id: PartyId) -> Result<(), RemovePartyError> {
        let party = self.anyone(id).ok_or(RemovePartyError::UnknownParty)?;
        if !party.takes_part() {
            return Err(RemovePartyError::AlreadyRemoved);
        }
        self.open_for_changes()?;
        if !party.signatures().is_empty() {
            return Err(RemovePartyError::Signed);
        }
        if self.is_drafting() {
            return Ok(());
        }
        if party.capacities().contains(&Capacity::Handler) {
            return Err(RemovePartyError::HandlerStays);
        }
        if party.is_signer() && self.signers().count() == 1 {
            return Err(RemovePartyError::LastSigner);
        }
        Ok(())
    }

    /// Takes a party out. Where only its signatures were missing, everybody is asked to confirm from
    /// now on: the filing is signed by the same rule as when the last signature comes.
    ///
    /// # Errors
    /// See [`RemovePartyError`]; then nothing changed.
    pub fn remove_party(
        &mut self,
        id: PartyId,
        reason_digest: Option<Digest>,
        now: UtcMillis,
    ) -> Result<(), RemovePartyError> {
        self.may_remove(id)?;
        if reason_digest.is_none() && !self.is_drafting() {
            return Err(RemovePartyError::ReasonMissing);
        }
        for party in self.parties.iter_mut().filter(|known| known.id() == id) {
            Arc::make_mut(party).removal = Some(Removal { at: now, reason_digest });
        }
        self.settle(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::filing::{AddPartyError, CorrectNameError, FilingState};
    use crate::party::Party;
    use crate::samples::*;
    use crate::{CompleteError, ConfirmError, Finished, InviteError};

    fn why() -> Digest {
        Digest::of("重复添加".as_bytes())
    }

    fn taking_part(filing: &Filing) -> Vec<PartyId> {
        filing.parties().map(Party::id).collect()
    }

    #[test]
    fn in_drafting_anybody_who_signed_nothing_is_taken_out_without_a_reason() {
        let mut filing = drafted(2);
        filing.remove_party(party(2), None, at(1)).unwrap();
        filing.remove_party(party(0), None, at(2)).unwrap();
        assert_eq!(taking_part(&filing), [party(1)]);
        assert!(filing.handler().is_none() && filing.party(party(2)).is_none());
        let removed = filing.anyone(party(2)).unwrap();
        assert_eq!(removed.removal(), Some(&Removal { at: at(1), reason_digest: None }));
        assert_eq!(filing.state(), &FilingState::Drafting { since: at(0) });
        let again = filing.remove_party(party(2), None, at(3));
        assert_eq!(again, Err(RemovePartyError::AlreadyRemoved));
        let nobody = filing.remove_party(party(99), None, at(3));
        assert_eq!(nobody, Err(RemovePartyError::UnknownParty));
    }

    #[test]
    fn a_capacity_is_free_again_and_an_identifier_never() {
        let mut filing = drafted(1);
        let handler = || BTreeSet::from([Capacity::Handler]);
        filing.remove_party(party(0), None, at(1)).unwrap();
        let same = filing.add_party(party(0), person("何静"), handler());
        assert_eq!(same, Err(AddPartyError::AlreadyPresent));
        filing.add_party(party(9), person("何静"), handler()).unwrap();
        assert_eq!(filing.handler().map(Party::id), Some(party(9)));
    }

    #[test]
    fn once_signing_is_open_a_reason_is_needed_and_handler_and_last_signer_stay() {
        let mut filing = signing(2);
        let before = filing.clone();
        let silent = filing.remove_party(party(2), None, at(5));
        assert_eq!(silent, Err(RemovePartyError::ReasonMissing));
        let handler = filing.remove_party(party(0), Some(why()), at(5));
        assert_eq!(handler, Err(RemovePartyError::HandlerStays));
        assert_eq!(filing, before);
        filing.remove_party(party(2), Some(why()), at(5)).unwrap();
        assert_eq!(filing.state(), &FilingState::Signing { since: at(1) });
        assert_eq!(filing.missing_signatures(), 2, "the other one signs both documents");
        let last = filing.remove_party(party(1), Some(why()), at(6));
        assert_eq!(last, Err(RemovePartyError::LastSigner));
    }

    #[test]
    fn who_has_signed_is_never_taken_out_even_when_the_signature_counts_no_longer() {
        let mut filing = signing(2);
        sign(&mut filing, 1, at(10)).unwrap();
        assert_eq!(
            filing.remove_party(party(1), Some(why()), at(11)),
            Err(RemovePartyError::Signed)
        );
        for document in [1, 2] {
            filing
                .replace_document(crate::samples::document(document), file(document + 10), at(12))
                .unwrap();
        }
        assert_eq!(
            filing.remove_party(party(1), Some(why()), at(13)),
            Err(RemovePartyError::Signed)
        );
        let mut lapsed = signed(2);
        lapsed.return_to_drafting(at(200)).unwrap();
        assert_eq!(
            lapsed.remove_party(party(1), Some(why()), at(201)),
            Err(RemovePartyError::Signed)
        );
        let mut frozen = signing(2);
        frozen.object(party(1), None, at(10)).unwrap();
        let refused = frozen.remove_party(party(2), Some(why()), at(11));
        assert_eq!(refused, Err(NotOpen::Frozen.into()));
    }

    #[test]
    fn where_only_its_signatures_were_missing_everybody_is_asked_from_then_on() {
        let mut filing = signing(3);
        sign(&mut filing, 1, at(10)).unwrap();
        sign(&mut filing, 2, at(11)).unwrap();
        // Days later: the window for confirming must not have closed before anybody was asked.
        let late = at(10_000);
        filing.remove_party(party(3), Some(why()), late).unwrap();
        assert_eq!(filing.state(), &FilingState::Signed { since: late, asked_at: late });
        assert_eq!(filing.unconfirmed().count(), 3, "two shareholders and the handler");
        let shown = Digest::of(b"shown");
        assert_eq!(filing.confirm(party(3), shown, late), Err(ConfirmError::UnknownParty));
        for n in 0..=2 {
            filing.confirm(party(n), shown, late.plus_millis(1)).unwrap();
        }
        assert!(matches!(filing.state(), FilingState::Confirmed { .. }));
        let row = serde_json::to_string(&filing).unwrap();
        assert_eq!(serde_json::from_str::<Filing>(&row).unwrap(), filing);
    }

    #[test]
    fn of_signature_and_removal_in_either_order_the_filing_is_the_same() {
        let removed =
            |filing: &mut Filing| filing.remove_party(party(2), Some(why()), at(20)).unwrap();
        let mut one = signing(2);
        removed(&mut one);
        sign(&mut one, 1, at(30)).unwrap();
        assert_eq!(one.state(), &FilingState::Signed { since: at(30), asked_at: at(30) });
        let mut other = signing(2);
        sign(&mut other, 1, at(10)).unwrap();
        removed(&mut other);
        assert_eq!(other.state(), &FilingState::Signed { since: at(20), asked_at: at(20) });
    }

    #[test]
    fn who_was_taken_out_neither_signs_nor_is_invited_or_named_anew() {
        let mut filing = signing(2);
        let mut open = captured(&filing, 2, at(2));
        let mut ended = open.clone();
        filing.remove_party(party(2), Some(why()), at(5)).unwrap();
        // An invitation that nobody ended all the same signs nothing.
        let signed = open.complete(completion(2, "first", "first"), &mut filing, at(6));
        assert_eq!(signed, Err(CompleteError::Finished(Finished::Withdrawn)));
        ended.withdraw(at(5)).unwrap();
        assert!(ended.is_over() && ended.photo().is_none() && ended.due().is_none());
        let signed = ended.complete(completion(2, "first", "first"), &mut filing, at(6));
        assert_eq!(signed, Err(CompleteError::Finished(Finished::Withdrawn)));
        let invitation = crate::Invitation {
            id: heqi_vocabulary::CeremonyId::from_bytes([9; 16]),
            party: party(2),
            token_hash: Digest::of(b"token"),
        };
        let invited = crate::Ceremony::invite(invitation, &filing, at(7));
        assert_eq!(invited.unwrap_err(), InviteError::UnknownParty);
        let named = filing.correct_name(party(2), "龚𠮷".parse().unwrap());
        assert_eq!(named, Err(CorrectNameError::UnknownParty));
        // A name is erased, whoever it was.
        filing.erase_names(party(2));
        assert!(filing.anyone(party(2)).unwrap().is_erased());
        let mut another = captured(&filing, 1, at(8));
        another.complete(completion(1, "first", "first"), &mut filing, at(9)).unwrap();
        assert_eq!(another.withdraw(at(10)), Err(Finished::Signed));
    }
}
