//! A party confirms the signatures shown to it. Silence is never a yes.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::Filing;
use heqi_vocabulary::{Digest, FilingId, PartyId, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies::require_inside;
use crate::fault::{ActError, Class, Fault, Thing};
use crate::filings;
use crate::guardianships;
use crate::handler_desk;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::{Actor, Request, Scope};
use crate::shown::{shown_sha256, statement_sha256};
use crate::verify_identity::look_again_at_companies;
use crate::wording::{Told, refusals, say};

/// The party confirms.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Confirm {
    /// The filing.
    pub filing: FilingId,
    /// The party that confirms: the signer's own, or the handler's by an API key or at the own desk.
    pub party: PartyId,
    /// Digest of the list that was shown, when the caller shows one: refused when the list
    /// has changed since.
    pub shown_sha256: Option<Digest>,
    /// Digest of the statement that was shown ([`heqi_filing::ConfirmationText::digest`]), when the caller shows one:
    /// refused when another one is in force by now.
    pub statement_sha256: Option<Digest>,
}

/// The confirmation is recorded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Confirmed {
    /// The record.
    pub record_id: RecordId,
}

/// Why the confirmation was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfirmError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] heqi_filing::ConfirmError),
    /// The register says that a company that signed was revoked or cancelled since.
    #[error("a company of the filing may not sign any more as the register has it")]
    CompanyMayNotSign,
    /// The minor for whom a guardian signed has come of age since.
    #[error("the ward has come of age")]
    WardCameOfAge,
    /// The signatures have changed since they were shown.
    #[error("the list of signatures has changed since it was shown")]
    ListChanged,
    /// Another statement was shown than the party makes today.
    #[error("the statement has changed since it was shown")]
    StatementChanged,
}

impl From<Fault> for ConfirmError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl ConfirmError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
            Self::CompanyMayNotSign => say(
                "licence_status",
                [
                    "登记信息显示，本办件中签署的一家企业已吊销、注销或不存在，未作确认，办件不能继续。",
                    "请联系经办人，由其与登记机关核对该企业的登记状态；已签署的内容仍作为证据保存。",
                ],
                [
                    "The register says that a company of this filing was revoked or cancelled, or that there is none: nothing was confirmed, and the filing cannot go on.",
                    "Ask the handler to check the company with the registration authority; what was signed stays as evidence.",
                ],
            )
            .is(Class::Conflict),
            Self::WardCameOfAge => guardianships::came_of_age(),
            Self::ListChanged => say(
                "shown_list_changed",
                ["签署情况在您查看后有更新，未作确认。", "请查看最新签署情况后再确认。"],
                [
                    "The signatures have changed since you saw them; nothing was confirmed.",
                    "Look at them as they are now and confirm again.",
                ],
            )
            .is(Class::Conflict),
            Self::StatementChanged => say(
                "statement_changed",
                ["确认声明的文字在您查看后有更新，未作确认。", "请阅读现在的声明后再确认。"],
                [
                    "The words of the statement have changed since you saw them; nothing was confirmed.",
                    "Read the statement as it is now and confirm again.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(ConfirmError);

/// Records a confirmation.
///
/// # Errors
/// See [`ConfirmError`].
pub async fn confirm(
    platform: &Platform,
    request: &Request,
    command: Confirm,
) -> Result<Confirmed, ConfirmError> {
    require_inside(platform, &request.actor).await?;
    let mut act = Act::new(platform, request, "confirm").await;
    loop {
        let stored = filings::load(platform, command.filing).await?;
        match &request.actor {
            // A handler at the own desk, with both factors: for the handler's party and no other.
            Actor::Staff(_) => {
                let member = handler_desk::handler(&request.actor)?;
                let own = handler_desk::own_party(platform, member, &stored.filing).await?;
                if own != command.party {
                    return Err(ActError::Denied.into());
                }
            }
            actor => speaks_for(actor, &stored.filing, command.party)?,
        }
        if let Some(confirmed) = act.earlier().await? {
            return Ok(confirmed);
        }
        let mut filing = stored.filing.clone();
        let shown = shown_sha256(&filing)?;
        if command.shown_sha256.is_some_and(|seen| seen != shown) {
            return Err(ConfirmError::ListChanged);
        }
        let next = ledger::next_place(platform, filing.chain()).await?;
        filing.confirm(command.party, shown, next.place.recorded_at)?;
        let mut changes = Changeset::new();
        let said = (command.party, command.statement_sha256);
        let statement = statement_made(platform, &mut changes, &filing, said).await?;
        let record = record(platform, request, command, (statement, shown))?;
        let confirmed = Confirmed { record_id: record.record_id() };

        record.write(platform, &mut changes, &next)?;
        stored.replace(platform, &mut changes, &filing)?;
        if act.commit(changes, &confirmed).await?.is_some() {
            return Ok(confirmed);
        }
    }
}

/// What is looked at anew whoever confirms, and by whatever door: the companies that signed, the right of a guardian, and
/// the words that were read (`seen`), where the caller says which. Gives the digest of the statement that is made.
pub(crate) async fn statement_made(
    platform: &Platform,
    changes: &mut Changeset,
    filing: &Filing,
    (party, seen): (PartyId, Option<Digest>),
) -> Result<Digest, ConfirmError> {
    if look_again_at_companies(platform, changes, filing).await? {
        return Err(ConfirmError::CompanyMayNotSign);
    }
    if guardianships::has_ended(platform, filing, party).await? {
        return Err(ConfirmError::WardCameOfAge);
    }
    let party = filing.party(party).ok_or(ActError::NotFound(Thing::Party))?;
    // The Chinese text prevails, whichever was read; and whoever confirms declares the same by
    // whatever way they come.
    let statement = statement_sha256(party);
    if seen.is_some_and(|seen| seen != statement) {
        return Err(ConfirmError::StatementChanged);
    }
    Ok(statement)
}

/// A signer answers for its own party, with the token it signed with; staff answers for
/// the handler, who never signs and so has no token.
pub(crate) fn speaks_for(actor: &Actor, filing: &Filing, party: PartyId) -> Result<(), ActError> {
    match actor {
        Actor::Signer { filing: own_filing, party: own, .. } => {
            if *own_filing != filing.id() {
                return Err(ActError::NotFound(Thing::Filing));
            }
            if *own == party { Ok(()) } else { Err(ActError::Denied) }
        }
        Actor::Staff(_) => Err(ActError::Denied),
        Actor::ApiKey { .. } => {
            actor.require(Scope::Filings)?;
            let known = filing.party(party).ok_or(ActError::NotFound(Thing::Party))?;
            if known.is_signer() { Err(ActError::Denied) } else { Ok(()) }
        }
    }
}

fn record(
    platform: &Platform,
    request: &Request,
    command: Confirm,
    (statement, shown): (Digest, Digest),
) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::Confirmation);
    draft
        .observed("filing", command.filing.to_string())?
        .observed("party", command.party.to_string())?
        .observed("statement_sha256", statement.to_string())?
        .observed("shown_sha256", shown.to_string())?
        .facts(&request.facts)?
        .journalled(&request.actor, "confirmed");
    draft.seal(platform, About::party(command.filing, command.party), None)
}
