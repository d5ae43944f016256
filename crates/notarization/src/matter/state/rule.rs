//! What keeps something from being done with a matter.

use super::Stage;
use crate::matter::checklist::Item;
use crate::matter::extraction::Act;

/// Why something may not be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "each is told in words of its own")]
pub enum Rule {
    /// Not at this stage.
    #[error("it cannot be done at stage {}", .0.as_str())]
    Stage(Stage),
    /// People of this role do not do this.
    #[error("people of this role do not do this")]
    Role,
    /// This member of staff has not said whether there is a conflict of interest.
    #[error("no declaration of interest yet")]
    Undeclared,
    /// This member of staff has declared a conflict of interest (公证法 art. 23).
    #[error("a conflict of interest was declared")]
    Conflict,
    /// Whoever has the name of a party leaves the matter to somebody else (公证法 art. 23 item 3).
    #[error("this member of staff has the name of a party")]
    Namesake,
    /// The responsible notary does this.
    #[error("the responsible notary does this")]
    NotResponsible,
    /// The clock stands still already, or does not.
    #[error("the clock does not stand so")]
    Clock,
    /// Everything missing is asked for once and whole.
    #[error("the supplement was asked for before")]
    AskedBefore,
    /// The matter is quarantined: what is held is not what was deposited.
    #[error("the matter is quarantined")]
    Quarantined,
    /// A point of the checklist is open.
    #[error("point {} of the checklist is open", .0.number())]
    Open(Item),
    /// The evidence speaks against a point of the checklist.
    #[error("the evidence speaks against point {}", .0.number())]
    Failed(Item),
    /// This point takes no tick.
    #[error("point {} takes no tick", .0.number())]
    NoTick(Item),
    /// There is no sealed extraction.
    #[error("there is no sealed extraction session")]
    NoExtraction,
    /// A session is open already, or was sealed.
    #[error("there is an extraction session already")]
    ExtractionThere,
    /// The buttons are pressed one by one, in order.
    #[error("the next act of the session is another one")]
    NotNext(Option<Act>),
    /// The second member of staff is another person.
    #[error("a second person has to be beside")]
    SamePerson,
    /// A matter that was marked as major or complex is discussed together before it is approved.
    #[error("it was not discussed together yet")]
    NotDiscussed,
    /// Nobody approves what they drafted.
    #[error("nobody approves an own draft")]
    OwnDraft,
    /// With a recorded objection the paragraph about the signing needs a tick of its own.
    #[error("the paragraph about the signing needs the approver's tick")]
    ObjectionTick,
    /// The registry found the signature void, or somebody objected, and the list was computed before.
    #[error("what is recorded against the signing was not seen yet")]
    AnswersUnseen,
    /// The registry found the signature void, and the text does not say so.
    #[error("the text hides that the signature was found void")]
    HidesVoid,
    /// Somebody objected, and the text does not say so.
    #[error("the text hides an objection")]
    HidesObjection,
    /// The draft was changed after the approver saw it.
    #[error("the draft is another one than was shown")]
    OtherDraft,
    /// The number was given in another year than that of the approval.
    #[error("the number was given in another year")]
    OtherYear,
    /// The fee is neither paid nor waived.
    #[error("the fee is open")]
    FeeOpen,
    /// The paper is not in that state.
    #[error("the paper is not in that state")]
    Paper,
    /// It was done before.
    #[error("it was done before")]
    Done,
    /// What was put forward waits for a second person.
    #[error("something waits for a second person")]
    Waits,
    /// Only who put something forward takes it back.
    #[error("somebody else put it forward")]
    OthersProposal,
    /// Another notary looks at the certificate again, and has not decided yet.
    #[error("a re-examination is open")]
    LookedAtAgain,
    /// A re-examination is done by another notary than the one who issued.
    #[error("a re-examination is done by another notary")]
    OtherNotary,
    /// The period for a re-examination is over.
    #[error("the period for a re-examination is over")]
    TooLate,
}
