//! Looking at evidence is evidence: one chain of access records per filing and day, apart
//! from the filing's own, so that parties do not see who else looked.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{ChainId, FilingId, RecordId};

use crate::act::Attempts;
use crate::disclose::Attributes;
use crate::fault::Fault;
use crate::ledger::{self, About, Draft, KeptRecord, NewRecord};
use crate::platform::Platform;
use crate::request::{Actor, RequestFacts};
use crate::rows::{self, Pair};

/// What somebody looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    /// Attributes of one record.
    Disclosure,
    /// A bundle to take away.
    Bundle,
    /// A reviewer looks who signed.
    Review,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Disclosure => "disclosure",
            Self::Bundle => "bundle",
            Self::Review => "review",
        }
    }
}

/// Records a look and gives its record, once that is durable.
pub(crate) async fn record(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    kept: &KeptRecord,
    purpose: Purpose,
    attributes: &Attributes,
) -> Result<RecordId, Fault> {
    let look = Look::new(platform, actor, facts, kept, purpose, attributes)?;
    let mut attempts = Attempts::default();
    loop {
        if look.write(platform, &mut attempts, Changeset::new()).await? {
            return Ok(look.record.record_id());
        }
    }
}

/// A look that waits for its place.
pub(crate) struct Look {
    filing: FilingId,
    record: NewRecord,
}

impl Look {
    pub(crate) fn new(
        platform: &Platform,
        actor: &Actor,
        facts: &RequestFacts,
        kept: &KeptRecord,
        purpose: Purpose,
        attributes: &Attributes,
    ) -> Result<Self, Fault> {
        let filing = kept.about.filing;
        let mut draft = Draft::new(platform, RecordKind::Access);
        draft
            .observed("filing", filing.to_string())?
            .observed("actor", actor.name())?
            .observed("actor_role", actor.role())?
            .observed("purpose", purpose.as_str())?
            .observed("looked_at", kept.record_id.to_string())?
            .observed("attributes_opened", attributes.listing())?
            .facts(facts)?
            .journalled(actor, purpose.as_str());
        Ok(Self { filing, record: draft.seal(platform, About::filing(filing), None)? })
    }

    /// Writes it with what is in the changes already. `false`: something has changed since it was read, so read again.
    pub(crate) async fn write(
        &self,
        platform: &Platform,
        attempts: &mut Attempts,
        mut changes: Changeset,
    ) -> Result<bool, Fault> {
        let day = Pair(self.filing, platform.now().shanghai_day());
        let known = rows::ACCESS_CHAINS.row(platform.backend(), &day).await?;
        let chain = known.as_ref().map(|row| row.value);
        let chain = chain.unwrap_or_else(|| ChainId::random(platform.entropy()));
        if known.is_none() {
            rows::ACCESS_CHAINS.insert(&mut changes, &day, &chain)?;
        }
        let next = ledger::next_place(platform, chain).await?;
        self.record.write(platform, &mut changes, &next)?;
        Ok(attempts.commit(platform, changes).await?.is_some())
    }
}
