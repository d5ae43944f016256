//! Putting right the name of a person who takes part (edge case 11). It is no transition: what the
//! party did stays, and with it the state of the filing. Old and new name stand in a record.

use std::sync::Arc;

use heqi_vocabulary::PartyId;

use super::{Filing, FilingState};
use crate::party::Party;
use crate::wording::{Wording, explained, say};
use crate::words::DeclaredName;

/// Why a name is not put right.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CorrectNameError {
    /// There is no such party.
    #[error("no such party in this filing")]
    UnknownParty,
    /// The person's data was erased: there is no name to put right.
    #[error("the person's data was erased")]
    Erased,
    /// The filing is over.
    #[error("the filing has ended")]
    Ended,
}

explained!(CorrectNameError);

impl CorrectNameError {
    pub(crate) fn wording(self) -> Wording {
        match self {
            Self::UnknownParty => say(
                "correction_no_party",
                ["该办件没有这名当事人，未作更正。", "请核对办件码和姓名。"],
                [
                    "There is no such party in this filing; nothing was corrected.",
                    "Check the filing's number and the name.",
                ],
            ),
            Self::Erased => say(
                "correction_erased",
                ["该当事人的个人信息已依法删除，无法更正。", "如有需要，请另行办理。"],
                [
                    "This person's data was erased as the law demands, so nothing can be corrected.",
                    "Begin anew if it is needed.",
                ],
            ),
            Self::Ended => say(
                "correction_ended",
                ["该办件已结束，不能再更正。", "请在新的办件中使用更正后的姓名。"],
                [
                    "The filing has ended; nothing can be corrected in it any more.",
                    "Use the right name in a new filing.",
                ],
            ),
        }
    }
}

impl Filing {
    /// Puts another name of the natural person in the place of the one declared. A company keeps
    /// its own: its representative is the person.
    ///
    /// # Errors
    /// See [`CorrectNameError`]; then nothing changed.
    pub fn correct_name(
        &mut self,
        party: PartyId,
        name: DeclaredName,
    ) -> Result<(), CorrectNameError> {
        self.named(party)?.correct_name(name);
        Ok(())
    }

    /// Puts another name of a minor in the place of the one declared; the guardian keeps the own.
    ///
    /// # Errors
    /// See [`CorrectNameError`]; then nothing changed. Who is no minor is no such party.
    pub fn correct_ward_name(
        &mut self,
        party: PartyId,
        name: DeclaredName,
    ) -> Result<(), CorrectNameError> {
        if self.named(party)?.correct_ward_name(name) {
            Ok(())
        } else {
            Err(CorrectNameError::UnknownParty)
        }
    }

    /// The party, to be named anew.
    fn named(&mut self, party: PartyId) -> Result<&mut Party, CorrectNameError> {
        if matches!(self.state, FilingState::Ended { .. }) {
            return Err(CorrectNameError::Ended);
        }
        let known = self.parties.iter_mut().find(|known| known.id() == party);
        let known = known.filter(|known| known.takes_part());
        let known = known.ok_or(CorrectNameError::UnknownParty)?;
        if known.is_erased() {
            return Err(CorrectNameError::Erased);
        }
        Ok(Arc::make_mut(known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::*;

    #[test]
    fn edge_case_11_a_corrected_name_changes_nothing_else() {
        let before = drafted(2);
        let mut after = before.clone();
        after.correct_name(party(1), "龚𠮷".parse().unwrap()).unwrap();
        assert_eq!(after.party(party(1)).unwrap().who().acting_person().as_str(), "龚𠮷");
        assert_eq!(after.party(party(2)), before.party(party(2)));
        assert_eq!(after.head(), before.head());
        let unknown = after.correct_name(party(99), "龚𠮷".parse().unwrap());
        assert_eq!(unknown, Err(CorrectNameError::UnknownParty));
        let no_minor = after.correct_ward_name(party(2), "龚𠮷".parse().unwrap());
        assert_eq!(no_minor, Err(CorrectNameError::UnknownParty));
        assert_eq!(after.party(party(2)), before.party(party(2)));
        after.erase_names(party(1));
        let erased = after.correct_name(party(1), "龚𠮷".parse().unwrap());
        assert_eq!(erased, Err(CorrectNameError::Erased));
    }
}
