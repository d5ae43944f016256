//! A record in the making: its values, sealed once, then its place in the chain, taken
//! as often as faster acts make it necessary.

use std::collections::BTreeMap;

use heqi_evidence::chain::{ChainTip, chain_commitment};
use heqi_evidence::erasure::ERASABLE;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::record::{AttributeError, ChainPlace, ClassContent, GeneratedBy, RecordDraft};
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::{Changeset, Expected, LedgerEntry, RowKey};
use heqi_evidence_store::outbox::{After, NewItem};
use heqi_evidence_store::sealed::Sealed;
use heqi_vocabulary::{ChainId, Provenance, RecordId};

use super::wire::Written;
use super::{About, SigningParts, class_place, queue};
use crate::data_keys::{Sealing, data_key};
use crate::deposit_queue::DepositItem;
use crate::erasure::rows::closed_key;
use crate::fault::Fault;
use crate::journal::{JournalAct, JournalBy, JournalRow};
use crate::platform::{Custodian, Platform};
use crate::request::{Actor, RequestFacts, StaffMember};
use crate::rows::{self, Awaited, AwaitingRow, Newest, Pair, Place};

/// A draft of the platform's own, and the values every record by a person has.
pub(crate) struct Draft {
    draft: RecordDraft,
    /// What the journal of staff says of it: who, and a word of ours.
    journal: Option<(JournalBy, String)>,
}

impl Draft {
    pub(crate) fn new(platform: &Platform, kind: RecordKind) -> Self {
        let draft = RecordDraft::new(kind, GeneratedBy::Platform, platform.entropy());
        Self { draft, journal: None }
    }

    /// In the newest schema of the kind: for what the first has no slot for.
    pub(crate) fn newest(platform: &Platform, kind: RecordKind) -> Self {
        let draft = RecordDraft::newest(kind, GeneratedBy::Platform, platform.entropy());
        Self { draft, journal: None }
    }

    /// The server saw or made it.
    pub(crate) fn observed(
        &mut self,
        name: &str,
        value: impl Into<serde_json::Value>,
    ) -> Result<&mut Self, Fault> {
        self.set(name, value, Provenance::Observed)
    }

    /// Handler or party said so; nothing when they did not.
    pub(crate) fn declared(&mut self, name: &str, value: Option<&str>) -> Result<&mut Self, Fault> {
        match value {
            Some(value) => self.set(name, value, Provenance::Declared),
            None => Ok(self),
        }
    }

    /// Somebody said so, in more than one word.
    pub(crate) fn declared_value(
        &mut self,
        name: &str,
        value: serde_json::Value,
    ) -> Result<&mut Self, Fault> {
        self.set(name, value, Provenance::Declared)
    }

    /// The device or browser said so; nothing when it did not.
    pub(crate) fn reported(
        &mut self,
        name: &str,
        value: Option<impl Into<serde_json::Value>>,
    ) -> Result<&mut Self, Fault> {
        match value {
            Some(value) => self.set(name, value, Provenance::Reported),
            None => Ok(self),
        }
    }

    /// The person refused to give it; what is not set is absent.
    pub(crate) fn refused(&mut self, name: &str) -> Result<&mut Self, Fault> {
        self.set(name, serde_json::Value::Null, Provenance::Refused)
    }

    /// A named person looked and decided.
    pub(crate) fn reviewed(
        &mut self,
        name: &str,
        value: impl Into<serde_json::Value>,
    ) -> Result<&mut Self, Fault> {
        self.set(name, value, Provenance::Reviewed)
    }

    /// A provider said so, and its signed answer is in the record.
    pub(crate) fn attested(
        &mut self,
        name: &str,
        value: impl Into<serde_json::Value>,
    ) -> Result<&mut Self, Fault> {
        self.set(name, value, Provenance::Attested)
    }

    /// Where the request came from.
    pub(crate) fn facts(&mut self, facts: &RequestFacts) -> Result<&mut Self, Fault> {
        self.observed("client_address", facts.client_address.to_string())?
            .reported("forwarded_for", RequestFacts::kept(facts.forwarded_for.as_ref()))?
            .reported("user_agent", RequestFacts::kept(facts.user_agent.as_ref()))?
            .observed("received_at", facts.received_at.to_string())
    }

    /// A line in the journal of staff, written with the record; none for a signer. `word` is one
    /// of ours, never a text that somebody typed.
    pub(crate) fn journalled(&mut self, actor: &Actor, word: &'static str) -> &mut Self {
        self.journal = JournalBy::of(actor).map(|by| (by, word.to_owned()));
        self
    }

    /// The same for a member of staff.
    pub(crate) fn journalled_by(&mut self, member: &StaffMember, word: &'static str) -> &mut Self {
        self.journal = Some((JournalBy::of_member(member), word.to_owned()));
        self
    }

    /// The same where staff acts: what programs change in filings the chain says, what staff does the auditor reads as
    /// well.
    pub(crate) fn journalled_of_staff(&mut self, actor: &Actor, word: &'static str) -> &mut Self {
        match actor {
            Actor::Staff(member) => self.journalled_by(member, word),
            Actor::ApiKey { .. } | Actor::Signer { .. } => self,
        }
    }

    pub(crate) fn record_id(&self) -> RecordId {
        self.draft.record_id()
    }

    fn set(
        &mut self,
        name: &str,
        value: impl Into<serde_json::Value>,
        provenance: Provenance,
    ) -> Result<&mut Self, Fault> {
        let wrong = |error: AttributeError| Fault::broken(error);
        self.draft.set(name, value, provenance).map_err(wrong)?;
        Ok(self)
    }

    /// Seals every class, once, before the record has its place.
    pub(crate) fn seal(
        self,
        platform: &Platform,
        about: About,
        signing: Option<SigningParts>,
    ) -> Result<NewRecord, Fault> {
        let Self { draft, journal } = self;
        let record_id = draft.record_id();
        let mut classes = BTreeMap::new();
        for (class, content) in draft.contents() {
            // What is about the filing is not erased with a person.
            let party = about.party.filter(|_| class != RetentionClass::Matter);
            let key = data_key(platform, about.filing, party, Sealing::Class(class))?;
            let place = class_place(record_id, class);
            let sealed = Sealed::seal(&key, &place, &content, platform.entropy());
            classes.insert(class, sealed.map_err(Fault::broken)?);
        }
        Ok(NewRecord { draft, about, classes, signing, journal })
    }
}

/// A record that has no place yet.
pub(crate) struct NewRecord {
    draft: RecordDraft,
    about: About,
    classes: BTreeMap<RetentionClass, Sealed<ClassContent>>,
    signing: Option<SigningParts>,
    journal: Option<(JournalBy, String)>,
}

/// The place of the next record of a chain, and what must not change until it is taken.
pub(crate) struct NextPlace {
    pub(crate) place: ChainPlace,
    tip: ChainTip,
    version: Option<u64>,
}

/// Where the next record of this chain stands.
pub(crate) async fn next_place(platform: &Platform, chain: ChainId) -> Result<NextPlace, Fault> {
    let row = rows::CHAINS.row(platform.backend(), &chain).await?;
    let version = row.as_ref().map(|row| row.version);
    let tip = row.map_or_else(|| ChainTip::empty(chain), |row| row.value);
    Ok(NextPlace { place: tip.next(chain, platform.now()), tip, version })
}

impl NextPlace {
    /// The place right behind a record that takes this one in the same commit. Both stand or fall by the same tip of the
    /// chain, so nothing comes between them.
    pub(crate) fn behind(&self, record: &NewRecord) -> Result<Self, Fault> {
        let placed = record.draft.at(self.place);
        let tip = self.tip.after(placed.frame(), placed.root()).map_err(Fault::broken)?;
        let place = tip.next(self.place.chain, self.place.recorded_at);
        Ok(Self { place, tip, version: self.version })
    }
}

impl NewRecord {
    /// The identifier it has.
    pub(crate) fn record_id(&self) -> RecordId {
        self.draft.record_id()
    }

    /// Whose it is.
    pub(crate) const fn about(&self) -> About {
        self.about
    }

    /// Takes the place: the leaf, the record beside it, the chain, and a deposit for every
    /// custodian. Gives the record's root.
    pub(crate) fn write(
        &self,
        platform: &Platform,
        changes: &mut Changeset,
        next: &NextPlace,
    ) -> Result<RecordRoot, Fault> {
        let record = self.draft.at(next.place);
        let (record_id, root, place) = (self.record_id(), record.root(), next.place);
        let tip = next.tip.after(record.frame(), root).map_err(Fault::broken)?;
        match next.version {
            None => rows::CHAINS.insert(changes, &place.chain, &tip)?,
            Some(version) => rows::CHAINS.replace(changes, &place.chain, version, &tip)?,
        }
        rows::LINKS.put(changes, &Pair(place.chain, Place(place.seq)), &record_id)?;
        if record.frame().kind == RecordKind::Objection {
            rows::NEWEST_OBJECTIONS.put(changes, &place.chain, &Some(record_id))?;
        }

        if let Some((by, word)) = &self.journal {
            let kind = record.frame().kind;
            // A search is about no filing: the name of its chain stands there.
            let filing = (kind != RecordKind::RegulatorQuery).then_some(self.about.filing);
            let did = JournalAct::Record { kind, word: word.clone(), record: record_id, filing };
            let key = Pair(Newest(place.recorded_at), record_id.to_string());
            rows::JOURNAL.put(changes, &key, &JournalRow { by: by.clone(), did })?;
        }

        let bytes = Written {
            about: &self.about,
            kind: record.frame().kind,
            chain: place.chain,
            seq: place.seq,
            recorded_at: place.recorded_at,
            frame: &self.draft.frame_content(&record),
            classes: &self.classes,
            signing: self.signing.as_ref(),
        }
        .to_bytes()?;
        self.expect_not_erased(changes)?;
        let leaf_row = rows::leaf_row(record_id);
        let entry = LedgerEntry::new(record.leaf().to_bytes(), bytes);
        changes.append(entry.indexed_at(RowKey::new(leaf_row.clone())?));
        for custodian in platform.settings.custodians.keys().copied() {
            let after = After::IndexRow(leaf_row.clone());
            enqueue_deposit(platform, changes, (custodian, record_id), place, after)?;
        }
        Ok(root)
    }

    /// What is sealed under a key that is about to be destroyed would prove nothing: a class
    /// that was closed for the party takes no more records.
    fn expect_not_erased(&self, changes: &mut Changeset) -> Result<(), Fault> {
        let Some(party) = self.about.party else { return Ok(()) };
        for class in ERASABLE.into_iter().filter(|class| self.classes.contains_key(class)) {
            changes.expect(closed_key(self.about.filing, party, class)?, Expected::Absent);
        }
        Ok(())
    }
}

/// One deposit with a custodian, in the lane of its chain, once the leaf is under a durable head.
pub(crate) fn enqueue_deposit(
    platform: &Platform,
    changes: &mut Changeset,
    (custodian, record_id): (Custodian, RecordId),
    place: ChainPlace,
    after: After,
) -> Result<(), Fault> {
    let chain = chain_commitment(place.chain);
    let item = NewItem {
        lane: chain.to_string(),
        order: place.seq,
        not_before: platform.now(),
        after,
        payload: DepositItem { record_id, custodian },
    };
    queue(custodian).enqueue(changes, &item)?;
    let since = place.recorded_at;
    let awaited = Awaited { custodian, since, record: record_id };
    Ok(rows::AWAITING.put(changes, &awaited, &AwaitingRow { chain, seq: place.seq })?)
}
