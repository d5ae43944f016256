//! A reviewer decides whether who signed is the person named. One accepts; a refusal takes two,
//! and nobody confirms an own one. Each decision and each proposal is a record.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{
    CaseState, DecideError, DeclaredName, Filing, Grounds, PartyKind, ReviewCase, ReviewReason,
};
use heqi_vocabulary::{CaseId, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::{Request, StaffMember};
use crate::reviews::{self, CaseRow};
use crate::rows::{self, Pair};
use crate::staff;
use crate::wording::{Told, refusals, say};

/// What a reviewer decides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three things a reviewer can do")]
pub enum Decision {
    /// It is this person.
    Accept,
    /// It is not, or cannot be told: another reviewer must agree.
    ProposeRefusal,
    /// Agrees with the refusal that another one proposed.
    ConfirmRefusal,
}

impl std::str::FromStr for Decision {
    type Err = UnknownDecision;

    fn from_str(text: &str) -> Result<Self, UnknownDecision> {
        match text {
            "accept" => Ok(Self::Accept),
            "propose_refusal" => Ok(Self::ProposeRefusal),
            "confirm_refusal" => Ok(Self::ConfirmRefusal),
            _ => Err(UnknownDecision),
        }
    }
}

/// The word names no decision.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the decisions are accept, propose_refusal and confirm_refusal")]
pub struct UnknownDecision;

/// A decision with its reason.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct DecideCase {
    /// The case.
    pub case: CaseId,
    /// What is decided.
    pub decision: Decision,
    /// Why.
    pub grounds: Grounds,
}

/// The decision is kept.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CaseDecided {
    /// The record of it.
    pub record_id: RecordId,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecideCaseError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of cases refuse it.
    #[error(transparent)]
    Case(#[from] DecideError),
    /// The reviewer takes part in the filing.
    #[error("the reviewer takes part in the filing")]
    Conflict,
}

impl From<Fault> for DecideCaseError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl DecideCaseError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Case(error) => Told::By(error),
            Self::Conflict => say(
                "reviewer_takes_part",
                [
                    "您与本办件的当事人或经办人同名，可能需要回避，未作任何更改。",
                    "请交由本单位另一名工作人员办理。",
                ],
                [
                    "You have the name of a party or of the handler of this filing; nothing was changed.",
                    "Leave it to another reviewer of your organisation.",
                ],
            )
            .is(Class::Forbidden),
        }
    }
}

refusals!(DecideCaseError);

/// Decides a case, or proposes to.
///
/// # Errors
/// See [`DecideCaseError`].
pub async fn decide_case(
    platform: &Platform,
    request: &Request,
    command: DecideCase,
) -> Result<CaseDecided, DecideCaseError> {
    let (member, reviewer) = request.actor.reviewer()?;
    let mut act = Act::new(platform, request, "decide_case").await;
    loop {
        if let Some(decided) = act.earlier().await? {
            return Ok(decided);
        }
        let row = reviews::load(platform, command.case).await?;
        let stored = filings::load(platform, row.value.case.filing()).await?;
        let mut filing = stored.filing.clone();
        let mut case = row.value.case.clone();
        let next = ledger::next_place(platform, filing.chain()).await?;
        let now = next.place.recorded_at;
        let decided = match command.decision {
            Decision::Accept => Some(case.accept(&reviewer, now)?),
            Decision::ProposeRefusal => {
                case.propose_refusal(&reviewer, now)?;
                None
            }
            Decision::ConfirmRefusal => Some(case.confirm_refusal(&reviewer, now)?),
        };
        refuse_second_account(platform, member, &case).await?;
        refuse_own(platform, member, &filing).await?;
        let record = record(platform, request, member, &case, &command.grounds)?;
        let answer = CaseDecided { record_id: record.record_id() };

        let mut changes = Changeset::new();
        record.write(platform, &mut changes, &next)?;
        let (office, id) = (reviews::digest_of(case.office()), case.id());
        if let Some(decided) = decided {
            filing.settle_review(decided, now);
            stored.replace(platform, &mut changes, &filing)?;
            let key = Pair(office, id);
            if let Some(open) =
                rows::OFFICE_CASES.row(platform.backend(), &key).await.map_err(Fault::from)?
            {
                rows::OFFICE_CASES.remove(&mut changes, &key, open.version).map_err(Fault::from)?;
            }
        } else {
            // The parties must be those that were looked at.
            stored.expect_unchanged(&mut changes)?;
        }
        let decision = Some(answer.record_id);
        let next_row = CaseRow { case, decision, ..row.value };
        rows::CASES.replace(&mut changes, &id, row.version, &next_row).map_err(Fault::from)?;
        if act.commit(changes, &answer).await?.is_some() {
            return Ok(answer);
        }
    }
}

/// Nobody decides about a filing in which they take part (edge case 42). People are known here
/// by name only: who has the same one leaves it to somebody else.
async fn refuse_own(
    platform: &Platform,
    member: &StaffMember,
    filing: &Filing,
) -> Result<(), DecideCaseError> {
    let takes_part = has_name_of_party(platform, member, filing).await?;
    if takes_part { Err(DecideCaseError::Conflict) } else { Ok(()) }
}

/// Two reviewers are two people and not two accounts: people are told apart by the name of the
/// account, as where accounts are made (ADR 0053).
async fn refuse_second_account(
    platform: &Platform,
    member: &StaffMember,
    case: &ReviewCase,
) -> Result<(), DecideCaseError> {
    let CaseState::Refused { proposed_by, .. } = case.state() else { return Ok(()) };
    let proposer = staff::name_of(platform, proposed_by.account()).await?;
    let own = staff::name_of(platform, member.account).await?;
    let is_same = match DeclaredName::try_from(own.clone()) {
        Ok(own) => own.is_same_as(&proposer),
        Err(_) => own == proposer,
    };
    if is_same { Err(DecideError::OwnProposal.into()) } else { Ok(()) }
}

/// Whether the member of staff has the name of somebody who takes part.
pub(crate) async fn has_name_of_party(
    platform: &Platform,
    member: &StaffMember,
    filing: &Filing,
) -> Result<bool, Fault> {
    let name = staff::name_of(platform, member.account).await?;
    // A minor is a party as well, whoever acts for it.
    let bears = |who: &PartyKind| match who {
        PartyKind::Ward { name: ward, .. } if ward.is_same_as(&name) => true,
        who => who.acting_person().is_same_as(&name),
    };
    Ok(filing.parties().any(|party| bears(party.who())))
}

fn record(
    platform: &Platform,
    request: &Request,
    member: &StaffMember,
    case: &ReviewCase,
    grounds: &Grounds,
) -> Result<NewRecord, Fault> {
    let reasons: Vec<&str> = case.reasons().iter().copied().map(ReviewReason::code).collect();
    let mut draft = Draft::new(platform, RecordKind::ReviewDecided);
    draft
        .observed("filing", case.filing().to_string())?
        .observed("party", case.party().to_string())?
        .observed("case", case.id().to_string())?
        .observed("signing", case.signing().to_string())?
        .observed("reasons", reasons)?
        .reviewed("decision", case.state().code())?
        .reviewed("grounds", grounds.as_str())?
        .observed("office_kind", member.office.kind.code())?
        .observed("office", member.office.name.as_str())?
        .observed("reviewer", member.account.to_string())?
        .observed("reviewer_role", member.role.as_str())?
        .facts(&request.facts)?
        .journalled_by(member, case.state().code());
    if let CaseState::Refused { proposed_by, .. } = case.state() {
        draft.observed("proposed_by", proposed_by.account().to_string())?;
    }
    draft.seal(platform, About::party(case.filing(), case.party()), None)
}
