//! Somebody asks that what is about a person be erased: the person, or the data protection
//! officer. Held or demanded by law, it is refused with the reason and from then on only
//! kept; otherwise its keys are destroyed here and the custodians are ordered to do the
//! same. Either way the decision is a record and a leaf.

use std::collections::{BTreeMap, BTreeSet};

use heqi_evidence::erasure::{ERASABLE, RequestedBy};
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::Filing;
use heqi_vocabulary::{FilingId, PartyId, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies::require_inside;
use crate::erasure::rows::{
    AnsweredRow, ERASED, ERASURES, ErasureRow, RESTRICTIONS, RestrictionRow, UNFINISHED, close,
};
use crate::erasure::{self, Affected, Answer, Decision, Order, affected, retention};
use crate::fault::{ActError, Class, Fault, Thing};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::{Actor, Request, Scope};
use crate::rows::{self, Pair};
use crate::verify_identity::portraits;
use crate::wording::{Told, refusals, say};

/// The longest legal basis, in characters.
pub const MAX_BASIS_CHARACTERS: usize = 200;
/// What a person that asks for its own data relies on.
pub const PERSON_BASIS: &str = "个人信息保护法第47条";

/// The request.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ErasePersonData {
    /// In which filing.
    pub filing: FilingId,
    /// Whose data.
    pub party: PartyId,
    /// Which classes: of [`ERASABLE`].
    pub classes: BTreeSet<RetentionClass>,
    /// On which legal basis: a citation, nothing personal. The person need not give one.
    pub basis: Option<String>,
}

/// What was decided.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ErasureDecided {
    /// The record of the decision.
    pub record_id: RecordId,
    /// `erased` or `refused`.
    pub decision: String,
    /// Why it was refused: a stable code.
    pub reason: Option<String>,
    /// The rule that demands to keep it.
    pub legal_basis: Option<String>,
    /// Whether the data are kept and not used from now on.
    pub restricted: bool,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EraseError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// No class, or one that is not about a person.
    #[error("only the classes person, biometric and trace can be erased")]
    Classes,
    /// No legal basis, or an essay.
    #[error("a request cites its legal basis in 1 to {MAX_BASIS_CHARACTERS} characters")]
    Basis,
    /// A custodian has not answered for a record of the party: what is erased before it is
    /// deposited would be proved by nobody.
    #[error("a record of the party is not deposited yet")]
    NotDeposited,
}

impl From<Fault> for EraseError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl EraseError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Classes => say(
                "erasure_classes",
                [
                    "只能申请删除身份信息、照片和使用痕迹三类信息，未作任何更改。",
                    "请在 person、biometric、trace 中选择至少一类。",
                ],
                [
                    "Only person, biometric and trace can be erased; nothing was changed.",
                    "Choose at least one of them.",
                ],
            )
            .is(Class::BadInput),
            Self::Basis => say(
                "erasure_basis",
                ["未写明法律依据，或超过200字，未作任何更改。", "请写明所依据的法律条款。"],
                [
                    "The legal basis is missing or longer than 200 characters; nothing was changed.",
                    "Cite the provision the request rests on.",
                ],
            )
            .is(Class::BadInput),
            Self::NotDeposited => say(
                "erasure_not_deposited",
                [
                    "该签署人的部分记录尚未完成存证，暂不能删除，未作任何更改。",
                    "请在存证完成后重试。",
                ],
                [
                    "Some records of this party are not deposited yet; nothing was changed.",
                    "Try again once they are.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(EraseError);

/// Decides about a request and, if nothing stands against it, destroys the keys before it
/// answers.
///
/// # Errors
/// See [`EraseError`].
pub async fn erase_person_data(
    platform: &Platform,
    request: &Request,
    command: ErasePersonData,
) -> Result<ErasureDecided, EraseError> {
    let requested_by = requester(&request.actor, &command)?;
    require_inside(platform, &request.actor).await?;
    let wanted = Wanted::check(command, requested_by)?;
    let mut act = Act::new(platform, request, "erase_person_data").await;
    let decided = loop {
        if let Some(decided) = act.earlier::<ErasureDecided>().await? {
            break decided;
        }
        let stored = filings::load(platform, wanted.filing).await?;
        // Who was taken out has left data as well.
        let party = stored.filing.anyone(wanted.party);
        let party = party.ok_or(ActError::NotFound(Thing::Party))?;
        // First of all: an objection, a signature or a hold recorded from here on begins this anew.
        let mut changes = Changeset::new();
        retention::expect_chain(platform, &mut changes, stored.filing.chain()).await?;
        let affected = affected(platform, &stored.filing, wanted.party, &wanted.classes).await?;
        let decision = retention::decide(platform, wanted.filing, party, &affected).await?;
        let mut deciding =
            Deciding { platform, request, wanted: &wanted, filing: &stored.filing, changes };
        let decided = match &decision {
            Decision::Refused { .. } => {
                stored.expect_unchanged(&mut deciding.changes)?;
                deciding.refuse(&decision).await?
            }
            Decision::Erased { .. } => {
                if !all_deposited(platform, &affected).await? {
                    return Err(EraseError::NotDeposited);
                }
                let mut filing = stored.filing.clone();
                if wanted.classes.contains(&RetentionClass::Person) {
                    filing.erase_names(wanted.party);
                }
                stored.replace(platform, &mut deciding.changes, &filing)?;
                deciding.erase(&affected, &decision).await?
            }
        };
        if act.commit(deciding.changes, &decided).await?.is_some() {
            break decided;
        }
    };
    if decided.decision == ERASED_WORD {
        erasure::perform(platform, wanted.filing, decided.record_id).await?;
    }
    Ok(decided)
}

const ERASED_WORD: &str = "erased";
const REFUSED_WORD: &str = "refused";

/// A person asks for its own data only; the officer for anybody's.
fn requester(actor: &Actor, command: &ErasePersonData) -> Result<RequestedBy, ActError> {
    match actor {
        Actor::Signer { filing, party, .. } => {
            if *filing != command.filing {
                return Err(ActError::NotFound(Thing::Filing));
            }
            if *party == command.party { Ok(RequestedBy::Person) } else { Err(ActError::Denied) }
        }
        Actor::ApiKey { .. } => {
            actor.require(Scope::DataProtection)?;
            Ok(RequestedBy::DataProtectionOfficer)
        }
        Actor::Staff(_) => Err(ActError::Denied),
    }
}

/// A request that was checked.
struct Wanted {
    filing: FilingId,
    party: PartyId,
    classes: Vec<RetentionClass>,
    basis: String,
    requested_by: RequestedBy,
}

impl Wanted {
    fn check(command: ErasePersonData, requested_by: RequestedBy) -> Result<Self, EraseError> {
        let ErasePersonData { filing, party, classes, basis } = command;
        if classes.is_empty() || !classes.iter().all(|class| ERASABLE.contains(class)) {
            return Err(EraseError::Classes);
        }
        let basis = basis.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let basis = match (basis, requested_by) {
            (Some(basis), _) => basis,
            (None, RequestedBy::Person) => PERSON_BASIS.to_owned(),
            (None, _) => return Err(EraseError::Basis),
        };
        if basis.chars().count() > MAX_BASIS_CHARACTERS {
            return Err(EraseError::Basis);
        }
        Ok(Self { filing, party, classes: classes.into_iter().collect(), basis, requested_by })
    }

    fn words(&self) -> Vec<&'static str> {
        self.classes.iter().map(|c| crate::data_keys::Sealing::Class(*c).word()).collect()
    }
}

/// Whether every custodian has answered for every record.
async fn all_deposited(platform: &Platform, affected: &Affected) -> Result<bool, Fault> {
    for record in &affected.records {
        for custodian in platform.settings.custodians.keys() {
            let answered = Pair(record.record_id, *custodian);
            let not_held = Pair(*custodian, record.record_id);
            if rows::RECEIPTS.row(platform.backend(), &answered).await?.is_none()
                && rows::GAPS.row(platform.backend(), &not_held).await?.is_none()
            {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// One decision being written.
struct Deciding<'a> {
    platform: &'a Platform,
    request: &'a Request,
    wanted: &'a Wanted,
    filing: &'a Filing,
    changes: Changeset,
}

impl Deciding<'_> {
    async fn refuse(&mut self, decision: &Decision) -> Result<ErasureDecided, ActError> {
        let Self { platform, wanted, filing, .. } = *self;
        let next = ledger::next_place(platform, filing.chain()).await?;
        let record = self.record(decision, 0, 0)?;
        let record_id = record.record_id();
        record.write(platform, &mut self.changes, &next)?;
        self.write_row(record_id, next.place.recorded_at, decision, Vec::new(), Vec::new(), false)?;
        let restriction = RestrictionRow { erasure: record_id, since: next.place.recorded_at };
        let key = Pair(wanted.filing, wanted.party);
        if RESTRICTIONS.row(platform.backend(), &key).await.map_err(Fault::from)?.is_none() {
            RESTRICTIONS.put(&mut self.changes, &key, &restriction).map_err(Fault::from)?;
        }
        let Decision::Refused { reason, legal_basis } = decision else {
            return Err(Fault::broken("a refusal that refuses nothing").into());
        };
        Ok(ErasureDecided {
            record_id,
            decision: REFUSED_WORD.to_owned(),
            reason: Some(reason.clone()),
            legal_basis: Some(legal_basis.clone()),
            restricted: true,
        })
    }

    async fn erase(
        &mut self,
        affected: &Affected,
        decision: &Decision,
    ) -> Result<ErasureDecided, ActError> {
        let Self { platform, wanted, filing, .. } = *self;
        let next = ledger::next_place(platform, filing.chain()).await?;
        let record = self.record(decision, affected.records.len(), affected.keys.len())?;
        let record_id = record.record_id();
        let erasure_root = record.write(platform, &mut self.changes, &next)?;
        for (about, remains) in affected.remains(platform, &wanted.classes).await? {
            ERASED.put(&mut self.changes, &about, &remains).map_err(Fault::from)?;
        }
        for class in &wanted.classes {
            close(&mut self.changes, wanted.filing, wanted.party, *class, record_id)?;
        }
        let objects = affected.objects(platform, &wanted.classes).await?;
        let whose = (wanted.filing, wanted.party);
        portraits::forget_all(&mut self.changes, whose, &affected.portraits)?;
        let at = next.place.recorded_at;
        let keys = affected.keys.clone();
        let is_ordered = !affected.records.is_empty();
        self.write_row(record_id, at, decision, keys, objects, is_ordered)?;
        UNFINISHED.put(&mut self.changes, &record_id, &wanted.filing).map_err(Fault::from)?;
        let restricted = Pair(wanted.filing, wanted.party);
        self.changes.delete(RESTRICTIONS.key(&restricted).map_err(Fault::from)?);
        let order = Order {
            filing: wanted.filing,
            chain: filing.chain(),
            seq: next.place.seq,
            erasure: record_id,
            erasure_root,
            records: affected.records.iter().map(|record| record.root).collect(),
            classes: &wanted.classes,
            basis: &wanted.basis,
            requested_by: wanted.requested_by,
            at,
        };
        erasure::enqueue(platform, &mut self.changes, order)?;
        Ok(ErasureDecided {
            record_id,
            decision: ERASED_WORD.to_owned(),
            reason: None,
            legal_basis: None,
            restricted: false,
        })
    }

    fn write_row(
        &mut self,
        record_id: RecordId,
        decided_at: heqi_vocabulary::UtcMillis,
        decision: &Decision,
        keys: Vec<heqi_evidence_store::vault::DataKeyId>,
        objects: Vec<String>,
        is_ordered: bool,
    ) -> Result<(), Fault> {
        let ordered = |custodian: &crate::Custodian| {
            (*custodian, AnsweredRow { answer: Answer::Ordered {}, receipt: None })
        };
        let custodians = self.platform.settings.custodians.keys().filter(|_| is_ordered);
        let row = ErasureRow {
            party: self.wanted.party,
            classes: self.wanted.classes.clone(),
            requested_by: self.wanted.requested_by,
            decided_at,
            decision: decision.clone(),
            keys,
            objects,
            custodians: custodians.map(ordered).collect::<BTreeMap<_, _>>(),
        };
        Ok(ERASURES.insert(&mut self.changes, &Pair(self.wanted.filing, record_id), &row)?)
    }

    /// Sealed under keys of the filing, not of the party: the decision outlives the data.
    fn record(&self, decision: &Decision, records: usize, keys: usize) -> Result<NewRecord, Fault> {
        let mut draft = Draft::new(self.platform, RecordKind::Erasure);
        draft
            .observed("filing", self.wanted.filing.to_string())?
            .observed("party", self.wanted.party.to_string())?
            .observed("classes", self.wanted.words())?
            .declared("basis", Some(&self.wanted.basis))?
            .observed("requested_by", self.wanted.requested_by.as_str())?
            .observed("actor", self.request.actor.name())?;
        match decision {
            Decision::Erased { .. } => {
                draft
                    .observed("decision", ERASED_WORD)?
                    .observed("records", records)?
                    .observed("keys", keys)?
                    .journalled(&self.request.actor, ERASED_WORD);
            }
            Decision::Refused { reason, legal_basis } => {
                draft
                    .observed("decision", REFUSED_WORD)?
                    .observed("reason", reason.as_str())?
                    .observed("legal_basis", legal_basis.as_str())?
                    .journalled(&self.request.actor, REFUSED_WORD);
            }
        }
        draft.seal(self.platform, About::filing(self.wanted.filing), None)
    }
}
